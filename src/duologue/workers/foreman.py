"""The foreman: deals items out to hands, compares what they draw, writes what they hand over."""

import asyncio
import heapq
from collections import Counter
from contextlib import suppress
from typing import Any

import msgspec
from msgspec import Struct

from duologue.errors import LimitReachedError, StageError, UserError
from duologue.halt import Halt, HaltedError
from duologue.line import Past
from duologue.models.budget import Funds
from duologue.protocols import Answer, Request
from duologue.score import Score
from duologue.settings import ModelSettings
from duologue.store import Calls, Store
from duologue.workers.frontier import Frontier
from duologue.workers.messages import (
    Aside,
    Attempt,
    Done,
    Drawn,
    Dropped,
    Failed,
    GaveUp,
    Granted,
    Job,
    Keep,
    Left,
    Make,
    PutBack,
    Ready,
    Refused,
    Safe,
    Settled,
    Stop,
    Told,
    Turns,
    packed,
)
from duologue.workers.process import Hand

AHEAD = 16
"""Scripted items a hand may have that wait for those before them."""
NEXT = 2
"""Of its items, those that it has not played yet: so many that it never waits, so few that the last ones are spread evenly."""
TICK = 0.05
"""Seconds between two looks at whether the person wants to stop."""
TRIES = 2
"""Hands that may die over an item before it is left to the next run."""
_answer = msgspec.json.Decoder(Answer).decode


class Crew(Struct, frozen=True):
    """The hands that a run has. `module`: their trade (see `hand`); `told`: what the run is."""

    module: str
    told: Struct
    workers: int
    models: ModelSettings
    together: int
    """Parts under way at once in all of them, where models are waited for."""
    scripted: bool
    """Nobody is waited for."""
    of_part: int = 1
    """Items that belong together, and are made by one hand one after the other. Parts of several draw nothing in a line."""


