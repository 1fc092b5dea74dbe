"""What the families share: candidates, and the building blocks of their drafts."""

from collections.abc import Callable, Iterable
from random import Random

from msgspec import Struct

from duologue.catalog.model import Column, Table
from duologue.tools.drafts import (
    Arg,
    Col,
    Draft,
    Exists,
    Field,
    Param,
    Query,
    Source,
    Step,
    Term,
)
from duologue.tools.ground import Ground
from duologue.types import Json, Meaning, Problem, Slot

LIMITS = (5, 10, 10, 15, 20, 25)


class Taste(Struct, frozen=True):
    """What a dialect decides before drafts are made."""

    granularity: str = "plain"
    columns: int = 5
    """Telling columns in a list, at most."""
    percent: bool = False
    """Shares are percentages."""
    dates: str = "stored"


class Candidate(Struct, frozen=True):
    """A tool that could be made. `touch` are the tables it connects; `weight` how much a toolset wants it."""

    meaning: Meaning
    touch: tuple[str, ...]
    make: Callable[[Random, Taste], Draft | None]
    weight: float = 1.0
    write: bool = False


# ── lists ────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def row_fields(
    ground: Ground, table: str, taste: Taste, skip: Iterable[str] = (), alias: str = "t"
) -> tuple[tuple[Field, ...], tuple[Source, ...]]:
    """What a list shows of each row, and the tables joined for it: key, name, what it refers to, telling columns.

    `skip` holds columns that say the same in every row.
    """
    t, skipped = ground.tables[table], frozenset(skip)
    fields = [ground.field(table, k, alias) for k in t.key]
    if t.display and t.display != t.key:
        fields.append(ground.name_field(table, alias))
    sources: list[Source] = []
    for link in ground.links_from[table]:
        column = link.columns[0]
        if len(link.columns) > 1 or column in skipped or ground.link_of(table, column) is not link:
            continue
        if column not in t.key:
            fields.append(ground.field(table, column, alias))
        if taste.granularity == "plain" and t.display and t.kind == "entity":
            continue
        source = ground.join(link, f"{alias}{len(sources) + 1}", alias)
        name = ground.referred(link, source.alias, source.left)
        if name and len(sources) < 3:
            fields.append(name)
            sources.append(source)
    fields += [
        ground.field(table, c.name, alias) for c in ground.telling(table, taste.columns) if c.name not in skipped
    ]
    return unique(fields), tuple(sources)


def unique(fields: Iterable[Field]) -> tuple[Field, ...]:
    """The fields without repetitions of a concept."""
    out: dict[tuple[str, str, str], Field] = {}
    for f in fields:
        out.setdefault(f.concept, f)
    return tuple(out.values())


def newest(ground: Ground, table: str) -> Column | None:
    """The date by which rows of the table are best ordered, where comparing it compares times."""
    dates = [c for c in ground.tables[table].columns if c.role == "date" and c.sorts and c.nulls == 0]
    return dates[0] if dates and ground.tables[table].kind != "entity" else None


def natural_order(ground: Ground, table: str, alias: str = "t") -> tuple[tuple[tuple[Term, bool], ...], str]:
    """The order of a list that asks for none, with its description: newest first, else by name, else by key."""
    t = ground.tables[table]
    if date := newest(ground, table):
        label = ground.label(table, date.name)
        return ((Col(alias, date.name), True), *ground.key_order(table, alias)), f"newest {label} first"
    if t.display and t.display != t.key:
        return ((ground.name_term(table, alias), False), *ground.key_order(table, alias)), "ordered by " + name_label(
            ground, t
        )
    if t.key:
        labels = " and ".join(ground.label(table, k) for k in t.key)
        return ground.key_order(table, alias), f"ordered by {labels}"
    return ground.key_order(table, alias), "in the order they were recorded"


def name_label(ground: Ground, t: Table) -> str:
    """What people call the thing that a row is called by: "title", "name"."""
    label = ground.label(t.name, t.display[0]) if len(t.display) == 1 else "name"
    return "name" if label.lower() in (t.label.lower(), t.plural.lower()) else label


def list_step(query: Query, noun: str, part: str = "list") -> Step:
    """The statement that fills a list."""
    return Step("return", query, part="children" if part == "children" else "list", noun=noun)


# ── parameters ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def key_params(ground: Ground, table: str, prefix: str = "", required: bool = True) -> tuple[Param, ...]:
    """The parameters that address a row."""
    t = ground.tables[table]
    return tuple(
        Param(
            f"{prefix}key{i}",
            _key_slot(ground, table, k),
            ground.concept(table, k),
            ground.jtype(ground.columns[table, k]),
            required,
            about=f"{ground.label(table, k)} of the {t.label}" if len(t.key) > 1 else f"the {t.label}",
            integer_key=ground.columns[table, k].type == "INTEGER",
        )
        for i, k in enumerate(t.key)
    )


def _key_slot(ground: Ground, table: str, column: str) -> Slot:
    slot = ground.slot(table, column)
    return Slot(slot.table, slot.column, "key")


def args(params: Iterable[Param]) -> tuple[Arg, ...]:
    """The parameters as terms."""
    return tuple(Arg(p.id) for p in params)


def must_exist(ground: Ground, table: str, params: tuple[Param, ...], optional: bool = False) -> Step:
    """The requirement that the addressed row exists, else `not_found`."""
    t = ground.tables[table]
    said = " and ".join(f"{ground.short_label(table, k)} {{{p.id}}}" for k, p in zip(t.key, params, strict=True))
    body = Exists(table, "x", ground.by_key(table, args(params), "x"), optional=params[0].id if optional else "")
    return Step("require", body, Problem("not_found", f"There is no {t.label} with {said}."))


def limit_param(rng: Random, table: Table, default: int = 0, most: int = 0) -> Param:
    """How many rows are wanted."""
    default = default or rng.choice(LIMITS)
    most = most or (50 if default <= 10 else 100)
    return Param(
        "limit", Slot(table.name, "", "limit"), ("", "", "limit"), "integer", default=default, least=1, most=most,
        about=f"How many {table.plural} to return at most",
    )  # fmt: skip


def column_param(ground: Ground, table: str, column: str, use: str, required: bool = False) -> Param:
    """A parameter that holds a value of the column. Closed sets are enumerated, also by an `equals`."""
    c = ground.columns[table, column]
    enum: tuple[Json, ...] = ()
    if use in ("equals", "value") and c.closed and 1 < len(c.values) <= 15 and c.role in ("category", "status", "flag"):
        enum = tuple(v for v in c.values if v is not None and v != "")
    return Param(
        f"{column}:{use}",
        Slot(table, column, use),
        ground.concept(table, column),
        ground.jtype(c),
        required,
        nullable=False,
        enum=enum,
        format=c.format,
        about=ground.label(table, column),
    )


def listed(items: Iterable[str], last: str = "and") -> str:
    """ "a, b and c"."""
    said = list(dict.fromkeys(items))
    return said[0] if len(said) == 1 else f"{', '.join(said[:-1])} {last} {said[-1]}" if said else ""
