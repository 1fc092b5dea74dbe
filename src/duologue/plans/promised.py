"""What a tool's results promise, level by level: the fields of the record at the top, of each row of a list, of each part.

Whoever reads a result can hold it against that: a field that is promised and absent was left out, or came under another name
(`plans.renamed`).
"""

from collections.abc import Callable, Iterator

from msgspec import Struct

from duologue.kept import Kept
from duologue.types import Json, Tool

__all__ = ["Level", "lacking", "levels", "mapped", "objects"]


class Level(Struct, frozen=True):
    """The objects at one place of a result."""

    path: str
    """Empty for the top; `rows[]`, `customer`, `data.items[]`."""
    fields: tuple[str, ...]
    """Those that hold plain values."""
    names: frozenset[str]
    """All, also those that hold rows or parts."""
    needed: frozenset[str]
    """Of the fields, those that are always there."""

    def at(self, field: str) -> str:
        """The path of a field, as `Tool.outputs` writes it."""
        return f"{self.path}.{field}" if self.path else field


def _levels(tool: Tool) -> tuple[Level, ...]:
    return tuple(_of(tool.returns, ""))


levels: Kept[Tool, tuple[Level, ...]] = Kept(_levels, 1024)
"""The levels of a tool's results, the top first."""


def _of(schema: Json, path: str) -> Iterator[Level]:
    properties = schema.get("properties") if isinstance(schema, dict) else None
    if not isinstance(properties, dict) or not properties:
        return
    parts = {n: s for n, s in properties.items() if isinstance(s, dict) and ("properties" in s or "items" in s)}
    fields = tuple(n for n in properties if n not in parts)
    yield Level(path, fields, frozenset(properties), frozenset(schema.get("required", ())) & frozenset(fields))
    for name, part in parts.items():
        here = f"{path}.{name}" if path else name
        yield from _of(part, here) if "properties" in part else _of(part["items"], f"{here}[]")


def objects(result: Json, path: str) -> list[dict[str, Json]]:
    """The objects at a level's place in a result."""
    found: list[dict[str, Json]] = []

    def keep(one: dict[str, Json]) -> dict[str, Json]:
        found.append(one)
        return one

    mapped(result, path, keep)
    return found


def mapped(result: Json, path: str, change: Callable[[dict[str, Json]], dict[str, Json]]) -> Json:
    """The result with each object at a level's place changed."""
    if not isinstance(result, dict):
        return result
    if not path:
        return change(result)
    head, _, rest = path.partition(".")
    name = head.removesuffix("[]")
    if name not in result:
        return result
    part = result[name]
    if head.endswith("[]"):
        return {**result, name: [mapped(one, rest, change) for one in part] if isinstance(part, list) else part}
    return {**result, name: mapped(part, rest, change)}


def lacking(tool: Tool, result: Json) -> list[str]:
    """The paths of what a result lacks of what it always holds, in order; of a list, what any of its rows lacks."""
    out = []
    for level in levels(tool):
        for one in objects(result, level.path):
            if not one.keys() >= level.needed:
                out += [p for f in level.fields if f in level.needed - one.keys() and (p := level.at(f)) not in out]
    return out
