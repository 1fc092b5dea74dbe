"""How far two values are apart: as a value of its own (`difference`), and as it is said (`apart`)."""

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from duologue.catalog.model import Column
from duologue.language.amounts import amounts_in, is_amount, shortly
from duologue.language.reading import read
from duologue.language.values import moment
from duologue.types import Json

if TYPE_CHECKING:
    from duologue.language.phrases import Phrases

__all__ = ["APART", "apart", "difference", "says_apart"]

APART = ":apart"
"""Behind a slot: what is told is how far two of its values are apart, and stands in no result."""
_MOST_DAYS = 400
"""Beyond, people don't count in days, unless they were asked to."""
_WEEK, _NEARLY = 7, 0.25
"""Up to so many days, a number of days must be right within so much of a day: 37 hours are not "2 days"."""


def difference(column: Column | None, one: Json, other: Json) -> int | float | None:
    """How far two values are apart: a figure, or of dates how many days (of years: years). None where that can't be said, as of
    37 hours, which are no number of days."""
    if isinstance(one, bool) or isinstance(other, bool):
        return None
    if isinstance(one, int | float) and isinstance(other, int | float):
        return round(abs(one - other), 10)
    first, second = _when(column, one), _when(column, other)
    if first is None or second is None:
        return None
    days = abs(first.date() - second.date()).days
    exact = abs(first - second) / timedelta(days=1)
    return days if days > _WEEK or abs(exact - days) <= _NEARLY else None


def says_apart(phrases: "Phrases", key: str, one: Json, other: Json) -> bool:
    """Whether how far two values are apart can be asked for and told as a value of its own."""
    column = phrases.slot(key)[2]
    return (column is None or not is_amount(column.unit)) and bool(apart(phrases, key, one, other, asked=True))


def apart(phrases: "Phrases", key: str, one: Json, other: Json, asked: bool = False) -> str:
    """How far two values are apart, as it is said: "£15.00", "12 days". Empty where that isn't what the values, as they are
    said, make of it, or nobody would say it so, unless they were `asked` to."""
    column = phrases.slot(key)[2]
    gap = difference(column, one, other)
    if not gap:
        return ""
    if column is not None and column.unit and (shortly(one, column.unit) or shortly(other, column.unit)):
        return _amount_apart((shortly(one, column.unit), shortly(other, column.unit)), column.unit)
    if not isinstance(one, int | float):
        return _counted(gap, "day") if asked or gap <= _MOST_DAYS else ""
    if column is not None and column.format == "year":
        return _counted(gap, "year")
    said = phrases.value(key, gap)
    figures = [read(phrases.value(key, v)).numbers for v in (one, other)] + [read(said).numbers]
    if any(len(f) != 1 for f in figures):
        return ""
    (a,), (b,), (c,) = figures
    return said if abs(abs(a.value - b.value) - c.value) < 1e-6 else ""


def _counted(count: float, thing: str) -> str:
    return f"{count:,} {thing}{'s' * (count != 1)}"


def _amount_apart(said: tuple[str, str], unit: str) -> str:
    """The difference of two amounts as they are said; empty where one of them is said less exactly than the other."""
    figures = [amounts_in(text, (unit,)) for text in said]
    if any(len(f) != 1 for f in figures):
        return ""
    (a,), (b,) = figures
    gap = shortly(abs(a.value - b.value), unit) if a.decimals == b.decimals else ""
    exact = amounts_in(gap, (unit,))
    return gap if exact and exact[0].decimals == a.decimals else ""


def _when(column: Column | None, value: Json) -> datetime | None:
    found = moment(value, column) if isinstance(value, str) else None
    if found is None or not all(found[0]):
        return None
    return datetime.combine(date(*found[0]), time.fromisoformat(found[1] or "00:00"))
