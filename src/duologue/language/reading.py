"""What figures, dates, times and codes a text states, and where.

A text is read once and the reading is kept (`read` remembers the latest few thousand), because several checks ask about
the same sentence, and line by line, because lines come again in other texts. The way down is by elimination: writings of dates first, since they hold numbers that are no figures;
then every word with a digit in it, which is a number, a time, an ordinal (no figure) or else a code; then small number
words. Nothing here knows a column or a database; `values.tells` brings those in.
"""

import math
import re
from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace

from duologue.language.days import DATES, MONTHS, Day, days_of, may_hold_dates, parse_day, parse_time
from duologue.language.numerals import european, grouped, word_numbers

__all__ = [
    "MONTHS",
    "Code",
    "DateSaid",
    "Day",
    "Number",
    "Reading",
    "fold",
    "has_phrase",
    "parse_day",
    "parse_time",
    "read",
]

_SCALES = {
    "k": ("thousand", 1_000), "thousand": ("thousand", 1_000), "m": ("million", 1_000_000), "mn": ("million", 1_000_000),
    "million": ("million", 1_000_000), "bn": ("billion", 1_000_000_000), "billion": ("billion", 1_000_000_000),
}  # fmt: skip


class Number(Struct, frozen=True):
    """A figure: its value as written, the decimals it was said with, and what stood around it."""

    value: float | int
    decimals: int
    start: int
    end: int
    text: str
    percent: bool = False
    scale: str = ""
    """thousand · million · billion, where such a word follows ("1.2 million")."""
    scaled: float | int = 0
    """The value times its scale."""
    word: bool = False
    """Written out ("three")."""
    suffix: str = ""
    """Letters glued to it ("45kg", "3-day")."""


class DateSaid(Struct, frozen=True):
    """A date: the days it may mean (two where 3/5/2024 leaves it open) and the time said with it, if any ("14:30")."""

    days: tuple[Day, ...]
    start: int
    end: int
    text: str
    time: str = ""


class Code(Struct, frozen=True):
    """A token that is no plain number: an identifier, a phone number's part, an e-mail address."""

    text: str
    start: int
    end: int


class Reading(Struct, frozen=True):
    """All that a text states in figures, in the order of the text within each kind."""

    text: str
    folded: str
    """The text as `fold` leaves it, for finding phrases."""
    numbers: tuple[Number, ...]
    dates: tuple[DateSaid, ...]
    codes: tuple[Code, ...]
    times: tuple[Code, ...]
    """Times of day that stand alone, as "14:30"."""


# ── Words ────────────────────────────────────────────────────────────────────────────────────────────────────────────

_ODD = dict.fromkeys("´‘’‚‛“”„‟«»‹›′″…\xa0\u202f", " ") | dict.fromkeys("−‐‑", "-")
_ODD_ONE = re.compile(f"[{''.join(_ODD)}]")


@lru_cache(maxsize=8_192)
def fold(text: str) -> str:
    """Lower case, no quotes, single spaces: what is left when writing habits are taken away."""
    plain = text.casefold().replace('"', " ").replace("'", " ").replace("`", " ").replace("*", "")
    if not plain.isascii():  # asked of every text many times over: `str.translate` would take ten times as long
        plain = _ODD_ONE.sub(lambda found: _ODD[found[0]], plain)
    return " ".join(plain.split())


def has_phrase(folded: str, phrase: str) -> bool:
    """Whether a folded phrase stands in a folded text as whole words. "123" isn't in "1,123", "123.4" or "A123"."""
    at = folded.find(phrase) if phrase else -1
    while at >= 0:
        end = at + len(phrase)
        # nearly always there is a blank on either side, or nothing more
        if (not at or folded[at - 1] == " " or _ends(folded, at - 1, -1, phrase[0])) and (
            end == len(folded) or folded[end] == " " or _ends(folded, end, 1, phrase[-1])
        ):
            return True
        at = folded.find(phrase, at + 1)
    return False


def _ends(text: str, at: int, step: int, edge: str) -> bool:
    """Whether a phrase whose outermost character is `edge` may end before the character at `at`."""
    char = text[at]
    if edge.isalnum() and (char.isalnum() or char == "_"):
        return False
    beyond = at + step
    return not (edge.isdigit() and char in ".,:/-" and 0 <= beyond < len(text) and text[beyond].isdigit())


# ── Reading ──────────────────────────────────────────────────────────────────────────────────────────────────────────

