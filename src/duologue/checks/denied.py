"""Is nothing denied that came back? "Fee not 2.00", "the status isn't open", of a record that has just this.

What the task wants told is for `disclosure`; here it is any field that a text names. A field's name, a denial or a bound, and a value that
the calls behind the text gave for that field: this is wrong where they gave nothing else for it. A day or a larger figure that is
the only one of its field needs no name. Where other rows have others, it is wrong unless the user brought the value up ("no, it isn't cancelled") or another one is told instead. What was searched by may be denied, and so
may a value that the text states elsewhere. After a change nothing is asked.
"""

import re

from duologue.catalog.model import Column
from duologue.checks.case import Case
from duologue.language.reading import read
from duologue.language.stance import Doubt, doubts, is_bound, states
from duologue.language.values import is_blank, tells
from duologue.plans.placeholders import leaves
from duologue.types import Json

__all__ = ["denied"]

_BEFORE = 60
_SMALL = 13
"""Whole numbers below it count too many things."""
_EDGE = "\"'“”‘’`*_():=-"
_FILLERS = frozenset(
    ["is", "are", "was", "were", "of", "at", "now", "currently", "certainly", "i", "think", "most", "the", "a", ""]
)
_INDEX = re.compile(r"\[\d+\]")
_INSTEAD = re.compile(r"[ *_]*(?:[,;:.—–-]|\bbut\b|\bit\b|\brather\b)[^\n(]{0,40}")
"""What follows a denial and gives another value in its place."""


def denied(case: Case, turn: int) -> str:
    """The objection to a text that denies what the calls behind it gave; empty where it denies nothing of the kind."""
    text = case.reading(turn).text
    if any(c.effect == "write" for c in case.blocks[turn]):
        return ""  # what was there before may well be gone
    found = [d for d in doubts(text) if d.kind in ("denial", "bound")]
    given = _given(case, turn) if found else {}
    for doubt in found if given else ():
        label = _label(text, doubt.at, given)
        for name in [label] if label else _alone(given, doubt):
            if value := _wrongly(case, turn, doubt, given[name]):
                return f"{value!r} came back as {name}, and is denied"
    return ""


_Given = dict[str, list[tuple[Json, Column]]]
"""Name of a field → the values that came back for it."""


def _given(case: Case, turn: int) -> _Given:
    """What the calls that a text reports gave, by the names of the fields."""
    out: _Given = {}
    for call in case.blocks[turn]:
        tool = case.trace.tools.get(call.call.name)
        if tool is None or call.failed:
            continue
        columns = {
            path: case.column(f"{slot.table}.{slot.column}") for path, slot in tool.outputs.items() if not slot.use
        }
        asked = [v for _, v in leaves(call.call.arguments)]
        for path, value in leaves(call.result):
            column = columns.get(_INDEX.sub("[]", path))
            if column is None or column.role == "flag" or is_blank(value) or isinstance(value, bool):
                continue
            if value in asked or (column.role == "date" and any(str(value).startswith(f"{v} ") for v in asked)):
                continue
            values = out.setdefault(column.label.lower(), [])
            if (value, column) not in values:
                values.append((value, column))
    return out


def _label(text: str, at: int, given: _Given) -> str:
    """The field's name that a denial directly follows; empty where none does."""
    words = [w.strip(_EDGE) for w in text[max(0, at - _BEFORE) : at].lower().split()]
    while words and words[-1] in _FILLERS:
        words.pop()
    said = " ".join(words)
    return max((x for x in given if f" {said}".endswith(f" {x}")), key=len, default="")


def _alone(given: _Given, doubt: Doubt) -> list[str]:
    """The fields that one figure or day came back for, and one of some size: it is known again without its field's name."""
    if doubt.kind != "denial":
        return []
    return [name for name, values in given.items() if len(values) == 1 and _stands_out(*values[0])]


def _stands_out(value: Json, column: Column) -> bool:
    return column.role == "date" or (isinstance(value, int | float) and abs(value) >= _SMALL)


def _wrongly(case: Case, turn: int, doubt: Doubt, given: list[tuple[Json, Column]]) -> str:
    """The value that is denied in spite of having come back; empty where there is none, or a good reason."""
    reading = case.reading(turn)
    inside = read(reading.text[doubt.at : doubt.end])
    behind = _INSTEAD.match(reading.text, doubt.end)
    instead = read(behind[0] if behind is not None else "")
    heard = [case.reading(s.turn) for s in case.trace.user if s.turn < turn]
    for value, column in given:
        if not tells(inside, value, column) or (doubt.kind == "bound" and is_bound(column)):
            continue
        if states(reading, value, column):
            continue
        others = [(v, c) for v, c in given if v != value]
        brought_up = any(tells(r, value, column) or tells(r, value) for r in heard)
        if not others or not (brought_up or any(tells(instead, v, c) for v, c in others)):
            return " ".join(inside.text.split()).rstrip(",;:.!?)")
    return ""
