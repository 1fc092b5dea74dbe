"""Tools without implementation: designed from the name of a domain, and told what they return.

`specify` asks a model for the questions people have, the tools that answer them and the gaps that are left, all in one running
conversation. `predict_returns` goes through any such tools, also those that others published, again in one conversation: for each
a JSON Schema of its result, whether it reads or writes, and which part of the result describes which kind of thing. Names are one
vocabulary: the same field has the same type in every tool, inputs included, and the same key tells apart the same kind of thing.

What comes out is an environment without an image (`image == ""`): its calls are answered by a model, and judged by whether they
hold together (`checks.entities`).
"""

import re
from collections.abc import Iterator, Sequence
from typing import Annotated, Final, Literal

from msgspec import Meta, Struct
from msgspec.structs import replace

from duologue import ids
from duologue.catalog.model import Catalog
from duologue.checks.entities import key_behind
from duologue.environment.specifications import Schema, specification, tidy_object
from duologue.errors import UserError
from duologue.models.voice import Voice
from duologue.tools.maker import environment_for
from duologue.tools.policy import default_policy
from duologue.types import Environment, Json, Message, Policy, Slot, Tool, Toolset

QUESTIONS, MOST_GAPS = 24, 10
LEAST_TOOLS, MOST_TOOLS = 6, 24
MOST_GIVEN = 64
REPAIRS = 3
SHOWN = 8
_KIND: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
_LISTS: Final = re.compile(r"(search|list)(_|[A-Z])")


class Questions(Struct, frozen=True, forbid_unknown_fields=True):
    """What people would ask."""

    questions: Annotated[
        tuple[Annotated[str, Meta(min_length=8, max_length=400)], ...], Meta(min_length=12, max_length=40)
    ]


class Spec(Struct, frozen=True, forbid_unknown_fields=True):
    """A tool as the model describes it."""

    name: Annotated[str, Meta(max_length=64)]
    description: Annotated[str, Meta(min_length=10, max_length=600)]
    parameters: dict[str, Json]


class Specs(Struct, frozen=True, forbid_unknown_fields=True):
    """Several tools."""

    tools: Annotated[tuple[Spec, ...], Meta(max_length=MOST_TOOLS)]


class ThingDesign(Struct, frozen=True, forbid_unknown_fields=True):
    """Which object of a result describes a thing, by which field it is told apart, and which fields depend on the question."""

    path: Annotated[str, Meta(max_length=200)]
    kind: Annotated[str, Meta(max_length=40)]
    key: Annotated[str, Meta(max_length=80)]
    varies: Annotated[tuple[str, ...], Meta(max_length=20)] = ()


class ReturnsDesign(Struct, frozen=True, forbid_unknown_fields=True):
    """What a tool does and returns, as the model predicts it."""

    effect: Literal["read", "write"]
    returns: dict[str, Json]
    things: Annotated[tuple[ThingDesign, ...], Meta(max_length=12)] = ()


async def specified_environment(
    name: str, voice: Voice, tools: Sequence[Tool] = (), policy: Policy | None = None, seed: int = 0
) -> Environment:
    """An environment whose tools have no implementation: those given, or, without any, those a model designs for the domain.

    Raises `UserError` where two of the tools share a name or there are more than an assistant can be shown, `StageError` where no
    valid answers came.
    """
    given = tuple(tools) or await specify(name, voice)
    _need_one_set(given)
    toolset = await predict_returns(given, voice)
    return environment_for(
        name, "", toolset, policy or default_policy(Catalog(name, ()), ids.rng(seed, "policy", name), toolset.tools)
    )


def _need_one_set(tools: Sequence[Tool]) -> None:
    names = [t.name for t in tools]
    twice = next((n for n in names if names.count(n) > 1), None)
    if twice is not None:
        raise UserError(f"two tools are called {twice!r}", "Give the tools of one set at a time.")
    if len(names) > MOST_GIVEN:
        raise UserError(f"{len(names)} tools are too many for one assistant", f"Give up to {MOST_GIVEN} at a time.")


