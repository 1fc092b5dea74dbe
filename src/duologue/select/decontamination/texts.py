"""Finding benchmark passages in a conversation's texts: an index over the benchmark, asked text by text.

Two measures, over one index.

*Re-told*: how many words of a passage's skeleton come back in the text, in order (longest common subsequence), as a share
of the skeleton. Names, numbers and small words count for nothing, so exchanging them changes nothing. Where the text is the
shorter one, also the share of its skeleton's n-grams that stand in the passage: a message may be one sentence of a long entry.

*Verbatim*: the longest run of words, values included, that stands in both.

The index holds the skeletons' n-grams (three words). One that stands in many different skeletons is the benchmark's own
boilerplate ("you are a customer service agent that") and finds nothing; passages with one skeleton are one. A passage whose skeleton
is too short for n-grams is found only when a message, or up to three sentences of one, is that passage word for word.

Words are kept as numbers and n-grams as one number made of three, so that nothing is compared by hash alone.
"""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher

from msgspec import Struct

from duologue.select.decontamination.shapes import Passage
from duologue.select.decontamination.words import sentences, skeleton, words

GRAM = 3
SHORTEST = 5
"""Skeleton words from which a passage is compared by n-grams; a shorter one must be there word for word."""
SHORTEST_WORDS = 5
"""Words from which a short passage is compared at all."""
COMMON = 12
"""Different skeletons in which an n-gram stands, from which it is boilerplate."""
MOST_WORDS = 600
"""Skeleton words of a passage or text that are compared; what follows is left out."""
_BITS = 21
_MOST_KINDS = (1 << _BITS) - 1
_SENTENCES_TOGETHER = 3


class Match(Struct, frozen=True):
    """A passage found in a text. `share` is of the passage (or of the text, where that is the shorter), `shared` counts
    its skeleton words, `run` the words of the longest common run. `short`: too short for n-grams, and there word for word."""

    passage: Passage
    share: float
    shared: int
    run: int
    short: bool
    text: str


class TextIndex:
    """The passages of a benchmark, to be found."""

    def __init__(self, passages: Iterable[Passage]) -> None:
        self._numbers: dict[str, int] = {}
        """Words of skeletons, numbered from 1."""
        self._passages: list[Passage] = []
        self._skeletons: list[array[int]] = []
        self._same: dict[bytes, list[str]] = {}
        """Entries by the skeleton they share."""
        self._grams: dict[int, int | list[int]] = {}
        """To the one passage it stands in, or to several."""
        self._short: dict[tuple[str, ...], Passage] = {}
        self.uncompared = 0
        """Passages too short to be evidence, or boilerplate throughout."""
        for passage in passages:
            self._add(passage)
        self._forget_boilerplate()

    def __len__(self) -> int:
        return len(self._passages) + len(self._short)

    def matches(self, text: str) -> tuple[Match, ...]:
        """Passages that the text shares words with, however few; the caller decides what is enough."""
        return (*self._whole(text), *self._retold(text))

    # ── building ──

    def _add(self, passage: Passage) -> None:
        bones = array(
            "I", [self._numbers.setdefault(w, len(self._numbers) + 1) for w in skeleton(passage.text)[:MOST_WORDS]]
        )
        if len(bones) < SHORTEST:
            folded = tuple(words(passage.text))
            if len(folded) < SHORTEST_WORDS:
                self.uncompared += 1
            else:
                self._short.setdefault(folded, passage)
            return
        same = self._same.setdefault(bones.tobytes(), [])
        same.append(passage.entry)
        if len(same) > 1:
            return
        number = len(self._passages)
        self._passages.append(passage)
        self._skeletons.append(bones)
        for gram in dict.fromkeys(_grams(bones)):
            held = self._grams.setdefault(gram, number)
            if isinstance(held, list):
                held.append(number)
            elif held != number:
                self._grams[gram] = [held, number]

    def _forget_boilerplate(self) -> None:
        common = [gram for gram, held in self._grams.items() if isinstance(held, list) and len(held) >= COMMON]
        for gram in common:
            del self._grams[gram]
        self.uncompared += sum(not any(gram in self._grams for gram in _grams(bones)) for bones in self._skeletons)

    # ── asking ──

    def _whole(self, text: str) -> Iterator[Match]:
        if not self._short:
            return
        parts = [words(part) for part in sentences(text)]
        found: dict[tuple[str, ...], None] = {}
        for i in range(len(parts)):
            joined: tuple[str, ...] = ()
            for part in parts[i : i + _SENTENCES_TOGETHER]:
                joined += tuple(part)
                if joined in self._short:
                    found[joined] = None
        for folded in found:
            yield Match(self._short[folded], 1.0, len(skeleton(text)), len(folded), True, text)

    def _retold(self, text: str) -> Iterator[Match]:
        bones = [self._numbers.get(word, 0) for word in skeleton(text)[:MOST_WORDS]]
        known = [number for number in bones if number]
        hits: dict[int, list[int]] = {}
        for position, gram in enumerate(_grams(known)):
            held = self._grams.get(gram)
            if held is not None:
                for number in held if isinstance(held, list) else (held,):
                    hits.setdefault(number, []).append(position)
        for number, positions in hits.items():
            yield self._compared(number, positions, known, len(bones), text)

    def _compared(self, number: int, positions: Sequence[int], known: Sequence[int], length: int, text: str) -> Match:
        passage, bones = self._passages[number], self._skeletons[number]
        shared = common_length(bones, _window(known, positions, 2 * len(bones) + 2 * GRAM))
        share = shared / len(bones)
        if SHORTEST < length < len(bones):  # a part of a long entry, told as a message
            share = max(share, len(positions) / (length - GRAM + 1))
        theirs, ours = words(passage.text), words(text)
        run = longest_run(theirs, ours) if len(positions) > 1 or share > 0.5 else 0
        return Match(passage, share, shared, run, False, text)

    def entries_like(self, passage: Passage) -> int:
        """How many further passages have the same skeleton."""
        bones = array("I", [self._numbers[w] for w in skeleton(passage.text)[:MOST_WORDS]])
        return len(self._same.get(bones.tobytes(), [""])) - 1


def common_length(one: Sequence[int], other: Sequence[int]) -> int:
    """Length of the longest common subsequence, a row of the table at a time as the bits of one number (Hyyrö 2004)."""
    places: dict[int, int] = {}
    for i, word in enumerate(one):
        places[word] = places.get(word, 0) | 1 << i
    full = row = (1 << len(one)) - 1
    for word in other:
        hit = row & places.get(word, 0)
        row = (row + hit | row - hit) & full
    return len(one) - row.bit_count()


def longest_run(one: Sequence[str], other: Sequence[str]) -> int:
    """How many words in a row stand in both."""
    return SequenceMatcher(None, one, other, autojunk=False).find_longest_match().size


def _grams(bones: Sequence[int]) -> Iterator[int]:
    for i in range(len(bones) - GRAM + 1):
        yield bones[i] << 2 * _BITS | bones[i + 1] << _BITS | bones[i + 2]


def _window(known: Sequence[int], positions: Sequence[int], width: int) -> Sequence[int]:
    """The part of a text of that width that holds the most hits, with what stands before it: a passage is told in one place."""
    if len(known) <= width:
        return known
    best, start, first = 0, 0, 0
    for last, position in enumerate(positions):
        while position - positions[first] > width:
            first += 1
        if last - first + 1 > best:
            best, start = last - first + 1, positions[first]
    start = max(0, start - width // 4)
    return known[start : start + width]
