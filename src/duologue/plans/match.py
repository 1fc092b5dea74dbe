"""Which of the expected calls were made, and by which calls.

A plan says what must happen, not how: a placeholder may be filled by what the earlier call really returned or by what it
stood for when the task was proven; defaults may be spelled out; order counts only where data flows (`after`). A read that
was done before, in the state the task starts from, need not be done again. Writes are never shared: each needs a
successful call of its own.

A plan that could not be run beforehand (tools without implementation) has nothing bound in it. Its author did not see the lists
that would come, so a place in a list (`$1.orders[0].order_id`) stands for any place in it.
"""

from collections.abc import Mapping, Sequence
from itertools import islice, product
from types import MappingProxyType
from typing import Final

from msgspec import Struct

from duologue.errors import StageError
from duologue.kept import Kept
from duologue.plans.placeholders import parse, references, resolve, values_at
from duologue.plans.trace import Executed, Trace
from duologue.types import Json, PlanStep, Tool

__all__ = ["Match", "Missing", "match_plan", "normal_arguments", "same_arguments"]

_PLACES: Final = 50
"""Places of a list that a blind placeholder may stand for."""
_FILLINGS: Final = 500


class Missing(Struct, frozen=True):
    """An expected call that was not made. `kind`: absent · arguments · failed · order."""

    step: int
    """From 1."""
    weight: str
    kind: str
    turn: int
    """The turn of the nearest attempt; the last turn where there was none."""
    reason: str


class Match(Struct, frozen=True):
    """Step (from 1) → index of the call in the trace, and what is missing."""

    calls: dict[int, int]
    missing: tuple[Missing, ...]


def match_plan(
    plan: Sequence[PlanStep], trace: Trace, task: int = 0, settled: Mapping[int, int] = MappingProxyType({})
) -> Match:
    """Match the plan of one task with the calls of a conversation. `settled`: steps that other calls are known to stand for, with their index."""
    own = trace.of_task(task)
    theirs = [c for c in trace.own if c.task == task and c.worked]
    pool = (*_still_true(trace, own, task), *own)
    chosen: dict[int, int] = {}
    options: dict[int, list[Executed]] = {}
    missing: list[Missing] = []
    taken: set[int] = set()
    blind = not any(step.bound for step in plan)
    for number, step in enumerate(plan, 1):
        if step.own:
            missing += _undone(number, step, theirs, trace)
            continue
        tool = trace.tools.get(step.tool)
        wanted = _wanted(step, options, blind)
        fits = [
            c
            for c in pool
            if c.call.name == step.tool and any(same_arguments(w, c.call.arguments, tool) for w in wanted)
        ]
        options[number] = [c for c in fits if c.worked or _made_do(c, trace)]
        least = max((_begun(trace.calls[chosen[s]], trace) for s in step.after if s in chosen), default=-1)
        shared = tool is not None and tool.effect == "read"
        late = [c for c in options[number] if _in_order(c, least, trace, step) and (shared or c.index not in taken)]
        if number in settled:
            chosen[number] = settled[number]
        elif late:
            chosen[number] = late[0].index
            taken.add(late[0].index)
        else:
            missing.append(_explain(number, step, (wanted, fits), chosen, trace, own))
    return Match(chosen, tuple(missing))


def _undone(number: int, step: PlanStep, theirs: list[Executed], trace: Trace) -> list[Missing]:
    """What is missing of a step that the user takes: the call, which is then taken out of `theirs`."""
    found = next((c for c in theirs if c.call.name == step.tool and c.call.arguments == step.arguments), None)
    if found is not None:
        theirs.remove(found)
        return []
    last = len(trace.turns) - 1
    return [Missing(number, step.weight, "absent", last, f"the user never did {step.tool}")]


def _still_true(trace: Trace, own: Sequence[Executed], task: int) -> list[Executed]:
    """Reads of earlier tasks whose answers hold when this task begins: nothing was changed since."""
    out: list[Executed] = []
    before = own[0].index if own else len(trace.calls)
    for call in reversed(trace.calls[:before]):
        if call.changes:
            break
        if call.task < task and call.effect == "read":
            out.append(call)
    return out[::-1]


def _made_do(call: Executed, trace: Trace) -> bool:
    """Whether it answered without some of its fields, and was not made again for them."""
    until = next((s.turn for s in trace.user if s.turn > call.turn), len(trace.turns)) if call.partly else 0
    later = (c.call for c in trace.calls[call.index + 1 :] if c.at < until)
    return call.partly and not any(c.name == call.call.name and c.arguments == call.call.arguments for c in later)


def _begun(call: Executed, trace: Trace) -> int:
    """Where a call was first made: it may have met faults before it went through, and what was beside it then did not wait."""
    same = (c.index for c in trace.calls[: call.index] if c.lost and c.call.name == call.call.name)
    return next((i for i in same if trace.calls[i].call.arguments == call.call.arguments), call.index)


def _in_order(call: Executed, least: int, trace: Trace, step: PlanStep) -> bool:
    """After everything it builds on. A read whose arguments were known anyway need only meet what it was to meet: nothing was
    changed between it and the last step it builds on."""
    if call.index > least:
        return True
    if call.effect != "read":
        return False
    return not any(c.changes for c in trace.calls[call.index + 1 : least + 1])


_as_it_stands: Kept[PlanStep, dict[str, Json] | None] = Kept(
    lambda step: None if references(step.arguments) else resolve(step.arguments, {}), 1_024
)
"""The arguments of a step that refers to no other; None of one that does."""


