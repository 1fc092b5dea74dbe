"""What follows from one result by simple arithmetic: counts, sums, averages, differences, products, shares, days between.

An assistant may say "two of them are shipped" or "€40 more than in May". Such a figure is not in the result, yet follows
from it. What counts as simple is kept narrow on purpose: the more is derivable, the fewer invented figures are found.
"""

import re
from collections import Counter
from collections.abc import Iterable
from datetime import date

from msgspec import Struct

from duologue.language.reading import Day, Number, parse_day
from duologue.types import Json

__all__ = ["MOST", "Derived", "derive"]

_NAMES_ROWS = re.compile(
    r"(?:\A|_)(?:ids?|keys?|no|nr|number|code|ref|reference)\Z|[a-z0-9](?:Id|ID|Key|No|Nr|Number|Code|Ref|Reference)\Z",
    re.ASCII,
)
"""Fields whose numbers name things: adding them up means nothing, and would explain many a wrong figure."""

PAIRS = 24
"""Lists up to this length have their rows compared in pairs."""


MOST = 1e150
"""Beyond, products are out of a float's reach. No figure that anybody works with is as large."""


class Derived(Struct, frozen=True):
    """The figures that follow from a result."""

    counts: frozenset[int]
    figures: tuple[float, ...]
    shares: tuple[float, ...]
    """Out of a hundred."""
    days: frozenset[int]

    def explains(self, said: Number) -> str:
        """In what way the figure, rounded as it was said, is one of them; empty where it is none."""
        value = said.value
        if abs(value) >= MOST:
            return ""
        if said.percent:
            return "a share" if any(_near(s, said) for s in self.shares) else ""
        if value in self.counts:
            return "a count"
        if value in self.days:
            return "days between"
        return "a sum, difference, product or average" if any(_near(f, said) for f in self.figures) else ""


def _near(value: float, said: Number) -> bool:
    if said.decimals == 0 and not said.percent:
        return abs(value - said.value) < 1e-6
    return abs(value - said.value) <= 0.5000001 * 10.0**-said.decimals


def derive(result: Json, known_days: Iterable[Day] = ()) -> Derived:
    """Work out what follows from a result. `known_days` are days said elsewhere (today, for one)."""
    counts: set[int] = set()
    figures: list[float] = []
    shares: list[float] = []
    days: set[int] = set()
    others = [d for d in (_to_date(k) for k in known_days) if d is not None][:8]
    for rows in _tables(result):
        _count(rows, counts)
        for column in _columns(rows):
            if len(column) > 1:
                _compare(column, figures, shares)
        for row in rows[:PAIRS]:
            _combine([v for k, v in row.items() if _is_number(v) and not _NAMES_ROWS.search(k)], figures, shares)
        _between(rows, others, days)
    return Derived(frozenset(counts), tuple(figures), tuple(shares), frozenset(days))


def _tables(result: Json) -> list[list[dict[str, Json]]]:
    """The lists of rows in a result; an object is a list of one."""
    if isinstance(result, list):
        rows = [r for r in result if isinstance(r, dict)]
        return [rows, *(t for r in rows for v in r.values() if isinstance(v, list | dict) for t in _tables(v))]
    if isinstance(result, dict):
        return [[result], *(t for v in result.values() if isinstance(v, list | dict) for t in _tables(v))]
    return []


def _is_number(value: Json) -> bool:
    """Whether it is a figure to work with: an integer of hundreds of digits is none, nothing follows from it."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < MOST


def _count(rows: list[dict[str, Json]], counts: set[int]) -> None:
    """How many rows share a value, lack one, or how many different values there are."""
    for name in dict.fromkeys(k for r in rows for k in r):
        found = Counter(repr(r.get(name)) for r in rows)
        if len(rows) > 1 and len(found) < len(rows):
            counts.update(found.values())
            counts.update(len(rows) - n for n in found.values())
        counts.add(len(found))


def _columns(rows: list[dict[str, Json]]) -> list[list[float]]:
    names = dict.fromkeys(k for r in rows for k, v in r.items() if _is_number(v) and not _NAMES_ROWS.search(k))
    return [[r[n] for r in rows if _is_number(r.get(n))] for n in names]


def _compare(column: list[float], figures: list[float], shares: list[float]) -> None:
    """A column's sum and average, its differences, and each value's share of another or of all."""
    total = sum(column)
    figures += [total, total / len(column)]
    if total:
        shares += [100 * v / total for v in column]
    if len(column) > PAIRS:
        return
    for i, a in enumerate(column):
        for b in column[i + 1 :]:
            figures += [a + b, a - b, b - a]
            _share(a, b, shares)


def _combine(values: list[float], figures: list[float], shares: list[float]) -> None:
    """What one row's figures give together: price times quantity, stock less reserved. Flags (0, 1) take no part."""
    plain = [v for v in values if abs(v) > 1][:8]
    for i, a in enumerate(plain):
        for b in plain[i + 1 :]:
            figures += [a - b, b - a, a * b]
            _share(a, b, shares)


def _share(a: float, b: float, shares: list[float]) -> None:
    for part, whole in ((a, b), (b, a)):
        if whole:
            share = 100 * part / whole
            shares += [share, share - 100, 100 - share]


def _to_date(day: Day | None) -> date | None:
    return date(*day) if day is not None and all(day) else None


def _between(rows: list[dict[str, Json]], others: list[date], days: set[int]) -> None:
    found = []
    for row in rows[:PAIRS]:
        for value in row.values():
            if isinstance(value, str) and value[:4].isdigit():
                day = _to_date(parse_day(value))
                if day is not None:
                    found.append(day)
    for i, a in enumerate(found[: 2 * PAIRS]):
        for b in (*found[i + 1 : 2 * PAIRS], *others):
            gap = abs((a - b).days)
            days.add(gap)
            if gap % 7 == 0:
                days.add(gap // 7)
