"""How values are said, and whether a text says them.

A value leaves the database as JSON and reaches a person as words: 1234.5 becomes "£1,234.50", "2024-05-03" becomes
"3 May 2024", 1 in a flag becomes "yes". Two sides need one understanding of that: the speakers, who write, and the
checks, who must find the value again in what was written. So both directions live here, and one property holds them
together: `tells(say(value, column, style), value, column)` for every value but none, and no neighbouring value is told.

* `say` writes. It knows the column only through the catalog's `Column`: keys, codes and years stay raw, measures get
  separators and their unit, dates people's writing. `style` picks among equal writings, so that one conversation can
  keep to one of them. Nothing that could steer a terminal gets through.
* `reading.read` finds figures, dates, times and codes in a text.
* `tells` compares the two by meaning: 1,234.50 is 1234.5, but 1.2k isn't; a date is told by its day; text by its words.
"""

import math
import re
from datetime import datetime
from functools import lru_cache

from duologue.catalog.model import Column
from duologue.language.reading import MONTHS, Day, Number, Reading, fold, has_phrase, parse_day, parse_time, read
from duologue.types import Json

__all__ = ["by_pattern", "clean", "is_blank", "moment", "same_figure", "say", "tells"]

LONGEST = 280
"""Characters of a text that are said; the rest is cut at a word, with an ellipsis."""
LONGEST_FRACTION = 6
"""Decimals a stored number may have and still be said as it is; longer ones come from dividing and are rounded."""

_SIGNS = {"USD": "$", "US$": "$", "$": "$", "GBP": "£", "£": "£", "EUR": "€", "€": "€", "JPY": "¥", "¥": "¥"}
_RAW_ROLES = frozenset({"key", "reference", "name", "category", "status", "contact"})
_RAW_FORMATS = frozenset({"code", "postcode", "phone", "year", "month", "json", "url", "email"})
_YES = frozenset({"1", "y", "yes", "t", "true", "on"})
_NO = frozenset({"0", "n", "no", "f", "false", "off"})
_SENTENCES = re.compile(r"[^.!?;\n]+[.!?;]?")
_NEGATIVE = re.compile(
    r"\b(?:not?|never|none|without|off|neither|un(?:subscribed|checked|set|marked)|disabled|inactive|opted out)\b|n['’]t\b",
    re.I,
)
_POSITIVE = re.compile(
    r"\b(?:is|are|has|have|gets?|receives?|on|yes|subscribed|signed|enabled|active|marked|set|with)\b", re.I
)
_PLAIN_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?\Z")
_TEXT_NUMBER = re.compile(r"\s*-?\d+(?:\.\d+)?\s*\Z")
# Control and format characters: C0, DEL, C1, zero-width and bidirectional marks, surrogates. Escape sequences go whole.
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])|\x9b[0-?]*[ -/]*[@-~]")
_CONTROL = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)


def clean(text: str) -> str:
    """One line of text that can be shown anywhere: no control characters, no escape sequences, single spaces."""
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip()
    return " ".join(_CONTROL.sub("", _ESCAPES.sub("", text)).split())


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
    flag = _flag(value, column)
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


def _flag(value: Json, column: Column | None) -> bool | None:
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
    number = _number_in_text(value, column)
    if number is not None:
        return _say_number(number, column)
    when = moment(value, column)
    if when is not None:
        return _say_moment(when, style)
    return _clip(clean(value))


def _clip(text: str) -> str:
    if len(text) <= LONGEST:
        return text
    cut = text.rfind(" ", LONGEST // 2, LONGEST)
    return text[: cut if cut > 0 else LONGEST].rstrip(" .,;:-") + "…"


def _number_in_text(value: str, column: Column | None) -> float | int | None:
    """The number that a text column of numbers holds."""
    if column is None or not (column.role == "measure" or column.format in ("money", "percent")):
        return None
    if not _TEXT_NUMBER.match(value):
        return None
    text = value.strip()
    return float(text) if "." in text else int(text)


def _is_raw(column: Column) -> bool:
    return column.role in _RAW_ROLES or column.format in _RAW_FORMATS


def _say_number(value: int | float, column: Column | None) -> str:
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if column is None:
        return _grouped(value, _decimals(value, None), least=10_000)
    if _is_raw(column):
        return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)
    if column.format == "percent":
        scaled = _as_percent(value, column)
        return _grouped(scaled, _decimals(scaled, None)) + "%"
    unit = clean(column.unit)
    sign = _SIGNS.get(unit.upper(), "")
    text = _grouped(abs(value) if sign else value, _decimals(value, column))
    if sign:
        return ("-" if value < 0 else "") + sign + text
    return f"{text} {unit}" if unit else text


def _as_percent(value: int | float, column: Column) -> float:
    """A share kept as 0 … 1 is said out of a hundred."""
    return round(value * 100, 10) if _is_share(column) and abs(value) < 1e9 else value


def _is_share(column: Column) -> bool:
    most, least = column.most, column.least
    return (
        not isinstance(most, bool)
        and isinstance(most, int | float)
        and 0 <= most <= 1
        and (not isinstance(least, int | float) or least >= 0)
        and column.type != "INTEGER"
    )


