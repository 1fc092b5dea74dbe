"""A conversation as far as wording is concerned: who said what, which names and labels it could use, what was recorded of its turns.

It is made from a run's own conversation, from a row that a run exported, or from anybody's row: whatever was recorded is taken, and what
was not stays unknown. Names are all texts in results, arguments and the facts of the tasks. Labels are, of a run, what its catalog calls
things; of a row, the names of tools, parameters and fields, taken apart into words.
"""

import json
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

import msgspec
from msgspec import Struct

from duologue.catalog.model import Catalog
from duologue.talks import Talk, Turn
from duologue.types import Dialogue, Json

__all__ = ["Said", "Spoken", "labels_of", "of_dialogue", "of_talk"]

_DEEPEST = 40


class Said(Struct, frozen=True):
    """What one message says. `acts` is empty where nobody recorded what it does, `behaviours` None where nobody records any."""

    role: str
    text: str
    acts: tuple[str, ...] = ()
    behaviours: tuple[str, ...] | None = None


class Spoken(Struct, frozen=True):
    """One conversation."""

    turns: tuple[Said, ...]
    """What user and assistant say, in order; messages without words are left out."""
    messages: int
    """All messages but the system's."""
    names: frozenset[str]
    labels: frozenset[str]


# ── A run's own ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def labels_of(catalog: Catalog) -> frozenset[str]:
    """What a catalog calls its tables and columns, one and many."""
    out: set[str] = set()
    for table in catalog.tables:
        out |= {table.name, table.label, table.plural}
        for column in table.columns:
            out |= {column.name, column.label, column.plural}
    out |= {link.role for link in catalog.links}
    return frozenset(out - {""})


def of_dialogue(dialogue: Dialogue, labels: frozenset[str]) -> Spoken:
    """A conversation of a run whose catalog has those labels."""
    names: set[str] = set()
    said: list[Said] = []
    path = [turn for turn in dialogue.path() if turn.message.role != "system" and not turn.message.is_own]
    behaving = any(turn.behaviours for turn in path)
    for turn in path:
        message = turn.message
        if message.role == "tool":
            _take(_read(message.content), names.add, None)
            continue
        for call in message.tool_calls:
            _take(call.arguments, names.add, None)
        if message.content.strip():
            acts = tuple(act.kind for act in turn.acts)
            said.append(Said(message.role, message.content, acts, turn.behaviours if behaving else None))
    for task in dialogue.scenario.tasks:
        _take([fact.value for fact in (*task.known, *task.hidden)], names.add, None)
        _take([change.after for change in task.target], names.add, None)
    return Spoken(tuple(said), len(path), frozenset(names), labels)


# ── Anybody's ────────────────────────────────────────────────────────────────────────────────────────────────────────────


class _Act(Struct):
    kind: str


class _Record(Struct):
    acts: tuple[_Act, ...] = ()
    behaviours: tuple[str, ...] = ()


class _Fact(Struct):
    value: Any = None
    slot: str = ""
    label: str = ""


class _Task(Struct):
    known: tuple[_Fact, ...] = ()
    hidden: tuple[_Fact, ...] = ()
    target: tuple[dict[str, Any], ...] = ()


class _About(Struct):
    """As much of the metadata of our own rows as is of use here."""

    turns: tuple[_Record, ...] = ()
    tasks: tuple[_Task, ...] = ()


def of_talk(talk: Talk) -> Spoken:
    """A conversation of a file."""
    about = _about(talk)
    names: set[str] = set()
    labels: set[str] = set()
    said: list[Said] = []
    behaving = any(r.behaviours for r in about.turns)
    turns = [turn for turn in talk.turns if turn.role != "system"]
    for turn in turns:
        if turn.role == "tool":
            _take(_read(turn.text), names.add, labels.add)
            continue
        for call in turn.calls:
            _take(call.arguments if call.arguments is not None else call.text, names.add, labels.add)
            labels.update(_named(call.name))
        if turn.text.strip():
            said.append(_said(turn, about, behaving))
    for tool in talk.tools or ():
        labels.update(_named(tool.name), _fields(tool.parameters), _fields(tool.returns or {}))
    for task in about.tasks:
        for fact in (*task.known, *task.hidden):
            _take(fact.value, names.add, None)
            labels.update(w for w in (*fact.slot.split("."), fact.label) if w)
        _take([change.get("after") for change in task.target], names.add, labels.add)
    return Spoken(tuple(said), len(turns), frozenset(names), frozenset(labels))


def _about(talk: Talk) -> _About:
    """What a row says of itself, where it is one of ours."""
    if talk.metadata is None or not str(talk.metadata.get("format", "")).startswith("duologue."):
        return _About()
    try:
        return msgspec.convert(talk.metadata, _About)
    except msgspec.ValidationError:
        return _About()  # somebody's own writing of it: the conversation is read all the same


def _said(turn: Turn, about: _About, behaving: bool) -> Said:
    record = about.turns[turn.place] if 0 <= turn.place < len(about.turns) else _Record()
    acts = tuple(act.kind for act in record.acts)
    return Said(turn.role, turn.text, acts, record.behaviours if behaving else None)


@lru_cache(maxsize=4096)
def _named(name: str) -> tuple[str, ...]:
    """What a tool's name calls things: the whole, and what follows its verb."""
    rest = name.replace("-", "_").replace(".", "_").split("_", 1)
    return (name, rest[1]) if len(rest) > 1 and rest[1] else (name,)


def _fields(schema: Json, depth: int = 0) -> Iterator[str]:
    """The names that a JSON Schema gives to fields."""
    if depth > _DEEPEST:
        return
    if isinstance(schema, dict):
        properties = schema.get("properties")
        if isinstance(properties, dict):
            yield from properties
        for part in schema.values():
            yield from _fields(part, depth + 1)
    elif isinstance(schema, list):
        for part in schema:
            yield from _fields(part, depth + 1)


def _read(text: str) -> Json:
    """A result's value; its text where it is no JSON."""
    start = text.lstrip()[:1]
    if start not in ("{", "[", '"'):
        return text
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _take(value: Json, name: Callable[[str], None], label: Callable[[str], None] | None, depth: int = 0) -> None:
    """Every text in a value is a name; every key of an object a label."""
    if isinstance(value, str):
        if value:
            name(value)
    elif depth > _DEEPEST:
        return
    elif isinstance(value, dict):
        for key, part in value.items():
            if label is not None and isinstance(key, str):
                label(key)
            _take(part, name, label, depth + 1)
    elif isinstance(value, list | tuple):
        for part in value:
            _take(part, name, label, depth + 1)
