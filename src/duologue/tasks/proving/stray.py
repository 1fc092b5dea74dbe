"""A write that nobody asked for, to a row the task has nothing to do with.

Any write of the toolset will do, for a task that only reads as well: its arguments are taken from a row of its table, the values
from others. Which tool and which row come first depends on the task alone.
"""

from collections.abc import Iterator
from itertools import chain, cycle, islice

from duologue.ids import rng
from duologue.tasks.proving.doing import keyed
from duologue.tasks.proving.others import alike, other_values
from duologue.tasks.proving.scene import Scene, Spoiled
from duologue.types import Json, Slot, Tool, ToolCall

TRIES = 24
"""Calls that are tried until one changes a row."""
_FAMILIES = ("set", "act", "create", "link", "unlink", "remove")


def strays(scene: Scene, most: int) -> Iterator[Spoiled]:
    """One more write at the end."""
    own = {(c.table, str(c.key)) for c in scene.task.target}
    for run in scene.further(_calls(scene)):
        call, outcome = run[-1]
        if not any((c.table, str(c.key)) in own for c in outcome.changes):
            yield Spoiled(f"stray write: {call.name}", run, scene.said, rows=True)
            return


def _calls(scene: Scene) -> Iterator[ToolCall]:
    """Calls of the write tools in turn, each about one row after the other."""
    dice = rng(0, "stray", scene.task.id)
    used = _rows_named(scene)
    tools = [t for t in scene.ground.environment.toolset.tools if t.effect == "write"]
    dice.shuffle(tools)
    tools.sort(key=lambda t: _FAMILIES.index(t.meaning.family) if t.meaning and t.meaning.family in _FAMILIES else 9)
    for tool in islice(chain(tools[:4], cycle(tools)), TRIES):
        arguments = _arguments(scene, tool, dice.random(), used)
        if arguments is not None:
            yield ToolCall("gold_stray", tool.name, arguments)


def _arguments(scene: Scene, tool: Tool, place: float, used: set[tuple[str, str]]) -> dict[str, Json] | None:
    """What the tool requires: keys of a row the task never names, and values of another row or out of the air."""
    properties = tool.parameters.get("properties", {})
    names = [n for n in properties if n in tool.parameters.get("required", ()) or _is_value(tool.inputs.get(n))]
    rows: dict[str, dict[str, Json]] = {}
    out: dict[str, Json] = {}
    for name in names:
        slot = tool.inputs.get(name)
        if slot is not None and slot.use == "key":
            free = scene.ground.rows.without(slot.table, slot.column, {v for table, v in used if table == slot.table})
            if not free:
                return None
            row = rows.setdefault(slot.table, free[int(place * len(free))])
            out[name] = _typed(row.get(slot.column), properties[name])
        else:
            out[name] = _value(scene, slot, properties[name], rows)
        if out[name] is None:
            if name in tool.parameters.get("required", ()):
                return None
            del out[name]
    return out


def _is_value(slot: Slot | None) -> bool:
    return slot is not None and slot.use == "value"


def _value(scene: Scene, slot: Slot | None, schema: dict[str, Json], rows: dict[str, dict[str, Json]]) -> Json:
    """Another value than the row has."""
    column = scene.ground.columns.get(f"{slot.table}.{slot.column}") if slot is not None else None
    had = rows.get(slot.table, {}).get(slot.column) if slot is not None else None
    others = (r.get(slot.column) for r in scene.ground.rows.of(slot.table)) if slot is not None else ()
    found = next((v for v in others if v is not None and v != had and not isinstance(v, bytes)), None)
    if schema.get("enum") or found is None:
        found = next(iter(other_values(had if had is not None else _plain(schema), schema, column)), None)
    return _typed(found, schema)


def _plain(schema: dict[str, Json]) -> Json:
    kind = schema.get("type")
    kinds = kind if isinstance(kind, list) else [kind]
    return 1 if "integer" in kinds or "number" in kinds else True if "boolean" in kinds else "something else"


def _typed(value: Json, schema: dict[str, Json]) -> Json:
    """A stored value in the type the parameter takes."""
    kind = schema.get("type")
    kinds = kind if isinstance(kind, list) else [kind]
    if "string" in kinds:
        return alike(value, "")
    if "boolean" in kinds and isinstance(value, int):
        return bool(value)
    return alike(value, 0) if "integer" in kinds else value


def _rows_named(scene: Scene) -> set[tuple[str, str]]:
    """(table, part of a key) of every row that a call of the task names, or that it changes."""
    out = {(c.table, str(v)) for c in scene.task.target for v in c.key.values()}
    for call in scene.calls:
        tool = scene.ground.tools[call.name]
        for name in (n for names in keyed(tool, call) for n in names):
            if name in tool.inputs:
                out.add((tool.inputs[name].table, str(call.arguments[name])))
    return out
