"""What goes together in the rows there are: the city and its country, a price and the product's price, the days between two dates.

A value that somebody writes has to fit the rest of its row. What fits is measured in the rows of the image, never known beforehand: a column that is
(nearly) always the same wherever another one is, is said by it; a column that holds what the row referred to holds, is a copy of it; two dates
that keep an order keep a distance, too.
"""

import random
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from duologue.catalog.model import Column, Table
from duologue.catalog.words import words
from duologue.tasks.moments import moment_of
from duologue.types import Json

if TYPE_CHECKING:
    from duologue.tasks.anchors import Anchors

__all__ = ["Habits", "by_machine", "is_place"]

_GO_TOGETHER = frozenset({"category", "text"})
_APART = frozenset({"email", "phone", "url", "json", "date"})
"""Formats of texts that belong to one row alone."""
_LONGEST = 40
_NEARLY = 0.97
"""From this share of rows on, one column says another."""
_USUAL = 0.8
"""Of a column that is mostly the same, nothing is said by another one."""
_SUPPORT = 12
"""Rows that share their value with others, for it to say anything."""
_OUTLIERS = 0.02
"""Of the distances between two dates so many at either end are left out."""
_SPANS = 10
"""Rows with both dates, for the distance to say anything."""
_ORDERED = 0.9
_FULL_NAME = re.compile(r"[^\W\d_][\w.'’-]*(?: [\w.'’-]+){1,3}")
_JOINS = frozenset({"and", "of", "the", "for", "with", "&"})
_PEOPLE = 0.9
"""From this share of names on that look like people's, they are."""
_MACHINES = frozenset({"bytes", "kilobytes", "megabytes", "milliseconds"})
_SOME = 0.1
"""From this share of its rows on, a status goes with a date that is filled (or is not)."""
_FURTHEST = 20
"""References followed upwards."""


class Habits:
    """What goes together in the tables of one image."""

    def __init__(self, anchors: "Anchors") -> None:
        self.anchors = anchors
        self._bound: dict[str, dict[str, tuple[str, ...]]] = {}
        self._spans: dict[tuple[str, str, str], tuple[timedelta, timedelta] | None] = {}
        self._named: dict[str, bool] = {}
        self._dated: dict[tuple[str, str], dict[Json, dict[str, tuple[int, int]]]] = {}

    # ── within a row ─────────────────────────────────────────────────────────────────────────────────────────────────

    def bound(self, column: Column) -> tuple[str, ...]:
        """The columns of its table that say it, or that it says."""
        if column.table not in self._bound:
            self._bound[column.table] = self._bindings(self.anchors.catalog.table(column.table))
        return self._bound[column.table].get(column.name, ())

    def fitting(self, column: Column, row: Mapping[str, Json]) -> list[Json] | None:
        """The values of a column that occur beside what the row holds in the columns it is bound to; None where anything goes."""
        beside = {n: row[n] for n in self.bound(column) if row.get(n) is not None}
        if not beside:
            return None
        rows = (r.values for r in self.anchors.rows(self.anchors.catalog.table(column.table)))
        found = (r[column.name] for r in rows if column.name in r and all(r.get(n) == v for n, v in beside.items()))
        return list(dict.fromkeys(found))

    def standing(self, status: Column, row: Mapping[str, Json]) -> list[Json] | None:
        """The values of a status that occur where the same dates are known as in the row: nothing is "Shipped" without a day of shipping. None where
        no date tells."""
        mark = (status.table, status.name)
        if mark not in self._dated:
            self._dated[mark] = self._dates(status)
        dated = self._dated[mark]
        fitting = [v for v, of in dated.items() if all(_goes(of[d], row.get(d)) for d in of)]
        return fitting if dated else None

    def _dates(self, status: Column) -> dict[Json, dict[str, tuple[int, int]]]:
        """Value of a status → date → in how many of its rows it is known, and how many these are; nothing where no date tells."""
        table = self.anchors.catalog.table(status.table)
        rows = [r.values for r in self.anchors.rows(table) if status.name in r.values]
        dates = [c.name for c in table.columns if c.role == "date" and 0 < sum(c.name in r for r in rows) < len(rows)]
        if not dates or len(rows) < _SUPPORT:
            return {}
        of: dict[Json, list[Mapping[str, Json]]] = defaultdict(list)
        for r in rows:
            of[r[status.name]].append(r)
        return {v: {d: (sum(d in r for r in there), len(there)) for d in dates} for v, there in of.items()}

    def _bindings(self, table: Table) -> dict[str, tuple[str, ...]]:
        rows = [r.values for r in self.anchors.rows(table)]
        columns = [c for c in table.columns if _may_go_together(c, table)]
        found: dict[str, list[str]] = defaultdict(list)
        for one in columns:
            for two in columns:
                if one.name != two.name and _says([(r.get(one.name), r.get(two.name)) for r in rows]):
                    found[one.name].append(two.name)
                    found[two.name].append(one.name)
        return {name: tuple(dict.fromkeys(others)) for name, others in found.items()}

    def keeps_distance(self, column: Column, value: Json, row: Mapping[str, Json]) -> bool:
        """Whether a date is as far from the row's other dates as these are from one another elsewhere: an appointment does not end a week after it
        began where none does."""
        new, old = moment_of(value, column), moment_of(row.get(column.name), column)
        table = self.anchors.catalog.table(column.table)
        for other in (c for c in table.columns if c.role == "date" and c.name != column.name):
            there = moment_of(row.get(other.name), other)
            span = self._span(column, other)
            if new is None or there is None or span is None:
                continue
            usual = old is None or span[0] <= old - there <= span[1]
            if usual and not span[0] <= new - there <= span[1]:
                return False
        return True

    def _span(self, one: Column, two: Column) -> tuple[timedelta, timedelta] | None:
        """How far one date lies behind the other, at least and at most; None where they keep no order."""
        mark = (one.table, one.name, two.name)
        if mark not in self._spans:
            rows = (r.values for r in self.anchors.rows(self.anchors.catalog.table(one.table)))
            both = ((moment_of(r.get(one.name), one), moment_of(r.get(two.name), two)) for r in rows)
            gaps = sorted(a - b for a, b in both if a is not None and b is not None)
            self._spans[mark] = _within(gaps)
        return self._spans[mark]

    # ── rows and those they refer to ─────────────────────────────────────────────────────────────────────────────────

    def copied(self, column: Column, parents: Mapping[str, Mapping[str, Json]]) -> Json:
        """What a new row holds as a copy of a row it refers to; None where it copies none of them."""
        for pair in self.anchors.pairs:
            if pair.how == "same" and pair.column == column and pair.other is not None and pair.link.to in parents:
                return parents[pair.link.to].get(pair.other.name)
        return None

    def loops(self, table: Table, via: str, row: Mapping[str, Json], above: Mapping[str, Json]) -> bool:
        """Whether a row would come to stand above itself, if it were put below that one (`via`: the column that refers upwards)."""
        if len(table.key) != 1:
            return False
        key, at = table.key[0], above
        for _ in range(_FURTHEST):
            if at.get(key) is None or str(at[key]) == str(row.get(key)):
                return at.get(key) is not None
            found = self.anchors.at(table, (str(at.get(via)),))
            if found is None:
                return False
            at = found.values
        return True

    # ── names ────────────────────────────────────────────────────────────────────────────────────────────────────────

    def names_people(self, column: Column) -> bool:
        """Whether the names in a column are people's: two words or more, first names that come again."""
        mark = f"{column.table}.{column.name}"
        if mark not in self._named:
            names = [str(v) for v in self.anchors.values(column)]
            full = [n for n in names if _FULL_NAME.fullmatch(n) and not _JOINS & set(n.lower().split())]
            self._named[mark] = bool(names) and len(full) >= _PEOPLE * len(names)
        return self._named[mark]

    def model(self, table: Table, rng: random.Random) -> Mapping[str, Json]:
        """A row there is, for a new one to be like; without values where there is none."""
        rows = self.anchors.rows(table)
        return rng.choice(rows).values if rows else {}


