"""The names and labels that a conversation can be expected to use, and finding them in what is said.

A name is any text that stands in a tool's result, in an argument, or among the facts of the task. A label is what a table, a column, a
tool or a field is called. Both are looked for as runs of words, the longest first: letters' case, plural endings, underscores and
punctuation between the words make no difference, and so "UK", "out_for_delivery" and "O'Brien's" are found in "uk", "out for delivery"
and "O’Brien". Of a name of a few words every single one counts too, which is how people shorten them; of a long text any three words
running. Words that make up sentences (`common`) count as part of a name only.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

from duologue.quality.common import COMMON
from duologue.quality.kinds import LABEL, NAME

__all__ = ["Known", "Labels", "words_of"]

WORD = re.compile(r"[^\W_]+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[A-Za-z])(?=\d)")
_GAP = 3
"""Characters between two words of a name, at most: "Smith, John", "A. - B."."""
_SHORT = 5
"""Words of a name of which each may stand for the whole."""
_LONG = 8
"""Words from which on a text is found by any three of them running."""
_MOST = 400
"""Words of a text that are looked at."""

Run = tuple[str, ...]


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """A word without its case and its plural ending, so that one and many are alike."""
    word = word.casefold()
    if len(word) < 4 or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y" if len(word) > 4 else word[:-1]
    return word[:-2] if word.endswith(("sses", "xes", "zes", "ches", "shes")) else word[:-1]


@lru_cache(maxsize=65_536)
def words_of(text: str) -> Run:
    """The stems of a text's words."""
    return tuple(stem(w) for w in WORD.findall(text)[:_MOST])


class Labels:
    """What tables, columns, tools and fields are called."""

    def __init__(self, labels: Iterable[str]) -> None:
        self.texts = frozenset(labels)
        self.index: dict[str, list[Run]] = {}
        runs: set[Run] = set()
        for label in sorted(self.texts):
            words = words_of(_CAMEL.sub(" ", label))
            for run in (words, words[-1:]):  # "unit price" is spoken of as the price too
                if run and not (len(run) == 1 and (run[0] in _COMMON_STEMS or len(run[0]) < 2 or run[0].isdigit())):
                    runs.add(run)
        for run in sorted(runs, key=lambda r: (-len(r), r)):
            self.index.setdefault(run[0], []).append(run)

    def longest(self, words: list[str], at: int) -> int:
        """How many words of a label stand there."""
        return _longest(self.index, words, at)


_COMMON_STEMS = frozenset(stem(w) for w in COMMON)


class Known:
    """The names of one conversation and the labels of its world."""

    def __init__(self, names: Iterable[str], labels: Labels) -> None:
        self._labels = labels
        self._triples: set[Run] = set()
        runs: set[Run] = set()
        for name in names:
            runs |= self._runs(name)
        self._names: dict[str, list[Run]] = {}
        for run in sorted(runs, key=lambda r: (-len(r), r)):
            self._names.setdefault(run[0], []).append(run)

    def _runs(self, name: str) -> set[Run]:
        words = words_of(name)
        if not words or all(w.isdigit() for w in words):
            return set()
        if len(words) >= _LONG:
            triples = {words[i : i + 3] for i in range(len(words) - 2)}
            self._triples |= {t for t in triples if not _COMMON_STEMS.issuperset(t)}
            return {words} if len(words) <= 2 * _LONG else set()
        parts = [(w,) for w in words if len(w) > 2 and w.isalpha()] if len(words) <= _SHORT else []
        runs = {words, *parts}
        camel = words_of(_CAMEL.sub(" ", name)) if len(words) == 1 else words
        runs.add(camel)
        return {r for r in runs if len(r) > 1 or (r[0] not in _COMMON_STEMS and len(r[0]) > 1 and not r[0].isdigit())}

    def mask(self, text: str) -> str:
        """The text with names and labels masked."""
        found = list(WORD.finditer(text))
        words = [stem(w[0]) for w in found]
        out: list[str] = []
        at = done = 0
        while at < len(words):
            length, kind = self._at(words, at)
            length = _joined(text, found, at, length)
            if length:
                out += [text[done : found[at].start()], kind]
                done = found[at + length - 1].end()
            at += length or 1
        return "".join([*out, text[done:]])

    def _at(self, words: list[str], at: int) -> tuple[int, str]:
        """How many words from there on are masked, and as what."""
        label = self._labels.longest(words, at)
        name = max(_longest(self._names, words, at), self._quoted(words, at))
        return (label, LABEL) if label >= name else (name, NAME)

    def _quoted(self, words: list[str], at: int) -> int:
        """How many words from there on stand in a long text."""
        end = at
        while tuple(words[end : end + 3]) in self._triples:
            end += 1
        return end - at + 2 if end > at else 0


def _longest(index: dict[str, list[Run]], words: list[str], at: int) -> int:
    for run in index.get(words[at], ()):
        if len(run) == 1 or tuple(words[at : at + len(run)]) == run:
            return len(run)
    return 0


def _joined(text: str, found: list[re.Match[str]], at: int, length: int) -> int:
    """How many of the words stand close together."""
    for n in range(1, length):
        gap = text[found[at + n - 1].end() : found[at + n].start()]
        if len(gap) > _GAP or "\n" in gap:
            return n
    return length
