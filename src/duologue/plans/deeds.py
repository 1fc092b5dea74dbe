"""What a hand-written tool does, by its words: whether a sentence speaks of doing it, and whether it hands a matter over to somebody else.

The task maker goes on along such a deed where a rule refused another, and the scripted assistant offers it; neither looks at the other.
"""

import re
from functools import lru_cache

from duologue.types import Tool

__all__ = ["hands_over", "is_named_in", "stems"]

_PARTS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_WORD = re.compile(r"[a-z]+")
_OVER = re.compile(
    r"transfer[ _]?to[ _]?(?:a[ _]?)?(?:human|person|colleague|agent|staff|supervisor)|hand[ _]?over|escalate",
    re.IGNORECASE,
)
_LEAST = 4
"""Letters that a verb has at least, so that it is known again in another form."""


def hands_over(tool: Tool) -> bool:
    """Whether the tool hands a matter over to people."""
    verb = tool.meaning.verb if tool.meaning is not None else ""
    return tool.effect == "write" and _OVER.search(f"{tool.name} {verb}") is not None


def is_named_in(tool: Tool, text: str) -> bool:
    """Whether a sentence speaks of what the tool does, by its verb: "returned" of one that returns something."""
    return bool(_verbs(tool) & stems(text))


def _verbs(tool: Tool) -> frozenset[str]:
    if tool.meaning is None or tool.meaning.family != "act":
        return frozenset()
    said = [*_PARTS.findall(tool.name)[:1], *_WORD.findall(tool.meaning.verb.lower())[:1]]
    return frozenset(s for w in said if (s := _stem(w.lower())))


@lru_cache(maxsize=512)
def stems(text: str) -> frozenset[str]:
    """The words of a text without their endings; short ones are left out."""
    return frozenset(s for w in _WORD.findall(text.lower()) if (s := _stem(w)))


def _stem(word: str) -> str:
    """A verb without its ending; empty for one too short to be sure of."""
    for ending in ("led", "ling", "ing", "ed", "es", "s", "e", "d"):
        if word.endswith(ending) and len(word) - len(ending) >= _LEAST:
            return word[: len(word) - len(ending)]
    return word if len(word) >= _LEAST else ""
