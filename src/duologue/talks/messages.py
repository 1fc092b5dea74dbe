"""Lists of messages become turns: the OpenAI chat form and the ShareGPT form, which differ in their words only.

A message has a speaker (`role` or `from`) and something said (`content` or `value`: text, or a list of parts). Calls stand beside
the text, in its parts, in a message of their own, or between `<tool_call>` marks; results are messages, or parts of one. All of
it is read by its shape.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace

from duologue.talks.values import Call, Turn
from duologue.types import Json

__all__ = ["ROLES", "Refused", "call_of", "is_messages", "turns_of", "unwrapped"]

ROLES = {
    "system": "system", "developer": "system",
    "user": "user", "human": "user", "customer": "user", "client": "user",
    "assistant": "assistant", "gpt": "assistant", "model": "assistant", "bot": "assistant", "chatgpt": "assistant", "ai": "assistant", "agent": "assistant",
    "tool": "tool", "function": "tool", "observation": "tool", "tool_response": "tool", "function_response": "tool", "tool_result": "tool",
    "tool_results": "tool", "ipython": "tool", "environment": "tool", "function_call_output": "tool",
    "function_call": "call", "tool_call": "call", "tool_calls": "call",
}  # fmt: skip
_THINK = re.compile(r"\s*<think(?:ing)?>(.*?)</think(?:ing)?>\s*", re.DOTALL)
_CALLS = re.compile(r"<(tool_call|functioncall|function_call)>\s*(.*?)\s*(?:</\1>|(?=<\1>)|\Z)", re.DOTALL)
_RESPONSE = re.compile(r"\s*<tool_response>\s*(.*?)\s*</tool_response>\s*\Z", re.DOTALL)


class Refused(Exception):  # noqa: N818 - it refuses, it does not fail
    """A row is no conversation; the text says why."""


def is_messages(value: Json) -> bool:
    """Whether a value is a list of messages: objects with a speaker and something said."""
    return isinstance(value, list) and bool(value) and all(isinstance(m, dict) and _is_message(m) for m in value)


def _is_message(message: dict[str, Json]) -> bool:
    speaker = message.get("role", message.get("from"))
    said = {"content", "value", "text", "tool_calls", "function_call", "parts"}
    return isinstance(speaker, str) and bool(said & message.keys())


def turns_of(messages: list[dict[str, Json]]) -> list[Turn]:
    """The turns of a list of messages. Raises `Refused` where one can't be understood."""
    out: list[Turn] = []
    for place, message in enumerate(messages):
        for turn in _turns(message, place):
            if turn.role == "assistant" and turn.calls and not turn.text and _joins(out, message):
                last = out.pop()  # a call in a message of its own belongs to the words before it
                turn = replace(turn, text=last.text, reasoning=last.reasoning or turn.reasoning, calls=last.calls + turn.calls, place=last.place)  # fmt: skip
            out.append(turn)
    return out


def _joins(out: list[Turn], message: dict[str, Json]) -> bool:
    kind = ROLES.get(str(message.get("role", message.get("from", ""))).lower())
    return kind == "call" and bool(out) and out[-1].role == "assistant"


def _turns(message: dict[str, Json], place: int) -> Iterator[Turn]:
    given = str(message.get("role", message.get("from", "")))
    role = ROLES.get(given.strip().lower().replace("-", "_"))
    if role is None:
        raise Refused(f"message {place} is by {given[:40]!r}, which is nobody we know")
    content = next((message[k] for k in ("content", "value", "text", "parts") if message.get(k) is not None), "")
    if role == "call":
        reasoning, text = unwrapped(_text_of(content))
        yield Turn("assistant", "", place, reasoning=reasoning, calls=tuple(_calls_in(text, place)))
        return
    parts = _Parts(content, place)
    if parts.results and role in ("user", "tool"):
        for answers, text in parts.results:
            yield Turn("tool", text, place, answers=answers)
        if parts.text.strip():
            yield Turn("user", parts.text, place)
        return
    yield _turn(role, message, parts, place)


def _turn(role: str, message: dict[str, Json], parts: "_Parts", place: int) -> Turn:
    text, reasoning = parts.text, parts.reasoning or _reasoning(message)
    calls = [*parts.calls, *_given_calls(message, place, len(parts.calls))]
    if role == "assistant":
        thought, text = unwrapped(text) if not reasoning else ("", text)
        reasoning = reasoning or thought
        if not calls:
            calls, text = _written_calls(text, place)
    elif role == "tool" and (found := _RESPONSE.match(text)):
        text = found[1]
    answers, name = message.get("tool_call_id", message.get("call_id")), message.get("name")
    return Turn(
        role,  # type: ignore[arg-type]
        text,
        place,
        reasoning=reasoning,
        calls=tuple(calls),
        answers=answers if isinstance(answers, str) and role == "tool" else "",
        name=name if isinstance(name, str) and role == "tool" else "",
        cut=message.get("finish_reason") == "length" or message.get("status") == "incomplete",
        other=parts.other,
    )


def _reasoning(message: dict[str, Json]) -> str:
    found = (message.get(k) for k in ("reasoning_content", "reasoning", "thinking", "thought"))
    return next((r for r in found if isinstance(r, str) and r), "")


