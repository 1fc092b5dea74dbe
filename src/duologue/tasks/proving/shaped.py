"""Doing wrong what only some shapes of tasks ask for: against a condition, to the row that was to be left out, neither there nor back."""

from collections.abc import Iterator

from duologue.plans.placeholders import leaves, parse, values_at
from duologue.tasks.proving.others import is_of
from duologue.tasks.proving.scene import Scene, Spoiled, given
from duologue.types import Json, Need, Slot, Subtask, Tool, ToolCall

__all__ = ["against_condition", "neither", "spared_too"]


def against_condition(scene: Scene, most: int) -> Iterator[Spoiled]:
    """A change made although its condition fails."""
    for number, subtask in enumerate(scene.task.subtasks, 1):
        if subtask.need is None or subtask.need.when is None or any(n - 1 in scene.writes for n in subtask.steps):
            continue
        call = _wish(scene, subtask, subtask.need)
        for run in scene.further([call] if call is not None else []):
            yield Spoiled(f"against condition: part {number}", run, scene.said, rows=True)


def spared_too(scene: Scene, most: int) -> Iterator[Spoiled]:
    """A change of several rows made to the one that was to be left out as well."""
    for number, subtask in enumerate(scene.task.subtasks, 1):
        mentions = subtask.need.mentions if subtask.need is not None else ()
        writes = [n - 1 for n in subtask.steps if n - 1 in scene.writes]
        if not writes or not any(m.each and m.pick is not None for m in mentions):
            continue
        for run in scene.further(_others(scene, writes)):
            yield Spoiled(f"spared too: part {number}", run, scene.said, rows=True)
            break


def neither(scene: Scene, most: int) -> Iterator[Spoiled]:
    """A change and its taking back both left out: the rows come to the same, and nobody did what was asked."""
    for number, subtask in enumerate(scene.task.subtasks, 1):
        writes = [n - 1 for n in subtask.steps if n - 1 in scene.writes]
        if subtask.need is None or subtask.need.amends != "undo" or not writes:
            continue
        back = writes[-1]
        there = [n for n in scene.writes if n < back and scene.tool(n).name == scene.tool(back).name]
        if there:
            rest = [c for n, c in enumerate(scene.calls) if n > there[-1] and n != back]
            yield Spoiled(f"neither there nor back: part {number}", scene.onward(there[-1], rest), scene.said)


def _wish(scene: Scene, subtask: Subtask, need: Need) -> ToolCall | None:
    """The call that would make a change; None where its row shows nowhere in what the part brought."""
    tool = next((t for t in scene.ground.tools.values() if t.meaning == need.meaning), None)
    out: dict[str, Json] = {}
    for name, slot in tool.inputs.items() if tool is not None else ():
        said = need.values.get(f"{slot.table}.{slot.column}:{slot.use}")
        out[name] = said if said is not None else _shown(scene, subtask, slot) if slot.use == "key" else None
    given_ones = {k: v for k, v in out.items() if v is not None}
    required = set(tool.parameters.get("required", ())) if tool is not None else {""}
    return (
        ToolCall("gold_despite", tool.name, given_ones) if tool is not None and required <= given_ones.keys() else None
    )


def _shown(scene: Scene, subtask: Subtask, slot: Slot) -> Json:
    """The key of the row that a part looked at: as it was asked for, else as it came back."""
    for n in reversed(subtask.steps):
        tool, (call, outcome) = scene.tool(n - 1), scene.run[n - 1]
        named = [call.arguments[k] for k, s in tool.inputs.items() if _is_same(s, slot) and k in call.arguments]
        shown = (v for path, v in leaves(outcome.result) if _is_key(tool, path, slot))
        found = next(iter(named), None) or next(shown, None)
        if found is not None:
            return found
    return None


def _is_same(one: Slot, other: Slot) -> bool:
    return (one.table, one.column, one.use) == (other.table, other.column, other.use)


def _is_key(tool: Tool, path: str, slot: Slot) -> bool:
    return is_of(tool, path, f"{slot.table}.{slot.column}")


def _others(scene: Scene, writes: list[int]) -> Iterator[ToolCall]:
    """The write about rows of the same list that none of the writes is about."""
    n = writes[0]
    for name, value in scene.step(n).arguments.items():
        found = parse(value) if isinstance(value, str) else None
        done = {str(scene.calls[w].arguments.get(name)) for w in writes}
        if found is not None:
            listed = values_at(scene.run[found[0] - 1][1].result, found[1])
            yield from (given(scene.calls[n], {name: v}) for v in listed if str(v) not in done)
