"""JSON Schemas the way a reader takes them in: parameters as lines, results as the shape they have.

A schema spelled out in full costs a model five times the tokens and is harder to read. Also here: walking a schema by the path
of a placeholder, for plans that can't be run.
"""

import re

from duologue.ids import to_json
from duologue.types import Json, Tool

__all__ = ["outline", "parameter_lines", "schema_at", "types_of"]

DEEPEST = 6
_PART = re.compile(r'\.?([^.\[\]"]+)|\[(\d*)\]|\["((?:[^"\\]|\\.)*)"\]')


def types_of(schema: Json) -> tuple[str, ...]:
    """The types a schema allows; none where it does not say."""
    if not isinstance(schema, dict):
        return ()
    kinds = schema.get("type")
    if isinstance(kinds, str):
        return (kinds,)
    if isinstance(kinds, list):
        return tuple(str(k) for k in kinds)
    found = (t for key in ("anyOf", "oneOf") for part in schema.get(key) or () for t in types_of(part))
    return tuple(dict.fromkeys(found))


def outline(schema: Json, depth: int = 0) -> str:
    """The shape of what a schema describes: `{"rows": [{"id": integer, "name": string or null}], "total": integer}`."""
    if not isinstance(schema, dict) or depth > DEEPEST:
        return "…"
    if isinstance(schema.get("enum"), list):
        return " or ".join(map(to_json, schema["enum"][:12]))
    properties = schema.get("properties")
    if isinstance(properties, dict):
        return "{" + ", ".join(f"{to_json(k)}: {outline(v, depth + 1)}" for k, v in properties.items()) + "}"
    if "items" in schema:
        return f"[{outline(schema['items'], depth + 1)}, …]"
    return " or ".join(types_of(schema)) or "any value"


def parameter_lines(tool: Tool) -> list[str]:
    """One line for each parameter: name, type, whether it is required, default and meaning."""
    required = tool.parameters.get("required", ())
    out = []
    for name, schema in tool.parameters.get("properties", {}).items():
        notes = ["required"] if name in required else []
        notes += [f"default {to_json(schema['default'])}"] if schema.get("default") is not None else []
        notes += [f"format {schema['format']}"] if "format" in schema else []
        notes += [f"at most {schema['maximum']}"] if "maximum" in schema else []
        about = f": {schema['description']}" if schema.get("description") else ""
        out.append(f"{name} ({', '.join([outline(schema), *notes])}){about}")
    return out


def schema_at(schema: Json, path: str) -> Json:
    """The schema of what lies at a path of a result; an empty dict where the schema leaves it open.

    Raises `LookupError` where nothing can lie there.
    """
    position = 0
    while position < len(path):
        part = _PART.match(path, position)
        if part is None:
            raise LookupError(f"{path!r} is no path")
        position = part.end()
        schema = _inside(schema, part, path)
    return schema


def _inside(schema: Json, part: re.Match[str], path: str) -> Json:
    if not isinstance(schema, dict) or not schema:
        return {}
    for key in ("anyOf", "oneOf"):
        for option in schema.get(key) or ():
            if {"object", "array"} & set(types_of(option)):
                return _inside(option, part, path)
    field = part[1] if part[1] is not None else part[3]
    if field is None:
        if types_of(schema) and "array" not in types_of(schema):
            raise LookupError(f"{part[0]!r} of {path!r}: there is no list")
        return schema.get("items", {})
    properties = schema.get("properties")
    if isinstance(properties, dict) and field in properties:
        return properties[field]
    if types_of(schema) and "object" not in types_of(schema):
        raise LookupError(f"{path!r}: {field!r} is looked for in a {' or '.join(types_of(schema))}")
    if isinstance(properties, dict):
        raise LookupError(f"{path!r}: no field {field!r}; there are {', '.join(properties) or 'none'}")
    return {}
