"""Finding benchmark passages in a conversation's texts: an index over the benchmark, asked text by text.

Four measures. All are shares of the passage, or of the text where that is the shorter: a message may be one sentence of a
long entry.

- *Told again*: the words of the passage's skeleton that come back in order. Names, numbers and small words count for nothing, so
  exchanging them changes nothing.
- For passages whose skeleton is short ("weather city"), which says too little alone, two more. *Values kept*: skeleton and values, so
  that only small words may be others; of the skeleton alone it must be enough as well, since the same values are told wherever
  the same data are. *Words kept*: skeleton and small words, so that only values may be others. A short question with both exchanged
  is no longer that question and is not looked for.
- *Word for word*: the longest run of words that stands in both, values and small words included. A passage that has too
  few words for the others is found only this way.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Literal

from msgspec import Struct

from duologue.select.decontamination.grams import GRAM, GramIndex, Hit, common_length, longest_run
from duologue.select.decontamination.shapes import Passage
from duologue.select.decontamination.words import frame, skeleton, substance, words

ENOUGH = 8
"""Words of a skeleton that say enough without values and small words."""
SHORTEST_WORDS = 5
"""Words of all kinds from which a passage is compared at all."""


Way = Literal["told again", "values kept", "words kept", "word for word"]


class Match(Struct, frozen=True):
    """A passage found in a text. `shared` counts the words in order, `run` those in a row; `words` are all of the passage's.
    `also` is how many further passages have the same words, as far as they were compared."""

    passage: Passage
    way: Way
    share: float
    shared: int
    run: int
    words: int
    also: int
    text: str


class _Form(Struct, frozen=True):
    """A way to take a text down to what is compared; a passage is, from so many such words and of its skeleton."""

    way: Way
    take: Callable[[str], list[str]]
    least: int
    bones: int


_FORMS = (
    _Form("told again", skeleton, 5, 5),
    _Form(
        "values kept", substance, 5, 3
    ),  # fewer: "You are John Smith, phone number 555", told wherever the same data are
    _Form("words kept", frame, 7, 2),
)


class TextIndex:
    """The passages of a benchmark, to be found."""

    def __init__(self, passages: Iterable[Passage]) -> None:
        self._passages: list[Passage] = []
        self._also: list[int] = []
        self._forms = tuple((form, GramIndex()) for form in _FORMS)
        self._whole: dict[tuple[str, ...], list[tuple[int, tuple[str, ...]]]] = {}
        """Short passages by their first words."""
        self._too_short = 0
        for passage in passages:
            self._add(passage)
        lost = {number for _, index in self._forms for number in index.forget_boilerplate()}
        self.uncompared = self._too_short + len(lost)
        """Passages too short to be evidence, or boilerplate throughout."""

    def __len__(self) -> int:
        return len(self._passages)

    def matches(self, text: str) -> Iterator[Match]:
        """Passages that the text shares words with, however few; the caller decides what is enough."""
        told = words(text)
        for form, index in self._forms:
            for hit in index.find(form.take(text)):
                yield self._match(hit, form, told, text)
        for number, length in self._found_whole(told):
            passage, also = self._passages[number], self._also[number]
            yield Match(passage, "word for word", 1.0, length, length, length, also, text)

    def _add(self, passage: Passage) -> None:
        number = len(self._passages)
        firsts = self._hold(passage.text, number)
        if number in firsts:
            self._passages.append(passage)
            self._also.append(0)
        else:
            self._too_short += not firsts
        for first in {*firsts} - {number}:
            self._also[first] += 1

    def _hold(self, text: str, number: int) -> list[int]:
        """Put the passage where it can be found; the numbers it is held under, older ones where it is there already."""
        bones = skeleton(text)
        firsts = []
        for form, index in self._forms:
            taken = form.take(text)
            if len(taken) >= form.least and (len(bones) < ENOUGH or form.take is skeleton) and len(bones) >= form.bones:
                firsts.append(index.add(number, taken))
        told = tuple(words(text))
        if len(told) >= SHORTEST_WORDS and len(bones) < ENOUGH:
            like = self._whole.setdefault(told[:SHORTEST_WORDS], [])
            first = next((n for n, held in like if held == told), number)
            if first == number:
                like.append((number, told))
            firsts.append(first)
        return firsts

    def _match(self, hit: Hit, form: _Form, told: list[str], text: str) -> Match:
        passage = self._passages[hit.number]
        theirs = words(passage.text)
        run = longest_run(theirs, told) if hit.shared > GRAM else 0
        share = hit.share
        if form.take is substance:
            bones = skeleton(passage.text)
            share = min(share, common_length(bones, skeleton(text)) / len(bones))
        return Match(passage, form.way, share, hit.shared, run, len(theirs), self._also[hit.number], text)

    def _found_whole(self, told: list[str]) -> Iterator[tuple[int, int]]:
        for i in range(len(told) - SHORTEST_WORDS + 1):
            for number, whole in self._whole.get(tuple(told[i : i + SHORTEST_WORDS]), ()):
                if tuple(told[i : i + len(whole)]) == whole:
                    yield number, len(whole)
