"""Ways to narrow a list or an aggregate: each a parameter or two, the condition they make, and the join that needs.

Filters on one table are drawn in an order of usefulness; a family takes the first few. An aggregate and the children of one
row are only narrowed by what is *coarse* there: a filter that leaves one row in a group, or one group, answers nothing.
"""

from collections.abc import Iterable
from random import Random

from msgspec import Struct

from duologue.catalog.model import Column, Link, Table
from duologue.tools.drafts import Arg, Col, Compare, Condition, Contains, Param, Part, Source, Term
from duologue.tools.families.common import column_param, name_label
from duologue.tools.ground import Ground
from duologue.types import Slot

COARSE = 8
"""Rows that a value of a coarse filter stands for, on average, at least."""


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
    if c.format == "datetime" and c.type == "TEXT":
        term = Part(Col(alias, c.name), 10)
    for end in ends:
        p = column_param(ground, table, c.name, end)
        params.append(p)
        where.append(Compare(">=" if end == "from" else "<=", term, Arg(p.id), True))
    label = ground.label(table, c.name)
    if len(ends) == 1 and c.role != "date":
        label = f"{'minimum' if ends[0] == 'from' else 'maximum'} {label}"
    return Filter(tuple(params), tuple(where), label)


def reference_filter(ground: Ground, link: Link, by_name: bool, alias: str, of: str = "t") -> Filter:
    """By the row referred to, named or keyed."""
    to = ground.tables[link.to]
    role = ground.role_label(link)
    if by_name and to.display:
        concept = (link.to, "@name", "") if ground.names_parent(link) else (link.table, link.columns[0], "name")
        said = f"{name_label(ground, to)} of the {role}"
        p = Param(f"{link.columns[0]}:name", Slot(link.to, "@name", "equals"), concept, about=said)
        term = ground.name_term(link.to, alias)
        return Filter((p,), (Compare("=", term, Arg(p.id), True, True),), role, ground.join(link, alias, of))
    c = ground.columns[link.to, link.to_columns[0]]
    p = Param(
        f"{link.columns[0]}:equals", Slot(link.to, link.to_columns[0], "equals"),
        ground.concept(link.table, link.columns[0]), ground.jtype(c), about=f"{ground.short_label(link.to, link.to_columns[0])} of the {role}", integer_key=c.type == "INTEGER",
    )  # fmt: skip
    return Filter((p,), (Compare("=", Col(of, link.columns[0]), Arg(p.id), True),), role)


def filters_of(ground: Ground, table: str, rng: Random, skip: Iterable[str] = (), coarse: bool = False) -> list[Filter]:
    """Every filter that makes sense on rows of the table, in a drawn order of usefulness. `skip` holds columns that are no
    choice here; `coarse` leaves out references to about as many rows as there are."""
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
        if coarse and ground.columns[table, link.columns[0]].distinct * COARSE > t.rows:
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


def name_filter(ground: Ground, table: str) -> Filter:
    """By part of the name."""
    t = ground.tables[table]
    label = name_label(ground, t)
    p = Param(
        "text", Slot(table, "@name", "match"), (table, "@name", "match"), format="search",
        about=f"Part of the {label}, in any case",
    )  # fmt: skip
    return Filter((p,), (Contains(ground.name_term(table), Arg("text"), True),), label)
