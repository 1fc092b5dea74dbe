"""Rows reached from another row, and rows that lack one: related, missing."""

from collections.abc import Iterator
from functools import partial
from random import Random

from duologue.catalog.model import Column, Link
from duologue.tools.drafts import Col, Compare, Condition, Draft, Empty, Exists, Field, Param, Query, Source
from duologue.tools.families.common import (
    Candidate,
    Taste,
    args,
    key_params,
    limit_param,
    list_step,
    must_exist,
    natural_order,
    row_fields,
    unique,
)
from duologue.tools.families.filters import Filter, apply, filters_of
from duologue.tools.ground import Ground
from duologue.types import Meaning


def candidates(ground: Ground) -> Iterator[Candidate]:
    """related for every way from a row to others, missing for what the data shows to be missing somewhere."""
    for link in (li for t in ground.catalog.tables for li in ground.links_from[t.name]):
        parent, pair = ground.tables[link.to], ground.pair(link.table)
        if not parent.key or link.coverage < 0.5:
            continue
        if pair:
            far = pair[1] if link is pair[0] else pair[0]
            via = ",".join(link.columns) if pair[0].to == pair[1].to else ""
            meaning = Meaning("related", far.to, parent=link.to, other=link.table, via=via)
            yield Candidate(meaning, (far.to, link.to, link.table), partial(through, ground, meaning, link, far), 1.5)
            continue
        meaning = Meaning("related", link.table, parent=link.to, via=ground.via(link))
        weight = 1.6 if ground.tables[link.table].kind in ("event", "entity") else 1.0
        yield Candidate(meaning, (link.table, link.to), partial(related, ground, meaning, link), weight)
    yield from _missing(ground)


def _missing(ground: Ground) -> Iterator[Candidate]:
    for t in ground.catalog.tables:
        if not (t.key or t.display) or t.rows < 3:
            continue
        for link in ground.links_to[t.name]:
            if len(link.columns) == 1 and ground.columns[link.table, link.columns[0]].distinct < t.rows:
                meaning = Meaning("missing", t.name, other=link.table, via=ground.via(link))
                yield Candidate(meaning, (t.name, link.table), partial(childless, ground, meaning, link), 0.7)
        for c in t.columns:
            if 0 < c.nulls < t.rows * 0.8 and ground.shown(c) and c.role != "other":
                meaning = Meaning("missing", t.name, c.name)
                yield Candidate(meaning, (t.name,), partial(blank, ground, meaning, c), 0.35)


def related(ground: Ground, meaning: Meaning, link: Link, rng: Random, taste: Taste) -> Draft | None:
    """The children of one row, through a foreign key."""
    child, parent = ground.tables[link.table], ground.tables[link.to]
    params = key_params(ground, link.to)
    fields, sources = row_fields(ground, link.table, taste, skip=link.columns)
    where: tuple[Condition, ...]
    if link.to_columns == parent.key:
        where = tuple(Compare("=", Col("t", c), a) for c, a in zip(link.columns, args(params), strict=True))
    else:
        on = tuple((there, "t", here) for here, there in zip(link.columns, link.to_columns, strict=True))
        sources = (*sources, Source(link.to, "p", on))
        where = ground.by_key(link.to, args(params), "p")
    more, limits = _narrowing(ground, link.table, rng, link.columns)
    extra, conditions, joins = apply(more)
    order, said = natural_order(ground, link.table)
    query = Query(
        (Source(link.table, "t"), *sources, *joins), fields, (*where, *conditions), order=order,
        limit="limit" if limits else "",
    )  # fmt: skip
    words = _words(ground, link.table, link.to, said) | ({"filters": more[0].label} if more else {})
    if not ground.names_parent(link):
        words["role"] = link.role or ground.label(link.table, link.columns[0])
    steps = (must_exist(ground, link.to, params), list_step(query, child.plural))
    return Draft(meaning, (*params, *extra, *limits), steps, words=words) if len(fields) > 1 else None


