"""How people type: in lower case, without full stops, in one breath, with a slip of the finger now and then.

Each habit is a function from a text to the same text as that person types it. What must stay as it is (names, figures, codes, what things are
called) is told apart first, so that a text means the same after it: a habit touches the words around it only.
"""

import random
import re
from collections.abc import Callable, Iterable
from functools import cache

from duologue.language.grammar import word_file

__all__ = ["HABITS", "typed"]

_LEAST = 4
"""Letters of a word that is mistyped."""
_MOST = 2
"""Slips in one message."""
_SLIP = 0.07
"""How often a word that can be mistyped is, by somebody who does that."""
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_TOKEN = re.compile(r"\S*[\d@#_/\\]\S*|\"[^\"]*\"")
_STOP = re.compile(r"(?<=[a-z\"')])([.!]) (?!And\b|Or\b)([A-Z][\w']*)")
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")


class Kept:
    """Where a text must not be touched."""

    def __init__(self, text: str, pieces: Iterable[str], words: frozenset[str]) -> None:
        self.words = words
        """What things are called, word by word, folded: never mistyped."""
        self._spans = [m.span() for m in _TOKEN.finditer(text)]
        for piece in pieces:
            at = text.find(piece) if piece else -1
            while at >= 0:
                self._spans.append((at, at + len(piece)))
                at = text.find(piece, at + len(piece))

    def has(self, start: int, end: int) -> bool:
        """Whether a part of the text is to stay as it is."""
        return any(a < end and start < b for a, b in self._spans)


def _lower_case(text: str, keep: Kept, _: random.Random) -> str:
    """No capitals, but in what must stay, and in words that are all capitals."""
    return _WORD.sub(
        lambda m: m[0] if keep.has(*m.span()) or (m[0].isupper() and len(m[0]) > 1) else m[0].lower(), text
    )


def _no_stops(text: str, keep: Kept, _: random.Random) -> str:
    """No full stop at the end."""
    bare = text.rstrip()
    return (
        bare[:-1] if bare.endswith(".") and not bare.endswith("..") and not keep.has(len(bare) - 1, len(bare)) else text
    )


def _run_on(text: str, keep: Kept, dice: random.Random) -> str:
    """Sentences that run into one another."""

    def joined(m: re.Match[str]) -> str:
        if keep.has(*m.span(1)) or dice.random() < 0.2:
            return m[0]
        word = m[2] if keep.has(*m.span(2)) or (m[2].startswith("I") and len(m[2].split("'")[0]) < 2) else m[2].lower()
        return dice.choice((", ", ", ", " ")) + word

    return _STOP.sub(joined, text)


def _typos(text: str, keep: Kept, dice: random.Random) -> str:
    """A slip of the finger now and then."""
    left = _MOST

    def slipped(m: re.Match[str]) -> str:
        nonlocal left
        word = m[0]
        can = len(word) >= _LEAST and word.islower() and word not in keep.words and word not in _safe()
        if not left or not can or keep.has(*m.span()) or dice.random() >= _SLIP:
            return word
        left -= 1
        return _slip(word, dice)

    return _WORD.sub(slipped, text)


def _slip(word: str, dice: random.Random) -> str:
    """One word mistyped: two letters swapped, one left out, one doubled, the key beside it; an apostrophe left out."""
    if "'" in word or "’" in word:
        return word.replace("'", "").replace("’", "")
    at = dice.randrange(1, len(word) - 1)
    kind = dice.choice(("swap", "drop", "double", "beside"))
    if kind == "swap" and word[at] != word[at + 1]:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if kind == "double":
        return word[:at] + word[at] + word[at:]
    beside = _beside(word[at])
    if kind == "beside" and beside:
        return word[:at] + dice.choice(beside) + word[at + 1 :]
    return word[:at] + word[at + 1 :]


def _beside(letter: str) -> str:
    """The keys beside a key."""
    row = next((r for r in _ROWS if letter in r), "")
    at = row.find(letter)
    return (row[at - 1 : at] if at > 0 else "") + row[at + 1 : at + 2] if row else ""


@cache
def _safe() -> frozenset[str]:
    """Words that decide what a message means, and so are typed with care."""
    return frozenset(str(word_file("keyboard")["careful"]).split())


HABITS: dict[str, Callable[[str, Kept, random.Random], str]] = {
    "run_on": _run_on,
    "typos": _typos,
    "lower_case": _lower_case,
    "no_full_stop": _no_stops,
}
"""Every habit by its name, in the order in which they are applied."""


def typed(
    text: str, habits: Iterable[str], pieces: Iterable[str], words: frozenset[str], dice: random.Random
) -> tuple[str, tuple[str, ...]]:
    """A text as somebody with these habits types it, and the habits that show in it."""
    has, pieces, shown = set(habits), tuple(pieces), []
    for name, habit in HABITS.items():
        if name in has:
            new = habit(text, Kept(text, pieces, words), dice)
            if new != text:
                text = new
                shown.append(name)
    return text, tuple(shown)
