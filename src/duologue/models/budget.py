"""The limits a person sets on a run: money, tokens, hours. They are never passed, whatever goes wrong.

Before an attempt is sent, the most it can cost is set aside; when it has ended, what it did cost takes that place:

    settle = await purse.meter(max_tokens)(request, len(body))    # waits, or raises `LimitReachedError`
    settle(usage, "")                 # answered: what the server says it used
    settle(Usage(), "server busy")    # turned away before any work was done (429, 5xx, no connection): it costs nothing
    settle(None, "timed out")         # a time-out, a cut connection, an answer without usage: the worst case, for the server may bill it

`HttpModel` takes such a meter and asks it anew for each retry, so none escapes; `Budgeted` wraps models that make one attempt.

The worst case: a token is at least one byte of what is sent, a chat template adds at most `PER_MESSAGE` and `PER_CALL`, an
answer has at most `max_tokens`, and nothing is cached. Where it does not fit under a limit while others are under way, the
asker waits in line for what they leave over; where none is under way, the limit is reached. Time can't be set aside: an attempt
may take what is `left` of it, and is broken off then (and charged at its worst); once the hours are over none begins.

The limits hold over all continuations of a run, a killed one included: a bound on what may have been billed is written to
the ledger ahead of time, more than is needed so that it is seldom written (a little more, where there is a limit), and put right
when the run is closed.
Money is counted in whole nanodollars, rounded up.
"""

import asyncio
import math
import time
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

from duologue.errors import LimitReachedError, StageError, UserError
from duologue.ids import canonical
from duologue.models.endpoint import Price
from duologue.models.refusals import INTERRUPTED
from duologue.protocols import Answer, ChatModel, Request, Usage

if TYPE_CHECKING:
    from duologue.models.http import Meter, Settle

NANO = 1_000_000_000
PER_MESSAGE = 32
"""Tokens a chat template may add around a message."""
PER_CALL = 1024
"""Tokens a server may add to a call: its own preamble, how tools are to be called."""
NO_USAGE = "no usage reported"
"""What the record calls an answer of which the server does not say what it used."""


class Used(Struct, frozen=True):
    """Tokens, nanodollars, and seconds gone by."""

    tokens: int = 0
    nano: int = 0
    seconds: float = 0.0


class Ledger(Protocol):
    """Where a run remembers what it has used. The store keeps one; `OpenLedger` forgets."""

    def used(self) -> Used:
        """At most this was used before now."""

    def bound(self, used: Used) -> None:
        """From now on at most this may have been used (`seconds` aside)."""

    def attempt(self, role: str, how: str, used: Used) -> None:
        """Count an attempt that met a fault (`how`), or of which the server says no usage (`NO_USAGE`); `used`: what it is charged."""


class Funds(Protocol):
    """What models may use: a `Budget`, or a way to one."""

    async def set_aside(self, worst: Used) -> None:
        """Return once `worst` is set aside. Raises `LimitReachedError` where it never can be."""

    def put_back(self, worst: Used, real: Used) -> None:
        """What was set aside is free again; `real` is charged in its place."""

    def count(self, role: str, how: str, used: Used) -> None:
        """An attempt that met a fault, for the record."""

    def purse(self, price: Price | None, model: str = "the model") -> "Purse":
        """The budget as one model spends it. Raises `UserError` where money is limited and the model's price unknown."""

    def left(self) -> float:
        """Seconds until the hours are over; infinite where they are not limited."""

    def close(self) -> None:
        """Nothing more is asked."""


class OpenLedger:
    """A ledger of this process only."""

    def __init__(self) -> None:
        self.at_most = Used()
        self.attempts: list[tuple[str, str, Used]] = []

    def used(self) -> Used:
        """What was written last."""
        return self.at_most

    def bound(self, used: Used) -> None:
        """Keep it."""
        self.at_most = used

    def attempt(self, role: str, how: str, used: Used) -> None:
        """Keep it."""
        self.attempts.append((role, how, used))


