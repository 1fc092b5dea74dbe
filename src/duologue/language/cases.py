"""Lines whose words depend on the values they tell: `{field}` says the value as it stands, `{field:on=it's on|off=it's off}` words for each.

A line that has no words for a value, or tells a field that holds nothing, can't be said.
"""

import re
from collections.abc import Mapping

from duologue.language.counted import in_singular
from duologue.types import Json

__all__ = ["cases_of", "fields", "filled"]

_SLOT = re.compile(r"\{(\w+)(?::([^{}]*))?\}")
_PLAIN = {True: "yes", False: "no"}


def fields(line: str) -> frozenset[str]:
    """The fields that a line tells."""
    return frozenset(name for name, _ in _SLOT.findall(line))


def cases_of(line: str) -> list[tuple[str, str, str]]:
    """What a line says for which values: (field, value, words) each."""
    pairs = [(field, case.split("=", 1)) for field, cases in _SLOT.findall(line) for case in cases.split("|")]
    return [(field, pair[0], pair[1]) for field, pair in pairs if len(pair) == 2]


def filled(line: str, values: Mapping[str, Json]) -> str | None:
    """The line with its values; None where it can't be said of them."""
    out, rest = "", line
    while (slot := _SLOT.search(rest)) is not None:
        words = _words(values.get(slot[1]), slot[2])
        if words is None:
            return None
        out += rest[: slot.start()] + words
        rest = in_singular(rest, slot.end()) if words == "1" else rest[slot.end() :]
    return out + rest


def tells(line: str, field: str, value: Json) -> bool:
    """Whether the line has words for this value of a field."""
    slots = [slot for slot in _SLOT.finditer(line) if slot[1] == field]
    return bool(slots) and all(_words(value, slot[2]) is not None for slot in slots)


def cased(line: str, values: Mapping[str, Json]) -> str | None:
    """The line with its words for each value, and its plain slots as they are; None where it has no words for one."""
    out, at = "", 0
    for slot in _SLOT.finditer(line):
        if slot[2] is None:
            continue
        words = _words(values.get(slot[1]), slot[2])
        if words is None:
            return None
        out, at = out + line[at : slot.start()] + words, slot.end()
    return out + line[at:]


def _words(value: Json, cases: str | None) -> str | None:
    if value is None or isinstance(value, dict | list):
        return None
    if cases is None:
        return _PLAIN[value] if isinstance(value, bool) else str(value)
    whole = isinstance(value, float) and value.is_integer()
    written = str(value).lower() if isinstance(value, bool) else str(int(value) if whole else value)
    said = dict(case.split("=", 1) for case in cases.split("|") if "=" in case)
    return said.get(written)
