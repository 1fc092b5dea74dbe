"""The trap set: 115 conversations with one fault each among 94 sound ones, made from a seed over seven worlds.

Seed 0 is the set that was in view while checks were mended; any other is a set of the same forms in other conversations over other rows.

Of the sound ones 42 are as they were played, 52 hold a liberty that is no fault. Half of all look as models leave them (no acts, no
record of where arguments came from), the others as a scripted user and a model leave them; of the plain ones a third is as the
scripted pair left it. None is left out for what a check or a judge says of it; `sound.py` says which conversations are built on. Into each, lines are planted that test how a judge
classes them (`planted.py`).
"""

from collections.abc import Callable, Iterator
from functools import cache, cached_property, partial
from itertools import product
from random import Random

from msgspec import Struct
from msgspec.json import decode
from msgspec.structs import replace

from duologue.checks.combine import combine
from duologue.ids import rng
from duologue.traps.kinds import KINDS, LIBERTIES, WHOLE, Forms
from duologue.traps.moves import Change, Performed, Play, perform, rows, taken_apart
from duologue.traps.planted import Planted, planted
from duologue.traps.spoil import Spoil
from duologue.traps.worlds import NAMES, World, as_model, world
from duologue.types import Dialogue, Verdict

PLAIN = 6
"""Conversations of each world that are taken as they are; what is changed comes from later ones."""
TRIES = 60


class Made(Struct, frozen=True):
    """A conversation, and the turn of its fault, or of the liberty taken."""

    dialogue: Dialogue
    at: int = 0
    place: str = ""
    """The world that gave it; empty for the one that was asked for."""


class Trap:
    """A named conversation of the set, made when it is first looked into."""

    def __init__(
        self, name: str, about: tuple[str, str], place: str, make: Callable[[World], Made], seed: int = 0
    ) -> None:
        """`about`: the kind of the fault, empty for a sound one; the liberty, empty for a plain or a faulty one."""
        self.name, self.place, self.seed, self._make = name, place, seed, make
        self.kind, self.liberty = about

    @property
    def faulty(self) -> bool:
        """Whether it holds a fault."""
        return bool(self.kind)

    @property
    def world(self) -> World:
        """Where it was played: where its own world offers no place for the form, the next one that does."""
        return world(self._made.place or self.place, self.seed)

    @cached_property
    def _made(self) -> Made:
        return self._make(world(self.place, self.seed))

    @cached_property
    def _lines(self) -> tuple[Dialogue, dict[str, Planted]]:
        return planted(self._made.dialogue, self.world.workshop, _dice(self.seed, "planted", self.name))

    @property
    def dialogue(self) -> Dialogue:
        """The conversation, with the lines that are planted in its rubrics."""
        return self._lines[0]

    @property
    def lines(self) -> dict[str, Planted]:
        """The lines planted, by their id ("2.1" is the first line of the second task)."""
        return self._lines[1]

    @property
    def at(self) -> int:
        """The turn of the fault, or of the liberty."""
        return self._made.at

    def verdicts(self) -> tuple[Verdict, ...]:
        """What every machine check says."""
        return self.world.workshop.check(self.dialogue)

    def caught_by(self, verdicts: tuple[Verdict, ...]) -> tuple[str, ...]:
        """The checks that are right to object to its fault, and do, at its turn or after it (or to the task as a whole)."""
        if not self.kind:
            return ()
        found = [
            v.check
            for v in verdicts
            if v.passed is not True and v.check in KINDS[self.kind].right
            and (v.check in WHOLE or any(f.turn >= self.at for f in v.evidence))
        ]  # fmt: skip
        return tuple(found)

    @staticmethod
    def rejected(verdicts: tuple[Verdict, ...]) -> bool:
        """Whether a run would reject it for these verdicts, rightly or not."""
        return not combine(verdicts).accepted


def _dice(seed: int, *names: str | int) -> Random:
    return rng(*names, *([seed] if seed else []))


def changed(world: World, form: Spoil, first: int = PLAIN, seed: int = 0) -> Made:
    """The first conversation, from a number on, that the form can be given. Raises `LookupError` where none offers a place."""
    for number, dialogue in zip(range(first, first + TRIES), world.dialogues(first), strict=False):
        play = taken_apart(world, number, dialogue)
        for change in form(play, _dice(seed, "traps", world.name, form.__name__, number)):
            done = perform(play, change.moves)
            if done.steady and came_out(play, change, done):
                return Made(done.dialogue, done.starts[change.at], world.name)
    raise LookupError(f"no conversation of the {world.name} offers a place for {form.__name__}")


def came_out(play: Play, change: Change, done: Performed) -> bool:
    """Whether what must come of it came of it."""
    after = done.dialogue.turns[done.starts[change.at] + 1 :]
    if change.must == "change":
        return bool(after[0].changes)
    if change.must == "miss" and '"error":' not in after[0].message.content:
        found = decode(after[0].message.content)
        return any(isinstance(v, list) for v in found.values()) and not rows(found)
    return not change.must or '"error":' in after[0].message.content


def _every(seed: int) -> Iterator[Trap]:
    """All of them. Each begins its search for a place at another conversation of its world, so that few share one."""
    begun = dict.fromkeys(NAMES, PLAIN)

    def dealt(name: str, about: tuple[str, str], forms: Forms) -> Iterator[Trap]:
        for form, place in [(form, place) for form, places in forms for place in places.split()]:
            users_too = begun[""] % 2 == 0
            make = partial(_spoilt, (form, *(f for f, _ in forms if f is not form)), begun[place], users_too, seed)
            yield Trap(f"{name}, {place}: {form.__name__}", about, place, make, seed)
            begun[place] += 1
            begun[""] += 1

    for kind, of in KINDS.items():
        begun[""] = 0
        yield from dealt(kind, (kind, ""), of.forms)
    for place in NAMES:
        for number in range(PLAIN):
            yield Trap(f"plain, {place}: {number}", ("", ""), place, partial(_plain, number), seed)
    begun[""] = 0
    for liberty, forms in LIBERTIES.items():
        yield from dealt(liberty, ("", liberty), forms)


def _spoilt(kin: tuple[Spoil, ...], first: int, users_too: bool, seed: int, place: World) -> Made:
    """The first form, in the first world from its own on that offers a place; where none does, the next form of its kind."""
    at = NAMES.index(place.name)
    for form, name in product(kin, (*NAMES[at:], *NAMES[:at])):
        try:
            made = changed(world(name, seed), form, first, seed)
        except LookupError:
            continue
        return replace(made, dialogue=as_model(made.dialogue, users_too))
    raise LookupError(f"no world offers a place for {kin[0].__name__}")


def _plain(number: int, place: World) -> Made:
    dialogue = next(place.dialogues(number))
    return Made((dialogue, as_model(dialogue, False), as_model(dialogue, True))[number % 3])


@cache
def _set(seed: int) -> dict[str, Trap]:
    return {trap.name: trap for trap in _every(seed)}


FAULTS = tuple(t.name for t in _set(0).values() if t.kind)
"""Names of the faulty ones."""
SOUND = tuple(t.name for t in _set(0).values() if not t.kind)
"""Names of the sound ones."""


def trap(name: str, seed: int = 0) -> Trap:
    """A conversation of the set by its name. Raises `KeyError`."""
    return _set(seed)[name]


def traps(seed: int = 0) -> Iterator[Trap]:
    """All of them, the faulty ones first."""
    return iter(_set(seed).values())
