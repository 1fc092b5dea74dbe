"""Drafts become tools: the names, envelope, id and date style of one dialect.

A list comes back in one of three envelopes. *rows*: `{"rows": […], "count": n}`, where `count` says how many there are in
all, so that a list cut by its limit shows it. *nested*: `{"<plural>": […]}`. *paged*: `{"items": […], "total": n, "limit",
"offset"}`, with an offset parameter beside every limit. A record's fields stand at the top, its parts in a list of their own.
"""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from duologue.tools.describe import describe, name_of
from duologue.tools.drafts import Concept, Draft, Param, Query, Step
from duologue.tools.ground import Ground
from duologue.tools.naming import ascii_words, distinct, identifier
from duologue.tools.parameters import Days, name_params, schema_of
from duologue.tools.returns import list_schema, object_schema, record
from duologue.tools.sql import Names, count_of, statement
from duologue.tools.vocabulary import name_concepts, vocabulary_of
from duologue.tools.wording import Voice
from duologue.types import Problem, Slot, Statement, Tool

ENVELOPE = {"rows": "rows", "paged": "items"}


class Spoken(Struct, frozen=True):
    """A voice with the vocabulary of one set of drafts."""

    voice: Voice
    fields: Mapping[Concept, str]
    days: Days


def speak(
    ground: Ground, voice: Voice, drafts: tuple[Draft, ...], midnight: Days, taken: set[str]
) -> tuple[tuple[Tool, ...], dict[str, Slot]]:
    """The drafts as tools of one dialect, with the vocabulary they share. `midnight` are the times that are all
    midnight; `taken` the names that are given already."""
    fields = name_concepts(ground, voice, drafts)
    spoken = Spoken(voice, fields, midnight if voice.dialect.dates == "date" else {})
    plain_names = [name_of(ground, voice, d) for d in drafts]
    clash = {n for n in plain_names if plain_names.count(n) > 1 or n.lower() in taken}
    tools = []
    for draft, name in zip(drafts, plain_names, strict=True):
        final = distinct(name_of(ground, voice, draft, more=True) if name in clash else name, taken)
        tools.append(_tool(ground, spoken, draft, final))
    return tuple(tools), vocabulary_of(drafts, fields)


def _paged(voice: Voice, draft: Draft) -> Draft:
    """The draft with an offset beside its limit, where the envelope has pages."""
    if voice.dialect.envelope != "paged" or not any(p.slot.use == "limit" for p in draft.params):
        return draft
    offset = Param("offset", Slot(draft.meaning.table, "", "offset"), ("", "", "offset"), "integer", default=0, least=0)
    steps = tuple(
        Step(s.kind, _offset(s.body), s.problem, s.part, s.noun)
        if s.part == "list" and isinstance(s.body, Query)
        else s
        for s in draft.steps
    )
    return Draft(draft.meaning, (*draft.params, offset), steps, draft.effect, draft.writes, draft.words)


def _offset(q: Query) -> Query:
    return Query(q.sources, q.fields, q.where, q.group, q.order, q.limit, "offset")


def _tool(ground: Ground, spoken: Spoken, draft: Draft, name: str) -> Tool:
    voice = spoken.voice
    draft = _paged(voice, draft)
    named = name_params(ground, voice, draft, spoken.fields)
    written = [p for p in draft.params if p.slot.use == "value" and (p.slot.table, p.slot.column) in spoken.days]
    names = Names(
        named,
        spoken.fields,
        voice.dialect.ids == "text",
        frozenset(spoken.days),
        frozenset(p.id for p in draft.params if p.integer_key),
        {p.id: spoken.days[p.slot.table, p.slot.column] for p in written},
    )
    result = _Result(ground, spoken, draft)
    run: list[Statement] = []
    for step in draft.steps:
        run += result.statements(step, names)
    return Tool(
        name,
        describe(ground, voice, draft, named),
        schema_of(ground, voice, draft, named, spoken.days),
        result.schema(),
        draft.effect,
        tuple(run),
        draft.reads,
        draft.writes,
        draft.meaning,
        {named[p.id]: p.slot for p in draft.params},
        result.outputs,
    )


class _Result:
    """The shape a draft's result takes, built up statement by statement."""

    def __init__(self, ground: Ground, spoken: Spoken, draft: Draft) -> None:
        self.ground, self.spoken, self.draft = ground, spoken, draft
        self.properties: dict[str, Any] = {}
        self.outputs: dict[str, Slot] = {}

    def schema(self) -> dict[str, Any]:
        return record(self.properties)

    def statements(self, step: Step, names: Names) -> list[Statement]:
        """The step's own statement, and for a list the one that says how long it is."""
        problem = self._problem(step.problem, names)
        sql = statement(step.body, names)
        if step.kind != "return":
            return [Statement(step.kind, sql, problem)]
        assert isinstance(step.body, Query)
        if step.part == "head":
            self._head(step.body)
            return [Statement("return", sql, problem, "", "object")]
        into = self._into(step)
        self._list(step.body, into, step.noun)
        out = [Statement("return", sql, problem, into, "list")]
        if step.part == "list" and self.spoken.voice.dialect.envelope in ENVELOPE:
            out.append(self._length(step.body, names, into))
        return out

    def _problem(self, problem: Problem | None, names: Names) -> Problem | None:
        if problem is None:
            return None
        message = problem.message
        for id, name in names.params.items():
            message = message.replace(f"{{{id}}}", f"{{{name}}}")
        return Problem(problem.type, message)

    def _into(self, step: Step) -> str:
        envelope = ENVELOPE.get(self.spoken.voice.dialect.envelope, "")
        if step.part == "list" and envelope:
            return envelope
        name = identifier(ascii_words(step.noun) or ("records",), self.spoken.voice.dialect.naming)
        return distinct(name, {p.lower() for p in self.properties})

    def _head(self, query: Query) -> None:
        for f in query.fields:
            name = self.spoken.fields[f.concept]
            self.properties[name] = object_schema(self.ground, f, self.spoken.voice)
            self.outputs[name] = f.slot

    def _list(self, query: Query, into: str, noun: str) -> None:
        properties = {}
        for f in query.fields:
            name = self.spoken.fields[f.concept]
            properties[name] = object_schema(self.ground, f, self.spoken.voice)
            self.outputs[f"{into}[].{name}"] = f.slot
        self.properties[into] = list_schema(properties, noun)

    def _length(self, query: Query, names: Names, into: str) -> Statement:
        paged = into == "items"
        label = "total" if paged else "count"
        extra = {}
        if paged and query.limit:
            extra = {"limit": "limit", "offset": "offset"}
        whole = "how many there are in all, also beyond the limit" if query.limit else "how many there are"
        self.properties[label] = {"type": "integer", "description": whole}
        self.outputs[label] = Slot(self.draft.meaning.table, "", "total")
        for name in extra:
            self.properties[name] = {"type": "integer", "description": f"the {name} that was applied"}
            self.outputs[name] = Slot(self.draft.meaning.table, "", name)
        return Statement("return", count_of(query, names, extra, label), None, "", "object")
