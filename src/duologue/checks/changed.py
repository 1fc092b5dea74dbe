"""When are two row changes the same? By rows and types, as the columns store them.

* A value is compared as its column keeps it (`catalog/affinity.py`): 99 is 99.0 where the column is REAL, "099" is not "99" where it is
  TEXT. Without a known column the stored class counts too. Dates and flags are no exception: a column that holds "2024-05-03" is
  not right with "2024-05-03 00:00:00", since whoever compares them next would stumble over it. NULL is not "".
* JSON text, in a column that holds nothing else, is compared by what it says: SQLite's own functions space it their way and
  the order of keys means nothing. Numbers in it are JSON's, of which there is one kind.
* Bookkeeping is left out (`catalog/bookkeeping.py`), unless a tool of the set lets its caller write it.
* A number that the database gives to a new row follows from the order of the calls. New rows are paired by what they hold,
  and references to them go by the pairs. A number that a caller may choose is a value like any other.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property

from msgspec.structs import replace

from duologue.catalog.affinity import class_of, stored
from duologue.catalog.model import Column
from duologue.kept import Kept
from duologue.types import Json, RowChange, Tool

__all__ = ["Comparison", "describe"]

Cells = Mapping[str, Json]


_bookkeeping: Kept[Mapping[str, Column], dict[str, Column]] = Kept(
    lambda columns: {slot: column for slot, column in columns.items() if column.bookkeeping}
)
"""The columns that the database keeps for itself."""


class Comparison:
    """Compares row changes of one environment."""

    def __init__(self, columns: Mapping[str, Column], tools: Collection[Tool] = ()) -> None:
        self._columns, self._tools = columns, tools
        self._bookkeeping = _bookkeeping(columns) if columns else {}
        self._renamed: dict[tuple[str, Json], Json] = {}
        """Table and number of a new row → the number it was to have."""
        self.left_out: dict[str, str] = {}
        """Bookkeeping met so far (`table.column`, or a table) → why it is that."""

    @cached_property
    def _given(self) -> set[str]:
        """Columns whose value a caller gives."""
        writing = (t for t in self._tools if t.effect == "write")
        return {f"{s.table}.{s.column}" for t in writing for s in t.inputs.values() if s.use == "value"}

    @cached_property
    def _written(self) -> set[str]:
        """Tables that a tool writes."""
        return {name for t in self._tools if t.effect == "write" for name in t.writes}

    # ── Bookkeeping ──────────────────────────────────────────────────────────────────────────────────────────────────

    def graded(self, changes: Iterable[RowChange]) -> list[RowChange]:
        """The changes without bookkeeping; one that is nothing else is gone."""
        if not self._bookkeeping:
            return list(changes)
        return [kept for change in changes if (kept := self._graded(change)) is not None]

    def _graded(self, change: RowChange) -> RowChange | None:
        trail = self._why(change.table, next(iter(change.after or change.before or change.key), ""), trail=True)
        if trail:
            self.left_out.setdefault(change.table, trail)
            return None
        names = [n for n in {**(change.before or {}), **(change.after or {})} if self._why(change.table, n)]
        if not names:
            return change
        for name in names:
            self.left_out.setdefault(f"{change.table}.{name}", self._why(change.table, name))
        before, after = _without(change.before, names), _without(change.after, names)
        if change.op == "update" and not after:
            return None
        return replace(change, before=before, after=after)

    def _why(self, table: str, name: str, trail: bool = False) -> str:
        """Why a column is left out; of a `trail`, why its table is. Empty where it is graded."""
        column = self._bookkeeping.get(f"{table}.{name}")
        if column is None or f"{table}.{name}" in self._given:
            return ""
        whole = not column.label  # columns of trails were never given one
        return "" if trail and (not whole or table in self._written) else column.bookkeeping

    # ── Equality ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def all_same(self, wanted: Sequence[RowChange], found: Sequence[RowChange]) -> bool:
        """Whether each change is the one wanted in its place, so that no new row goes by another number."""
        return not self._renamed and len(wanted) == len(found) and all(map(self.same, wanted, found))

    def same(self, wanted: RowChange, change: RowChange) -> bool:
        """Whether a change is the one wanted, leaving out what depends on the moment."""
        return (
            wanted.table == change.table
            and wanted.op == change.op
            and self._same_cells(wanted.table, wanted.key, change.key)
            and self._same_cells(wanted.table, wanted.before, change.before)
            and self._same_cells(wanted.table, wanted.after, change.after)
        )

    def same_key(self, wanted: RowChange, change: RowChange) -> bool:
        """Whether both are of one row and do the same kind of thing to it."""
        same = (wanted.table, wanted.op) == (change.table, change.op)
        return same and self._same_cells(wanted.table, wanted.key, change.key)

    def _same_cells(self, table: str, wanted: Cells | None, found: Cells | None) -> bool:
        if wanted is None or found is None:
            return wanted is found
        if wanted.keys() != found.keys():
            return False
        for name, value in wanted.items():
            if value is not found[name] and not self.same_value(table, name, value, found[name]):
                return False
        return True

    def same_value(self, table: str, name: str, wanted: Json, found: Json) -> bool:
        """Whether a column would store the same for both. A value that depends on the moment is the same as any."""
        if isinstance(wanted, dict) and "$any" in wanted:
            return True
        if wanted is found or (wanted == found and type(wanted) is type(found)):
            return True
        column = self._columns.get(f"{table}.{name}")
        kind = (column.affinity or column.type) if column is not None else ""
        wanted, found = stored(wanted, kind), stored(found, kind)
        if wanted == found and class_of(wanted) == class_of(found):
            return True
        is_json = column is not None and column.format == "json"
        return is_json and isinstance(wanted, str) and isinstance(found, str) and _same_json(wanted, found)

    # ── Rows the database numbers ────────────────────────────────────────────────────────────────────────────────────

    def paired(self, wanted: Sequence[RowChange], found: Sequence[RowChange]) -> list[RowChange]:
        """What was found, with new rows numbered as those wanted that hold the same. Pairs hold for later tasks too."""
        found = [self._renumbered(c) for c in found]
        waiting = [c for c in found if self._is_numbered(c) and not any(self.same(w, c) for w in wanted)]
        if not waiting:
            return [self._renumbered(c) for c in found]
        free = [w for w in wanted if self._is_numbered(w) and not any(self.same(w, c) for c in found)]
        pairs = 0
        while waiting and pairs < len(self._renamed) + 1:  # rows that others refer to come first, so go round again
            pairs = len(self._renamed) + 1
            waiting = [c for c in waiting if not self._pair(c, free)]
        return [self._renumbered(c) for c in found]

    def _pair(self, change: RowChange, free: list[RowChange]) -> bool:
        (name, number), *_ = change.key.items()
        for want in free:
            twin = self._renumbered(change)
            if self.same(want, replace(twin, key=want.key, after={**(twin.after or {}), name: want.key.get(name)})):
                self._renamed[change.table, number] = want.key[name]
                free.remove(want)
                return True
        return False

    def _is_numbered(self, change: RowChange) -> bool:
        """Whether a change is a new row with a number from the database."""
        if change.op != "insert" or len(change.key) != 1:
            return False
        slot = f"{change.table}.{next(iter(change.key))}"
        column = self._columns.get(slot)
        return column is not None and column.numbered and slot not in self._given

    def _renumbered(self, change: RowChange) -> RowChange:
        if not self._renamed:
            return change

        def cells(values: Cells | None) -> dict[str, Json] | None:
            return None if values is None else {k: self._number(change.table, k, v) for k, v in values.items()}

        return replace(change, key=cells(change.key) or {}, before=cells(change.before), after=cells(change.after))

    def _number(self, table: str, name: str, value: Json) -> Json:
        column = self._columns.get(f"{table}.{name}")
        if column is None or not isinstance(value, int):
            return value
        if column.numbered:
            return self._renamed.get((table, value), value)
        if column.role != "reference":
            return value
        numbers = {new for (t, old), new in self._renamed.items() if old == value and t != table}
        return numbers.pop() if len(numbers) == 1 else value


def _without(cells: Cells | None, names: Sequence[str]) -> dict[str, Json] | None:
    return None if cells is None else {k: v for k, v in cells.items() if k not in names}


def _same_json(one: str, other: str) -> bool:
    try:
        return bool(_marked(json.loads(one)) == _marked(json.loads(other)))
    except ValueError:
        return False


def _marked(value: Json) -> Json:
    """With truth values set apart from the numbers that Python takes them for."""
    if isinstance(value, bool):
        return ("bool", value)
    if isinstance(value, list):
        return [_marked(v) for v in value]
    return {k: _marked(v) for k, v in value.items()} if isinstance(value, dict) else value


def describe(value: Json, other: Json) -> str:
    """A value for the evidence, with its type where that is what differs from the other."""
    kind = class_of(value)
    return (
        f"{value!r} ({kind})"
        if kind != class_of(other) and value is not None
        else "NULL"
        if value is None
        else repr(value)
    )