def by_machine(column: Column) -> bool:
    """It is measured by machines: nobody knows it better, nor has it on their papers."""
    return column.unit in _MACHINES


def is_place(table: Table) -> bool:
    """Its rows are places, which stay where they are."""
    return bool({table.label.lower().split(" ")[-1]} & words()["places"])


def _goes(known: tuple[int, int], date: Json) -> bool:
    """Whether a date that is there, or is not, goes with a status: in so many of its rows it is known, of so many."""
    filled, rows = known
    return (filled if date is not None else rows - filled) / rows >= _SOME


def _may_go_together(column: Column, table: Table) -> bool:
    plain = column.role in _GO_TOGETHER or (column.role == "contact" and column.format == "postcode")
    alone = column.name in table.display or column.unique or column.distinct >= table.rows or column.distinct < 2
    short = all(len(str(v)) <= _LONGEST for v in column.values)
    return plain and not alone and short and column.format not in _APART


def _says(pairs: Sequence[tuple[Json, Json]]) -> bool:
    """Wherever the first is the same, the second is, too; and that is not so just because it is mostly the same."""
    groups: dict[str, Counter[str]] = defaultdict(Counter)
    for one, two in pairs:
        if one is not None and two is not None:
            groups[str(one)][str(two)] += 1
    shared = [g for g in groups.values() if sum(g.values()) > 1]
    support = sum(sum(g.values()) for g in shared)
    overall = sum(groups.values(), Counter[str]())
    if support < _SUPPORT or len(shared) < 3 or max(overall.values()) > _USUAL * overall.total():
        return False
    return sum(max(g.values()) for g in shared) >= _NEARLY * support


def _within(gaps: Sequence[timedelta]) -> tuple[timedelta, timedelta] | None:
    if len(gaps) < _SPANS:
        return None
    ahead = sum(1 for g in gaps if g >= timedelta()) / len(gaps)
    if 1 - _ORDERED < ahead < _ORDERED:
        return None
    cut = int(len(gaps) * _OUTLIERS)
    return gaps[cut], gaps[len(gaps) - 1 - cut]
