"""How people point back at rows of a list: by what stands out, or by place; and when a list has gone stale.

A list is remembered for a few requests. What was learnt since must not contradict it: "the one with the lowest price" means
nothing clear once that price was changed. Places ("the second one") are for rows that have no name, in the list told last,
and only for rows that were told.
"""

import random
from collections.abc import Sequence

from duologue.catalog.model import Table
from duologue.plans.gist import FEW, FIRST, TELL_ALL
from duologue.plans.memory import Memory
from duologue.plans.rows import LISTS, Listing, pick_row
from duologue.types import Json, Mention, Pick, Subtask

FRESH = 3
"""A list is referred back to ("the latest of them") for this many requests at most."""
_MOVES = frozenset({"create", "remove", "act"})
PLAIN = frozenset({"search", "related", "missing"})
"""Families that list rows as they are."""
LONGEST_CODE = 10
"""Keys longer than this are not read out: nobody says a UUID."""


def fresh(memory: Memory, table: str, listing: Listing, now: int) -> bool:
    """The list is recent, was asked for (parts of a record are seldom read out), and shows each row once."""
    if listing.meaning.family not in LISTS or _outdated(memory, table, listing):
        return False
    return now - listing.need <= FRESH and len({memory.key_of(table, r) for r in listing.rows}) == len(listing.rows)


def _outdated(memory: Memory, table: str, listing: Listing) -> bool:
    """A row of the table was entered or removed since: the latest of them is another one now, or would be taken for it."""
    return any(
        x.need > listing.need and x.meaning.table == table and x.meaning.family in _MOVES for x in memory.listings
    )


def usable(memory: Memory, table: str, listing: Listing, pick: Pick) -> bool:
    """The pick finds one row whose key is shown, and nothing learnt since contradicts what the list shows."""
    if pick.table != table and not pick.use:
        return False  # "the earliest patient" is not the patient of the earliest appointment
    row = pick_row(listing.rows, pick)
    return row is not None and memory.key_of(table, row) is not None and _holds(memory, listing, pick)


def _holds(memory: Memory, listing: Listing, pick: Pick) -> bool:
    if pick.use or not pick.column:
        return True
    slot = f"{pick.table}.{pick.column}"
    for row in listing.rows:
        key = memory.key_of(pick.table, row)
        known = memory.known.get(pick.table, {}).get(key) if key is not None else None
        if known is not None and known.values.get(pick.column, row.values.get(slot)) != row.values.get(slot):
            return False
    return True


def repeated(memory: Memory, listing: Listing) -> bool:
    """The same rows were listed before, whatever was asked then."""
    table = listing.meaning.table
    if listing.meaning.family not in PLAIN or len(listing.rows) < 2:
        return False
    rows = [memory.key_of(table, r) for r in listing.rows]
    return any(
        other.meaning.family in PLAIN
        and other.meaning.table == table
        and other.need >= 0
        and other.source != listing.source
        and [memory.key_of(table, r) for r in other.rows] == rows
        for other in memory.listings
    )


def places(table: Table, listing: Listing, now: int) -> list[Pick]:
    """ "The first", "the second": of a list told just now, whose rows have no name of their own."""
    if table.display or listing.meaning.table != table.name or now - listing.need > 1 or len(listing.rows) < 2:
        return []
    told = len(listing.rows) if listing.total <= TELL_ALL else FIRST
    return [Pick("ordinal", table.name, value=n) for n in range(1, min(told, FEW, len(listing.rows)) + 1)]


def speakable(table: Table) -> bool:
    """Whether people say the numbers of its rows."""
    if len(table.key) != 1:
        return True
    column = table.column(table.key[0])
    return all(len(str(v)) <= LONGEST_CODE for v in (column.least, column.most) if v is not None)


def lately(told: Sequence[Json], dice: random.Random) -> Json:
    """One of the names or numbers that were said, in their order: mostly one of the last."""
    return told[-1 - int(dice.random() ** 2 * len(told))]


def readiness(mention: Mention, changing: bool = False) -> float:
    """How readily a row is pointed at this way: by its place, by "that one", by its name, by its number; by what comes first in a
    ranking less readily, and hardly where the row is to be changed, which nobody wants for its rank."""
    pick = mention.pick
    if pick is not None and not pick.use and pick.kind in ("max", "min"):
        return 0.1 if changing else 1.2
    if pick is not None and not pick.use and pick.kind in ("latest", "earliest"):
        return 0.6 if changing else 2.0
    if pick is not None:
        return 3.0
    return 2.0 if not mention.by else 1.5 if "@name" in mention.by else 0.6


def tables_of(subtask: Subtask) -> frozenset[str]:
    """The tables whose rows a part is about."""
    need = subtask.need
    return frozenset((need.meaning.table, *(m.table for m in need.mentions))) if need is not None else frozenset()
