"""The faults of an answer that mentions what was wanted and does not tell it: denied, bounded, asked, of nobody's knowledge.

Like `spoil.py`: every call is really made, and all values are right. What is wrong is only what a reader takes from the words.
"""

from collections.abc import Iterator
from random import Random

from msgspec import Struct

from duologue.checks import columns_of
from duologue.language.saying import flag_of
from duologue.language.values import is_blank, say
from duologue.traps import phrases
from duologue.traps.moves import Change, Play
from duologue.traps.spoil import shuffled
from duologue.traps.spoil_told import STYLES, once, swapped, told_at

_NOT = ("not", "certainly not", "anything but", "no longer")
_BOUNDS = ("more than", "less than", "well over", "fewer than")


class Answer(Struct, frozen=True):
    """A value that a task wants told, as the report of a move says it."""

    said: str
    figure: bool


def answers(play: Play, i: int) -> list[Answer]:
    """The values to be told that came with a move, that its report says once, and that nobody says elsewhere."""
    task = play.dialogue.scenario.tasks[play.moves[i].turn.task]
    columns, at = columns_of(play.world.workshop.catalog), play.report(i)
    elsewhere = [m.text for n, m in enumerate(play.moves) if n != at]
    found: dict[str, Answer] = {}
    for item in (d for s in task.subtasks for d in s.tell if not is_blank(d.value)):
        column = columns.get(item.slot)
        if str(item.value) not in play.moves[i].texts[0] or flag_of(item.value, column) is not None:
            continue
        for said in dict.fromkeys(say(item.value, column, style) for style in STYLES):
            if once(play.moves[at].text, said) and not any(said in text for text in elsewhere):
                found[said] = Answer(said, isinstance(item.value, int | float))
    return list(found.values())


def denied(play: Play, dice: Random) -> Iterator[Change]:
    """The value stands there, with a denial before it."""
    for i in shuffled(play.reads(), dice):
        for answer in answers(play, i):
            text = play.moves[play.report(i)].text
            yield told_at(play, i, swapped(text, answer.said, f"{dice.choice(_NOT)} {answer.said}"))


def bounded(play: Play, dice: Random) -> Iterator[Change]:
    """The figure is told as the bound of what it is."""
    for i in shuffled(play.reads(), dice):
        for answer in (a for a in answers(play, i) if a.figure):
            text = play.moves[play.report(i)].text
            yield told_at(play, i, swapped(text, answer.said, f"{dice.choice(_BOUNDS)} {answer.said}"))


def asked_instead(play: Play, dice: Random) -> Iterator[Change]:
    """The assistant has looked it up, and asks the user whether it is so."""
    yield from _in_place(play, dice, phrases.ASKED)


def of_nobody(play: Play, dice: Random) -> Iterator[Change]:
    """The assistant has looked it up, and says that it could not."""
    yield from _in_place(play, dice, phrases.NOBODY_KNOWS)


def _in_place(play: Play, dice: Random, forms: tuple[str, ...]) -> Iterator[Change]:
    for i in shuffled(play.reads(), dice):
        for answer in answers(play, i)[:1]:
            yield told_at(play, i, dice.choice(forms).format(answer.said))


# ── The liberty beside it ────────────────────────────────────────────────────────────────────────────────────────────────


def stressed(play: Play, dice: Random) -> Iterator[Change]:
    """A word of denial that denies nothing of what is told."""
    forms = (
        "No, I haven't forgotten it. {}",
        "It isn't much, but it is all there in the records. {}",
        "Not a problem: {}",
    )
    for i in shuffled(play.reads(), dice):
        if answers(play, i):
            yield told_at(play, i, dice.choice(forms).format(play.moves[play.report(i)].text))
