"""How values are said, and whether a text says them.

A value leaves the database as JSON and reaches a person as words: 1234.5 becomes "£1,234.50", "2024-05-03" becomes
"3 May 2024", 1 in a flag becomes "yes". Two sides need one understanding of that: the speakers, who write (`saying.py`), and the
checks, who must find the value again in what was written. One property holds them together: `tells(say(value, column, style), value,
column)` for every value but none, and no neighbouring value is told.

`reading.read` finds figures, dates, times and codes in a text; `tells` compares them with a value by meaning. 1,234.50 is 1234.5, and
1.2k isn't; "twenty-one" is 21; "(5.00)" is five below zero; a date is told by its day and a time with or without seconds; text by its
words, a person by the whole name in any order. A unit beside a figure that the column is not kept in tells of something else.
"""

import math
import re
from functools import lru_cache

from duologue.catalog.model import Column
from duologue.kept import Kept
from duologue.language.amounts import amounts_in, is_amount
from duologue.language.hours import days_said_softly, hour_of, times_in
from duologue.language.numerals import below_zero, softly
from duologue.language.persons import TITLES, names_person, plain
from duologue.language.reading import DateSaid, Day, Number, Reading, fold, has_phrase, parse_day, read
from duologue.language.saying import (
    as_percent,
    by_pattern,
    clean,
    clip,
    decimals_of,
    flag_of,
    is_blank,
    is_code,
    is_raw,
    is_share,
    moment,
    number_in_text,
    say,
)
from duologue.language.units import factor, has_kin
from duologue.types import Json

__all__ = ["asks_for", "by_pattern", "clean", "is_blank", "is_told_plainly", "moment", "same_figure", "say", "tells"]

_SENTENCES = re.compile(r"[^.!?;\n]+[.!?;]?")
_NEGATIVE = re.compile(
    r"\b(?:not?|never|none|without|off|neither|un(?:subscribed|checked|set|marked)|disabled|inactive|opted out|false)\b|n['’]t\b|[✗✘❌☐]",
    re.I,
)
_POSITIVE = re.compile(
    r"\b(?:is|are|has|have|gets?|receives?|on|yes|subscribed|signed|enabled|active|marked|set|with|true)\b|[✓✔☑✅]",
    re.I,
)
_COURTESY = re.compile(r"\bno (?:trouble|problem|worries|bother|doubt|rush|hurry)\b", re.I)
"""A "no" that denies nothing."""
_CLAUSES = re.compile(r"[,;:.!?]\s")
_SHORTLY = 30
"""Characters before a column's name in which a question says that it is so, or not."""
_LETTERS = re.compile(r"[A-Za-z]+")
_DIGIT = re.compile(r"\d")
_PLAIN_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?\Z")
_BETWEEN = re.compile(r",?\s*(?:on|of|this|,)?\s*(?:\w{3,9}day,?)?\s*(?:the )?\s*\Z", re.I)
_RANKED = re.compile(
    r"\b(?:rank|place|position|standing|floor|level|grade|round|edition|season|episode|volume|lap|seat|storey|chapter|issue)\b",
    re.I,
)


# ── Finding again ────────────────────────────────────────────────────────────────────────────────────────────────────


def tells(text: str | Reading, value: Json, column: Column | None = None) -> bool:
    """Whether a text states a value. None and blanks are never told; of a list, everything in it must be.

    Numbers are equal after rounding to the decimals said, when those are at least as many as `say` would write; dates
    are told by their day (and by the time, if the text gives one); text by its words, whatever the case and the quotes.
    """
    reading = read(text) if isinstance(text, str) else text
    if isinstance(value, str) and (column is None or column.role != "flag"):
        opening = _opening(value)
        if opening and opening not in reading.folded and opening not in plain(reading.folded):
            return False  # nearly always
        return not is_blank(value) and _tells_text(reading, value, column)
    if is_blank(value):
        return False
    flag = flag_of(value, column)
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


def asks_for(text: str | Reading, value: Json, column: Column | None) -> bool:
    """Whether a text wants a yes or a no of a column, as a question may too: "which ones aren't official?"."""
    flag = None if is_blank(value) or column is None else flag_of(value, column)
    label = "" if flag is None or column is None else column.label.casefold()
    said = (read(text) if isinstance(text, str) else text).text.casefold()
    at = said.find(label) if label else -1
    while at >= 0:
        before = _CLAUSES.split(said[max(0, at - _SHORTLY) : at])[-1]
        negative = _NEGATIVE.search(before) is not None
        if negative != flag and (negative or _POSITIVE.search(before)):
            return True
        at = said.find(label, at + 1)
    return False


