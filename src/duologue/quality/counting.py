"""What is counted of turns, conversation by conversation; nothing but counts is kept, and each different masked text once.

*Skeleton*: a whole turn, masked. *distinct-n*: different runs of n masked words per run of n words. That falls as a set grows, so it is
given once over all and once as the mean over pieces of `PIECE` words, which can be compared between sets of any size.
"""

from collections import Counter
from collections.abc import Sequence
from itertools import chain
from statistics import fmean

from duologue.quality.masking import Masked
from duologue.types import Json

__all__ = ["PIECE", "TOP", "Lengths", "Voice", "share"]

PIECE = 10_000
"""Words of a piece."""
TOP = 100
"""Skeletons whose share is given together."""
SIZES = (1, 2, 3)


def share(part: float, whole: float) -> float:
    """A share, to six decimals; 0 of nothing."""
    return round(part / whole, 6) if whole else 0.0


def listed(counts: Counter[str], total: int, shown: int, name: str = "text") -> list[dict[str, Json]]:
    """The commonest, each with its count and its share of `total`; of the equally common, the first by letters."""
    ranked = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:shown]
    return [{name: text, "count": n, "share": share(n, total)} for text, n in ranked]


class Lengths:
    """A distribution of whole numbers."""

    def __init__(self) -> None:
        self._counts: Counter[int] = Counter()

    def add(self, value: int) -> None:
        """Count one."""
        self._counts[value] += 1

    def found(self) -> dict[str, float]:
        """Mean, median, ninetieth percentile and maximum."""
        total = self._counts.total()
        mean = sum(v * n for v, n in self._counts.items()) / total if total else 0.0
        return {
            "mean": round(mean, 2),
            "median": self._at(0.5),
            "p90": self._at(0.9),
            "max": max(self._counts, default=0),
        }

    def _at(self, part: float) -> int:
        """The least value that so large a part does not exceed."""
        reached, wanted = 0, part * self._counts.total()
        for value, n in sorted(self._counts.items()):
            reached += n
            if reached >= wanted:
                return value
        return 0


class Voice:
    """What one side says, over all conversations."""

    def __init__(self) -> None:
        self.turns = 0
        self.words = Lengths()
        self.skeletons: Counter[str] = Counter()
        self.sentences: Counter[str] = Counter()
        self._runs: dict[int, set[int]] = {n: set() for n in SIZES}
        self._totals: Counter[int] = Counter()
        self._piece: list[list[str]] = []
        self._held = 0
        self._pieces: dict[int, list[float]] = {n: [] for n in SIZES}

    def add(self, text: str, turn: Masked) -> None:
        """Count one turn: its words as they stand, its wording masked."""
        self.turns += 1
        self.words.add(len(text.split()))
        self.skeletons[turn.text] += 1
        self.sentences.update(turn.sentences)
        words = turn.text.split()
        for n in SIZES:
            runs = _runs(words, n)
            self._runs[n].update(runs)
            self._totals[n] += len(runs)
        self._piece.append(words)
        self._held += len(words)
        if self._held >= PIECE:
            self._end_piece()

    def _end_piece(self) -> None:
        for n in SIZES:
            runs = list(chain.from_iterable(_runs(words, n) for words in self._piece))
            if runs:
                self._pieces[n].append(len(set(runs)) / len(runs))
        self._piece, self._held = [], 0

    def found(self, shown: int) -> dict[str, Json]:
        """The figures, with that many of the commonest skeletons and sentences."""
        total, different = self.sentences.total(), len(self.sentences)
        ranked = [n for _, n in self.skeletons.most_common(TOP)]
        return {
            "turns": self.turns,
            "words": self.words.found(),
            "distinct": {str(n): share(len(self._runs[n]), self._totals[n]) for n in SIZES},
            "distinct_by_piece": {str(n): round(fmean(p), 6) if (p := self._pieces[n]) else None for n in SIZES},
            "sentences": {
                "total": total,
                "different": different,
                "once": share(sum(n == 1 for n in self.sentences.values()), different),
                "commonest": listed(self.sentences, total, shown),
            },
            "skeletons": {
                "different": len(self.skeletons),
                "commonest_share": share(ranked[0], self.turns) if ranked else 0.0,
                "top_100_share": share(sum(ranked), self.turns),
                "commonest": listed(self.skeletons, self.turns, shown),
            },
        }


def _runs(words: Sequence[str], size: int) -> list[int]:
    """Runs of words, each as its hash."""
    return [hash(tuple(words[i : i + size])) for i in range(len(words) - size + 1)]
