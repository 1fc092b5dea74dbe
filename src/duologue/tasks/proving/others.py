"""Plausible others: the next row, another value of a column, a figure that is a digit off.

Rows come from the untouched image, the first and the last hundred of a table as they lie there, read once. A value's neighbours are
in the order in which somebody is likely to slip into them.
"""

import datetime
import re
from collections.abc import Iterator, Mapping

import apsw

from duologue.catalog.model import Catalog, Column, Table
from duologue.environment import Image, quote
from duologue.types import Json, Tool

POOL = 100
"""Rows that are looked at from each end of a table."""
_INDEX = re.compile(r"\[\d+\]")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class Rows:
    """Rows of one image, for mistaking them."""

    def __init__(self, catalog: Catalog, image: Image) -> None:
        self._tables: dict[str, Table] = {t.name: t for t in catalog.tables}
        self._image = image
        self._db: apsw.Connection | None = None
        self._pools: dict[str, list[dict[str, Json]]] = {}
        self._keys: dict[tuple[str, ...], list[tuple[str, ...]]] = {}

    def of(self, table: str) -> list[dict[str, Json]]:
        """Rows of a table; none where the catalog doesn't know it."""
        if table not in self._pools:
            self._pools[table] = self._read(self._tables[table]) if table in self._tables else []
        return self._pools[table]

    def _read(self, table: Table) -> list[dict[str, Json]]:
        self._db = self._db or self._image.connect()
        names = [c.name for c in table.columns]
        sql = f"SELECT {', '.join(map(quote, names))} FROM {quote(table.name)} LIMIT {POOL} OFFSET ?"
        ends = (0, max(POOL, table.rows - POOL))
        return [dict(zip(names, row, strict=True)) for skip in ends for row in self._db.execute(sql, (skip,))]

    def beside(self, table: str, key: Mapping[str, Json], most: int = 3) -> list[dict[str, Json]]:
        """Rows of which every one of the given columns has a value and some differ: those behind the row itself first."""
        keys, own = self._texts(table, tuple(key)), tuple(str(v) for v in key.values())
        at = keys.index(own) if own in keys else -1
        out: list[dict[str, Json]] = []
        for i in (*range(at + 1, len(keys)), *range(max(at, 0))):
            row = self.of(table)[i]
            if keys[i] != own and all(_is_plain(row.get(c)) for c in key):
                out.append(row)
                if len(out) == most:
                    break
        return out

    def without(self, table: str, column: str, values: set[str]) -> list[dict[str, Json]]:
        """The rows whose column, as text, has none of the values."""
        texts = self._texts(table, (column,))
        return [row for row, (text,) in zip(self.of(table), texts, strict=True) if text not in values]

    def _texts(self, table: str, columns: tuple[str, ...]) -> list[tuple[str, ...]]:
        """What every row has in these columns, as text."""
        of = (table, *columns)
        if of not in self._keys:
            self._keys[of] = [tuple(str(r.get(c)) for c in columns) for r in self.of(table)]
        return self._keys[of]

    def names(self, table: str) -> list[str]:
        """What rows of a table are called."""
        known = self._tables.get(table)
        if known is None or not known.display:
            return []
        return [
            " ".join(str(r[d]) for d in known.display)
            for r in self.of(table)
            if all(r.get(d) is not None for d in known.display)
        ]


def _is_plain(value: Json) -> bool:
    return value is not None and not isinstance(value, bytes | bool)


def alike(value: Json, model: Json) -> Json:
    """A key in the type in which the other one was given: as a number or as text."""
    if isinstance(model, str) and isinstance(value, int | float):
        return str(value)
    if isinstance(model, int) and isinstance(value, str) and value.lstrip("-").isdigit():
        return int(value)
    return value


def next_key(value: Json) -> Json:
    """The key a slip away, where nothing is known of the rows; None where there is none."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    if isinstance(value, int):
        return value + 1
    return str(int(value) + 1).zfill(len(value)) if value.isdigit() else f"{value}x"


def other_values(value: Json, schema: Mapping[str, Json], column: Column | None) -> Iterator[Json]:
    """Other values for a parameter: of its enum; else of its column, a bit more, a day later, another text."""
    choices = schema.get("enum")
    if choices:
        yield from (c for c in choices if c is not None and str(c) != str(value))
        return
    if isinstance(value, bool):
        yield not value
        return
    if isinstance(value, list | dict) or value is None:
        return
    known = column.values if column is not None and column.role in ("category", "status", "flag") else ()
    yield from (alike(v, value) for v in known if type(alike(v, value)) is type(value) and str(v) != str(value))
    yield from slips(value)
    if column is not None and isinstance(value, str):
        yield from (str(v) for v in column.values if isinstance(v, str) and v != value)
    if isinstance(value, str) and not _DAY.match(value):
        yield f"{value} 2"


def slips(value: Json) -> Iterator[Json]:
    """The figure or the day a slip away."""
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, int):
        yield from (value + 1, value - 1, value + 10)
    elif isinstance(value, float):
        yield from (round(value + 1, 6), round(value + 10, 6), round(value - 1, 6))
    elif isinstance(value, str):
        day = _DAY.match(value)
        if day is not None:
            yield from (later + value[10:] for by in (1, -1, 7) if (later := _moved(day[0], by)))
        elif re.fullmatch(r"-?\d{1,15}", value):
            yield str(int(value) + 1).zfill(len(value))
        elif re.fullmatch(r"-?\d{1,15}\.\d{1,6}", value):
            whole, _, part = value.partition(".")
            yield f"{int(whole) + 1}.{part}"


def _moved(day: str, by: int) -> str:
    try:
        return (datetime.date.fromisoformat(day) + datetime.timedelta(days=by)).isoformat()
    except (ValueError, OverflowError):
        return ""


def slots_at(tool: Tool, path: str) -> set[str]:
    """The names by which what lies at a path of a result may be known (`table.column[:use]`); none where it is not."""
    slot = tool.outputs.get(_INDEX.sub("[]", path))
    if slot is None or not slot.column:
        return {":count"} if slot is not None and slot.use == "total" else set()
    plain = f"{slot.table}.{slot.column}"
    if slot.use == "name":
        return {plain, f"{slot.table}.@name"}
    return {plain, f"{plain}:{slot.use}"} if slot.use else {plain}


def is_of(tool: Tool, path: str, slot: str) -> bool:
    """What lies at a path of a result is the field of that slot, or nothing is known of it."""
    known = slots_at(tool, path)
    return not known or slot in known


def same(one: Json, other: Json) -> bool:
    """The same value, whether written as a number or as text."""
    if isinstance(one, bool) or isinstance(other, bool) or one is None or other is None:
        return one is other
    return bool(one == other) or str(one) == str(other)
