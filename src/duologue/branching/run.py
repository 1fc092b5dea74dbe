"""Branches of a run: several continuations of one prefix of each accepted conversation, each judged by every check.

The run that is branched is only read. Its conversations are taken in order, each forked at the places that were asked for, and at each
place `n` branches are made, with dice (or a model's answer) of their own from there on. A branch is an item of a run folder of its own: it
ends once, accepted, rejected by a check, or left out because it says the same as its parent or as a branch before it. What it becomes follows
from its place (`making`), so the same command goes on with what is missing.
"""

from collections.abc import Callable, Mapping

from duologue.branching.asked import Asked
from duologue.branching.making import Branches, Forked, Orders, forked
from duologue.casting import Cast
from duologue.checked import BRANCH
from duologue.errors import UserError
from duologue.halt import Halt
from duologue.onward import Ended, Onlooker, Plan, nothing_accepted, open_source
from duologue.protocols import ChatModel
from duologue.running import Work, carried_out
from duologue.score import Progress
from duologue.store import Store


class Summary(Ended, frozen=True, kw_only=True):
    """How a run of branches ended."""

    places: int
    branches: int
    """All that were asked for."""
    same: int
    """Left out: they say what their parent or another branch says."""
    mistakes: int = 0
    """Branches in which the assistant makes one on purpose; all of them are among the rejected."""
    mistakes_asked: int = 0
    """Branches that were to hold one; where the turn offers none they are played soundly."""
    noticed: int = 0
    """Of these, those whose mistake a check objects to."""

    @property
    def unfinished(self) -> int:
        """Branches that are not made yet."""
        return self.branches - self.accepted - self.rejected - self.same


def branch(
    asked: Asked,
    progress: Callable[[Progress], None],
    players: Mapping[str, ChatModel] | None = None,
    halt: Halt | None = None,
    plan: Callable[[Plan], None] | None = None,
) -> Summary:
    """Make what is missing of a run of branches. See `onward.Onlooker` for who is told, asked and heard.

    Raises `UserError` for what the person must change.
    """
    return Onlooker(progress, players, halt, plan).run(asked, _branch)


async def _branch(asked: Asked, watch: Onlooker) -> Summary:
    with open_source(asked.source) as parent:
        asked.check_speakers(parent)
        found = forked(parent, asked)
        if not found.latest:
            raise nothing_accepted(asked.source)
        if not found.places:
            raise UserError(
                f"No accepted conversation of {str(asked.source)!r} has a place --at {asked.at}: there is nothing to branch.",
                f"Choose another: the latest turn in which somebody decides is {found.latest}."
                if found.latest > 0
                else "Choose another --differ: nobody who is to differ decides in them.",
            )
        if any(not parent.environment(name).image for name in found.environments):
            raise UserError("Conversations with simulated tools can't be branched.", "Name a run over a database.")
        orders, total = Orders(asked, found.places), len(found.places) * asked.n
        with asked.open_store(parent, total, list(found.conversations)) as store:
            missing = total - len(store.finished_items())
            turns = found.turns * missing // total
            watch.plan(Plan(total, missing, len(found.conversations), len(found.places), turns))

            async def begin(cast: Cast) -> Work:
                made = Branches(orders, (parent, store), cast)
                made.put(found.environments)
                return Work(made, len(found.places), lambda: ("duologue.branching.hand", orders), asked.n)

            await carried_out(asked, store, watch, total, begin)
            return watch.ended(_summary(store, found, total))


def _summary(store: Store, found: Forked, branches: int) -> Summary:
    """What became of them is counted from the store alone, so that a run gone on with says the same."""
    ended = list(store.finished_items().values())
    same = store.rejected_in(BRANCH)
    forks = [d.dialogue.fork for d in store.dialogues(accepted=False)]
    mistakes = [fork for fork in forks if fork is not None and fork.mistake]
    return Summary(
        conversations=len(found.conversations),
        places=len(found.places),
        branches=branches,
        accepted=ended.count("accepted"),
        rejected=ended.count("rejected") - same,
        same=same,
        mistakes=len(mistakes),
        mistakes_asked=found.errors,
        noticed=sum(bool(fork.noticed) for fork in mistakes),
    )
