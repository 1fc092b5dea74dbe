"""What follows from one result by simple arithmetic: counts, sums, averages, differences, products, shares, days between.

An assistant may say "two of them are shipped" or "€40 more than in May". Such a figure is not in the result, yet follows
from it. What counts as simple is kept narrow on purpose: the more is derivable, the fewer invented figures are found. So people work
out a sum or an average of a whole list, or the sum of the smallest of it where they tell each, and compare what they have in front of them: both figures of a difference must have been told
nearby, or be of rows that the text names, or one of them where the list is short (`FEW` rows). Two records that were looked up one by one are
compared field by field, both figures told (`between`). "Two of the three" is as many as the text goes on to name. `benchmarks/measure_chance.py` says how often a random figure passes.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from itertools import combinations

from msgspec import Struct

from duologue.kept import Kept
from duologue.language.amounts import amounts_in
from duologue.language.reading import Day, Number, Reading, fold, has_phrase, parse_day, read
from duologue.language.values import same_figure
from duologue.types import Json

__all__ = ["MOST", "Derived", "Near", "between", "derive"]

_NAMES_ROWS = re.compile(
    r"(?:\A|_)(?:ids?|keys?|no|nr|number|code|ref|reference)\Z|[a-z0-9](?:Id|ID|Key|No|Nr|Number|Code|Ref|Reference)\Z",
    re.ASCII,
)
"""Fields whose numbers name things: adding them up means nothing, and would explain many a wrong figure."""

FEW = 3
"""In a list of so many rows people compare what they have not told, too."""
_ADDS_UP = re.compile(
    r"\b(?:add(?:s|ed|ing)? up|com(?:e|es|ing) to|amounts? to|in total|altogether|together|the sum)\b", re.IGNORECASE
)
"""Only of figures in a text that says so it is asked whether they are what prices and quantities come to."""
_ADDED_UP = 20
"""Rows of which that is worked out."""
_FIELDS = 6
_LONGEST_NAME = 80
_LONGEST_DAY = 32
_IN_WORDS = re.compile(r"[A-Za-z]{3}\D*\d.*\d{4}\Z|\d [A-Z][a-z]+,? \d{4}\Z")
"""How a day is written with the month in words: "April 17, 1987", "17 April 1987"."""
_DAY_OR_WEEK = re.compile(r"[\s-]?(?:more |full |whole |calendar )?(?:days?|weeks?|nights?)\b", re.IGNORECASE)


class Near(Struct, frozen=True):
    """What was told nearby: figures, days, and the text in which the figure in question stands."""

    figures: frozenset[float]
    days: frozenset[date]
    text: str
    folded: str
    amounts: tuple[Number, ...] = ()
    """Durations and sizes as people say them."""

    @staticmethod
    def of(
        reading: Reading, earlier: Iterable[Reading] = (), today: Iterable[Day] = (), units: Collection[str] = ()
    ) -> "Near":
        """What a text, and some before it, tell; and what day it is. `units`: those of which people say amounts in their own way."""
        readings = (reading, *earlier)
        days = [*today, *(day for r in readings for d in r.dates for day in d.days)]
        return Near(
            frozenset(n.value for r in readings for n in r.numbers),
            frozenset(d for day in days if (d := to_date(day)) is not None),
            reading.text,
            reading.folded.replace("'s ", " "),
            tuple(n for r in readings for n in amounts_in(r.text, units)) if units else (),
        )

    def told(self, value: float) -> bool:
        """The figure was told, as it is or as people say such amounts."""
        exact = value in self.figures or round(value, 2) in self.figures
        return exact or any(same_figure(n, value) for n in self.amounts)

    def tells(self, cell: "Cell") -> bool:
        """The figure was told, or its row is named."""
        value, names = cell
        return self.told(value) or any(has_phrase(self.folded, n) for n in names)

    def is_span(self, said: Number) -> bool:
        """The figure counts days or weeks."""
        return _DAY_OR_WEEK.match(self.text, said.end) is not None


Cell = tuple[float, tuple[str, ...]]
"""A figure, and the words of its row that may stand for the row, folded."""


MOST = 1e150
"""Beyond, products are out of a float's reach. No figure that anybody works with is as large."""


