"""Returns schemas: derived from the statements and the catalog, then confronted with what really comes back.

The derived schema is a promise about types and nullability. Data may break it (a text in a number column, a NULL that
statistics did not see), so every tool is run on real arguments and its schema widened to hold what came.
"""

from collections.abc import Mapping
from typing import Any

from duologue.tools.drafts import Field
from duologue.tools.ground import Ground
from duologue.tools.wording import Voice
from duologue.types import Json

_TYPES: tuple[tuple[type, str], ...] = ((bool, "boolean"), (int, "integer"), (float, "number"), (str, "string"))


def plain(properties: dict[str, Any]) -> dict[str, Any]:
    """An object with exactly these properties."""
    return {**record(properties), "additionalProperties": False}


def record(properties: dict[str, Any]) -> dict[str, Any]:
    """An object with at least these properties: a result that had to be cut says so in two more."""
    return {"type": "object", "properties": properties, "required": list(properties)}


def list_schema(properties: dict[str, Any], noun: str) -> dict[str, Any]:
    """A list of objects with exactly these properties."""
    return {"type": "array", "description": noun, "items": plain(properties)}


def object_schema(ground: Ground, f: Field, voice: Voice) -> dict[str, Any]:
    """The schema of one field."""
    kind = "string" if f.integer_key and voice.dialect.ids == "text" else f.type
    kinds = [kind, *(s for s in f.strays if s != kind), *(["null"] if f.nullable else [])]
    out: dict[str, Any] = {"type": kinds if len(kinds) > 1 else kind}
    if f.about:
        out["description"] = f.about
    return out


def json_type(value: Json) -> str:
    """The JSON Schema type of a value."""
    for of, name in _TYPES:
        if isinstance(value, of):
            return name
    return "null" if value is None else "array" if isinstance(value, list) else "object"


def widened(schema: dict[str, Any], value: Json) -> dict[str, Any]:
    """The schema, opened as far as needed to hold the value. The same object where nothing was needed."""
    if isinstance(value, Mapping) and "properties" in schema:
        known = schema["properties"]
        new = {name: widened(known[name], v) for name, v in value.items() if name in known}
        if all(new[name] is known[name] for name in new):
            return schema
        return {**schema, "properties": {**known, **new}}
    if isinstance(value, list) and "items" in schema:
        items = schema["items"]
        for item in value:
            items = widened(items, item)
        return schema if items is schema["items"] else {**schema, "items": items}
    kind, allowed = json_type(value), schema.get("type")
    kinds = allowed if isinstance(allowed, list) else [allowed]
    if kind in kinds or (kind == "integer" and "number" in kinds):
        return schema
    if kind == "number" and "integer" in kinds:
        kinds = [k for k in kinds if k != "integer"]
    order = ("boolean", "integer", "number", "string", "array", "object", "null")
    opened = sorted({*kinds, kind} - {None}, key=lambda k: order.index(str(k)))
    return {**schema, "type": opened if len(opened) > 1 else opened[0]}
