"""Texts that stand for nothing: "NULL", "N/A", "-" in a column that means to have no value there.

Nobody says such a mark, asks for it or writes it. Some are told by their looks alone. Short ones ("NA", "-") may be a code like the others of
their column (the country NA, the grade -), so they count only beside longer values, or where the column means to hold something else than text.
Words that can be said as they stand ("none", "unknown") are left to mean what they say, and what names a row is always a name.
"""

from duologue.catalog.model import Column
from duologue.types import Json

__all__ = ["stands_for_nothing"]

_ALWAYS = frozenset({"null", "<null>", "(null)", "n/a", "n.a.", "#n/a", "0000-00-00", "--", "---"})
_SHORT = frozenset({"na", "nan", "nil", "-", "–", "—", "?", "."})
_LONGEST = max(map(len, _ALWAYS))
_NAMING = frozenset({"key", "name", "reference"})


def stands_for_nothing(value: Json, column: Column | None) -> bool:
    """Whether a text of this column means that there is no value."""
    if not isinstance(value, str) or len(value) > _LONGEST + 2 or column is None or column.role in _NAMING:
        return False
    mark = value.strip().lower()
    return mark in _ALWAYS or (mark in _SHORT and _is_odd(column))


def _is_odd(column: Column) -> bool:
    """A mark is not of the kind that the column's values are."""
    others = [v for v in column.values if not isinstance(v, str) or v.strip().lower() not in _SHORT | _ALWAYS]
    return column.type != "TEXT" or any(not isinstance(v, str) or len(v.strip()) > len("nan") for v in others)
