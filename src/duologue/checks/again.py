"""Is what is said again the same as before?

Asked only where the user wants the last words once more and nothing was called in between: then a sentence that is the same but for its
figures must have the same figures. Where the assistant owns up to a slip, it may say another.
"""

import re

from duologue.checks.case import Case
from duologue.checks.words import finds
from duologue.language.questions import sentences
from duologue.language.reading import fold

__all__ = ["said_otherwise"]

_FIGURE = re.compile(r"\d(?:[\d.,:/-]*\d)?")
_OWNS_UP = re.compile(
    r"\b(?:correct(?:ed|ion)|mistake|mistaken|misread|actually|apolog\w+|slip|wrong|rather)\b", re.IGNORECASE
)


def said_otherwise(case: Case, turn: int) -> str:
    """What the assistant said otherwise a moment ago; empty where it is steady."""
    if case.blocks[turn]:
        return ""
    user = case.user_before(turn)
    if finds("recap", "again", case.trace.turns[user].message.content) is None:
        return ""
    earlier, text = case.said_before(user), case.trace.turns[turn].message.content
    if not earlier or _OWNS_UP.search(text):
        return ""
    before = _shapes(case.trace.turns[earlier].message.content)
    for shape, figures in _shapes(text).items():
        if shape in before and figures != before[shape]:
            new, old = next((n, o) for n, o in zip(figures, before[shape], strict=True) if n != o)
            return f"{new!r} is said where it was {old!r} just before"
    return ""


def _shapes(text: str) -> dict[str, list[str]]:
    """Sentences without their figures → the figures; those that hold none are left out."""
    parts = [p for line in text.splitlines() for p in sentences(line)]
    return {_FIGURE.sub("#", fold(p)): _FIGURE.findall(p) for p in parts if _FIGURE.search(p)}
