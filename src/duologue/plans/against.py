"""A value of one row held against what another table says of the same: the total of an invoice against its lines, the address on an order
against the customer's.

What a need says of this (`Need.against`) makes two questions of it, where the other side does not come with the row itself: one for the row,
one for the other side. The task maker and the scripted agent both ask them through `other`, and read both sides off the answers through
`held`.
"""

from collections.abc import Sequence
from math import prod

from msgspec import Struct
from msgspec.structs import replace

from duologue.catalog.model import Catalog
from duologue.plans.gist import answering
from duologue.plans.rows import Listing, Row
from duologue.types import Json, Mention, Need, OtherSide

__all__ = ["MOST_ROWS", "Held", "held", "other", "own", "told_slot"]

MOST_ROWS = 20
"""Rows that are added up at most: more than that nobody works out, or checks."""
_HALF_A_CENT = 0.005


class Held(Struct, frozen=True):
    """Both sides as they came back."""

    one: Json
    """What the row itself says."""
    other: Json
    rows: tuple[Row, ...]
    """What the other side was read from."""

    @property
    def agrees(self) -> bool:
        """Both say the same."""
        if isinstance(self.one, int | float) and isinstance(self.other, int | float):
            return abs(self.one - self.other) < _HALF_A_CENT
        return str(self.one).strip() == str(self.other).strip()


def own(need: Need) -> Need:
    """The question for the row itself."""
    return replace(need, against=None)


def other(need: Need, row: Row | None, catalog: Catalog) -> Need | None:
    """The question for the other side, which may be about a row that the first one refers to; None where it comes with the row itself, or it is not
    clear yet which row that is."""
    against = need.against
    if against is None or against.meaning is None:
        return None
    if against.how != "same":
        wanted = () if against.how == "count" else (against.slot,)
        return Need(against.meaning, need.mentions, wanted=wanted)
    table = against.meaning.table
    shown = row.shown.get(table) if row is not None else None
    key = catalog.table(table).key
    if shown is None or any(k not in shown[1] for k in key):
        return None
    return Need(against.meaning, (Mention(table, by={k: shown[1][k] for k in key}),), wanted=(against.slot,))


def held(need: Need, listings: Sequence[Listing], others: Sequence[Listing]) -> Held | None:
    """Both sides, from what the questions brought (`others`: nothing where the other side comes with the row); None where one says nothing, or not
    all of it came back."""
    against, record = need.against, answering(own(need), listings)
    if against is None or record is None or not record.rows:
        return None
    one = record.rows[0].values.get(need.wanted[0])
    if against.how == "same":
        table = against.meaning.table if against.meaning is not None else ""
        meant = record.rows[0].shown.get(table)
        found = (
            r
            for x in others
            for r in x.rows
            if meant is not None and table in r.shown and r.shown[table][0] == meant[0]
        )
        rows = tuple(found)[:1]
        value = rows[0].values.get(against.slot) if rows else None
    else:
        lists = listings if against.meaning is None else others
        answer = next((x for x in lists if x.many and x.rows and _shows(x.rows[0], against)), None)
        rows = answer.rows if answer is not None and answer.whole else ()
        value = _come_to(against, rows)
    return None if one is None or value is None else Held(one, value, tuple(rows))


def told_slot(against: OtherSide) -> str:
    """The slot under which the other side is told."""
    return {"same": against.slot, "sum": f"{against.slot}:sum"}.get(against.how, ":count")


def _shows(row: Row, against: OtherSide) -> bool:
    return against.slot in row.values or (
        against.how == "count" and any(s.startswith(against.slot) for s in row.values)
    )


def _come_to(against: OtherSide, rows: Sequence[Row]) -> Json:
    """What rows come to, or how many they are; None where that can't be told."""
    if not 0 < len(rows) <= MOST_ROWS:
        return None
    if against.how == "count":
        return len(rows)
    total: int | float = 0
    for row in rows:
        held_there = [row.values.get(s) for s in (against.slot, against.times) if s]
        figures = [f for f in held_there if isinstance(f, int | float) and not isinstance(f, bool)]
        if len(figures) < len(held_there):
            return None
        total += prod(figures)
    return round(total, 4) if isinstance(total, float) else total
