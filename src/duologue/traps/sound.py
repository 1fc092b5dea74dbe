"""Which played conversations may be built on: a rule that looks at the conversation itself, never at what a check or a judge says.

A conversation is left out, whatever it is to become, where

    a goal or a speaker's words hold empty brackets, or a time of day at midnight where only a day was meant
    a change is made to a row that the user did not name or point at, or of a field that they did not name
    a list is counted and then told in part
    so many were asked for, and fewer came without a word about it
    a later request picks the least of a list that was cut off at its top

Each is a fault, or may be held for one, that nobody put there.
"""

import re
from collections.abc import Mapping

from duologue.catalog import Column
from duologue.checks import columns_of
from duologue.language.values import tells
from duologue.plans.trace import Executed, Trace, trace
from duologue.types import Dialogue, Json
from duologue.workshop import Workshop

_EMPTY = re.compile(r"\(\s*\)|\[\s*\]|\b00:00\b")
_POINTS = re.compile(
    r"\b(?:that|this|those|these|same|first|second|third|fourth|fifth|last|latest|earliest|newest|oldest|"
    r"most|least|fewest|highest|lowest|cheapest|dearest|longest|shortest|largest|smallest|heaviest|lightest)\b",
    re.IGNORECASE,
)
_LEAST = re.compile(r"\b(?:fewest|least|lowest|smallest|cheapest|shortest|lightest)\b", re.IGNORECASE)
"""Words that pick from the bottom of a ranking."""


def unsound(dialogue: Dialogue, shop: Workshop) -> str:
    """Why nothing may be built on a conversation; empty where something may."""
    said = trace(dialogue, shop.environment.toolset)
    words = [t.goal for t in dialogue.scenario.tasks] + [s.text for s in (*said.user, *said.assistant)]
    if any(_EMPTY.search(text) for text in words):
        return "empty brackets or a midnight"
    reasons = (
        *(_changed_unnamed(said, call, columns_of(shop.catalog)) for call in said.calls if call.effect == "write"),
        *(_told_in_part(said, call) for call in said.calls if call.effect == "read"),
        *(_fell_short(said, call) for call in said.calls if call.effect == "read"),
    )
    return next(filter(None, reasons), "")


def _changed_unnamed(said: Trace, call: Executed, columns: Mapping[str, Column]) -> str:
    """A change whose row or field the user's request left open. What the user then says of the row, asked which one, counts too."""
    tool, asked = said.tools[call.call.name], _request(said, call)
    given = [(slot, v) for n, v in call.call.arguments.items() if (slot := tool.inputs.get(n)) is not None]
    keys: list[Json] = [v for s, v in given if s.use == "key"]
    if keys and not _POINTS.search(asked):
        record = call.result if isinstance(call.result, dict) else {}
        names = [*keys, *(v for v in record.values() if isinstance(v, str | int) and len(str(v)) > 1)]
        since = _since(said, asked, call)
        if not any(tells(since, v) for v in names):
            return "a change to a row that was not named"
    if tool.meaning is None or tool.meaning.family != "set":
        return ""
    written = [(columns.get(f"{s.table}.{s.column}"), v) for s, v in given if s.use == "value"]
    if any(c is not None and not _names(asked.lower(), c) and not tells(asked, v, c) for c, v in written):
        return "a change of a field that was not named"
    return ""


def _names(text: str, column: Column) -> bool:
    words = re.findall(r"[^\W_]{3,}", (column.label or column.name).lower())
    return any(w in text for w in words) or not words


def _request(said: Trace, call: Executed) -> str:
    """The turn in which the user last asked for something before a call."""
    asks = (
        s for s in reversed(said.user) if s.turn < call.at and any(a.kind == "request" for a in said.turns[s.turn].acts)
    )
    return next((s.text for s in asks), "")


def _since(said: Trace, asked: str, call: Executed) -> str:
    """All that the user said from a request to a call."""
    from_turn = max((s.turn for s in said.user if s.text == asked and s.turn < call.at), default=0)
    return " ".join(s.text for s in said.user if from_turn <= s.turn < call.at)


def _report(said: Trace, call: Executed) -> str:
    return next((s.text for s in said.assistant if s.turn > call.turn and s.text), "")


def _rows(result: Json) -> list[dict[str, Json]]:
    lists = [v for v in result.values() if isinstance(v, list)] if isinstance(result, dict) else []
    return [r for r in lists[0] if isinstance(r, dict)] if lists else []


def _told_in_part(said: Trace, call: Executed) -> str:
    """The report counts a list and names some of its rows, but not all."""
    rows, text = _rows(call.result), _report(said, call)
    own = [f for f in (rows[0] if rows else ()) if len({str(r.get(f)) for r in rows}) == len(rows)]
    named = sum(
        any(isinstance(r[f], str | int) and len(str(r[f])) > 2 and _stands(text, r[f]) for f in own) for r in rows
    )
    counted = re.search(rf"(?<![\w.,]){len(rows)}(?![\w.,]*\d)", text)
    return "a list told in part" if counted and 1 < named < len(rows) else ""


def _stands(text: str, value: Json) -> bool:
    return re.search(rf"(?<!\w){re.escape(str(value))}(?!\w)", text) is not None


def _fell_short(said: Trace, call: Executed) -> str:
    """Fewer rows than asked for; or a list cut at its top, from which a later request picks the least."""
    tool = said.tools.get(call.call.name)
    limits = [
        v
        for n, v in call.call.arguments.items()
        if tool is not None and n in tool.inputs and tool.inputs[n].use == "limit"
    ]
    rows = _rows(call.result)
    if not limits or not isinstance(limits[0], int):
        return ""
    asked = next((s.text for s in reversed(said.user) if s.turn < call.at), "")
    if len(rows) < limits[0] and tells(asked, limits[0]):
        return "fewer than were asked for"
    return (
        "the least of a cut list"
        if any(s.turn > call.turn and s.task == call.task and _LEAST.search(s.text) for s in said.user)
        else ""
    )
