"""How many calls are under way at once at one replica: found out, not configured.

A window, as in TCP. It doubles while every round of answers comes back about as fast as the quickest round did. Where answers become
slower, it grows only while more calls at once still bring more answers a second (a server that batches gets slower long before it is
full), and a step that brought none is taken back. Answers also become longer or shorter by themselves; so where the window has stayed
for a while, it is halved for a moment to see how quick the quickest is now.

Trouble (429, 5xx, a time-out, a cut connection) halves it, once for all the calls that were under way together, where it is more than
a stray failure now and then, which fewer calls would not prevent: a fifth of a window's calls. It never falls below one, so that work goes on where everything fails: the calls end one after another with their own errors.
"""

import asyncio
import time
from collections import deque

START, CEILING = 32, 4096
HOLDS = 2.0
"""A round is as fast as the quickest while its mean is within this factor."""
GAIN = 1.05
"""What more calls at once must bring, in answers a second, where they have become slower."""
STRAY, MUCH = 0.05, 0.2
"""Shares of a window's calls that failed: up to the first it may grow, from the second it is halved."""
STAYS = 20
"""Rounds without growth after which the quickest is measured again."""
MEASURE = 2
"""Rounds at half the window for that: one until the calls of the full one are through, one to measure."""


class Pace:
    """The window of one replica. Whoever would call takes a place, waiting for it where none is free, and leaves it in the end:

        if not pace.taken():
            await pace.turn()

    How it went is reported by `served` or `troubled`.
    """

    def __init__(self, ceiling: int = CEILING, start: int = START) -> None:
        self.ceiling = max(1, ceiling)
        self.window = float(min(start, self.ceiling))
        self.under_way = 0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._doubling = True
        self._full = False  # whether the window was ever full in this round
        self._seconds, self._answers, self._troubles = 0.0, 0, 0
        self._quickest = self._best_rate = 0.0
        self._before = 0.0  # the window before the last step, while that has to prove itself
        self._stayed = self._measuring = 0
        self._halved_at = float("-inf")

    def taken(self) -> bool:
        """Take a place, if one is free and nobody waits for it."""
        if self._waiting or self.under_way + 1 > self.window:
            return False
        self._take()
        return True

    async def turn(self) -> None:
        """Return once a place is free, and taken, after those who came before."""
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():  # the place was given in the same moment
                self.under_way -= 1
            elif turn in self._waiting:
                self._waiting.remove(turn)
            self._wake()
            raise

    def leave(self) -> None:
        """Give the place back."""
        self.under_way -= 1
        if self._waiting:
            self._wake()

    def served(self, seconds: float) -> None:
        """An answer came after `seconds`."""
        self._seconds += seconds
        self._answers += 1
        if self._answers + 1 > self.window:
            self._end_round()

    def troubled(self, sent: float) -> None:
        """A call sent at `sent` (`time.monotonic`) was refused or failed."""
        if sent < self._halved_at:
            return  # sent before the window was halved: the same trouble
        self._troubles += 1
        if self._troubles < self.window * MUCH:
            return
        self._halved_at = time.monotonic()
        self._doubling = False
        self.window = max(1.0, self.window / 2)
        self._before = self._best_rate = self._stayed = self._measuring = 0
        self._begin_round()

    def _end_round(self) -> None:
        mean = max(self._seconds / self._answers, 1e-6)
        if self._measuring:
            self._measured(mean)
        else:
            self._decide(mean)
        self._begin_round()
        self._wake()

    def _decide(self, mean: float) -> None:
        """Grow, stay, or take a step back, after a round whose answers took `mean` seconds."""
        rate = self.window / mean
        self._quickest = min(self._quickest, mean) if self._quickest else mean
        if not self._full or self._troubles > self.window * STRAY:
            return
        if mean <= self._quickest * HOLDS or rate > self._best_rate * GAIN:
            self._best_rate = max(self._best_rate, rate)
            self._before = self.window
            self.window = min(self.ceiling, self.window * 2 if self._doubling else self.window * 1.1 + 1)
            self._stayed = 0
            return
        self.window = self._before or self.window
        self._before, self._doubling = 0.0, False
        self._stayed += 1
        if self._stayed >= STAYS:
            self._measuring, self._before = MEASURE, self.window
            self.window = max(1.0, self.window / 2)

    def _measured(self, mean: float) -> None:
        self._measuring -= 1
        if not self._measuring:
            self._quickest, self._best_rate, self._stayed = mean, 0.0, 0
            self.window, self._before = self._before, 0.0

    def _begin_round(self) -> None:
        self._seconds, self._answers, self._troubles = 0.0, 0, 0
        self._full = self.under_way + 1 > self.window

    def _take(self) -> None:
        self.under_way += 1
        if self.under_way + 1 > self.window:
            self._full = True

    def _wake(self) -> None:
        while self._waiting and self.under_way + 1 <= self.window:
            turn = self._waiting.popleft()
            if not turn.done():
                self._take()
                turn.set_result(None)
