"""Conversations that are there twice, or nearly, and sentences that a whole file is made of.

Exact: a digest of who said and called what. Alike: a digest of what users and tools said, for conversations in which only the
assistant's words differ. Near: of the triples of words of a conversation (what user and assistant say, and what is
called; not the system message, which sets share) the 48 with the smallest hashes are kept. Two conversations that share nine tenths of their
triples share one of the eight smallest almost surely, so those eight are the index, and the sketches are then compared. A conversation
costs some hundred bytes; the file itself is never held.
"""

import re
import zlib
from array import array
from collections.abc import Iterator

from duologue.audit.offers import Offers
from duologue.audit.values import Objection
from duologue.ids import digest
from duologue.talks.values import Place, Talk

__all__ = ["Duplicates", "Templates"]

NEAR = 0.9
"""Of the triples of both, how many must be shared."""
_KEPT, _INDEXED, _ROWS = 48, 8, 6
_LEAST = 40
"""Triples that a conversation must have: shorter ones are alike by chance."""
_ENOUGH = 80
"""Characters that requests and results must have together: a coin that is flipped twice may well fall alike."""
_WORD = re.compile(r"\w+")
_DIGITS = re.compile(r"\d+")


class Duplicates:
    """What was seen so far."""

    def __init__(self) -> None:
        self._exact: dict[str, int] = {}
        self._outside: dict[str, int] = {}
        """What users and tools said."""
        self._offers = Offers()
        self._places: list[Place] = []
        self._sketches: list[array[int]] = []
        self._index: dict[int, array[int]] = {}

    def add(self, talk: Talk) -> Objection | None:
        """Take a conversation in; what it is a copy of, if of any."""
        own = len(self._places)
        self._places.append(talk.place)
        name = digest([[t.role, t.text, [[c.name, c.text] for c in t.calls]] for t in talk.turns])
        earlier = self._exact.setdefault(name, own)
        sketch = _sketch(talk) if earlier == own else array("I")
        self._sketches.append(sketch)
        self._offers.add(talk.tools)
        outside = _outside(talk)
        alike = self._outside.setdefault(outside, own) if outside else own
        if earlier != own:
            return self._copy(talk, earlier)
        found = self._nearest(sketch) if len(sketch) == _KEPT else None
        for value in sketch[:_INDEXED]:
            rows = self._index.setdefault(value, array("I"))
            if len(rows) < _ROWS:
                rows.append(own)
        if found is None:
            what = "the same requests and results are there before; only the assistant's words or calls differ"
            return Objection("doubt", -1, what, self._where(alike, talk.place)) if alike != own else None
        other, share = found
        return Objection("doubt", -1, f"nearly the same conversation is there before (about {share:.0%} shared)", self._where(other, talk.place))  # fmt: skip

    def _copy(self, talk: Talk, earlier: int) -> Objection:
        """Said of a conversation that is there before, with the same tools or with others."""
        where = self._where(earlier, talk.place)
        other, described = self._offers.compare(earlier, talk.tools)
        if other:
            return Objection("doubt", -1, f"the same conversation is there before, offered other tools: {other}", where)
        what = "the same conversation is there before" + (f", only that {described}" if described else "")
        return Objection("doubt" if talk.prompt else "fault", -1, what, where)

    def _nearest(self, sketch: "array[int]") -> tuple[int, float] | None:
        rows = dict.fromkeys(r for value in sketch[:_INDEXED] for r in self._index.get(value, ()))
        best = max(((_alike(sketch, self._sketches[r]), -r) for r in rows), default=(0.0, 0))
        return (-best[1], best[0]) if best[0] >= NEAR else None

    def _where(self, row: int, here: Place) -> str:
        there = self._places[row]
        index = f", conversation {there.index}" if there.index >= 0 else ""
        return (f"{there.file}, " if there.file != here.file else "") + f"line {there.line}{index}"


def _sketch(talk: Talk) -> "array[int]":
    words = [w for text in _texts(talk) for w in _WORD.findall(text.casefold())]
    hashes = {zlib.crc32(" ".join(words[i : i + 3]).encode(errors="replace")) for i in range(len(words) - 2)}
    return array("I", sorted(hashes)[:_KEPT] if len(hashes) >= max(_LEAST, _KEPT) else [])


def _outside(talk: Talk) -> str:
    """A name for all that users and tools say; empty where that is too little to mean anything."""
    said = [[t.role, " ".join(t.text.split())] for t in talk.turns if t.role in ("user", "tool")]
    results = sum(role == "tool" for role, _ in said)
    if not results or sum(len(text) for _, text in said) < _ENOUGH:
        return ""
    return digest(said)


def _texts(talk: Talk) -> Iterator[str]:
    for turn in talk.turns:
        if turn.role in ("user", "assistant"):
            yield turn.text
            for call in turn.calls:
                yield f"{call.name} {call.text}"


def _alike(one: "array[int]", other: "array[int]") -> float:
    """The share of triples that two have in common, estimated from the smallest of both together."""
    mine, theirs = set(one), set(other)
    smallest = sorted(mine | theirs)[:_KEPT]
    return sum(v in mine and v in theirs for v in smallest) / len(smallest) if smallest else 0.0


class Templates:
    """Assistant's texts that recur, their figures aside, from conversation to conversation."""

    MOST = 100_000
    """Different texts that are counted; beyond, those seen once are forgotten."""
    LEAST, SHARE = 10, 0.2
    """A text is a template from so many conversations on, if it stands in so large a part of them."""

    def __init__(self) -> None:
        self._counts: dict[int, list[int]] = {}
        self._first: dict[int, tuple[Place, int, str]] = {}
        self._talks = 0

    def add(self, talk: Talk) -> None:
        """Count a conversation's texts, each once."""
        self._talks += 1
        seen: set[int] = set()
        for turn in talk.turns:
            words = _DIGITS.sub("0", " ".join(turn.text.casefold().split()))
            if turn.role != "assistant" or words.count(" ") < 7:
                continue
            name = zlib.crc32(words.encode(errors="replace")) << 32 | zlib.adler32(words.encode(errors="replace"))
            if name in seen:
                continue
            seen.add(name)
            count = self._counts.setdefault(name, [0])
            count[0] += 1
            if count[0] == 1:
                self._first[name] = (talk.place, turn.place, turn.text[:80])
        if len(self._counts) > self.MOST:
            rare = [n for n, c in self._counts.items() if c[0] < 2]
            for name in rare:
                del self._counts[name], self._first[name]

    def found(self) -> Iterator[tuple[Place, Objection]]:
        """The templates, each at its first place; the turn is counted as the file does."""
        for name, (count,) in self._counts.items():
            if count >= self.LEAST and count >= self.SHARE * self._talks:
                place, turn, said = self._first[name]
                yield place, Objection("note", turn, f"the same answer, figures aside, stands in {count} of {self._talks} conversations", said)  # fmt: skip
