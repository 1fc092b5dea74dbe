"""The groups that conversations are counted in: each belongs to exactly one of every dimension.

* mode, domain, difficulty: as recorded.
* length: by turns; each band is twice as wide as the one before.
* family: a conversation calls tools of several families, so it counts for the rarest of them: the one that the fewest conversations
  of all those given call (of equally rare ones the first by name).
"""

from collections import Counter
from collections.abc import Iterable
from typing import Final

from duologue.select.samples import Candidate

DIMENSIONS: Final = ("mode", "domain", "difficulty", "family", "length")
"""In the order reports show them."""
BALANCED: Final = DIMENSIONS[1:]
"""What `--balance` takes; the blend of modes is `--mix`."""
_BANDS: Final = ((10, "1-10"), (20, "11-20"), (40, "21-40"), (80, "41-80"), (160, "81-160"))
_LONGEST: Final = "161+"


def length_band(turns: int) -> str:
    """The band of so many turns."""
    return next((name for most, name in _BANDS if turns <= most), _LONGEST)


def family_counts(all_families: Iterable[tuple[str, ...]]) -> Counter[str]:
    """How many conversations call each family."""
    return Counter(family for families in all_families for family in families)


def rarest(families: tuple[str, ...], counts: Counter[str]) -> str:
    """The family that a conversation counts for; `none` where it calls nothing."""
    return min(families, key=lambda family: (counts[family], family), default="none")


def groups_of(candidate: Candidate, counts: Counter[str]) -> dict[str, str]:
    """Its group in each dimension."""
    return {
        "mode": candidate.mode,
        "domain": candidate.domain,
        "difficulty": candidate.difficulty,
        "family": rarest(candidate.families, counts),
        "length": length_band(candidate.turns),
    }
