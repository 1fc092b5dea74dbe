"""What a user's words ask for, and which parts of a goal that touches.

Read from words alone, so with care: a part is touched where most of the words that no other part shares are said, or the values that only
it brings. Words are compared by their stems, names and figures as they are.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from msgspec import Struct

from duologue.checks.words import finds
from duologue.kept import Kept
from duologue.language.reading import fold, has_phrase
from duologue.types import Subtask, Task

__all__ = ["asks", "clauses", "in_turn", "parts_of", "sentences", "stems", "touches"]

_WORD = re.compile(r"[^\W_]+(?:['-][^\W_]+)*")
_SENTENCES = re.compile(r"(?<=[.!?])\s+|\n+|;\s+")
_CLAUSES = re.compile(
    r"(?<=[.!?;:,])\s+|\n+|\s+(?=(?:and|also|then|plus|as well as|along with|after that|next|finally)\b)", re.IGNORECASE
)
_MODAL = re.compile(r"\bmay (?=i\b|we\b|you\b|be\b|have\b|not\b)|\b(?:it|that|there|he|she|they|you|we|i) may\b")
"""The verb, not the month."""
_SHARE = 0.6
_LEAST = 2
_COMMON_WORDS = """a about above after again all alone already also altogether am an and another any anything are as at back be because been before
    being beside both but by came can come comes could did do does doing done down each either else enough every everything file find
    first for from gave get gets give given gives go goes going gone good got great had has have having hello her here hers hey hi him his
    how i if in instead into is it its itself just kind kindly know known knows last let like list look looking looks lot made make makes
    many me mean might mine more most much must my name named names need needs new next nice no nor not now number numbers of off oh ok
    okay on once one only onto or other our ours out over own per please point put question questions record recorded records right said same say says see send
    shall she should show since so some somebody someone something still such sure tell than thank thanks that the their theirs them then
    there these they thing things this those through to together told too turned two up us use user users very want wanted wants was way
    we well were what when where whether which while who whom whose why will wish with within without would yes yet you your yours"""
_COMMON = frozenset(_COMMON_WORDS.split())


class Part(Struct, frozen=True):
    """A part of a goal in words: the stems no other part of the goal has, the values it alone brings, and all of its stems."""

    number: int
    own: frozenset[str]
    all: frozenset[str]
    values: tuple[str, ...]
    subtask: Subtask


@lru_cache(maxsize=4_096)
def stems(text: str) -> frozenset[str]:
    """The stems of the words that carry meaning; figures and codes whole."""
    return frozenset(in_turn(text))


def in_turn(text: str) -> tuple[str, ...]:
    """The same stems as they are said, one after the other."""
    plain = _MODAL.sub(" ", fold(text).replace(" s ", " "))
    words = _WORD.findall(plain)
    return tuple(_stem(w) for w in words if w not in _COMMON and len(w) > 1)


def _stem(word: str) -> str:
    if len(word) > 4 and word.isalpha():
        for end, put in (("ies", "y"), ("sses", "ss"), ("ing", ""), ("ed", ""), ("es", ""), ("s", ""), ("e", "")):
            if word.endswith(end) and not word.endswith("ss") and len(word) - len(end) >= 3:
                return word[: len(word) - len(end)] + put
    return word


@lru_cache(maxsize=2_048)
def asks(text: str) -> tuple[str, ...]:
    """The sentences of a text that ask for something or order it."""
    return tuple([s for s in sentences(text) if s.rstrip(" )\"'").endswith("?") or finds("user", "asks", s)])


@lru_cache(maxsize=2_048)
def sentences(text: str) -> tuple[str, ...]:
    """The sentences and lines of a text."""
    return tuple([s.strip() for s in _SENTENCES.split(text) if s.strip()])


def clauses(text: str) -> list[str]:
    """A text cut at its joints: "the album and its genre, and who wrote it" gives three."""
    return [c for c in _CLAUSES.split(text) if any(map(str.isalnum, c))]


def _parts(task: Task) -> tuple[Part, ...]:
    goals = [s.goal.partition(", because ")[0] for s in task.subtasks]
    heard = [stems(g) for g in goals]
    values = [frozenset(_values(s)) for s in task.subtasks]
    out = []
    for n, subtask in enumerate(task.subtasks):
        others = frozenset().union(*(h for i, h in enumerate(heard) if i != n))
        alone = values[n] - frozenset().union(*(v for i, v in enumerate(values) if i != n))
        out.append(Part(n, heard[n] - others, heard[n], tuple(sorted(alone)), subtask))
    return tuple(out)


parts_of: Kept[Task, tuple[Part, ...]] = Kept(_parts, most=512)
"""The parts of a task, each with what tells it from the others."""


def _values(subtask: Subtask) -> Iterable[str]:
    """What only the user can bring to a part: the values to be written or searched by."""
    need = subtask.need
    if need is not None:
        yield from (fold(str(v)) for v in need.values.values() if isinstance(v, str | int | float) and str(v).strip())


def touches(part: Part, texts: Sequence[str]) -> bool:
    """Whether texts speak of a part: most of its own words are there, or each of the values that it alone brings."""
    said = stems(texts[0]) if len(texts) == 1 else frozenset().union(*(stems(t) for t in texts))
    hits = len(part.own & said)
    if not hits:
        return False
    if hits >= _LEAST and hits >= _SHARE * min(len(part.own), 5):
        return True
    folded = " ".join(map(fold, texts))
    return bool(part.values) and hits > 0 and all(has_phrase(folded, v) for v in part.values)
