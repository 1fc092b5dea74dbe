"""Where did every argument come from? From the user's words, a result, the policy, a default, or a modest inference.

The agent records an origin for each argument; here the record is held against the conversation: the turn it names must
really say or hold the value. A conversation without such records is searched instead. What an assistant may work out by itself is a closed list (`inference.py`), and the verdict notes each.
"""

import re

from duologue.catalog.model import Column
from duologue.checks.case import Case
from duologue.checks.findings import note
from duologue.checks.inference import infer
from duologue.language.reading import MONTHS, Day, Reading, fold, has_phrase, parse_day
from duologue.language.values import asks_for, moment, tells
from duologue.plans.placeholders import as_compared, held_in, leaves, value_at
from duologue.plans.trace import Executed
from duologue.types import Finding, Json, Origin, Slot, Verdict

_NO_SLOT = Slot()
_LEAST = 3
"""Letters of a piece of a word that somebody may search for."""


def provenance(case: Case) -> Verdict:
    """Every argument of every call has an origin that holds. What was worked out is noted, by the name of the way it was."""
    findings, notes = [], []
    for call in case.trace.calls:
        for name, value in call.call.arguments.items():
            problem, way = _check(case, call, name, value)
            if problem:
                findings.append(Finding(call.at, f"{call.call.name}({name}={value!r}): {problem}"))
            elif way and way not in UNREMARKABLE:
                notes.append(note(call.at, f"{call.call.name}({name}={value!r}) is inferred: {way}"))
    return Verdict("provenance", not findings, (*findings, *notes))


UNREMARKABLE = ("how much to list", "one of the options")
"""Inferences that a schema invites; too common to be noted."""


def _check(case: Case, call: Executed, name: str, value: Json) -> tuple[str, str]:
    """What is wrong with an argument, else the name of the inference it came by; both empty where it was said or returned."""
    origin = call.origins.get(name)
    if origin is None:
        if value is None or is_default(case, call, name, value):
            return "", ""
        if case.trace.turns[call.at].maker == "scripted" and case.keeps_origins:
            return "no record of where it came from", ""
        if is_told(case, call, name, value):
            return "", ""
        way = _inference(case, call, name, value)
        return ("", way) if way else (f"nothing said or returned before holds it; {_searched(case, call)}", "")
    if origin.kind == "inference":
        way = _inference(case, call, name, value)
        return ("", way) if way else ("that is no inference but an invention", "")
    return _recorded(case, call, name, value, origin), ""


def _searched(case: Case, call: Executed) -> str:
    """What was looked through for an argument that nothing holds."""
    users = sum(1 for s in case.trace.user if s.turn < call.at)
    results = sum(1 for c in case.trace.calls if c.turn < call.at)
    policy = "the policy, " if case.trace.system else ""
    return f"looked through: the user's words ({users} turns), results ({results}), {policy}the default, and what may be inferred"


def _recorded(case: Case, call: Executed, name: str, value: Json, origin: Origin) -> str:
    """What is wrong with an origin on record."""
    if origin.kind == "default":
        return "" if is_default(case, call, name, value) else "that is not the default"
    if origin.kind == "policy":
        column = _column(case, call, name)
        return "" if any(says(case, s.turn, value, column) for s in case.trace.system) else "no policy says it"
    if not 0 <= origin.turn < call.at:
        return f"its origin, turn {origin.turn}, does not come before the call"
    if origin.kind == "user":
        return _said(case, call, name, value, origin)
    return _returned(case, value, origin) if origin.kind == "result" else f"unknown kind of origin {origin.kind!r}"


def _begins_a_word(piece: str, text: str) -> bool:
    """Whether a word of a text begins so, with three letters at least."""
    return len(piece) >= _LEAST and re.search(rf"(?<!\w){re.escape(fold(piece))}", text) is not None


def _said(case: Case, call: Executed, name: str, value: Json, origin: Origin) -> str:
    if case.trace.turns[origin.turn].message.role != "user":
        return f"turn {origin.turn} is not the user's"
    if says(case, origin.turn, value, _column(case, call, name)):
        return ""
    tool = case.trace.tools.get(call.call.name)
    slot = tool.inputs.get(name) if tool is not None else None
    if slot is not None and slot.use == "match" and _begins_a_word(str(value), case.reading(origin.turn).folded):
        return ""  # a search for the beginning of a word that was said
    return f"the user does not say it in turn {origin.turn}"


