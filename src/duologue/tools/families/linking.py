"""Rows of a link table come and go: link, unlink."""

from collections.abc import Iterator
from functools import partial
from random import Random

from duologue.catalog.model import Link
from duologue.tools.drafts import (
    Arg,
    Col,
    Compare,
    Condition,
    Delete,
    Draft,
    Exists,
    Insert,
    Param,
    Query,
    Source,
    Step,
    Term,
)
from duologue.tools.families.common import Candidate, Taste, column_param, unique
from duologue.tools.families.linked import sides
from duologue.tools.ground import Ground
from duologue.tools.naming import article
from duologue.types import Meaning, Problem, Slot


def candidates(ground: Ground) -> Iterator[Candidate]:
    """link and unlink for every link table that can be written."""
    for t in ground.catalog.tables:
        pair = ground.pair(t.name)
        if not pair or not t.writable:
            continue
        for family, weight in (("link", 1.2), ("unlink", 0.9)):
            meaning = Meaning(family, t.name, parent=pair[0].to, other=pair[1].to)
            touch = (t.name, pair[0].to, pair[1].to)
            yield Candidate(meaning, touch, partial(join, ground, meaning, pair), weight, write=True)


def join(ground: Ground, meaning: Meaning, pair: tuple[Link, Link], rng: Random, taste: Taste) -> Draft | None:
    """A link between two rows, made or undone."""
    t = ground.tables[meaning.table]
    params = tuple(_end(ground, li) for li in pair)
    steps = [_end_exists(ground, li, p) for li, p in zip(pair, params, strict=True)]
    where: tuple[Condition, ...] = tuple(
        Compare("=", Col("x", li.columns[0]), Arg(p.id)) for li, p in zip(pair, params, strict=True)
    )
    a, b = (ground.role_label(li) for li in pair)
    words = {"noun": t.label, "plural": t.plural, "parent": a, "other": b}
    if pair[0].to == pair[1].to:
        words |= sides(ground, *pair) | {"parents": ground.tables[pair[0].to].plural}
    if meaning.family == "unlink":
        problem = Problem("not_linked", f"This {a} and this {b} are not linked.")
        steps.append(Step("require", Exists(t.name, "x", where), problem))
        bare = tuple(Compare("=", Col("", li.columns[0]), Arg(p.id)) for li, p in zip(pair, params, strict=True))
        steps += [_shown(ground, t.name, pair, params, ()), Step("write", Delete(t.name, bare))]
        return Draft(meaning, params, tuple(steps), "write", (t.name,), words)
    extra = _recorded(ground, t.name, pair)
    if extra is None:
        return None
    steps.append(_still_free(ground, pair, params, where))
    values: list[tuple[str, Term]] = [(li.columns[0], Arg(p.id)) for li, p in zip(pair, params, strict=True)]
    values += [(p.slot.column, Arg(p.id)) for p in extra]
    steps.append(Step("write", Insert(t.name, tuple(values))))
    steps.append(_shown(ground, t.name, pair, params, extra))
    return Draft(meaning, (*params, *extra), tuple(steps), "write", (t.name,), words)


def _end(ground: Ground, link: Link) -> Param:
    c = ground.columns[link.to, link.to_columns[0]]
    role = ground.role_label(link)
    return Param(
        f"{link.columns[0]}:key", Slot(link.to, link.to_columns[0], "key"), ground.concept(link.table, link.columns[0]),
        ground.jtype(c), True, about=f"the {role}", integer_key=c.type == "INTEGER",
    )  # fmt: skip


def _end_exists(ground: Ground, link: Link, p: Param) -> Step:
    to = ground.tables[link.to]
    body = Exists(to.name, "x", (Compare("=", Col("x", link.to_columns[0]), Arg(p.id)),))
    label = ground.short_label(to.name, link.to_columns[0])
    return Step("require", body, Problem("not_found", f"There is no {to.label} with {label} {{{p.id}}}."))


def _still_free(
    ground: Ground, pair: tuple[Link, Link], params: tuple[Param, ...], where: tuple[Condition, ...]
) -> Step:
    """The requirement that the link may be made: not there yet, or where the key says one at most, none there at all."""
    t = ground.tables[pair[0].table]
    a, b = (ground.role_label(li) for li in pair)
    sole = [i for i, li in enumerate(pair) if li.columns == t.key]
    if not sole:
        problem = Problem("already_linked", f"This {a} and this {b} are already linked.")
        return Step("require", Exists(t.name, "x", where, negated=True), problem)
    one, other = (a, b) if sole[0] == 0 else (b, a)
    problem = Problem("already_linked", f"This {one} is already linked to {article(other)} {other}.")
    return Step("require", Exists(t.name, "x", (where[sole[0]],), negated=True), problem)


def _recorded(ground: Ground, table: str, pair: tuple[Link, Link]) -> tuple[Param, ...] | None:
    """What a link records beside its ends: needed columns and the first few telling ones. None where one can't be given."""
    t, ends = ground.tables[table], {li.columns[0] for li in pair}
    out: list[Param] = []
    for c in t.columns:
        if c.name in ends or c.generated:
            continue
        needed = not c.nullable or c.name in t.key
        if not ground.shown(c):
            if needed:
                return None
            continue
        if c.name in t.key and t.autokey:
            continue
        if needed or len(out) < 2:
            out.append(column_param(ground, table, c.name, "value", needed))
    return tuple(sorted(out, key=lambda p: not p.required))


def _shown(
    ground: Ground, table: str, pair: tuple[Link, Link], params: tuple[Param, ...], extra: tuple[Param, ...]
) -> Step:
    """The two ends, by key and name, and what the link records."""
    fields, sources = [], [Source(table, "t")]
    for i, link in enumerate(pair):
        source = ground.join(link, f"e{i}")
        sources.append(source)
        fields.append(ground.field(table, link.columns[0]))
        if name := ground.referred(link, source.alias, source.left):
            fields.append(name)
    fields += [ground.field(table, p.slot.column) for p in extra]
    where = tuple(Compare("=", Col("t", li.columns[0]), Arg(p.id)) for li, p in zip(pair, params, strict=True))
    return Step("return", Query(tuple(sources), unique(fields), where, limit=1), part="head")
