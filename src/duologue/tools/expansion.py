"""What a set lacks: tables no tool touches, joins no tool makes, families and effects it does without.

The scripted counterpart of the paper's expansion step: read the whole set, name the gaps, add up to ten tools that fill
them. A candidate is worth the gaps it closes; one that closes none is only added while the set is short of its size.
"""

from random import Random

from duologue.tools.families.common import Candidate
from duologue.tools.select import Choice, Pick, wanted

MOST = 10
SPANNING = 0.5
"""Share of tools that should join tables or take several statements."""


def expand(choice: Choice, size: int, rng: Random) -> None:
    """Fill gaps until the set has `size` tools, at most ten of them added here."""
    for _ in range(MOST * 3):
        if len(choice.picks) >= size or not choice.pool:
            return
        scored = [
            (gaps(choice, c) * (0.5 + rng.random()) * wanted(choice.picks, c), i) for i, c in enumerate(choice.pool)
        ]
        best = max(scored)
        choice.take(choice.pool[best[1]])


def gaps(choice: Choice, c: Candidate) -> float:
    """What a candidate would add that the set does not have."""
    picks = choice.picks
    touched = {t for p in picks for t in p.candidate.touch}
    joins = {j for p in picks for j in _joins(p.candidate)}
    families = {p.draft.meaning.family for p in picks}
    score = 0.4
    score += 1.5 * len(set(c.touch) - touched)
    score += 1.0 * len(_joins(c) - joins)
    score += 1.2 * (c.meaning.family not in families)
    if c.write:
        score += 1.5 * (choice.written < choice.writes) - 5.0 * (choice.written >= choice.writes)
    if _spanning(picks) < SPANNING and (len(c.touch) > 1 or c.write):
        score += 1.0
    return max(score, 0.001)


def _joins(c: Candidate) -> set[tuple[str, str]]:
    return {(a, b) if a < b else (b, a) for i, a in enumerate(c.touch) for b in c.touch[i + 1 :]}


def _spanning(picks: list[Pick]) -> float:
    return sum(p.draft.spans for p in picks) / len(picks) if picks else 0.0
