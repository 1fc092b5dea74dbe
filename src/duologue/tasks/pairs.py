"""What two tables of an image say about the same: a column kept in both, a stored figure that the rows of another table come to.

Nothing but the data says that: where most rows of one table hold what the row they refer to holds, far more than chance has it, one is a copy of the
other; where a figure is mostly what the rows that refer to its row add up to, or how many they are, it is their total. Which rows don't agree is kept
too, since those are what people come to talk about. Looked for once per image, in its first rows; a figure is held against all rows that refer to
its own, and against none where they are very many.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

import apsw
from msgspec import Struct

from duologue.catalog.model import Catalog, Column, Link, Table
from duologue.types import Json

__all__ = ["Pair", "pairs_of"]

_LOOKED_AT = 2_000
"""Rows that are looked at: of those that hold a copy, or of those that hold a figure."""
_LONGEST = 200_000
"""Rows of a table beyond which nothing is added up: that would take long."""
_FEWEST = 16
"""Rows that have both sides, for it to say anything."""
_MOSTLY = 0.5
"""From this share of rows on a figure is what others come to."""
_BEYOND_CHANCE = 0.25
"""So much more often than by chance a copy agrees."""
_COPIED = frozenset({"category", "contact", "measure", "name", "status", "text", "date"})
_TEXTS = frozenset({"category", "contact", "name", "text"})
"""Roles that the same thing may have in two tables: where there are few rows a city tells them apart, where there are many it is a kind."""
_NUMBERS = frozenset({"INTEGER", "REAL"})
_NO_SUM = frozenset({"percent", "year", "month", "time", "code"})
_SAY_NOTHING = frozenset({"date", "time", "at", "on", "of", "the", "name", "number", "total"})
"""Words that the names of columns share for no reason."""
_KEPT = 200
"""Keys that are kept of the rows that agree, and of those that don't."""


class Pair(Struct, frozen=True):
    """A column, and what another table says of the same."""

    column: Column
    """Of the row that is looked at: the one that refers to the other table (a copy), or is referred to (a total)."""
    link: Link
    how: str
    """As in `OtherSide`: same · sum · count."""
    other: Column | None
    """Nothing of a count."""
    times: Column | None = None
    """Of a sum: what each `other` is multiplied by before it is added up."""
    at_odds: tuple[Json, ...] = ()
    """Keys of rows that don't agree, in the image; nothing where a key takes several columns."""
    agreeing: tuple[Json, ...] = ()


def pairs_of(catalog: Catalog, db: apsw.Connection) -> tuple[Pair, ...]:
    """All pairs, in the order of the catalog's links."""
    out: list[Pair] = []
    for link in catalog.links:
        child, parent = catalog.table(link.table), catalog.table(link.to)
        between = [x for x in catalog.links if (x.table, x.to) == (link.table, link.to)]
        plain = len(parent.key) == 1 and link.to_columns == parent.key and len(between) == 1
        if not plain or child.name == parent.name or not (child.writable and parent.writable):
            continue
        out += _copies(db, link, child, parent)
        if child.rows <= _LONGEST:
            out += _totals(db, link, child, parent)
    return tuple(out)


def _copies(db: apsw.Connection, link: Link, child: Table, parent: Table) -> Iterator[Pair]:
    """Columns that hold what the row referred to holds."""
    ones = [c for c in child.columns if c.role in _COPIED and c.name not in (*link.columns, *child.key, *child.display)]
    twos = [c for c in parent.columns if c.role in _COPIED and c.name not in (*parent.key, *parent.display)]
    alike = [(c, d) for c in ones for d in twos if _could_be_one(c, d)]
    if not alike:
        return
    key = f"c.{_quoted(child.key[0])}" if len(child.key) == 1 else "NULL"
    read = [key, *(f"c.{_quoted(c.name)}" for c in ones)] + [f"p.{_quoted(d.name)}" for d in twos]
    joined = f"{_quoted(child.name)} c JOIN {_quoted(parent.name)} p ON c.{_quoted(link.columns[0])} = p.{_quoted(link.to_columns[0])}"
    rows = list(db.execute(f"SELECT {', '.join(read)} FROM {joined} ORDER BY 1 LIMIT {_LOOKED_AT}"))
    for c, d in alike:
        i, j = 1 + ones.index(c), 1 + len(ones) + twos.index(d)
        held = [(r[0], r[i], r[j]) for r in rows if r[i] is not None and r[j] is not None]
        if len(held) >= _FEWEST and _is_copy([(a, b) for _, a, b in held]):
            yield _pair(Pair(c, link, "same", d), held)