def is_told_plainly(value: Json, column: Column | None) -> bool:
    """Whether a value is a number that a text tells by nothing but the number itself: exactly, rounded, out of a hundred, with a word for
    its scale, or softly (`numerals.softly`)."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < math.inf:
        return False
    if column is None:
        return True
    _, unit, _, has_factor = _writing(column)
    return column.role != "flag" and not has_factor and not is_amount(unit)


def same_figure(said: Number, value: int | float) -> bool:
    """Whether a figure in a text is this number, whatever column it comes from; one of `amounts_in` is as exact as it was said."""
    if said.decimals < 0:
        return abs(said.value - value) <= 0.5000001 * 10.0**-said.decimals
    if math.isfinite(value):
        return _same_number(said, value, decimals_of(value, None), "", None)
    return False


def _tells_flag(reading: Reading, flag: bool, value: Json, column: Column | None) -> bool:
    said = reading.folded if flag else _COURTESY.sub("", reading.folded)
    if any(has_phrase(said, word) for word in (("yes", "true") if flag else ("no", "false"))):
        return True
    if not isinstance(value, bool) and isinstance(value, str) and len(value.strip()) > 1:
        return has_phrase(reading.folded, fold(value))
    return False


def _implies_flag(reading: Reading, flag: bool, column: Column | None) -> bool:
    """Whether a sentence that is no question speaks of the column and says so or not: "isn't signed up for the newsletter"."""
    named = (column.label if column is not None else "").casefold().split()
    words = [w for w in named if len(w) > 3] or named
    for sentence in _SENTENCES.findall(reading.text):
        if words and not sentence.endswith("?") and all(w in sentence.casefold() for w in words):
            negative = _NEGATIVE.search(_COURTESY.sub("", sentence)) is not None
            if negative != flag and (negative or _POSITIVE.search(sentence)):
                return True
    return False


def _tells_number(reading: Reading, value: int | float, column: Column | None) -> bool:
    if isinstance(value, float) and not math.isfinite(value):
        return has_phrase(reading.folded, fold(str(value)))
    numbers, text = reading.numbers, reading.text
    raw, unit, ranks, has_factor = _writing(column) if column is not None else _PLAINLY
    if is_amount(unit) and any(same_figure(n, value) for n in amounts_in(text, (unit,))):
        return True
    apart = not has_factor and value >= 0
    near = [n for n in numbers if not (apart and _is_far(n, value))]
    if near:
        if column is None and any(n.value == value and not n.scale for n in near):
            return True
        least = 0 if raw else decimals_of(value, column)
        if any(_says_number(n, value, (least, unit), column, text) for n in near):
            return True
    if raw or value < 0 or value != int(value):
        return False
    return value in softly(text, ranks)


def _is_far(said: Number, value: int | float) -> bool:
    """A plain figure is another than this number, which is seen at a glance."""
    if said.value == value or said.percent or said.scale:
        return False
    return not said.decimals or abs(said.value - value) > 0.5000001 * 10.0**-said.decimals


def _column_writing(column: Column) -> tuple[bool, str, bool, bool]:
    raw, unit = is_raw(column), clean(column.unit).lower() if column.unit else ""
    return raw, unit, _RANKED.search(column.label) is not None, has_kin(unit)


_writing: Kept[Column, tuple[bool, str, bool, bool]] = Kept(_column_writing, 1_024)
"""How a column's numbers are written: as they are; with which unit; as ranks too; and whether the unit has others of its kind."""
_PLAINLY = (False, "", False, False)


def _says_number(said: Number, value: int | float, how: tuple[int, str], column: Column | None, text: str) -> bool:
    """Whether a figure is the number, with what stands around it: its unit, and words that put it below zero. `how`: the decimals it
    has to have at least, and the column's unit."""
    least, unit = how
    scale = factor(text, said.start, said.end, unit) if unit else 1.0
    if scale != 1.0:
        return scale > 0 and abs(said.value * scale - value) <= max(
            1e-9 * abs(value), 0.5 * 10.0**-said.decimals * scale * (said.decimals > 0)
        )
    if _same_number(said, value, least, unit, column):
        return True
    return (
        value < 0 < said.value
        and _same_number(said, -value, least, unit, column)
        and below_zero(text, said.start, said.end)
    )


