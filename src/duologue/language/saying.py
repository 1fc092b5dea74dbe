"""How values are said: 1234.5 becomes "£1,234.50", "2024-05-03" becomes "3 May 2024", 1 in a flag becomes "yes".

It knows the column only through the catalog's `Column`: keys, codes and years stay raw, measures get separators and their unit, dates
people's writing. `style` picks among equal writings, so that one conversation can keep to one of them. Nothing that could steer a
terminal gets through. `values.py` finds again what was said, and stands on the readings of stored values that are here.
"""

import math
import re
from datetime import datetime
from functools import lru_cache

from duologue.catalog.model import Column
from duologue.language.reading import MONTHS, Day, parse_day, parse_time
from duologue.types import Json

__all__ = [
    "as_percent",
    "by_pattern",
    "clean",
    "clip",
    "decimals_of",
    "flag_of",
    "is_blank",
    "is_raw",
    "is_share",
    "moment",
    "number_in_text",
    "say",
]

LONGEST = 280
"""Characters of a text that are said; the rest is cut at a word, with an ellipsis."""
LONGEST_FRACTION = 6
"""Decimals a stored number may have and still be said as it is; longer ones come from dividing and are rounded."""

_SIGNS = {"USD": "$", "US$": "$", "$": "$", "GBP": "£", "£": "£", "EUR": "€", "€": "€", "JPY": "¥", "¥": "¥"}
_CODE = re.compile(r"[a-z]+(?:_[a-z]+)+\Z")
_KINDS = ("category", "status")
_RAW_ROLES = frozenset({"key", "reference", "name", "category", "status", "contact"})
_RAW_FORMATS = frozenset({"code", "postcode", "phone", "year", "month", "json", "url", "email"})
_YES = frozenset({"1", "y", "yes", "t", "true", "on"})
_NO = frozenset({"0", "n", "no", "f", "false", "off"})
_TEXT_NUMBER = re.compile(r"\s*-?\d+(?:\.\d+)?\s*\Z")
# Control and format characters: C0, DEL, C1, zero-width and bidirectional marks, surrogates. Escape sequences go whole.
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])|\x9b[0-?]*[ -/]*[@-~]")
_CONTROL = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)

_SPELT_OUT = re.compile(r"(?<=\S)(?:\s*\\[rnt])+\Z")


def clean(text: str) -> str:
    """One line of text that can be shown anywhere: no control characters, no escape sequences, single spaces; nor the end of a line spelt
    out behind it, as a careless import leaves it."""
    if text.isascii() and text.isprintable() and "  " not in text and "\\" not in text:
        return text.strip()
    return _SPELT_OUT.sub("", " ".join(_CONTROL.sub("", _ESCAPES.sub("", text)).split()))


def is_blank(value: Json) -> bool:
    """There is nothing in it to be told: None, or text without a visible character."""
    return value is None or (isinstance(value, str) and not value[:1].isalnum() and not clean(value))


# ── Writing ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def say(value: Json, column: Column | None = None, style: int = 0) -> str:
    """Write a value as people write it. The same value, column and style give the same text.

    Lists are joined with commas, objects are written as "key: value" pairs. None is "none on record".
    """
    if is_blank(value):
        return "none on record" if value is None else "blank"
    flag = flag_of(value, column)
    if flag is not None:
        return "yes" if flag else "no"
    if isinstance(value, int | float):
        return _say_number(value, column)
    if isinstance(value, str):
        return _say_text(value, column, style)
    if isinstance(value, list | tuple):
        return ", ".join(say(v, column, style) for v in value) or "none"
    if isinstance(value, dict):
        return ", ".join(f"{clean(str(k))}: {say(v, None, style)}" for k, v in value.items()) or "none"
    return clean(str(value))


def flag_of(value: Json, column: Column | None) -> bool | None:
    """What a yes-or-no value says; None where it isn't one."""
    if isinstance(value, bool):
        return value
    if column is None or column.role != "flag" or isinstance(value, list | dict):
        return None
    word = str(value).strip().lower()
    if word in ("t", "f") and any(str(v).strip().lower() not in ("t", "f") for v in column.values):
        return None
    return True if word in _YES else False if word in _NO else None


def _say_text(value: str, column: Column | None, style: int) -> str:
    number = number_in_text(value, column)
    if number is not None:
        return _say_number(number, column)
    when = moment(value, column)
    if when is not None:
        return _say_moment(when, style)
    text = clip(clean(value))
    return text.replace("_", " ") if column is not None and column.role in _KINDS and is_code(text) else text


def is_code(text: str) -> bool:
    """Words joined by underscores, as programs name the kinds of a thing: "gift_card". People say "gift card"."""
    return "_" in text and _CODE.match(text) is not None


