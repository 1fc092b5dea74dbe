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
from operator import attrgetter
from typing import Literal

from msgspec import Struct

from duologue.select.decontamination.grams import GRAM, GramIndex, Hit, common_length, longest_run
from duologue.select.decontamination.shapes import Passage
from duologue.select.decontamination.words import Told, told

ENOUGH = 8
"""Words of a skeleton that say enough without values and small words."""
MOST_IN_A_ROW = 1_000
"""Words of a passage and a text in which a common run is looked for."""
_WORTH = 0.25
"""Share below which a match over several messages is not looked at further."""
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
    brief: bool
    """The passage's skeleton is short."""
    text: str


class _Form(Struct, frozen=True):
    """A way to take a text down to what is compared; a passage is, from so many such words and of its skeleton."""

    way: Way
    take: Callable[[Told], list[str]]
    least: int
    bones: int


_FORMS = (
    _Form("told again", attrgetter("skeleton"), 5, 5),
    # Two words of a skeleton are not enough beside values: "phone number" and a name are told wherever the same data are.
    _Form("values kept", attrgetter("substance"), 5, 3),
    _Form("words kept", attrgetter("frame"), 7, 2),
)


class TextIndex:
    """The passages of a benchmark, to be found."""

    def __init__(self, passages: Iterable[Passage]) -> None:
        self._passages: list[Passage] = []
        self._also: list[int] = []
        self._forms = tuple((form, GramIndex()) for form in _FORMS)
        self._whole: dict[tuple[str, ...], int] = {}
        self._lengths: dict[tuple[str, ...], list[int]] = {}
        """Of the short passages that begin with these words."""
        self._too_short = 0
        for passage in passages:
            self._add(passage)
        reachable = {number for _, index in self._forms for number in index.forget_boilerplate()}
        self.uncompared = self._too_short + len(self._passages) - len(reachable.union(self._whole.values()))
        """Passages too short to be evidence, or boilerplate throughout."""

    def __len__(self) -> int:
        return len(self._passages)

    def matches(self, text: str, *, in_one_message: bool = True) -> Iterator[Match]:
        """Passages that the text shares words with, however few; the caller decides what is enough. Of a text put together from
        several messages, only long passages and only their skeletons: words in a row mean nothing across a seam."""
        ours = told(text)
        if not in_one_message:
            form, index = self._forms[0]
            matches = (self._match(hit, form, ours, text) for hit in index.find(ours.skeleton) if hit.share >= _WORTH)
            yield from (match for match in matches if not match.brief)
            return
        for form, index in self._forms:
            for hit in index.find(form.take(ours)):
                yield self._match(hit, form, ours, text)
        for number, length in self._found_whole(ours.words):
            passage, also = self._passages[number], self._also[number]
            yield Match(passage, "word for word", 1.0, length, length, length, also, True, text)

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
        theirs = told(text)
        bones = len(theirs.skeleton)
        firsts = []
        for form, index in self._forms:
            taken = form.take(theirs)
            if len(taken) >= form.least and bones >= form.bones and (bones < ENOUGH or form.way == "told again"):
                firsts.append(index.add(number, taken))
        if len(theirs.words) >= SHORTEST_WORDS and bones < ENOUGH:
            whole = tuple(theirs.words)
            firsts.append(self._whole.setdefault(whole, number))
            lengths = self._lengths.setdefault(whole[:SHORTEST_WORDS], [])
            if len(whole) not in lengths:
                lengths.append(len(whole))
        return firsts

    def _match(self, hit: Hit, form: _Form, ours: Told, text: str) -> Match:
        passage = self._passages[hit.number]
        theirs = told(passage.text)
        run = longest_run(theirs.words[:MOST_IN_A_ROW], ours.words[:MOST_IN_A_ROW]) if hit.shared > GRAM else 0
        share = hit.share
        if form.way == "values kept":
            share = min(share, common_length(theirs.skeleton, ours.skeleton) / len(theirs.skeleton))
        also = self._also[hit.number]
        brief = len(theirs.skeleton) < ENOUGH
        return Match(passage, form.way, share, hit.shared, run, len(theirs.words), also, brief, text)

    def _found_whole(self, ours: list[str]) -> Iterator[tuple[int, int]]:
        for i in range(len(ours) - SHORTEST_WORDS + 1):
            for length in self._lengths.get(tuple(ours[i : i + SHORTEST_WORDS]), ()):
                number = self._whole.get(tuple(ours[i : i + length]))
                if number is not None:
                    yield number, length
