"""What the user says to an answer before going on: seldom anything, and then what fits it.

A reaction goes by the kind of the answer, its polarity and its size: one thanks for a change, shrugs at a refusal, is struck by a list that is
really long, gives in where a second look bears the first out. To a plain answer people mostly say nothing and ask the next thing.
"""

import re

from duologue.simulate.agenda import WAITS
from duologue.simulate.behaviours.scene import Scene
from duologue.simulate.past import Past
from duologue.types import Need

__all__ = ["fitting", "reaction"]

_READILY = {"report": 0.55, "long": 2.0, "change": 1.3, "empty": 2.0, "problem": 4.0, "stands": 8.0}
"""Kind of reaction → how many times as readily as by the profile's rate something is said."""
_LONG = 25
"""Rows of a list that strikes somebody as long."""
_PROBLEMS = frozenset({"error", "cannot", "not found", "decline", "stand firm"})
_THANKS = re.compile(r"\b(?:thanks?|cheers|grateful|appreciate)\b", re.IGNORECASE)
_TRIES = 4


def fitting(past: Past) -> str:
    """What there is to be said to the assistant's last words (a path below `react` in the grammar); empty for nothing."""
    kinds = {a.kind for a in past.heard}
    if not kinds or kinds & WAITS.keys():
        return ""
    if kinds & _PROBLEMS:
        return "problem"
    if past.last == "doubt":
        return "stands"
    if "report change" in kinds:
        return "change"
    if "report empty" in kinds:
        return "empty"
    total = max((int(a.values.get("total", 0)) for a in past.heard), default=0)
    return "long" if total >= _LONG and "report many" in kinds else "report"


def reaction(scene: Scene, text: str, need: Need) -> str:
    """A word before `text`, which goes on to `need`; empty where none is said. One message holds one thanks, and doesn't begin twice
    alike. Nobody gives up what they ask for again on the spot."""
    kind = fitting(scene.past)
    before = next((a.need for a in reversed(scene.past.acts) if a.kind == "request"), None)
    again = before is not None and (before.meaning, before.mentions) == (need.meaning, need.mentions)
    if not kind or (kind == "problem" and again) or not scene.takes_up("reaction", _READILY[kind]):
        return ""
    thanked = _THANKS.search(text) is not None
    for _ in range(_TRIES):
        said = scene.words.say(f"react.{kind}", scene.dice)
        if not (thanked and _THANKS.search(said)) and _first(said) != _first(text):
            return said
    return ""


def _first(text: str) -> str:
    return re.split(r"\W", text, maxsplit=1)[0].lower()