class Foreman:
    """Has the missing parts of a run made by a crew."""

    def __init__(self, crew: Crew, store: Store, calls: Calls, funds: Funds | None, score: Score) -> None:
        """`funds`: the budget where models play."""
        self.crew, self.store, self.calls, self.funds, self.score = crew, store, calls, funds, score
        self.halt = Halt()
        self._hands: list[Hand] = []
        self._queue: list[int] = []
        self._missing: Counter[int] = Counter()
        """Items of each part that have not ended."""
        self._deaths: dict[int, int] = {}
        self._ends: list[str] = []
        """How hands ended that should not have."""
        self._waiting: dict[int, tuple[Hand, Drawn]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._unwritten: UserError | None = None
        """Why something that a hand has handed over was not written: from then on nothing is said to be safe."""
        self._broken: BaseException | None = None
        """The first error that is nobody's to mend here."""
        self._finished = store.finished_items()
        self._frontier = Frontier(self._finished, Past(store))

    async def work(self, most: int, halt: Halt) -> None:
        """Make what is missing of the first `most` parts. What stops that is told to the score."""
        self.halt = halt
        items = range(most * self.crew.of_part)
        self._missing.update(item // self.crew.of_part for item in items if item not in self._finished)
        self._queue = sorted(self._missing)
        if not self._queue:
            return
        halt.begun = True
        job = Job(packed(self.crew.told), self.calls.used().seconds)
        try:
            for _ in range(min(self.crew.workers, len(self._queue))):
                self._hands.append(await Hand.start(self.crew.module, job))
            async with asyncio.TaskGroup() as group:
                ticking = group.create_task(self._look_out())
                for hand in list(self._hands):
                    group.create_task(self._listen(hand, ticking))
        finally:
            for hand in self._hands:
                hand.kill()
        if self._broken is not None:
            raise self._broken
        self._say_what_is_missing(items)

    async def _look_out(self) -> None:
        """Tell the hands once the person wants to stop."""
        while not self.halt.asked:
            await asyncio.sleep(TICK)
        for hand in self._hands:
            hand.channel.send(Stop())
        self._go_on()

    async def _listen(self, hand: Hand, ticking: "asyncio.Task[None]") -> None:
        while (message := await hand.channel.receive()) is not None:
            try:
                await self._answer(hand, message)
            except Exception as error:  # noqa: BLE001  (raised again by `work`)
                self._break(error)
        await self._gone(hand)
        if not self._hands:
            ticking.cancel()

    async def _answer(self, hand: Hand, message: Any) -> None:
        """Do what a message asks for, and what follows from it."""
        try:
            moved = await self._heard(hand, message)
        except (UserError, LimitReachedError) as error:
            self.score.stopped.append(error)
            if isinstance(message, Keep | Turns) and isinstance(error, UserError):
                self._unwritten = self._unwritten or error
            moved = True
        if moved:
            self._go_on()

    # ── what hands say ───────────────────────────────────────────────────────────────────────────────────────────────

    async def _heard(self, hand: Hand, message: Any) -> bool:
        """Do what a message asks for; whether there may be something to compare or to deal now."""
        match message:
            case Ready():
                hand.ready = True
            case Drawn():
                self._waiting[message.item] = hand, message
                hand.put(message.item, "played")
            case Done():
                self._write(hand, message)
            case Turns():
                self.store.write_turns(message.item, message.scenario, message.first, message.count, message.turns)
                return False
            case Left():
                hand.drop(message.item)
                self._stop(message)
            case Failed():
                self.score.stopped.append(UserError(message.message, message.fix))
            case _:
                await self._of_models(hand, message)
                return False
        return True

    def _write(self, hand: Hand, done: Done) -> None:
        part = done.ended.item // self.crew.of_part
        self._missing[part] -= 1
        if not self._missing[part]:
            hand.drop(part)
        self.store.end(done.ended)
        self.score.ended(not done.ended.reason)

    def _stop(self, left: Left) -> None:
        if left.why == "limit":
            self.score.stopped.append(LimitReachedError(left.message))
        elif left.why == "person":
            self.score.stopped.append(UserError(left.message, left.fix))

    async def _of_models(self, hand: Hand, message: Any) -> None:
        match message:
            case Keep():
                request = Request(message.role, (), message.scope, prompt=message.prompt, draw=message.draw)
                await self.calls.keep(request, _answer(message.answer))
            case Safe(number=number):
                self._soon(self._settled(hand, number))
            case GaveUp(role=role, reason=reason):
                self.calls.give_up(Request(role, ()), StageError(role, reason))
            case Aside() if self.funds is not None:
                if self.limited:
                    self._soon(self._set_aside(hand, message))
                else:
                    await self._set_aside(hand, message)
            case PutBack(number=number, real=real) if self.funds is not None:
                self.funds.put_back(hand.aside.pop(number), real)
            case Attempt(role=role, how=how, used=used) if self.funds is not None:
                self.funds.count(role, how, used)

    @property
    def limited(self) -> bool:
        """A limit holds, so that setting aside may have to wait."""
        limits = self.crew.models.limits
        return any(limit is not None for limit in (limits.dollars, limits.tokens, limits.hours))

    def _soon(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._over)

    def _over(self, task: "asyncio.Task[None]") -> None:
        """What is done aside is over."""
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            self._break(error)

    def _break(self, error: BaseException) -> None:
        """An error that nobody expected ends the run: a hand that waits for an answer would wait for ever."""
        if self._broken is None:
            self._broken = error
            for hand in self._hands:
                hand.kill()

    async def _settled(self, hand: Hand, number: int) -> None:
        """Tell a hand once all that it has handed over is safe."""
        error = self._unwritten
        try:
            await self.calls.settled()
        except UserError as found:
            self.score.stopped.append(found)
            error = found
        hand.channel.send(Granted(number) if error is None else _refused(number, error))

    async def _set_aside(self, hand: Hand, message: Aside) -> None:
        assert self.funds is not None
        try:
            await self.funds.set_aside(message.worst)
        except (UserError, LimitReachedError) as error:
            hand.channel.send(_refused(message.number, error))
            return
        if hand in self._hands:
            hand.aside[message.number] = message.worst
            if self.limited:  # else nobody waits to hear it
                hand.channel.send(Granted(message.number))
        else:
            self.funds.put_back(message.worst, message.worst)

    # ── what follows ─────────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def _ending(self) -> bool:
        """No further item is dealt."""
        return self.score.over or self.halt.asked or self._broken is not None

    def _go_on(self) -> None:
        """Compare what can be compared, deal what can be dealt; let the hands go where nothing is left."""
        while (found := self._waiting.pop(self._frontier.at, None)) is not None:
            if not self._compared(*found):
                break
        if self._ending and not any(hand.items.get(self._frontier.at) for hand in self._hands):
            for number, (hand, _) in self._waiting.items():
                hand.channel.send(Dropped(number))
            self._waiting.clear()
        while not self._ending and self._queue and (taker := self._free()) is not None:
            number = heapq.heappop(self._queue)
            taker.put(number, "given")
            taker.channel.send(Make(number, again=number in self._deaths))
        if (self._ending or not self._queue) and not any(hand.items for hand in self._hands):
            for hand in self._hands:
                hand.dismiss()

    def _compared(self, hand: Hand, drawn: Drawn) -> bool:
        """Compare what the item at the frontier went by; whether the next one is at it."""
        stands = not drawn.waits and self._frontier.stands(drawn.used, drawn.unused)
        taken = stands and not drawn.ran_out
        if taken:
            hand.put(drawn.item, "")
            try:
                if drawn.names:
                    self.store.mark_begun(drawn.item)
            except (UserError, LimitReachedError) as error:
                self.score.stopped.append(error)
                hand.channel.send(Dropped(drawn.item))
                return False
            self._frontier.take(drawn.names)
        elif stands:
            self.score.ran_out = True
            hand.put(drawn.item, "")
        else:
            hand.put(drawn.item, "given")
        hand.channel.send(Settled(drawn.item, stands, self._news(hand)))
        for other in self._hands:
            if news := self._news(other):
                other.channel.send(Told(news))
        return taken

    def _news(self, hand: Hand) -> tuple[str, ...]:
        """What is used that a hand has not been told."""
        log, told = self._frontier.log, hand.told
        hand.told = len(log)
        return tuple(log[told:])

    def _free(self) -> Hand | None:
        """Who takes the next item. One that a hand died over, and that others may wait for, is taken by whoever has least to do."""
        ready = sorted((h for h in self._hands if h.ready), key=lambda h: (h.unplayed, len(h.items)))
        if not ready or self._queue[0] in self._deaths:
            return next(iter(ready), None)
        if self.crew.scripted:
            return ready[0] if ready[0].unplayed < NEXT and len(ready[0].items) < AHEAD else None
        least, together = min(ready, key=lambda h: len(h.items)), self.crew.together
        under_way = sum(len(hand.items) for hand in self._hands)
        share = -(-together // len(self._hands))  # that who is ready first does not take all
        return least if under_way < together and len(least.items) < share else None

    # ── hands that end ───────────────────────────────────────────────────────────────────────────────────────────────

    async def _gone(self, hand: Hand) -> None:
        """A hand has ended. What it had not drawn for good goes back into the queue."""
        how = await hand.ended()
        with suppress(UserError):  # whoever makes its items reads in the file how far they came
            await self.calls.settled()
        self._hands.remove(hand)
        try:
            for worst in hand.aside.values():
                if self.funds is not None:
                    self.funds.put_back(worst, worst)  # it may be billed
        except (UserError, LimitReachedError) as error:
            self.score.stopped.append(error)
        if not hand.dismissed:
            self._ends.append(how)
        for number, state in hand.items.items():
            self._waiting.pop(number, None)
            self._deaths[number] = self._deaths.get(number, 0) + 1
            if state and self._deaths[number] < TRIES:
                heapq.heappush(self._queue, number)
        if any(state and self._deaths[number] >= TRIES for number, state in hand.items.items()):
            self.score.stopped.append(self._died())
        if self._hands:
            self._go_on()

    def _say_what_is_missing(self, items: range) -> None:
        """Why items are unfinished, where nothing else has said so yet."""
        if self.score.over:
            return
        finished = self.store.finished_items()
        if all(number in finished for number in items):
            if self._ends:
                self.score.note = f"A worker process ended unexpectedly ({self._ends[0]}); others made its items."
        elif self.halt.asked:
            self.score.stopped.append(HaltedError("Interrupted."))
        else:
            self.score.stopped.append(self._died())

    def _died(self) -> UserError:
        which = "A worker process" if len(self._ends) == 1 else f"{len(self._ends)} worker processes"
        return UserError(
            f"{which} ended unexpectedly ({', '.join(dict.fromkeys(self._ends))}).",
            "The same command makes what is missing; where memory is short, with fewer --workers.",
        )


def _refused(number: int, error: UserError | LimitReachedError) -> Refused:
    if isinstance(error, UserError):
        return Refused(number, error.message, error.fix, limit=False)
    return Refused(number, error.message)
