"""What a row belongs to, as results have shown it: a ticket to its booking, and over one link or more to whatever that belongs to.

A row belongs to another where it can't be without it: it refers to it, and no row of its table leaves that out. Which row it is, is told by
the column that refers to it, by a result that shows the two as one row, or by a list of what the other has. Nobody belongs to a person in
this sense: what somebody has called off of theirs is not themselves.
"""

from collections.abc import Iterator

from duologue.catalog.model import Catalog, Link
from duologue.plans.rows import plain
from duologue.simulate.agenda import Agenda
from duologue.simulate.replies.places import Place, place_of

__all__ = ["belongs_to"]


def belongs_to(agenda: Agenda, row: Place) -> frozenset[Place]:
    """The rows that a row belongs to, as far as results have shown them."""
    found: set[Place] = set()
    left = [row]
    while left:
        new = set(_above(agenda, left.pop())) - found - {row}
        found |= new
        left += sorted(new)
    return frozenset(found)


def _above(agenda: Agenda, row: Place) -> Iterator[Place]:
    """The rows that a row belongs to over one link."""
    links = _binding(agenda.memory.catalog, row[0])
    known = agenda.memory.known.get(row[0], {}).get(row[1])
    for link in links:
        values = [known.values.get(c) for c in link.columns] if known is not None else [None]
        if None not in values:
            yield link.to, tuple(plain(v) for v in values)
        elif sum(x.to == link.to for x in links) == 1:
            yield from (p for p in _shown_with(agenda, row) if p[0] == link.to)


def _binding(catalog: Catalog, table: str) -> list[Link]:
    """The links of a table to what its rows belong to."""
    columns = {c.name: c for c in catalog.table(table).columns}
    return [
        x
        for x in catalog.links
        if x.table == table
        and x.to != table
        and x.to_columns == catalog.table(x.to).key
        and not catalog.table(x.to).person
        and all(c in columns and (not columns[c].nullable or not columns[c].nulls) for c in x.columns)
    ]


def _shown_with(agenda: Agenda, row: Place) -> Iterator[Place]:
    """The rows that results have shown a row to hang together with: as one row, or as the one that has it."""
    table, key = row
    sources = set()
    for listing in agenda.memory.listings:
        holding = [r for r in listing.rows if r.shown.get(table, ((),))[0] == key]
        yield from ((t, k) for r in holding for t, (k, _) in r.shown.items())
        if holding and listing.many and listing.meaning.family == "get":
            sources.add(listing.source)
        if holding and listing.meaning.family == "related":
            yield from _whose(agenda, listing.source)
    for listing in agenda.memory.listings:
        if listing.source in sources and not listing.many and len(listing.rows) == 1:
            yield from ((t, k) for t, (k, _) in listing.rows[0].shown.items())


def _whose(agenda: Agenda, source: int) -> Iterator[Place]:
    """The row that a list of what belongs to it was asked for."""
    for owed in (p for o in agenda.owed for p in (o.parts or [o])):
        if owed.answered_at == source and owed.need.meaning.family == "related" and len(owed.need.mentions) == 1:
            place = place_of(owed, 0, agenda.memory.catalog)
            if place is not None:
                yield place