class Derived(Struct, frozen=True):
    """What is needed to say which figures follow from a result."""

    counts: frozenset[int]
    columns: tuple[tuple[Cell, ...], ...]
    rows: tuple[tuple[Cell, ...], ...]
    """Of each row the figures that may be put together."""
    products: tuple[float, ...]
    """What whole lists come to, one field of each row times another: quantities and prices."""
    days: tuple[date, ...]
    few: bool
    """It has no more than `FEW` rows."""
    names: tuple[tuple[str, ...], ...] = ()
    """Of each list the texts of a field that tells its rows apart, folded."""

    def explains(self, said: Number, near: Near) -> str:
        """In what way the figure, rounded as it was said, is one of them; empty where it is none."""
        if abs(said.value) >= MOST:
            return ""
        if said.percent:
            return "a share" if any(_near(s, said) for s in self._shares(said, near)) else ""
        if said.value in self.counts:
            return "a count"
        if near.is_span(said) and said.value in self._spans(near):
            return "days between"
        if any(_near(f, said) for f in self._figures(said, near)):
            return "a sum, difference, product or average"
        return "how many are named" if said.value in self._named(said.value, near.folded) else ""

    def _named(self, value: float, folded: str) -> set[int]:
        """How many rows of each list a text names, where it is not all of them ("two of these: Hinge and Wood screw")."""
        if not (isinstance(value, int) and 1 < value < _ADDED_UP):
            return set()
        told = ((names, sum(has_phrase(folded, n) for n in names)) for names in self.names)
        return {n for names, n in told if n < len(names)}

    def _figures(self, said: Number, near: Near) -> Iterator[float]:
        for column in self.columns:
            total = sum(v for v, _ in column)
            yield from (total, total / len(column))
            for a, b in _pairs(column, said, near, len(column) <= FEW):
                yield from (a + b, a - b, b - a)
            yield from _smallest(column, near)
        if _ADDS_UP.search(near.text):
            yield from self.products
        for row in self.rows:
            for a, b in _pairs(row, said, near, self.few):
                yield from (a - b, b - a, a * b)

    def _shares(self, said: Number, near: Near) -> Iterator[float]:
        for column in self.columns:
            total = sum(v for v, _ in column)
            if total:
                yield from (100 * c[0] / total for c in column if len(column) <= FEW or near.tells(c))
        for many in (*self.columns, *self.rows):
            for a, b in _pairs(many, said, near, len(many) <= FEW or self.few):
                for part, whole in ((a, b), (b, a)):
                    if whole:
                        share = 100 * part / whole
                        yield from (share, share - 100, 100 - share)

    def _spans(self, near: Near) -> set[int]:
        """Days, and whole weeks, between two days of the result, or one of it and one told."""
        own = [d for d in self.days if self.few or d in near.days]
        gaps = {abs((a - b).days) for a in own for b in (*own, *near.days)}
        return gaps | {gap // 7 for gap in gaps if gap % 7 == 0}


def _smallest(column: tuple[Cell, ...], near: Near) -> Iterator[float]:
    """What the smallest figures of a column come to, one after the other, as far as all of them were told."""
    total = 0.0
    for n, (value, _) in enumerate(sorted(column)):
        if not near.told(value):
            return
        total += value
        if n > 1:
            yield total


def _pairs(cells: tuple[Cell, ...], said: Number, near: Near, short: bool) -> Iterator[tuple[float, float]]:
    """Two figures that people may put together: both told nearby, or one of them in something short. The figure itself is none."""
    known = [c for c in cells if c[0] != said.value and near.tells(c)]
    others = [c for c in cells if c[0] != said.value] if short else known
    for a in known:
        yield from ((a[0], b[0]) for b in others if a is not b)


def _near(value: float, said: Number) -> bool:
    if said.decimals < 0:  # an amount as people say it: what it is worked out from was rounded, too
        return abs(value - said.value) <= 1.0000001 * 10.0**-said.decimals
    if said.decimals == 0 and not said.percent:
        return abs(value - said.value) < 1e-6
    return abs(value - said.value) <= 0.5000001 * 10.0**-said.decimals


def _derive(result: Json) -> Derived:
    counts: set[int] = set()
    columns: list[tuple[Cell, ...]] = []
    singles: list[tuple[Cell, ...]] = []
    days: dict[date, None] = {}
    tables = _tables(result)
    for rows in tables:
        _count(rows, counts)
        names = [_names(row) for row in rows]
        for field in dict.fromkeys(
            k for r in rows for k, v in r.items() if _is_number(v) and not _NAMES_ROWS.search(k)
        ):
            cells = [(r[field], n) for r, n in zip(rows, names, strict=True) if _is_number(r.get(field))]
            columns += [tuple(cells)] if len(cells) > 1 else []
        for row in rows:
            plain = [v for k, v in row.items() if _is_number(v) and abs(v) > 1 and not _NAMES_ROWS.search(k)][:8]
            singles += [tuple((v, ()) for v in plain)] if len(plain) > 1 else []
            days |= dict.fromkeys(_days(row))
    products = tuple(total for rows in tables if len(rows) <= _ADDED_UP for total in _multiplied(rows))
    few = max(map(len, tables), default=0) <= FEW
    apart = tuple(names for rows in tables if 2 < len(rows) <= _ADDED_UP for names in _apart(rows))
    return Derived(frozenset(counts), tuple(columns), tuple(singles), products, tuple(days), few, apart)


derive: Kept[Json, Derived] = Kept(_derive, 1_024)
"""What follows from a result, worked out once."""


def _apart(rows: list[dict[str, Json]]) -> Iterator[tuple[str, ...]]:
    """The texts of the fields that hold another one in every row."""
    for field in rows[0]:
        texts = [fold(v) for r in rows if isinstance(v := r.get(field), str) and 1 < len(v) <= _LONGEST_NAME]
        if len(set(texts)) == len(rows):
            yield tuple(texts)


def _multiplied(rows: list[dict[str, Json]]) -> Iterator[float]:
    """What rows come to, two fields that all of them have multiplied."""
    fields = [k for k, v in rows[0].items() if _is_number(v) and not _NAMES_ROWS.search(k)] if rows else []
    whole = [f for f in fields if all(_is_number(r.get(f)) for r in rows)][:_FIELDS]
    for one, two in combinations(whole, 2):
        yield sum(r[one] * r[two] for r in rows)


def between(results: Sequence[Json], said: Number, near: Near) -> bool:
    """The figure is how far two records, one of each result, are apart in the same field; both figures were told nearby."""
    if said.percent or abs(said.value) >= MOST:
        return False
    found: dict[str, list[float]] = {}
    for result in results:
        for rows in _tables(result):
            for field, value in rows[0].items() if len(rows) == 1 else ():
                told = _is_number(value) and near.told(value)
                if told and not _NAMES_ROWS.search(field):
                    found.setdefault(field, []).append(value)
    return any(_near(abs(a - b), said) for values in found.values() for a, b in combinations(values, 2) if a != b)


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


def _names(row: dict[str, Json]) -> tuple[str, ...]:
    """Texts of a row, and the first words of names in it."""
    texts = [v for v in row.values() if isinstance(v, str) and 1 < len(v) <= 80 and not v[0].isdigit()]
    firsts = [v.split()[0] for v in texts if v[0].isupper() and " " in v]
    return tuple(dict.fromkeys(fold(t) for t in (*texts, *firsts) if len(t) > 1))


def to_date(day: Day | None) -> date | None:
    """A day whose year is known."""
    return date(*day) if day is not None and all(day) and day[0] <= 9999 else None


def _days(row: dict[str, Json]) -> Iterator[date]:
    for value in row.values():
        if not isinstance(value, str) or len(value) > _LONGEST_DAY:
            continue
        if value[:4].isdigit():
            found = [parse_day(value)]
        else:
            found = [day for said in read(value).dates for day in said.days] if _IN_WORDS.search(value) else []
        if len(found) == 1 and (day := to_date(found[0])) is not None:
            yield day
