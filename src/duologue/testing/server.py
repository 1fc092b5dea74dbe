"""A server that speaks the OpenAI chat protocol from a function, and can be as awkward as real ones are.

    async with FakeServer(lambda body: "hello") as server:      # in this event loop
        server.url                                              # http://127.0.0.1:PORT/v1
    with in_thread(FakeServer(brain, faults=Faults(rate=0.1))) as server: ...

What it is asked goes to the *brain*; `Manner` says how it behaves; `faults` spoil some of its answers. It checks requests as strict
servers do (a null content, a call without its result: 400), counts tokens and what a prefix cache would have saved, and
adds up what it would bill, also for answers that never reached their asker.
"""

import asyncio
import threading
import time
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Literal

import msgspec
from aiohttp import web
from msgspec import Raw, Struct
from msgspec.structs import replace

from duologue.protocols import Usage
from duologue.testing.faults import Broken, Faults
from duologue.testing.prefix import PrefixCache
from duologue.testing.protocol import Body, Brain, RefusedError, Wire, check_body, wire_message
from duologue.types import Json

MOST_BYTES = 64 * 2**20


class Manner(Struct, frozen=True, kw_only=True):
    """How a server behaves."""

    models: tuple[str, ...] = ("fake",)
    latency: float = 0.0
    """Seconds before each answer."""
    key: str = ""
    """The key it asks for; empty = none."""
    reasoning: Literal["reasoning", "reasoning_content", ""] = "reasoning"
    """The field that thoughts go in; empty = they are not given."""
    structured: Literal["json_schema", "json_object", "refused", "ignored"] = "json_schema"
    """The most it takes as `response_format`: a schema, only `json_object`, none at all; or it takes all and heeds none, which
    is shown by wrapping every object asked for in words."""
    tools: bool = True
    """Whether it takes `tools`."""
    usage: bool = True
    """Whether answers say what they cost."""
    quick: bool = False
    """Give a request that came before the same answer without looking at it again, and count tokens roughly: for measuring clients."""
    remembers: int = 256
    """Newest requests kept in `log`."""


class Seen(Struct, frozen=True):
    """A request that came: its number (from 1), its body, the status it got, and the fault it met."""

    number: int
    body: Body
    status: int
    fault: str = ""


class _Parts(Struct):
    messages: Raw = Raw(b"[]")
    tools: Raw = Raw(b"")


