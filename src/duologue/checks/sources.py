"""Everything that had been said or returned by some point in a conversation, for asking whether a claim has a source.

Filled turn by turn. The common question, is this figure or this day known, is a set look-up; texts are folded and joined only
when a claim needs them, and values derived from a list (`derived.py`) only when nothing simpler explains a figure.
"""

import math
import re
from collections import deque
from collections.abc import Iterable, Mapping
from datetime import date

from duologue.catalog.model import Column
from duologue.checks.derived import MOST, Near, between, derive
from duologue.kept import Kept
from duologue.language.amounts import is_amount
from duologue.language.reading import Code, DateSaid, Day, Number, Reading, fold, has_phrase, parse_day, read
from duologue.language.values import by_pattern, same_figure
from duologue.types import Json, Tool

__all__ = ["Sources"]


class Sources:
    """What is known so far."""

    def __init__(self, columns: Mapping[str, Column] | None = None) -> None:
        """`columns` say which names hold figures and in what odd ways dates are written."""
        self.labels, self._patterns, self._units, self.amounts = _spellings(columns) if columns else _NO_SPELLINGS
        """Units of which people say amounts in another way than they are kept."""
        self._unread: list[str] = []
        self.numbers: set[int | float] = set()
        self.days: set[Day] = set()
        self.today: list[Day] = []
        """Days that the system message names."""
        self.lengths: set[int] = set()
        self._long: set[float] = set()
        self._texts: list[str] = []
        self._folded: list[str] = []
        self._joined = ""
        self._results: list[Json] = []
        self._told: deque[Reading] = deque(maxlen=NEARBY)

    def apart(self) -> "Sources":
        """These sources, to be asked without a trace: a copy where a date would have texts read that stay unread here."""
        return self.copy() if self._unread else self

    def copy(self) -> "Sources":
        """The same sources, apart."""
        twin = Sources()
        twin.labels, twin._patterns, twin._units = self.labels, self._patterns, self._units
        twin.amounts = self.amounts
        twin._joined = self.joined
        twin._unread, twin.today = self._unread.copy(), self.today.copy()
        twin.numbers, twin.days = self.numbers.copy(), self.days.copy()
        twin.lengths, twin._long = self.lengths.copy(), self._long.copy()
        twin._results = self._results.copy()
        twin._told = self._told.copy()
        return twin

    @staticmethod
    def of_result(result: Json) -> "Sources":
        """What a result holds: nobody may change it, nor ask it."""
        held = Sources()
        held._absorb(result)
        return held

    # ── Filling ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def add_result(self, result: Json, tool: Tool | None) -> None:
        """A tool's answer, and the defaults that shaped it."""
        self._take(_held(result))
        self._results.append(result)
        for schema in tool.parameters.get("properties", {}).values() if tool is not None else ():
            if "default" in schema:
                self._absorb(schema["default"])

    def _take(self, held: "Sources") -> None:
        """Know what a result holds."""
        self.numbers |= held.numbers
        self.days |= held.days
        self.lengths |= held.lengths
        self._long |= held._long
        self._texts += held._texts
        self._unread += held._unread

    def add_text(self, reading: Reading) -> None:
        """Something the user, or the system message, said."""
        self._told.append(reading)
        for number in reading.numbers:
            if _is_endless(number.value):
                continue
            self.numbers.add(number.value)
            if number.scale:
                self.numbers.add(number.scaled)
        for said in reading.dates:
            self._add_days(said.days)
        if "\n" in reading.text:
            self._texts.append(reading.text)
        else:
            self._folded.append(reading.folded)

    def tell(self, reading: Reading) -> None:
        """Something the assistant said: no source of anything, but what is worked out is worked out from what was told."""
        self._told.append(reading)

    def near(self, reading: Reading) -> Near:
        """What a text and those just before it tell."""
        return Near.of(reading, self._told, self.today, self.amounts)

    def _absorb(self, value: Json) -> None:
        if isinstance(value, str):
            self._absorb_text(value)
        elif value is None or isinstance(value, bool):
            return
        elif isinstance(value, dict):
            for key, part in value.items():
                if not key.isidentifier():
                    self._texts.append(key)
                if part is not None:
                    self._absorb(part)
        elif isinstance(value, list):
            self.lengths.add(len(value))
            for part in value:
                self._absorb(part)
        elif isinstance(value, int | float):
            self._absorb_number(value)

    def _absorb_number(self, value: float) -> None:
        if _is_endless(value):
            self._texts.append(str(value))
            return
        self.numbers.add(value)
        if isinstance(value, float):
            self._long.add(value)

    def _absorb_text(self, value: str) -> None:
        self._texts.append(value)
        if value.isalpha():
            return  # as most are
        if _DIGIT.search(value):
            self._unread.append(value)
            self._long.update(map(float, _LONG_DECIMAL.findall(value)))
        if value[:1].isdigit() or value[:1] in "-+.":
            day = parse_day(value, months=True)
            if day is not None:
                self._add_days((day,))
                return
            try:
                number = float(value)
            except ValueError:
                return
            if math.isfinite(number):
                self.numbers.add(number)
                self._long.add(number)

    def _add_days(self, days: Iterable[Day]) -> None:
        for year, month, day in days:
            self.days.update(((year, month, day), (0, month, day), (year, month, 0)))
            if year:
                self.numbers.add(year)

    # ── Asking ───────────────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def joined(self) -> str:
        """All known texts, folded, each ending in a line break."""
        if self._texts:
            self._joined += fold("\n".join(self._texts).replace("\n", " ¶ ")) + " ¶ "
            self._texts.clear()
        if self._folded:
            self._joined += " ¶ ".join(self._folded) + " ¶ "
            self._folded.clear()
        return self._joined

    def knows_phrase(self, text: str) -> bool:
        """The words were said or returned."""
        return has_phrase(self.joined, fold(text))

    def knows_number(self, said: Number) -> bool:
        """The figure was said or returned, as it is, rounded, or inside a text."""
        if _is_endless(said.value):
            return self.knows_phrase(said.text)
        if said.value in self.numbers and (not (said.scale and said.scaled) or said.scale in self._units):
            return True
        if said.scale and any(_rounds_to(x, said) for x in self.numbers):
            return True
        if said.percent and any(same_figure(said, x) for x in self.numbers):
            return True
        if said.decimals:
            far = math.inf if said.percent or said.scale else 10.0**-said.decimals  # most are told apart at a glance
            if any(abs(x - said.value) <= far and same_figure(said, x) for x in self._long):
                return True
        if said.word:
            return False
        bare = said.text.strip("$£€¥₹+#%")
        if said.suffix and self.knows_phrase(bare):
            return True
        if "." in bare and bare[-1] == "0" and self.knows_phrase(bare.rstrip("0").rstrip(".")):
            return True  # "£49.90" of a text that says "£49.9"
        return self.knows_phrase(bare.removesuffix(said.suffix) if said.suffix else bare)

    def knows_date(self, said: DateSaid) -> bool:
        """The day, and the time if one is given, was said or returned."""
        if said.time and said.time not in self.joined and said.time.removeprefix("0") not in self.joined:
            return False
        for year, month, day in said.days:
            if (year, month, day) in self.days or (day and year and (0, month, day) in self._yearless):
                return True
        if self._unread:
            self._read_dates()
            return self.knows_date(said)
        return self.knows_phrase(said.text)

    def _read_dates(self) -> None:
        """Take the dates out of returned texts, also those in a column's own writing; done when a date has no plain source."""
        for value in self._unread:
            for said in read(value).dates:
                self._add_days(said.days)
            if len(value) <= 40:
                for pattern in self._patterns:
                    found = by_pattern(value.strip(), pattern)
                    if found is not None:
                        self._add_days(((found.year, found.month, found.day),))
        self._unread.clear()

    @property
    def _yearless(self) -> set[Day]:
        """Days said without a year, which a later speaker may complete."""
        dated = {(0, m, d) for y, m, d in self.days if y and d}
        return {day for day in self.days if day[0] == 0} - dated

    def knows_amount(self, said: Number) -> bool:
        """A figure of this size was said or returned, as exactly as it is told."""
        return any(same_figure(said, x) for x in self.numbers)

    def knows_time(self, said: Code) -> bool:
        """The time of day was said or returned; "2:30pm" is 14:30."""
        text = said.text.lower()
        plain = text.rstrip("apm")
        hours, _, minutes = plain.partition(":")
        options = [plain, plain.rjust(5, "0")]
        if text.endswith("pm") and int(hours) < 12:
            options = [f"{int(hours) + 12}:{minutes}", text]
        elif text.endswith("am") and int(hours) == 12:
            options = [f"00:{minutes}", text]
        return any(o in self.joined for o in options)

    def knows_code(self, said: Code) -> bool:
        """The token was said or returned, or is made of known figures ("10-20", "3/14")."""
        if said.text in ("24/7",) or self.knows_phrase(said.text):
            return True
        pieces = [p for p in said.text.replace("/", "-").split("-") if p]
        if len(pieces) == 2 and all(p.isdigit() and len(p) <= 2 for p in pieces):
            one, two = int(pieces[0]), int(pieces[1])
            if (0, two, one) in self.days or (0, one, two) in self.days:
                return True
        return len(pieces) > 1 and all(p.isdigit() and int(p) in self.numbers for p in pieces)

    def is_named(self, token: str, reading: Reading) -> bool:
        """The token is part of what a column is called, as in "address 2"."""
        found = fold(token)
        return any(has_phrase(n, found) and has_phrase(reading.folded, n) for n in self.labels)

    def derives(self, said: Number, before: str, near: Near) -> str:
        """In what simple way the figure follows from one result, or from dates in it: a count, sum, difference, average, product,
        share, days between; empty where it does not.

        `before` is the word before it: "first 3", "2 more" need only be smaller than a list; "the other 63" may be what is left of
        113 when 50 are taken away; "about" allows rounding.
        """
        value = said.value
        if _is_endless(value):
            return ""
        if value in self.lengths and said.text[0].isalnum():
            return "the length of a list"
        if before in PART_OF and isinstance(value, int) and 0 < value <= max(self.lengths, default=0):
            return "part of a list"
        if before in _ABOUT and _is_round(value) and any(_rounds(x, value, before) for x in self.numbers):
            return "rounding"
        if before in _ABOUT and any(abs(x - value) <= 0.5000001 * 10.0**-said.decimals for x in self._long):
            return "rounding"
        way = next((w for r in reversed(self._results) if (w := derive(r).explains(said, near))), "")
        if not way and between(self._results[-_RECORDS:], said, near):
            return "how far two records are apart"
        return way or ("what is left" if before in _LEFT and self._is_left(value) else "")

    def latest_days(self) -> list[date]:
        """The days of the latest result, where it has few rows."""
        latest = [derive(r) for r in self._results[-1:]]
        return [day for d in latest if d.few for day in d.days]

    def _is_left(self, value: float) -> bool:
        """The difference of two numbers of rows, out of the latest `_TOTALS` lists and figures about them."""
        tops = [v for r in self._results[-_TOTALS:] if isinstance(r, dict) for v in r.values()]
        whole = {len(v) if isinstance(v, list) else v for v in tops if isinstance(v, list | int)}
        parts = whole | {n for r in self._results[-_TOTALS:] for n in derive(r).counts}
        return any(a - b == value for a in whole for b in parts if b > 0)


