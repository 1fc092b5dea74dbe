"""What the rows hold: one reading of each table, summed up per column.

Up to `EXACT_ROWS` rows (and `EXACT_CELLS` cells) figures are exact. Of larger tables counts, least and most are exact
(one aggregate query per column) and the rest comes from an evenly spaced sample, the same one each time. Text that is not valid
UTF-8 is read as bytes and decoded with replacement characters; such values are never given as examples. A view that
fails or runs beyond its budget of VM steps is left out.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import apsw
from msgspec import Struct, structs

from duologue.catalog.introspect import RawTable, quote

EXACT_ROWS = 200_000
EXACT_CELLS = 4_000_000
WHOLE_CELLS = 600_000
"""Tables up to this size are read in one go; larger ones column by column, to keep memory low."""
SAMPLE_ROWS = 20_000
KEPT = 5_000
"""Distinct values kept per column, for formats and links."""
FEW = 60
"""Columns of a sampled table with no more different values than this are read in full, values only."""
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
    counted: Value = db.execute(f"SELECT count(*) FROM {source}").get
    rows = int(counted)
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
    columns, broken = _fetch(db, names, _sample_source(db, table, rows))
    found = {}
    for name, values in zip(names, columns, strict=True):
        filled, least, most = _totals(db, table.name, name)
        whole = _scale_up(_sum_up(values, len(values)), rows, filled, (least, most), _is_unique(table, name))
        found[name] = _with_all_values(db, table.name, name, whole)
    return TableStats(rows, found, broken)


def _sample_source(db: apsw.Connection, table: RawTable, rows: int) -> str:
    """What to select the sample from: rows at even distances by rowid, or the first rows where there is no rowid."""
    source = quote(table.name)
    if not table.rowid:
        return f"{source} LIMIT {SAMPLE_ROWS}"
    ends: tuple[Value, ...] = db.execute(f"SELECT min(rowid), max(rowid) FROM {source}").fetchall()[0]
    first, last = ends
    span = last - first + 1
    if span > 4 * rows:  # rowids far apart: a step would miss most of them
        return f"{source} LIMIT {SAMPLE_ROWS}"
    step = span // SAMPLE_ROWS + 1
    while any(step % p == 0 for p in (2, 3, 5, 7)):  # so as not to fall in step with rows that repeat in turn
        step += 1
    return f"{source} WHERE (rowid - {first}) % {step} = 0 LIMIT {SAMPLE_ROWS}"


def _totals(db: apsw.Connection, table: str, column: str) -> tuple[int, Value, Value]:
    """How many values a column has, the least and the most of them."""
    name = quote(column)
    row: tuple[Value, ...]
    try:
        row = db.execute(f"SELECT count({name}), min({name}), max({name}) FROM {quote(table)}").fetchall()[0]
    except UnicodeDecodeError:
        row = (db.execute(f"SELECT count({name}) FROM {quote(table)}").get, None, None)
    return row[0], row[1], row[2]


def _with_all_values(db: apsw.Connection, table: str, column: str, stats: ColumnStats) -> ColumnStats:
    """Of a column with few different values, all of them: the sample may have missed one."""
    if not 0 < stats.distinct <= FEW:
        return stats
    name = quote(column)
    try:
        rows = db.execute(
            f"SELECT DISTINCT {name} FROM {quote(table)} WHERE {name} IS NOT NULL LIMIT {KEPT}"
        ).fetchall()
    except UnicodeDecodeError:
        return stats
    counts = stats.counts | {v: 1 for (v,) in rows if v not in stats.counts}
    return structs.replace(stats, counts=counts, distinct=len(counts), whole=len(rows) < KEPT)


def _is_unique(table: RawTable, column: str) -> bool:
    return (column,) in table.unique or table.key == (column,)


def _scale_up(sample: ColumnStats, rows: int, filled: int, limits: tuple[Value, Value], unique: bool) -> ColumnStats:
    """A sample's figures as those of the whole table. Mostly different values are taken to stay mostly different."""
    share = sample.distinct / max(1, sample.filled)
    distinct = filled if unique else round(share * filled) if share > 0.5 else sample.distinct
    if isinstance(limits[0], int) and isinstance(limits[1], int):
        distinct = min(distinct, limits[1] - limits[0] + 1)
    trusted = type(limits[0]) is type(sample.least) and type(limits[1]) is type(sample.most) and not _infinite(limits)
    return structs.replace(
        sample,
        rows=rows,
        nulls=rows - filled,
        distinct=distinct,
        least=limits[0] if trusted else sample.least,
        most=limits[1] if trusted else sample.most,
        whole=False,
        unique=unique,
        sampled=True,
    )


def _infinite(values: Iterable[Value]) -> bool:
    return any(isinstance(v, float) and not math.isfinite(v) for v in values)


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
