"""Had the row that is changed, and the field, been spoken of before the yes?

A yes agrees to what was said. So of every change, each row it is about must have come up in words by then, the user's or the assistant's: by its
number, by its name, or by something else that results show of it and of no other row of its kind; a word of a name is enough where no other
row has it. Where results have shown one row of the kind only, whatever was said can only mean that one. A figure or a day could belong
to several columns of a row, so beside a new one the column must be named, or its old value; a state, a kind or an address tells its field by itself.

Whether the row named is the right one is for `state`, and whether an argument has a source at all for `provenance`.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from duologue.catalog.model import Column
from duologue.checks.case import Case
from duologue.language.reading import fold, has_phrase
from duologue.language.values import is_blank, tells
from duologue.plans.placeholders import leaves
from duologue.plans.rows import plain
from duologue.plans.trace import Executed
from duologue.types import Json, Slot, Tool

__all__ = ["unnamed"]

_LEAST = 3
"""Letters of a word that can name something."""
_MIXED = frozenset({"measure", "date"})
"""Roles of columns whose values could belong to another column of the row."""
_STEM = 4
"""Letters by which a word for a column is known."""
_SMALL = frozenset(["a", "an", "the", "of", "on", "at", "in", "to", "for", "and", "or", "is", "by", "per", "new"])
_WORD = re.compile(r"[^\W\d_]{2,}")
Shown = dict[str, list[tuple[str, Json]]]
"""Key of a row → what results have shown beside it, each with the field it is of."""


def unnamed(case: Case, call: Executed, until: int) -> str:
    """What a change is about that nobody had spoken of up to a turn (the yes); empty where all of it came up."""
    tool = case.trace.tools.get(call.call.name)
    if tool is None:
        return ""
    said = [s.turn for s in (*case.trace.user, *case.trace.assistant) if s.turn <= until]
    said.sort(reverse=True)
    for name, slot in tool.inputs.items():
        value = call.call.arguments.get(name)
        if slot.use == "key" and isinstance(value, str | int) and not _is_spoken_of(case, call, (slot, value), said):
            return f"{name}={value!r} is a row that nobody had named"
    return _field(case, call, tool, said)


# ── The row ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _is_spoken_of(case: Case, call: Executed, row: tuple[Slot, str | int], said: Sequence[int]) -> bool:
    slot, value = row
    column = case.column(f"{slot.table}.{slot.column}")
    if any(_tells(case, t, value, column) for t in said):
        return True
    shown, beside = _shown(case, call, slot)
    own = [*shown.pop(plain(value), ()), *beside.pop(plain(value), ())]
    if not own or not (shown or beside):
        return True
    others = {(field, plain(v).casefold()) for values in shown.values() for field, v in values}
    apart = sorted(
        (v for field, v in own if (field, plain(v).casefold()) not in others), key=lambda v: not isinstance(v, str)
    )
    if any(_tells(case, t, v, None) for v in apart for t in said):
        return True
    if any(_is_last_told(case, call, slot, value, (own, t)) for t in said):
        return True
    common = {w for _, o in others for w in fold(o).split()}
    words = {w for v in apart if isinstance(v, str) for w in fold(v).split() if len(w) >= _LEAST and w not in common}
    return any(has_phrase(case.reading(t).folded, w) for w in sorted(words) for t in said)


def _is_last_told(
    case: Case, call: Executed, slot: Slot, value: str | int, told: tuple[list[tuple[str, Json]], int]
) -> bool:
    """Others share its name, and in this text it is told as the only row of its kind that the calls behind it gave."""
    own, turn = told
    block = case.blocks.get(turn, ())
    rows = [shown for c in block for shown in _shown(case, call, slot, (c,))]
    keys = {key for shown in rows for key in shown}
    return keys == {plain(value)} and any(_tells(case, turn, v, None) for _, v in own if isinstance(v, str))


def _tells(case: Case, turn: int, value: Json, column: Column | None) -> bool:
    reading = case.reading(turn)
    return tells(reading, value, column) or (column is not None and tells(reading, value))


def _shown(case: Case, call: Executed, slot: Slot, of: Sequence[Executed] = ()) -> tuple[Shown, Shown]:
    """The rows of a kind that results before a call have shown, by their key: what is theirs for certain, and what stands beside two
    of them, so that it may be the other's. `of`: those of these calls only."""
    out: tuple[Shown, Shown] = ({}, {})
    for other in of or case.trace.calls:
        tool = case.trace.tools.get(other.call.name)
        if other.turn >= call.at or tool is None:
            continue
        fields = {
            path.rpartition(".")[2]
            for path, s in tool.outputs.items()
            if s.table == slot.table and s.column == slot.column and s.use in ("", "key")
        }
        if not fields:
            continue
        slots = {path.rpartition(".")[2]: f"{s.table}.{s.column}" for path, s in tool.outputs.items()}
        for item in _objects(other.result):
            keys = [item[name] for name in sorted(fields & item.keys()) if isinstance(item[name], str | int)]
            for key in keys:
                told = ((p.rpartition(".")[2], v) for p, v in leaves(_own(item)) if not is_blank(v) and v != key)
                out[len(set(keys)) > 1].setdefault(plain(key), []).extend((slots.get(p, p), v) for p, v in told)
    return out


def _own(item: Mapping[str, Json]) -> dict[str, Json]:
    """An object without the lists of others in it: what stands there is of those."""
    return {k: v for k, v in item.items() if not (isinstance(v, list) and any(isinstance(x, Mapping) for x in v))}


def _objects(value: Json) -> Iterator[Mapping[str, Json]]:
    """Every object in a result, itself included."""
    if isinstance(value, dict):
        yield value
        for part in value.values():
            yield from _objects(part)
    elif isinstance(value, list):
        for part in value:
            yield from _objects(part)


# ── The field ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _field(case: Case, call: Executed, tool: Tool, said: Sequence[int]) -> str:
    """A figure or a day that was changed without its column having been named."""
    changed = {(r.table, c): v for r in call.changes if r.op == "update" and r.before for c, v in r.before.items()}
    given = {(r.table, c): v for r in call.changes if r.op == "update" and r.after for c, v in r.after.items()}
    for name, slot in tool.inputs.items():
        column = case.column(f"{slot.table}.{slot.column}")
        at = (slot.table, slot.column)
        if slot.use != "value" or column is None or at not in changed or given.get(at) != call.call.arguments.get(name):
            continue
        if column.role not in _MIXED or not _has_siblings(case, column):
            continue
        words = _words(column.label) | _words(name.replace("_", " "))
        old = changed[at]
        if not any(_touches(case, t, words) or tells(case.reading(t), old, column) for t in said):
            return f"{column.label or name} is a field that nobody had named"
    return ""


def _has_siblings(case: Case, column: Column) -> bool:
    """The row has another column that its value could belong to."""
    return any(
        c.table == column.table and c.role == column.role and c.name != column.name for c in case.columns.values()
    )


def _words(text: str) -> set[str]:
    """The beginnings of the words of a label, by which a person's word for it is known ("deliver" of "delivery date")."""
    return {w[:_STEM] for w in _WORD.findall(fold(text)) if w not in _SMALL}


def _touches(case: Case, turn: int, words: set[str]) -> bool:
    return any(w[:_STEM] in words for w in _WORD.findall(case.reading(turn).folded))