async def specify(domain: str, voice: Voice, scope: str = "specs") -> tuple[Tool, ...]:
    """Tools for a domain of which there is only the name: questions, tools for them, tools for what is missing."""
    bounds = {"questions": QUESTIONS, "least": LEAST_TOOLS, "most": MOST_TOOLS, "gaps": MOST_GAPS}
    prompt = voice.prompts.render("specs", **bounds)
    tools: dict[str, Tool] = {}

    async def objection(answer: Specs) -> str:
        problems = [f"Tool {s.name[:64]!r}: {p}." for s in answer.tools for p in _spec_problems(s, tools)]
        names = [s.name for s in answer.tools]
        problems += [f"Two tools are called {n!r}." for n in sorted({n for n in names if names.count(n) > 1})]
        if not tools and len(names) < LEAST_TOOLS:
            problems.append(f"{len(names)} tools are too few; write at least {LEAST_TOOLS}.")
        return _listed(problems)

    talk = [Message("user", content=f"Domain: {' '.join(domain.split())[:200]}\n\nStep 1: the questions.")]
    asked = await voice.ask_for(Questions, prompt, talk, scope, repairs=REPAIRS)
    talk.append(Message("assistant", content=asked.answer.message.content))
    for step in ("Step 2: the tools.", "Step 3: the tools that are missing."):
        talk.append(Message("user", content=step))
        found = await voice.ask_for(Specs, prompt, talk, scope, objection, REPAIRS)
        talk.append(Message("assistant", content=found.answer.message.content))
        tools |= {s.name: specification(s.name, s.description, s.parameters) for s in found.value.tools}
    return tuple(tools.values())


def _spec_problems(spec: Spec, known: dict[str, Tool]) -> Iterator[str]:
    try:
        tool = specification(spec.name, spec.description, spec.parameters)
    except ValueError as error:
        yield str(error)
        return
    if tool.name != spec.name:
        yield "a name is letters, digits and underscores"
    if spec.name in known:
        yield "there is a tool of this name already"
    for name, schema in tool.parameters["properties"].items():
        if "type" not in schema and "enum" not in schema and "anyOf" not in schema:
            yield f"parameter {name!r} has no type"


# ── What they return ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def predict_returns(tools: Sequence[Tool], voice: Voice, scope: str = "returns") -> Toolset:
    """The tools with effects, returns and what their fields stand for, in one vocabulary. A returns schema that came with a
    tool stays as it is."""
    prompt = voice.prompts.render("returns_spec", tools=[_shown(t) for t in tools])
    words = _Words(tools)
    done: list[tuple[Tool, ReturnsDesign]] = []
    talk: list[Message] = []
    for number, tool in enumerate(tools, 1):

        async def objection(answer: ReturnsDesign, tool: Tool = tool) -> str:
            return _listed(list(words.problems(tool, answer)))

        given = f"\nIts result is given, keep it: {ids.to_json(tool.returns)}" if tool.returns else ""
        talk.append(Message("user", content=f"Tool {number} of {len(tools)}: {tool.name}{given}"))
        asked = await voice.ask_for(ReturnsDesign, prompt, talk, scope, objection, REPAIRS)
        talk.append(Message("assistant", content=asked.answer.message.content))
        words.learn(tool, asked.value)
        done.append((tool, asked.value))
    finished = tuple(_finished(tool, design, words.keys) for tool, design in done)
    return Toolset(ids.digest(finished), finished, vocabulary=_vocabulary(finished))


class _Words:
    """The vocabulary so far: the type of every plain field, and the key of every kind of thing."""

    def __init__(self, tools: Sequence[Tool]) -> None:
        self.types: dict[str, str] = {}
        self.keys: dict[str, str] = {}
        """Key → the kind of thing it tells apart."""
        self._free: set[str] = set()
        """Names on which the tools that were given disagree among themselves."""
        for tool in tools:
            for _, name, schema in _fields(tool.parameters):
                if self.types.setdefault(name, _type(schema)) != _type(schema):
                    self._free.add(name)

    def problems(self, tool: Tool, design: ReturnsDesign) -> Iterator[str]:
        """What is wrong with a prediction."""
        try:
            returns = _closed(tool, design)
        except ValueError as error:
            yield f"`returns`: {error}."
            return
        if not tool.returns:
            yield from self._schema_problems(tool, design, returns)
        for thing in design.things:
            yield from (
                f"`things`, {thing.path or 'the result itself'!r}: {p}" for p in self._thing_problems(thing, returns)
            )

    def _schema_problems(self, tool: Tool, design: ReturnsDesign, returns: Schema) -> Iterator[str]:
        if not returns["properties"]:
            yield "`returns` has no properties: a tool tells something, a change at least what is so now."
        for path, name, schema in _fields(returns):
            kind = self.types.get(name, _type(schema))
            if "type" not in schema and "enum" not in schema:
                yield f"`{path}` has no type."
            elif kind != _type(schema) and name not in self._free:
                yield f"`{path}` is {_type(schema)}, but {name!r} is {kind} elsewhere. Keep the type, or take another name."
        lists = any(s.get("type") == "array" for s in returns["properties"].values())
        if design.effect == "read" and _LISTS.match(tool.name) and not lists:
            yield "a search or list returns an array of objects in one of its fields."

    def _thing_problems(self, thing: ThingDesign, returns: Schema) -> Iterator[str]:
        inside = _at(returns, thing.path)
        if inside is None:
            yield 'there is no object at this path. Paths: "" is the result itself, "orders[]" each object of a list, "order.customer" an inner one.'
            return
        if not _KIND.fullmatch(thing.kind):
            yield f"kind {thing.kind!r}: a kind is a lower-case noun."
        for name in (thing.key, *thing.varies):
            if name not in inside:
                yield f"it has no field {name!r}."
        if self.keys.get(thing.key, thing.kind) != thing.kind:
            yield f"{thing.key!r} is the key of {self.keys[thing.key]!r}, so it can't be the key of {thing.kind!r}."
        other = next((key for key, kind in self.keys.items() if kind == thing.kind and key != thing.key), None)
        if other is not None:
            yield f"the key of {thing.kind!r} is {other!r} elsewhere; keep to it."

    def learn(self, tool: Tool, design: ReturnsDesign) -> None:
        """Keep the words of a prediction that holds."""
        for _, name, schema in _fields(_closed(tool, design)):
            self.types.setdefault(name, _type(schema))
        self.keys |= {thing.key: thing.kind for thing in design.things}


