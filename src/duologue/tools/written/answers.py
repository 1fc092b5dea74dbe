"""What models are asked to write, and how far it is trusted: not at all.

The kinds below are what the answers must decode to. They are lenient on purpose (`kind` is any text here, though the schema that
the model is shown lists the valid ones), so that one slip in one tool does not cost the batch it came in; `drafted` then turns one
answer into a `Tool` or says what is wrong with it. Names are identifiers, texts and counts are bounded, and nothing that a model
wrote is ever formatted into anything.
"""

import re
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct, field

from duologue.tools.naming import ascii_words, identifier
from duologue.types import Json, Problem, Statement, Tool

MOST_QUESTIONS, LONGEST_QUESTION = 40, 400
MOST_TOOLS = 10
"""Tools of one answer that are looked at."""
MOST_PARAMETERS, MOST_STATEMENTS, MOST_EXAMPLES, MOST_ENUM = 12, 10, 4, 40
LONGEST_SQL, LONGEST_TEXT = 4_000, 600

NAMING = "snake"
"""The style of all names. One style for all sets: every other costs repairs, and a prompt whose example can't show it."""
_RESERVED = frozenset({"error", "truncated"})
_NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]{0,63}")
_SLOT = re.compile(r"\{(\w+)\}")
_PARAMETER_TYPES = ("string", "integer", "number", "boolean")
_KINDS = ("require", "bind", "write", "return")
_SHAPES = ("list", "object", "value")
_EFFECTS = ("read", "write")
_FORMATS = ("date",)

Scalar = str | int | float | bool


def _one_of(values: tuple[str, ...]) -> Meta:
    return Meta(extra_json_schema={"enum": list(values)})


class RefusedError(Exception):
    """A tool is not taken: `reason` is counted, `text` is shown to its author."""

    def __init__(self, reason: str, text: str) -> None:
        super().__init__(text)
        self.reason, self.text = reason, text


# ── The kinds of answer ──────────────────────────────────────────────────────────────────────────────────────────────────


class Questions(Struct, frozen=True):
    """Of the role `questions`."""

    questions: list[str]


class ParameterAnswer(Struct, frozen=True):
    """A parameter, flat: no nesting, so nothing to get wrong but the words."""

    name: str
    type: Annotated[str, _one_of(_PARAMETER_TYPES)]
    description: str
    required: bool = True
    enum: list[Scalar] | None = None
    format: Annotated[str, _one_of(_FORMATS)] | None = None
    default: Scalar | None = None
    minimum: float | None = None
    maximum: float | None = None


class ProblemAnswer(Struct, frozen=True):
    """An error of the domain."""

    type: str
    message: str


class StatementAnswer(Struct, frozen=True):
    """As `types.Statement`."""

    kind: Annotated[str, _one_of(_KINDS)]
    sql: str
    problem: ProblemAnswer | None = None
    into: str | None = None
    shape: Annotated[str, _one_of(_SHAPES)] | None = None


class ToolAnswer(Struct, frozen=True):
    """A tool."""

    name: str
    description: str
    effect: Annotated[str, _one_of(_EFFECTS)]
    parameters: list[ParameterAnswer]
    run: list[StatementAnswer]
    examples: list[dict[str, Any]] = field(default_factory=list)