_DIGIT = re.compile(r"\d")
_NUMBER = re.compile(
    r"(?P<sign>[-+]?)(?P<cur>(?:US|A|C)?[$£€¥₹]|(?:USD|EUR|GBP|CHF|JPY|CAD|AUD|SEK|NOK|DKK|PLN|INR)(?=[\d-]))?(?P<sign2>-?)(?P<hash>#|no\.|№)?"
    r"(?P<int>\d{1,3}(?:[,\u00a0\u202f']\d{3})+|\d+)(?P<frac>\.\d+)?(?P<exp>e[-+]?\d+)?(?P<cur2>[$£€¥])?"
    r"(?P<percent>%)?(?P<suffix>[a-z°²³]{1,3}|-[a-z]{3,})?\Z",
    re.IGNORECASE,
)
_EUROPEAN = re.compile(
    r"(?P<sign>-?)(?P<cur>[$£€¥])?(?P<sign2>-?)(?P<int>\d{1,3}(?:[.']\d{3})+(?=,)|\d+(?=,\d\d(?!\d)|,\d[$£€¥%])),(?P<frac>\d+)(?P<cur2>[$£€¥%])?\Z"
)
_APART = re.compile(r"− (?=[\d$£€¥])")
_CENTS = re.compile(r"\d (?:cents?|pence|p|c)\b", re.IGNORECASE)
_CONTINENTAL = re.compile(
    r"(?<![\w.,])\d{1,3}(?:[.']\d{3})*(?:,\d{1,2})?(?![\d,]|\.\d)|(?<![\w.,])\d+,\d{1,2}(?![\d,]|\.\d)"
)
_COINS = re.compile(
    r"(?<![\d.,])(\d[\d,]*) (?:euros?|pounds?|dollars?|francs?|crowns?),?(?: and)? (\d\d?) (?:cents?|pence|p\b|c\b)",
    re.IGNORECASE,
)
_NO_GROUPS = str.maketrans("", "", ".'")
_ORDINAL = re.compile(r"\d+(?:st|nd|rd|th)\Z", re.IGNORECASE)
_TIME = re.compile(r"(\d\d?):(\d\d)(?::\d\d(?:\.\d+)?)?(?:am|pm)?\Z", re.IGNORECASE)
_POINTED_TIME = re.compile(r"(?:1[0-2]|0?[1-9])\.[0-5]\d[ap]m\Z", re.IGNORECASE)
_HALF = re.compile(r" ([ap])\.?m\b\.?", re.IGNORECASE)
_TRIM_LEFT, _TRIM_RIGHT = "\"'“”‘’`*_([{<~≈=|,;:", "\"'“”‘’`*_)]}>.,;:!?|…"
_APART_AT = r"\s()\[\]{}<>|;=“”\"–—"
_WITH_DIGITS = re.compile(rf"(?<![^{_APART_AT}])[^{_APART_AT}\d@]*[\d@][^{_APART_AT}]*")
"""A word with a digit or an at sign, from where it begins."""
_AFTER = re.compile(r"[^\S\n]?(%|percent\b|per cent\b|thousand\b|million\b|billion\b)", re.IGNORECASE)


@lru_cache(maxsize=8_192)
def read(text: str) -> Reading:
    """Find everything of interest in a text."""
    text = _APART.sub(" -", text).replace("−", "-") if "−" in text else text
    if "\n" in text and not (european(text) or _CENTS.search(text) or grouped(text) != text):
        return _joined(text, [read(line) for line in text.split("\n")])
    return _read(text)


def _joined(text: str, lines: list[Reading]) -> Reading:
    """The reading of a text out of those of its lines: nothing reaches over the end of a line, and lines recur."""
    numbers: list[Number] = []
    words: list[Number] = []
    dates: list[DateSaid] = []
    codes: list[Code] = []
    times: list[Code] = []
    by = 0
    for line in lines:
        for n in line.numbers:
            moved = Number(
                n.value, n.decimals, n.start + by, n.end + by, n.text, n.percent, n.scale, n.scaled, n.word, n.suffix
            )
            (words if n.word else numbers).append(moved)
        dates += [DateSaid(d.days, d.start + by, d.end + by, d.text, d.time) for d in line.dates]
        codes += [Code(c.text, c.start + by, c.end + by) for c in line.codes]
        times += [Code(t.text, t.start + by, t.end + by) for t in line.times]
        by += len(line.text) + 1
    folded = " ".join([line.folded for line in lines if line.folded])
    return Reading(text, folded, (*numbers, *words), tuple(dates), tuple(codes), tuple(times))


def _read(text: str) -> Reading:
    dates: list[DateSaid] = []
    numbers: list[Number] = []
    codes: list[Code] = []
    times: list[Code] = []
    folded = fold(text)
    rest, moved = text, False
    if _DIGIT.search(text) or "@" in text:
        if may_hold_dates(folded):
            rest = _take_dates(text, dates)
        rest = _take_coins(rest, numbers)
        plain = _with_points(grouped(rest))
        moved, rest = plain != rest, plain
        for found in _WITH_DIGITS.finditer(rest):
            _sort_token(rest, found.start(), found.end(), (numbers, codes, times))
    for value, start, end in word_numbers(rest):
        after = _look_after(rest, end, value)
        numbers.append(
            Number(value, 0, start, end, rest[start:end], after.percent, after.scale, after.scaled, word=True)
        )
    if moved:
        numbers = [replace(n, text=text[n.start : n.end]) for n in numbers]
    return Reading(text, folded, tuple(numbers), tuple(dates), tuple(codes), tuple(times))


