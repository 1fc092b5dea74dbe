"""One row by its key, rows by name, rows by filters: get, find, search."""

from collections.abc import Iterator
from functools import partial
from random import Random

from duologue.catalog.model import Link
from duologue.tools.drafts import Arg, Col, Compare, Contains, Draft, Field, Param, Query, Source, Step
from duologue.tools.families.common import (
    Candidate,
    Taste,
    args,
    key_params,
    limit_param,
    list_step,
    listed,
    must_exist,
    name_label,
    natural_order,
    row_fields,
    unique,
)
from duologue.tools.families.filters import Filter, apply, filters_of, name_filter
from duologue.tools.ground import WIDE, Ground
from duologue.types import Meaning, Slot


def candidates(ground: Ground) -> Iterator[Candidate]:
    """get, find and search for every table that allows them."""
    for t in ground.catalog.tables:
        tells = t.kind != "link" or len(ground.telling(t.name, 2)) > 1
        if t.key and len(t.columns) > len(t.key) and t.rows > 1 and tells:
            plain = Meaning("get", t.name)
            weight = 1.4 if t.kind in ("entity", "event") else 0.5
            yield Candidate(plain, (t.name,), partial(get, ground, plain, None), weight)
            for link in _parts(ground, t.name):
                meaning = Meaning("get", t.name, other=link.table, via=ground.via(link))
                yield Candidate(meaning, (t.name, link.table), partial(get, ground, meaning, link), weight)
        if t.display and t.rows >= 3 and ground.columns[t.name, t.display[0]].distinct > 1:
            meaning = Meaning("find", t.name)
            yield Candidate(meaning, (t.name,), partial(find, ground, t.name), 1.5 if t.kind == "entity" else 0.8)
        if t.rows >= 4:
            yield Candidate(Meaning("search", t.name), (t.name,), partial(search, ground, t.name), 1.3)


def _parts(ground: Ground, table: str) -> list[Link]:
    """The links through which a record's parts are listed: events and link rows that belong to it, few per record."""
    t = ground.tables[table]
    links = [
        li for li in ground.links_to[table]
        if li.to_columns == t.key and li.table != table and ground.tables[li.table].kind in ("event", "link")
    ]  # fmt: skip
    few = [li for li in links if ground.tables[li.table].rows <= 40 * max(1, t.rows)]
    return few[:3]


def get(ground: Ground, meaning: Meaning, part: Link | None, rng: Random, taste: Taste) -> Draft | None:
    """The record with a key, and with `part` the rows that belong to it."""
    table = meaning.table
    t = ground.tables[table]
    params = key_params(ground, table)
    fields, sources = record_fields(ground, table, taste)
    if len(fields) < len(t.key) + 2 and not part:
        return None  # a wrapper that gives back little more than what it was given
    where = ground.by_key(table, args(params))
    head = Step("return", Query((Source(table, "t"), *sources), fields, where), part="head")
    steps = [must_exist(ground, table, params), head]
    words = {"noun": t.label, "plural": t.plural}
    if part:
        child = ground.tables[part.table]
        rows, joins = row_fields(ground, part.table, Taste("wide", taste.columns), skip=part.columns)
        rows = unique(f for f in rows if f.concept not in {h.concept for h in fields[:1]})
        order, said = natural_order(ground, part.table)
        mine = tuple(Compare("=", Col("t", c), a) for c, a in zip(part.columns, args(params), strict=True))
        inner = Query((Source(part.table, "t"), *joins), rows, mine, order=order, limit=50)
        steps.append(list_step(inner, child.plural, "children"))
        words |= {"other": child.label, "others": child.plural, "order": said}
    return Draft(meaning, params, tuple(steps), words=words)


def record_fields(
    ground: Ground, table: str, taste: Taste, joined: bool = True
) -> tuple[tuple[Field, ...], tuple[Source, ...]]:
    """All that a record shows: every column but blobs, nested data and secrets; with names of the rows it refers to where
    the dialect is not plain."""
    t = ground.tables[table]
    fields = [ground.field(table, k) for k in t.key]
    sources: list[Source] = []
    if t.display and t.display != t.key:
        fields.append(ground.name_field(table))
    for c in t.columns:
        if c.name in t.key or c.name in t.display or not ground.shown(c):
            continue
        fields.append(ground.field(table, c.name))
    for link in ground.links_from[table]:
        column = link.columns[0]
        if len(link.columns) > 1 or ground.link_of(table, column) is not link or len(sources) == 4:
            continue
        if not joined or (taste.granularity == "plain" and t.display):
            continue
        source = ground.join(link, f"r{len(sources) + 1}")
        if name := ground.referred(link, source.alias, source.left):
            at = next((i for i, f in enumerate(fields) if f.term == Col("t", column)), len(fields) - 1)
            fields.insert(at + 1, name)
            sources.append(source)
    return unique(fields)[:WIDE], tuple(sources)


def find(ground: Ground, table: str, rng: Random, taste: Taste) -> Draft:
    """Rows by what they are called."""
    t = ground.tables[table]
    label = name_label(ground, t)
    text = Param(
        "text", Slot(table, "@name", "match"), (table, "@name", "match"), required=True, format="search",
        about=f"The {label} of the {t.label}, or any part of it; upper and lower case are the same",
    )  # fmt: skip
    fields, sources = row_fields(ground, table, Taste(taste.granularity, min(taste.columns, 4)))
    limit = limit_param(rng, t)
    order = ((ground.name_term(table), False), *ground.key_order(table))
    query = Query(
        (Source(table, "t"), *sources), fields, (Contains(ground.name_term(table), Arg("text")),),
        order=order, limit="limit",
    )  # fmt: skip
    words = {"noun": t.label, "plural": t.plural, "name": label, "order": f"ordered by {label}"}
    return Draft(Meaning("find", table), (text, limit), (list_step(query, t.plural),), words=words)


def search(ground: Ground, table: str, rng: Random, taste: Taste) -> Draft | None:
    """Rows by two to four optional filters."""
    t = ground.tables[table]
    filters = filters_of(ground, table, rng)
    if t.display and rng.random() < 0.4:
        filters.insert(1, name_filter(ground, table))
    if len(filters) < 2:
        if not filters or not t.display:
            return None
        filters.append(name_filter(ground, table))
    chosen = filters[: rng.randint(2, 4)]
    params, where, joins = apply(chosen)
    fields, sources = row_fields(ground, table, taste)
    fields = _with_filtered(ground, table, fields, chosen)
    order, said = natural_order(ground, table)
    limit = limit_param(rng, t)
    query = Query((Source(table, "t"), *sources, *joins), fields, where, order=order, limit="limit")
    labels = listed((f.label for f in chosen), rng.choice(("and", "or")))
    words = {"noun": t.label, "plural": t.plural, "filters": labels, "order": said}
    return Draft(Meaning("search", table), (*params, limit), (list_step(query, t.plural),), words=words)


def _with_filtered(ground: Ground, table: str, fields: tuple[Field, ...], chosen: list[Filter]) -> tuple[Field, ...]:
    """A list also shows the columns it was filtered by, so that its reader can see why a row is in it."""
    extra = [
        ground.field(table, p.slot.column)
        for f in chosen
        for p in f.params
        if p.slot.table == table and (table, p.slot.column) in ground.columns
    ]
    return unique((*fields, *extra))
