"""Where it shows whether a change was made that went unanswered: a read about the same row, or a list that the new row is in.

What a change leaves behind is read off its own statements: the columns that it sets, and the row that it puts in, as far as the values stand in
the call or in the statement. A read that takes what the call names, and shows such a column, tells afterwards. What the statement works out
(a date, a number of its own) is looked for nowhere.
"""

import re
from collections.abc import Iterator, Mapping

from msgspec import Struct

from duologue.kept import Kept
from duologue.plans.groups import Group, groups_of
from duologue.plans.index import ToolIndex
from duologue.plans.rows import same
from duologue.types import Json, Slot, Tool

__all__ = ["Look", "leaves_a_trace", "look_for"]

_UPDATE = re.compile(r"UPDATE (\w+) SET (.+) WHERE (\w+) = :(\w+)(?: AND .+)?", re.IGNORECASE)
_INSERT = re.compile(r"INSERT INTO (\w+) \(([^)]*)\) VALUES \((.*)\)", re.IGNORECASE)
_SET = re.compile(r"(\w+) = (.+)")
_LITERAL = re.compile(r"'([^']*)'|(-?\d+(?:\.\d+)?)|(NULL)")
_GIVEN = re.compile(r"(?:trim\()?:(\w+)\)?", re.IGNORECASE)
_FAMILIES = ("act", "set")
_FIRST = ("get", "related", "search", "find")


class _Mark(Struct, frozen=True):
    """A column that holds something once the change is made."""

    slots: tuple[str, ...]
    """What results may show it as."""
    given: str = ""
    """The parameter that it is given by; empty where it is always the same."""
    value: Json = None


class _Way(Struct, frozen=True):
    """A read that tells, for whatever values."""

    tool: Tool
    given: dict[str, str]
    """Its parameters → those of the change."""
    marks: tuple[_Mark, ...]


class Look(Struct, frozen=True):
    """A read that tells whether one change was made."""

    tool: Tool
    given: dict[str, str]
    """Its parameters → those of the change."""
    arguments: dict[str, Json]
    marks: tuple[tuple[tuple[str, ...], Json], ...]
    """What a row shows then: slots, any of which may hold it, and the value."""

    def shows(self, result: Json, index: ToolIndex) -> bool:
        """Whether its result shows that the change was made."""
        rows = [row.values for x in index.reader.listings(self.tool, self.arguments, result, 0, -1) for row in x.rows]
        return any(all(_holds(row, slots, value) for slots, value in self.marks) for row in rows)


def look_for(tool: Tool, arguments: Mapping[str, Json], index: ToolIndex) -> Look | None:
    """Where it shows whether this call of a hand-written change did its work; None where nothing shows it."""
    way = _ways(index).get(tool.name)
    if way is None or any(p not in arguments for p in way.given.values()):
        return None
    marks = tuple(
        (m.slots, arguments[m.given] if m.given else m.value) for m in way.marks if not m.given or m.given in arguments
    )
    looked = {name: arguments[p] for name, p in way.given.items()}
    return Look(way.tool, way.given, looked, marks) if _tells(way, marks) else None


def leaves_a_trace(tool: Tool, index: ToolIndex) -> bool:
    """Whether there is a read that may tell of a change of this tool."""
    return tool.name in _ways(index)


def _tells(way: _Way, marks: tuple[tuple[tuple[str, ...], Json], ...]) -> bool:
    """Whether there is more to see than what is asked by."""
    asked = {m.slots for m in way.marks if m.given in way.given.values()}
    return any(slots not in asked for slots, _ in marks)


def _holds(row: Mapping[str, Json], slots: tuple[str, ...], value: Json) -> bool:
    return any(
        s in row and (row[s] is None if value is None else row[s] is not None and same(row[s], value)) for s in slots
    )


