"""The OpenAI chat protocol as bytes: what is sent, and what is made of an answer.

*Sent.* A conversation is encoded once: the bytes of each message are kept by role and scope, and a call costs only those that are new.
`content` is always a text, never null (several servers refuse null); arguments travel as JSON text.

*Reasoning.* A model's own earlier reasoning goes back to it, all of it: gpt-oss and others forget within a chain of calls why they
made them when it is left out, and the chat template on the server's side knows which of it the model was trained to see (gpt-oss and
Qwen3 drop what lies before the last user message; newer ones keep it). It goes back under the name that the server used for it in its
own answers: vLLM and Ollama say `reasoning`, llama.cpp, SGLang and DeepSeek `reasoning_content`; hosted services that show none
refuse such fields, and are sent none.

*Read.* Nothing in an answer is trusted: text may be null or come in parts, thoughts may stand in the text between <think> tags, ids
may be missing or come twice, arguments may be no JSON object or one without end, figures may be absurd. `finish_reason` decides nothing, except whether an answer with nothing
in it was cut off.
"""

import re
from typing import Any

import msgspec
from msgspec import Struct

from duologue.ids import DEEPEST, is_deep
from duologue.models.talks import Talk
from duologue.protocols import Usage
from duologue.types import Message, Tool, ToolCall

CALLS = 32
"""Calls of one message that are read."""
MOST_TOKENS = 10**9
"""Tokens that a server may say one call took; more is no usage."""
SHOWN = 200
"""Characters of a malformed call's arguments that its maker is shown."""
_TOOLSETS = 1024

encode = msgspec.json.Encoder().encode
_THOUGHT = re.compile(r"\s*<think(?:ing)?>(.*?)(?:</think(?:ing)?>|\Z)", re.DOTALL)
_CLOSED = re.compile(r"</think(?:ing)?>")


class Wire:
    """Conversations and toolsets as bytes, each encoded once. `reasoning` is the field that past reasoning goes back in."""

    def __init__(self, reasoning: str = "") -> None:
        self.reasoning = reasoning
        self._toolsets: dict[int, tuple[tuple[Tool, ...], bytes]] = {}

    def messages(self, talk: Talk, without: int = 0) -> list[bytes]:
        """A conversation's messages as items of a JSON list, each but the first with the comma before it, and `without` so many at
        the end."""
        count = len(talk.messages) - without
        sent = talk.sent.setdefault(self.reasoning, [])
        if not sent and count and talk.page:
            sent.append(b"".join((b'{"role":"system","content":', talk.page, b"}")))
        for message in talk.messages[len(sent) : count]:
            data = self.message(message)
            sent.append(b"," + data if sent else data)
        return sent[:count]

    def message(self, message: Message) -> bytes:
        """One message."""
        out: dict[str, Any] = {"role": message.role, "content": message.content}
        if message.role == "tool":
            out["tool_call_id"] = message.tool_call_id
        if message.reasoning and self.reasoning:
            out[self.reasoning] = message.reasoning
        if message.tool_calls:
            out["tool_calls"] = [
                {
                    "id": c.id,
                    "type": "function",
                    "function": {"name": c.name, "arguments": encode(c.arguments).decode()},
                }
                for c in message.tool_calls
            ]
        return encode(out)

    def tools(self, tools: tuple[Tool, ...]) -> bytes:
        """Tools as a JSON list."""
        known = self._toolsets.get(id(tools))
        if known is None or known[0] is not tools:
            if len(self._toolsets) >= _TOOLSETS:
                self._toolsets.clear()
            listed = [
                {
                    "type": "function",
                    "function": {"name": t.name, "description": t.description, "parameters": t.parameters},
                }
                for t in tools
            ]
            known = self._toolsets[id(tools)] = (tools, encode(listed))
        return known[1]


# ── Answers ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


class _Part(Struct):
    text: str = ""


class _Function(Struct):
    name: str
    arguments: Any = None


class _Call(Struct):
    function: _Function
    id: Any = None


class _Message(Struct):
    content: str | list[_Part] | None = None
    reasoning: Any = None
    reasoning_content: Any = None
    tool_calls: list[_Call] | None = None


class _Choice(Struct):
    message: _Message
    finish_reason: Any = None


class _Body(Struct):
    choices: list[_Choice] = []
    usage: Any = None
    error: Any = None