def _take_coins(text: str, numbers: list[Number]) -> str:
    """Move amounts like "18 euros and 50 cents" out of the text, each as one figure."""
    for found in _COINS.finditer(text) if _CENTS.search(text) else ():
        value = round(int(found[1].replace(",", "")) + int(found[2]) / 100, 2)
        numbers.append(Number(value, 2, found.start(), found.end(), found[0]))
        text = text[: found.start()] + " " * (found.end() - found.start()) + text[found.end() :]
    return text


def _with_points(text: str) -> str:
    """Figures as English writes them, where the text's own style shows that it writes decimals with a comma. Nothing moves."""
    if not european(text):
        return text
    return _CONTINENTAL.sub(lambda found: found[0].replace(".", "'").replace(",", "."), text)


def _take_dates(text: str, dates: list[DateSaid]) -> str:
    """Move the dates out of the text: what is left has blanks in their places."""
    rest = text
    for found in DATES.finditer(text):
        days = days_of(found)
        if not days:
            continue
        clock = _on_the_clock(found["time"], found["half"] or "") if found["time"] else ""
        dates.append(DateSaid(days, found.start(), found.end(), found[0], clock))
        rest = rest[: found.start()] + " " * (found.end() - found.start()) + rest[found.end() :]
    return rest


def _on_the_clock(time: str, half: str) -> str:
    """ "2:48 PM" as "14:48"."""
    hours, _, minutes = time.partition(":")
    named = half.strip().lower()[:1]
    if named and 1 <= int(hours) <= 12:
        hours = str(int(hours) % 12 + (12 if named == "p" else 0))
    return f"{hours.rjust(2, '0')}:{minutes}"


_Kinds = tuple[list[Number], list[Code], list[Code]]


def _sort_token(text: str, start: int, end: int, into: _Kinds) -> None:
    """Decide what a word with a digit is, and put it where it belongs."""
    numbers, codes, times = into
    token = text[start:end]
    short = token.lstrip(_TRIM_LEFT)
    start += len(token) - len(short)
    short = short.rstrip(_TRIM_RIGHT)
    for ending in ("'s", "’s"):
        short = short.removesuffix(ending)
    end = start + len(short)
    if not short or _ORDINAL.match(short):
        return
    if _POINTED_TIME.match(short):
        times.append(Code(short.replace(".", ":"), start, end))
        return
    if "@" in short:
        codes.append(Code(short, start, end))
        return
    if _TIME.match(short):
        half = _HALF.match(text, end)
        times.append(Code(short + half[1] + "m", start, half.end()) if half else Code(short, start, end))
        return
    number = _as_number(text, short, start)
    if number is not None:
        numbers.append(number)
    elif "," in short and all(_NUMBER.match(p) or not _DIGIT.search(p) for p in short.split(",")):
        for piece in short.split(","):
            if _DIGIT.search(piece):
                _sort_token(text, start, start + len(piece), into)
            start += len(piece) + 1
    else:
        codes.append(Code(short, start, end))


def _as_number(text: str, token: str, start: int) -> Number | None:
    found = _NUMBER.match(token)
    end = start + len(token)
    if found is None:
        european = _EUROPEAN.match(token)
        if european is None:
            return None
        value = float(f"{european['int'].translate(_NO_GROUPS)}.{european['frac']}")
        value = -value if european["sign"] or european["sign2"] else value
        return Number(value, len(european["frac"]), start, end, token, percent=european["cur2"] == "%")
    digits = re.sub(r"\D", "", found["int"])
    frac, exp, suffix = found["frac"] or "", found["exp"] or "", (found["suffix"] or "").lower()
    if len(digits) > 1 and digits[0] == "0" and not frac:
        return None  # leading zeros: a code, not a quantity
    size: float | int = float(digits + frac + exp) if frac or exp else int(digits)
    if size == math.inf:
        return None
    if found["sign"] == "-" or found["sign2"]:
        size = -size
    decimals = max(0, len(frac) - 1)
    if found["percent"]:
        return Number(size, decimals, start, end, token, percent=True)
    if suffix:
        scale, factor = _SCALES.get(suffix, ("", 0))
        return Number(size, decimals, start, end, token, False, scale, _times(size, factor), suffix=suffix)
    after = _look_after(text, end, size)
    return Number(size, decimals, start, end, token, after.percent, after.scale, after.scaled)


class _After(Struct, frozen=True):
    """What the word after a number makes of it."""

    percent: bool = False
    scale: str = ""
    scaled: float | int = 0


_NOTHING = _After()


def _look_after(text: str, end: int, value: float) -> _After:
    found = _AFTER.match(text, end)
    if found is None:
        return _NOTHING
    word = found[1].lower()
    if word in _SCALES:
        name, factor = _SCALES[word]
        return _After(scale=name, scaled=_times(value, factor))
    return _After(percent=True)


def _times(value: float, factor: int) -> float | int:
    scaled: float | int = round(value * factor, 6)
    return int(scaled) if isinstance(scaled, float) and scaled.is_integer() else scaled
