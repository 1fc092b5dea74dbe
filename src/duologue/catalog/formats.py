"""How values are written: dates of many kinds, times, money, percentages, codes, addresses of the electronic sort.

A format is claimed only when every distinct value that is not a stand-in for "nothing" ("N/A", "") has it, so that a
reader may rely on it. Date patterns are `strptime` patterns; a regular expression made from the pattern does the
reading, because it is ten times faster and reads the whole column.
"""

import json
import re
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import cache

from duologue.catalog.words import words

Pattern = re.Pattern[str]

_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_SHORT = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
_DAYS = "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday"
_DIRECTIVES = {
    "%Y": r"\d{4}",
    "%y": r"\d{2}",
    "%m": r"(?:0?[1-9]|1[0-2])",
    "%d": r"(?:0?[1-9]|[12]\d|3[01])",
    "%B": f"(?:{_MONTHS})",
    "%b": f"(?:{_SHORT})",
    "%A": f"(?:{_DAYS})",
    "%a": "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)",
    "%H": r"(?:[01]?\d|2[0-3])",
    "%I": r"(?:0?[1-9]|1[0-2])",
    "%M": r"[0-5]\d",
    "%S": r"[0-5]\d",
    "%p": "(?:AM|PM|am|pm)",
}
_DATES = (
    *("%d %B %Y", "%B %d, %Y", "%d %b %Y", "%b %d, %Y", "%B %d %Y", "%b %d %Y", "%B%d,%Y", "%d-%b-%Y", "%d-%b-%y"),
    *("%d-%B-%Y", "%m/%d/%Y", "%d/%m/%Y", "%m/%d/%y", "%d/%m/%y", "%d.%m.%Y", "%d.%m.%y", "%d-%m-%Y", "%m-%d-%Y"),
    *("%Y/%m/%d", "%Y.%m.%d", "%A, %B %d, %Y", "%A, %d %B %Y", "%a, %d %b %Y", "%B %Y", "%b %Y", "%b-%Y", "%b-%y"),
    *("%d %B", "%B %d", "%d %b", "%b %d", "%m/%Y", "%Y%m%d"),
)
_CLOCKS = ("", " %H:%M", " %H:%M:%S", " %H:%M:%S +0000", " %I:%M %p", " %I:%M:%S %p", " %I:%M%p")
SORTED_DATES = {"%Y/%m/%d", "%Y.%m.%d", "%Y%m%d"}

_ISO = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])")
_ISO_TIME = re.compile(
    r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])([T ])\d\d:\d\d(:\d\d)?(\.\d+)?(?: ?(Z|UTC|[+-]\d\d:?\d\d))?"
)
_ISO_MONTH = re.compile(r"(?:1[5-9]|20)\d\d-(?:0[1-9]|1[0-2])")
_YEAR = re.compile(r"[12]\d{3}(?:\.0)?")
_TIME = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?)?")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[A-Za-z]{2,}")
_URL = re.compile(r"(?:(?:https?|ftp)://|www\.)\S+", re.IGNORECASE)
_PHONE = re.compile(r"[+(]?\d[\d\s().\-/+x]{5,}\d")
_SSN = re.compile(r"\d{3}-\d{2}-\d{4}")
_MONEY = re.compile(r"-?(?:[$€£¥₹]\s?-?[\d,.]+|[\d,.]+\s?(?:[$€£¥₹]|USD|EUR|GBP))")
_PERCENT = re.compile(r"-?\d+(?:[.,]\d+)?\s?%")
_HASH = re.compile(r"[0-9a-f]{16,}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\$2[aby]\$.+", re.IGNORECASE)
_CODE = re.compile(r"[#A-Za-z0-9][A-Za-z0-9_\-/.#:]*")
_NUMBER = re.compile(r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d+)?")
_NUMBERISH = re.compile(r"[$€£¥₹]?\s?([+-]?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d+)?)\s?%?")
_COMMA = re.compile(r"[$€£¥₹]?\s?([+-]?(?:\d{1,3}(?:[. ]\d{3})+|\d+),(?:\d\d?|\d{4,}))\s?[%€]?")
"""Numbers with a decimal comma. "1,200" is none: three digits after a comma are thousands."""

_PLAIN: tuple[tuple[str, Pattern], ...] = (
    ("email", _EMAIL),
    ("url", _URL),
    ("date", _ISO),
    ("datetime", _ISO_TIME),
    ("month", _ISO_MONTH),
    ("time", _TIME),
    ("percent", _PERCENT),
    ("money", _MONEY),
)


def meaningful(values: Iterable[object]) -> list[str]:
    """The texts among values that are more than a stand-in for nothing."""
    nothing = words()["null_marks"]
    return [v for v in values if isinstance(v, str) and v.strip() and v.strip().lower() not in nothing]


def text_format(texts: list[str]) -> str:
    """The format that all of these texts have; empty where they share none. Years and phone numbers need a name too."""
    if not texts:
        return ""
    first = texts[0].strip()
    for name, pattern in _PLAIN:
        if pattern.fullmatch(first) and _all(pattern.fullmatch, texts):
            return name
    if _date_like(first):
        found = date_pattern(texts)
        if found:
            return found
    if first[:1] in "[{" and _all(_is_json, texts):
        return "json"
    return ""


def _date_like(text: str) -> bool:
    return (len(text) <= 40 and any(c.isdigit() for c in text) and not text.isdecimal()) or len(text) == 8


def _all(test: Callable[[str], object], texts: list[str]) -> bool:
    return all(test(t.strip()) for t in texts)


def _is_json(text: str) -> bool:
    if not (text[:1] in "[{" and text[-1:] in "]}"):
        return False
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


