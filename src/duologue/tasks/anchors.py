"""Rows and values that a person could come to the conversation with.

A user starts from what they know: a name, an order number on their papers, a category, a month. This module draws such
things from the image, once per table and then from memory. It reads the pristine image only; whether a value still holds after
earlier tasks is found out by executing the plan.
"""

import datetime
import random
from functools import cached_property

import apsw
from msgspec import Struct

from duologue.catalog.marks import stands_for_nothing
from duologue.catalog.model import Catalog, Column, Table
from duologue.environment import Image
from duologue.tasks.habits import Habits
from duologue.tasks.moments import moment_of
from duologue.tasks.pairs import Pair, pairs_of
from duologue.types import Json

SAMPLE = 400
"""Rows kept per table; spread over the whole table."""
LONGEST_NAME = 60
RECENT = 0.6
"""How often a row of an event is one of the latest."""


class Anchor(Struct, frozen=True):
    """A row as a person may know it: all its plain values by column, `@name` among them where it has one."""

    table: str
    values: dict[str, Json]


class Anchors:
    """Draws rows and values from one image."""

    def __init__(self, catalog: Catalog, image: Image) -> None:
        self.catalog, self._image = catalog, image
        self._rows: dict[str, list[Anchor]] = {}
        self._at: dict[str, dict[tuple[str, ...], Anchor]] = {}
        self._latest: dict[str, list[Anchor]] = {}
        self._values: dict[tuple[str, str], list[Json]] = {}

    @cached_property
    def _db(self) -> apsw.Connection:
        return self._image.connect()

    @cached_property
    def pairs(self) -> tuple[Pair, ...]:
        """What two tables say about the same."""
        return pairs_of(self.catalog, self._db)

    @cached_property
    def habits(self) -> Habits:
        """What goes together in the rows of a table."""
        return Habits(self)

    def rows(self, table: Table) -> list[Anchor]:
        """Up to `SAMPLE` rows, evenly spread, in key order."""
        if table.name not in self._rows:
            self._rows[table.name] = self._read(table)
        return self._rows[table.name]

    def _read(self, table: Table) -> list[Anchor]:
        columns = [c for c in table.columns if c.role != "other"]
        if not columns:
            return []
        names = ", ".join(_quoted(c.name) for c in columns)
        order = ", ".join(_quoted(c) for c in table.key) or "1"
        step = max(1, -(-table.rows // SAMPLE))
        sql = f"SELECT {names} FROM {_quoted(table.name)} ORDER BY {order}"
        out = []
        for i, row in enumerate(self._db.execute(sql)):
            if i % step == 0:
                values = {
                    c.name: v
                    for c, v in zip(columns, row, strict=True)
                    if v is not None and not isinstance(v, bytes) and not stands_for_nothing(v, c)
                }
                if table.display and all(d in values for d in table.display):
                    values["@name"] = " ".join(str(values[d]) for d in table.display)
                out.append(Anchor(table.name, values))
            if len(out) >= SAMPLE:
                break
        return out

    def named(self, table: Table, rng: random.Random) -> Anchor | None:
        """A row whose name can be said: short, one line, not blank, and not nothing but digits."""
        rows = self.rows(table)
        for _ in range(8):
            if not rows:
                return None
            anchor = rng.choice(rows)
            if sayable(anchor.values.get("@name")):
                return anchor
        return None

    def any(self, table: Table, rng: random.Random) -> Anchor | None:
        """Any row that can be addressed."""
        if table.name not in self._latest:
            self._latest[table.name] = self._recent(table)
        rows = self._latest[table.name] if rng.random() < RECENT else self.rows(table)
        rows = [r for r in rows if all(k in r.values for k in table.key)]
        return rng.choice(rows) if rows and table.key else None

    def _recent(self, table: Table) -> list[Anchor]:
        """The latest eighth of a table of events: what people mostly call about. Where it is known what moment it is, that is what lies
        nearest to it, before or ahead. All rows where no date says."""
        column = next((c for c in table.columns if c.role == "date" and c.sorts), None)
        rows = self.rows(table)
        if table.kind != "event" or column is None:
            return rows
        dated = sorted((r for r in rows if column.name in r.values), key=lambda r: str(r.values[column.name]))
        if now := moment_of(self.catalog.now.replace("T", " "), column):
            times = {id(r): moment_of(r.values[column.name], column) or datetime.datetime.min for r in dated}
            dated.sort(key=lambda r: -abs(times[id(r)] - now))
        return dated[-max(1, len(dated) // 8) :] or rows

    def at(self, table: Table, key: tuple[str, ...]) -> Anchor | None:
        """The sampled row with this key (parts as text)."""
        if table.name not in self._at:
            self._at[table.name] = {tuple(str(r.values.get(k)) for k in table.key): r for r in self.rows(table)}
        return self._at[table.name].get(key)

    def value(self, column: Column, rng: random.Random) -> Json:
        """A value that occurs in the column, as often as it occurs among the sampled rows; None if there is none."""
        table = self.catalog.table(column.table)
        rows = self.rows(table)
        for _ in range(6):
            if rows:
                value = rng.choice(rows).values.get(column.name)
                if value is not None and str(value).strip() and str(value).isprintable():
                    return value
        return None

    def values(self, column: Column) -> list[Json]:
        """The sampled values of a column, ordered; numbers and text apart."""
        of = (column.table, column.name)
        if of not in self._values:
            held = (r.values.get(column.name) for r in self.rows(self.catalog.table(column.table)))
            self._values[of] = sorted(
                (v for v in held if isinstance(v, int | float | str)), key=lambda v: (isinstance(v, str), v)
            )
        return self._values[of]


def sayable(value: Json) -> bool:
    """A person could say this to name something."""
    if not isinstance(value, str) or not value.strip() or len(value) > LONGEST_NAME:
        return False
    return value.isprintable() and any(ch.isalpha() for ch in value) and value == value.strip()


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