_held: Kept[Json, Sources] = Kept(Sources.of_result, 1_024)
"""What a result holds. The gate of the user and the check of what the assistant states meet the same results."""

_Spellings = tuple[tuple[str, ...], tuple[str, ...], frozenset[str], frozenset[str]]


def _find_spellings(columns: Mapping[str, Column]) -> _Spellings:
    """Names that hold figures, folded ("address 1"), patterns of dates, units figures are kept in ("million"), and those of which
    people say amounts in another way."""
    names = (fold(n.replace("_", " ")) for c in columns.values() for n in (c.label, c.plural, c.name, c.table))
    labels = tuple(dict.fromkeys(n for n in names if _DIGIT.search(n)))
    patterns = tuple(dict.fromkeys(c.format[5:] for c in columns.values() if c.format.startswith("date:")))
    units = frozenset(c.unit for c in columns.values() if c.unit)
    return labels, patterns, frozenset(map(str.lower, units)), frozenset(filter(is_amount, units))


_spellings = Kept(_find_spellings)
_NO_SPELLINGS: _Spellings = ((), (), frozenset(), frozenset())
_DIGIT = re.compile(r"\d")
_LONG_DECIMAL = re.compile(r"(?<![\w.,])\d{1,12}\.\d{3,}(?![\w.])")
"""A figure within a text that people round."""
PART_OF = frozenset(
    [
        "first",
        "top",
        "last",
        "latest",
        "next",
        "other",
        "another",
        "remaining",
        "more",
        "further",
        "additional",
        "these",
        "those",
        "all",
        "only",
        "just",
    ]
)
NEARBY = 4
"""Texts back that count as nearby."""
_LEFT = frozenset(["other", "remaining", "others", "rest", "further", "more", "additional"])
_TOTALS = 8
_RECORDS = 6
"""The latest results, of which records that were looked up one by one are held against one another."""
_ABOUT = frozenset(
    ["about", "around", "roughly", "approximately", "nearly", "almost", "over", "under", "some", "circa"]
)


