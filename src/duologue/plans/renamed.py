"""Fields that come under another name than the tool promises, and what is meant by them.

A tool's next version writes its names in another case, leaves out what goes without saying (`name` for `customer_name`), or puts what belongs
together into a part of its own (`customer: {name}`). Whoever reads such a result can tell by the names alone: what is promised and absent
is what came under a name made of the same words. `drifted` makes only changes that `as_meant` takes back whole.
"""

import random
import re
from collections.abc import Callable, Mapping, Sequence, Set

from duologue.plans.promised import Level, lacking, levels, mapped, objects
from duologue.types import Json, Tool

__all__ = ["SCHEMA_DRIFT", "STYLES", "as_meant", "drifted", "new_names"]

SCHEMA_DRIFT = "schema_drift"
STYLES = ("case", "capital", "short", "nested")
"""How names change: another case, capitals, without what goes without saying, in a part of its own."""
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_REMARKS = frozenset({"unavailable", "note", "partial", "as_of"})
"""Names that say something about a result and stand for none of its fields."""
_Name = tuple[str, ...]


def words(name: str) -> _Name:
    """The words a name is made of, whatever case it is written in."""
    return tuple(w.lower() for w in _WORD.findall(name))


# ── reading ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def as_meant(tool: Tool | None, result: Json) -> Json:
    """A result with its fields under the names that the tool promises, as far as it can be told what is meant."""
    if tool is None or not isinstance(result, dict) or "error" in result or not lacking(tool, result):
        return result
    for level in levels(tool):
        result = mapped(result, level.path, lambda one, level=level: _meant(level, one))  # type: ignore[misc]
    return result


def _meant(level: Level, one: dict[str, Json]) -> dict[str, Json]:
    found = _found(level, one)
    if not found:
        return one
    taken = set(found.values())
    out: dict[str, Json] = {}
    for name, value in one.items():
        if (name,) in taken:
            continue
        if name not in level.names and isinstance(value, dict):
            value = {k: v for k, v in value.items() if (name, k) not in taken}
            if not value:
                continue
        out[name] = value
    return {**out, **{field: _value(one, way) for field, way in found.items()}}


def _found(level: Level, one: Mapping[str, Json]) -> dict[str, _Name]:
    """Field that is absent → where its value stands instead."""
    absent = [f for f in level.fields if f not in one]
    ways: list[_Name] = []
    for name, value in one.items() if absent else ():
        if name not in level.names and name not in _REMARKS:
            ways += [(name, k) for k in value] if isinstance(value, dict) else [(name,)]
    out: dict[str, _Name] = {}
    for field in absent:
        same = [w for w in ways if _words(w) == words(field)]
        if len(same) == 1:
            out[field] = same[0]
    left = [w for w in ways if w not in out.values() and len(w) == 1]
    ends = {f: [w for w in left if _ends(words(f), _words(w))] for f in absent if f not in out}
    for field, fitting in ends.items():
        if len(fitting) == 1 and sum(fitting[0] in others for others in ends.values()) == 1:
            out[field] = fitting[0]
    return out


def _words(way: _Name) -> _Name:
    return tuple(w for name in way for w in words(name))


def _ends(whole: _Name, end: _Name) -> bool:
    return 0 < len(end) < len(whole) and whole[-len(end) :] == end


def _value(one: Mapping[str, Json], way: _Name) -> Json:
    value: Json = one
    for name in way:
        value = value[name]
    return value


def new_names(tool: Tool, shown: Json, meant: Json) -> list[str]:
    """The paths of the fields, as promised, that a result shows under other names."""
    out = []
    for level in levels(tool):
        there = {n for one in objects(shown, level.path) for n in one}
        named = {n for one in objects(meant, level.path) for n in one}
        out += [level.at(f) for f in level.fields if f in named - there]
    return out


# ── changing ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def drifted(tool: Tool, result: Json, dice: random.Random, wanted: Set[str], styles: Sequence[str] = STYLES) -> Json:
    """The result with fields under other names, those behind the slots `wanted` first; None where no change of these styles is clear."""
    for style in dice.sample(list(styles), len(styles)):
        shown = _in_style(tool, result, style, dice, wanted)
        if shown != result and as_meant(tool, shown) == result:
            return shown
    return None


def _in_style(tool: Tool, result: Json, style: str, dice: random.Random, wanted: Set[str]) -> Json:
    if style in ("case", "capital"):
        write = _other_case if style == "case" else _capital
        for level in levels(tool):
            result = mapped(result, level.path, _renaming({f: write(f) for f in level.fields}))
        return result
    owned = [(level, field, n) for level in levels(tool) for field in level.fields if (n := _owner(tool, level, field))]
    first = [x for x in owned if f"{(s := tool.outputs[x[0].at(x[1])]).table}.{s.column}" in wanted]
    if not owned:
        return result
    level, field, n = dice.choice(first or owned)
    if style == "short":
        return mapped(result, level.path, _renaming({field: _cut(field, n)}))
    alike = [f for at, f, k in owned if at is level and words(f)[:k] == words(field)[:n]]
    part = field[: len(field) - len(_cut(field, n))].rstrip("_")
    return mapped(result, level.path, _nesting(part, {f: _cut(f, n) for f in alike}))


def _owner(tool: Tool, level: Level, field: str) -> int:
    """How many words of a name only say which table it is of: `customer` in `customer_name`. 0 where none do, or nothing else is left."""
    slot = tool.outputs.get(level.at(field))
    parts = words(field)
    if slot is None:
        return 0
    table = "".join(words(slot.table))
    return next((n for n in range(len(parts) - 1, 0, -1) if table.startswith("".join(parts[:n]))), 0)


def _cut(field: str, n: int) -> str:
    """A name without its first words, in its own case."""
    at = list(_WORD.finditer(field))[n].start()
    return field[at:] if "_" in field else field[at].lower() + field[at + 1 :]


def _other_case(name: str) -> str:
    parts = words(name)
    if "_" in name:
        return parts[0] + "".join(w.capitalize() for w in parts[1:])
    return "_".join(parts) if name != name.lower() else name


def _capital(name: str) -> str:
    return "".join(w.capitalize() for w in words(name))


def _renaming(names: Mapping[str, str]) -> Callable[[dict[str, Json]], dict[str, Json]]:
    return lambda one: {names.get(k, k) or k: v for k, v in one.items()}


def _nesting(part: str, names: Mapping[str, str]) -> Callable[[dict[str, Json]], dict[str, Json]]:
    def nested(one: dict[str, Json]) -> dict[str, Json]:
        inner = {names[k]: v for k, v in one.items() if k in names}
        rest = {k: v for k, v in one.items() if k not in names}
        return {**rest, part: inner} if part not in rest else one

    return nested
