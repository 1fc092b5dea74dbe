"""Numbers over many rows: top, total, count, ratio.

Only what means something: sums of quantities, means of measures, never of ranks, years or co-ordinates (see `words.yaml`).
A group is another row that each row refers to (directly, or through one table between), a category of the row itself, or
the month or year of a date.
"""

from collections.abc import Iterator
from functools import partial
from random import Random

from msgspec import Struct

from duologue.catalog.model import Column, Link, Table
from duologue.tools.drafts import (
    Agg,
    Arg,
    Col,
    Condition,
    Const,
    Draft,
    Field,
    Filled,
    Param,
    Part,
    Query,
    Share,
    Source,
    Term,
)
from duologue.tools.families.common import (
    Candidate,
    Taste,
    column_param,
    limit_param,
    list_step,
    row_fields,
    unique,
)
from duologue.tools.families.filters import apply, filters_of
from duologue.tools.ground import Ground
from duologue.types import Meaning, Slot


class Group(Struct, frozen=True):
    """What an answer is split by: fields, terms, joins, and how it is named in a meaning and in words."""

    name: str
    fields: tuple[Field, ...]
    by: tuple[Term, ...]
    sources: tuple[Source, ...]
    label: str
    plural: str
    touch: tuple[str, ...]
    columns: tuple[str, ...]
    """Columns of the table itself that lead to the group or are it."""
    each: float
    """Rows of a group, on average."""
    via: str = ""


def candidates(ground: Ground) -> Iterator[Candidate]:
    """top, total, count and ratio for the columns that allow them."""
    for t in ground.catalog.tables:
        if t.rows < 4:
            continue
        groups = tuple(_groups(ground, t.name))
        measures = [
            c
            for c in t.columns
            if ground.averages(c) and c.name not in t.key and ground.link_of(t.name, c.name) is None
        ]
        for c in measures:
            if t.display or ground.links_from[t.name]:
                yield Candidate(Meaning("top", t.name, c.name), (t.name,), partial(top, ground, c), 0.9)
        yield from _grouped(ground, t.name, groups, measures)
        for c in t.columns:
            yield from _counted(ground, c)
            yield from _shares(ground, c, groups)


def _grouped(ground: Ground, table: str, groups: tuple[Group, ...], measures: list[Column]) -> Iterator[Candidate]:
    groups = tuple(g for g in groups if g.each >= 1.4)
    rows = [g for g in groups if ".@name" in g.name]
    for g in groups:
        for c in measures:
            for func in ("sum",) * ground.additive(c) + ("avg",) * (not ground.additive(c) or c.role == "measure"):
                if f"{table}.{c.name}" == g.name:
                    continue
                meaning = Meaning("total", table, c.name, group=g.name, func=func, via=g.via)
                weight = (1.0 if func == "sum" else 0.5) * (1.0 if g in rows else 0.6)
                yield Candidate(meaning, g.touch, partial(total, ground, meaning, g, c), weight)
                if g in rows and func == "sum":
                    meaning = Meaning("top", table, c.name, group=g.name, func=func, via=g.via)
                    yield Candidate(meaning, g.touch, partial(top_group, ground, meaning, g, c), 1.0)
        if g in rows:
            meaning = Meaning("total", table, group=g.name, func="count", via=g.via)
            yield Candidate(meaning, g.touch, partial(total, ground, meaning, g, None), 0.6)
            meaning = Meaning("top", table, group=g.name, func="count", via=g.via)
            yield Candidate(meaning, g.touch, partial(top_group, ground, meaning, g, None), 0.8)