def through(ground: Ground, meaning: Meaning, near: Link, far: Link, rng: Random, taste: Taste) -> Draft:
    """The rows linked to one row through a link table, with what the link itself records."""
    params = key_params(ground, near.to)
    fields, sources = row_fields(ground, far.to, taste, skip=())
    on = tuple((here, "t", there) for here, there in zip(far.columns, far.to_columns, strict=True))
    extra = tuple(
        ground.field(near.table, c.name, "l")
        for c in ground.telling(near.table, 2)
        if c.name not in (*near.columns, *far.columns)
    )
    where = tuple(Compare("=", Col("l", c), a) for c, a in zip(near.columns, args(params), strict=True))
    order, said = natural_order(ground, far.to)
    limits = (limit_param(rng, ground.tables[far.to]),) if rng.random() < 0.5 else ()
    query = Query(
        (Source(far.to, "t"), Source(near.table, "l", on), *sources), unique((*fields, *extra)), where,
        order=order, limit="limit" if limits else "",
    )  # fmt: skip
    words = _words(ground, far.to, near.to, said)
    if near.to == far.to:
        words |= sides(ground, near, far)
    steps = (must_exist(ground, near.to, params), list_step(query, ground.tables[far.to].plural))
    return Draft(meaning, (*params, *limits), steps, words=words)


def sides(ground: Ground, near: Link, far: Link) -> dict[str, str]:
    """How the two ends of a link between rows of one table are told apart."""
    link = ground.tables[near.table]
    c = ground.columns[far.table, far.columns[0]]
    ends = {"near": ground.role_label(near), "far": ground.role_label(far)}
    return {**ends, "far_plural": c.plural or f"{ends['far']}s", "links": link.plural}


def childless(ground: Ground, meaning: Meaning, link: Link, rng: Random, taste: Taste) -> Draft:
    """Rows that nothing in another table refers to."""
    t, other = ground.tables[link.to], ground.tables[link.table]
    fields, sources = row_fields(ground, link.to, taste)
    pairs = tuple(
        Compare("=", Col("x", here), Col("t", there)) for here, there in zip(link.columns, link.to_columns, strict=True)
    )
    return _lacking(
        ground, meaning, (Source(link.to, "t"), *sources), fields, Exists(link.table, "x", pairs, negated=True), rng,
        {"noun": t.label, "plural": t.plural, "other": other.label, "others": other.plural},
    )  # fmt: skip


def blank(ground: Ground, meaning: Meaning, c: Column, rng: Random, taste: Taste) -> Draft:
    """Rows in which a column is empty."""
    t = ground.tables[c.table]
    fields, sources = row_fields(ground, t.name, taste, skip=(c.name,))
    return _lacking(
        ground, meaning, (Source(t.name, "t"), *sources), fields, Empty(Col("t", c.name)), rng,
        {"noun": t.label, "plural": t.plural, "column": ground.label(t.name, c.name)},
    )  # fmt: skip


def _lacking(  # noqa: PLR0913 — the two kinds of absence share everything but the condition
    ground: Ground, meaning: Meaning, sources: tuple[Source, ...], fields: tuple[Field, ...], lack: Condition,
    rng: Random, words: dict[str, str],
) -> Draft:  # fmt: skip
    more = filters_of(ground, meaning.table, rng, (meaning.column,), coarse=True)[: rng.randint(0, 1)]
    params, conditions, joins = apply(more)
    limit = limit_param(rng, ground.tables[meaning.table])
    order, said = natural_order(ground, meaning.table)
    query = Query((*sources, *joins), fields, (lack, *conditions), order=order, limit="limit")
    words = words | {"order": said} | ({"filters": more[0].label} if more else {})
    return Draft(meaning, (*params, limit), (list_step(query, words["plural"]),), words=words)


def _narrowing(
    ground: Ground, table: str, rng: Random, skip: tuple[str, ...]
) -> tuple[list[Filter], tuple[Param, ...]]:
    """Sometimes a filter, and a limit where a list may get long."""
    t = ground.tables[table]
    each = t.rows / max(1, ground.columns[table, skip[0]].distinct)
    more = filters_of(ground, table, rng, skip, coarse=True)[:1] if rng.random() < 0.15 * each and t.rows >= 20 else []
    limits = (limit_param(rng, t),) if rng.random() < 0.4 or each > 15 else ()
    return more, limits


def _words(ground: Ground, table: str, parent: str, order: str) -> dict[str, str]:
    t, p = ground.tables[table], ground.tables[parent]
    return {"noun": t.label, "plural": t.plural, "parent": p.label, "parents": p.plural, "order": order}
