"""The chat protocol as a server sees it: requests taken apart, answers put together.

A request body stays the plain object it came as (`Body`), since what a fake is for is to look at what was really sent.
"""

from collections.abc import Callable
from typing import Any

from duologue.ids import to_json
from duologue.models.structured import response_format
from duologue.protocols import Request
from duologue.types import Json, Message, Tool

Body = dict[str, Json]
"""A request as it was sent to `/v1/chat/completions`."""
Wire = dict[str, Json]
"""A message in the protocol's form."""
Reply = str | dict[str, Json] | Message
"""An answer: a text, an object (sent as JSON), or a whole message."""
Brain = Callable[[Body], Reply]
"""From a request to its answer."""

ROLES = ("system", "user", "assistant", "tool")


class RefusedError(Exception):
    """The server will not answer this request: `status`, and the `message` it gives."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status, self.message = status, message


def wire_message(reply: Reply, ids: str, reasoning: str) -> Wire:
    """An assistant's message as it goes out. `ids` begins the ids of its calls; `reasoning` names the field thoughts go in."""
    message = (
        reply
        if isinstance(reply, Message)
        else Message("assistant", reply if isinstance(reply, str) else to_json(reply))
    )
    out: Wire = {"role": "assistant", "content": message.content}
    if message.reasoning and reasoning:
        out[reasoning] = message.reasoning
    if message.tool_calls:
        out["tool_calls"] = [
            {"id": f"{ids}_{n}", "type": "function", "function": {"name": c.name, "arguments": to_json(c.arguments)}}
            for n, c in enumerate(message.tool_calls)
        ]
    return out


def check_body(body: Json) -> None:
    """Raise `RefusedError` (400) where a request is not what strict servers accept."""
    if not isinstance(body, dict) or not isinstance(body.get("messages"), list) or not body["messages"]:
        raise RefusedError(400, "'messages' must be a list that holds something")
    if body.get("stream"):
        raise RefusedError(400, "this server does not stream")
    owed: list[str] = []
    for number, message in enumerate(body["messages"]):
        problem = _problem(message, owed)
        if problem:
            raise RefusedError(400, f"messages[{number}]: {problem}")
    if owed:
        raise RefusedError(400, f"the call {owed[0]!r} has no result")


def _problem(message: Any, owed: list[str]) -> str:
    """What is wrong with one message, given the calls that still wait for their results (kept up to date here)."""
    role = message.get("role") if isinstance(message, dict) else None
    if role not in ROLES:
        return f"{role!r} is no role"
    if not isinstance(message.get("content"), str):
        return "'content' must be a text"
    if role == "tool":
        if message.get("tool_call_id") not in owed:
            return f"no call waits for a result with the id {message.get('tool_call_id')!r}"
        owed.remove(message["tool_call_id"])
    elif owed:
        return f"the call {owed[0]!r} has no result yet"
    for call in message.get("tool_calls") or ():
        if not isinstance(call["function"].get("arguments"), str):
            return "a call's 'arguments' must be a text"
        owed.append(call["id"])
    return ""


def body_of(request: Request, model: str = "fake") -> Body:
    """The request as a client would send it: for giving a brain to `ScriptedModel`."""
    body: Body = {"model": model, "messages": [_sent(m) for m in request.messages]}
    if request.tools:
        body["tools"] = [_offered(t) for t in request.tools]
    if request.schema is not None:
        body["response_format"] = response_format(request.schema, "json_schema", request.role)
    return body


def _sent(message: Message) -> Wire:
    out: Wire = {"role": message.role, "content": message.content}
    if message.tool_calls:
        out["tool_calls"] = [
            {"id": c.id, "type": "function", "function": {"name": c.name, "arguments": to_json(c.arguments)}}
            for c in message.tool_calls
        ]
    if message.tool_call_id:
        out["tool_call_id"] = message.tool_call_id
    return out


def _offered(tool: Tool) -> Json:
    function = {"name": tool.name, "description": tool.description, "parameters": tool.parameters}
    return {"type": "function", "function": function}