def _is_endless(value: Json) -> bool:
    """Whether a value is an integer that no float holds: it is known as a text, and nothing is worked out from it."""
    return isinstance(value, int) and abs(value) >= MOST


_OVER, _UNDER = ("over",), ("under", "nearly", "almost")


def _is_round(value: float) -> bool:
    """At most three figures before the zeros: what people say "about" of. A number under which something is filed is none."""
    return len(str(value).replace(".", "").strip("-0")) <= 3


def _rounds(exact: float, said: float, before: str) -> bool:
    """Whether a known figure is said as this one by "about", "over" or "under": no further off than the step to the next round figure,
    on its side, nor than a twentieth."""
    step = (
        10.0 ** (len(str(abs(int(said)))) - len(str(abs(int(said))).rstrip("0") or "0")) if said == int(said) else 0.0
    )
    step = 5 * step if said % (5 * step or 1) == 0 else step
    off = exact - said
    if before in _OVER or before in _UNDER:
        return 0 <= (off if before in _OVER else -off) < min(step or math.inf, 0.05 * abs(exact) or 1)
    return abs(off) <= min(step / 2 or math.inf, 0.05 * abs(exact))


def _rounds_to(value: float, said: Number) -> bool:
    factor = said.scaled / said.value if said.value else 1
    return abs(value - said.scaled) <= 0.5 * 10.0**-said.decimals * factor
