"""What there is to say about a list too long to be read out: in what order it comes, and what its figures range over.

The task fixes which rows are told, the first few. What makes them worth telling is the order they stand in, and that is said only where
the whole list was seen and really is in that order: "the latest are", never "the first ones are" of no order at all.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from duologue.catalog.model import Column
from duologue.language.phrases import Phrases
from duologue.plans.rows import Listing, Row
from duologue.types import Json, Need, Pick

__all__ = ["overview"]

_PERIODS = ("month", "year", "day")
_WORDS = {2: "two", 3: "three", 4: "four", 5: "five"}
_PAGE = 5
"""Rows of a longer list that show in what order it is."""
_LONGEST = 60
"""Characters of a name that is compared with others."""


def overview(phrases: Phrases, need: Need, listing: Listing, told: int) -> dict[str, str]:
    """The pieces for the lines of `overview` in `language/agent/`: `few` ("three"), what the list goes by (one of `by_name`, `latest`,
    `earliest`, `highest`, `lowest`), and `spanned` with `low` and `high` for the range of a figure or a date that was asked about. Of a list
    that was seen in part, its order is all that is said: `by_latest` and the like, once so many rows show it."""
    rows = listing.rows
    out = {"few": _WORDS.get(told, "")}
    if told >= len(rows):
        return out
    slots = [s for s in rows[0].values if all(r.values.get(s) is not None for r in rows)]
    order = _order(phrases, need, rows, (slots, told))
    if listing.whole:
        return out | order | _range(phrases, need, rows)
    return out | ({f"by_{k.removeprefix('by_')}": v for k, v in order.items()} if len(rows) >= _PAGE else {})


def _order(phrases: Phrases, need: Need, rows: Sequence[Row], what: tuple[list[str], int]) -> dict[str, str]:
    """By what the rows come: the first that fits of a figure worked out, a period, a date, a figure, the name."""
    slots, told = what
    for slot in slots:
        spec, _, column = phrases.slot(slot)
        values = [r.values[slot] for r in rows]
        if spec.use and _is_figures(values) and (way := _way(values, told)):
            return _by_figure(phrases, slot, way)
        if (spec.use in _PERIODS or (column is not None and column.sorts and column.role == "date")) and (
            way := _way([str(v) for v in values], told)
        ):
            return {"latest" if way < 0 else "earliest": "yes"}
    for slot in slots:
        column = phrases.slot(slot)[2]
        values = [r.values[slot] for r in rows]
        asked = slot in need.wanted and column is not None and column.role == "measure"
        if asked and _is_figures(values) and (way := _way(values, told)):
            return _by_figure(phrases, slot, way)
    names = [str(r.values.get(f"{need.meaning.table}.@name", ""))[:_LONGEST].casefold() for r in rows]
    return {"by_name": "yes"} if all(n[:1].isalnum() for n in names) and all(a <= b for a, b in pairwise(names)) else {}


def _by_figure(phrases: Phrases, slot: str, way: int) -> dict[str, str]:
    """What the first of a list have: `highest` or `lowest`, as "largest total amount", "fewest tracks"."""
    spec = phrases.slot(slot)[0]
    kind = "max" if way < 0 else "min"
    return {"highest" if way < 0 else "lowest": phrases.extreme(Pick(kind, spec.table, spec.column, use=spec.use))}


def _way(values: Sequence[Json], told: int) -> int:
    """1 where values rise, -1 where they fall, 0 where they do neither, or where the first that is not told is no less than the last told."""
    if values[told - 1] == values[told]:
        return 0
    if all(a <= b for a, b in pairwise(values)):
        return 1
    return -1 if all(a >= b for a, b in pairwise(values)) else 0


def _range(phrases: Phrases, need: Need, rows: Sequence[Row]) -> dict[str, str]:
    """Between what the first figure asked about lies, else the first date."""
    for slot, column in _asked(phrases, need, "measure", "date"):
        values: list[Any] = [r.values.get(slot) for r in rows]
        fits = (
            _is_figures(values)
            if column.role == "measure"
            else column.sorts and all(isinstance(v, str) for v in values)
        )
        if not fits:
            continue
        phrases = phrases.at_length([(slot, min(values)), (slot, max(values))])
        low, high = phrases.brief(slot, min(values)), phrases.brief(slot, max(values))
        if low != high:
            many = column.plural or phrases.noun(slot)
            return {"spanned": many, "low": low, "high": high} | ({"dated": "yes"} if column.role == "date" else {})
    return {}


def _asked(phrases: Phrases, need: Need, *roles: str) -> Iterator[tuple[str, Column]]:
    """The plain columns asked about, by role in the order given."""
    for role in roles:
        for slot in need.wanted:
            spec, _, column = phrases.slot(slot)
            if column is not None and column.role == role and not spec.use and spec.table == need.meaning.table:
                yield slot, column


def _is_figures(values: Sequence[Json]) -> bool:
    return all(isinstance(v, int | float) and not isinstance(v, bool) for v in values)
