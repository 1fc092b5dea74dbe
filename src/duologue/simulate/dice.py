"""The dice of the two speakers: a throw follows from the scenario's seed, what it is for, and the number of the turn.

So a conversation taken up anywhere goes on as it would have. A branch is the exception that is wanted: from its fork on, the dice of those
who are to differ follow from the fork's seed too; who somebody is (character, register) was settled before and stays.
"""

from random import Random
from typing import Literal

from msgspec import Struct

from duologue.ids import rng
from duologue.types import Fork


class Dice(Struct, frozen=True):
    """The dice of one speaker."""

    seed: int
    side: Literal["user", "agent"]
    fork: Fork | None = None

    def forked(self, turn: int) -> bool:
        """Whether this speaker is to do otherwise than the parent in that turn."""
        return self.fork is not None and turn >= self.fork.at and self.fork.differ in (self.side, "both")

    def thrown(self, name: str, turn: int, again: int = 0) -> Random:
        """The dice for what `name` says, in a turn, at a redraw of it."""
        fork = [self.fork.seed] if self.fork is not None and self.forked(turn) else []
        return rng(self.seed, name, turn, *[again] * bool(again), *fork)
