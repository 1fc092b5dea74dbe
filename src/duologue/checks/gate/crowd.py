"""At most two new requests in one turn, counted by acts where there are any, else by words.

By words: a list of lines or numbers that each ask for something; or clauses, each of which speaks of another part of the goal that
has not been spoken of before. Who asks for everything at once (mode `task`) may.
"""

import re
from collections.abc import Sequence

from duologue.checks.gate.asks import asks, clauses, parts_of, touches
from duologue.checks.gate.known import Known
from duologue.checks.words import finds
from duologue.types import Turn

__all__ = ["MOST_REQUESTS", "crowd"]

MOST_REQUESTS = 2
_LINES = re.compile(r"^\s*(?:[-*•]|\(?\d{1,2}[.)]|\(?[a-h][.)])\s+(\S.*)$", re.MULTILINE)
_INLINE = re.compile(r"(?:(?<=\s)|^|\()(\d)[.)]\s+(?=\S)")


def crowd(known: Known, turns: Sequence[Turn], at: int) -> list[str]:
    """Whether a turn asks for too much at once."""
    if known.mode != "user":
        return []
    turn = turns[at]
    if turn.acts:
        made = sum(a.kind == "request" for a in turn.acts)
    else:
        text = turn.message.content
        made = max(_listed(text), 0 if finds("recap", "asks", text) else len(_new_parts(known, turns, at)))
    return [f"makes {made} requests at once"] if made > MOST_REQUESTS else []


def _listed(text: str) -> int:
    """How many points of a list ask for something."""
    points = _LINES.findall(text)
    marks = list(_INLINE.finditer(text))
    if len(marks) > len(points) and [m[1] for m in marks] == [str(n) for n in range(1, len(marks) + 1)]:
        ends = [*(m.start() for m in marks[1:]), len(text)]
        points = [text[m.end() : end] for m, end in zip(marks, ends, strict=True)]
    return sum(bool(asks(p)) for p in points)


def _new_parts(known: Known, turns: Sequence[Turn], at: int) -> list[int]:
    """The parts of the goal under way that this turn is the first to speak of, each in a clause of its own."""
    turn = turns[at]
    parts = parts_of(known.tasks[min(turn.task, len(known.tasks) - 1)])
    text = turn.message.content
    if len(parts) <= MOST_REQUESTS or not asks(text):
        return []
    before = [t.message.content for t in turns[:at] if t.message.role == "user" and t.task == turn.task]
    pieces, found = clauses(text), []
    for part in parts:
        if any(touches(part, [t]) for t in before):
            continue
        own = next((p for p in pieces if touches(part, [p])), None)
        if own is not None:
            found.append(part.number)
            pieces.remove(own)
    return found