def _decimals(value: int | float, column: Column | None) -> int:
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

    A month kept as "2024-06" counts only where the column's format says it is one. None where it is no date.
    """
    form = column.format if column is not None else ""
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
    day = parse_day(value, months=form == "month")
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


# ── Finding again ────────────────────────────────────────────────────────────────────────────────────────────────────


def tells(text: str | Reading, value: Json, column: Column | None = None) -> bool:
    """Whether a text states a value. None and blanks are never told; of a list, everything in it must be.

    Numbers are equal after rounding to the decimals said, when those are at least as many as `say` would write; dates
    are told by their day (and by the time, if the text gives one); text by its words, whatever the case and the quotes.
    """
    if is_blank(value):
        return False
    reading = read(text) if isinstance(text, str) else text
    flag = _flag(value, column)
    if flag is not None:
        return _tells_flag(reading, flag, value, column) or _implies_flag(reading, flag, column)
    if isinstance(value, int | float):
        return _tells_number(reading, value, column)
    if isinstance(value, str):
        return _tells_text(reading, value, column)
    if isinstance(value, list | tuple):
        return bool(value) and all(tells(reading, v, column) for v in value)
    if isinstance(value, dict):
        return bool(value) and all(v is None or tells(reading, v) for v in value.values())
    return False


def same_figure(said: Number, value: int | float) -> bool:
    """Whether a figure in a text is this number, whatever column it comes from."""
    if math.isfinite(value):
        return _same_number(said, value, _decimals(value, None), "", None)
    return False


def _tells_flag(reading: Reading, flag: bool, value: Json, column: Column | None) -> bool:
    if has_phrase(reading.folded, "yes" if flag else "no"):
        return True
    if not isinstance(value, bool) and isinstance(value, str) and len(value.strip()) > 1:
        return has_phrase(reading.folded, fold(value))
    return False


def _implies_flag(reading: Reading, flag: bool, column: Column | None) -> bool:
    """Whether a sentence that is no question speaks of the column and says so or not: "isn't signed up for the newsletter"."""
    words = [w for w in (column.label if column is not None else "").casefold().split() if len(w) > 3]
    for sentence in _SENTENCES.findall(reading.text):
        if words and not sentence.endswith("?") and all(w in sentence.casefold() for w in words):
            negative = _NEGATIVE.search(sentence) is not None
            if negative != flag and (negative or _POSITIVE.search(sentence)):
                return True
    return False


def _tells_number(reading: Reading, value: int | float, column: Column | None) -> bool:
    if isinstance(value, float) and not math.isfinite(value):
        return has_phrase(reading.folded, fold(str(value)))
    if not reading.numbers:
        return False
    if column is None and any(n.value == value and not n.scale for n in reading.numbers):
        return True
    raw = column is not None and _is_raw(column)
    least = 0 if raw else _decimals(value, column)
    unit = clean(column.unit).lower() if column is not None and column.unit else ""
    return any(_same_number(n, value, least, unit, column) for n in reading.numbers)


def _same_number(said: Number, value: int | float, least: int, unit: str, column: Column | None) -> bool:
    if said.percent and (column is None or (column.format == "percent" and _is_share(column))):
        scaled = round(value * 100, 10) if column is None else _as_percent(value, column)
        if _close(said.value, said.decimals, scaled, _decimals(scaled, None)):
            return True
        if column is not None:
            return False
    if said.scale and said.scale != unit:
        return said.scaled == value
    return _close(said.value, said.decimals, value, least)


def _close(said: float, decimals: int, value: int | float, least: int) -> bool:
    if said == value:
        return True
    if decimals < least or decimals == 0:
        return False
    return abs(said - value) <= 0.5000001 * 10.0**-decimals


def _tells_text(reading: Reading, value: str, column: Column | None) -> bool:
    said, phrase = _phrase(value)
    if has_phrase(reading.folded, phrase) if phrase else said in reading.text:
        return True
    if phrase and _tells_form(reading, value, phrase):
        return True
    if reading.numbers:
        number = _number_in_text(value, column)
        if number is None and column is None and _PLAIN_NUMBER.match(value):
            number = float(value) if "." in value else int(value)
        if number is not None and _tells_number(reading, number, column):
            return True
    if not reading.dates:
        return False
    when = moment(value, column)
    if when is not None:
        return _tells_moment(reading, when)
    return column is None and any(_tells_day(reading, d) for d in _whole_date(value))


def _tells_form(reading: Reading, value: str, phrase: str) -> bool:
    """A kind in the plural ("MP3 files"), or a name of several parts ("kettle, slate, 1.7 l") part by part."""
    if phrase[-1].isalpha() and " " in phrase and any(has_phrase(reading.folded, phrase + s) for s in ("s", "es")):
        return True
    parts = [fold(p) for p in value.split(", ")]
    return len(parts) > 1 and all(p and has_phrase(reading.folded, p) for p in parts)


@lru_cache(maxsize=32_768)
def _phrase(value: str) -> tuple[str, str]:
    """A text as it is said, and as it is looked for."""
    said = _clip(clean(value)).removesuffix("…")
    return said, fold(said)


def _tells_moment(reading: Reading, when: tuple[Day, str]) -> bool:
    day, time = when
    return any(not (time and said.time and said.time != time) and _is_among(day, said.days) for said in reading.dates)


def _tells_day(reading: Reading, day: Day) -> bool:
    return any(_is_among(day, said.days) for said in reading.dates)


def _is_among(day: Day, days: tuple[Day, ...]) -> bool:
    return any(m == day[1] and d == day[2] and y in (day[0], 0) for y, m, d in days)


@lru_cache(maxsize=16_384)
def _whole_date(value: str) -> tuple[Day, ...]:
    """The days that a text which is nothing but a date may mean; for values whose column nobody knows."""
    if len(value) > 40 or not any(c.isdigit() for c in value):
        return ()
    found = read(value.strip())
    if len(found.dates) != 1 or found.numbers or found.codes:
        return ()
    return found.dates[0].days if found.dates[0].text.strip() == value.strip() else ()