def _inlined(schema: Any, defs: dict[str, Any]) -> Any:
    """A JSON Schema with its references replaced by what they refer to."""
    if isinstance(schema, list):
        return [_inlined(part, defs) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _inlined(defs[schema["$ref"].rpartition("/")[2]], defs)
    return {name: _inlined(part, defs) for name, part in schema.items() if name != "$defs"}


def _shown(kind: Any) -> dict[str, Any]:
    schema = msgspec.json.schema(kind)
    found: dict[str, Any] = _inlined(schema, schema["$defs"])
    return found


class Tools(Struct, frozen=True):
    """Of the role `tools`. Each is decoded on its own, by `tool_answer`."""

    tools: list[Annotated[dict[str, Any], Meta(extra_json_schema=_shown(ToolAnswer))]]


class Proposal(Struct, frozen=True):
    """A tool that a set lacks."""

    name: str
    purpose: str


class Expansion(Struct, frozen=True):
    """Of the role `expansion`."""

    tools: list[Proposal]


class FieldAnswer(Struct, frozen=True):
    """What a field of results means."""

    name: str
    description: str


class Fields(Struct, frozen=True):
    """Of the role `returns`."""

    fields: list[FieldAnswer]


# ── One answer becomes a tool ────────────────────────────────────────────────────────────────────────────────────────────


def tool_answer(raw: dict[str, Json]) -> ToolAnswer:
    """One tool of an answer. Raises `RefusedError` where it does not have the form."""
    try:
        return msgspec.convert(raw, ToolAnswer)
    except msgspec.ValidationError as error:
        raise RefusedError("malformed", f"The tool does not have the form asked for: {error}") from None


def drafted(answer: ToolAnswer) -> Tool:
    """The tool that an answer describes, without what follows from its SQL. Raises `RefusedError`."""
    words = ascii_words(answer.name)
    if not words or not _NAME.fullmatch(answer.name):
        raise _malformed(f"{_clip(answer.name)!r} is no name for a tool: letters, digits and underscores, at most 64")
    if answer.effect not in _EFFECTS:
        raise _malformed(f"its effect is {_clip(answer.effect)!r}; valid: read, write")
    description = _text(answer.description, "its description")
    parameters = _parameters(answer.parameters)
    if not 1 <= len(answer.run) <= MOST_STATEMENTS:
        raise _malformed(f"it has {len(answer.run)} statements; from 1 to {MOST_STATEMENTS} are possible")
    run = tuple(_statement(s, i) for i, s in enumerate(answer.run, 1))
    effect: Any = answer.effect
    return Tool(identifier(words, NAMING), description, parameters, {}, effect, run)


def _parameters(answers: list[ParameterAnswer]) -> dict[str, Any]:
    if len(answers) > MOST_PARAMETERS:
        raise _malformed(f"it has {len(answers)} parameters; at most {MOST_PARAMETERS} are possible")
    properties: dict[str, Any] = {}
    required = []
    for p in answers:
        check_name(p.name, "parameter")
        if p.name in properties:
            raise _malformed(f"two parameters are called {p.name!r}")
        properties[p.name] = _property(p)
        if p.required and p.default is None:
            required.append(p.name)
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _property(p: ParameterAnswer) -> dict[str, Any]:
    where = f"parameter {p.name!r}"
    if p.type not in _PARAMETER_TYPES:
        raise _malformed(f"{where} has the type {_clip(p.type)!r}; valid: {', '.join(_PARAMETER_TYPES)}")
    out: dict[str, Any] = {"type": p.type}
    if p.format is not None and p.type == "string":
        if p.format not in _FORMATS:
            raise _malformed(f"{where} has the format {_clip(p.format)!r}; only `date` (YYYY-MM-DD) is possible")
        out["format"] = p.format
    out["description"] = _text(p.description, where)
    if p.enum is not None:
        if not p.enum or len(p.enum) > MOST_ENUM or len(set(map(repr, p.enum))) < len(p.enum):
            raise _malformed(f"{where}: `enum` lists from 1 to {MOST_ENUM} different values, or is left out")
        out["enum"] = [_clip(v, LONGEST_TEXT) if isinstance(v, str) else v for v in p.enum]
    bounds = (("minimum", p.minimum), ("maximum", p.maximum)) if p.type in ("integer", "number") else ()
    for name, bound in bounds:
        if bound is not None:
            out[name] = int(bound) if bound.is_integer() else bound
    if p.default is not None:
        out["default"] = p.default
    return out


def check_name(name: str, what: str) -> None:
    """Raises `RefusedError` where a name is no identifier in the set's style, or one that results have a use for."""
    if not _NAME.fullmatch(name):
        raise _malformed(f"{_clip(name)!r} is no name for a {what}: letters, digits and underscores, at most 64")
    if name != name.lower():
        better = identifier(ascii_words(name) or ("value",), NAMING)
        raise RefusedError("naming", f"The {what} {name!r} is not in snake_case; call it {better!r}.")
    if name in _RESERVED:
        raise RefusedError("naming", f"No {what} can be called {name!r}: results say by it that something went wrong.")


def _statement(s: StatementAnswer, number: int) -> Statement:
    where = f"statement {number}"
    if s.kind not in _KINDS:
        raise _malformed(f"{where} is of the kind {_clip(s.kind)!r}; valid: {', '.join(_KINDS)}")
    if not s.sql.strip() or len(s.sql) > LONGEST_SQL:
        raise _malformed(f"{where}: its SQL has {len(s.sql)} characters; from 1 to {LONGEST_SQL} are possible")
    kind: Any = s.kind
    problem = None
    if s.problem is not None and s.kind != "return":
        kind_of = "_".join(ascii_words(s.problem.type))[:40]
        if not kind_of:
            raise _malformed(f"{where}: its problem has no type, like not_found")
        problem = Problem(kind_of, _text(s.problem.message, f"{where}: its problem's message"))
    if s.kind == "require" and problem is None:
        raise _malformed(f"{where} is a `require` without a `problem`, so nobody would learn what is wrong")
    if s.shape and s.shape not in _SHAPES:
        raise _malformed(f"{where} has the shape {_clip(s.shape)!r}; valid: {', '.join(_SHAPES)}")
    shape: Any = next(
        (valid for valid in _SHAPES if valid == s.shape), "list"
    )  # ours: msgspec tells defaults by identity
    if s.kind != "return":
        return Statement(kind, s.sql, problem)
    into = s.into or ("rows" if shape == "list" else "")
    if into:
        check_name(into, f"field (`into` of {where})")
    elif shape != "object":
        raise _malformed(f"{where} returns a single value; say in `into` what the field is called")
    return Statement(kind, s.sql, None, into, shape)


def check_messages(tool: Tool, known: frozenset[str]) -> None:
    """Raises `RefusedError` where a message has a slot that nothing fills. `known` are parameters and bound values."""
    for s in tool.run:
        unknown = sorted(set(_SLOT.findall(s.problem.message)) - known) if s.problem else []
        if unknown:
            names = ", ".join(sorted(known)) or "none"
            raise _malformed(f"the message {s.problem.message!r} speaks of {{{unknown[0]}}}. Known: {names}")  # type: ignore[union-attr]


def _text(text: str, what: str) -> str:
    text = "".join(c for c in " ".join(text.split()) if c.isprintable())
    if not text or len(text) > LONGEST_TEXT:
        raise _malformed(f"{what} has {len(text)} characters; from 1 to {LONGEST_TEXT} are possible")
    return text


def _clip(text: str, most: int = 80) -> str:
    return text if len(text) <= most else f"{text[:most]}…"


def _malformed(what: str) -> RefusedError:
    return RefusedError("malformed", f"The tool is not well formed: {what}.")
