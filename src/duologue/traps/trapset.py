"""The trap set: 115 conversations with one fault each among 94 sound ones, made from fixed seeds over seven worlds.

Of the sound ones 42 are as they were played, 52 hold a liberty that is no fault. Half of all look as models leave them (no acts, no
record of where arguments came from), the others as a scripted user and a model leave them; of the plain ones a third is as the
scripted pair left it. None is left out for what a check or a judge says of it. Into each, lines are planted that test how a judge
classes them (`planted.py`).
"""

from collections.abc import Callable, Iterator
from functools import cached_property

from msgspec import Struct
from msgspec.json import decode
from msgspec.structs import replace

from duologue.checks.combine import combine
from duologue.ids import rng
from duologue.traps.kinds import KINDS, LIBERTIES, WHOLE
from duologue.traps.moves import Change, Performed, Play, perform, rows, taken_apart
from duologue.traps.planted import Planted, planted
from duologue.traps.spoil import Spoil
from duologue.traps.worlds import NAMES, World, as_model, world
from duologue.types import Dialogue, Message, Turn, Verdict

PLAIN = 6
"""Conversations of each world that are taken as they are; what is changed comes from later ones."""
TRIES = 60


class Made(Struct, frozen=True):
    """A conversation, and the turn of its fault, or of the liberty taken."""

    dialogue: Dialogue
    at: int = 0


class Trap:
    """A named conversation of the set, made when it is first looked into."""

    def __init__(self, name: str, kind: str, liberty: str, place: str, make: Callable[[World], Made]) -> None:
        """`kind` is that of the fault and empty for a sound one; `liberty` is empty for a plain or a faulty one."""
        self.name, self.kind, self.liberty, self.place, self._make = name, kind, liberty, place, make

    @property
    def faulty(self) -> bool:
        """Whether it holds a fault."""
        return bool(self.kind)

    @property
    def world(self) -> World:
        """Where it was played."""
        return world(self.place)

    @cached_property
    def _made(self) -> Made:
        return self._make(self.world)

    @cached_property
    def _lines(self) -> tuple[Dialogue, dict[str, Planted]]:
        return planted(self._made.dialogue, self.world.workshop, rng("planted", self.name))

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


def changed(world: World, form: Spoil, first: int = PLAIN) -> Made:
    """The first conversation, from a number on, that the form can be given. Raises `LookupError` where none offers a place."""
    for number, dialogue in zip(range(first, first + TRIES), world.dialogues(first), strict=False):
        play = taken_apart(world, number, dialogue)
        for change in form(play, rng("traps", world.name, form.__name__, number)):
            done = perform(play, change.moves)
            if done.steady and _came_out(play, change, done):
                return Made(_shown(change, done), done.starts[change.at])
    raise LookupError(f"no conversation of the {world.name} offers a place for {form.__name__}")


def _came_out(play: Play, change: Change, done: Performed) -> bool:
    """Whether what must come of it came of it."""
    after = done.dialogue.turns[done.starts[change.at] + 1 :]
    if change.must == "change":
        return bool(after[0].changes)
    if change.must == "miss" and '"error":' not in after[0].message.content:
        found = decode(after[0].message.content)
        return any(isinstance(v, list) for v in found.values()) and not rows(found)
    return not change.must or '"error":' in after[0].message.content


def _shown(change: Change, done: Performed) -> Dialogue:
    """The conversation with what is forged."""
    if not change.forged:
        return done.dialogue
    turns = list(done.dialogue.turns)
    at = done.starts[change.at] + 1
    forged: Turn = turns[at]
    message = Message("tool", change.forged, tool_call_id=forged.message.tool_call_id)
    turns[at] = replace(forged, message=message)
    return replace(done.dialogue, turns=tuple(turns))


def _every() -> Iterator[Trap]:
    """All of them. Each begins its search for a place at another conversation of its world, so that few share one."""
    begun = dict.fromkeys(NAMES, PLAIN)
    for kind, of in KINDS.items():
        number = 0
        for form, places in of.forms:
            for place in places.split():
                yield Trap(
                    f"{kind}, {place}: {form.__name__}", kind, "", place, _spoilt(form, begun[place], number % 2 == 0)
                )
                begun[place] += 1
                number += 1
    for place in NAMES:
        for number in range(PLAIN):
            yield Trap(f"plain, {place}: {number}", "", "", place, _plain(number))
    number = 0
    for liberty, forms in LIBERTIES.items():
        for form, places in forms:
            for place in places.split():
                yield Trap(
                    f"{liberty}, {place}: {form.__name__}",
                    "",
                    liberty,
                    place,
                    _spoilt(form, begun[place], number % 2 == 0),
                )
                begun[place] += 1
                number += 1


def _spoilt(form: Spoil, first: int, users_too: bool) -> Callable[[World], Made]:
    def make(place: World) -> Made:
        made = changed(place, form, first)
        return Made(as_model(made.dialogue, users_too), made.at)

    return make


def _plain(number: int) -> Callable[[World], Made]:
    def make(place: World) -> Made:
        dialogue = next(place.dialogues(number))
        return Made((dialogue, as_model(dialogue, False), as_model(dialogue, True))[number % 3])

    return make


_ALL = {trap.name: trap for trap in _every()}
FAULTS = tuple(t.name for t in _ALL.values() if t.kind)
"""Names of the faulty ones."""
SOUND = tuple(t.name for t in _ALL.values() if not t.kind)
"""Names of the sound ones."""


def trap(name: str) -> Trap:
    """A conversation of the set by its name. Raises `KeyError`."""
    return _ALL[name]


def traps() -> Iterator[Trap]:
    """All of them, the faulty ones first."""
    return iter(_ALL.values())
