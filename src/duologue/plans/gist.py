"""What answers a need: which values of a result are worth telling.

The task maker uses it to write down what the user must be told; the scripted agent uses it to decide what to say. It looks
only at the need (what was asked) and at the rows that came back.
"""

from collections.abc import Sequence

from msgspec import Struct

from duologue.catalog.model import Catalog
from duologue.plans.among import summed
from duologue.plans.rows import Listing, Row, pick_row
from duologue.types import Json, Need

TELL_ALL = 15
"""Lists up to this length are told in full; of longer ones the number and the first few."""
FIRST = 3
FEW = 5
"""Rows that people keep in mind at once: as many are pointed at by their place, summed up, or changed in one go."""


class Line(Struct, frozen=True):
    """A row as it is told: what it is called, then (slot key, value) pairs."""

    row: Row
    values: tuple[tuple[str, Json], ...]


class Gist(Struct, frozen=True):
    """The answer to a need. `lines` are the rows told; `total` how many there are; `picked` = one row was asked for."""

    lines: tuple[Line, ...]
    total: int
    picked: bool = False
    many: bool = True
    sum: tuple[str, Json] | None = None
    """What the rows come to together, where that is asked: slot key and value."""

    @property
    def complete(self) -> bool:
        """Every row is told."""
        return not self.picked and len(self.lines) == self.total


_ONE = frozenset({"get", "create", "set", "remove", "link", "unlink", "act"})


def answering(need: Need, listings: Sequence[Listing]) -> Listing | None:
    """The part of a result that answers the need: the record for what is about one row, the list for everything else."""
    wanted = [x for x in listings if x.many != (need.meaning.family in _ONE)]
    return next(iter(wanted or listings), None)


def gist(need: Need, listing: Listing) -> Gist:
    """What to tell of the listing that a need's own call brought."""
    rows = listing.rows
    if need.pick is not None:
        row = pick_row(rows, need.pick)
        chosen = (row,) if row is not None else ()
        return Gist(tuple(_line(r, need) for r in chosen), listing.total, picked=True, many=listing.many)
    total = len(rows) if need.meaning.family == "top" else max(listing.total, len(rows))
    shown = rows if total <= TELL_ALL and (len(rows) == total or total <= FEW) else rows[:FIRST]
    among = need.among
    total_of = (f"{among.slot}:sum", summed(among, rows)) if among is not None and among.kind == "within" else None
    return Gist(tuple(_line(r, need) for r in shown), total, many=listing.many, sum=total_of)


def _line(row: Row, need: Need) -> Line:
    return Line(row, tuple((s, row.values[s]) for s in need.wanted if row.values.get(s) is not None))


def known_of(need: Need, line: Line) -> set[str]:
    """Slots of which somebody who asked, and was told a row so, knows the value: what was told, and what the request itself said."""
    said = {key.rpartition(":")[0] for key in need.values if key.endswith((":value", ":equals"))}
    return said | {slot for slot, _ in line.values}


def told_values(answer: Gist) -> list[tuple[str, Json]]:
    """The (slot key, value) pairs the user must hear, in order, without repeats. A long list's length counts as one."""
    out: list[tuple[str, Json]] = []
    if answer.many and not answer.picked and not answer.complete:
        out.append((":count", answer.total))
    for line in answer.lines:
        for slot, value in line.values:
            if (slot, value) not in out:
                out.append((slot, value))
    return [*out, answer.sum] if answer.sum is not None else out


def naming_slots(catalog: Catalog, table: str) -> tuple[str, ...]:
    """The slots by which a row of the table is best named in speech: its display name, else date and key."""
    known = next((t for t in catalog.tables if t.name == table), None)
    if known is None:
        return ()
    if known.display:
        return (f"{table}.@name",)
    dates = tuple(f"{table}.{c.name}" for c in known.columns if c.role == "date")[:1]
    return dates + tuple(f"{table}.{c}" for c in known.key)


def owner_slots(catalog: Catalog, table: str) -> dict[str, str]:
    """Parts of a table's key that refer to rows → the slots of these rows' names, but of a table that it joins once only: else the name
    may be that of another row."""
    key = next((t.key for t in catalog.tables if t.name == table), ())
    links = [x for x in catalog.links if x.table == table]
    joined = [x.to for x in links]
    named: dict[str, str] = {}
    for link in links:
        if len(link.columns) == 1 and link.columns[0] in key and joined.count(link.to) == 1:
            named.setdefault(f"{table}.{link.columns[0]}", f"{link.to}.@name")
    return named
