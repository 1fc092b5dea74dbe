"""Was every result that mattered used? Told to the user, or fed to a later call.

Asked of every read but the plan's structural ones. Of a read that the plan does not name, what other reads of the same block gave
too shows nothing. A result counts as used when a later call takes something from it, when the next words tell something of
it, or when later ones tell something of it that was not known before. Where it
holds nothing new, "it is unchanged" will do; where it holds nothing at all, any words.
"""

from collections.abc import Container
from typing import Any

from duologue.catalog.model import Column
from duologue.checks.case import Case, verdict
from duologue.checks.repetition import doubts
from duologue.checks.words import finds
from duologue.ids import canonical
from duologue.language.questions import listen
from duologue.language.reading import fold, has_phrase
from duologue.language.values import is_blank, tells
from duologue.plans.trace import Executed
from duologue.types import Finding, Json, Slot, Verdict

TOTALS = frozenset({"total", "count"})
COUNTERS = frozenset({"total", "count", "limit", "offset", "page", "truncated"})
MOST_ASKED = 3
"""Questions that may come between a result and its being told."""
_NO_SLOT = Slot()
_ENOUGH = 2_000
"""Values of one result that are looked for."""


def unread(case: Case) -> Verdict:
    """No read was for nothing, unless it was a means the plan could have done without."""
    steps: dict[int, set[str]] = {}
    for number, task in enumerate(case.tasks):
        for step, index in case.match(number).calls.items():
            steps.setdefault(index, set()).add(task.plan[step - 1].weight)
    findings = [
        Finding(call.turn, f"nothing of what {call.call.name} returned is told or used")
        for call in case.trace.calls
        if call.effect == "read"
        and not call.failed
        and not call.lost
        and not _settles_a_doubt(case, call)
        and not _leads_on(case, call)
        and not _shows_absence(case, call)
        and steps.get(call.index, set()) <= {"critical"}
        and not _is_used(case, call, call.index in steps or _is_made_again(case, call, steps))
    ]
    return verdict("unread", findings)


def _is_made_again(case: Case, call: Executed, planned: Container[int]) -> bool:
    """Whether it is a call that a plan names, made once more for a later task: that task's step is matched with the first of them."""
    return any(
        c.index in planned
        and c.task < call.task
        and c.call.name == call.call.name
        and c.call.arguments == call.call.arguments
        for c in case.trace.calls[: call.index]
    )


def _leads_on(case: Case, call: Executed) -> bool:
    """Whether it is a look-up by what a row is called, and a call before the next words takes the key it brought, known before or not."""
    tool = case.trace.tools.get(call.call.name)
    if tool is None or any(s.use == "key" for n, s in tool.inputs.items() if n in call.call.arguments):
        return False
    brought = {repr(v) for v in _values(case, call)}
    words = min((s.turn for s in case.trace.assistant if s.turn > call.turn), default=len(case.trace.turns))
    for later in (c for c in case.trace.calls if call.turn < c.at < words):
        other = case.trace.tools.get(later.call.name)
        keys = [n for n, s in other.inputs.items() if s.use in ("key", "equals")] if other is not None else []
        if any(repr(later.call.arguments.get(n)) in brought for n in keys if later.call.arguments.get(n) is not None):
            return True
    return False


def _shows_absence(case: Case, call: Executed) -> bool:
    """Whether it is a wider search after one of the same kind that found nothing, and the next words say that there is none: nobody has
    the whole name, and that is what it is read for."""
    tool = case.trace.tools.get(call.call.name)
    words = next((s for s in case.trace.assistant if s.turn > call.turn), None)
    if tool is None or words is None or not listen(words.text).missing:
        return False
    sought = {
        n: str(v).casefold() for n, v in call.call.arguments.items() if tool.inputs.get(n, _NO_SLOT).use == "match"
    }
    narrower = (
        c for c in case.blocks[words.turn] if c.index < call.index and c.call.name == tool.name and not _values(case, c)
    )
    return any(
        v in (whole := str(c.call.arguments.get(n, "")).casefold()) and v != whole and whole not in call.text.casefold()
        for c in narrower
        for n, v in sought.items()
    )


