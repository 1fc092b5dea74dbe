"""Dates as they are written: ISO, in figures, with the month's name; and the times of day said with them.

A writing may leave open which day it means ("3/5/2024"): then all that it may mean are given.
"""

import re
from datetime import datetime

__all__ = [
    "DATES",
    "DAY_IN_YEAR",
    "MONTHS",
    "WEEKDAYS",
    "Day",
    "clock",
    "days_of",
    "in_full",
    "may_hold_dates",
    "parse_day",
    "parse_time",
    "without_year",
]

Day = tuple[int, int, int]
"""Year, month, day; 0 where not said."""

MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTH_OF = {m: i for i, m in enumerate(MONTHS, 1)} | {m[:3]: i for i, m in enumerate(MONTHS, 1)} | {"sept": 9}

_NAMES = "|".join(
    f"{m[:3]}(?:{m[3:]})?\\.?" if len(m) > 3 and m != "september" else m if len(m) == 3 else "sep(?:t(?:ember)?)?\\.?"
    for m in MONTHS
)
_CLOCK = (
    r"(?:[*_]{0,2}[T, (]{1,2}(?:at )?[*_]{0,2}(?P<time>\d{1,2}:\d\d)(?::\d\d(?:\.\d+)?)?"
    r"(?:(?P<half> ?[ap]\.?m\b\.?)|Z|[+-]\d\d:?\d\d)?)?"
)
DATES = re.compile(
    r"(?<![\w.,/-])(?:"
    r"(?P<y>\d{4})[-/.](?P<m>\d\d?)[-/.](?P<d>\d\d?)(?![-/\d])"
    r"|(?P<a>\d\d?)(?P<sep>[/.-])(?P<b>\d\d?)(?P=sep)(?P<y2>\d{4}|(?<=/)\d\d)(?![-/\d])"
    rf"|(?P<d3>\d\d?)(?:st|nd|rd|th|\.(?= \w+\.? \d{{4}}))?(?: of)?[ -](?P<m3>{_NAMES})(?:,?[ -](?P<y3>\d{{4}})|(?:-| ['’])(?P<short>\d\d))?(?![\w-])"
    rf"|(?P<m4>{_NAMES}) (?:the (?=\d\d?[snrt]))?(?P<d4>\d\d?)(?:st|nd|rd|th)?(?:,? (?P<y4>\d{{4}}))?(?![\w%]|[.,]\d)"
    rf"|(?P<m5>{_NAMES}),? (?P<y5>\d{{4}})(?!\w|[.,]\d)"
    r")" + _CLOCK,
    re.IGNORECASE,
)
_IN_FIGURES = re.compile(r"\d[-/.]\d\d?[-/.]\d")
_SHORT_MONTHS = tuple(m[:3] for m in MONTHS)
_ISO = re.compile(r"\s*(\d{4})[-/](\d\d?)(?:[-/](\d\d?))?(?![-/\d])")
DAY_IN_YEAR = re.compile(r"(?P<day>\d\d? [A-Z][a-z]+|[A-Z][a-z]+ \d\d?,) (?P<year>\d{4})(?!\d)")
"""A day as it is said, with its year."""
_MONTHS_AWAY = 3
"""Within which nobody asks of which year a day is."""
_LENGTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def _is_day(year: int, month: int, day: int) -> bool:
    if not (1 <= month <= 12 and 1 <= day <= _LENGTHS[month - 1]):
        return False
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return not (year and month == 2 and day == 29 and not leap)


def parse_day(text: str, months: bool = False) -> Day | None:
    """The day an ISO-like text begins with; of "2024-06" the month with day 0, where `months` allows it."""
    found = _ISO.match(text)
    if found is None:
        return None
    year, month = int(found[1]), int(found[2])
    if found[3] is None:
        return (year, month, 0) if months and 1 <= month <= 12 and found.end() == len(text.rstrip()) else None
    day = int(found[3])
    rest = text[found.end() : found.end() + 1]
    return (year, month, day) if year and _is_day(year, month, day) and rest in ("", " ", "T", "t") else None


_TIME_PART = re.compile(r"[T ](\d\d?):(\d\d)(?::(\d\d))?")


def parse_time(text: str) -> str:
    """The time of day in an ISO-like text as "14:30"; "" at midnight or where there is none."""
    found = _TIME_PART.search(text)
    if found is None or int(found[1]) > 23 or int(found[2]) > 59:
        return ""
    time = f"{int(found[1]):02}:{found[2]}"
    return "" if time == "00:00" and (found[3] or "00") == "00" else time


def days_of(found: re.Match[str]) -> tuple[Day, ...]:
    """The days a match of `DATES` may mean; none where there is no such day."""
    get = found.group
    if get("y"):
        options = [(int(get("y")), int(get("m")), int(get("d")))]
    elif get("a"):
        year, a, b = _year(get("y2")), int(get("a")), int(get("b"))
        options = [(year, b, a), (year, a, b)] if a != b else [(year, a, b)]
    elif get("d3"):
        options = [(_year(get("y3") or get("short") or "0000"), _month(get("m3")), int(get("d3")))]
    elif get("d4"):
        options = [(int(get("y4") or 0), _month(get("m4")), int(get("d4")))]
    else:
        return ((int(get("y5")), _month(get("m5")), 0),)
    return tuple(o for o in options if _is_day(*o))


def _year(text: str) -> int:
    """A year of four digits, or of two: those up to 69 are of this century."""
    return int(text) if len(text) > 2 else 2000 + int(text) - 100 * (int(text) > 69)


def _month(name: str) -> int:
    return _MONTH_OF[name.lower().rstrip(".")]


def may_hold_dates(folded: str) -> bool:
    """What nine texts in ten lack, and is found out in a fraction of the time that `DATES` takes."""
    return _IN_FIGURES.search(folded) is not None or any(m in folded for m in _SHORT_MONTHS)


def without_year(text: str, day: Day, month: str) -> str:
    """The text without the year of a day that is of the year of `month` ("2024-05") and some months away at most."""
    year, now = int(month[:4]), int(month[5:7])
    if day[0] != year or abs(day[1] - now) > _MONTHS_AWAY:
        return text
    return DAY_IN_YEAR.sub(lambda found: found["day"].rstrip(",") if int(found["year"]) == year else found[0], text)


def clock(moment: datetime) -> str:
    """The hour and the minute of a moment: "09:05"."""
    return f"{moment.hour:02}:{moment.minute:02}"


def in_full(moment: datetime) -> str:
    """A moment as a letter has it, whatever the machine's language: "Monday, 3 March 2025, 09:05"."""
    month = MONTHS[moment.month - 1].capitalize()
    return f"{WEEKDAYS[moment.weekday()]}, {moment.day} {month} {moment.year}, {clock(moment)}"
