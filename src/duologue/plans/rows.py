"""Results as rows that mean something: slot key → value, with the way back to where each value stood.

How a tool's result is taken apart is worked out once per tool (`Shape`): which fields form rows, which of them make the key of
which table, which together are a name. What the rows of one result hold is worked out once per result, since the same
one is read on every way that a task is looked for.
"""

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from msgspec import Struct

from duologue.catalog.marks import stands_for_nothing
from duologue.catalog.model import Catalog
from duologue.kept import Kept
from duologue.plans.groups import Group, groups_of, reference_parts
from duologue.types import Json, Meaning, Pick, Tool

RowKey = tuple[str, ...]
Contents = tuple[dict[str, Json], dict[str, tuple[RowKey, dict[str, Json]]]]
"""What a row holds wherever it came from: `Row.values` and `Row.shown`."""
RESULTS = 256
"""Results of one tool whose rows are remembered."""
LISTS = frozenset({"find", "search", "related", "top", "total", "count", "ratio", "missing"})
"""Families whose answer is a list."""
_SHORT = 10


class Entity(Struct, frozen=True):
    """A table whose rows a group shows: the slots of its key, and the columns shown."""

    table: str
    key: tuple[str, ...]
    columns: tuple[tuple[str, str], ...]
    """(column or `@name`, slot key)"""


class Shape:
    """How one group of a tool's result is read."""

    def __init__(self, group: Group, about: str, catalog: Catalog) -> None:
        self.group = group
        self.fields = {slot: field for field, slot in group.fields}
        """Slot key → field. What is put together from several is found at the first."""
        columns = {f"{c.table}.{c.name}": c for t in catalog.tables for c in t.columns}
        self.columns = [(slot, columns[slot]) for slot in self.fields if slot in columns]
        """The slots of plain columns."""
        self.copies = self._copies(about, catalog)
        self.names = self._names(catalog)
        self.entities = tuple(e for t in catalog.tables if t.key and (e := self._entity(t.name, t.key)) is not None)
        self.contents: Kept[Mapping[str, Json], list[Contents]] = Kept(self._contents, RESULTS)
        """What each row of a result holds."""
        self.counts_only = not group.prefix and all(":" in slot for _, slot in group.fields)

    def _copies(self, about: str, catalog: Catalog) -> tuple[tuple[str, str], ...]:
        """Parts of the subject's own key that are shown as the keys they refer to: (its slot, the slot shown)."""
        table = next((t for t in catalog.tables if t.name == about), None)
        out = []
        for part, column in (reference_parts(table, catalog) if table is not None else {}).items():
            here, there = f"{about}.{column}", f"{part.table}.{part.column}"
            if here not in self.fields and there in self.fields:
                self.fields[here] = self.fields[there]
                out.append((here, there))
        return tuple(out)

    def _names(self, catalog: Catalog) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Display names that the group shows only in parts."""
        out = []
        for table in catalog.tables:
            name, parts = f"{table.name}.@name", tuple(f"{table.name}.{c}" for c in table.display)
            if parts and name not in self.fields and all(p in self.fields for p in parts):
                self.fields[name] = self.fields[parts[0]]
                out.append((name, parts))
        return tuple(out)

    def _entity(self, table: str, key: tuple[str, ...]) -> Entity | None:
        slots = tuple(f"{table}.{c}" for c in key)
        if not all(s in self.fields for s in slots):
            return None
        prefix = table + "."
        columns = tuple((s[len(prefix) :], s) for s in self.fields if s.startswith(prefix) and ":" not in s)
        return Entity(table, slots, columns)

    def _contents(self, result: Mapping[str, Json]) -> list["Contents"]:
        return [self._content(raw) for raw in self.group.rows(result)]

    def _content(self, raw: Mapping[str, Json]) -> "Contents":
        """A raw row with its meaning; what only stands for nothing is nothing."""
        values = {slot: raw[field] for field, slot in self.group.fields if field in raw}
        for slot, column in self.columns:
            if stands_for_nothing(values.get(slot), column):
                values[slot] = None
        for here, there in self.copies:
            if there in values:
                values[here] = values[there]
        for name, parts in self.names:
            if all(values.get(p) is not None for p in parts):
                values[name] = " ".join(str(values[p]) for p in parts)
        shown = {}
        for entity in self.entities:
            key = [values.get(s) for s in entity.key]
            if None not in key:
                columns = {column: values[slot] for column, slot in entity.columns if slot in values}
                shown[entity.table] = (tuple(map(plain, key)), columns)
        return values, shown

    def path(self, index: int, slot: str) -> str:
        """Where a slot of row `index` stands in the result."""
        return self.group.path(index, self.fields[slot])


class Row(Struct, frozen=True):
    """One row of a result: slot key → value."""

    values: dict[str, Json]
    source: int
    """Number of the result it came from (a turn, or a plan step)."""
    index: int
    shape: Shape
    shown: dict[str, tuple[RowKey, dict[str, Json]]] = {}
    """Table → the key of its row that this row shows, and what it shows of it by column."""

    def path(self, slot: str) -> str:
        """Where the slot's value stands in that result."""
        return self.shape.path(self.index, slot)


