"""Sequences of words found again in others: an index of n-grams, and how much of a sequence comes back in order.

An n-gram (three words) that stands in many different sequences is boilerplate ("customer service agent") and finds nothing;
sequences that are the same are one. Words are kept as numbers and an n-gram as one number made of three, so nothing rests on
a hash alone. Memory is some 150 bytes for each n-gram.
"""

from array import array
from collections.abc import Hashable, Iterator, Sequence
from difflib import SequenceMatcher

from msgspec import Struct

GRAM = 3
COMMON = 12
"""Different sequences in which an n-gram stands, from which it is boilerplate."""
PART = 8
"""Words from which a sequence may be found as a part of a longer one, by its share of n-grams."""
MOST_WORDS = 600
"""Words of a sequence that are compared; what follows is left out."""
_BITS = 21


class Hit(Struct, frozen=True):
    """A sequence of the index found in another. `shared` counts its words that come back in order; `share` is the mean of
    the part of its words that do and the part of its n-grams (words strewn over a long text are no copy), or the part of the other's
    n-grams, where that is a piece of it."""

    number: int
    share: float
    shared: int


class GramIndex:
    """Sequences of words under numbers, to be found."""

    def __init__(self) -> None:
        self._words: dict[str, int] = {}
        """Numbered from 1; a number takes at most `_BITS` bits."""
        self._held: dict[int, array[int]] = {}
        self._same: dict[bytes, int] = {}
        self._grams: dict[int, int | list[int]] = {}
        """To the one sequence it stands in, or to several."""

    def __len__(self) -> int:
        return len(self._held)

    def add(self, number: int, sequence: Sequence[str]) -> int:
        """Hold a sequence under a number; the number it is held under, which is an older one for one that is there already."""
        numbers = array("I", [self._words.setdefault(word, len(self._words) + 1) for word in sequence[:MOST_WORDS]])
        first = self._same.setdefault(numbers.tobytes(), number)
        if first != number:
            return first
        self._held[number] = numbers
        for gram in dict.fromkeys(_grams(numbers)):
            held = self._grams.setdefault(gram, number)
            if isinstance(held, list):
                held.append(number)
            elif held != number:
                self._grams[gram] = [held, number]
        return number

    def forget_boilerplate(self) -> list[int]:
        """Once all are added: let the common n-grams go. The sequences that can still be found."""
        for gram in [gram for gram, held in self._grams.items() if isinstance(held, list) and len(held) >= COMMON]:
            del self._grams[gram]
        return [n for n, numbers in self._held.items() if any(gram in self._grams for gram in _grams(numbers))]

    def find(self, sequence: Sequence[str]) -> Iterator[Hit]:
        """The sequences held that share an n-gram with this one (words between them that no sequence has left aside)."""
        known = [number for word in sequence[:MOST_WORDS] if (number := self._words.get(word))]
        places: dict[int, list[int]] = {}
        for position, gram in enumerate(_grams(known)):
            held = self._grams.get(gram)
            if held is not None:
                for number in held if isinstance(held, list) else (held,):
                    places.setdefault(number, []).append(position)
        for number, positions in places.items():
            yield self._hit(number, positions, known, len(sequence))

    def _hit(self, number: int, positions: Sequence[int], known: Sequence[int], length: int) -> Hit:
        theirs = self._held[number]
        shared = common_length(theirs, _window(known, positions, len(theirs) + len(theirs) // 2 + GRAM))
        together = len({tuple(known[p : p + GRAM]) for p in positions}) / (len(theirs) - GRAM + 1)
        share = (shared / len(theirs) + min(1.0, together)) / 2
        if PART <= length < len(theirs):
            share = max(share, len(positions) / (length - GRAM + 1))
        return Hit(number, share, shared)


def common_length(one: Sequence[Hashable], other: Sequence[Hashable]) -> int:
    """Length of the longest common subsequence, a row of the table at a time as the bits of one number (Hyyrö 2004)."""
    places: dict[Hashable, int] = {}
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
