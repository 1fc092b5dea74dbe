"""A few real rows for the author of a task: some of one table, and those of its neighbours that belong to them."""

import random
from functools import cached_property

import apsw
from msgspec import Struct

from duologue.catalog.examples import json_value
from duologue.catalog.model import Catalog, Table
from duologue.environment import Image, quote
from duologue.types import Json

ROWS = 3
COLUMNS = 14
LONGEST = 60


class Excerpt(Struct, frozen=True):
    """A few rows of a table, as columns and values. `partly`: it has columns that are not shown."""

    table: str
    rows: tuple[dict[str, Json], ...]
    partly: bool


class Excerpts:
    """Draws rows of one image."""

    def __init__(self, catalog: Catalog, image: Image) -> None:
        self.catalog, self._image = catalog, image

    @cached_property
    def _db(self) -> apsw.Connection:
        return self._image.connect()

    def draw(self, main: Table, near: list[Table], dice: random.Random) -> tuple[Excerpt, ...]:
        """A few rows of a table, and those of its neighbours that belong to them (any, where none do)."""
        rows = self._some(main, dice)
        out = [_excerpt(main, rows)]
        for table in near:
            out.append(_excerpt(table, self._linked(main, rows, table) or self._some(table, dice)))
        return tuple(out)

    def _some(self, table: Table, dice: random.Random) -> list[dict[str, Json]]:
        order = ", ".join(map(quote, table.key)) or "1"
        places = sorted(dice.sample(range(table.rows), min(ROWS, table.rows)))
        sql = f"SELECT {_columns(table)} FROM {quote(table.name)} ORDER BY {order} LIMIT 1 OFFSET ?"
        return [r for place in places for r in self._read(table, sql, (place,))]

    def _linked(self, main: Table, rows: list[dict[str, Json]], table: Table) -> list[dict[str, Json]]:
        for link in self.catalog.links:
            if {link.table, link.to} != {main.name, table.name} or len(link.columns) != 1:
                continue
            out = link.table == main.name
            ours, theirs = (link.columns[0], link.to_columns[0]) if out else (link.to_columns[0], link.columns[0])
            order = ", ".join(map(quote, table.key)) or "1"
            sql = (
                f"SELECT {_columns(table)} FROM {quote(table.name)} WHERE {quote(theirs)} = ? ORDER BY {order} LIMIT 2"
            )
            keys = dict.fromkeys(r[ours] for r in rows if r.get(ours) is not None)
            found = [r for key in keys for r in self._read(table, sql, (key,))]
            return found[:ROWS]
        return []

    def _read(self, table: Table, sql: str, values: tuple[Json, ...]) -> list[dict[str, Json]]:
        names = [c.name for c in table.columns]
        return [dict(zip(names, row, strict=True)) for row in self._db.execute(sql, values).fetchall()]


def _columns(table: Table) -> str:
    return ", ".join(quote(c.name) for c in table.columns)


def _excerpt(table: Table, rows: list[dict[str, Json]]) -> Excerpt:
    """Rows as they are shown: the first columns, short plain values. What is empty is shown as that: left out, it would look unknown."""
    names = [c.name for c in table.columns if c.role != "other"][:COLUMNS]
    shown = tuple({n: _shown(r[n]) for n in names if r[n] is None or _shown(r[n]) is not None} for r in rows)
    return Excerpt(table.name, shown, partly=len(names) < len(table.columns))


def _shown(value: object) -> Json:
    plain = json_value(value) if not isinstance(value, str) else value
    return plain[:LONGEST] + "…" if isinstance(plain, str) and len(plain) > LONGEST else plain
