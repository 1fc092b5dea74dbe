"""Everything that is missing of a run, made by one process: some at a time, begun in order, until a limit or the person stops it."""

import asyncio
from collections.abc import Iterator, Sequence
from typing import Protocol

from duologue.errors import LimitReachedError, UserError
from duologue.halt import Halt
from duologue.score import Score

__all__ = ["Making", "all_missing"]


class Making(Protocol):
    """What makes the parts of a run: items, or items that belong together."""

    @property
    def ran_out(self) -> bool:
        """Nothing new is left to make."""

    def missing(self, n: int) -> Iterator[int]:
        """Those of the first `n` parts that are not finished, in order; each must then be made."""

    async def make(self, number: int) -> Sequence[bool]:
        """Make one. Whether each item that ended is accepted; none where nothing new is left.

        Raises `LimitReachedError` and `UserError` where the run can't go on; the part is then unfinished.
        """


async def all_missing(making: Making, most: int, score: Score, halt: Halt, together: int) -> None:
    """Make what is missing of the first `most` parts, `together` at a time. What stops that is told to the score."""
    slots = asyncio.Semaphore(together)

    async def one(number: int) -> None:
        try:
            halt.check()
            halt.begun = True
            made = await making.make(number)
        except (UserError, LimitReachedError) as error:
            score.stopped.append(error)
            return
        score.ran_out = making.ran_out
        for accepted in made:
            score.ended(accepted)

    if together == 1:  # no task of its own: an interrupt comes out where the run was started
        for number in making.missing(most):
            await one(number)
            await asyncio.sleep(0)  # what it has written is committed (`store.moments`)
            if score.over:
                break
        return
    async with asyncio.TaskGroup() as group:
        for number in making.missing(most):
            await slots.acquire()
            if score.over:
                break
            group.create_task(one(number)).add_done_callback(lambda _: slots.release())
