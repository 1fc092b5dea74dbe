"""A whole run: what `generate`, `branch` and `continue` do alike, whatever their parts are.

Who watches and may stop it, who plays, and by how many processes what is missing is made; the time it took is written down however it ends.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextlib import suppress
from typing import Any, Protocol, TypeVar

from msgspec import Struct

from duologue.casting import Cast, assembled, loop_for
from duologue.errors import DiskFullError, LimitReachedError, UserError
from duologue.halt import Halt
from duologue.protocols import ChatModel
from duologue.rounds import Making, all_missing
from duologue.score import Progress, Score, Summary
from duologue.settings import ModelSettings
from duologue.store import Calls, Store

__all__ = ["Asked", "Watch", "Work", "carried_out"]


class Asked(Protocol):
    """What is asked of any run."""

    @property
    def models(self) -> ModelSettings:
        """Who plays."""

    @property
    def workers(self) -> int:
        """Processes that make it. The result is the same with any number."""


A = TypeVar("A", bound=Asked)
W = TypeVar("W", bound="Watch")
T = TypeVar("T")


class Watch:
    """Who is told what goes on, who else may be asked, and who may stop it."""

    score: Summary
    """How the run ended, once it has."""

    def __init__(
        self,
        progress: Callable[[Progress], None],
        players: Mapping[str, ChatModel] | None = None,
        halt: Halt | None = None,
    ) -> None:
        """`players`: see `casting.assembled`. `halt`: once it says so, what is under way may end (an item between scripted speakers, calls
        of models) and nothing new is begun."""
        self.progress, self.players, self.halt = progress, players, halt or Halt()
        self.started = time.monotonic()

    def run(self: W, asked: A, making: Callable[[A, W], Coroutine[Any, Any, T]]) -> T:
        """What comes of it, in the event loop that suits who plays. Raises `UserError` where other processes would have to ask models that
        only this one has."""
        if self.players and asked.workers > 1:
            raise UserError("Models of one's own are asked in one process.", "Leave out the workers.")
        with asyncio.Runner(loop_factory=loop_for(asked.models.roles)) as runner:
            return runner.run(making(asked, self))


class Work(Struct, frozen=True):
    """The parts of a run."""

    making: Making
    parts: int
    trade: Callable[[], tuple[str, Struct]]
    """The module of those that make them by several processes, and what these are told (see `workers.foreman.Crew`)."""
    of_part: int = 1


async def carried_out(
    asked: Asked, store: Store, watch: Watch, n: int, begin: Callable[[Cast], Awaitable[Work]]
) -> None:
    """Make what is missing of a run of `n` items; the watch knows then how it ended. A limit that is reached where its parts are prepared
    ends it, too. Raises `UserError` for what the person must change."""
    calls, models = Calls(store), asked.models
    score = Score(n, store.finished_items(), watch.progress)
    try:
        async with assembled(models, calls, calls, watch.players, watch.halt) as cast:
            try:
                work = await begin(cast)
            except LimitReachedError as limit:
                score.stopped.append(limit)
            else:
                await _made(work, asked, watch.halt, (store, calls, cast, score))
    finally:
        with suppress(DiskFullError):  # said already, by what could not be written before
            store.add_seconds(time.monotonic() - watch.started)
    watch.score = score.summary(store)


async def _made(work: Work, asked: Asked, halt: Halt, at: tuple[Store, Calls, Cast, Score]) -> None:
    store, calls, cast, score = at
    models, scripted = asked.models, asked.models.roles.scripted
    if asked.workers > 1:
        from duologue.workers.foreman import Crew, Foreman

        crew = Crew(*work.trade(), asked.workers, models, models.together, scripted, work.of_part)
        await Foreman(crew, store, calls, cast.funds, score).work(work.parts, halt)
    else:
        await all_missing(work.making, work.parts, score, halt, 1 if scripted else models.together)