class FakeServer:
    """An async context manager; `url` is its base URL while it runs."""

    def __init__(self, brain: Brain, manner: Manner | None = None, faults: Faults | None = None, port: int = 0) -> None:
        self.brain, self.manner, self.faults = brain, manner or Manner(), faults
        self.log: deque[Seen] = deque(maxlen=self.manner.remembers)
        self.statuses: Counter[int] = Counter()
        self.met: Counter[str] = Counter()
        """Faults met, by name."""
        self.billed = Usage()
        """All tokens it has worked for."""
        self.calls = self.at_once = self.most_at_once = 0
        self._cache, self._port = PrefixCache(), port
        self._ready: dict[int, bytes] = {}
        self._runner: web.AppRunner | None = None
        self._closing = asyncio.Event()

    @property
    def url(self) -> str:
        """The base URL."""
        return f"http://127.0.0.1:{self._port}/v1"

    async def __aenter__(self) -> "FakeServer":
        app = web.Application(client_max_size=MOST_BYTES)
        app.router.add_post("/v1/chat/completions", self._chat)
        app.router.add_get("/v1/models", self._models)
        app.router.add_get("/stats", self._stats)
        self._closing = asyncio.Event()
        self._runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=0.2)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port, backlog=4096)
        await site.start()
        self._port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._closing.set()
        if self._runner is not None:
            await self._runner.cleanup()

    # ── what it answers ──────────────────────────────────────────────────────────────────────────────────────────────

    async def _models(self, request: web.Request) -> web.Response:
        try:
            self._check_key(request)
        except RefusedError as refused:
            return _refusal(refused)
        listed = [{"id": m, "object": "model", "created": 0, "owned_by": "duologue"} for m in self.manner.models]
        return _json({"object": "list", "data": listed})

    async def _stats(self, _: web.Request) -> web.Response:
        """What it has counted, for those who run it in another process."""
        counts = {"calls": self.calls, "most_at_once": self.most_at_once, "billed": self.billed, "faults": self.met}
        return _json({**counts, "statuses": {str(s): n for s, n in self.statuses.items()}, "cpu": time.process_time()})

    async def _chat(self, request: web.Request) -> web.StreamResponse:
        self.calls += 1
        number = self.calls
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            return await (self._again(number, request) if self.manner.quick else self._answer(number, request))
        finally:
            self.at_once -= 1

    async def _again(self, number: int, request: web.Request) -> web.StreamResponse:
        """What the same request got before; worked out where it is new."""
        name = hash(await request.read())
        known = self._ready.get(name)
        if known is None:
            answer = await self._answer(number, request)
            if answer.status == 200 and isinstance(answer, web.Response) and isinstance(answer.body, bytes):
                self._ready[name] = answer.body
            return answer
        await asyncio.sleep(self.manner.latency)
        return web.Response(body=known, content_type="application/json")

    async def _answer(self, number: int, request: web.Request) -> web.StreamResponse:
        raw = await request.read()
        body: Body = {}
        try:
            self._check_key(request)
            body = _decoded(raw)
            self._check_wishes(body)
        except RefusedError as refused:
            self._note(Seen(number, body, refused.status))
            return _refusal(refused)
        message = wire_message(self.brain(body), f"call_{number}", self.manner.reasoning)
        if self.manner.structured == "ignored" and _wants_json(body):
            message["content"] = f"Here is what you asked for:\n```json\n{message['content']}\n```\nLet me know."
        fault, given = self.faults.spoil(number, raw, body, message) if self.faults else ("", message)
        broken = given if isinstance(given, Broken) else None
        wire = message if isinstance(given, Broken) else given
        self._note(Seen(number, body, broken.status if broken else 200, fault))
        data = self._completion(number, raw, str(body.get("model", "")), wire, broken is None or broken.billed)
        if self.manner.latency:
            await asyncio.sleep(self.manner.latency)
        if broken is not None:
            return await self._break(request, broken, data)
        return web.Response(body=data, content_type="application/json")

    def _completion(self, number: int, raw: bytes, model: str, message: Wire, billed: bool) -> bytes:
        usage = self._usage(raw, msgspec.json.encode(message)) if billed else Usage()
        choice = {
            "index": 0, "message": message, "finish_reason": "tool_calls" if message.get("tool_calls") else "stop",
        }  # fmt: skip
        out: dict[str, Json] = {
            "id": f"fake-{number}", "object": "chat.completion", "created": 0, "model": model, "choices": [choice],
        }  # fmt: skip
        if self.manner.usage:
            out["usage"] = {
                "prompt_tokens": usage.prompt,
                "completion_tokens": usage.completion,
                "total_tokens": usage.prompt + usage.completion,
                "prompt_tokens_details": {"cached_tokens": usage.cached},
            }
        return msgspec.json.encode(out)

    def _usage(self, raw: bytes, answer: bytes) -> Usage:
        parts = msgspec.json.decode(raw, type=_Parts)
        spent = self._cache.usage(bytes(parts.tools) + bytes(parts.messages), answer)
        total = self.billed
        self.billed = replace(
            total,
            prompt=total.prompt + spent.prompt,
            cached=total.cached + spent.cached,
            completion=total.completion + spent.completion,
        )
        return spent

    async def _break(self, request: web.Request, broken: Broken, data: bytes) -> web.StreamResponse:
        if broken.stall:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._closing.wait(), broken.stall)
        if not broken.cut:
            return web.Response(
                body=broken.body, status=broken.status, headers=broken.headers, content_type="application/json"
            )
        response = web.StreamResponse(headers={"Content-Length": str(len(data)), "Content-Type": "application/json"})
        await response.prepare(request)
        await response.write(data[: len(data) // 2])
        if request.transport is not None:
            request.transport.close()
        return response

    def _note(self, seen: Seen) -> None:
        self.log.append(seen)
        self.statuses[seen.status] += 1
        if seen.fault:
            self.met[seen.fault] += 1

    # ── what it refuses ──────────────────────────────────────────────────────────────────────────────────────────────

    def _check_key(self, request: web.Request) -> None:
        if self.manner.key and request.headers.get("Authorization") != f"Bearer {self.manner.key}":
            raise RefusedError(401, "Incorrect API key provided.")

    def _check_wishes(self, body: Body) -> None:
        model = body.get("model")
        if model not in self.manner.models:
            raise RefusedError(404, f"The model `{model}` does not exist.")
        if "tools" in body and not self.manner.tools:
            raise RefusedError(400, "'tools' is not supported by this server.")
        form = (body.get("response_format") or {}).get("type")
        takes = {"json_schema": ("json_schema", "json_object"), "json_object": ("json_object",), "refused": ()}
        allowed = takes.get(self.manner.structured)
        if form and allowed is not None and form not in allowed:
            raise RefusedError(400, f"response_format: {form!r} is not supported by this server.")


def _decoded(raw: bytes) -> Body:
    try:
        body = msgspec.json.decode(raw)
    except msgspec.DecodeError as error:
        raise RefusedError(400, f"The body is no JSON: {error}") from error
    check_body(body)
    found: Body = body
    return found


def _wants_json(body: Body) -> bool:
    return bool(body.get("response_format"))


def _json(value: Json, status: int = 200) -> web.Response:
    return web.Response(body=msgspec.json.encode(value), status=status, content_type="application/json")


def _refusal(refused: RefusedError) -> web.Response:
    return _json(
        {"error": {"message": refused.message, "type": "invalid_request_error", "code": refused.status}}, refused.status
    )


@contextmanager
def in_thread(server: FakeServer) -> Iterator[FakeServer]:
    """The server in a thread of its own: for code that runs its own event loop."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="fake-server", daemon=True)
    thread.start()
    try:
        asyncio.run_coroutine_threadsafe(server.__aenter__(), loop).result()
        try:
            yield server
        finally:
            asyncio.run_coroutine_threadsafe(server.__aexit__(), loop).result()
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
