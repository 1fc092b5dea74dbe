"""Does a figure follow from those that were heard?

Nobody knows here what a column means, so what is simple to work out counts as known: other units, shares, rounding, two figures put
together. The search is bounded and hashed out in sorted lists, built once for each state of a conversation: a claim is looked up by
bisection, under each way it can have come about, so that a text with a thousand figures costs a thousand look-ups and no pairs of pairs.

The bounds: one figure alone or in another unit, of all that were heard; two put together in any way, of up to `FEW`; two added up or
subtracted, of the latest `ROWS` of results; an amount raised or cut by a percentage, of up to `FEW` of either.
"""

import math
from bisect import bisect_left
from collections.abc import Iterable, Iterator

__all__ = ["HUGE", "Figures", "sized"]

FEW = 16
"""Figures that are combined in pairs: beyond, nearly anything would follow."""
ROWS = 160
"""Figures of the latest results that are added up in pairs: two legs of a journey, two lines of a bill."""
HUGE = 1e150
_FACTORS = (
    10, 100, 1_000, 10_000, 1_000_000, 1_000_000_000, 60, 3_600, 24, 1_440, 86_400, 7, 12, 52, 30, 365, 2, 4, 0.5,
    2.54, 0.3048, 0.9144, 1.609344, 1.60934, 0.45359237, 0.453592, 0.4536, 2.20462, 3.78541, 28.3495, 1.8, 3.6, 0.0254, 3.28084, 1_024,
    math.pi, 2 * math.pi, math.pi / 180,
)  # fmt: skip


def sized(value: float) -> float:
    """A figure to work with: one that no float holds is as large as they come."""
    return float(value) if abs(value) < HUGE else HUGE if value > 0 else -HUGE


class Figures:
    """Sorted figures, and what follows from two of them."""

    def __init__(
        self, known: Iterable[float], asked: Iterable[float], latest: Iterable[float], shares: Iterable[float]
    ) -> None:
        """`known` are all; `asked` those the user said, `latest` those of the latest results, `shares` those out of a hundred."""  # fmt: skip
        self._known = sorted({abs(f) for f in known})
        few = self._known if len(self._known) <= FEW else sorted({abs(f) for f in asked})[:FEW]
        self._few = few
        self._late = sorted(set(list(latest)[-ROWS:]))
        worked_out = {x for i, a in enumerate(few) for b in few[i:] for x in _together(a, b)}
        rates = sorted(set(shares))[:FEW]
        worked_out |= {abs(a * (1 + sign * p / 100)) for a in few for p in rates for sign in (1, -1)}
        self._worked_out = sorted(worked_out)

    def give(self, value: float, gap: float, feet: bool) -> bool:
        """Whether a figure was heard, or is easily worked out from one or two that were; it may be off by `gap`. Where `feet`
        are spoken of, two figures may be feet and inches."""
        value = abs(sized(value))
        if _holds(self._known, value, gap) or self._in_other_units(value, gap) or _holds(self._worked_out, value, gap):
            return True
        low, high = _window(value, gap)
        for a in self._late:
            if _between(self._late, low - a, high - a) or _between(self._late, a - high, a - low) or _between(self._late, a + low, a + high):  # fmt: skip
                return True
        return feet and any(
            _near(value, (a * 12 + b) * unit, gap)
            for a in self._few
            for b in (*self._few, 0.0)
            for unit in (1, 2.54, 0.0254, 0.3048 / 12)
        )

    def about(self, value: float, gap: float) -> bool:
        """Whether some figure that was heard is no further away than that."""
        return _between(self._known, abs(sized(value)) - gap, abs(sized(value)) + gap)

    def _in_other_units(self, value: float, gap: float) -> bool:
        low, high = _window(value, gap)
        for factor in _FACTORS:
            if _between(self._known, low / factor, high / factor) or _between(self._known, low * factor, high * factor):
                return True
        if _between(self._known, (low - 32) * 5 / 9, (high - 32) * 5 / 9):
            return True
        if any(_between(self._known, s * (low if s > 0 else high) * 9 / 5 + 32, s * (high if s > 0 else low) * 9 / 5 + 32) for s in (1, -1)):  # fmt: skip
            return True
        return _between(self._known, math.sqrt(max(low, 0.0)), math.sqrt(high))


def _window(value: float, gap: float) -> tuple[float, float]:
    """How near a figure must be: by `gap`, by two hundredths of a percent, or, of larger ones, to the whole."""
    own = max(gap, 2e-4 * value)
    if value.is_integer() and value >= 20:
        own = max(own, 0.51)
    return value - own, value + own


def _holds(figures: list[float], value: float, gap: float) -> bool:
    return _between(figures, *_window(value, gap))


def _near(one: float, other: float, gap: float) -> bool:
    low, high = _window(one, gap)
    return low <= other <= high


def _between(figures: list[float], low: float, high: float) -> bool:
    at = bisect_left(figures, low)
    return at < len(figures) and figures[at] <= high


def _together(a: float, b: float) -> Iterator[float]:
    """What two figures give together."""
    yield a + b
    yield (a + b) / 2
    yield abs(a - b)
    yield a * b
    yield a * b / 100
    for part, whole in ((a, b), (b, a)):
        if whole:
            yield part / whole
            yield 100 * part / whole
