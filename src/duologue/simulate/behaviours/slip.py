"""The user gets a name or a number wrong, and puts it right when it is not found, or when something else comes back."""

import random
from collections.abc import Iterator

from msgspec.structs import replace

from duologue.protocols import Utterance
from duologue.simulate.agenda import WRITES
from duologue.simulate.behaviours.scene import Request, Scene, say
from duologue.simulate.other_values import swapped
from duologue.types import Act, Json, Mention, Need

__all__ = ["PutRight", "Slip"]

_LETTERS = 5
_DIGITS = 3
_VOWELS = frozenset("aeiou")
_SOUNDS = (("ph", "f"), ("th", "t"), ("ck", "k"), ("yn", "in"), ("ie", "y"), ("ei", "ie"), ("sch", "sh"))
_OVER = frozenset(
    {
        "not found",
        "suggest",
        "report",
        "report many",
        "report empty",
        "error",
        "confirm?",
        "choices",
        "ask",
        "known",
        "reconciled",
    }
)

_OTHER = frozenset({"report", "report many", "confirm?", "reconciled"})
"""Something else came back than what was meant."""


class Slip:
    """ "Micheal" for "Michael", 40721 for 40712."""

    by_words = False

    def shape(self, scene: Scene, request: Request) -> None:
        """Misspell the name of a row that hasn't come up yet, or exchange two digits of its number where it is only looked at."""
        need = request.need
        if request.behaviours or request.unsettled or len(need.mentions) != 1:
            return
        mention = need.mentions[0]
        goal = request.part.subtask.need
        if goal is None or goal.mentions != need.mentions:
            return  # it is put right by what the goal says
        wrong = self._wrong(scene, need, mention)
        if wrong is None or not scene.takes_up("slip"):
            return
        request.need = replace(need, mentions=(wrong,))
        request.behaviours.append("slip")
        request.unsettled = True

    def _wrong(self, scene: Scene, need: Need, mention: Mention) -> Mention | None:
        if mention.pick is not None or len(mention.by) != 1:
            return None
        column, value = next(iter(mention.by.items()))
        if column == "@name":
            heard = str(value) in scene.past.names or scene.mirror.meant(mention, scene.view.turns) is not None
            text = "" if heard or not isinstance(value, str) else misspelt(value, scene.dice)
            return Mention(mention.table, {column: text}) if text else None
        reads = need.meaning.family not in WRITES and not scene.past.count("slip")
        other = _exchanged(value, scene.dice) if reads else None
        return Mention(mention.table, {column: other}) if other is not None else None


class PutRight:
    """ "Sorry, Michael, not Micheal." """

    def answer(self, scene: Scene, act: Act) -> Utterance | None:
        """Whatever came of the slip: give the name or number as it is."""
        goal, wish = scene.part.subtask.need if scene.part is not None else None, scene.past.wish
        if act.kind not in _OVER or goal is None or wish is None or goal.meaning != wish.meaning:
            return None
        if not scene.past.slipped or act.values.get("for_now"):
            return None
        pair = next((p for p in zip(goal.mentions, wish.mentions, strict=True) if p[0] != p[1]), None)
        if pair is None or not all(m.by for m in pair):
            return None
        right, wrong = (next(iter(m.by.values())) for m in pair)
        offered = right in act.values.get("names", ())
        path = "suggested" if offered else "other" if act.kind in _OTHER else "missing"
        kind = "name" if "@name" in pair[0].by else "number"
        text = scene.words.say(
            f"put_right.{path}" if offered else f"put_right.{path}_{kind}",
            scene.dice,
            value=scene.words.phrases.row(pair[0], bare=True),
            wrong=str(wrong),
            number=str(right),
        )
        return say(text, Act("correct", Need(goal.meaning, (pair[0],))), "slip")


def misspelt(name: str, dice: random.Random) -> str:
    """The name with a slip in one of its longer words; empty where it has none, or none that shows."""
    words = name.split(" ")
    long = [i for i, w in enumerate(words) if len(w) >= _LETTERS and w.isalpha() and not w.isupper()]
    if not long:
        return ""
    at = dice.choice(long)
    ways = sorted(set(_slips(words[at])) - {words[at]})
    if not ways:
        return ""
    words[at] = dice.choice(ways)
    return " ".join(words)


def _slips(word: str) -> Iterator[str]:
    """The word with two inner letters exchanged, a double letter single or a single one double, or written as it sounds."""
    for i in range(1, len(word) - 1):
        one, two = word[i], word[i + 1]
        if {one, two} <= _VOWELS or (one in "rln" and two in _VOWELS):
            yield word[:i] + two + one + word[i + 2 :]
        if one == two:
            yield word[:i] + word[i + 1 :]
        elif one in "lmnst" and word[i - 1] != one:
            yield word[:i] + one + word[i:]
        for written, sounds in _SOUNDS:
            if word[i:].startswith(written):
                yield word[:i] + sounds + word[i + len(written) :]


def _exchanged(value: Json, dice: random.Random) -> Json:
    """A number with two digits exchanged; None where it is too short for that to go unnoticed."""
    text = str(value)
    if isinstance(value, bool) or not isinstance(value, int | str) or sum(map(str.isdigit, text)) < _DIGITS:
        return None
    other = swapped(text, dice)
    if not other:
        return None
    return int(other) if isinstance(value, int) else other