def _same_number(said: Number, value: int | float, least: int, unit: str, column: Column | None) -> bool:
    if said.percent and (column is None or (column.format == "percent" and is_share(column))):
        scaled = round(value * 100, 10) if column is None else as_percent(value, column)
        if _close(said.value, said.decimals, scaled, decimals_of(scaled, None)):
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
    number = number_in_text(value, column)
    if number is None and column is None and _PLAIN_NUMBER.match(value):
        number = float(value) if "." in value else int(value)
    if number is not None and _tells_number(reading, number, column):
        return True
    when = moment(value, column)
    if when is not None:
        return _tells_moment(reading, when)
    if len(value) < 9 and (hour := hour_of(value)) is not None:
        return any(t[:2] == hour[:2] and t[2] in (-1, hour[2]) for t in times_in(reading.text))
    return bool(reading.dates) and column is None and any(_tells_day(reading, d) for d in _whole_date(value))


def _tells_form(reading: Reading, value: str, phrase: str) -> bool:
    """A kind in the plural ("MP3 files") or without its underscores ("gift card"), a name of several parts ("kettle, slate, 1.7 l") part by part, without its accents,
    or a person's in another order."""
    if phrase[-1].isalpha() and " " in phrase and any(has_phrase(reading.folded, phrase + s) for s in ("s", "es")):
        return True
    if not (phrase.isascii() and reading.folded.isascii()):
        folded, bare = plain(reading.folded), plain(phrase)
        if (folded is not reading.folded or bare is not phrase) and has_phrase(folded, bare):
            return True
    if is_code(value) and has_phrase(reading.folded, phrase.replace("_", " ")):
        return True
    if " " in phrase and names_person(reading.folded, value):
        return True
    return ", " in value and all(p and has_phrase(reading.folded, p) for p in map(fold, value.split(", ")))


@lru_cache(maxsize=32_768)
def _opening(value: str) -> str:
    """The letters that a text value opens with, which stand in every text that tells it; empty where there may be others: it may be a
    date, a number or a time, or a name told without its title."""
    found = _LETTERS.match(value)
    if found is None or not value.isascii() or _DIGIT.search(value) is not None:
        return ""
    letters = found[0].lower()
    return "" if letters in TITLES else letters


@lru_cache(maxsize=32_768)
def _phrase(value: str) -> tuple[str, str]:
    """A text as it is said, and as it is looked for."""
    said = clip(clean(value)).removesuffix("…")
    return said, fold(said)


def _tells_moment(reading: Reading, when: tuple[Day, str]) -> bool:
    day, time = when
    for said in reading.dates:
        if _is_among(day, said.days) and (not time or _clock(reading, said) in ("", time)):
            return True
    return any(_is_among(day, (soft,)) for soft in days_said_softly(reading.text))


def _clock(reading: Reading, said: DateSaid) -> str:
    """The time said with a date: behind it, or right before it ("14:30 on 3 May"); empty where there is none."""
    if said.time:
        return said.time
    for code in reading.times:
        if code.end <= said.start and _BETWEEN.fullmatch(reading.text, code.end, said.start):
            return next((f"{h:02}:{m:02}" for h, m, _ in sorted(times_in(code.text))), "")
    return ""


def _tells_day(reading: Reading, day: Day) -> bool:
    return any(_is_among(day, said.days) for said in reading.dates)


def _is_among(day: Day, days: tuple[Day, ...]) -> bool:
    return any(m == day[1] and d == day[2] and y in (day[0], 0) for y, m, d in days)


@lru_cache(maxsize=16_384)
def _whole_date(value: str) -> tuple[Day, ...]:
    """The days that a text which is nothing but a date may mean, of a month the month; for values whose column nobody knows."""
    if (month := parse_day(value, months=True)) is not None and month[2] == 0:
        return (month,)
    if len(value) > 40 or not any(c.isdigit() for c in value):
        return ()
    found = read(value.strip())
    if len(found.dates) != 1 or found.numbers or found.codes:
        return ()
    return found.dates[0].days if found.dates[0].text.strip() == value.strip() else ()
