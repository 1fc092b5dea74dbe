"""Near duplicates: conversations that say almost the same, found by MinHash and confirmed by counting.

What is compared is the set of runs of three words that user and assistant say, values included: two conversations of one template
about other orders are the same in form and different in substance, and both are worth keeping, while a copy with a few words changed
shares nearly all its runs. The likeness of two is the share of runs they have in common among all that either has (Jaccard).

Locality-sensitive hashing (datasketch, the extra `select`) names the few that may be alike; their sets are then counted exactly, so
nothing is left out on an estimate. A set is kept as sorted 32-bit hashes: some 2 KB a conversation.
"""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from duologue.errors import UserError
from duologue.ids import digest

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Shingles = NDArray[np.uint32]

WORDS: Final = 3
"""Words of a shingle."""
PERMUTATIONS: Final = 128
_WORD: Final = re.compile(r"[\u3040-\u9fff\uf900-\ufaff]|[^\W\u3040-\u9fff\uf900-\ufaff]+")
"""A word; where none are set apart by spaces, a character."""
_MARGIN: Final = 0.12
"""How far an estimate from 128 permutations is below the truth at most (three standard deviations at 0.8)."""
_EARLIER: Final = 0.1
"""By how much the hashing's own threshold is lower, so that of pairs just near enough fewer than one in a hundred are missed."""
_MISSED: Final = (0.1, 0.9)
"""Weights of the hashing: a like pair that is missed counts nine times one that is looked at in vain."""
_FACTORS: Final = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9)


def needed() -> None:
    """Raise `UserError` where the extra that finds near duplicates is not installed."""
    try:
        import datasketch  # type: ignore[import-untyped]  # noqa: F401
    except ImportError as error:
        raise UserError(
            "Near duplicates are found with datasketch, which is not installed.",
            "Install it: pip install 'duologue[select]'. Or look for exact duplicates only: --near 0.",
        ) from error


class Shingler:
    """Turns what is said into a set of hashes; words met before are not hashed again."""

    def __init__(self) -> None:
        self.words: dict[str, int] = {}

    def shingles(self, said: Iterable[str]) -> "Shingles":
        """The hashes of all runs of words, sorted, each once; empty where nothing is said."""
        import numpy as np

        values = [self._word(word) for text in said for word in _WORD.findall(text.casefold())]
        words = np.array(values, dtype=np.uint64)
        size = min(WORDS, len(words))
        runs = np.zeros(max(0, len(words) - size + 1) if size else 0, dtype=np.uint64)
        for place in range(size):
            runs += words[place : place + len(runs)] * np.uint64(_FACTORS[place])
        runs ^= runs >> np.uint64(29)
        runs *= np.uint64(_FACTORS[0])
        return np.unique((runs >> np.uint64(32)).astype(np.uint32))

    def _word(self, word: str) -> int:
        if word not in self.words:
            self.words[word] = int(digest(word.encode("utf-8", "surrogatepass")), 16)
        return self.words[word]


class NearIndex:
    """Conversations that are kept, and which of them one more is nearly the same as."""

    def __init__(self, near: float) -> None:
        from datasketch import MinHash, MinHashLSH

        self.near = near
        self._lsh: Any = MinHashLSH(threshold=near - _EARLIER, num_perm=PERMUTATIONS, weights=_MISSED)
        self._empty: Any = MinHash(num_perm=PERMUTATIONS, hashfunc=int)
        self._sets: list[Shingles] = []
        self._signatures: Any = self._empty.hashvalues[None, :].copy()
        """One in a row; grows by doubling."""
        self._waiting: tuple[Any, Shingles] | None = None

    def like(self, shingles: "Shingles") -> tuple[int, float] | None:
        """The number (from 0, in the order of `add`) of the kept one that is most alike, and how much, if that is near enough."""
        signature = self._signature(shingles)
        self._waiting = (signature, shingles)
        best: tuple[int, float] | None = None
        for number in self._promising(signature):
            share = jaccard(shingles, self._sets[number])
            if share >= self.near and (best is None or share > best[1]):
                best = (number, share)
        return best

    def add(self, shingles: "Shingles") -> None:
        """Keep one more."""
        import numpy as np

        known = self._waiting is not None and self._waiting[1] is shingles
        signature = self._waiting[0] if known and self._waiting else self._signature(shingles)
        if len(shingles):
            self._lsh.insert(len(self._sets), signature)
        if len(self._sets) == len(self._signatures):
            self._signatures = np.concatenate([self._signatures, self._signatures])
        self._signatures[len(self._sets)] = signature.hashvalues
        self._sets.append(shingles)

    def _signature(self, shingles: "Shingles") -> Any:
        signature = self._empty.copy()
        signature.update_batch(shingles.tolist())
        return signature

    def _promising(self, signature: Any) -> list[int]:
        """Numbers of those whose estimate comes near, in order."""
        numbers = sorted(self._lsh.query(signature))
        if not numbers:
            return []
        same = self._signatures[numbers] == signature.hashvalues
        return [n for n, share in zip(numbers, same.mean(axis=1), strict=True) if share >= self.near - _MARGIN]


def jaccard(one: "Shingles", two: "Shingles") -> float:
    """The share of what either set holds that both hold."""
    import numpy as np

    shared = len(np.intersect1d(one, two, assume_unique=True))
    either = len(one) + len(two) - shared
    return shared / either if either else 0.0
