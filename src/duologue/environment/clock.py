"""A clock that only calls move, and the way SQLite is made to look at it.

A dialogue's reference time is fixed when its task is made, and each call of a tool moves it on by a seeded number of seconds:
two rows written one after the other are not simultaneous, and a replay next year writes the same times. SQLite asks its VFS
for the time, so a VFS (in `pages`) that answers with the frozen instant reaches `datetime('now')`, `CURRENT_TIMESTAMP`, column defaults
and triggers alike, in-memory databases included.

The instant is kept per thread: a session sets it before each call, and calls in other threads do not see it.
"""

import threading
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from duologue.errors import UserError
from duologue.ids import rng
from duologue.types import ClockSpec

_JULIAN_OF_EPOCH_MS = 210_866_760_000_000
"""1970-01-01 in the unit of `xCurrentTimeInt64`: milliseconds since noon, 24 November 4714 BC."""
STILL = _JULIAN_OF_EPOCH_MS + 946_684_800_000
"""What those see who only look at an image: 2000-01-01."""


class Clock:
    """The instants of one `ClockSpec`: number 0 is the start, number *n* the time of the *n*-th call. Immutable to the eye;
    it draws steps as they are asked for and keeps them."""

    def __init__(self, spec: ClockSpec) -> None:
        if not 0 <= spec.least <= spec.most:
            raise UserError(f"clock steps {spec.least}…{spec.most} are not a range", "Use 0 <= least <= most.")
        self._start = _parse(spec.start)
        self._least, self._most = spec.least, spec.most
        self._rng = rng(spec.seed, "clock")
        self._seconds = [0]
        self._origin = int(self._start.timestamp()) * 1000 + _JULIAN_OF_EPOCH_MS

    def seconds(self, n: int) -> int:
        """Seconds from the start to the *n*-th call."""
        while len(self._seconds) <= n:
            self._seconds.append(self._seconds[-1] + self._rng.randint(self._least, self._most))
        return self._seconds[n]

    def julian_ms(self, n: int) -> int:
        """The *n*-th instant as SQLite counts it."""
        return self._origin + self.seconds(n) * 1000

    def at(self, n: int) -> str:
        """The *n*-th instant as ISO text, UTC, to the second, without a zone: `2024-05-01T10:00:00`."""
        return (self._start + timedelta(seconds=self.seconds(n))).strftime("%Y-%m-%dT%H:%M:%S")


def _parse(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise UserError(f"clock start {text!r} is not a time", "Write it as 2024-05-01T10:00:00 (UTC).") from None
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return moment.replace(microsecond=0)


@lru_cache(maxsize=1024)
def clock_of(spec: ClockSpec) -> Clock:
    """The clock of a spec; equal specs share one, so that reopening a session draws nothing again."""
    return Clock(spec)


def tick(spec: ClockSpec, n: int) -> str:
    """The clock after `n` calls, as ISO text (UTC, to the second). Raises `UserError` where the spec is not valid."""
    return clock_of(spec).at(n)


class _Instant(threading.local):
    value: int = STILL


instant = _Instant()
"""What SQLite sees as the present in this thread; see `Clock.julian_ms`."""