def _counted(ground: Ground, c: Column) -> Iterator[Candidate]:
    t = ground.tables[c.table]
    if c.name in t.key or not ground.shown(c) or ground.link_of(t.name, c.name) or t.rows < 6:
        return
    if c.role in ("category", "status", "flag") and 1 < c.distinct <= max(12, t.rows // 3) and not ground.long(c):
        meaning = Meaning("count", t.name, c.name)
        yield Candidate(meaning, (t.name,), partial(count, ground, meaning, c, 0), 1.2 if c.role == "status" else 0.7)
    if _written(c) and c.distinct > 2:
        long = str(c.least)[:4] != str(c.most)[:4]
        for name, length in (("month", 7), ("year", 4)):
            if length == 7 or long:
                meaning = Meaning("count", t.name, f"{c.name}:{name}")
                yield Candidate(meaning, (t.name,), partial(count, ground, meaning, c, length), 0.6)


def _shares(ground: Ground, c: Column, groups: tuple[Group, ...]) -> Iterator[Candidate]:
    if c.role not in ("flag", "status") or not 1 < c.distinct + (c.nulls > 0) <= 8 or not c.values:
        return
    if c.role == "flag" and ground.yes(c) is None:
        return
    meaning = Meaning("ratio", c.table, c.name)
    for g in groups:
        if g.name != f"{c.table}.{c.name}" and len(g.touch) <= 2 and g.each >= 4:
            meaning = Meaning("ratio", c.table, c.name, group=g.name, via=g.via)
            yield Candidate(meaning, g.touch, partial(ratio, ground, meaning, g, c), 0.6)


# ── groups ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _groups(ground: Ground, table: str) -> Iterator[Group]:
    t = ground.tables[table]
    for link in ground.links_from[table]:
        if len(link.columns) != 1:
            continue
        yield from _row_groups(ground, link)
    for c in t.columns:
        if c.name in t.key or not ground.shown(c) or ground.long(c) or ground.link_of(table, c.name):
            continue
        if c.role in ("category", "status") and 1 < c.distinct <= max(8, t.rows // 3):
            f = ground.field(table, c.name)
            label = ground.label(table, c.name)
            yield Group(
                f"{table}.{c.name}",
                (f,),
                (f.term,),
                (),
                label,
                c.plural or label,
                (table,),
                (c.name,),
                t.rows / c.distinct,
            )
        if _written(c) and c.distinct > 2:
            f = period_field(ground, c, 7)
            yield Group(
                f"{table}.{c.name}:month",
                (f,),
                (f.term,),
                (),
                "month",
                "months",
                (table,),
                (c.name,),
                t.rows / _months(c),
            )


def _written(c: Column) -> bool:
    """Whether it holds ISO dates or times as text, so that their first characters are the month and the year."""
    return c.role == "date" and c.sorts and c.type == "TEXT" and c.format in ("date", "datetime")


def _months(c: Column) -> int:
    """How many months a date spans, or how many dates there are where those are fewer."""
    (first, last) = ((int(str(v)[:4]), int(str(v)[5:7])) for v in (c.least, c.most))
    return max(1, min(c.distinct, (last[0] - first[0]) * 12 + last[1] - first[1] + 1))


def _row_groups(ground: Ground, link: Link) -> Iterator[Group]:
    near = ground.tables[link.to]
    if near.display and near.rows < ground.tables[link.table].rows * 2:
        yield _row_group(ground, (link,), ground.via(link))
    if link.to == link.table:
        return
    for far in ground.links_from[link.to]:
        distant = ground.tables[far.to]
        plainly = ground.names_parent(link) and ground.names_parent(far)
        elsewhere = plainly and len(far.columns) == 1 and far.to not in (link.table, link.to)
        if elsewhere and distant.display and distant.rows <= max(4, near.rows):
            yield _row_group(ground, (link, far), ",".join((*link.columns, *far.columns)))


def _row_group(ground: Ground, path: tuple[Link, ...], via: str) -> Group:
    to = ground.tables[path[-1].to]
    sources: list[Source] = []
    of = "t"
    for i, link in enumerate(path):
        on = tuple((there, of, here) for here, there in zip(link.columns, link.to_columns, strict=True))
        of = f"g{i}"
        sources.append(Source(link.to, of, on))
    fields = [ground.field(to.name, k, of) for k in to.key]
    if to.display != to.key:
        fields.append(ground.name_field(to.name, of))
    label, plural = to.label, to.plural
    if len(path) == 1 and not ground.names_parent(path[0]):
        label = path[0].role or ground.label(path[0].table, path[0].columns[0])
        plural = f"{label}s"
    by: tuple[Term, ...] = tuple(f.term for f in fields)
    each = ground.tables[path[0].table].rows / max(
        1, min(ground.columns[path[0].table, path[0].columns[0]].distinct, to.rows)
    )
    touch = (path[0].table, *(li.to for li in path))
    return Group(
        f"{to.name}.@name", unique(fields), by, tuple(sources), label, plural, touch, path[0].columns, each, via
    )


def period_field(ground: Ground, c: Column, length: int) -> Field:
    """The month or year of a date, as a field."""
    name = "month" if length == 7 else "year"
    column = f"{c.name}:{name}"
    about = f"{name} of the {ground.label(c.table, c.name)}, {'YYYY-MM' if length == 7 else 'YYYY'}"
    return Field(
        Part(Col("t", c.name), length),
        (c.table, column, ""),
        Slot(c.table, c.name, name),
        "string",
        c.nulls > 0,
        about,
        name,
    )


# ── drafts ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


def top(ground: Ground, c: Column, rng: Random, taste: Taste) -> Draft:
    """The rows with the most of a measure."""
    t = ground.tables[c.table]
    fields, sources = row_fields(ground, t.name, Taste(taste.granularity, min(3, taste.columns)), skip=(c.name,))
    fields = unique((*fields, ground.field(t.name, c.name)))
    more = [f for f in filters_of(ground, t.name, rng, (c.name,), coarse=True) if len(f.params) == 1][
        : rng.randint(0, 1)
    ]
    params, where, joins = apply(more)
    limit = limit_param(rng, t, rng.choice((3, 5, 5, 10)), rng.choice((20, 50)))
    order = ((Col("t", c.name), True), *ground.key_order(t.name))
    query = Query(
        (Source(t.name, "t"), *sources, *joins), fields, (Filled(Col("t", c.name)), *where), order=order, limit="limit"
    )
    label = ground.label(t.name, c.name)
    words = {"noun": t.label, "plural": t.plural, "column": label, "order": f"highest {label} first"}
    words |= {"filters": more[0].label} if more else {}
    return Draft(Meaning("top", t.name, c.name), (*params, limit), (list_step(query, t.plural),), words=words)


def _value(ground: Ground, meaning: Meaning, c: Column | None) -> Field:
    t = ground.tables[meaning.table]
    if c is None:
        return Field(
            Agg("COUNT"), (t.name, "", "count"), Slot(t.name, "", "count"), "integer",
            about=f"number of {t.plural}", short=f"number of {t.plural}",
        )  # fmt: skip
    said = {"sum": "total", "avg": "average"}[meaning.func]
    whole = meaning.func == "sum" and c.type == "INTEGER"
    label = ground.label(t.name, c.name)
    digits = None if whole else ground.digits(c)
    return Field(
        Agg(meaning.func.upper(), Col("t", c.name), digits), (t.name, c.name, meaning.func),
        Slot(t.name, c.name, meaning.func), "integer" if whole else "number", True,
        f"{said} {label} over the {t.plural}", f"{said} {label}",
    )  # fmt: skip


def total(ground: Ground, meaning: Meaning, g: Group, c: Column | None, rng: Random, taste: Taste) -> Draft:
    """A sum, a mean or a count per group, greatest first."""
    value = _value(ground, meaning, c)
    t = ground.tables[meaning.table]
    grouped = {meaning.column, *g.columns}
    options = filters_of(ground, t.name, rng, grouped, coarse=True)
    more = options[: rng.choice((0, 1, 1, 2))]
    params, where, joins = apply(more)
    filled = (Filled(Col("t", c.name)),) if c is not None and c.nulls else ()
    only = _grouped_only(ground, t, g.columns if len(g.touch) == 1 else ())
    first = (g.by[0], True) if g.name.endswith((":month", ":year")) else (value.term, True)
    rest = tuple((b, False) for b in g.by if b != first[0])
    limits = (limit_param(rng, t),) if rng.random() < 0.4 else ()
    query = Query(
        (Source(t.name, "t"), *g.sources, *joins), unique((*g.fields, value)), (*filled, *only, *where), g.by, (first, *rest),
        "limit" if limits else "",
    )  # fmt: skip
    order = f"latest {g.label} first" if first[0] != value.term else f"highest {value.short} first"
    words = _number_words(ground, meaning, g, value) | {"order": order}
    words |= {"filters": " and ".join(f.label for f in more)} if more else {}
    words |= {"lacking": g.label} if only else {}
    return Draft(meaning, (*params, *limits), (list_step(query, g.plural),), words=words)


def top_group(ground: Ground, meaning: Meaning, g: Group, c: Column | None, rng: Random, taste: Taste) -> Draft:
    """The groups with the greatest sum or count."""
    draft = total(ground, meaning, g, c, rng, taste)
    query = draft.steps[-1].body
    assert isinstance(query, Query)
    t = ground.tables[meaning.table]
    limit = limit_param(rng, t, rng.choice((3, 5, 5, 10)), rng.choice((20, 50)))
    limit = Param(
        **{f: getattr(limit, f) for f in limit.__struct_fields__} | {"about": f"How many {g.plural} to return"}
    )
    limited = Query(query.sources, query.fields, query.where, query.group, query.order, "limit")
    params = tuple(p for p in draft.params if p.id != "limit")
    return Draft(meaning, (*params, limit), (list_step(limited, g.plural),), words=draft.words)


def _grouped_only(ground: Ground, t: Table, columns: tuple[str, ...]) -> tuple[Condition, ...]:
    """Rows that belong to no group are not told of as one: a group without a name can't be spoken of."""
    return tuple(Filled(Col("t", c)) for c in columns if ground.columns[t.name, c].nulls)


def _number_words(ground: Ground, meaning: Meaning, g: Group, value: Field) -> dict[str, str]:
    t = ground.tables[meaning.table]
    words = {"noun": t.label, "plural": t.plural, "group": g.label, "groups": g.plural, "value": value.short}
    if meaning.column:
        words["column"] = ground.label(t.name, meaning.column.split(":")[0])
    return words


def count(ground: Ground, meaning: Meaning, c: Column, length: int, rng: Random, taste: Taste) -> Draft:
    """How many rows there are for each value of a column, or for each month or year."""
    t = ground.tables[c.table]
    f = period_field(ground, c, length) if length else ground.field(t.name, c.name)
    n = _value(ground, Meaning("count", t.name), None)
    more = filters_of(ground, t.name, rng, (c.name,), coarse=True)[: rng.choice((0, 1, 1))]
    params, where, joins = apply(more)
    order = ((f.term, True),) if length else ((n.term, True), (f.term, False))
    only = _grouped_only(ground, t, (c.name,))
    query = Query((Source(t.name, "t"), *joins), (f, n), (*only, *where), (f.term,), order)
    label = f.short if length else ground.label(t.name, c.name)
    plural = f"{label}s" if length else c.plural or f"{label}s"
    words = {"noun": t.label, "plural": t.plural, "group": label, "groups": plural, "value": n.short}
    words["order"] = f"latest {label} first" if length else "most frequent first"
    words |= {"filters": more[0].label} if more else {}
    words |= {"lacking": label} if only else {}
    return Draft(meaning, params, (list_step(query, plural),), words=words)


def ratio(ground: Ground, meaning: Meaning, g: Group, c: Column, rng: Random, taste: Taste) -> Draft:
    """The share of rows with a value, per group, with the number of rows it is a share of."""
    t = ground.tables[c.table]
    yes = ground.yes(c)
    params: tuple[Param, ...] = ()
    value: Const | Arg = Const(yes)
    if yes is None:
        params = (column_param(ground, t.name, c.name, "equals", required=True),)
        value = Arg(params[0].id)
    label = ground.label(t.name, c.name)
    about = f"{'percentage' if taste.percent else 'share (0 to 1)'} of the {t.plural} with "
    about += f"{label} = {yes}" if yes is not None else f"the {label} asked for"
    share = Field(
        Share(Col("t", c.name), value, taste.percent), (t.name, c.name, "share"), Slot(t.name, c.name, "share"), "number",
        False, about, f"{'percentage' if taste.percent else 'share'} of {t.plural}",
    )  # fmt: skip
    n = _value(ground, Meaning("count", t.name), None)
    order = ((share.term, True), (n.term, True), *((b, False) for b in g.by))
    fields = unique((*g.fields, share, n))
    only = _grouped_only(ground, t, g.columns if len(g.touch) == 1 else ())
    query = Query((Source(t.name, "t"), *g.sources), fields, only, g.by, order)
    words = _number_words(ground, meaning, g, share) | {"order": "highest share first", "percent": "y" * taste.percent}
    words |= {"lacking": g.label} if only else {}
    words["fixed"] = str(yes) if yes is not None else ""
    return Draft(meaning, params, (list_step(query, g.plural),), words=words)
