"""Which fields of a row somebody would ask for in one breath.

One thing is what they are after: how it stands, when, how much, how to reach somebody. A second goes with it where both are of one kind (two
ways of contact, a status and its date, a price and what is in stock), stand side by side in the table and say something alike, or share a
word of their names ("payment status", "payment method"); three only of an address. What is kept for the software's sake (a flag, a place in
a sort order) is asked for by itself, and seldom.
"""

import random
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache

from duologue.catalog.model import Column
from duologue.language.grammar import word_file
from duologue.types import Slot

__all__ = ["in_one_breath", "readily"]

_INTEREST = {"status": 4.0, "measure": 3.0, "date": 3.0, "contact": 3.0, "name": 2.0, "category": 2.0, "flag": 0.3}
_MONEY = 4.5
_PLACE = 2.0
_LEAST = 0.05
"""How readily what only serves the software is asked for."""
_TWO, _THREE = 0.6, 0.4
"""How often a second field is asked for where one goes with the first, and a third of an address."""
_ORDER = re.compile(r"\b(?:sort|display|sequence|seq|ordinal|row|line) ?(?:order|number|no|position|rank)?\b")
_COMMON = frozenset(
    {"date", "number", "name", "type", "code", "total", "id", "of", "the", "in", "per", "time", "at", "on"}
)
"""Words that two names share without having to do with each other."""
_SIDE_BY_SIDE = 1
_ALIKE = frozenset({"measure", "category", "name"})
"""Roles of columns that go together where they stand side by side."""

_GOES_ON = 4.0
"""How much more readily people ask on about what goes with what they were told."""

Field = tuple[Slot, Column | None]
Read = Callable[[str], Field]
"""What a slot of an answer is, and its column."""


def in_one_breath(slots: Sequence[str], read: Read, dice: random.Random) -> list[str]:
    """Of what an answer has to tell of one row, what somebody would ask for together, in the order of the answer."""
    columns = {s: read(s) for s in slots}
    first = dice.choices(slots, [_interest(*columns[s]) for s in slots])[0]
    if _kind(*columns[first]) == "place":
        return _address(slots, columns, first, dice)
    near = [s for s in slots if s != first and _goes_with(columns[first], columns[s], slots)]
    if not near or dice.random() >= _TWO:
        return [first]
    second = dice.choices(near, [_interest(*columns[s]) for s in near])[0]
    return [s for s in slots if s in (first, second)]


def readily(column: Column, told: Sequence[Column]) -> float:
    """How readily somebody who was told of some columns of a row asks on about another."""
    row = [f"{c.table}.{c.name}" for c in (column, *told)]
    own = Slot(column.table, column.name)
    goes = any(_goes_with((own, column), (Slot(c.table, c.name), c), row) for c in told)
    return _interest(own, column) * (_GOES_ON if goes else 1.0)


def _address(slots: Sequence[str], columns: Mapping[str, Field], first: str, dice: random.Random) -> list[str]:
    """An address: what leads there, before what it belongs to."""
    parts = [s for s in slots if _kind(*columns[s]) == "place" and columns[s][0].table == columns[first][0].table]
    main = [
        s for s in parts if _words(columns[s][1]) & _listed("leads") and not _words(columns[s][1]) & _listed("within")
    ]
    chosen = main if len(main) > 1 else parts if len(parts) < 3 else [first]
    return chosen[: 3 if dice.random() < _THREE else 2]


def _interest(slot: Slot, column: Column | None) -> float:
    """How readily a field is what somebody is after."""
    kind = _kind(slot, column)
    if column is not None and _is_order(column):
        return _LEAST
    if kind in ("money", "place"):
        return _MONEY if kind == "money" else _PLACE
    return _INTEREST.get(column.role if column is not None else "name", 1.0)


def _is_order(column: Column) -> bool:
    return column.role == "measure" and not column.unit and _ORDER.fullmatch(column.label) is not None


def _kind(slot: Slot, column: Column | None) -> str:
    """What a field says of a row: money · place · contact · state (how it stands, and when) · else its role."""
    if column is None:
        return "name"
    if column.format == "money":
        return "money"
    if column.format == "postcode" or (
        column.role in ("contact", "category", "name", "text")
        and _words(column) & (_listed("leads") | _listed("within"))
    ):
        return "place"
    return "state" if column.role in ("status", "date") else column.role


def _words(column: Column | None) -> frozenset[str]:
    return frozenset(column.label.split(" ")) if column is not None else frozenset()


@cache
def _listed(name: str) -> frozenset[str]:
    return frozenset(str(word_file("names")[name]).split())


def _goes_with(one: Field, other: Field, slots: Sequence[str]) -> bool:
    """Whether two fields are asked for together."""
    a, b = one[1], other[1]
    if a is None or b is None or _is_order(a) or _is_order(b) or "flag" in (a.role, b.role):
        return False
    kinds = {_kind(*one), _kind(*other)}
    if kinds in ({"contact"}, {"place"}):
        return True
    if kinds == {"money", "measure"}:
        return a.table == b.table and not (a.unit and b.unit)
    same = a.table == b.table
    if same and kinds in ({"state"}, {"money"}):
        return True
    if (set(a.label.split(" ")) & set(b.label.split(" "))) - _COMMON:
        return kinds != {"place", "contact"}
    return (
        same
        and a.role == b.role
        and a.role in _ALIKE
        and a.unit == b.unit
        and abs(_place(a, slots) - _place(b, slots)) <= _SIDE_BY_SIDE
    )


def _place(column: Column, slots: Sequence[str]) -> int:
    """Where a column stands in the answer."""
    return (
        list(slots).index(f"{column.table}.{column.name}")
        if f"{column.table}.{column.name}" in slots
        else -2 * len(slots)
    )
