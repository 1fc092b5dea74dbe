"""Fields that a read comes without: part of the service is out, and says so or doesn't.

A field that is absent is not an empty one: nothing is known of it. Keys and names stay, so that it is clear which row is shown.
"""

import random
from collections.abc import Mapping, Set

from duologue.language.saying import is_blank
from duologue.plans.promised import Level, lacking, levels, mapped, objects
from duologue.types import Json, Tool

__all__ = ["HIDDEN_COLUMNS", "hidden", "is_hiding", "left_out", "may_hide", "says_hidden"]

HIDDEN_COLUMNS = "hidden_columns"
_SAID = "These fields could not be loaded this time. They may well hold something; ask again to get them."
_WANTED, _TOLD, _SECOND = 0.85, 0.6, 0.4


def may_hide(tool: Tool, keys: Mapping[str, Set[str]]) -> bool:
    """Whether results of a tool have fields that can be left out. `keys`: table → the columns of its key and its name."""
    return any(_plain(tool, level, field, keys) for level in levels(tool) for field in level.fields)


def hidden(tool: Tool, result: Json, dice: random.Random, keys: Mapping[str, Set[str]], wanted: Set[str]) -> Json:
    """The result without one or two of its fields, mostly one of the slots `wanted`; None where nothing that says something can be left out."""
    if not isinstance(result, dict) or {"unavailable", "note", "error"} & result.keys():
        return None
    there = [
        (level, field)
        for level in levels(tool)
        for field in level.fields
        if _plain(tool, level, field, keys) and any(not is_blank(o.get(field)) for o in objects(result, level.path))
    ]
    first = [(level, f) for level, f in there if _slot(tool, level, f) in wanted]
    if not there:
        return None
    level, field = dice.choice(first if first and dice.random() < _WANTED else there)
    beside = [f for other, f in there if other is level and f != field]
    out = {field, dice.choice(beside)} if beside and dice.random() < _SECOND else {field}
    shown: dict[str, Json] = mapped(result, level.path, lambda one: {k: v for k, v in one.items() if k not in out})
    if out <= level.needed and dice.random() >= _TOLD:
        return shown
    return {**shown, "unavailable": [f for f in level.fields if f in out], "note": _SAID}


def says_hidden(result: Json) -> bool:
    """Whether a result says itself that fields are missing."""
    return isinstance(result, dict) and "unavailable" in result and result.get("note") == _SAID


def is_hiding(shown: Json, held: Json) -> bool:
    """Whether one result is the other without some of its fields."""
    if says_hidden(shown):
        shown = {k: v for k, v in shown.items() if k not in ("unavailable", "note")}
    return shown != held and _is_less(shown, held)


def left_out(tool: Tool, shown: Json, held: Json) -> list[str]:
    """The paths of the fields that a result was shown without."""
    out = []
    for level in levels(tool):
        there = {n for one in objects(shown, level.path) for n in one}
        out += [level.at(f) for f in level.fields if any(f in o for o in objects(held, level.path)) and f not in there]
    return out


def is_lacking(tool: Tool, result: Json) -> bool:
    """Whether a result comes without a field that the tool promises."""
    return bool(lacking(tool, result))


def _is_less(shown: Json, held: Json) -> bool:
    if isinstance(shown, dict) and isinstance(held, dict):
        return all(k in held and _is_less(v, held[k]) for k, v in shown.items())
    if isinstance(shown, list) and isinstance(held, list):
        return len(shown) == len(held) and all(_is_less(a, b) for a, b in zip(shown, held, strict=True))
    return bool(shown == held)


def _slot(tool: Tool, level: Level, field: str) -> str:
    slot = tool.outputs[level.at(field)]
    return f"{slot.table}.{slot.column}"


def _plain(tool: Tool, level: Level, field: str, keys: Mapping[str, Set[str]]) -> bool:
    """Whether it is a column that is neither a key nor a name."""
    slot = tool.outputs.get(level.at(field))
    named = slot is None or slot.use or not slot.column or slot.column.startswith("@")
    return not named and slot is not None and slot.column not in keys.get(slot.table, ())