class Listing(Struct, frozen=True):
    """The rows one call brought."""

    source: int
    need: int
    """Number of the need it answers; -1 for a look-up, which nobody but the caller looked at."""
    meaning: Meaning
    rows: tuple[Row, ...]
    many: bool
    total: int
    """Rows there are in all, as far as the result says; else the rows it shows."""
    of: int = 0
    """Where only some of the rows are meant: how many there were before."""
    capped: bool = False
    """It is as long as that call makes a list at most, and does not say how long it would be."""

    @property
    def whole(self) -> bool:
        """Nothing was cut off, so that the highest of what is shown is the highest there is. A ranking is whole in itself; parts of
        a record are cut at a length they do not state, so only short ones count."""
        if self.meaning.family == "top":
            return True
        return (
            not self.capped
            and self.total <= len(self.rows)
            and (self.meaning.family in LISTS or len(self.rows) < _SHORT)
        )


class Reader:
    """Reads the results of tools over one catalog."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._shapes: Kept[Tool, tuple[Shape, ...]] = Kept(self._shapes_of, 1024)

    def listings(
        self, tool: Tool, arguments: Mapping[str, Json], result: Json, source: int, need: int
    ) -> list[Listing]:
        """The rows of the result of a call. Errors, and results of tools without annotation, have none."""
        if not isinstance(result, dict) or "error" in result or tool.meaning is None:
            return []
        out = []
        for shape in self._shapes(tool):
            if shape.counts_only and tool.meaning.family in LISTS:
                continue  # nothing but counters of the list beside it
            rows = tuple(
                Row(values, source, i, shape, shown) for i, (values, shown) in enumerate(shape.contents(result))
            )
            many = shape.group.many
            total = total_said(result) if many else None
            cut = result.get("truncated") is True or may_go_on(tool, arguments, len(rows))
            capped = many and total is None and cut
            said = len(rows) if total is None else total
            out.append(Listing(source, need, tool.meaning, rows, many, said, capped=capped))
        return out

    def _shapes_of(self, tool: Tool) -> tuple[Shape, ...]:
        about = tool.meaning.table if tool.meaning is not None else ""
        return tuple(Shape(g, about, self._catalog) for g in groups_of(tool))


reader_of = Kept(Reader)
"""The reader of a catalog: drawing and both speakers read the same results."""


def total_said(result: Mapping[str, Json]) -> int | None:
    """How many rows the result of a list says there are in all; None where it does not."""
    for name in ("total", "count", "total_count", "totalCount"):
        if isinstance(result.get(name), int):
            return int(result[name])
    return None


def may_go_on(tool: Tool, arguments: Mapping[str, Json], size: int) -> bool:
    """A list of so many rows may be a part of a longer one: it is as long as the call could make it, by what was passed, by what holds where
    nothing is passed, or by the statement itself; or its first rows were passed over."""
    caps, limits, offsets = _paging(tool)
    passed = [arguments.get(name, default) for name, default in limits]
    return (
        size in caps
        or any(isinstance(limit, int) and size >= limit for limit in passed)
        or any(arguments.get(name, default) for name, default in offsets)
    )


_LIMIT = re.compile(r"\bLIMIT\s+(\d+)\s*;?\s*\Z", re.IGNORECASE)


class _Paging(NamedTuple):
    """What makes a tool's lists shorter than they would be."""

    caps: frozenset[int]
    """Rows that its statements give at most."""
    limits: tuple[tuple[str, Json], ...]
    """The parameters that say how many rows come at most, with what holds where they are not given."""
    offsets: tuple[tuple[str, Json], ...]
    """The same of those that say how many are passed over."""


