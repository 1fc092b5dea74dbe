"""What results showed, by field and by row: the ground on which `attribution` stands.

Rows and fields are read through the tools' `outputs`, so a value's column, and with it the name people call it by, is known.
Figures are numbers and days; everything else in a row may serve to name it.
"""

import re
from collections.abc import Collection, Iterable, Mapping

from msgspec import Struct

from duologue.catalog.model import Column
from duologue.checks.kept import Kept
from duologue.language.reading import DateSaid, Day, Number, Reading
from duologue.language.values import clean, moment, same_figure
from duologue.plans.index import Group, groups_of
from duologue.plans.trace import Executed
from duologue.types import Json, Tool

__all__ = ["NOBODY", "Claim", "Figure", "Listing", "Row", "Seen", "among"]

Figure = int | float | Day
Claim = Number | DateSaid
"""A figure in a text."""

_VAGUE = frozenset(
    [
        "number",
        "total",
        "count",
        "value",
        "amount",
        "name",
        "date",
        "id",
        "code",
        "year",
        "time",
        "status",
        "type",
        "rate",
        "order",
        "no",
        "key",
    ]
)
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?\Z")


class Row(Struct, frozen=True):
    """A row of a result: the texts that may stand for it (`identity`: those that name it anywhere), its figures by field."""

    names: tuple[str, ...]
    identity: tuple[str, ...]
    figures: dict[str, Figure]


NOBODY = Row((), (), {})
"""Stands for rows that share a name: figures beside it are not held against anyone."""


class Listing(Struct, frozen=True):
    """The rows of one list in the result at `turn`."""

    turn: int
    rows: tuple[Row, ...]


class Seen:
    """What was said and returned so far."""

    def __init__(self, columns: Mapping[str, Column]) -> None:
        self.columns, self.labels = columns, _labels(columns)
        self.by_label: dict[str, set[Figure]] = {}
        """What was returned, or passed, for the columns of a name."""
        self.labels_of: dict[Figure, set[str]] = {}
        self.fresh: dict[int, dict[str, set[Figure]]] = {}
        """The same by turn of the result."""
        self.listings: list[Listing] = []
        self.by_name: dict[str, list[Row]] = {}
        """Every row, by what names it."""
        self.free: set[Figure] = set()
        """Figures that belong to no row: said by the user, lengths of lists, limits, counts."""
        self.results: list[Json] = []

    def hear(self, reading: Reading) -> None:
        """The user's own figures may be repeated of anything."""
        self.free.update(n.value for n in reading.numbers)
        self.free.update(day for d in reading.dates for day in d.days)

    def add(self, call: Executed, tool: Tool) -> None:
        """A result, and the arguments that led to it."""
        for name, value in call.call.arguments.items():
            slot = tool.inputs.get(name)
            if slot is not None:
                self._note(f"{slot.table}.{slot.column}", value, call.turn)
        self.results.append(call.result)
        lists = [v for v in call.result.values() if isinstance(v, list)]
        self.free.update(map(len, lists))
        if lists:  # beside a list stand figures about the list
            self.free.update(v for v in call.result.values() if isinstance(v, int))
        for group in _groups(tool):
            rows = tuple(self._row(group, raw, call.turn) for raw in group.rows(call.result))
            for row in rows:
                for name in row.identity:
                    self.by_name.setdefault(name, []).append(row)
            if group.many and len(rows) > 1:
                self.listings.append(Listing(call.turn, rows))

    def _row(self, group: Group, raw: Mapping[str, Json], turn: int) -> Row:
        names: list[str] = []
        identity: list[str] = []
        figures: dict[str, Figure] = {}
        for field, key in group.fields:
            value = raw.get(field)
            figure = self._note(key, value, turn)
            if figure is not None:
                figures[field] = figure
            names_it = self._names(key)
            if len(str(value)) > 2 and (names_it or (figure is None and isinstance(value, str))):
                names.append(clean(str(value)).lower())
                if names_it:
                    identity.append(names[-1])
        return Row(tuple(names), tuple(identity), figures)

    def _names(self, key: str) -> bool:
        if key.endswith(".@name"):
            return True
        column = self.columns.get(key)
        return column is not None and column.role in ("name", "key")

    def _note(self, key: str, value: Json, turn: int) -> Figure | None:
        """Remember a value under its column's name; its figure, where it is one."""
        column = self.columns.get(key) or self.columns.get(key.rpartition(":")[0])
        figure = _figure(value, column)
        if figure is None:
            return None
        if key.endswith((":count", ":total", ".")):  # a number of rows; a limit
            self.free.add(figure)
        label = column.label.lower() if column is not None else ""
        if label in self.labels:
            self.by_label.setdefault(label, set()).add(figure)
            self.labels_of.setdefault(figure, set()).add(label)
            self.fresh.setdefault(turn, {}).setdefault(label, set()).add(figure)
        return figure


def among(claim: Claim, figures: Collection[Figure] | Iterable[Figure]) -> bool:
    """Whether a figure in a text is one of these, as it is or rounded as it was said."""
    if isinstance(claim, Number):
        if isinstance(figures, set) and claim.value in figures:
            return True
        if isinstance(figures, set) and not (claim.decimals or claim.percent):
            return False
        return any(not isinstance(f, tuple) and same_figure(claim, f) for f in figures)
    return any(
        isinstance(f, tuple) and any(f[1:] == day[1:] and (day[0] in (0, f[0]) or f[0] == 0) for day in claim.days)
        for f in figures
    )


def _figure(value: Json, column: Column | None) -> Figure | None:
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return value
    if isinstance(value, str) and value:
        when = moment(value, column)
        if when is not None:
            return when[0]
        if _NUMBER.match(value):
            return float(value)
    return None


def _find_labels(columns: Mapping[str, Column]) -> frozenset[str]:
    """Labels that leave no doubt which column is meant."""
    labels = {c.label.lower() for c in columns.values()}
    return frozenset(x for x in labels if len(x) > 3 and x not in _VAGUE)


_labels = Kept(_find_labels)
_groups = Kept(groups_of, 2048)
