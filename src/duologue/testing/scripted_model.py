"""A model whose answers a function gives: no server, no waiting."""

from collections.abc import Callable

from duologue.ids import digest, to_json
from duologue.protocols import Answer, Request, Usage
from duologue.types import Json, Message, ToolCall

Reply = Callable[[Request], str | dict[str, Json] | Message]
"""From a request to the answer: a text, an object (sent as JSON), or a whole message."""


class ScriptedModel:
    """Answers by `reply`, and keeps what it was asked in `requests`."""

    def __init__(self, reply: Reply, name: str = "scripted-model") -> None:
        self.reply, self.name = reply, name
        self.requests: list[Request] = []

    async def ask(self, request: Request) -> Answer:
        """What `reply` gives. Tokens are counted as a quarter of the characters."""
        self.requests.append(request)
        given = self.reply(request)
        if isinstance(given, Message):
            message = given
        else:
            message = Message("assistant", content=given if isinstance(given, str) else to_json(given))
        asked = sum(len(m.content) for m in request.messages) // 4
        usage = Usage(prompt=asked, completion=len(message.content) // 4)
        return Answer(message, model=self.name, usage=usage, key=digest(request))


def calling(name: str, /, **arguments: Json) -> Message:
    """An assistant's message that makes one call."""
    return Message("assistant", tool_calls=(ToolCall("call_1", name, arguments),))
