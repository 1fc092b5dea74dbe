"""The tools that a conversation offers, in whatever form: nested or flat, a list or its JSON text, with `parameters` or another
name for them.

What is wrong with a declaration is kept beside it. For checking arguments it is then read as it was meant: the type names of
Python and of other interfaces (`dict`, `str`, `STRING`) become those of JSON Schema, or no call could be checked at all.
"""

import json
from functools import lru_cache
from typing import Any

import msgspec

from duologue.environment.validators import validator
from duologue.talks.values import Offered
from duologue.types import Json

__all__ = ["offered", "tools_in_text", "validator"]

_NAMES = ("parameters", "input_schema", "inputSchema", "params", "args", "arguments")
_TYPES = {
    "dict": "object", "map": "object", "hash": "object", "struct": "object", "str": "string", "text": "string", "char": "string",
    "float": "number", "double": "number", "decimal": "number", "int": "integer", "long": "integer", "bool": "boolean",
    "list": "array", "tuple": "array", "set": "array", "none": "null", "nonetype": "null",
}  # fmt: skip
_KNOWN = frozenset({"object", "string", "number", "integer", "boolean", "array", "null"})
_ONE = ("items", "not", "additionalProperties", "contains", "propertyNames", "if", "then", "else")
_MANY = ("anyOf", "oneOf", "allOf", "prefixItems")
_NAMED = ("properties", "patternProperties", "$defs", "definitions")


def offered(given: Json) -> tuple[tuple[Offered, ...] | None, str]:
    """The tools given, None where nothing is said of any, and what is wrong with the whole."""
    if isinstance(given, str):
        if not given.strip():
            return (), ""
        try:
            given = json.loads(given)
        except ValueError:
            return None, "the tools are no JSON"
    if given is None:
        return None, ""
    if isinstance(given, dict):
        given = [given] if "name" in given or "function" in given else list(given.values())
    if not isinstance(given, list):
        return None, "the tools are no list"
    return tuple(_kept(msgspec.json.encode(t)) for t in given), ""


def tools_in_text(text: str) -> tuple[Offered, ...] | None:
    """Tools that a system message lists between `<tools>` marks; None where there are none that can be read."""
    start, end = text.find("<tools>"), text.find("</tools>")
    if not 0 <= start < end:
        return None
    inner = text[start + len("<tools>") : end].strip()
    try:
        found = json.loads(inner)
    except ValueError:
        try:
            found = [json.loads(line) for line in inner.splitlines() if line.strip()]
        except ValueError:
            return None
    read = offered(found)[0]
    return read or None


@lru_cache(maxsize=4096)
def _kept(written: bytes) -> Offered:
    """The tools of a file are mostly the same in every row; equal ones are one object."""
    return _tool(msgspec.json.decode(written))


def _tool(given: Json) -> Offered:
    if isinstance(given, str):
        try:
            given = json.loads(given)
        except ValueError:
            given = None
    if not isinstance(given, dict):
        return Offered("", "", {}, problems=("a tool is no object",))
    inner = given.get("function")
    body: dict[str, Any] = inner if isinstance(inner, dict) else given
    name, description = body.get("name"), body.get("description")
    problems: list[str] = []
    if not isinstance(name, str) or not name.strip():
        problems.append("a tool has no name")
    schema, doubts, odd = _parameters(body, given, problems)
    return Offered(
        name if isinstance(name, str) else "",
        description if isinstance(description, str) else "",
        schema,
        _returns(body.get("returns", body.get("response"))),
        tuple(problems),
        tuple(doubts),
        odd,
    )


def _parameters(
    body: dict[str, Any], given: dict[str, Any], problems: list[str]
) -> tuple[dict[str, Json], list[str], tuple[str, ...]]:
    """The parameters as they are meant, what is doubtful, and types that are none; what is wrong is added to the problems."""
    schema: Any = next((body[n] for n in _NAMES if body.get(n) is not None), {})
    doubts: list[str] = []
    if not isinstance(schema, dict):
        problems.append("its parameters are no JSON Schema but " + type(schema).__name__)
        schema = {}
    beside: list[Json] = next(
        (level["required"] for level in (body, given) if isinstance(level.get("required"), list)), []
    )
    if beside and "required" not in schema:
        doubts.append("`required` stands beside its parameters, where nothing reads it")
    schema, bare = _as_object(schema)
    if bare:
        doubts.append("its parameters are listed without the schema of an object around them")
    meant, odd = _meant(schema)
    problem = _invalid(meant)
    if problem:
        problems.append(problem)
        return {}, doubts, odd
    absent = _absent(meant)
    if absent:
        doubts.append(f"it requires {absent!r}, which is none of its parameters")
    return meant, doubts, odd


def _as_object(schema: dict[str, Json]) -> tuple[dict[str, Json], bool]:
    """Some list the parameters by name, without the schema around them."""
    described = schema.get("type")
    is_schema = isinstance(described, str | list) or not schema.keys().isdisjoint(
        {"properties", "$ref", "anyOf", "oneOf", "allOf", "$schema", "additionalProperties"}
    )
    if not schema or is_schema or not all(isinstance(v, dict) for v in schema.values()):
        return schema, False
    return {"type": "object", "properties": schema}, True


def _returns(given: Json) -> dict[str, Json] | None:
    if not isinstance(given, dict) or not given or "type" not in given:
        return None
    meant, odd = _meant(given)
    return None if odd or _invalid(meant) else meant


def _absent(schema: dict[str, Json]) -> str:
    properties, required = schema.get("properties"), schema.get("required")
    if not isinstance(properties, dict) or not isinstance(required, list) or not properties:
        return ""
    return next((n for n in required if isinstance(n, str) and n not in properties), "")


def _invalid(schema: dict[str, Json]) -> str:
    try:
        validator(schema)
    except ValueError as error:
        return "its parameters are no valid JSON Schema: " + str(error).split("\n")[0][:160]
    return ""


def _meant(schema: Any) -> tuple[Any, tuple[str, ...]]:
    """A schema with the type names it means, and the names that are none."""
    odd: dict[str, None] = {}
    return _mend(schema, odd), tuple(odd)


def _mend(schema: Any, odd: dict[str, None]) -> Any:
    if not isinstance(schema, dict):
        return schema
    out: dict[str, Any] = {}
    for key, value in schema.items():
        if key == "type":
            meant = _types(value, odd)
            out |= {"type": meant} if meant else {}
        elif key == "required" and isinstance(value, bool):
            continue  # said of each property, as in the third draft of JSON Schema: nothing to hold a call to
        elif key in _ONE:
            out[key] = _mend(value, odd)
        elif key in _MANY and isinstance(value, list):
            out[key] = [_mend(s, odd) for s in value]
        elif key in _NAMED and isinstance(value, dict):
            out[key] = {name: _mend(s, odd) for name, s in value.items()}
        else:
            out[key] = value
    return out


def _types(given: Json, odd: dict[str, None]) -> str | list[str]:
    """The type or types that are meant; empty where anything may be."""
    mended = [_type(t, odd) for t in (given if isinstance(given, list) else [given])]
    if "" in mended:
        return ""
    return mended if isinstance(given, list) else mended[0]


def _type(name: Json, odd: dict[str, None]) -> str:
    """The type that is meant; empty where anything may be."""
    if not isinstance(name, str):
        return ""
    if name in _KNOWN:
        return name
    odd[name] = None
    plain = name.strip().lower().split("[")[0].split("(")[0].split(",")[0].strip()
    return plain if plain in _KNOWN else _TYPES.get(plain, "")
