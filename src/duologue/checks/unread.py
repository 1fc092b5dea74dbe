"""Was every result that mattered used? Told to the user, or fed to a later call.

Asked of the critical reads of the plan. A result counts as used when something in it, other than what the call itself was
given, is told or passed on; of an empty result, that words follow it.
"""

from typing import Any

from duologue.checks.case import Case, verdict
from duologue.language.values import is_blank, tells
from duologue.plans.placeholders import leaves
from duologue.plans.trace import Executed
from duologue.types import Finding, Json, Verdict

COUNTERS = frozenset({"total", "count", "limit", "offset", "page", "truncated"})
_ENOUGH = 400
"""Values of one result that are looked for."""


def unread(case: Case) -> Verdict:
    """No critical read was for nothing."""
    findings = []
    for number, task in enumerate(case.tasks):
        match = case.match(number)
        for step, expected in enumerate(task.plan, 1):
            if step not in match.calls or expected.weight != "critical":
                continue
            call = case.trace.calls[match.calls[step]]
            if call.effect == "read" and not _is_used(case, call, number):
                findings.append(Finding(call.turn, f"nothing of what {call.call.name} returned is told or used"))
    return verdict("unread", findings)


def _is_used(case: Case, call: Executed, task: int) -> bool:
    given = {repr(v) for v in call.call.arguments.values()}
    found = [
        v for p, v in leaves(call.result) if not is_blank(v) and repr(v) not in given and not _is_counter(case, call, p)
    ][:_ENOUGH]
    texts = [s.turn for s in case.trace.assistant if s.turn > call.turn and (s.task >= task)]
    if not found or all(v == 0 for v in found):
        return bool(texts)
    later = {repr(v) for c in case.trace.calls if c.at > call.turn for v in _plain(c.call.arguments)}
    if any(repr(v) in later for v in found):
        return True
    columns = case.formatted(call)[:_ENOUGH]
    lengths = _lengths(call.result)
    for turn in texts:
        reading = case.reading(turn)
        figures = {n.value for n in reading.numbers}
        if figures & lengths or any(_told(reading, v, figures) for v in found):
            return True
        if any(tells(reading, v, c) for v, c in columns):
            return True
    return False


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
    return [v for _, v in leaves(value)]


def _lengths(result: Json) -> set[int]:
    if isinstance(result, dict):
        return {n for v in result.values() for n in _lengths(v)}
    return {len(result)} if isinstance(result, list) and len(result) > 1 else set()
