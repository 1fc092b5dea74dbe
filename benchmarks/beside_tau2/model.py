"""The model that both sides talk to: one conversation of a few calls, answered without a thought.

    python benchmarks/beside_tau2/model.py PORT [LATENCY]

Somebody wants a task with a title; the assistant makes it, says so, and that was all. A request with the tool that makes tasks is the
assistant's, any other the user's (the peer's user has tools too); whether the user has spoken already is told by the answers of its own that stand there. A user who is asked for JSON
(`is_task_complete` stands in its page) gives it, another one ends with the word the peer waits for.
"""

import asyncio
import sys
from typing import Any

import msgspec
import uvloop
from aiohttp import web

WANTED = "Please create a task called 'Important Meeting' for user_1."
ARGUMENTS = '{"user_id": "user_1", "title": "Important Meeting"}'
DONE = "Done: the task 'Important Meeting' has been created for user_1."
USAGE = {"prompt_tokens": 500, "completion_tokens": 20, "total_tokens": 520}


class Function(msgspec.Struct):
    """A tool that may be called."""

    name: str


class Tool(msgspec.Struct):
    """Its wrapping."""

    function: Function


class Asked(msgspec.Struct):
    """What matters of a request."""

    messages: list[dict[str, Any]]
    tools: list[Tool] | None = None


_asked = msgspec.json.Decoder(Asked).decode


def answer(asked: Asked) -> dict[str, Any]:
    """The message that comes back."""
    if any(tool.function.name == "create_task" for tool in asked.tools or ()):
        if any(message["role"] == "tool" for message in asked.messages):
            told = asked.messages[-1]["role"] == "user"
            return {"role": "assistant", "content": "You're welcome." if told else DONE}
        call = {"id": "call_1", "type": "function", "function": {"name": "create_task", "arguments": ARGUMENTS}}
        return {"role": "assistant", "content": None, "tool_calls": [call]}
    over = any(message["role"] == "assistant" for message in asked.messages)
    if "is_task_complete" in asked.messages[0]["content"]:
        words = {"user_message": "Thanks, that was all." if over else WANTED, "is_task_complete": over}
        return {"role": "assistant", "content": msgspec.json.encode(words).decode()}
    return {"role": "assistant", "content": "###STOP###" if over else WANTED}


def application(latency: float) -> web.Application:
    """The server; `/served` says how many calls it has answered."""
    served = 0

    async def complete(request: web.Request) -> web.Response:
        nonlocal served
        message = answer(_asked(await request.read()))
        if latency:
            await asyncio.sleep(latency)
        served += 1
        reason = "tool_calls" if "tool_calls" in message else "stop"
        body = {
            "id": f"chat-{served}",
            "object": "chat.completion",
            "created": 1,
            "model": "fake",
            "choices": [{"index": 0, "message": message, "finish_reason": reason}],
            "usage": USAGE,
        }
        return web.Response(body=msgspec.json.encode(body), content_type="application/json")

    async def count(_: web.Request) -> web.Response:
        return web.json_response(served)

    app = web.Application(client_max_size=1 << 24)
    app.router.add_post("/v1/chat/completions", complete)
    app.router.add_get("/served", count)
    return app


def main() -> None:
    """Serve until stopped."""
    uvloop.install()
    latency = float(sys.argv[2]) if len(sys.argv) > 2 else 0.0
    web.run_app(
        application(latency), host="127.0.0.1", port=int(sys.argv[1]), print=None, access_log=None, backlog=4096
    )


if __name__ == "__main__":
    main()
