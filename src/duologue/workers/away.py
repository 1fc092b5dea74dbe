"""What a hand has in the place of the store, the book, the budget and the line: each asks or tells the foreman.

Reading is done in the run's own file, which the foreman alone writes: an answer is in it before anybody is told so.
"""

import asyncio
import itertools
import math
import time
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import msgspec

from duologue.errors import LimitReachedError, StageError, UserError
from duologue.halt import HaltedError
from duologue.line import Known
from duologue.models.budget import Purse, Used
from duologue.store import Calls, Ended, Store, Tally
from duologue.types import Turn
from duologue.workers.messages import (
    Aside,
    Attempt,
    Channel,
    Done,
    Drawn,
    Dropped,
    GaveUp,
    Granted,
    Keep,
    PutBack,
    Refused,
    Safe,
    Settled,
    ToHand,
    Turns,
)

if TYPE_CHECKING:
    from duologue.models.endpoint import Price
    from duologue.protocols import Answer, Request
    from duologue.settings import Spending

_encode = msgspec.json.Encoder().encode


class Desk:
    """Questions to the foreman that are to be answered."""

    def __init__(self, channel: Channel[ToHand]) -> None:
        self.channel = channel
        self._numbers = itertools.count(1)
        self._open: dict[int, asyncio.Future[None]] = {}

    def number(self) -> int:
        """A number for a question."""
        return next(self._numbers)

    async def granted(self, question: Safe | Aside) -> None:
        """Ask, and wait for it to be granted. Raises `LimitReachedError` or `UserError` where it is refused."""
        waiting = self._open[question.number] = asyncio.get_running_loop().create_future()
        self.channel.send(question)
        try:
            await waiting
        finally:
            self._open.pop(question.number, None)

    def answered(self, answer: Granted | Refused) -> None:
        """An answer has come."""
        waiting = self._open.get(answer.number)
        if waiting is None or waiting.done():
            return
        if isinstance(answer, Granted):
            waiting.set_result(None)
        else:
            error = LimitReachedError(answer.message) if answer.limit else UserError(answer.message, answer.fix)
            waiting.set_exception(error)


class AwayTally(Tally):
    """Counts items here; they end there."""

    def __init__(self, channel: Channel[ToHand], store: Store) -> None:
        """`store`: the run's file; it holds the environments."""
        super().__init__()
        self._channel, self._store = channel, store

    def end(self, ended: Ended) -> None:
        """Hand it over."""
        self._channel.send(Done(ended))

    def kept_turns(self, item: int, scenario: str) -> tuple[Turn, ...]:
        """Those in the run's file."""
        return self._store.kept_turns(item, scenario)

    def keep_turns(self, item: int, scenario: str, first: int, turns: Sequence[Turn]) -> None:
        """Hand them over."""
        self._channel.send(Turns(item, scenario, first, len(turns), _encode(turns)))

    def writing(self, environment: str) -> frozenset[str]:
        """Names of an environment's tools whose effect is `write`."""
        return self._store.writing(environment)


class AwayBook:
    """A `Book`: answers are found in the run's file, and kept by the foreman.

    Nothing that is handed over is waited for. What is waited for, before anybody is asked anything, is that all of it is in the file:
    once for all who come to that in one round of the event loop.
    """

    def __init__(self, desk: Desk, store: Store) -> None:
        self._desk, self._calls = desk, Calls(store)
        self._recent: dict[str, Answer] = {}
        """Answers by key that may not be in the file yet."""
        self._asking: asyncio.Task[None] | None = None

    def find(self, request: "Request", key: str) -> "Answer | None":
        """The answer to a request, which has that key."""
        return self._recent.get(key) or self._calls.find(request, key)

    async def keep(self, request: "Request", answer: "Answer") -> None:
        """Hand it over."""
        place = (request.role, request.scope, request.draw, request.prompt)
        self._desk.channel.send(Keep(*place, _encode(answer)))
        self._recent[answer.key] = answer

    def look_everywhere(self) -> None:
        """Another hand had answers kept for what this one makes now."""
        self._calls.seen.everything()

    async def settled(self) -> None:
        """Return once all that this hand has handed over, turns and answers, is in the file. Raises `UserError` where it can't be."""
        if self._asking is None:
            self._asking = asyncio.get_running_loop().create_task(self._ask())
        await asyncio.shield(self._asking)

    async def _ask(self) -> None:
        self._asking = None  # whoever comes from now on may have handed over more
        handed = list(self._recent)
        await self._desk.granted(Safe(self._desk.number()))
        for key in handed:
            self._calls.seen.add(key)
            self._recent.pop(key, None)  # the question before may have been answered since

    def give_up(self, request: "Request", error: StageError) -> None:
        """Have it counted."""
        self._desk.channel.send(GaveUp(request.role, error.reason))


