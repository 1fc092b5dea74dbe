"""Names that are written small stay so, also where a sentence begins with them: "notification-hub is busy", "jdoe has two laptops"."""

import re
from collections.abc import Collection

from duologue.catalog.model import Column
from duologue.types import Json

__all__ = ["as_written", "is_small_name"]

_BEGINS = re.compile(r"(?:\A|(?<=[.?!:] )|(?<=\n)|(?<=\n- )|(?<=[\"'(]))[A-Z]")
_CODE = re.compile(r"[-_./@\d]")
_NAMES = frozenset({"name", "contact"})
_LONGEST = 60
_WORDS = frozenset({"status", "category", "flag", "text"})


def as_written(text: str, names: Collection[str]) -> str:
    """The text, with names that are written small as they are written."""
    first: dict[str, list[str]] = {}
    for name in names:
        first.setdefault(name[0], []).append(name)
    if not first:
        return text
    out, at = [], 0
    for found in _BEGINS.finditer(text):
        letter = found[0].lower()
        rest = letter + text[found.end() : found.end() + _LONGEST + 1]
        if any(rest.startswith(n) and not rest[len(n) : len(n) + 1].isalnum() for n in first.get(letter, ())):
            out += [text[at : found.start()], letter]
            at = found.end()
    return "".join([*out, text[at:]])


def is_small_name(value: Json, column: Column | None, names: bool) -> bool:
    """Whether a value is written small by right: a name (`names`: the column holds what rows are called by), an address, or a code. States and kinds
    are words like any other."""
    if not isinstance(value, str) or not value[:1].islower() or len(value) > _LONGEST:
        return False
    is_code = _CODE.search(value) is not None
    if names or (column is not None and column.role in _NAMES):
        return is_code or " " not in value  # a name of plain words ("health check") begins a sentence like any word
    return is_code and " " not in value and (column is None or column.role not in _WORDS)
