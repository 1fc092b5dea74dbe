"""What was asked before, in the run and in the session, and whether a draft asks for anything else.

A draft is new where some part of it was never asked, or where most of its parts were never asked together.
"""

from collections.abc import Container, Iterable
from itertools import combinations

__all__ = ["Before", "together"]


def together(asks: list[str]) -> list[str]:
    """Names for the pairs of what a task asks."""
    return [f"{a}+{b}" for a, b in combinations(asks, 2)]


class Before:
    """Names of what was asked (`ScriptedTasks.asks`): `used` in the run, `earlier` in the session."""

    def __init__(self, used: Container[str] = (), earlier: Iterable[str] = ()) -> None:
        self._used, self._earlier = used, frozenset(earlier)

    def holds(self, asked: Iterable[str]) -> bool:
        """All of a draft came up before; so it did where it asks for nothing. Look-ups ask for nothing."""
        asks = sorted({a for a in asked if a})
        if any(self._is_new(a) for a in asks):
            return False
        pairs = together(asks)
        return 2 * sum(map(self._is_new, pairs)) <= len(pairs)

    def _is_new(self, name: str) -> bool:
        return name not in self._used and name not in self._earlier
