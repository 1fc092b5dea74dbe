"""A chat model over HTTP: one request, one answer, never streamed.

An attempt that fails in a way that may pass (429, 5xx, a time-out, a cut connection, a body that is no answer) is made again after
a pause that doubles and is jittered, or as long as `Retry-After` asks: see `Patience` for how often and how long. The jitter follows
from the request's name and changes no result. Where a server was never reached, fewer attempts are made, so that a wrong address is
said at once.

What a server will not have is found out by asking: the strictness of JSON answers (`structured`), the field of past reasoning
(`wire`), the name of the limit on tokens. What it takes is remembered for the endpoint.

A price is worked out from the usage the server reports. Where it reports none, tokens are estimated as a quarter of the bytes,
rounded up; a `Meter` is then told that the usage is unknown.
"""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Any, Literal, Self

from msgspec import Struct
from msgspec.structs import replace

from duologue.errors import StageError, UserError
from duologue.ids import rng
from duologue.models.endpoint import ATTEMPTS, PATIENCE, Endpoint
from duologue.models.pace import CEILING
from duologue.models.refusals import INTERRUPTED, LONGEST_WISH, REASONS, REFUSED, Refusal, Trouble, clean
from duologue.models.replicas import Replica, Replicas
from duologue.models.structured import LEVELS, Formats, in_words
from duologue.models.talks import TALKS
from duologue.models.transport import Outcome, Transport
from duologue.models.wire import Reply, Wire, encode
from duologue.protocols import Answer, Request, Usage
from duologue.types import Message

LISTED = 20
"""Models of a server that a person is shown."""
LAST = 200
"""Characters from the end of an answer that was cut off, as evidence."""
IN_A_ROW = 3
"""Calls given up one after another, with no answer to any call between, after which the run stops instead of going on."""

Settle = Callable[[Usage | None, str], None]
"""Called once when an attempt has ended: with what it used; with no usage where nothing can have been billed (it was refused, or
never arrived); with None where that is not known (it timed out, was cut or cancelled; the server says nothing of usage). Beside it
what went wrong: one of `REASONS`, `REFUSED`, `INTERRUPTED`; empty where it was answered."""
Meter = Callable[[Request, int], Awaitable[Settle]]
"""Called before each attempt with the request and the bytes that will be sent. May wait, and may raise `LimitReachedError`."""


class Patience(Struct, frozen=True):
    """How failures are met."""

    attempts: int = ATTEMPTS
    """For one call."""
    at_first: int = 3
    """For one call, while no server has ever been reached."""
    pause: float = 0.5
    """Seconds before the second attempt; doubles from then on. Each is shortened by up to half, at random."""
    longest: float = 30.0
    """The longest pause."""
    total: float = PATIENCE
    """Seconds after a call's first failure in which it may be tried again."""


class Habits(Struct, frozen=True):
    """What a server was found to take."""

    level: str = LEVELS[0]
    reasoning: str = ""
    """The field that past reasoning goes back in."""
    mute: bool = False
    """It refuses past reasoning."""
    limit: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"