class Reply(Struct, frozen=True):
    """What a server answered, made sense of."""

    message: Message
    usage: Usage | None
    """None = the server did not say."""
    malformed: str = ""
    cut: bool = False
    """It ended because there was no more room."""
    field: str = ""
    """Where the reasoning was: `reasoning` or `reasoning_content`."""
    error: Any = None
    """An error that came as if it were an answer; the rest is empty then."""


_decode = msgspec.json.Decoder(_Body).decode


def read_reply(data: bytes) -> Reply:
    """Make sense of an answer's body. Raises `msgspec.DecodeError` where it is no chat completion."""
    try:
        body = _decode(data)
    except RecursionError as error:
        raise msgspec.DecodeError("it is nested without end") from error
    if not body.choices:
        if body.error is None:
            raise msgspec.ValidationError("it holds neither `choices` nor `error`")
        return Reply(Message("assistant"), None, error=body.error)
    choice = body.choices[0]
    said = choice.message
    content = said.content or ""
    text = content if isinstance(content, str) else "".join(part.text for part in content)
    field, reasoning = _reasoning(said) if said.reasoning or said.reasoning_content else ("", "")
    thought, text = split_thought(text)
    calls, malformed = _calls(said.tool_calls) if said.tool_calls else ((), "")
    message = Message("assistant", text, reasoning or thought, calls)
    return Reply(message, _usage(body.usage), malformed, choice.finish_reason == "length", field)


def split_thought(text: str) -> tuple[str, str]:
    """Thoughts that stand in the text between <think> tags (the first of which servers may swallow), and the text after them."""
    if "<" not in text and ">" not in text:
        return "", text
    found = _THOUGHT.match(text)
    if found:
        return found[1].strip(), text[found.end() :].strip()
    closed = _CLOSED.search(text)
    if closed and not text.lstrip().startswith(("{", "[")):
        return text[: closed.start()].strip(), text[closed.end() :].strip()
    return "", text


def _reasoning(said: _Message) -> tuple[str, str]:
    for field, value in (("reasoning", said.reasoning), ("reasoning_content", said.reasoning_content)):
        if isinstance(value, str) and value:
            return field, value
    return "", ""


def _calls(given: list[_Call]) -> tuple[tuple[ToolCall, ...], str]:
    """The calls that can be made, and what is wrong with the others."""
    calls: list[ToolCall] = []
    wrong: list[str] = []
    taken: set[str] = set()
    for number, call in enumerate(given[:CALLS], 1):
        arguments = _object(call.function.arguments)
        if isinstance(arguments, str):
            wrong.append(f"Call {number}, {call.function.name[:SHOWN]}: its arguments are {arguments}")
            continue
        name = call.id if isinstance(call.id, str) and call.id and call.id not in taken else f"call_{number}"
        while name in taken:
            name += "_"
        taken.add(name)
        calls.append(ToolCall(name, call.function.name, arguments))
    if len(given) > CALLS:
        wrong.append(f"Only the first {CALLS} of {len(given)} calls at once were read.")
    return tuple(calls), "\n".join(wrong)


def _object(arguments: Any) -> dict[str, Any] | str:
    """A call's arguments, or what is wrong with them. No text at all is a call without arguments."""
    if not arguments or (isinstance(arguments, str) and not arguments.strip()):
        return {}
    try:
        found = msgspec.json.decode(arguments) if isinstance(arguments, str) else arguments
        deep = is_deep(found)  # whoever walks over it later would choke on it
    except msgspec.DecodeError:
        found, deep = None, False
    except RecursionError:
        found, deep = None, True
    if deep:
        return f"nested more than {DEEPEST} deep"
    return found if isinstance(found, dict) else f"no JSON object: {str(arguments)[:SHOWN]}"


def _usage(given: Any) -> Usage | None:
    """What a server says a call took; None where it does not say, or says what can't be."""
    if not isinstance(given, dict) or given.get("prompt_tokens") is None:
        return None
    prompt, completion = given["prompt_tokens"], given.get("completion_tokens")
    details = given.get("prompt_tokens_details")
    cached = details.get("cached_tokens") if isinstance(details, dict) else None
    cached = cached or given.get("prompt_cache_hit_tokens")
    if cached is None:
        cached = 0
    if completion is None:
        completion = 0
    if not (type(prompt) is type(cached) is type(completion) is int):
        return None
    if not (0 <= prompt <= MOST_TOKENS and 0 <= cached <= MOST_TOKENS and 0 <= completion <= MOST_TOKENS):
        return None
    return Usage(prompt, cached if cached < prompt else prompt, completion)
