"""A speaker who hears what they have just said: of a few drafts, one that begins and asks otherwise than the last messages did.

What counts is what the ear notices: the first two words, and a question at the end; of an opening that says nothing ("let me see") also one
long ago. It follows from the turns alone, so a conversation that is taken up again goes on in the same words.
"""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TypeVar

from duologue.types import Turn

__all__ = ["afresh", "marks"]

_DRAFTS = 3
_HEARD = 5
"""Messages that are still in the ear."""
_FILLER = re.compile(
    r"(?:let me|let[’']s|happy to|here (?:you|we) (?:go|are)|there (?:you|we) (?:go|are)|here it is|there it is|of course|sure|gladly|certainly|"
    r"no (?:trouble|problem)|got it|found it|i[’']ve (?:got|found|looked|checked|compared)|good that|fair question|sorted)\b",
    re.IGNORECASE,
)
"""Openings that say nothing: heard twice in a conversation they are a habit."""
_WORD = re.compile(r"[\w'’-]+")
_QUESTION = re.compile(r"[^.!?:\n]*\?\s*\Z")
_T = TypeVar("_T")


@lru_cache(maxsize=64)
def marks(text: str) -> frozenset[str]:
    """How a message begins, and what it asks in the end."""
    words = _WORD.findall(text[:80].casefold())[:2]
    asked = _QUESTION.search(text) if text.rstrip().endswith("?") else None
    return frozenset([" ".join(words), *([asked[0].strip().casefold()] if asked else [])])


def _filler(text: str) -> frozenset[str]:
    """The opening of a message that began by saying nothing."""
    return marks(text) if _FILLER.match(text) else frozenset()


def afresh(draft: Callable[[], tuple[str, _T]], turns: Sequence[Turn]) -> tuple[str, _T]:
    """The draft that sounds least like the speaker's last messages; the first one where it is new."""
    said = [t.message.content for t in turns if t.message.role == "assistant" and t.message.content]
    heard = frozenset[str]().union(
        *(marks(text) for text in said[-_HEARD:]), *(_filler(text) for text in said[:-_HEARD])
    )
    best = draft()
    again = len(marks(best[0]) & heard)
    for _ in range(_DRAFTS if again else 0):
        other = draft()
        if (less := len(marks(other[0]) & heard)) < again:
            best, again = other, less
        if not again:
            break
    return best