@cache
def _regex(pattern: str) -> Pattern:
    pieces = re.split(r"(%[A-Za-z])", pattern)
    return re.compile("".join(_DIRECTIVES.get(p, re.escape(p)) for p in pieces), re.IGNORECASE)


@cache
def _date_patterns() -> tuple[str, ...]:
    return tuple(day + clock for clock in _CLOCKS for day in _DATES)


def date_pattern(texts: list[str]) -> str:
    """`date:<strptime pattern>` that reads all of the texts; empty where none does."""
    first = texts[0]
    for pattern in _date_patterns():
        regex = _regex(pattern)
        if regex.fullmatch(first) and all(map(regex.fullmatch, texts)) and _reads(pattern, texts):
            return "date:" + pattern
    return ""


def _reads(pattern: str, texts: list[str]) -> bool:
    if pattern == "%Y%m%d" and not all("1800" <= t[:4] <= "2100" for t in texts):
        return False
    return all(parse_date(t, pattern) is not None for t in texts[:: max(1, len(texts) // 40)])


def parse_date(text: str, pattern: str) -> datetime | None:
    """Read one date by a `strptime` pattern; `None` where it does not fit. Patterns without a year read as 1904."""
    try:
        if "%Y" not in pattern and "%y" not in pattern:
            return datetime.strptime("1904 " + text, "%Y " + pattern)  # a leap year, so that 29 February can be read
        return datetime.strptime(text, pattern)
    except ValueError:
        return None


def some_dates(texts: list[str]) -> bool:
    """Whether texts are dates in several writings: at least 80 % fit one pattern or another."""
    sample = texts[:: max(1, len(texts) // 60)]
    hits = sum(bool(_ISO.match(t) or any(_regex(p).fullmatch(t.strip()) for p in _date_patterns())) for t in sample)
    return hits >= 0.8 * len(sample) > 0


def same_shape(texts: list[str]) -> bool:
    """Whether ISO times are all written alike, so that their texts sort as they do in time."""
    shapes = {(m[1], bool(m[2]), len(m[3] or ""), m[4]) for t in texts if (m := _ISO_TIME.fullmatch(t.strip()))}
    return len(shapes) == 1


def date_sorts(format: str, texts: list[str]) -> bool:
    """Whether texts of this date format sort as they do in time."""
    if any(t != t.strip() for t in texts):
        return False
    if format == "datetime":
        return same_shape(texts)
    if format.startswith("date:"):
        return format[5:] in SORTED_DATES and len({len(t) for t in texts}) == 1
    return format in {"date", "month", "year"} or (format == "time" and len({len(t) for t in texts}) == 1)


def is_phone(texts: list[str], named: bool) -> bool:
    """Whether texts are phone numbers; without a name that says so they must be written like nothing else."""
    if not texts or not all(_PHONE.fullmatch(t.strip()) and 5 <= sum(map(str.isdigit, t)) <= 20 for t in texts):
        return named and bool(texts) and all(sum(map(str.isdigit, t)) >= 5 for t in texts)
    if named:
        return True
    plain = all(_SSN.fullmatch(t) for t in texts) or any(_ISO.match(t) for t in texts)
    return not plain and all(sum(map(str.isdigit, t)) >= 9 and len(re.findall(r"[\s().\-/]+", t)) >= 2 for t in texts)


_PERSONAL = re.compile(r"(?:[^\W\d_][\w'’.\-]*[ ,]+){1,3}[^\W\d_][\w'’.\-]*")


def personal(texts: list[str], sure: bool) -> bool:
    """Whether texts read like names of people: two to four capitalised words, some (unless `sure`) with a given name."""
    shaped = [t.strip() for t in texts if _PERSONAL.fullmatch(t.strip()) and t.strip()[0].isupper()]
    given = sum(t.split()[0].strip(",.").lower() in words()["given_names"] for t in shaped)
    return len(shaped) >= 0.6 * len(texts) > 0 and (sure or given >= 0.1 * len(texts))


def is_hash(texts: list[str]) -> bool:
    """Whether texts are digests, UUIDs and the like: names no person would say."""
    return bool(texts) and all(_HASH.fullmatch(t) and not t.isdecimal() for t in texts)


def is_code(texts: list[str]) -> bool:
    """Whether texts are codes: one piece each, with digits or capitals in most."""
    if not texts or not all(_CODE.fullmatch(t) and len(t) <= 40 for t in texts):
        return False
    return sum(any(c.isdigit() for c in t) or t.isupper() for t in texts) >= 0.9 * len(texts)


def number(text: str) -> float | None:
    """The number a text says ("1,200", "$3.50", "12 %", "1.200,50"); `None` where it says none."""
    comma = _COMMA.fullmatch(text.strip())
    if comma:
        return float(comma[1].replace(".", "").replace(" ", "").replace(",", "."))
    m = _NUMBERISH.fullmatch(text.strip())
    if not m or not m[1] or not any(c.isdigit() for c in m[1]):
        return None
    return float(m[1].replace(",", ""))


def epoch(numbers: list[float]) -> str:
    """Which count of time since 1970 whole numbers read as: `epoch` (seconds), `epoch_ms`, or empty.

    All must lie between 1990 and 2036; amounts that large are seldom so near to one another.
    """
    if not numbers or not all(n == n // 1 for n in numbers):
        return ""
    low, high = min(numbers), max(numbers)
    for name, one in (("epoch", 1), ("epoch_ms", 1000)):
        if 631152000 * one <= low and high <= 2082758400 * one:
            return name
    return ""


def is_year(value: object) -> bool:
    """Whether a value could be a year of our history."""
    if isinstance(value, str):
        return bool(_YEAR.fullmatch(value.strip())) and 1000 <= float(value) <= 2100
    return isinstance(value, (int, float)) and value == value // 1 and 1000 <= value <= 2100