def _paging_of(tool: Tool) -> _Paging:
    ends = [_LIMIT.search(s.sql) for s in tool.run if s.kind == "return" and s.shape == "list"]
    properties = tool.parameters.get("properties", {})
    limits, offsets = (
        tuple((n, properties.get(n, {}).get("default")) for n, s in tool.inputs.items() if s.use == use)
        for use in ("limit", "offset")
    )
    return _Paging(frozenset(int(end[1]) for end in ends if end is not None), limits, offsets)


_paging: Kept[Tool, _Paging] = Kept(_paging_of, 1_024)


def plain(value: Json) -> str:
    """A key as it is compared: the number 5, 5.0 and the text "5" are one key."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def same(a: Json, b: Json) -> bool:
    """Equal as people compare: text without regard to case and outer spaces, numbers by value, "5" like 5."""
    if isinstance(a, str) and isinstance(b, str):
        return a.strip().casefold() == b.strip().casefold()
    return bool(a == b) or plain(a) == plain(b)


PART = "@part"
"""What is said of a row by which only a part of its name is given: whole words of it."""


def matches(values: Mapping[str, Json], by: Mapping[str, Json]) -> bool:
    """All that is said (`by`) is known of the row and true of it. A date said as a day covers its times."""
    for column, said in by.items():
        if column == PART:
            if not has_part(str(values.get("@name") or ""), str(said)):
                return False
            continue
        value = values.get(column)
        if value is None:
            return False
        if not same(value, said) and not (_is_day(said) and str(value).startswith(str(said))):
            return False
    return True


def has_part(name: str, part: str) -> bool:
    """The name holds these words as they are."""
    return re.search(rf"(?<!\w){re.escape(part)}(?!\w)", name, re.IGNORECASE) is not None


def _is_day(value: Json) -> bool:
    return isinstance(value, str) and len(value) == 10 and value[4:5] == "-" and value[7:8] == "-"


def pick_row(rows: Iterable[Row], pick: Pick) -> Row | None:
    """The row a pick means, None unless exactly one fits. Extremes need numbers or ISO dates and no tie."""
    all_rows = list(rows)
    if pick.kind == "only":
        return all_rows[0] if len(all_rows) == 1 else None
    if pick.kind == "ordinal":
        n = int(pick.value)
        return all_rows[n - 1 if n > 0 else n] if 0 < abs(n) <= len(all_rows) else None
    slot = f"{pick.table}.{pick.column}" + (f":{pick.use}" if pick.use else "")
    if pick.kind == "where":
        fits = [r for r in all_rows if r.values.get(slot) is not None and same(r.values[slot], pick.value)]
        return fits[0] if len(fits) == 1 else None
    valued = [r for r in all_rows if isinstance(r.values.get(slot), int | float | str)]
    if len(valued) != len(all_rows) or len({isinstance(r.values[slot], str) for r in valued}) != 1:
        return None
    ordered = sorted(valued, key=lambda r: r.values[slot], reverse=pick.kind in ("max", "latest"))
    if len(ordered) > 1 and ordered[0].values[slot] == ordered[1].values[slot]:
        return None
    return ordered[0]
