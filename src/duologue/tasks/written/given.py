"""Does a text give a value? What a plan uses must be known to the user, or be found out.

A value is given by being said (in any of the writings that `language.values` knows), by the month, year or span of time it bounds
("in May 2024", "last week"), by being the default, or by being the only choice that a closed set leaves to common sense.
"""

import calendar
import datetime
import re
from collections.abc import Iterator

from msgspec import Struct

from duologue.catalog.model import Column
from duologue.language.reading import MONTHS, Reading, has_phrase, parse_day, read
from duologue.language.values import is_blank, tells
from duologue.types import Json, Slot, Tool

RELATIVE = re.compile(
    r"(?i)\b(today|tonight|yesterday|tomorrow|this|last|next|past|previous|coming|recent|ago|since|until|quarter|"
    r"days?|weeks?|months?|years?|weekend|early|late|summer|winter|spring|autumn|upcoming|so far|overdue|by now|as of)\b"
)
REACH = 800
"""Days from the reference time within which words like "last spring" can place a date."""


class Words(Struct, frozen=True):
    """A text that gives values, read once, and the moment it is spoken at (ISO)."""

    text: str
    reading: Reading
    now: str


def words(text: str, now: str) -> Words:
    """A text, read."""
    return Words(text.casefold(), read(text), now)


def plain_values(value: Json) -> Iterator[Json]:
    """The plain values in an argument."""
    if isinstance(value, dict):
        for inner in value.values():
            yield from plain_values(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from plain_values(inner)
    else:
        yield value


def gives(said: Words, value: Json, column: Column | None = None) -> bool:
    """Whether a text gives a plain value."""
    if value is None or isinstance(value, bool) or is_blank(value):
        return True
    if tells(said.reading, value, column) or (column is not None and tells(said.reading, value)):
        return True
    if not isinstance(value, str):
        return False
    return (len(value) > 2 and value.casefold() in said.text) or _bounds(said, value)


def goes_without_saying(tool: Tool, name: str, value: Json) -> bool:
    """An argument nobody needs to mention: the default, a choice of a closed set when reading, a page, one of a ranking."""
    schema = tool.parameters.get("properties", {}).get(name, {})
    slot = tool.inputs.get(name, Slot())
    if value is None or ("default" in schema and schema["default"] == value):
        return True
    if "enum" in schema and tool.effect == "read":
        return True
    if slot.use == "offset":
        return True
    return slot.use == "limit" and (value == 1 or value == schema.get("maximum"))


def _bounds(said: Words, value: str) -> bool:
    """A date that a month, a year or a span named in the text begins or ends with."""
    day = parse_day(value) if len(value) >= 8 and value[:4].isdigit() else None
    if day is None or not day[2]:
        return False
    date = datetime.date(*day)
    if RELATIVE.search(said.text) and abs((date - datetime.date.fromisoformat(said.now[:10])).days) <= REACH:
        return True
    before = date - datetime.timedelta(days=1)
    return _edge(said, date, date.day == 1 or _is_last(date)) or _edge(said, before, date.day == 1)


def _is_last(date: datetime.date) -> bool:
    return date.day == calendar.monthrange(date.year, date.month)[1]


def _edge(said: Words, date: datetime.date, edge: bool) -> bool:
    if not edge:
        return False
    name = MONTHS[date.month - 1]
    if has_phrase(said.reading.folded, name) or f"{date:%Y-%m}" in said.text:
        return True
    return (date.month, date.day) in ((1, 1), (12, 31)) and f"{date.year:04}" in said.text