class HttpModel:
    """A `ChatModel` behind an endpoint. An async context manager; or `close` it when done."""

    def __init__(
        self,
        endpoint: Endpoint,
        patience: Patience | None = None,
        concurrency: int = CEILING,
        meter: Meter | None = None,
        left: Callable[[], float] = lambda: math.inf,
    ) -> None:
        """`concurrency`: most calls under way at once at one replica. `left`: seconds until the `meter` lets no attempt begin; none
        takes longer, and no pause. Raises `UserError` where the key can't be had."""
        self.endpoint = endpoint
        self.patience = patience or Patience(endpoint.attempts, min(3, endpoint.attempts), total=endpoint.patience)
        self.replicas = Replicas(endpoint.urls, concurrency)
        self.name = endpoint.name
        """The model's id; empty until the server was asked for it."""
        self._transport = Transport(endpoint)
        self._meter, self._left = meter, left
        self._naming = asyncio.Lock()
        level = LEVELS[0] if endpoint.structured == "auto" else endpoint.structured
        back = endpoint.send_reasoning
        self._habits = Habits(level, "" if back in ("auto", "no") else back, mute=back == "no")
        self._wires: dict[str, Wire] = {}
        self._formats = Formats()
        self._given_up = 0
        self._reached = self._answered = self._answered_tools = False
        self._settings = _settings(endpoint)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Let the connections go."""
        await self._transport.close()

    async def check(self) -> str:
        """Ask the server for its models: the model's id. Raises `UserError` where it can't be reached, refuses the key, or the
        model to use is not clear."""
        names = await self._listed()
        if not self.name:
            self.name = self._only(names)
        return self.name

    async def ask(self, request: Request) -> Answer:
        """The answer (see `ChatModel.ask`). Reasons of a `StageError`: those of `REASONS`, `request too long`, `request refused`,
        and `cut off` where the model used up its tokens before it had said anything."""
        if not self.name:
            await self._named()
        start = habits = self._habits
        first: Refusal | None = None
        while True:
            body = self._body(request, habits)
            reply, seconds = await self._insist(request, body)
            if isinstance(reply, Refusal):
                first = first or reply
                milder = self._milder(habits, request, reply)
                if milder is None:
                    raise await self._refused(request, first)
                habits = milder
                continue
            self._answered = True
            if request.tools:
                self._answered_tools = True
            if habits is not start:
                self._habits = _joined(self._habits, start, habits)
            if reply.field and not self._habits.mute and not self._habits.reasoning:
                self._habits = replace(self._habits, reasoning=reply.field)
            return self._answer(request, reply, len(body), seconds)

    async def _named(self) -> None:
        """Ask for the model's name, once for all who wait for it."""
        async with self._naming:
            if not self.name:
                await self.check()

    # ── one request ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def _body(self, request: Request, habits: Habits) -> bytes:
        wire = self._wires.get(habits.reasoning)
        if wire is None:
            wire = self._wires[habits.reasoning] = Wire(habits.reasoning)
        messages = request.messages
        talk = TALKS.at(request.role, request.scope, messages)
        parts = [b'{"model":', encode(self.name), b',"messages":[']
        if request.schema is not None and habits.level != LEVELS[0] and messages:
            before = wire.messages(talk, without=1)
            parts += [*before, b"," if before else b"", wire.message(in_words(messages[-1], request.schema))]
        else:
            parts += wire.messages(talk)
        parts.append(b"]")
        if request.tools:
            parts += [b',"tools":', wire.tools(request.tools)]
        if request.schema is not None:
            form = self._formats.encoded(request.schema, habits.level, request.role or "answer")
            parts += [b',"response_format":', form] if form else []
        parts += [b',"', habits.limit.encode(), self._settings]
        return b"".join(parts)

    def _answer(self, request: Request, reply: Reply, sent: int, seconds: float) -> Answer:
        message = reply.message
        usage = reply.usage or Usage(-(-sent // 4), 0, -(-_size(message) // 4))
        if reply.cut and not message.content and not message.tool_calls:
            said = self._transport.clean(message.reasoning or reply.malformed or "nothing", LAST)
            raise StageError(
                request.role,
                "cut off",
                f"{usage.completion} tokens were used up (max_tokens = {self.endpoint.max_tokens}); last: {said}",
            )
        price = self.endpoint.price
        dollars = price.dollars(usage) if price else 0.0
        to_the_millisecond = round(seconds * 1000) / 1000
        return Answer(message, self.name, usage, to_the_millisecond, dollars, malformed=reply.malformed)

    def _milder(self, habits: Habits, request: Request, refusal: Refusal) -> Habits | None:
        """What to try after a refusal; None where asking otherwise would not help."""
        if refusal.too_long or refusal.of_address or self._takes_no_tools(request, refusal):
            return None
        if "max_completion_tokens" in refusal.text and habits.limit == "max_tokens":
            return replace(habits, limit="max_completion_tokens")
        told = habits.reasoning and any(m.reasoning for m in request.messages)
        quiet = replace(habits, reasoning="", mute=True)
        if told and "reasoning" in refusal.text and self.endpoint.send_reasoning == "auto":
            return quiet
        if request.schema is not None and self.endpoint.structured == "auto" and habits.level != LEVELS[-1]:
            return replace(habits, level=LEVELS[LEVELS.index(habits.level) + 1])
        return quiet if told and self.endpoint.send_reasoning == "auto" else None

    def _takes_no_tools(self, request: Request, refusal: Refusal) -> bool:
        return bool(request.tools) and not self._answered_tools and refusal.of_tools

    async def _refused(self, request: Request, refusal: Refusal) -> StageError | UserError:
        """The error for a request that the server will not have."""
        shown = f"{refusal.status}: {refusal.text}"
        if self._takes_no_tools(request, refusal):
            return UserError(
                f"{self.endpoint.label} takes no tools ({shown}), which the role {request.role!r} needs.",
                "Start the server with tool calls enabled (vLLM: --enable-auto-tool-choice --tool-call-parser …; llama.cpp: --jinja), or "
                "name another model for that role.",
            )
        unclear = refusal.of_model and not self._answered
        names = await self._listed(quietly=True) if unclear or refusal.status == 404 else ()
        if names and self.name not in names:
            return UserError(
                f"The server at {self.endpoint.urls[0]} has no model {self.name!r} ({shown}).",
                f"It has: {_shown(names)}.",
            )
        if refusal.of_address:
            return UserError(
                f"{self.endpoint.urls[0]} is not where {self.name!r} can be asked ({shown}).",
                "Give the base address of an OpenAI-compatible server, as http://localhost:8000/v1, and the model's id there.",
            )
        return refusal.for_record(request.role)

    # ── attempts ─────────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _insist(self, request: Request, body: bytes) -> tuple[Reply | Refusal, float]:
        """Attempts until the server has said something, or patience ends. Beside what it said: the seconds that took it."""
        first = math.inf
        tried: set[str] = set()
        number = 0
        while True:
            replica = self.replicas.choose(request.scope, tried)
            outcome, seconds = await self._attempt(replica, request, body)
            if not isinstance(outcome, Trouble):
                self._given_up, self._reached = 0, True
                return outcome, seconds
            number += 1
            first = min(first, time.monotonic())
            tried.add(replica.base)
            others = self._others(tried) if outcome.kind in ("unreachable", "failing") else False
            left = max(0.0, self._left())
            pause = 0.0 if others else min(left, self._pause(request, number, outcome))
            most = self.patience.attempts if self._reached or outcome.kind != "unreachable" else self.patience.at_first
            spent = time.monotonic() - first + pause
            if left and not others and (number >= most or spent > self.patience.total or pause > LONGEST_WISH):
                raise self._hopeless(request.role, outcome, number)
            if not others:
                tried.clear()
            await asyncio.sleep(pause)

    def _others(self, tried: set[str]) -> bool:
        """Another replica is up that has not been tried in this round."""
        return any(r.up and r.base not in tried for r in self.replicas.all)

    def _pause(self, request: Request, number: int, trouble: Trouble) -> float:
        """Seconds to wait after attempt `number`."""
        grown: float = min(self.patience.longest, self.patience.pause * 2 ** (number - 1))
        jittered = grown * (1 - rng("pause", request.role, request.scope, request.draw, number).random() / 2)
        return jittered if trouble.after is None else max(trouble.after, jittered)

    def _hopeless(self, role: str, trouble: Trouble, attempts: int) -> StageError | UserError:
        """The error where trying again did not help."""
        times = f"{attempts} attempts" if attempts > 1 else "1 attempt"
        if trouble.kind == "unreachable":
            where = ", ".join(self.endpoint.urls)
            return UserError(
                f"{where}: no server can be reached ({trouble.text}; {times}).",
                "Start the server or correct the address (as http://localhost:8000/v1), then run the same command again.",
            )
        self._given_up += 1
        wait = f"; it asks to wait {trouble.after:.0f} s" if trouble.after else ""
        if self._given_up >= IN_A_ROW or (trouble.after or 0) > LONGEST_WISH:
            return UserError(
                f"{self.endpoint.label} gives no answers: {REASONS[trouble.kind]} ({trouble.text}{wait}; {times}).",
                "See what is wrong with it, then run the same command again: it goes on where it stopped.",
            )
        return StageError(role, REASONS[trouble.kind], f"{trouble.text} ({times}{wait})")

    async def _attempt(self, replica: Replica, request: Request, body: bytes) -> tuple[Outcome, float]:
        """One attempt at one replica: it gets a place, is metered, sent, and its outcome told to all who keep count.

        Beside the outcome: the seconds from sending to it.
        """
        pace = replica.pace
        if not pace.taken():
            await pace.turn()
        try:
            settle = await self._meter(request, len(body)) if self._meter else None
            used, fault = None, INTERRUPTED
            sent = time.monotonic()
            try:
                outcome, used = await self._transport.send(replica, body, bool(request.tools), self._left())
                fault = "" if isinstance(outcome, Reply) else _fault(outcome)
            except UserError:
                used, fault = Usage(), REFUSED
                raise
            finally:
                if settle:
                    settle(used, fault)
            seconds = time.monotonic() - sent
            if isinstance(outcome, Trouble):
                replica.failed(outcome.kind == "unreachable")
                if outcome.kind != "garbled":
                    pace.troubled(sent)
            else:
                replica.answered()
                if isinstance(outcome, Reply):
                    pace.served(seconds)
            return outcome, seconds
        finally:
            pace.leave()

    # ── models ───────────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _listed(self, quietly: bool = False) -> tuple[str, ...]:
        """Ids of the models that the server lists, none where it keeps no list.

        Raises `UserError` where it can't be reached or refuses the key; `quietly`: no models, then.
        """
        trouble = Trouble("unreachable", "")
        for number in range(1, self.patience.at_first + 1):
            for replica in self.replicas.all:
                try:
                    found = await self._transport.models(replica)
                except UserError:
                    if quietly:
                        return ()
                    raise
                if isinstance(found, tuple):
                    self._reached = True
                    return found
                trouble = found
            if number < self.patience.at_first:
                await asyncio.sleep(self._pause(Request("models", ()), number, trouble))
        if quietly:
            return ()
        error = self._hopeless("models", trouble, self.patience.at_first)
        raise (
            error
            if isinstance(error, UserError)
            else UserError(f"{self.endpoint.label} does not say what models it has: {error.evidence}.", "Name one.")
        )

    def _only(self, names: tuple[str, ...]) -> str:
        if len(names) == 1:
            return names[0]
        found = f"It has several: {_shown(names)}." if names else "It lists none."
        raise UserError(f"Which model at {self.endpoint.urls[0]}? {found}", "Name one of them with --model.")


def _size(message: Message) -> int:
    """Bytes of an answer, about."""
    return len(message.content) + len(message.reasoning) + sum(len(encode(c.arguments)) for c in message.tool_calls)


def _fault(outcome: Refusal | Trouble) -> str:
    """What the record calls what went wrong with an attempt."""
    return REASONS[outcome.kind] if isinstance(outcome, Trouble) else REFUSED


def _shown(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - LISTED} more" if len(names) > LISTED else ""
    return ", ".join(clean(name, "")[:100] for name in names[:LISTED]) + more


def _joined(now: Habits, start: Habits, found: Habits) -> Habits:
    """What was found out by one call, on top of what others have found meanwhile."""
    new = {f: getattr(found, f) for f in Habits.__struct_fields__ if getattr(found, f) != getattr(start, f)}
    return replace(now, **new)


def _settings(endpoint: Endpoint) -> bytes:
    """The end of a request, which never changes: from after the name of the limit on tokens."""
    fields: dict[str, Any] = {
        "temperature": endpoint.temperature,
        "top_p": endpoint.top_p,
        "reasoning_effort": endpoint.reasoning_effort or None,
    }
    set_ = {name: value for name, value in fields.items() if value is not None} | endpoint.extra
    return b'":%d%b}' % (endpoint.max_tokens, b"," + encode(set_)[1:-1] if set_ else b"")
