"""The one rule by which verdicts become a decision: every check passed, and "could not tell" is not a pass."""

from collections.abc import Collection, Iterable
from typing import NamedTuple

from duologue.types import Verdict

__all__ = ["Decision", "combine"]


class Decision(NamedTuple):
    """Accepted or not, and why not: one reason per check that did not pass, beginning with its name."""

    accepted: bool
    reasons: tuple[str, ...]


def combine(verdicts: Iterable[Verdict], advisory: Collection[str] = ()) -> Decision:
    """Decide. Checks named in `advisory` are heard and do not decide; without a single verdict nothing is accepted."""
    deciding = [v for v in verdicts if v.check not in advisory]
    bad = [v for v in deciding if v.passed is not True]
    return Decision(bool(deciding) and not bad, tuple(map(_reason, bad)))


def _reason(verdict: Verdict) -> str:
    if not verdict.evidence:
        return f"{verdict.check}: {'could not tell' if verdict.passed is None else 'failed'}"
    first = verdict.evidence[0]
    return f"{verdict.check}: turn {first.turn}: {first.what}"
