"""Whether results have shown two rows to be linked already, so that nobody is asked to agree to what would be refused.

It is shown by the change that linked them, by an entry that joins them, or by a list of what the one has, got over the table that joins
them. What shows it must be later than what would have ended it.
"""

from collections.abc import Iterator, Sequence

from duologue.catalog.model import Catalog
from duologue.plans.memory import Known
from duologue.plans.rows import plain
from duologue.simulate.agenda import Agenda
from duologue.simulate.owed import Owed
from duologue.simulate.replies.places import Place, place_of

__all__ = ["linked_already"]

Pair = tuple[Place, Place]


def linked_already(agenda: Agenda, owed: Owed, rows: Sequence[Known | None]) -> bool:
    """Whether the two rows that are to be linked were seen to be."""
    need, catalog = owed.need, agenda.memory.catalog
    if need.meaning.family != "link" or len(need.mentions) != 2:
        return False
    places = [(r.table, r.key) if r is not None else place_of(owed, i, catalog) for i, r in enumerate(rows)]
    if len(places) != 2 or places[0] is None or places[1] is None:
        return False
    pair, table = (places[0], places[1]), need.meaning.table
    seen = max((*_made(agenda, pair, "link"), *_joined(agenda, pair, table), *_listed(agenda, pair, table)), default=-1)
    ended = max((*_made(agenda, pair, "unlink"), *_removed(agenda, table)), default=-1)
    return seen > ended


def _made(agenda: Agenda, pair: Pair, family: str) -> Iterator[int]:
    """When the two were linked, or their link was ended, in this conversation."""
    for owed in (p for o in agenda.owed for p in (o.parts or [o])):
        if owed.need.meaning.family == family and owed.answered_at >= 0 and not owed.failed:
            places = [place_of(owed, i, agenda.memory.catalog) for i in range(len(owed.need.mentions))]
            if sorted(p for p in places if p is not None) == sorted(pair):
                yield owed.answered_at


def _removed(agenda: Agenda, table: str) -> Iterator[int]:
    """When an entry of the table that joins them was deleted, whichever it was."""
    made = (o for o in agenda.owed if o.need.meaning.family == "remove" and o.need.meaning.table == table)
    return (o.answered_at for o in made if o.answered_at >= 0 and not o.failed)


def _joined(agenda: Agenda, pair: Pair, table: str) -> Iterator[int]:
    """When an entry that joins the two was shown."""
    columns = _columns(agenda.memory.catalog, pair, table)
    wanted = {c: v for (_, key), own in zip(pair, columns, strict=True) for c, v in zip(own, key, strict=False)}
    for row in agenda.memory.known.get(table, {}).values():
        if wanted and all(c in row.values and plain(row.values[c]) == v for c, v in wanted.items()):
            yield max(row.source(c) for c in wanted)


def _columns(catalog: Catalog, pair: Pair, table: str) -> list[tuple[str, ...]]:
    """By which columns the table that joins them refers to each; nothing where it isn't clear."""
    found = [[x.columns for x in catalog.links if x.table == table and x.to == p[0]] for p in pair]
    return [f[0] for f in found] if all(len(f) == 1 for f in found) else [(), ()]


def _listed(agenda: Agenda, pair: Pair, table: str) -> Iterator[int]:
    """When the one was in a list of what the other has; nothing where the two hang together otherwise as well."""
    catalog = agenda.memory.catalog
    if not _only_by(catalog, pair, table):
        return
    yield from _beneath(agenda, pair)
    for owed in agenda.owed:
        if owed.need.meaning.family != "related" or owed.answer is None or len(owed.need.mentions) != 1:
            continue
        whose = place_of(owed, 0, catalog)
        other = next((p for p, q in (pair, pair[::-1]) if q == whose and p[0] == owed.need.meaning.table), None)
        if other is not None and any(r.shown.get(other[0], ((),))[0] == other[1] for r in owed.answer.rows):
            yield owed.answer.source


def _beneath(agenda: Agenda, pair: Pair) -> Iterator[int]:
    """When the one was shown by a result about the other, among what belongs to it."""
    alone: dict[int, set[Place]] = {}
    for listing in agenda.memory.listings:
        if not listing.many and len(listing.rows) == 1:
            alone.setdefault(listing.source, set()).update((t, key) for t, (key, _) in listing.rows[0].shown.items())
    for listing in agenda.memory.listings:
        for one, other in (pair, pair[::-1]):
            of = alone.get(listing.source, set()) if listing.many and listing.meaning.family == "get" else set()
            if other in of and any(r.shown.get(one[0], ((),))[0] == one[1] for r in listing.rows):
                yield listing.source


def _only_by(catalog: Catalog, pair: Pair, table: str) -> bool:
    """No other table joins the two, and neither refers to the other."""
    one, two = pair[0][0], pair[1][0]
    to = {t.name: [x.to for x in catalog.links if x.table == t.name] for t in catalog.tables}
    joins = [t for t, others in to.items() if one in others and two in others]
    return joins == [table] and two not in to.get(one, []) and one not in to.get(two, [])
