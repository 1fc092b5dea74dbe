"""A real server on the loopback whose answers a test gives, one after the other."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Self

import msgspec
from aiohttp import web
from msgspec import Struct

from duologue.models.endpoint import Endpoint
from duologue.models.http import HttpModel, Meter, Patience
from duologue.types import Json

QUICK = Patience(pause=0.001, longest=0.002)


class Says(Struct, frozen=True):
    """One answer: a status, a body, headers; or something that goes wrong."""

    status: int = 200
    body: Json = None
    raw: bytes | None = None
    headers: dict[str, str] = {}
    stalls: bool = False
    seconds: float = 0.0
    """Before it comes."""
    cuts: str = ""
    """before (no answer at all) · within (half a body)."""


def text(content: Json = "Hello.", finish: str = "stop", usage: Json = None, **message: Json) -> Says:
    """A chat completion."""
    choice = {"index": 0, "message": {"role": "assistant", "content": content, **message}, "finish_reason": finish}
    return Says(body={"model": "m", "choices": [choice], "usage": usage})


def no(status: int, message: str = "No.", **headers: str) -> Says:
    """An error as OpenAI words it."""
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return Says(status, {"error": {"message": message, "type": "x"}}, headers=names)


Answers = Sequence[Says] | Callable[[dict[str, Any]], Says]


class Served:
    """The server. `answers` come one after the other, the last of them for good; or a function gives them by the request."""

    def __init__(self, answers: Answers, models: Json = ("m",), port: int = 0) -> None:
        self.answers, self.models, self.port = answers, models, port
        self.asked: list[dict[str, Any]] = []
        self.raw: list[bytes] = []
        self.keys: list[str | None] = []
        self.listed = 0
        self.at_once = self.most = 0

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=2**26)
        app.router.add_post("/v1/chat/completions", self._chat)
        app.router.add_get("/v1/models", self._models)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.01)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()
        self.port = self._runner.addresses[0][1]
        self.url = f"http://127.0.0.1:{self.port}/v1"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    def model(
        self, patience: Patience = QUICK, meter: Meter | None = None, name: str = "m", **settings: Any
    ) -> HttpModel:
        """A client of it."""
        return HttpModel(Endpoint((self.url,), name=name, **settings), patience, meter=meter)

    async def _chat(self, request: web.Request) -> web.StreamResponse:
        raw = await request.read()
        self.raw.append(raw)
        body = msgspec.json.decode(raw)
        self.keys.append(request.headers.get("Authorization"))
        self.asked.append(body)
        number = len(self.asked) - 1
        says = self.answers(body) if callable(self.answers) else self.answers[min(number, len(self.answers) - 1)]
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        try:
            return await self._say(request, says)
        finally:
            self.at_once -= 1

    async def _say(self, request: web.Request, says: Says) -> web.StreamResponse:
        await asyncio.sleep(30 if says.stalls else says.seconds)
        data = msgspec.json.encode(says.body) if says.raw is None else says.raw
        if says.cuts:
            assert request.transport is not None
            if says.cuts == "within":
                head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(data)
                request.transport.write(head + data[: len(data) // 2])
            request.transport.close()
        return web.Response(status=says.status, body=data, headers=says.headers, content_type="application/json")

    async def _models(self, request: web.Request) -> web.Response:
        self.listed += 1
        if isinstance(self.models, Says):
            return web.Response(status=self.models.status, body=msgspec.json.encode(self.models.body))
        return web.json_response({"object": "list", "data": [{"id": name, "object": "model"} for name in self.models]})