def _closed(tool: Tool, design: ReturnsDesign) -> Schema:
    """The returns in plain JSON Schema. Raises `ValueError`."""
    return tool.returns or tidy_object(design.returns)


def _finished(tool: Tool, design: ReturnsDesign, keys: dict[str, str]) -> Tool:
    """The tool with what was predicted of it. A parameter named for a key means the thing it tells apart."""
    returns = _closed(tool, design)
    outputs = {}
    for thing in design.things:
        for name, schema in (_at(returns, thing.path) or {}).items():
            if name not in thing.varies and schema.get("type") != "object" and not _is_list_of_objects(schema):
                path = f"{thing.path}.{name}" if thing.path else name
                outputs[path] = Slot(thing.kind, name, "key" if name == thing.key else "")
    inputs = {}
    for name in tool.parameters["properties"]:
        key = key_behind(name, keys)
        if key:
            inputs[name] = Slot(keys[key], key, "key")
    return replace(tool, effect=design.effect, returns=returns, inputs=inputs, outputs=outputs)


def _vocabulary(tools: Sequence[Tool]) -> dict[str, Slot]:
    """Field name → what it stands for, where it stands for one thing."""
    found: dict[str, set[tuple[str, str, str]]] = {}
    for tool in tools:
        for path, slot in tool.outputs.items():
            found.setdefault(path.rpartition(".")[2], set()).add((slot.table, slot.column, slot.use))
    return {name: Slot(*min(slots)) for name, slots in sorted(found.items()) if len(slots) == 1}


# ── Walking schemas ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _fields(schema: Schema, path: str = "") -> Iterator[tuple[str, str, Schema]]:
    """Every plain field of an object's schema: path, name, schema."""
    for name, inner in schema.get("properties", {}).items():
        here = f"{path}.{name}" if path else name
        if inner.get("type") == "object":
            yield from _fields(inner, here)
        elif _is_list_of_objects(inner):
            yield from _fields(inner["items"], f"{here}[]")
        else:
            yield here, name, inner


def _is_list_of_objects(schema: Schema) -> bool:
    return schema.get("type") == "array" and schema.get("items", {}).get("type") == "object"


def _at(schema: Schema, path: str) -> dict[str, Schema] | None:
    """The properties of the object at a path; None where there is none."""
    for part in path.split(".") if path else ():
        inner = schema.get("properties", {}).get(part.removesuffix("[]"), {})
        schema = inner.get("items", {}) if part.endswith("[]") else inner
    properties: dict[str, Schema] | None = schema.get("properties")
    return properties


def _type(schema: Schema) -> str:
    """The type of a field as far as it must agree: null aside, lists by what they hold."""
    kinds = schema.get("type", "")
    plain = [k for k in kinds if k != "null"] if isinstance(kinds, list) else [kinds]
    kind = "/".join(sorted(plain)) or ("string" if "enum" in schema else "")
    return f"array of {_type(schema.get('items', {}))}" if kind == "array" else kind


def _shown(tool: Tool) -> str:
    return ids.to_json({"name": tool.name, "description": tool.description, "parameters": tool.parameters})


def _listed(problems: Sequence[str]) -> str:
    more = [f"(and {len(problems) - SHOWN} more)"] if len(problems) > SHOWN else []
    return "\n".join(f"- {p}" for p in (*problems[:SHOWN], *more))