def _settles_a_doubt(case: Case, call: Executed) -> bool:
    """Whether it is the look after a change that went unanswered, or one of several: it is read for whether that was made."""
    named = {canonical(v) for v in call.call.arguments.values()}
    told = case.said_before(call.turn)
    return any(
        c.lost
        and c.effect == "write"
        and c.task == call.task
        and named <= {canonical(v) for v in c.call.arguments.values()}
        for c in case.trace.calls[: call.index]
        if c.turn > told
    )


def _is_used(case: Case, call: Executed, planned: bool) -> bool:
    found = _values(case, call)
    texts = [s.turn for s in case.trace.assistant if s.turn > call.turn and s.task >= call.task]
    if not texts or all(v == 0 for v in found):
        return bool(texts)
    answers = _answers(case, texts)
    lengths, formatted = _lengths(call.result), case.formatted(call)[:_ENOUGH]
    beside = [] if planned else _beside(case, call, texts[0])
    others = {repr(v) for c in beside for v in _values(case, c)}
    if others and not _again(case, call) and (own := [v for v in found if repr(v) not in others]):
        found, lengths = own, lengths.difference(*(_lengths(c.result) for c in beside))
        formatted = [(v, c) for v, c in formatted if repr(v) not in others]
    if any(_tells_any(case, turn, found, [], lengths) for turn in answers):
        return True
    alone = _is_single(call.result) and (_again(case, call) or not any(_is_single(c.result) for c in beside))
    if alone and finds("counting", "single", case.trace.turns[answers[0]].message.content):
        return True
    if any(_tells_any(case, turn, [], formatted, set()) for turn in answers):
        return True
    known = _Before(case, call)
    new = [v for v in found if known.is_new(v)]
    if _is_passed_on(case, call, new if planned else _first(case, call, known)):
        return True
    if not new and finds("recap", "unchanged", case.trace.turns[texts[0]].message.content):
        return True
    formatted = [(v, c) for v, c in formatted if known.is_new(v)]
    given = set() if planned else {repr(v) for c in _others(case, call) for v in _values(case, c)}
    new, formatted = [v for v in new if repr(v) not in given], [x for x in formatted if repr(x[0]) not in given]
    return any(_tells_any(case, turn, new, formatted, set()) for turn in texts[len(answers) :])


def _answers(case: Case, texts: list[int]) -> list[int]:
    """The next words after a call; where they are a question, the words after that one too, until there is an answer."""
    asked = [turn for turn in texts[:MOST_ASKED] if case.trace.turns[turn].message.content.rstrip().endswith("?")]
    return texts[: 1 + next((n for n, turn in enumerate(texts[:MOST_ASKED]) if turn not in asked), MOST_ASKED)]


def _beside(case: Case, call: Executed, text: int) -> list[Executed]:
    """The other reads that the same text reports."""
    block = {c.index for c in case.blocks.get(text, ())}
    return [c for c in _others(case, call) if c.index in block]


def _first(case: Case, call: Executed, known: "_Before") -> list[Json]:
    """What this read may have been made for: what it gave and none before it; of a look-up, which has no key yet, all."""
    tool = case.trace.tools.get(call.call.name)
    by_key = tool is not None and any(s.use == "key" for n, s in tool.inputs.items() if n in call.call.arguments)
    others = [c for c in _others(case, call) if by_key and c.index < call.index]
    earlier = {repr(v) for c in others for v in _values(case, c)}
    return [v for v in _values(case, call) if repr(v) not in earlier and known.is_new(v)]


def _others(case: Case, call: Executed) -> list[Executed]:
    """The reads but for this one and those that ask just the same."""
    same = (call.call.name, call.call.arguments)
    return [c for c in case.trace.calls if c.effect == "read" and (c.call.name, c.call.arguments) != same]


def _values(case: Case, call: Executed) -> list[Json]:
    """What a result holds, but for figures about its lists."""
    if call.index not in case.held:
        case.held[call.index] = _held(case, call)
    return case.held[call.index]


