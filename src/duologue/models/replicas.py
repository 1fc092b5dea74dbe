"""Several servers that serve the same model: which one a call goes to.

A conversation stays with one replica, because that is where its prefix cache is. Which one follows from the scope's name and the
replicas' addresses alone, the same in every process, and each scope has an order of its own: where a replica is down, its
conversations spread over the others, and come back when it does. A replica counts as down when it can't be reached, or has failed
several times in a row; after a while, which gets longer, one call tries it again.
"""

import hashlib
import time
from collections.abc import Container, Sequence

from yarl import URL

from duologue.models.pace import CEILING, Pace

FAILURES = 3
"""Failures in a row after which a replica that answers at all counts as down."""
REST, LONGEST_REST = 2.0, 60.0
"""Seconds until a replica that is down is tried again: at first, and at most (it doubles)."""


class Replica:
    """One server."""

    def __init__(self, base: str, ceiling: int = CEILING) -> None:
        self.base = base
        self.chat, self.models = URL(f"{base}/chat/completions"), URL(f"{base}/models")
        self.pace = Pace(ceiling)
        self._failures, self._rest, self._back_at = 0, REST, 0.0

    @property
    def up(self) -> bool:
        """It may be asked."""
        return time.monotonic() >= self._back_at

    def answered(self) -> None:
        """It gave an answer, or said what was wrong with a request."""
        if self._failures:
            self._failures, self._rest, self._back_at = 0, REST, 0.0

    def failed(self, gone: bool) -> None:
        """It failed; `gone`: it could not be reached at all."""
        self._failures += 1
        if (gone or self._failures >= FAILURES) and self.up:
            self._back_at = time.monotonic() + self._rest
            self._rest = min(self._rest * 2, LONGEST_REST)


class Replicas:
    """All of them."""

    def __init__(self, urls: Sequence[str], ceiling: int = CEILING) -> None:
        self.all = tuple(Replica(url, ceiling) for url in urls)

    def order(self, scope: str) -> Sequence[Replica]:
        """The replicas in the order in which a scope prefers them."""
        return self.all if len(self.all) == 1 else sorted(self.all, key=lambda r: _weight(scope, r.base), reverse=True)

    def choose(self, scope: str, tried: Container[str] = ()) -> Replica:
        """The replica for a scope's next attempt: the first in its order that is up and not yet `tried`, else the first that is
        up, else the first."""
        if len(self.all) == 1:
            return self.all[0]
        order = self.order(scope)
        fresh = next((r for r in order if r.up and r.base not in tried), None)
        return fresh or next((r for r in order if r.up), order[0])


def _weight(scope: str, base: str) -> bytes:
    return hashlib.blake2b(f"{scope}\x1f{base}".encode(), digest_size=8).digest()
