"""The model that both sides talk to: one conversation of a few calls, answered without a thought.

    python benchmarks/beside_tau2/model.py PORT [LATENCY]

Somebody wants a task with a title; the assistant makes it, says so, and that was all. A request with the tool that makes tasks is the
assistant's, any other the user's (the peer's user has tools too); whether the user has spoken already is told by the answers of its own that stand there. A user who is asked for JSON
(`is_task_complete` stands in its page) gives it, another one ends with the word the peer waits for.

It shares the machine with whoever is measured, so it is no heavier than HTTP is: httptools reads the requests, and the answers are
written in one piece.
"""

import asyncio
import sys
from typing import Any, cast

import httptools
import msgspec
import uvloop

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
_HEAD = b"HTTP/1.1 %b\r\nServer: model\r\nContent-Type: application/json\r\n%bContent-Length: %d\r\n\r\n"


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


class Served:
    """How many calls were answered, and how late each answer is, in seconds."""

    def __init__(self, latency: float) -> None:
        self.latency, self.calls = latency, 0


class Caller(asyncio.Protocol):
    """One client's connection, HTTP/1.1, kept open as long as the client likes. `GET /served` says how many calls were answered."""

    def __init__(self, served: Served) -> None:
        self._served = served
        self._loop = asyncio.get_running_loop()
        self._parser = httptools.HttpRequestParser(self)
        self._transport: asyncio.Transport | None = None
        self._path, self._body = b"", b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """It stands."""
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """It is gone, and so is whoever waits for an answer."""
        self._transport = None

    def data_received(self, data: bytes) -> None:
        """Bytes of a request."""
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self._send(b"400 Bad Request", b"", again=False)

    def on_url(self, url: bytes) -> None:
        """A request begins; what follows is its path."""
        self._path, self._body = self._path + url, b""

    def on_body(self, body: bytes) -> None:
        """A piece of its body."""
        self._body += body

    def on_message_complete(self) -> None:
        """It is whole."""
        path, self._path = self._path, b""
        again = self._parser.should_keep_alive()
        if path == b"/v1/chat/completions":
            asked = _asked(self._body)
            if self._served.latency:
                self._loop.call_later(self._served.latency, self._answer, asked, again)
            else:
                self._answer(asked, again)
        elif path == b"/served":
            self._send(b"200 OK", b"%d" % self._served.calls, again)
        else:
            self._send(b"404 Not Found", b"", again)

    def _answer(self, asked: Asked, again: bool) -> None:
        self._served.calls += 1
        message = answer(asked)
        reason = "tool_calls" if "tool_calls" in message else "stop"
        body = {
            "id": f"chat-{self._served.calls}",
            "object": "chat.completion",
            "created": 1,
            "model": "fake",
            "choices": [{"index": 0, "message": message, "finish_reason": reason}],
            "usage": USAGE,
        }
        self._send(b"200 OK", msgspec.json.encode(body), again)

    def _send(self, status: bytes, body: bytes, again: bool) -> None:
        if self._transport is None:
            return
        kept = b"" if again else b"Connection: close\r\n"
        self._transport.write(_HEAD % (status, kept, len(body)) + body)
        if not again:
            self._transport.close()


async def serve(port: int, latency: float) -> None:
    """Answer whoever calls, until stopped."""
    served = Served(latency)
    server = await asyncio.get_running_loop().create_server(lambda: Caller(served), "127.0.0.1", port, backlog=4096)
    await server.serve_forever()


def main() -> None:
    """Serve until stopped."""
    uvloop.run(serve(int(sys.argv[1]), float(sys.argv[2]) if len(sys.argv) > 2 else 0.0))


if __name__ == "__main__":
    main()
