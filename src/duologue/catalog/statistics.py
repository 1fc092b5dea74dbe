"""What the rows hold: one reading of each table, summed up per column.

Up to `EXACT_ROWS` rows (and `EXACT_CELLS` cells) figures are exact. Of larger tables counts, least and most are exact
(one aggregate query) and the rest comes from an evenly spaced sample, the same one each time. Text that is not valid
UTF-8 is read as bytes and decoded with replacement characters; such values are never given as examples. A view that
fails or runs beyond its budget of VM steps is left out.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import apsw
from msgspec import Struct

from duologue.catalog.introspect import RawTable, quote

EXACT_ROWS = 200_000
EXACT_CELLS = 4_000_000
WHOLE_CELLS = 600_000
"""Tables up to this size are read in one go; larger ones column by column, to keep memory low."""
SAMPLE_ROWS = 20_000
KEPT = 5_000
"""Distinct values kept per column, for formats and links."""
COMMON = 30
LONG = 200
"""Texts longer than this are compared by their start and length; nobody names a category that way."""
VIEW_STEPS = 200_000_000

Value = Any  # None, int, float, str or bytes


class ColumnStats(Struct, frozen=True):
    """The values of one column. `counts` holds distinct values with how often each occurs, commonest first."""

    rows: int
    nulls: int
    distinct: int
    types: dict[str, int]
    """Storage class → how many values: INTEGER · REAL · TEXT · BLOB."""
    least: Value
    most: Value
    counts: dict[Value, int]
    """At most `KEPT` values; all of them where `whole`."""
    whole: bool
    longest: int
    """Length of the longest text."""
    unique: bool
    sampled: bool

    @property
    def filled(self) -> int:
        """How many values are not NULL."""
        return self.rows - self.nulls


class TableStats(Struct, frozen=True):
    """A table's columns, by name."""

    rows: int
    columns: dict[str, ColumnStats]
    broken_text: bool
    """Some text was not valid UTF-8."""


def read_stats(db: apsw.Connection, table: RawTable) -> TableStats:
    """Read a table. Raises `apsw.Error` where it can't be read (a view over something missing, or beyond its budget)."""
    if table.kind == "table":
        return _read(db, table)
    spent = 0

    def step() -> bool:
        nonlocal spent
        spent += 100_000
        return spent > VIEW_STEPS

    db.set_progress_handler(step, 100_000, id=step)
    try:
        return _read(db, table)
    finally:
        db.set_progress_handler(None, id=step)


def _read(db: apsw.Connection, table: RawTable) -> TableStats:
    source = quote(table.name)
    rows = int(db.execute(f"SELECT count(*) FROM {source}").get)
    names = [c.name for c in table.columns]
    if not rows:
        return TableStats(0, {}, False)
    cells = rows * len(names)
    if rows > EXACT_ROWS or cells > EXACT_CELLS:
        return _read_sampled(db, table, rows)
    if cells <= WHOLE_CELLS:
        columns, broken = _fetch(db, names, source)
        return TableStats(rows, {n: _sum_up(v, rows) for n, v in zip(names, columns, strict=True)}, broken)
    found, any_broken = {}, False
    for name in names:
        (values,), broken = _fetch(db, [name], source)
        found[name], any_broken = _sum_up(values, rows), any_broken or broken
    return TableStats(rows, found, any_broken)


def _read_sampled(db: apsw.Connection, table: RawTable, rows: int) -> TableStats:
    names = [c.name for c in table.columns]
    source, step = quote(table.name), max(1, rows // SAMPLE_ROWS)
    where = f"{source} WHERE rowid % {step} = 0" if table.rowid else source
    columns, broken = _fetch(db, names, f"{where} LIMIT {SAMPLE_ROWS}")
    found = {}
    for name, values in zip(names, columns, strict=True):
        column = quote(name)
        filled = int(db.execute(f"SELECT count({column}) FROM {source}").get)
        sample = _sum_up(values, len(values))
        share = sample.distinct / max(1, sample.filled)
        distinct = round(share * filled) if share > 0.5 else sample.distinct
        found[name] = ColumnStats(
            rows=rows,
            nulls=rows - filled,
            distinct=distinct,
            types=sample.types,
            least=sample.least,
            most=sample.most,
            counts=sample.counts,
            whole=False,
            longest=sample.longest,
            unique=(name,) in table.unique or table.key == (name,),
            sampled=True,
        )
    return TableStats(rows, found, broken)


def _fetch(db: apsw.Connection, names: Sequence[str], source: str) -> tuple[list[Sequence[Value]], bool]:
    """The values of columns, and whether any text had to be mended."""
    quoted = [quote(n) for n in names]
    try:
        rows = db.execute(f"SELECT {', '.join(quoted)} FROM {source}").fetchall()
    except UnicodeDecodeError:
        pieces = ", ".join(
            f"typeof({q}) = 'text', CASE typeof({q}) WHEN 'text' THEN CAST({q} AS BLOB) ELSE {q} END" for q in quoted
        )
        rows = db.execute(f"SELECT {pieces} FROM {source}").fetchall()
        flat = list(zip(*rows, strict=True)) or [()] * (2 * len(names))
        return [_decode(flat[i], flat[i + 1]) for i in range(0, len(flat), 2)], True
    return list(zip(*rows, strict=True)) or [()] * len(names), False


def _decode(is_text: Iterable[int], values: Iterable[Value]) -> list[Value]:
    return [v.decode("utf-8", "replace") if t else v for t, v in zip(is_text, values, strict=True)]


_CLASSES = {int: "INTEGER", float: "REAL", str: "TEXT", bytes: "BLOB"}


def _sum_up(values: Sequence[Value], rows: int) -> ColumnStats:
    counted = Counter(values)
    nulls = counted.pop(None, 0)
    types = Counter(map(type, values))
    types.pop(type(None), None)
    longest = max(map(len, filter(_is_text, counted)), default=0) if str in types else 0
    distinct = len(counted)
    if longest > LONG:
        counted = Counter({v: n for v, n in counted.items() if not isinstance(v, str) or len(v) <= LONG * 20})
    ordered = sorted(counted.items(), key=_by_count) if distinct < len(values) - nulls else list(counted.items())
    least, most = _range(counted)
    return ColumnStats(
        rows=rows,
        nulls=nulls,
        distinct=distinct,
        types={_CLASSES[t]: n for t, n in types.items()},
        least=least,
        most=most,
        counts=dict(_spread(ordered)),
        whole=len(ordered) == distinct and distinct <= KEPT,
        longest=longest,
        unique=distinct == len(values) - nulls and distinct > 0,
        sampled=False,
    )


def _is_text(value: Value) -> bool:
    return isinstance(value, str)


def _by_count(item: tuple[Value, int]) -> int:
    return -item[1]


def _spread(ordered: list[tuple[Value, int]]) -> list[tuple[Value, int]]:
    """At most `KEPT` items: the commonest, then others evenly spaced, so that late values are seen too."""
    if len(ordered) <= KEPT:
        return ordered
    rest = ordered[COMMON:]
    step = len(rest) / (KEPT - COMMON)
    return ordered[:COMMON] + [rest[int(i * step)] for i in range(KEPT - COMMON)]


def _range(counted: Iterable[Value]) -> tuple[Value, Value]:
    """Least and most of the finite numbers, or of the texts where there are no numbers."""
    numbers = [v for v in counted if isinstance(v, (int, float)) and math.isfinite(v)]
    if numbers:
        return min(numbers), max(numbers)
    texts = [v for v in counted if isinstance(v, str)]
    return (min(texts), max(texts)) if texts else (None, None)
