"""Branches of a run: several continuations of one prefix of each accepted conversation, each judged by every check.

The run that is branched is only read. Its conversations are taken in order, each forked at the places that were asked for, and at each
place `n` branches are made, with dice (or a model's answer) of their own from there on. A branch is an item of a run folder of its own: it
ends once, accepted, rejected by a check, or left out because it says the same as its parent or as a branch before it. What it becomes follows
from its place (`making`), so the same command goes on with what is missing.
"""

import asyncio
import time
from collections.abc import Callable, Mapping

from msgspec import Struct
from msgspec.structs import replace

from duologue.branching.asked import Asked
from duologue.branching.making import BRANCH, Branches, forked
from duologue.casting import assembled
from duologue.errors import UserError
from duologue.halt import Halt
from duologue.protocols import ChatModel
from duologue.rounds import all_missing, check_players
from duologue.score import Progress, Score
from duologue.store import Calls, Store


class Summary(Struct, frozen=True):
    """How a run of branches ended. `stopped`: which limit of the person's it reached."""

    conversations: int
    places: int
    branches: int
    """All that were asked for."""
    accepted: int
    rejected: int
    """By a check, or given up."""
    same: int
    """Left out: they say what their parent or another branch says."""
    mistakes: int = 0
    """Branches in which the assistant makes one on purpose; all of them are among the rejected."""
    noticed: int = 0
    """Of these, those whose mistake a check objects to."""
    stopped: str = ""
    interrupted: bool = False
    """The person asked it to stop."""

    @property
    def unfinished(self) -> int:
        """Branches that are not made yet."""
        return self.branches - self.accepted - self.rejected - self.same


def branch(
    asked: Asked,
    progress: Callable[[Progress], None],
    players: Mapping[str, ChatModel] | None = None,
    halt: Halt | None = None,
) -> Summary:
    """Make what is missing of a run of branches. `players`: see `casting.assembled`. `halt`: once it says so, what is under way may end
    and nothing new is begun.

    Raises `UserError` for what the person must change.
    """
    return asyncio.run(_branch(asked, progress, players, halt or Halt()))


async def _branch(
    asked: Asked, progress: Callable[[Progress], None], players: Mapping[str, ChatModel] | None, halt: Halt
) -> Summary:
    started = time.monotonic()
    check_players(players, asked.workers)
    with Store.open(asked.run, readonly=True) as parent:
        asked.check_speakers(parent)
        found = forked(parent, asked)
        if not found.places:
            raise UserError(
                f"No accepted conversation of {str(asked.run)!r} has a place --at {asked.at}: there is nothing to branch.",
                "Choose another place, or `duologue stats RUN` says what became of its items.",
            )
        if any(not parent.environment(name).image for name in found.environments):
            raise UserError("Conversations with simulated tools can't be branched.", "Name a run over a database.")
        total = len(found.places) * asked.n
        with asked.open_store(parent, total, list(found.conversations)) as store:
            calls = Calls(store)
            try:
                async with assembled(asked.models, calls, calls, players, halt) as cast:
                    made = Branches(asked, found.places, (parent, store), cast)
                    made.put(found.environments)
                    score = Score(total, store.finished_items(), progress)
                    if asked.workers > 1:
                        from duologue.branching.hand import MODULE, Branching
                        from duologue.workers.foreman import Crew, Foreman

                        told, models = Branching(asked, found.places), asked.models
                        crew = Crew(MODULE, told, asked.workers, models, models.together, made.scripted, asked.n)
                        await Foreman(crew, store, calls, cast.funds, score).work(len(found.places), halt)
                    else:
                        await all_missing(made, len(found.places), score, halt, asked.together)
            finally:
                store.add_seconds(time.monotonic() - started)
            ended, summary = score.summary(store), _summary(store, (len(found.conversations), len(found.places), total))
            return replace(summary, stopped=ended.stopped, interrupted=ended.interrupted and summary.unfinished > 0)


def _summary(store: Store, asked: tuple[int, int, int]) -> Summary:
    """Counted from the store alone, so that a run gone on with says the same."""
    ended = list(store.finished_items().values())
    same = store.rejected_in(BRANCH)
    forks = [d.dialogue.fork for d in store.dialogues(accepted=False)]
    mistakes = [fork for fork in forks if fork is not None and fork.mistake]
    return Summary(
        *asked,
        accepted=ended.count("accepted"),
        rejected=ended.count("rejected") - same,
        same=same,
        mistakes=len(mistakes),
        noticed=sum(bool(fork.noticed) for fork in mistakes),
    )
