"""A mistake made on purpose: the assistant's next message is one that a failing model would send.

The forms of mistakes are those of the trap set (`traps/kinds.py`): another row's call, a value told wrong, a change that nobody agreed to, work that is
claimed and not done, a needless look-up … Each is offered a conversation and gives it back with one thing changed. Here only those
count that are the assistant's and leave the parent at the fork itself: so the prefix is shared, and what is wrong is the first thing that differs.

What follows a mistake is what followed in the parent, every call executed again; where what was left as it is would then give something
else, the form is not used. Which checks are right to object follows from the kind; a mistake that none of them notices is no
example of anything, and is kept as rejected.
"""

from collections.abc import Iterator, Sequence
from itertools import islice
from random import Random

from msgspec import Struct
from msgspec.structs import replace

from duologue.ids import rng
from duologue.traps import spoil_meant
from duologue.traps.kinds import KINDS, WHOLE
from duologue.traps.moves import Change, Play, perform, taken_apart
from duologue.traps.trapset import came_out
from duologue.traps.worlds import World
from duologue.types import ClockSpec, Dialogue, Scenario, Turn, Verdict
from duologue.workshop import Workshop

MOST = 40
"""Places in a conversation that a form is asked for."""
MAKER = "mistake"
"""Who made the assistant's turns from a mistake on."""
UNLIKELY = spoil_meant.denied, spoil_meant.bounded
"""Forms that try how closely a check reads ("an order not 40580"); no model speaks so, and nothing is to be learnt from hearing that it is wrong."""
UNNOTICED = "a mistake no check notices"
"""Why a branch is rejected whose mistake goes unseen."""


class Offer(Struct, frozen=True):
    """A mistake that can be made at a place."""

    kind: str
    change: Change


class _Alone(World):
    """The world of a conversation, where no other is looked at: what becomes of a branch follows from its parent."""

    def dialogues(self, first: int = 0) -> Iterator[Dialogue]:
        """Nothing but an empty conversation."""
        shop = self.workshop
        yield Dialogue("", shop.environment.id, Scenario("", (), ClockSpec("", 0), 0))


class Mistakes:
    """The mistakes that conversations of one environment offer."""

    def __init__(self, shop: Workshop) -> None:
        self.world = _Alone(shop.environment.name, shop)
        self._last: tuple[str, Play, dict[int, list[Offer]]] | None = None

    def made(self, parent: Dialogue, at: int, dice: Random) -> Iterator[tuple[str, Dialogue]]:
        """The conversations in which the assistant makes a mistake in that turn, and its kind; none where the turn offers none, or where
        calls failed on purpose: made again by themselves, they give something else."""
        if any(turn.fault is not None for turn in parent.path()):
            return
        play, offers = self._offers(parent)
        here = dice.sample(offers.get(at, []), len(offers.get(at, [])))
        kinds = dice.sample(sorted({o.kind for o in here}), len({o.kind for o in here}))
        for offer in sorted(here, key=lambda o: kinds.index(o.kind)):
            done = perform(play, offer.change.moves)
            if done.steady and came_out(play, offer.change, done):
                path = parent.path()
                yield offer.kind, replace(parent, turns=(*path[:at], *map(_unrecorded, done.dialogue.turns[at:])))

    def _offers(self, parent: Dialogue) -> tuple[Play, dict[int, list[Offer]]]:
        if self._last is None or self._last[0] != parent.id:
            play = taken_apart(self.world, 0, replace(parent, turns=parent.path()))
            found: dict[int, list[Offer]] = {}
            for kind, of in KINDS.items():
                forms = (form for form, _ in of.forms if form not in UNLIKELY) if of.by == "assistant" else ()
                for form in forms:
                    for change in islice(form(play, rng("mistake", parent.id, form.__name__)), MOST):
                        at = _leaves(play, change)
                        if at is not None:
                            found.setdefault(at, []).append(Offer(kind, change))
            self._last = parent.id, play, found
        return self._last[1], self._last[2]


def _unrecorded(turn: Turn) -> Turn:
    """A turn from the mistake on. Nobody wrote down where the assistant's arguments came from, so they are searched for, as a model's are."""
    return replace(turn, maker=MAKER) if turn.message.role == "assistant" else turn


def _leaves(play: Play, change: Change) -> int | None:
    """The turn by which a changed conversation leaves its parent, where it is the assistant's in both."""
    for mine, other in zip(play.moves, change.moves, strict=False):
        if mine is not other:
            return mine.at if mine.role == other.role == "assistant" else None
    return None


def noticed(kind: str, verdicts: Sequence[Verdict], at: int) -> tuple[str, ...]:
    """The checks that are right to object to a mistake of that kind made in turn `at`, and do."""
    return tuple(
        v.check
        for v in verdicts
        if v.passed is False
        and v.check in KINDS[kind].right
        and (v.check in WHOLE or any(f.turn >= at for f in v.evidence))
    )
