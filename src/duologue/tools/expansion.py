"""What a set lacks: tables no tool touches, joins no tool makes, families and effects it does without.

The scripted counterpart of the paper's expansion step: read the whole set, name the gaps, add up to ten tools that fill
them. A candidate is worth the gaps it closes; one that closes none is only added while the set is short of its size.
"""

from random import Random

from msgspec import Struct

from duologue.tools.families.common import Candidate
from duologue.tools.select import Choice, wanted

MOST = 10
SPANNING = 0.5
"""Share of tools that should join tables or take several statements."""


def expand(choice: Choice, size: int, rng: Random) -> None:
    """Fill gaps until the set has `size` tools, at most ten of them added here."""
    for _ in range(MOST * 3):
        if len(choice.picks) >= size or not choice.pool:
            return
        has = _have(choice)
        scored = [(gaps(has, c) * (0.5 + rng.random()) * wanted(choice.picks, c), i) for i, c in enumerate(choice.pool)]
        choice.take(choice.pool[max(scored)[1]])


class Have(Struct, frozen=True):
    """What a set has already."""

    tables: frozenset[str]
    joins: frozenset[tuple[str, str]]
    families: frozenset[str]
    may_write: bool
    spans: bool
    """Enough of its tools join tables or take several statements."""


def _have(choice: Choice) -> Have:
    picks = choice.picks
    return Have(
        frozenset(t for p in picks for t in p.candidate.touch),
        frozenset(j for p in picks for j in _joins(p.candidate)),
        frozenset(p.draft.meaning.family for p in picks),
        choice.written < choice.writes,
        sum(p.draft.spans for p in picks) >= SPANNING * len(picks),
    )


def gaps(has: Have, c: Candidate) -> float:
    """What a candidate would add that the set does not have."""
    score = 0.4
    score += 1.5 * sum(t not in has.tables for t in c.touch)
    score += 1.0 * sum(j not in has.joins for j in _joins(c))
    score += 1.2 * (c.meaning.family not in has.families)
    if c.write:
        score += 1.5 if has.may_write else -5.0
    if not has.spans and (len(c.touch) > 1 or c.write):
        score += 1.0
    return max(score, 0.001)


def _joins(c: Candidate) -> list[tuple[str, str]]:
    return [(a, b) if a < b else (b, a) for i, a in enumerate(c.touch) for b in c.touch[i + 1 :]]