def _held(case: Case, call: Executed) -> list[Json]:
    if not isinstance(call.result, dict):
        return [v for v in _plain(call.result) if not is_blank(v)][:_ENOUGH]
    parts = [v for k, v in call.result.items() if k not in COUNTERS or not _is_counter(case, call, k)]
    return [v for v in _plain(parts) if not is_blank(v)][:_ENOUGH]


def _tells_any(
    case: Case, turn: int, values: list[Json], formatted: list[tuple[Json, Column]], lengths: set[int]
) -> bool:
    """Whether a text tells one of the values, in their column's writing or plainly, or how many rows there were."""
    reading = case.reading(turn)
    figures = {n.value for n in reading.numbers}
    if figures & lengths or any(_told(reading, v, figures) for v in values):
        return True
    return any(tells(reading, v, c) for v, c in formatted)


def _is_passed_on(case: Case, call: Executed, new: list[Json]) -> bool:
    """A later call took an argument from it; by the record where there is one, else by value."""
    later = [c for c in case.trace.calls if c.at > call.turn]
    if case.keeps_origins:
        return any(o.kind == "result" and o.turn == call.turn for c in later for o in c.origins.values())
    given = {repr(v) for c in later for v in _plain(c.call.arguments)}
    return any(repr(v) in given for v in new)


class _Before:
    """What was known before a call, so that hearing of it later shows nothing: what the call was given, and what was said."""

    def __init__(self, case: Case, call: Executed) -> None:
        self.given = {repr(v) for v in _plain(call.call.arguments)}
        said = [s.turn for s in (*case.trace.user, *case.trace.assistant) if s.turn < call.at]
        readings = [case.reading(turn) for turn in said]
        self.figures = {n.value for r in readings for n in r.numbers}
        self.text = " ¶ ".join(r.folded for r in readings)

    def is_new(self, value: Json) -> bool:
        if repr(value) in self.given or isinstance(value, bool):
            return False
        if isinstance(value, int | float):
            return value not in self.figures
        return not has_phrase(self.text, fold(str(value)))


def _told(reading: Any, value: Json, figures: set[float | int]) -> bool:
    if isinstance(value, int) and not isinstance(value, bool):
        return value in figures
    if isinstance(value, float) and value in figures:
        return True
    return tells(reading, value)


def _is_counter(case: Case, call: Executed, path: str) -> bool:
    """A figure about the list (how many rows, which page), not about what is in it."""
    tool = case.trace.tools.get(call.call.name)
    return path in COUNTERS and (tool is None or tool.outputs.get(path) is None or not tool.outputs[path].column)


def _plain(value: Json) -> list[Json]:
    """The plain values in a value."""
    out: list[Json] = []
    stack = [value]
    while stack:
        part = stack.pop()
        if isinstance(part, dict):
            stack.extend(reversed(part.values()))
        elif isinstance(part, list):
            stack.extend(reversed(part))
        else:
            out.append(part)
    return out


def _again(case: Case, call: Executed) -> bool:
    """The user doubted an answer, and this looks again: as before, or, where no call of the same work does so, in another way."""
    user = case.user_before(call.at)
    if not user or not doubts(case.trace.turns[user]):
        return False
    made = [(c.call.name, c.call.arguments) for c in case.trace.calls if c.turn < user]
    same = [c.index for c in case.trace.calls if c.at > user and (c.call.name, c.call.arguments) in made]
    return call.index in same or not any(case.user_before(case.trace.calls[i].at) == user for i in same)


def _lengths(result: Json) -> set[int]:
    """How many rows there are: in each list, and by the result's own count."""
    if isinstance(result, dict):
        totals = {v for k, v in result.items() if k in TOTALS and isinstance(v, int) and v > 1}
        return totals.union(*(_lengths(v) for v in result.values()))
    return {len(result)} if isinstance(result, list) and len(result) > 1 else set()


def _is_single(result: Json) -> bool:
    """A list of one row, and none of several."""
    lists = [v for v in result.values() if isinstance(v, list)] if isinstance(result, dict) else [result]
    return any(isinstance(v, list) and len(v) == 1 for v in lists) and not _lengths(result)