class AwayFunds:
    """The `Funds` of all hands together. Where no limit holds, nothing is waited for."""

    def __init__(self, desk: Desk, limits: "Spending", seconds: float) -> None:
        """`seconds`: those that the run has taken so far."""
        self._desk = desk
        self._limited = any(limit is not None for limit in (limits.dollars, limits.tokens, limits.hours))
        self._hours, self._began = limits.hours, time.monotonic() - seconds
        self._aside: dict[Used, list[int]] = {}

    def purse(self, price: "Price | None", model: str = "the model") -> Purse:
        """The budget as one model spends it. That its price is known was seen to before the hand was started."""
        return Purse(self, price)

    def left(self) -> float:
        """Seconds until the hours are over; infinite where they are not limited."""
        return math.inf if self._hours is None else self._hours * 3600 - (time.monotonic() - self._began)

    async def set_aside(self, worst: Used) -> None:
        """Return once it is set aside. Raises `LimitReachedError` where it never can be."""
        question = Aside(self._desk.number(), worst)
        if self._limited:
            await self._desk.granted(question)
        else:
            self._desk.channel.send(question)
        self._aside.setdefault(worst, []).append(question.number)

    def put_back(self, worst: Used, real: Used) -> None:
        """What was set aside is free again; `real` is charged in its place."""
        numbers = self._aside[worst]
        self._desk.channel.send(PutBack(numbers.pop(), real))  # any of the same size will do
        if not numbers:
            del self._aside[worst]

    def count(self, role: str, how: str, used: Used) -> None:
        """An attempt that met a fault, for the record."""
        self._desk.channel.send(Attempt(role, how, used))

    def close(self) -> None:
        """The foreman's budget outlives this one."""


class AwayOrder:
    """An `Order` for the items of this hand: each draws at once, and learns when it leaves whether what it went by was true."""

    def __init__(self, channel: Channel[ToHand], store: Store, waits: bool) -> None:
        """`waits`: drawing is too dear to be done again, so each item waits for its turn."""
        self._channel, self._store, self._waits = channel, store, waits
        self._known: set[str] = set()
        """What items have used since this hand began, as far as it was told."""
        self._drawing: dict[int, _Asked] = {}
        self._replies: dict[int, asyncio.Future[bool]] = {}

    def join(self, number: int) -> None:
        """The foreman knows who is in line."""

    async def turn(self, number: int) -> Known:
        """What those before the item have used, as far as is known."""
        if self._waits:
            await self._reply(Drawn(number, waits=True))
        asked = self._drawing[number] = _Asked(self, number)
        return asked

    async def leave(self, number: int, known: Known, ran_out: bool = False) -> bool:
        """Have what the item went by compared. Raises `HaltedError` where an item before it will not be made now."""
        asked = self._drawing.get(number)
        if asked is None or asked is not known:
            return True
        used = tuple(name for name, answer in asked.answers.items() if answer)
        unused = tuple(name for name, answer in asked.answers.items() if not answer)
        stands = await self._reply(Drawn(number, used, unused, tuple(asked.own), ran_out))
        del self._drawing[number]
        return stands

    def break_off(self, number: int) -> None:
        """The foreman is told when the item is left."""
        self._drawing.pop(number, None)

    async def _reply(self, drawn: Drawn) -> bool:
        waiting = self._replies[drawn.item] = asyncio.get_running_loop().create_future()
        self._channel.send(drawn)
        try:
            stands: bool = await waiting
            return stands
        finally:
            del self._replies[drawn.item]

    def told(self, message: Settled | Dropped) -> None:
        """The foreman has compared."""
        if isinstance(message, Settled):
            self.learn(message.names)
        waiting = self._replies.get(message.item)
        if waiting is None or waiting.done():
            return
        if isinstance(message, Settled):
            waiting.set_result(message.stands)
        else:
            waiting.set_exception(HaltedError("An item before has not been made."))

    def learn(self, names: Iterable[str]) -> None:
        """Others use these; all of them come before whatever has not been compared."""
        self._known.update(names)

    def is_used(self, name: str, number: int) -> bool:
        """Whether an item before that one uses a name, as far as is known; what others of this hand have drawn will mostly stand."""
        if name in self._known or any(name in asked.own for n, asked in self._drawing.items() if n < number):
            return True
        return self._store.is_used(name, number)


class _Asked:
    """What one item asks, and what it is told; what it uses itself."""

    def __init__(self, order: AwayOrder, number: int) -> None:
        self._order, self._number = order, number
        self.answers: dict[str, bool] = {}
        self.own: dict[str, None] = {}

    def __contains__(self, name: object) -> bool:
        if name in self.own or not isinstance(name, str):
            return name in self.own
        if name not in self.answers:
            self.answers[name] = self._order.is_used(name, self._number)
        return self.answers[name]

    def add(self, names: Iterable[str]) -> None:
        """Say that the item itself uses these."""
        self.own.update(dict.fromkeys(names))
