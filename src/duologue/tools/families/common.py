"""What the families share: candidates, and the building blocks of their drafts."""

from collections.abc import Callable, Iterable
from random import Random

from msgspec import Struct

from duologue.catalog.model import Column, Link, Table
from duologue.tools.drafts import (
    Arg,
    Col,
    Compare,
    Condition,
    Draft,
    Exists,
    Field,
    Param,
    Part,
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
    return ground.label(t.name, t.display[0]) if len(t.display) == 1 else "name"


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
    said = " and ".join(f"{ground.label(table, k)} {{{p.id}}}" for k, p in zip(t.key, params, strict=True))
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


# ── filters ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


class Filter(Struct, frozen=True):
    """One way to narrow a list: parameters, the condition they make, the join it needs, and how it is spoken of."""

    params: tuple[Param, ...]
    where: tuple[Condition, ...]
    label: str
    source: Source | None = None


def equals_filter(ground: Ground, table: str, c: Column, alias: str = "t") -> Filter:
    """By a value of a category, a status or a flag."""
    p = column_param(ground, table, c.name, "equals")
    loose = c.type == "TEXT" and not p.enum
    return Filter((p,), (Compare("=", Col(alias, c.name), Arg(p.id), True, loose),), p.about)


def range_filter(ground: Ground, table: str, c: Column, ends: tuple[str, ...], alias: str = "t") -> Filter:
    """By a date or a measure, from and/or to, both inclusive. A time is compared by its day."""
    params, where = [], []
    term: Term = Col(alias, c.name)
    if c.format == "datetime":
        term = Part(Col(alias, c.name), 10)
    for end in ends:
        p = column_param(ground, table, c.name, end)
        params.append(p)
        where.append(Compare(">=" if end == "from" else "<=", term, Arg(p.id), True))
    return Filter(tuple(params), tuple(where), ground.label(table, c.name))


def reference_filter(ground: Ground, link: Link, by_name: bool, alias: str, of: str = "t") -> Filter:
    """By the row referred to, named or keyed."""
    to = ground.tables[link.to]
    role = to.label if ground.names_parent(link) else (link.role or ground.label(link.table, link.columns[0]))
    if by_name and to.display:
        concept = (link.to, "@name", "") if ground.names_parent(link) else (link.table, link.columns[0], "name")
        p = Param(f"{link.columns[0]}:name", Slot(link.to, "@name", "equals"), concept, about=f"{role}")
        term = ground.name_term(link.to, alias)
        return Filter((p,), (Compare("=", term, Arg(p.id), True, True),), role, ground.join(link, alias, of))
    c = ground.columns[link.to, link.to_columns[0]]
    p = Param(
        f"{link.columns[0]}:equals", Slot(link.to, link.to_columns[0], "equals"),
        ground.concept(link.table, link.columns[0]), ground.jtype(c), about=f"{role}", integer_key=c.type == "INTEGER",
    )  # fmt: skip
    return Filter((p,), (Compare("=", Col(of, link.columns[0]), Arg(p.id), True),), role)


def filters_of(ground: Ground, table: str, rng: Random, skip: Iterable[str] = ()) -> list[Filter]:
    """Every filter that makes sense on rows of the table, in a drawn order of usefulness."""
    t, skipped = ground.tables[table], frozenset(skip)
    out: list[tuple[float, Filter]] = []
    for c in t.columns:
        if c.name in skipped or not ground.shown(c) or c.distinct < 2:
            continue
        if (f := _own_filter(ground, t, c, rng)) is not None:
            weight = {"status": 3.0, "date": 2.5, "category": 2.0, "flag": 1.2}.get(c.role, 1.0)
            out.append((rng.random() ** (1 / weight), f))
    for i, link in enumerate(ground.links_from[table]):
        if link.columns[0] in skipped or ground.link_of(table, link.columns[0]) is not link:
            continue
        out.append((rng.random() ** (1 / 2.5), reference_filter(ground, link, rng.random() < 0.65, f"f{i}")))
    out.sort(key=lambda item: -item[0])
    return [f for _, f in out]


def _own_filter(ground: Ground, t: Table, c: Column, rng: Random) -> Filter | None:
    if c.name in t.key or ground.link_of(t.name, c.name):
        return None
    if c.role in ("category", "status", "flag") and (c.closed or c.distinct * 2 <= t.rows):
        return equals_filter(ground, t.name, c)
    if c.role == "date" and c.sorts:
        return range_filter(ground, t.name, c, ("from", "to"))
    if c.role == "measure" and c.sorts and ground.averages(c):
        return range_filter(ground, t.name, c, rng.choice((("from",), ("to",), ("from", "to"))))
    return None


def apply(filters: Iterable[Filter]) -> tuple[tuple[Param, ...], tuple[Condition, ...], tuple[Source, ...]]:
    """The filters' parameters, conditions and joins together."""
    chosen = list(filters)
    return (
        tuple(p for f in chosen for p in f.params),
        tuple(c for f in chosen for c in f.where),
        tuple(f.source for f in chosen if f.source),
    )


def listed(items: Iterable[str], last: str = "and") -> str:
    """ "a, b and c"."""
    said = list(dict.fromkeys(items))
    return said[0] if len(said) == 1 else f"{', '.join(said[:-1])} {last} {said[-1]}" if said else ""