def clip(text: str) -> str:
    if len(text) <= LONGEST:
        return text
    cut = text.rfind(" ", LONGEST // 2, LONGEST)
    return text[: cut if cut > 0 else LONGEST].rstrip(" .,;:-") + "…"


def number_in_text(value: str, column: Column | None) -> float | int | None:
    """The number that a text column of numbers holds."""
    if column is None or not (column.role == "measure" or column.format in ("money", "percent")):
        return None
    if not _TEXT_NUMBER.match(value):
        return None
    text = value.strip()
    return float(text) if "." in text else int(text)


def is_raw(column: Column) -> bool:
    return column.role in _RAW_ROLES or column.format in _RAW_FORMATS


def _say_number(value: int | float, column: Column | None) -> str:
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if column is None:
        return _grouped(value, decimals_of(value, None), least=10_000)
    if is_raw(column):
        return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)
    if column.format == "percent":
        scaled = as_percent(value, column)
        return _grouped(scaled, decimals_of(scaled, None)) + "%"
    unit = clean(column.unit)
    sign = _SIGNS.get(unit.upper(), "")
    text = _grouped(abs(value) if sign else value, decimals_of(value, column))
    if sign:
        return ("-" if value < 0 else "") + sign + text
    return f"{text} {unit}" if unit else text


def as_percent(value: int | float, column: Column) -> float:
    """A share kept as 0 … 1 is said out of a hundred."""
    return round(value * 100, 10) if is_share(column) and abs(value) < 1e9 else value


def is_share(column: Column) -> bool:
    most, least = column.most, column.least
    return (
        not isinstance(most, bool)
        and isinstance(most, int | float)
        and 0 <= most <= 1
        and (not isinstance(least, int | float) or least >= 0)
        and column.type != "INTEGER"
    )


def decimals_of(value: int | float, column: Column | None) -> int:
    """How many decimals a number is said with: those it has where few, else enough to tell it apart; of money two at least."""
    money = column is not None and (column.format == "money" or clean(column.unit).upper() in _SIGNS)
    if isinstance(value, int):
        return 2 if money and column is not None and column.type == "REAL" else 0
    size = abs(value)
    if _is_extreme(size):
        return 0
    has = _written_decimals(size)
    if has > LONGEST_FRACTION:  # either the noise of binary fractions, or the result of dividing
        has = _written_decimals(round(size, 10 if size < 1e5 else 5))
    if has > LONGEST_FRACTION:
        has = 2 if size >= 1 else 2 - math.floor(math.log10(size))
    return max(has, 2) if money else has


def _is_extreme(size: int | float) -> bool:
    """Too large or too small to be written out in digits."""
    return size >= 1e15 or 0 < size <= 1e-9


def _written_decimals(size: float) -> int:
    """The digits after the point in the shortest writing of a number."""
    shown = repr(size)
    digits, _, exponent = shown.partition("e")
    fraction = digits.partition(".")[2].rstrip("0")
    return max(0, len(fraction) - int(exponent or 0))


def _grouped(value: int | float, decimals: int, least: int = 1_000) -> str:
    """With separators from `least` on. Numbers too large for exact digits keep their exponent."""
    if isinstance(value, float) and _is_extreme(abs(value)):
        return repr(value)
    if isinstance(value, int) and not decimals:
        return f"{value:,}" if abs(value) >= least else str(value)
    text = f"{value:,.{decimals}f}" if abs(value) >= least else f"{value:.{decimals}f}"
    return "0" if text in ("-0", "-0.00") else text


# ── Dates ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@lru_cache(maxsize=16_384)
def by_pattern(text: str, pattern: str) -> datetime | None:
    """The moment a text in a column's own writing stands for (a strptime pattern); None where it doesn't follow it."""
    try:
        return datetime.strptime(text, pattern)
    except ValueError:
        return None


def moment(value: str, column: Column | None = None) -> tuple[Day, str] | None:
    """The day (and the time, "" at midnight) that a stored text stands for: ISO writings, and the column's own pattern.

    A month ("2024-06") counts only where the column's format says that it holds months or dates. None where it is no date.
    """
    return _moment(value, column.format if column is not None else "")


@lru_cache(maxsize=16_384)
def _moment(value: str, form: str) -> tuple[Day, str] | None:
    if form.startswith("date:"):
        if "%Y" not in form and "%y" not in form:
            return None  # "9 June" is no day of any year
        found = by_pattern(value.strip(), form[5:])
        if found is None:
            return None
        return (found.year, found.month, found.day), f"{found:%H:%M}" if found.time().isoformat() != "00:00:00" else ""
    if form not in ("", "date", "datetime", "month"):
        return None
    if len(value) < 7 or not value[:4].isdigit():
        return None
    day = parse_day(value, months=form != "")
    return None if day is None else (day, parse_time(value) if len(value) > 10 else "")


def _say_moment(when: tuple[Day, str], style: int) -> str:
    (year, month, day), time = when
    name, form = MONTHS[month - 1].capitalize(), style % 4
    if day == 0:
        return f"{year:04}-{month:02}" if form == 3 else f"{name} {year:04}"
    text = (
        f"{day} {name} {year:04}",
        f"{name} {day}, {year:04}",
        f"{day} {name[:3]} {year:04}",
        f"{year:04}-{month:02}-{day:02}",
    )[form]
    return f"{text} at {time}" if time else text
