"""Doing and telling it otherwise, and no worse: what no check may object to."""

import re
from collections.abc import Iterator
from itertools import islice

from duologue.language.values import say
from duologue.tasks.proving.doing import keyed, plain_arguments, same_effect
from duologue.tasks.proving.scene import Run, Scene, Spoiled, given
from duologue.tasks.proving.told import Told
from duologue.types import Json, Tool, ToolCall

_FIGURE = re.compile(r"\d[\d,]*(?:\.\d+)?")
_DIGITS = 15
SWAPS = 4
"""Pairs of neighbouring calls of a task that change places, one pair at a time."""
__all__ = ["another_form", "varied"]


def varied(scene: Scene) -> Iterator[Spoiled]:
    """The variations a task allows."""
    swapped = ((n, run) for n in range(len(scene.run) - 1) if (run := _swapped(scene, n)) is not None)
    for n, run in islice(swapped, SWAPS):
        yield Spoiled(f"order swapped: steps {n + 1} and {n + 2}", run, scene.said)
    further = _further(scene)
    if further is not None:
        yield Spoiled(f"further read: {further[0][0].name}", (*further, *scene.run), scene.said)
    if len(scene.said) > 1:
        yield Spoiled("told in another order: from last to first", scene.run, scene.said[::-1])
    forms = tuple(another_form(scene, t) for t in scene.told)
    if forms != scene.said:
        yield Spoiled("other form: figures and dates", scene.run, forms)


def _swapped(scene: Scene, n: int) -> Run | None:
    """The run with two neighbouring steps changed over; None where one may need the other. Of two writes the rows decide, by trying."""
    if n in scene.writes and n + 1 in scene.writes:
        if n + 1 in scene.step(n + 1).after:
            return None
        run = scene.onward(n, [scene.calls[n + 1], scene.calls[n], *scene.calls[n + 2 :]])
        rows = [{(c.table, str(c.key)) for c in outcome.changes} for _, outcome in run[n : n + 2]]
        apart = not rows[0] & rows[1] and not any(outcome.failed for _, outcome in run)
        return run if apart and same_effect(scene, run) else None
    if not _may_swap(scene, n):
        return None
    return (*scene.run[:n], scene.run[n + 1], scene.run[n], *scene.run[n + 2 :])


def _may_swap(scene: Scene, n: int) -> bool:
    """Neither of two neighbouring steps needs the other, and neither shows what the other changes."""
    if n + 1 in scene.step(n + 1).after:
        return False
    one, two = scene.tool(n), scene.tool(n + 1)
    if one.effect == two.effect == "read":
        return True
    return one.effect != two.effect and _are_apart(one, two)


def _are_apart(one: Tool, two: Tool) -> bool:
    """What they touch is known, and nothing of it the same."""
    mine, theirs = {*one.reads, *one.writes}, {*two.reads, *two.writes}
    return bool(mine and theirs) and not mine & theirs and not _cascades(one, two)


def _cascades(one: Tool, two: Tool) -> bool:
    """Only an update stays in its table for certain."""
    write = one if one.effect == "write" else two
    return write.meaning is None or write.meaning.family != "set"


def _further(scene: Scene) -> Run | None:
    """One more read in the state the task starts from: of the next row, else one of the plan's own made once more."""
    again = None
    for n, call in enumerate(scene.calls):
        if n in scene.writes or scene.step(n).after:
            continue
        for other in [*_about_others(scene, n), call]:
            outcome = scene.look(0, given(other, {}))
            if not outcome.failed:
                if other is not call:
                    return ((given(other, {}), outcome),)
                again = again or ((given(other, {}), outcome),)
    return again


def _about_others(scene: Scene, n: int) -> Iterator[ToolCall]:
    tool, call = scene.tool(n), scene.calls[n]
    for names in keyed(tool, call)[:1]:
        slots = {name: tool.inputs[name] for name in names if name in tool.inputs}
        key = {s.column: call.arguments[name] for name, s in slots.items()}
        for row in scene.ground.rows.beside(next(iter(slots.values())).table, key, 1) if key else ():
            yield given(call, {name: _as(row[s.column], call.arguments[name]) for name, s in slots.items()})
    required = tool.parameters.get("required", ())
    loose = [n for n in plain_arguments(tool, call) if n not in required]
    if loose:
        yield ToolCall(call.id, call.name, {k: v for k, v in call.arguments.items() if k != loose[0]})


def _as(value: Json, model: Json) -> Json:
    return str(value) if isinstance(model, str) else value


def another_form(scene: Scene, told: Told) -> str:
    """The statement with its figure or its date written otherwise; as it is where there is one writing only."""
    return f"{told.label}: {_form(scene, told)}."


def _form(scene: Scene, told: Told) -> str:
    value = told.item.value
    column = scene.ground.columns.get(told.item.slot)
    for style in (1, 3):
        other = say(value, column, style)
        if isinstance(value, str) and other != told.said:
            return other
    found = _FIGURE.search(told.said)
    if not isinstance(value, float) or found is None or len(found[0]) > _DIGITS or told.said.endswith("%"):
        if isinstance(value, int) and not isinstance(value, bool) and found is not None and "," in found[0]:
            return told.said.replace(found[0], found[0].replace(",", ""))
        return told.said
    figure = found[0].replace(",", "") + ("0" if "." in found[0] else "")
    return told.said.replace(found[0], figure, 1)