def _returned(case: Case, value: Json, origin: Origin) -> str:
    source = next((c for c in case.trace.calls if c.turn == origin.turn), None)
    if source is None:
        return f"turn {origin.turn} is no result"
    try:
        found = value_at(source.result, origin.path)
    except LookupError:
        return f"turn {origin.turn} holds nothing at {origin.path!r}"
    if same_value(found, value) or (
        isinstance(value, str) and isinstance(found, str) and _part_of_name(source, value, found)
    ):
        return ""
    return f"turn {origin.turn} holds {found!r} at {origin.path!r}"


def _part_of_name(source: Executed, value: str, found: str) -> bool:
    """A name put together from several fields is recorded at the first of them."""
    if not value.startswith(found + " "):
        return False
    others = {str(v) for _, v in leaves(source.result) if isinstance(v, str)}
    return value[len(found) + 1 :] in others or all(any(w in o.split() for o in others) for w in value.split())


# ── Searching ────────────────────────────────────────────────────────────────────────────────────────────────────────


def is_known(case: Case, call: Executed, name: str, value: Json) -> bool:
    """Whether anything before the call says or holds the value, or it may be inferred."""
    return is_told(case, call, name, value) or bool(_inference(case, call, name, value))


def is_told(case: Case, call: Executed, name: str, value: Json) -> bool:
    """Whether anything before the call says or holds the value."""
    if isinstance(value, list):
        return all(is_known(case, call, name, v) for v in value)
    if isinstance(value, dict):
        return all(is_known(case, call, name, v) for v in value.values())
    slot = _slot(case, call, name)
    column, by_word = case.column(f"{slot.table}.{slot.column}"), slot.use != "key"
    if any(holds(c, value) for c in case.trace.calls if c.turn < call.at):
        return True
    texts = (*case.trace.user, *case.trace.system)
    return any(says(case, s.turn, value, column, by_word) for s in texts if s.turn < call.at)


def is_key(case: Case, call: Executed, name: str) -> bool:
    """Whether an argument is a key, as far as the tool's annotation says."""
    return _slot(case, call, name).use == "key"


def holds(call: Executed, value: Json) -> bool:
    """Whether a result holds the value."""
    return not isinstance(value, list | dict) and as_compared(value) in held_in(call.result)


def same_value(found: Json, value: Json) -> bool:
    """Equal, also where a key travels as text."""
    if isinstance(found, list | dict) or isinstance(value, list | dict):
        return bool(found == value)
    return as_compared(found) == as_compared(value)


def says(case: Case, turn: int, value: Json, column: Column | None, by_word: bool = True) -> bool:
    """Whether a turn's text says the value, as itself or as a day of a month or year it names. A number in words ("more than one
    record") counts only `by_word`."""
    if isinstance(value, list):
        return all(says(case, turn, v, column, by_word) for v in value)
    reading = case.reading(turn)
    if not by_word and isinstance(value, int) and not isinstance(value, bool):
        return any(n.value == value and not n.word for n in reading.numbers) or has_phrase(reading.folded, str(value))
    if tells(reading, value, column) or (
        column is not None and (tells(reading, value) or asks_for(reading, value, column))
    ):
        return True
    if isinstance(value, str):
        when = moment(value, column)
        day = when[0] if when is not None else parse_day(value, months=True)
        return day is not None and _names_period(reading, day)
    return False


def _names_period(reading: Reading, day: Day) -> bool:
    """Whether a text names the month or year that the day begins or ends ("June" for 2024-06-30)."""
    year, month, number = day
    if number not in (0, 1) and number < 28:
        return False
    if has_phrase(reading.folded, MONTHS[month - 1]):
        return True
    if any((y, m, 0) == (year, month, 0) and d == 0 for said in reading.dates for y, m, d in said.days):
        return True
    return month in (1, 12) and any(n.value == year for n in reading.numbers)


# ── The schema's side ────────────────────────────────────────────────────────────────────────────────────────────────


def _schema(case: Case, call: Executed, name: str) -> dict[str, Json]:
    tool = case.trace.tools.get(call.call.name)
    found = tool.parameters.get("properties", {}).get(name, {}) if tool is not None else {}
    return found if isinstance(found, dict) else {}


def is_default(case: Case, call: Executed, name: str, value: Json) -> bool:
    """Whether the value is the one the schema would have filled in."""
    schema = _schema(case, call, name)
    return "default" in schema and same_value(schema["default"], value)


def _slot(case: Case, call: Executed, name: str) -> Slot:
    tool = case.trace.tools.get(call.call.name)
    return tool.inputs.get(name, _NO_SLOT) if tool is not None else _NO_SLOT


def _column(case: Case, call: Executed, name: str) -> Column | None:
    slot = _slot(case, call, name)
    return case.column(f"{slot.table}.{slot.column}")


def _inference(case: Case, call: Executed, name: str, value: Json) -> str:
    return infer(case, call, _slot(case, call, name), _schema(case, call, name), (name, value))
