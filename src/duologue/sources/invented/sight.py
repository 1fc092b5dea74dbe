"""What the author of a table sees of it when it is filled: some rows, its states in numbers, and what may be a slip.

Of hundreds of rows few can be shown, and a mistake is seldom among them. So states are counted, with how many of their dates lie
ahead; and where nearly all rows have two dates in one order, those that have not are named. That can be meant (what came back
late), so it is a question to the author and no refusal.
"""

import datetime
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any, Final

from duologue.ids import to_json
from duologue.sources.invented.grow import rows_of
from duologue.sources.invented.schema import Shape, World

_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d([ T].*)?")
_BEGINNING: Final = re.compile(r"\.(start|begin|began|open|found|built|born|join|hired|arriv|created|registered)")
MOST_STATES = 8
"""A text with more values than this tells no states."""
COUNTED, DATED = 4, 2
"""Columns whose values are counted, and dates that are looked at for each."""
EXCEPTION = 0.25
"""Rows in another order than the rest are exceptions while their share is no higher."""
MINORITY = 0.45
"""The same where the other date is when the row referred to began: hardly anything comes before that."""
COMPARED, DOUBTS, LONGEST = 8, 5, 3000
Values = Sequence[Any]


def seen(world: World, shape: Shape, today: datetime.date) -> str:
    """The table in a few lines: its first and last rows, and how often each state occurs."""
    rows = rows_of(world, shape.name)
    shown = "\n".join(to_json(row) for row in (*rows[:2], *rows[-2:]))
    lines = [f"{shape.name} now has {len(rows)} rows, the first and the last being:", shown[:LONGEST]]
    columns = {c: [row[c] for row in rows] for c in shape.columns if shape.link_of(c) is None}
    dates = {c: values for c, values in columns.items() if _are_dates(values)}
    ahead = {c: [v is not None and v[:10] > today.isoformat() for v in values] for c, values in dates.items()}
    states = [(c, values) for c, values in columns.items() if c not in dates and _are_states(values)]
    some = {c: marks for c, marks in ahead.items() if any(marks)}
    for column, values in states[:COUNTED]:
        lines.append(f"{column}: {', '.join(_counted(values, some if 'stat' in column else {}))}.")
    if dates and not some:
        lines.append(f"Nothing lies after today: {', '.join(dates)}.")
    return "\n".join(lines) + "\n\n"


def _are_dates(values: Values) -> bool:
    filled = [v for v in values if v is not None]
    return bool(filled) and all(isinstance(v, str) and _DATE.fullmatch(v) for v in filled)


def _are_states(values: Values) -> bool:
    different = {v for v in values if v is not None}
    few = 2 <= len(different) <= min(MOST_STATES, len(values) // 4)
    return few and all(isinstance(v, str) for v in different)


def _counted(values: Values, ahead: dict[str, list[bool]]) -> Iterator[str]:
    """Each value with how often it occurs, and how many of its rows have dates that lie ahead."""
    for state, count in Counter(v for v in values if v is not None).most_common():
        said = [
            f"{column} after today in {sum(mark for mark, v in zip(marks, values, strict=True) if v == state)}"
            for column, marks in list(ahead.items())[:DATED]
        ]
        yield f"{state} {count}" + (f" ({'; '.join(said)})" if said else "")


def doubts(world: World, shape: Shape) -> list[str]:
    """Sentences on dates that a few rows have in another order than all others, in one row or with a row referred to."""
    rows = rows_of(world, shape.name)
    own = {c: values for c in shape.columns if _are_dates(values := [row[c] for row in rows])}
    others: dict[str, list[Any]] = {}
    for link in shape.links:
        parents = {tuple(row[c] for c in link.to_columns): row for row in rows_of(world, link.to)}
        referred = [parents.get(tuple(row[c] for c in link.columns), {}) for row in rows]
        for column in world.tables[link.to].columns if len(link.columns) == 1 else ():
            values = [row.get(column) for row in referred]
            if _are_dates(values):
                others[f"{link.columns[0]}.{column}"] = values
    pairs = [*combinations(own.items(), 2), *((a, b) for a in own.items() for b in others.items())]
    found: dict[str, tuple[float, str]] = {}
    for a, b in pairs:
        odd = _odd(rows, shape, a, b)
        if odd is not None and (b[0] not in found or odd[0] < found[b[0]][0]):
            found[b[0]] = odd  # what is later than one date is often later than its neighbour too: once is enough
    return [text for _, text in sorted(found.values(), key=lambda odd: odd[0])[:DOUBTS]]


def _odd(
    rows: list[dict[str, Any]], shape: Shape, first: tuple[str, list[Any]], second: tuple[str, list[Any]]
) -> tuple[float, str] | None:
    """How few rows have two dates in another order than the rest, and what to say of it; None where that is nothing to ask about."""
    (a, left), (b, right) = first, second
    both = [(i, *_alike(x, y)) for i, (x, y) in enumerate(zip(left, right, strict=True)) if x and y]
    before, after = [i for i, x, y in both if x < y], [i for i, x, y in both if x > y]
    few, how = (before, "before") if len(before) < len(after) else (after, "after")
    begins = few is before and _BEGINNING.search(b) is not None
    if len(both) < COMPARED or not few or len(few) > (MINORITY if begins else EXCEPTION) * len(both):
        return None
    row = rows[few[0]]
    example = to_json({**{k: row[k] for k in shape.key}, a: left[few[0]], b: right[few[0]]})
    return len(few) / len(both), f"{a} lies {how} {b} in {len(few)} of {len(both)} rows, as in {example}."


def _alike(x: str, y: str) -> tuple[str, str]:
    """Two dates as they can be compared: where one is a day, both by the day."""
    return (x, y) if len(x) > 10 and len(y) > 10 else (x[:10], y[:10])
