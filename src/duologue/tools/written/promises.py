"""Returns schemas of tools that a model wrote: derived like those of derived tools, then confronted with executions.

A column that comes back as it is stored promises what the catalog knows of it. A count is a whole number, a sum or mean what
numbers are. Of any other expression nothing is known before it has run: it starts with no type, takes those that come, and is
then opened a little further (`loosened`), because a few executions can't have seen everything.
"""

from typing import Any

from sqlglot import exp

from duologue.environment.schema import fold
from duologue.tools.ground import Ground
from duologue.tools.returns import plain, record
from duologue.tools.written.facts import Node, Told, at_most_one, outer_joined, projection

_DONE = {"ok": {"type": "boolean", "description": "the change was made"}}
Schema = dict[str, Any]


def returns_of(ground: Ground, told: tuple[Told, ...]) -> Schema:
    """The returns schema before any execution."""
    properties: Schema = {}
    for t in told:
        s = t.statement
        if s.kind != "return":
            continue
        fields = {c: field_schema(ground, t, i) for i, c in enumerate(t.facts.columns)}
        if s.shape == "value":
            only = next(iter(fields.values()))
            properties[s.into] = only if at_most_one(t.tree) else _or_null(only)
        elif s.shape == "list":
            properties[s.into] = {"type": "array", "items": plain(fields)}
        elif s.into:
            properties[s.into] = _or_null(plain(fields))
        else:
            properties |= fields
    return record(properties or _DONE)


def _or_null(schema: Schema) -> Schema:
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    return {**schema, "type": [*kinds, "null"]} if "null" not in kinds else schema


def field_schema(ground: Ground, t: Told, i: int) -> Schema:
    """What the i-th column of a `return` promises."""
    origin = t.origins[i] if i < len(t.origins) else None
    e = projection(t.tree, i)
    if origin is not None:
        f = ground.field(*origin, left=fold(origin[0]) in outer_joined(t.tree) or isinstance(e, exp.Subquery))
        kinds = [f.type, *f.strays, *(["null"] if f.nullable else [])]
        return {"type": kinds if len(kinds) > 1 else f.type, "description": f.about}
    if _counts(e):
        return {"type": "integer"}
    return {"type": ["null"]}


def _counts(e: Node) -> bool:
    """Whether an expression is a count: of the rows themselves, of a window, or of a query of its own, which gives one row."""
    if isinstance(e, exp.Window):
        return isinstance(e.this, exp.Count)
    if not isinstance(e, exp.Subquery):
        return isinstance(e, exp.Count)
    none_left = any(e.this.args.get(part) is not None for part in ("having", "limit", "offset"))
    return at_most_one(e.this) and not none_left and isinstance(projection(e.this, 0), exp.Count)


def loosened(schema: Any) -> Any:
    """The schema with what only executions told opened further: a whole number may be any number, what was never seen
    anything plain."""
    if not isinstance(schema, dict):
        return schema
    if "properties" in schema:
        return {**schema, "properties": {n: loosened(p) for n, p in schema["properties"].items()}}
    if "items" in schema:
        return {**schema, "items": loosened(schema["items"])}
    if "description" in schema or schema.get("type") == "integer":
        return schema
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    plain_kinds = [k for k in kinds if k not in ("null", "integer", "number")]
    if "integer" in kinds or "number" in kinds:
        plain_kinds = ["number", *plain_kinds]
    return {**schema, "type": [*(plain_kinds or ["number", "string"]), "null"]}


def described(schema: Any, said: dict[str, str]) -> Any:
    """The schema with what each field means. Fields that nobody described keep what is there."""
    if not isinstance(schema, dict):
        return schema
    if "items" in schema:
        return {**schema, "items": described(schema["items"], said)}
    if "properties" not in schema:
        return schema
    properties = {}
    for name, inner in schema["properties"].items():
        inner = described(inner, said)
        if name in said and "properties" not in inner:
            inner = {**inner, "description": said[name]}
        properties[name] = inner
    return {**schema, "properties": properties}


def fields_of(schema: Any) -> dict[str, Schema]:
    """Field name → schema, of all plain fields wherever they stand; of two with one name, the first."""
    out: dict[str, Schema] = {}
    if isinstance(schema, dict):
        for name, inner in schema.get("properties", {}).items():
            deeper = fields_of(inner)
            if deeper or "items" in inner or "properties" in inner:
                out = {**deeper, **out}
            else:
                out.setdefault(name, inner)
        if "items" in schema:
            out = {**fields_of(schema["items"]), **out}
    return out