def _could_be_one(one: Column, two: Column) -> bool:
    """They are of one kind, and share a word in their names or a unit, or are sums of money."""
    alike = one.role == two.role or {one.role, two.role} <= _TEXTS
    kind = one.type == two.type or {one.type, two.type} <= _NUMBERS
    if not alike or not kind or _is_mixed(one) or _is_mixed(two):
        return False
    shared = set(one.label.lower().split()) & set(two.label.lower().split()) - _SAY_NOTHING
    return bool(shared) or one.format == two.format == "money" or bool(one.unit and one.unit == two.unit)


def _is_mixed(column: Column) -> bool:
    """It holds texts among numbers, or the like; whole numbers among others are none."""
    return bool(set(column.strays) - _NUMBERS)


def _is_copy(held: Sequence[tuple[Json, Json]]) -> bool:
    same = sum(1 for a, b in held if a == b) / len(held)
    ones, twos = Counter(a for a, _ in held), Counter(b for _, b in held)
    chance = sum(n * twos[value] for value, n in ones.items()) / len(held) ** 2
    return same >= _MOSTLY and same >= chance + _BEYOND_CHANCE


def _totals(db: apsw.Connection, link: Link, child: Table, parent: Table) -> Iterator[Pair]:
    """Figures that the rows referring to theirs come to."""
    totals = [c for c in parent.columns if _is_figure(c) and c.name not in parent.key]
    figures = [c for c in child.columns if _is_figure(c) and c.name not in (*child.key, *link.columns)]
    if not totals:
        return
    ways: list[tuple[str, Column | None, Column | None]] = [("count", None, None)]
    ways += [("sum", c, None) for c in figures]
    ways += [("sum", c, d) for c in figures for d in figures if c.name != d.name and _dearer(c, d)]
    # Whole numbers may come to more than SQLite can hold, which is an error there: they are added up as real ones.
    sums = [
        f"sum({'*'.join(f'CAST({_quoted(x.name)} AS REAL)' for x in (c, d) if x)})" if c else "count(*)"
        for _, c, d in ways
    ]
    refer = _quoted(link.columns[0])
    inner = f"SELECT {refer} AS of, {', '.join(f'{s} AS s{i}' for i, s in enumerate(sums))} FROM {_quoted(child.name)} GROUP BY 1"
    read = [f"p.{_quoted(n)}" for n in (link.to_columns[0], *(c.name for c in totals))]
    read += [f"s.s{i}" for i in range(len(sums))]
    joined = f"({inner}) s JOIN {_quoted(parent.name)} p ON p.{_quoted(link.to_columns[0])} = s.of"
    rows = list(db.execute(f"SELECT {', '.join(read)} FROM {joined} ORDER BY 1 LIMIT {_LOOKED_AT}"))
    for i, total in enumerate(totals, 1):
        for j, (how, c, d) in enumerate(ways, 1 + len(totals)):
            held = [(r[0], _rounded(r[i]), _rounded(r[j])) for r in rows if _is_number(r[i]) and _is_number(r[j])]
            if len(held) >= _FEWEST and _is_copy([(a, b) for _, a, b in held]):
                yield _pair(Pair(total, link, how, c, d), held)


def _is_figure(column: Column) -> bool:
    return (
        column.role == "measure"
        and column.type in ("INTEGER", "REAL")
        and not _is_mixed(column)
        and column.format not in _NO_SUM
    )


def _dearer(column: Column, times: Column) -> bool:
    """Of price and quantity the price is what is multiplied; of two figures that say no more one order will do."""
    money = column.format == "money", times.format == "money"
    return money[0] if money[0] != money[1] else column.name < times.name


def _pair(pair: Pair, held: Sequence[tuple[Json, Json, Json]]) -> Pair:
    numbers = _is_number(held[0][1])
    odd = [
        k for k, a, b in held if k is not None and (_rounded(a) != _rounded(b) if numbers and _is_number(b) else a != b)
    ]
    but = {None, *odd}
    even = [k for k, _, _ in held if k not in but]
    return Pair(pair.column, pair.link, pair.how, pair.other, pair.times, tuple(odd[:_KEPT]), tuple(even[:_KEPT]))


def _rounded(value: int | float) -> float:
    """To the cent: what is added up is seldom exact beyond."""
    return round(value + 0.0, 2)


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
