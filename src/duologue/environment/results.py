"""Rows become the fields of a result, never more than a conversation can hold.

A list is cut after a number of rows, and a result that is still too large as text is cut further: long lists from their end,
then long texts. A result that was cut says so (`"truncated": true` and a note), because an assistant that takes part of a
list for the whole tells the user something false.
"""

from itertools import islice
from typing import Final

import apsw

from duologue.environment.changes import jsonable, record
from duologue.environment.limits import Limits
from duologue.ids import to_json
from duologue.types import Json

Result = dict[str, Json]
_REST: Final = "There is more than is shown; narrow the request to see the rest."


def add(
    result: Result, into: tuple[str, ...], shape: str, columns: tuple[str, ...], found: apsw.Cursor, most: int
) -> bool:
    """Put what a `return` statement found in its place. False where rows were left out; the cursor is then unfinished."""
    if shape == "list":
        rows = list(islice(found, most + 1))
        whole = len(rows) <= most
        _put(result, into, [record(columns, row) for row in (rows if whole else rows[:most])])
        return whole
    row = found.fetchone()
    if shape == "value":
        _put(result, into, None if row is None else jsonable(row[0]))
    elif into:
        _put(result, into, None if row is None else record(columns, row))
    elif row is not None:
        result.update(record(columns, row))
    return True


def _put(result: Result, into: tuple[str, ...], value: Json) -> None:
    """`a.b` puts into the object `a`, which an earlier statement may have filled."""
    for name in into[:-1]:
        inner = result.get(name)
        if not isinstance(inner, dict):
            inner = result[name] = {}
        result = inner
    result[into[-1]] = value


def mark_cut(result: Result) -> None:
    """Say in the result that it is not all there is."""
    result["truncated"] = True
    result["note"] = _REST


def fitted(result: Result, limits: Limits) -> str:
    """The text of a result, cut where it is too large."""
    text = to_json(result)
    if len(text) <= limits.bytes and len(text.encode()) <= limits.bytes:
        return text
    cut = {name: _clipped(value, limits) for name, value in result.items()}
    share = limits.bytes - 200
    for name, value in cut.items():
        if isinstance(value, list):
            cut[name] = _first(value, max(share - _size({n: v for n, v in cut.items() if n != name}), share // 4))
    mark_cut(cut)
    if _size(cut) > limits.bytes:  # many fields, each within its bounds
        cut = {"truncated": True, "note": "The result is too large to show; narrow the request."}
    return to_json(cut)


def _size(value: Json) -> int:
    return len(to_json(value).encode())


def _clipped(value: Json, limits: Limits) -> Json:
    if isinstance(value, str):
        return value if len(value) <= limits.text else f"{value[: limits.text]}…"
    if isinstance(value, list):
        return [_clipped(item, limits) for item in value]
    if isinstance(value, dict):
        return {name: _clipped(item, limits) for name, item in value.items()}
    return value


def _first(rows: list[Json], room: int) -> list[Json]:
    used = 2
    for i, row in enumerate(rows):
        used += _size(row) + 1
        if used > room:
            return rows[:i]
    return rows
