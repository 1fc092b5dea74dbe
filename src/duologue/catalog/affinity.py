"""How SQLite stores a value in a column: the rules of type affinity, as its documentation states them.

99 and 99.0 are one value in a REAL column and two in a column without a type; a TEXT column keeps "099" and "99" apart, a NUMERIC
one does not. Two values are the same for a column when it would store the same for both.
"""

import re
from typing import Final

from duologue.types import Json

__all__ = ["affinity", "class_of", "stored"]

_NUMBER: Final = re.compile(r"\s*[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?\s*\Z")
_MOST: Final = 2**63


def affinity(declared: str, strict: bool = False) -> str:
    """TEXT · INTEGER · REAL · NUMERIC · BLOB, from the declared type (https://www.sqlite.org/datatype3.html, 3.1).

    BLOB stands for no conversion at all, which in a STRICT table is also what ANY means.
    """
    up = declared.upper()
    if strict and up == "ANY":
        return "BLOB"
    if "INT" in up:
        return "INTEGER"
    if any(w in up for w in ("CHAR", "CLOB", "TEXT")):
        return "TEXT"
    if not up or "BLOB" in up:
        return "BLOB"
    return "REAL" if any(w in up for w in ("REAL", "FLOA", "DOUB")) else "NUMERIC"


def stored(value: Json, kind: str) -> Json:
    """The value as a column of this affinity keeps it. What no rule applies to stays as it is; true is 1, false 0."""
    if isinstance(value, bool):
        value = int(value)
    if kind == "TEXT":
        return repr(value) if isinstance(value, int | float) else value
    if kind not in ("INTEGER", "REAL", "NUMERIC"):
        return value
    if isinstance(value, str):
        if not _NUMBER.match(value):
            return value
        value = _number(value)
    if isinstance(value, int | float):
        return _real(value) if kind == "REAL" else _whole(value)
    return value


def _number(text: str) -> int | float:
    try:
        whole = int(text)
    except ValueError:
        return float(text)
    return whole if -_MOST <= whole < _MOST else float(whole)


def _real(value: int | float) -> float | int:
    return float(value)


def _whole(value: int | float) -> int | float:
    """A number without a fraction is kept as an integer where that loses nothing."""
    if isinstance(value, float) and value.is_integer() and abs(value) < _MOST:
        return int(value)
    return value


def class_of(value: Json) -> str:
    """The storage class of a value, in words: integer · real · text · NULL · blob."""
    if value is None:
        return "NULL"
    if isinstance(value, bool | int):
        return "integer"
    if isinstance(value, float):
        return "real"
    return "text" if isinstance(value, str) else "blob"
