"""Names that somebody may have meant who wrote another: alike but for a slip.

And what to look for when a whole name finds nothing: parts of it that the slip may not have touched.
"""

from collections.abc import Iterable
from difflib import SequenceMatcher

__all__ = ["alike", "pieces_of"]

_ALIKE = 0.82
_AS_GOOD = 0.01
_LEAST = 3
_EVERYWHERE = frozenset(
    ["the", "and", "for", "with", "from", "des", "der", "die", "das", "les", "los", "las", "del", "van", "von"]
)
"""Words that many names have: looking for one brings anything."""


def alike(said: str, names: Iterable[str]) -> list[str]:
    """Of some names those that come closest to what was said, where they differ from it by a slip or so."""
    rated = [(_likeness(said.casefold(), n.casefold()), n) for n in dict.fromkeys(names)]
    best = max((r for r, _ in rated), default=0.0)
    return [n for r, n in rated if best >= _ALIKE and r >= best - _AS_GOOD]


def _likeness(one: str, other: str) -> float:
    if abs(len(one) - len(other)) > max(2, len(one) // 4):
        return 0.0
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    return matcher.ratio() if matcher.quick_ratio() >= _ALIKE else 0.0


def pieces_of(name: str) -> list[str]:
    """At most two pieces of a name worth looking for: its last word and its first; of a single word its beginning."""
    words = [w for w in name.split() if len(w) >= _LEAST and w.isalpha() and w.casefold() not in _EVERYWHERE]
    if len(words) > 1:
        return [words[-1], words[0]]
    if len(words) == 1 and len(words[0]) >= 2 * _LEAST:
        return [words[0][: max(_LEAST, len(words[0]) // 2)]]
    return words if len(name.split()) > 1 else []
