"""Dates as a column writes them, and the moments they mean."""

import datetime
import re

from duologue.catalog.model import Column
from duologue.types import Json

__all__ = ["day_of", "moment_of", "write_date"]

_CLOCK = re.compile(r"[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?)")
"""The time of day behind an ISO date."""


def moment_of(value: Json, column: Column) -> datetime.datetime | None:
    """The moment a date of this column means, in its own time; None where it is no full date."""
    try:
        if column.format in ("date", "datetime"):
            day, clock = datetime.date.fromisoformat(str(value)[:10]), _CLOCK.match(str(value)[10:])
            return datetime.datetime.combine(day, datetime.time.fromisoformat(clock[1]) if clock else datetime.time())
        if column.format.startswith("date:") and "%d" in column.format and "%Y" in column.format:
            return datetime.datetime.strptime(str(value), column.format[5:])
    except ValueError:
        return None
    return None


def day_of(value: Json, column: Column) -> datetime.date | None:
    """The day a date of this column means; None where it is no full date."""
    moment = moment_of(value, column)
    return moment.date() if moment is not None else None


def write_date(day: datetime.date, column: Column, like: Json = None) -> Json:
    """A day in the writing the column uses, at the time of day of `like` (a value of the column) to the minute, as such times are said; at
    midnight without one. None where that writing is not a full date."""
    if column.format == "date":
        return day.isoformat()
    if column.format == "datetime":
        if isinstance(like, str) and (clock := _CLOCK.match(like[10:])) is not None:
            return (
                day.isoformat()
                + like[10]
                + clock[1][:5]
                + re.sub(r"[1-9]", "0", clock[1][5:])
                + like[10 + clock.end() :]
            )
        example = str(column.most or "")
        joiner = "T" if "T" in example else " "
        return f"{day.isoformat()}{joiner}00:00:00" + _tail(example)
    if column.format.startswith("date:"):
        pattern = column.format[5:]
        if "%Y" not in pattern or "%d" not in pattern:
            return None
        model = moment_of(like, column)
        at = model.time().replace(second=0, microsecond=0) if model is not None else datetime.time()
        text = datetime.datetime.combine(day, at).strftime(pattern)
        return re.sub(r"\b0(\d)\b", r"\1", text) if not re.search(r"\b0\d\b", str(column.least)) else text
    return None


def _tail(example: str) -> str:
    """What follows the seconds in a column's times: fractions, a zone."""
    found = re.search(r":\d\d(\.\d+)?( ?(?:Z|UTC|[+-]\d\d:?\d\d))?$", example)
    if found is None:
        return ""
    fraction = "." + "0" * (len(found[1]) - 1) if found[1] else ""
    return fraction + (found[2] or "")
