"""Tools that are described but not implemented: whatever form they come in, one form comes out.

Schemas in the wild say `dict` and `float`, mark a parameter `optional` or `required: true`, refer to `$defs`, carry titles and
vendors' keys. `tidy` puts a schema into plain JSON Schema and drops what says nothing; `specification` makes a `Tool` without
`run` of a name, a description and a schema. What cannot be saved is refused with the reason.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

import jsonschema_rs

from duologue.environment.validators import refuse
from duologue.ids import to_json
from duologue.types import Json, Tool

Schema = dict[str, Json]
LONGEST_DESCRIPTION: Final = 2_000
LONGEST_SCHEMA: Final = 16_000
DEEPEST: Final = 8
_TYPES: Final = {
    "dict": "object", "dictionary": "object", "map": "object", "json": "object", "struct": "object",
    "float": "number", "double": "number", "decimal": "number", "numeric": "number",
    "int": "integer", "long": "integer", "str": "string", "text": "string", "char": "string", "date": "string",
    "datetime": "string", "bool": "boolean", "list": "array", "tuple": "array", "set": "array", "none": "null",
    "nonetype": "null", "any": "",
}  # fmt: skip
_KNOWN: Final = frozenset({"object", "number", "integer", "string", "boolean", "array", "null"})
_KEPT: Final = (
    "description", "enum", "const", "format", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf",
    "minLength", "maxLength", "pattern", "minItems", "maxItems", "uniqueItems",
)  # fmt: skip
_UNIONS: Final = ("anyOf", "oneOf", "allOf")
_NAME: Final = re.compile(r"[^A-Za-z0-9_-]+")


def specification(name: Any, description: Any, parameters: Any) -> Tool:
    """A tool without implementation; its effect and returns are not known yet.

    Raises `ValueError` saying why it is of no use.
    """
    called = _NAME.sub("_", name).strip("_")[:64] if isinstance(name, str) else ""
    if not re.search(r"[A-Za-z]", called):
        raise ValueError("it has no name")
    text = " ".join(description.split()) if isinstance(description, str) else ""
    if not text:
        raise ValueError("it has no description")
    if len(text) > LONGEST_DESCRIPTION:
        text = f"{text[: LONGEST_DESCRIPTION - 1]}…"
    schema = tidy_object({"type": "object", "properties": {}} if parameters is None else parameters)
    return Tool(called, text, schema, {}, "read")


def tidy_object(schema: Any) -> Schema:
    """The schema of an object in plain JSON Schema. Raises `ValueError` saying what is wrong with it."""
    if isinstance(schema, dict) and "type" not in schema:
        schema = {**schema, "type": "object"}
    out = tidy(schema)
    if out.get("type") != "object":
        raise ValueError("its schema does not describe an object")
    out.setdefault("properties", {})
    try:
        size = len(to_json(out))
    except (OverflowError, RecursionError) as error:
        raise ValueError(f"its schema can't be written as JSON: {error}") from None
    if size > LONGEST_SCHEMA:
        raise ValueError(f"its schema is longer than {LONGEST_SCHEMA} characters")
    try:
        jsonschema_rs.Draft202012Validator(out, retriever=refuse)
    except ValueError as error:
        raise ValueError(f"its schema is not valid: {str(error)[:200]}") from None
    return out


def tidy(schema: Any) -> Schema:
    """A JSON Schema without what only its origin understood. Raises `ValueError` where it can't be understood."""
    definitions = schema.get("$defs") or schema.get("definitions") if isinstance(schema, dict) else None
    return _node(schema, definitions if isinstance(definitions, dict) else {}, 0)


def _node(schema: Any, definitions: Mapping[str, Any], depth: int) -> Schema:
    if schema is True:
        return {}
    if not isinstance(schema, dict):
        raise ValueError(f"{str(schema)[:60]!r} is no schema")
    if depth > DEEPEST:
        raise ValueError(f"its schema is more than {DEEPEST} levels deep")
    if "$ref" in schema:
        return _node({**_referred(schema["$ref"], definitions), **_beside(schema)}, definitions, depth + 1)
    out: Schema = {k: schema[k] for k in _KEPT if k in schema}
    kinds = _kinds(schema)
    if kinds:
        out["type"] = kinds[0] if len(kinds) == 1 else kinds
    if schema.get("default") is not None:
        out["default"] = schema["default"]
    return out | _inside(schema, kinds, definitions, depth)


def _inside(schema: Mapping[str, Any], kinds: list[str], definitions: Mapping[str, Any], depth: int) -> Schema:
    """The parts of a schema that hold schemas."""
    out: Schema = {}
    for union in _UNIONS:
        if isinstance(schema.get(union), list) and schema[union]:
            out[union] = [_node(s, definitions, depth + 1) for s in schema[union]]
    if "object" in kinds or "properties" in schema:
        out |= _object(schema, definitions, depth)
    if "array" in kinds:
        items = schema.get("items", {})
        out["items"] = _node(items[0] if isinstance(items, list) and items else items or {}, definitions, depth + 1)
    return out


def _beside(schema: Mapping[str, Any]) -> Schema:
    return {k: v for k, v in schema.items() if k != "$ref"}


def _referred(reference: Any, definitions: Mapping[str, Any]) -> Schema:
    name = str(reference).rpartition("/")[2]
    found = definitions.get(name)
    if not isinstance(found, dict):
        raise ValueError(f"its schema refers to {str(reference)[:60]!r}, which is not in it")
    return found


def _kinds(schema: Mapping[str, Any]) -> list[str]:
    given = schema.get("type")
    out: list[str] = []
    for kind in given if isinstance(given, list) else [given] if given is not None else []:
        plain = str(kind).strip().lower()
        known = _TYPES.get(plain, plain)
        if known and known not in _KNOWN:
            raise ValueError(f"there is no type {str(kind)[:40]!r}")
        if known and known not in out:
            out.append(known)
    if schema.get("nullable") is True and out and "null" not in out:
        out.append("null")
    return out


def _object(schema: Mapping[str, Any], definitions: Mapping[str, Any], depth: int) -> Schema:
    properties = schema.get("properties") or {}
    if not isinstance(properties, dict):
        raise ValueError("its `properties` are no object")
    listed = schema.get("required")
    required = [n for n in listed if n in properties] if isinstance(listed, list) else []
    out: Schema = {"properties": {}}
    for name, inner in properties.items():
        out["properties"][name] = _node(inner, definitions, depth + 1)
        said = inner if isinstance(inner, dict) else {}
        if said.get("required") is True and name not in required:
            required.append(name)
        if said.get("optional") is True and name in required:
            required.remove(name)
    out["required"] = list(dict.fromkeys(required))
    more = schema.get("additionalProperties")
    if isinstance(more, dict):
        out["additionalProperties"] = _node(more, definitions, depth + 1)
    elif isinstance(more, bool):
        out["additionalProperties"] = more
    elif properties:
        out["additionalProperties"] = False
    return out
