"""A model in a role: its prompt, what it is asked, and the rule that an answer counts only once it is valid.

`ask_for` is the one way to get something structured out of a model. The answer must be JSON of the kind asked for, and its maker may
object further (a tool that does not run, a task whose proof fails). An objection is shown back to the model beneath its answer, at
most `repairs` times; then the item is given up with the last objection as evidence.
"""

import re
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any, Generic, TypeVar

import msgspec
from msgspec import Struct

from duologue.errors import StageError
from duologue.ids import DEEPEST, is_deep
from duologue.models.prompts import Prompts, Rendered
from duologue.models.wire import split_thought
from duologue.protocols import Answer, ChatModel, Request
from duologue.types import Json, Message, Tool

T = TypeVar("T")
Objection = Callable[[T], Awaitable[str]]
"""What is wrong with an answer, in words its author can act on; empty where nothing is."""

REPAIRS = 2
"""Times an invalid answer is shown back with what is wrong."""
SHOWN = 2000
"""Characters of an objection that are kept as evidence."""
_AGAIN = "Answer again: the whole JSON object, mended, and nothing else."


class Asked(Struct, Generic[T], frozen=True):
    """A valid answer: its value, the call that brought it, and the objections met on the way."""

    value: T
    answer: Answer
    objections: tuple[str, ...] = ()


class Voice:
    """One role, played by one model with one prompt."""

    def __init__(
        self, role: str, model: ChatModel, prompts: Prompts, aside: Callable[[str], str] = lambda words: words
    ) -> None:
        """`aside` marks what is said of an answer, for a role whose partner's words reach it in the same way."""
        self.role, self.model, self.prompts, self.aside = role, model, prompts, aside

    def prompt(self, **values: Any) -> Rendered:
        """The role's prompt, filled in."""
        return self.prompts.render(self.role, **values)

    def ask(
        self, prompt: Rendered, messages: Sequence[Message], scope: str, tools: tuple[Tool, ...] = (), draw: int = 0
    ) -> Awaitable[Answer]:
        """One answer in free text or native tool calls, to the prompt and the messages after it."""
        return self.model.ask(self._request(prompt, messages, scope, tools=tools, draw=draw))

    async def ask_for(
        self,
        kind: type[T],
        prompt: Rendered,
        messages: Sequence[Message],
        scope: str,
        objection: Objection[T] | None = None,
        repairs: int = REPAIRS,
    ) -> Asked[T]:
        """One valid answer of a kind (a msgspec type that decodes from a JSON object).

        Raises `StageError` (stage: the role) with the reason `invalid answer` where none came after the repairs.
        """
        talk = list(messages)
        objections: list[str] = []
        for draw in range(repairs + 1):
            request = self._request(prompt, talk, scope, schema=schema_of(kind), draw=draw)
            answer = await self.model.ask(request)
            value, wrong = read_json(answer.message.content, kind)
            if value is not None and not wrong and objection is not None:
                wrong = await objection(value)
            if value is not None and not wrong:
                return Asked(value, answer, tuple(objections))
            objections.append(wrong)
            talk += [
                Message("assistant", content=answer.message.content or "(empty)"),
                Message("user", content=self.aside(f"{wrong}\n\n{_AGAIN}")),
            ]
        raise StageError(self.role, "invalid answer", objections[-1][:SHOWN])

    def _request(
        self,
        prompt: Rendered,
        messages: Sequence[Message],
        scope: str,
        tools: tuple[Tool, ...] = (),
        schema: dict[str, Json] | None = None,
        draw: int = 0,
    ) -> Request:
        return Request(self.role, (prompt.message, *messages), scope, tools, schema, prompt.hash, draw)


_schemas: dict[Any, dict[str, Json]] = {}


def schema_of(kind: Any) -> dict[str, Json]:
    """The JSON Schema of a type, self-contained, as models are shown it. Worked out once for each."""
    if kind not in _schemas:
        _schemas[kind] = msgspec.json.schema(kind)
    return _schemas[kind]


_TOKENS = re.compile(r'"(?:[^"\\]|\\.)*"|[{}]', re.DOTALL)
_OBJECT = re.compile(r'\{\s*(?:"|\})')
_TRIES = 100
"""Braces at which a text is searched for an object."""


def read_json(text: str, kind: type[T]) -> tuple[T | None, str]:
    """The value in a model's text, or what is wrong with it (with the longest object, where there are several).

    Thoughts, fences and words around a JSON object are overlooked. Of several objects the last that is valid counts, an empty one
    only where there is no other; a part of an object never stands for the whole.
    """
    bare = text.strip()
    if bare[:1] == "{" and bare[-1:] == "}" and not _may_be_deep(bare):
        try:
            return msgspec.json.decode(bare, type=kind), ""
        except (msgspec.DecodeError, RecursionError):
            pass  # there is more around it, or something is wrong with it
    spans = list(_objects(split_thought(text)[1]))
    longest = max(spans, key=len, default="")
    found: T | None = None
    wrong = "The answer holds no JSON object."
    for span in sorted(spans, key=lambda s: len(s) > 2):
        try:
            if _may_be_deep(span) and is_deep(msgspec.json.decode(span)):
                raise msgspec.DecodeError(f"it is nested more than {DEEPEST} deep")
            found = msgspec.json.decode(span, type=kind)
        except (msgspec.DecodeError, RecursionError) as error:  # the latter of ten thousand brackets
            if span == longest:
                wrong = _what(error)
    return (found, "") if found is not None else (None, wrong)


def _may_be_deep(text: str) -> bool:
    return text.count("{") + text.count("[") > DEEPEST


def _what(error: msgspec.DecodeError | RecursionError) -> str:
    if isinstance(error, msgspec.ValidationError):
        return f"The JSON object does not have the form asked for: {error}"
    return f"The answer is not valid JSON: {error}"


def _objects(text: str) -> Iterator[str]:
    """The outermost spans of a text that look like JSON objects; the last may lack its end."""
    at = 0
    for _ in range(_TRIES):
        start = text.find("{", at)
        if start < 0:
            return
        end = _end_of_object(text, start)
        if end:
            yield text[start:end]
        elif _OBJECT.match(text, start):
            yield text[start:]
            return
        at = end or start + 1


def _end_of_object(text: str, start: int) -> int:
    """Where the brace at `start` is closed, braces in strings not counted; 0 where it never is."""
    depth = 0
    for token in _TOKENS.finditer(text, start):
        if token[0] in "{}":
            depth += 1 if token[0] == "{" else -1
            if depth == 0:
                return token.end()
    return 0
