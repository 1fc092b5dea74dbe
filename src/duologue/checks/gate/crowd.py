"""At most two new requests in one turn, counted by acts where there are any, else by words.

By words: a list of lines or numbers that each ask for something; or clauses, each of which speaks of another part of the goal that
has not been spoken of before. Who asks for everything at once (mode `task`) may.
"""

import re
from collections.abc import Sequence

from duologue.checks.findings import CROWD as CROWDED
from duologue.checks.gate.asks import Part, asks, clauses, parts_of, stems, touches
from duologue.checks.gate.known import Known
from duologue.checks.words import finds
from duologue.types import Turn

__all__ = ["MOST_REQUESTS", "crowd"]

MOST_REQUESTS = 2
_WORDS = 2
"""Words that carry meaning, of a question that is one of its own."""
_ALIKE = 0.25
_LINES = re.compile(r"^\s*(?:[-*•]|\(?\d{1,2}[.)]|\(?[a-h][.)])\s+(\S.*)$", re.MULTILINE)
_MARKED = re.compile(r"[-*•.)](?:(?<=[-*•])|(?<=[\da-h][.)]))\s")
"""What each point of a list has, from its rarer characters on: asked of every text."""
_INLINE = re.compile(r"(?:(?<=\s)|^|\()(\d)[.)]\s+(?=\S)")


def crowd(known: Known, turns: Sequence[Turn], at: int) -> list[str]:
    """Whether a turn asks for too much at once."""
    if known.mode != "user":
        return []
    turn = turns[at]
    if turn.acts:
        made = sum(a.kind == "request" for a in turn.acts)
    else:
        made = max(_listed(turn.message.content), _new_parts(known, turns, at))
    return [CROWDED(made)] if made > MOST_REQUESTS else []


def _listed(text: str) -> int:
    """How many points of a list ask for something."""
    if _MARKED.search(text) is None:
        return 0
    points = _LINES.findall(text)
    marks = list(_INLINE.finditer(text))
    if len(marks) > len(points) and [m[1] for m in marks] == [str(n) for n in range(1, len(marks) + 1)]:
        ends = [*(m.start() for m in marks[1:]), len(text)]
        points = [text[m.end() : end] for m, end in zip(marks, ends, strict=True)]
    return sum(bool(asks(p)) for p in points)


def _new_parts(known: Known, turns: Sequence[Turn], at: int) -> int:
    """How many parts of the goal under way this turn is the first to speak of, each in a clause or a question of its own. Who asks for a
    recap speaks of all."""
    turn = turns[at]
    parts = parts_of(known.tasks[min(turn.task, len(known.tasks) - 1)])
    text = turn.message.content
    if len(parts) <= MOST_REQUESTS or not asks(text) or finds("recap", "asks", text):
        return 0
    before = [t.message.content for t in turns[:at] if t.message.role == "user" and t.task == turn.task]
    fresh = [p for p in parts if not any(touches(p, [t]) for t in before)]
    pieces, found = clauses(text), []
    for part in fresh:
        own = next((p for p in pieces if touches(part, [p])), None)
        if own is not None:
            found.append(part.number)
            pieces.remove(own)
    return max(len(found), _asked_apart(fresh, asks(text)))


def _asked_apart(parts: Sequence[Part], questions: Sequence[str]) -> int:
    """How many of the questions are new and apart from each other: in words of their own, and not all for the same part."""
    apart: list[frozenset[str]] = []
    meant: set[int] = set()
    for question in questions:
        said = stems(question)
        new = said - frozenset().union(*apart)
        if (
            len(new) < _WORDS
            or 2 * len(new) < len(said)
            or finds("user", "confirms", question)
            or finds("doubt", "asks", question)
        ):
            continue
        best = max(parts, key=lambda p: _likeness(p, said), default=None)
        if best is not None and _likeness(best, said) >= _ALIKE:
            apart.append(said)
            meant.add(best.number)
    return min(len(apart), len(parts)) if len(meant) > 1 else len(meant)


def _likeness(part: Part, said: frozenset[str]) -> float:
    """How much of a question the part's goal holds, its own words counted twice."""
    return (len(said & part.all) + len(said & part.own)) / (2 * len(said))
