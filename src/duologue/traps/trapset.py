"""The trap set: 36 conversations with one fault each among 24 sound ones, made from fixed seeds.

Each kind of fault comes in three forms, each form in a world that offers a place for it. Half of all conversations look as models
leave them (no acts, no record of where arguments came from), the others as a scripted user and a model leave them; of the sound ones a third
is as the scripted pair left it.
"""

from collections.abc import Callable, Iterator
from functools import cache, cached_property

from msgspec import Struct
from msgspec.structs import replace

from duologue.ids import rng
from duologue.traps import liberties, spoil, spoil_talk
from duologue.traps.moves import Change, Performed, Play, perform, taken_apart
from duologue.traps.worlds import World, as_model, world
from duologue.types import Dialogue, Message, Turn, Verdict

PLAIN = 6
"""Conversations of each world that are taken as they are; faults are put into later ones."""
TRIES = 60

KINDS: dict[str, tuple[tuple[str, spoil.Spoil], ...]] = {
    "wrong number told": (("library", spoil.misread), ("depot", spoil.crossed), ("shop", spoil.miscounted)),
    "invented id": (("library", spoil.guessed), ("shop", spoil.reference_told), ("depot", spoil.key_told)),
    "dropped call": (("library", spoil.answered_without), ("depot", spoil.put_off), ("shop", spoil.only_said)),
    "extra write": (("library", spoil.one_more_row), ("shop", spoil.made_twice), ("depot", spoil.unasked)),
    "neighbour's row": (("library", spoil.neighbour_read), ("depot", spoil.neighbour_read), ("shop", spoil.neighbour_written)),
    "role swap": (("library", spoil_talk.user_assists), ("depot", spoil_talk.assistant_asks), ("shop", spoil_talk.answers_itself)),
    "early end": (("library", spoil_talk.leaves_at_once), ("depot", spoil_talk.leaves_the_rest), ("shop", spoil_talk.leaves_unanswered)),
    "leaked fact": (("library", spoil_talk.knows_the_answer), ("depot", spoil_talk.knows_the_key), ("shop", spoil_talk.expects_it)),
    "unread result": (("library", spoil_talk.kept_to_itself), ("depot", spoil_talk.looked_aside), ("shop", spoil_talk.kept_to_itself)),
    "wrong order": (("library", spoil_talk.before_its_source), ("depot", spoil_talk.both_at_once), ("shop", spoil_talk.before_its_source)),
    "broken rule": (("library", spoil_talk.without_a_yes), ("depot", spoil_talk.despite_a_no), ("shop", spoil_talk.let_through)),
    "untruthful error": (("library", spoil_talk.failed_yet_told), ("depot", spoil_talk.failed_yet_done), ("shop", spoil_talk.refused_yet_done)),
}  # fmt: skip
LIBERTIES: tuple[tuple[str, spoil.Spoil], ...] = (
    ("depot", liberties.other_order), ("library", liberties.second_look), ("shop", liberties.put_right),
    ("depot", liberties.default_said), ("shop", liberties.other_writing), ("library", liberties.known_already),
)  # fmt: skip


class Made(Struct, frozen=True):
    """A conversation, and the turn of its fault, or of the liberty taken."""

    dialogue: Dialogue
    at: int = 0


class Trap:
    """A named conversation of the set, made when it is first looked into. `kind` is empty for a sound one."""

    def __init__(self, name: str, kind: str, world: str, make: Callable[[World], Made]) -> None:
        self.name, self.kind, self._world, self._make = name, kind, world, make

    @property
    def world(self) -> World:
        """Where it was played."""
        return world(self._world)

    @cached_property
    def _made(self) -> Made:
        return self._make(self.world)

    @property
    def dialogue(self) -> Dialogue:
        """The conversation."""
        return self._made.dialogue

    @property
    def at(self) -> int:
        """The turn of the fault, or of the liberty."""
        return self._made.at

    def verdicts(self) -> tuple[Verdict, ...]:
        """What every machine check says."""
        return self.world.workshop.check(self.dialogue)


def _changed(world: World, form: spoil.Spoil) -> tuple[Dialogue, int]:
    """The first conversation, behind the plain ones, that the form can be given, and the turn where it shows."""
    for number, dialogue in zip(range(PLAIN, TRIES), world.dialogues(PLAIN), strict=False):
        play = taken_apart(world, number, dialogue)
        for change in form(play, rng("traps", world.name, form.__name__, number)):
            done = perform(play, change.moves)
            if done.steady and _came_out(play, change, done):
                return _shown(change, done), done.starts[change.at]
    raise LookupError(f"no conversation of the {world.name} offers a place for {form.__name__}")


def _came_out(play: Play, change: Change, done: Performed) -> bool:
    """Whether what must come of it came of it."""
    after = done.dialogue.turns[done.starts[change.at] + 1 :]
    if change.must == "change":
        return bool(after[0].changes)
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


FAULTS: dict[str, tuple[str, str, spoil.Spoil, bool]] = {
    f"{kind}, {world}: {form.__name__}": (kind, world, form, number % 2 == 0)
    for kind, forms in KINDS.items()
    for number, (world, form) in enumerate(forms)
}
"""Name → kind, world, form, and whether the user is a model as well."""
SOUND: dict[str, tuple[str, int]] = {
    **{f"{world}: {number}": (world, number) for world in ("library", "depot", "shop") for number in range(PLAIN)},
    **{f"{world}: {form.__name__}": (world, PLAIN + n) for n, (world, form) in enumerate(LIBERTIES)},
}
"""Name → world, and the number of the conversation, or of the liberty behind those."""


@cache
def trap(name: str) -> Trap:
    """A conversation of the set by its name."""
    if name in FAULTS:
        kind, place, form, users_too = FAULTS[name]
        return Trap(name, kind, place, lambda world: _faulty(world, form, users_too))
    place, number = SOUND[name]
    return Trap(name, "", place, lambda world: _sound(world, number))


def traps() -> Iterator[Trap]:
    """All of them, the faulty ones first."""
    return map(trap, (*FAULTS, *SOUND))


def _faulty(world: World, form: spoil.Spoil, users_too: bool) -> Made:
    dialogue, at = _changed(world, form)
    return Made(as_model(dialogue, users_too), at)


def _sound(world: World, number: int) -> Made:
    if number < PLAIN:
        dialogue = next(world.dialogues(number))
        return Made((dialogue, as_model(dialogue, False), as_model(dialogue, True))[number % 3])
    dialogue, at = _changed(world, LIBERTIES[number - PLAIN][1])
    return Made(as_model(dialogue, number % 2 == 0), at)