def _wanted(step: PlanStep, options: Mapping[int, Sequence[Executed]], blind: bool) -> list[dict[str, Json]]:
    """The arguments that would do: filled from what was bound, or from any call that matched the steps referred to."""
    plain = _as_it_stands(step)
    if plain is not None:
        return [plain]
    needed = sorted(references(step.arguments))
    out: list[dict[str, Json]] = []
    if step.bound:
        filled = {k: step.bound[v] if _known(v, step) else step.bound.get(k, v) for k, v in step.arguments.items()}
        if not references(filled):
            out.append(resolve(filled, {}))
    tries = max((len(options.get(s, ())) for s in needed), default=0)
    for pick in range(tries):
        results = {s: options[s][min(pick, len(options[s]) - 1)].result for s in needed if options.get(s)}
        for found in _anywhere(step.arguments, results) if blind else _exactly(step.arguments, results):
            if found not in out:
                out.append(found)
    return out


def _exactly(arguments: dict[str, Json], results: Mapping[int, Json]) -> list[dict[str, Json]]:
    try:
        return [resolve(arguments, results)]
    except StageError:
        return []


def _anywhere(arguments: dict[str, Json], results: Mapping[int, Json]) -> list[dict[str, Json]]:
    """The arguments with each placeholder standing for any place in the lists on its way."""
    choices: list[list[Json]] = []
    for value in arguments.values():
        found = parse(value)
        if found is not None:
            step, path = found
            choices.append(list(values_at(results[step], path))[:_PLACES] if step in results else [])
        else:
            whole = _exactly({"": value}, results)
            choices.append([w[""] for w in whole])
    return [dict(zip(arguments, values, strict=True)) for values in islice(product(*choices), _FILLINGS)]


def _known(value: Json, step: PlanStep) -> bool:
    return isinstance(value, str) and value in step.bound


def normal_arguments(arguments: Mapping[str, Json], tool: Tool | None) -> dict[str, Json]:
    """Arguments with the schema's defaults filled in and empty optional ones left out."""
    if tool is None:
        return dict(arguments)
    properties = tool.parameters.get("properties", {})
    required = tool.parameters.get("required", ())
    out = {k: p["default"] for k, p in properties.items() if "default" in p and p["default"] is not None}
    for name, value in arguments.items():
        if value is not None or name in required:
            out[name] = value
    return out


def same_arguments(expected: Mapping[str, Json], actual: Mapping[str, Json], tool: Tool | None) -> bool:
    """Whether two argument sets ask for the same thing."""
    if expected == actual and not any(isinstance(v, bool) for v in actual.values()):
        return True
    return not differing(expected, actual, tool)


def differing(expected: Mapping[str, Json], actual: Mapping[str, Json], tool: Tool | None) -> list[str]:
    """The names of the arguments in which two sets differ, in the order of the schema, unknown ones last."""
    left, right = normal_arguments(expected, tool), normal_arguments(actual, tool)
    properties = tool.parameters.get("properties", {}) if tool is not None else {}
    names = [n for n in dict.fromkeys((*properties, *left, *right)) if n in left or n in right]
    return [n for n in names if n not in left or n not in right or not _same(left[n], right[n], n, tool)]


def _same(expected: Json, actual: Json, name: str, tool: Tool | None) -> bool:
    if isinstance(expected, bool) or isinstance(actual, bool):
        return expected is actual
    if expected == actual:
        return True
    slot = tool.inputs.get(name) if tool is not None else None
    if slot is not None and slot.use == "limit" and isinstance(expected, int) and isinstance(actual, int):
        return actual >= expected  # more rows than asked for hold those asked for
    if isinstance(expected, str) and isinstance(actual, str):
        return slot is not None and slot.use == "match" and expected.strip().casefold() == actual.strip().casefold()
    if isinstance(expected, list) and isinstance(actual, list):
        return len(expected) == len(actual) and all(
            _same(e, a, name, tool) for e, a in zip(expected, actual, strict=True)
        )
    plain = isinstance(expected, int | float | str) and isinstance(actual, int | float | str)
    return plain and _as_text(expected) == _as_text(actual)


def _as_text(value: Json) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _explain(
    number: int,
    step: PlanStep,
    found: tuple[Sequence[Mapping[str, Json]], Sequence[Executed]],
    chosen: Mapping[int, int],
    trace: Trace,
    own: Sequence[Executed],
) -> Missing:
    """Say why a step counts as missing, from the attempt that came nearest."""
    wanted, fits = found
    last = own[-1].turn if own else len(trace.turns) - 1
    name, weight = step.tool, step.weight
    if not wanted:
        return Missing(number, weight, "absent", last, f"{name} builds on a step that was never done")
    if fits and not any(c.worked or _made_do(c, trace) for c in fits):
        return Missing(number, weight, "failed", fits[-1].turn, f"{name} was called but failed")
    if fits:
        least = max((chosen[s] for s in step.after if s in chosen), default=-1)
        early = [c for c in fits if c.index <= least and c.worked]
        if early:
            return Missing(number, weight, "order", early[-1].turn, f"{name} was called before what it builds on")
        return Missing(number, weight, "absent", last, f"{name} was called once too few")
    tool = trace.tools.get(name)
    tries = [(differing(w, c.call.arguments, tool), c, w) for c in own if c.call.name == name for w in wanted]
    if not tries:
        return Missing(number, weight, "absent", last, f"{name} was never called")
    names, call, want = min(tries, key=lambda t: len(t[0]))
    had, wish = normal_arguments(call.call.arguments, tool), normal_arguments(want, tool)
    parts = [f"{n}={had.get(n)!r} instead of {wish.get(n)!r}" for n in names[:3]]
    return Missing(number, weight, "arguments", call.turn, f"{name} was called with {', '.join(parts)}")