def _all_ways(index: ToolIndex) -> dict[str, _Way]:
    out = {}
    reads = [t for t in index.toolset.tools if t.effect == "read" and t.meaning is not None]
    reads.sort(
        key=lambda t: _FIRST.index(t.meaning.family) if t.meaning and t.meaning.family in _FIRST else len(_FIRST)
    )
    for tool in index.toolset.tools:
        if tool.effect == "write" and tool.meaning is not None and tool.meaning.family in _FAMILIES:
            ways = [_way(tool, read, left, index) for left in _left_behind(tool, index) for read in reads]
            found = [w for w in ways if w is not None]
            if found:
                out[tool.name] = max(found, key=_shown_plainly)  # the first of those that show as much
    return out


def _shown_plainly(way: _Way) -> int:
    """How much of it a read shows as columns of the table that changes, not as what these refer to."""
    shown = {f"{s.table}.{s.column}" for s in way.tool.outputs.values()}
    return sum(m.slots[0] in shown for m in way.marks)


_ways: Kept[ToolIndex, dict[str, _Way]] = Kept(_all_ways)


def _way(tool: Tool, read: Tool, left: tuple[_Mark, ...], index: ToolIndex) -> _Way | None:
    """How one read tells; None where it does not."""
    keys = {(s.table, s.column): p for p, s in index.inputs[tool.name].items() if s.use == "key"}
    taken = {n: s for n, s in index.inputs[read.name].items() if s.use in ("key", "equals")}
    given = {n: keys[s.table, s.column] for n, s in taken.items() if (s.table, s.column) in keys}
    if not given or not set(read.parameters.get("required", ())) <= given.keys():
        return None
    row = left[0]  # which row it is
    best: tuple[_Mark, ...] = ()
    for group in groups_of(read):
        shown = tuple(m for m in left if _shown_in(group, m))
        if (row in shown or row.given in given.values() or not row.given) and len(shown) > len(best):
            best = shown
    return _Way(read, given, best) if any(m.given not in given.values() for m in best) else None


def _shown_in(group: Group, mark: _Mark) -> bool:
    return any(slot in mark.slots for _, slot in group.fields)


def _left_behind(tool: Tool, index: ToolIndex) -> Iterator[tuple[_Mark, ...]]:
    """What each statement of a change leaves behind; the first mark says which row it is, or is any of a new row."""
    inputs = index.inputs[tool.name]
    for sql in (" ".join(s.sql.split()).rstrip("; ") for s in tool.run if s.kind == "write"):
        update, insert = _UPDATE.fullmatch(sql), _INSERT.fullmatch(sql)
        pairs: list[tuple[str, str]] = []
        if update is not None and update[4] in inputs:
            table = update[1]
            pairs = [(update[3], f":{update[4]}")]
            pairs += [(found[1], found[2]) for part in _split(update[2]) if (found := _SET.fullmatch(part)) is not None]
        elif insert is not None:
            table, columns, values = insert[1], _split(insert[2]), _split(insert[3])
            pairs = list(zip(columns, values, strict=False)) if len(columns) == len(values) else []
        marks = tuple(m for column, text in pairs if (m := _mark(f"{table}.{column}", text, inputs)) is not None)
        if len(marks) > 1:
            yield marks


def _mark(slot: str, text: str, inputs: Mapping[str, Slot]) -> _Mark | None:
    given, literal = _GIVEN.fullmatch(text), _LITERAL.fullmatch(text)
    if given is not None and given[1] in inputs:
        own = inputs[given[1]]
        return _Mark(tuple(dict.fromkeys((slot, f"{own.table}.{own.column}"))), given[1])
    if literal is None:
        return None
    value: Json = literal[1] if literal[1] is not None else float(literal[2]) if literal[2] is not None else None
    return _Mark((slot,), "", value)


def _split(text: str) -> list[str]:
    """The parts between commas that stand in no bracket and no quotes."""
    out, depth, quoted, start = [], 0, False, 0
    for at, c in enumerate(text):
        if c == "'":
            quoted = not quoted
        elif not quoted:
            depth += (c == "(") - (c == ")")
            if c == "," and depth == 0:
                out.append(text[start:at].strip())
                start = at + 1
    return [*out, text[start:].strip()]