class Budget:
    """What a run may still use. One for all its models; make a `purse` for each."""

    def __init__(
        self,
        ledger: Ledger,
        dollars: float | None = None,
        tokens: int | None = None,
        hours: float | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Limits of None do not hold. `clock` counts seconds."""
        before = ledger.used()
        self._ledger, self._clock = ledger, clock
        self._dollars, self._hours = dollars, hours
        self._most_nano = math.inf if dollars is None else math.floor(dollars * NANO)
        self._most_tokens = math.inf if tokens is None else tokens
        self._began = clock() - before.seconds
        self._tokens, self._nano = before.tokens, before.nano
        self._aside_tokens = self._aside_nano = self._flying = 0
        self._written, self._floor = before, Used()
        self._waiting: deque[tuple[asyncio.Future[None], Used]] = deque()

    def purse(self, price: Price | None, model: str = "the model") -> "Purse":
        """The budget as one model spends it. Raises `UserError` where money is limited and the model's price unknown."""
        if price is None and self._dollars is not None:
            raise UserError(
                f"--max-dollars {self._dollars:g} can't be kept: the price of {model} is not known.",
                "Give it in dollars per million tokens, --price INPUT/OUTPUT, or as price = { input = …, cached = …,"
                " output = … } of its [models.NAME] in duologue.toml (0/0 for a server of your own).",
            )
        return Purse(self, price)

    def left(self) -> float:
        """Seconds until the hours are over; infinite where they are not limited."""
        return math.inf if self._hours is None else self._hours * 3600 - (self._clock() - self._began)

    @property
    def spent(self) -> Used:
        """What ended attempts are charged, this run's continuations together, and the time gone by."""
        return Used(self._tokens, self._nano, self._clock() - self._began)

    def close(self) -> None:
        """Write down what was really used, and the worst of what is still under way."""
        self._write(ahead=False)

    # ── for the purses ──────────────────────────────────────────────────────────────────────────────────────────────────

    async def set_aside(self, worst: Used) -> None:
        """Return once `worst` is set aside. Raises `LimitReachedError` where it never can be."""
        if not self._waiting:
            if self._granted(worst):
                return
            if not self._flying or self._time_is_up():
                raise self._reached(worst)
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((place, worst))
        try:
            await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled() and place.exception() is None:
                self.put_back(worst, Used())  # it was granted just as the asker left
            else:
                self._serve()
            raise

    def put_back(self, worst: Used, real: Used) -> None:
        """What was set aside is free again; `real` is charged in its place."""
        self._flying -= 1
        self._aside_tokens -= worst.tokens
        self._aside_nano -= worst.nano
        self._tokens += real.tokens
        self._nano += real.nano
        tokens, nano = self._tokens + self._aside_tokens, self._nano + self._aside_nano
        floor, written = self._floor, self._written
        if not (floor.tokens <= tokens <= written.tokens and floor.nano <= nano <= written.nano):
            self._write(ahead=True)
        if self._waiting:
            self._serve()

    def count(self, role: str, how: str, used: Used) -> None:
        """An attempt that met a fault, for the record."""
        self._ledger.attempt(role, how, used)

    def _serve(self) -> None:
        """Let in, in their order, those who wait, as far as there is room."""
        while self._waiting:
            place, worst = self._waiting[0]
            if not place.done():
                if self._granted(worst):
                    place.set_result(None)
                elif self._flying and not self._time_is_up():
                    return
                else:
                    place.set_exception(self._reached(worst))
            self._waiting.popleft()

    def _granted(self, worst: Used) -> bool:
        tokens = self._tokens + self._aside_tokens + worst.tokens
        nano = self._nano + self._aside_nano + worst.nano
        if tokens > self._most_tokens or nano > self._most_nano or self._time_is_up():
            return False
        self._flying += 1
        self._aside_tokens += worst.tokens
        self._aside_nano += worst.nano
        if tokens > self._written.tokens or nano > self._written.nano:
            self._write(ahead=True)
        return True

    def _write(self, ahead: bool) -> None:
        """Write the bound down: what may be billed has come up to the last one, or has fallen far below, or it is the end."""
        tokens = _bounds(self._tokens, self._aside_tokens, self._most_tokens, ahead)
        nano = _bounds(self._nano, self._aside_nano, self._most_nano, ahead)
        self._floor, self._written = map(Used, tokens, nano)
        self._ledger.bound(self._written)

    def _time_is_up(self) -> bool:
        return self._hours is not None and self.left() <= 0

    def _reached(self, worst: Used) -> LimitReachedError:
        if self._time_is_up():
            return LimitReachedError(f"The run has had its {self._hours:g} hours (--max-hours).")
        if self._nano + worst.nano > self._most_nano:
            return LimitReachedError(
                f"${self._nano / NANO:.4f} of ${self._dollars:g} (--max-dollars) are charged, and the next call may cost"
                f" up to ${worst.nano / NANO:.4f}."
            )
        return LimitReachedError(
            f"{self._tokens:,} of {self._most_tokens:,} tokens (--max-tokens) are used, and the next call may take up to"
            f" {worst.tokens:,}."
        )


def _bounds(spent: int, aside: int, most: float, ahead: bool) -> tuple[int, int]:
    """How low what may be billed must fall until less is written, and what is written now: what it is; or, `ahead`, something on
    top of that, so that the next calls need not write, but never more than may be spent.

    Where there is no limit, nothing is kept from being asked by a bound that is too high: it follows only upwards, in larger steps.
    """
    total = spent + aside
    if not ahead:
        return 0, total
    if most == math.inf:
        return 0, total + aside // 4 + spent // 32
    floor = min(spent + aside // 4, total - int(most) // 64)
    headroom = aside // 8 + int(most) // 256
    return floor, int(max(total, min(total + headroom, most)))


class Purse:
    """The budget of a run as one model spends it."""

    def __init__(self, budget: Funds, price: Price | None) -> None:
        self._budget, self._price = budget, price

    def meter(self, max_tokens: int) -> "Meter":
        """What a model calls before each attempt, for answers of at most so many tokens."""

        async def set_aside(request: Request, sent: int) -> "Settle":
            prompt = sent + len(request.messages) * PER_MESSAGE + PER_CALL
            worst = self._worst(prompt, max_tokens)
            await self._budget.set_aside(worst)

            def settle(usage: Usage | None, fault: str) -> None:
                if usage is not None and usage.completion >= 0 <= usage.cached <= usage.prompt:
                    real = self.charge(usage)
                else:  # a server may say anything; less than nothing, or more cached than sent, is no usage
                    real, fault = worst, fault or NO_USAGE
                if fault:
                    self._budget.count(request.role, fault, real)
                self._budget.put_back(worst, real)

            return settle

        return set_aside

    def charge(self, usage: Usage) -> Used:
        """What so many tokens come to."""
        return Used(usage.prompt + usage.completion, self._nano(usage))

    def _worst(self, prompt: int, completion: int) -> Used:
        if self._price is None:
            return Used(prompt + completion)
        return self.charge(Usage(prompt, 0, completion))  # cached tokens never cost more (see `Price`)

    def _nano(self, usage: Usage) -> int:
        return 0 if self._price is None else math.ceil(self._price.dollars(usage) * NANO)


class Budgeted:
    """A model within a budget, for models that make one attempt at each call and know nothing of budgets themselves."""

    def __init__(self, inner: ChatModel, purse: Purse, max_tokens: int) -> None:
        """`max_tokens`: that an answer of `inner` has at most."""
        self.inner = inner
        self._meter = purse.meter(max_tokens)

    async def ask(self, request: Request) -> Answer:
        """The inner model's answer. Raises `LimitReachedError` where a limit forbids to ask."""
        settle = await self._meter(request, len(canonical(request)))
        usage, fault = None, INTERRUPTED
        try:
            answer = await self.inner.ask(request)
            usage, fault = answer.usage if answer.usage != Usage() else None, ""
        except StageError as error:
            fault = error.reason
            raise
        finally:
            settle(usage, fault)
        return answer