def unwrapped(text: str) -> tuple[str, str]:
    """The reasoning that a text begins with between `<think>` marks, and the rest."""
    found = _THINK.match(text)
    return (found[1].strip(), text[found.end() :]) if found else ("", text)


class _Parts:
    """What the content of a message holds, by kind."""

    def __init__(self, content: Json, place: int) -> None:
        self.text = self.reasoning = ""
        self.calls: list[Call] = []
        self.results: list[tuple[str, str]] = []
        self.other = False
        if not isinstance(content, list):
            self.text = _text_of(content)
            return
        texts: list[str] = []
        for part in content:
            if isinstance(part, str):
                texts.append(part)
            elif isinstance(part, dict):
                self._take(part, texts, place)
            else:
                raise Refused(f"message {place} holds a part that is neither text nor object")
        self.text = "\n".join(texts)

    def _take(self, part: dict[str, Json], texts: list[str], place: int) -> None:
        kind = str(part.get("type", "text"))
        said = next(
            (part[k] for k in ("text", "value", "thinking", "content", "refusal") if part.get(k) is not None), ""
        )
        if kind in ("text", "input_text", "output_text", "refusal"):
            texts.append(_text_of(said))
        elif kind in ("reasoning", "thinking", "thought"):
            self.reasoning += _text_of(said)
        elif kind in ("tool_call", "function_call", "tool_use"):
            number = len(self.calls)
            if isinstance(said, str) and said:
                self.calls += _calls_in(said, place, number)
            else:
                self.calls.append(call_of(said if isinstance(said, dict) else part, place, number))
        elif kind in ("tool_result", "tool_response", "function_call_output"):
            self.results.append((str(part.get("tool_use_id", part.get("tool_call_id", "")) or ""), _text_of(said)))
        else:
            self.other = True


def _text_of(content: Json) -> str:
    """The text of something said; objects and lists as the JSON they are."""
    if isinstance(content, str):
        return content
    if isinstance(content, list) and content and all(isinstance(p, dict) and "text" in p for p in content):
        return "\n".join(str(p["text"]) for p in content)
    return "" if content is None else json.dumps(content, ensure_ascii=False)


# ── Calls ────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _given_calls(message: dict[str, Json], place: int, before: int) -> list[Call]:
    given: Any = message.get("tool_calls")
    if isinstance(given, str):
        try:
            given = json.loads(given)
        except ValueError:
            return [Call(f"{place}.{before}", "", None, given, "the calls are no JSON")] if given.strip() else []
    if isinstance(given, dict):
        given = [given]
    if given is None and message.get("function_call") is not None:
        given = [message["function_call"]]
    if given is None:
        return []
    if not isinstance(given, list):
        raise Refused(f"message {place} has calls that are no list")
    return [call_of(c, place, before + n) for n, c in enumerate(given)]


def call_of(given: Json, place: int, number: int) -> Call:
    """A call, nested or flat, its arguments an object or JSON text."""
    made_up = f"{place}.{number}"
    if not isinstance(given, dict):
        return Call(made_up, "", None, _text_of(given), "it is no object")
    inner = given.get("function")
    body: dict[str, Json] = inner if isinstance(inner, dict) else given
    identity = given.get("call_id") or given.get("id")
    name = body.get("name")
    raw = next((body[k] for k in ("arguments", "parameters", "input", "args") if k in body), None)
    arguments, problem = _arguments(raw)
    return Call(
        identity if isinstance(identity, str) and identity else made_up,
        name if isinstance(name, str) else "",
        arguments,
        _text_of(raw),
        problem,
        isinstance(identity, str) and bool(identity),
    )


def _arguments(raw: Json) -> tuple[dict[str, Json] | None, str]:
    if isinstance(raw, dict):
        return raw, ""
    if raw is None or raw == "":
        return {}, ""
    if not isinstance(raw, str):
        return None, f"the arguments are no object but {type(raw).__name__}"
    try:
        value = json.loads(raw)
    except ValueError as error:
        return None, f"the arguments are no JSON ({error})"
    if isinstance(value, str):
        return None, "the arguments are JSON text inside of JSON text"
    if value is None:
        return {}, ""
    return (value, "") if isinstance(value, dict) else (None, "the arguments are no object")


def _calls_in(text: str, place: int, before: int = 0) -> list[Call]:
    """Calls written as JSON: one object, a list, or several between marks."""
    if _CALLS.search(text):
        return _written_calls(text, place)[0]
    try:
        value = json.loads(text)
    except ValueError as error:
        return [Call(f"{place}.{before}", "", None, text, f"the call is no JSON ({error})")]
    listed = value if isinstance(value, list) else [value]
    return [call_of(c, place, before + n) for n, c in enumerate(listed)]


def _written_calls(text: str, place: int) -> tuple[list[Call], str]:
    """Calls that a text holds between marks, and the text without them. Marks around something else stay text."""
    calls: list[Call] = []
    for found in _CALLS.finditer(text):
        try:
            value = json.loads(found[2])
        except ValueError:
            return [], text
        if not isinstance(value, dict) or "name" not in value:
            return [], text
        calls.append(call_of(value, place, len(calls)))
    return calls, _CALLS.sub("", text).strip() if calls else text
