"""What an assistant may work out for an argument by itself: a closed list, each with a name.

Everything else must have been said, returned, stated by the policy, or be the default. A key is never worked out. A value to be written is
only where the way to it is exact: a moment counted from a known day, a sum with what the user said to add, the same amount in smaller
coins. Bounds: of results the last `RECENT`, of the user's texts those of the task and the one before.
"""

import re
from collections.abc import Iterable
from datetime import date, timedelta

from duologue.catalog.model import Column
from duologue.checks.case import Case
from duologue.language.reading import Day, Number, Reading, fold
from duologue.language.values import moment
from duologue.plans.placeholders import leaves
from duologue.plans.trace import Executed
from duologue.types import Json, Slot

__all__ = ["INFERENCES", "infer"]

INFERENCES = (
    "how much to list",
    "one of the options",
    "today's date",
    "a relative date",
    "a case or format change",
    "part of what was said",
    "a sum with what was said",
    "the amount in smaller coins",
)
RECENT = 5
_PAGING = frozenset(
    {
        "limit",
        "offset",
        "skip",
        "top",
        "n",
        "page",
        "size",
        "page_size",
        "pagesize",
        "max_results",
        "maxresults",
        "per_page",
    }
)
"""Parameters of tools without annotation that say how much to list."""
_PERIOD = re.compile(
    r"\b(?:today|tonight|tomorrow|yesterday|(?:this|last|next|past|coming|previous|current|following|recent|earlier|later)\b|recently|lately|so far|"
    r"latest|newest|since|before|after|until|till|between|during|upcoming|soon|now|ago|month\w*|week\w*|year\w*|quarter\w*|days?|spring|summer|autumn|winter|"
    r"overdue|past due|expired|(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b",
    re.I,
)
_BESIDE = re.compile(r"\b(?:since|before|after|between|until|till|latest|newest|last|earlier|later)\b", re.I)
"""Words beside a day that is said as it is, or of a ranking: they leave nothing to be worked out."""
_MONTH = re.compile(
    r"\b(?:jan|febr|sept|octo|novem|decem)\w*|\b(?:march|april|may|june|july|august)\b|\b(?:19|20)\d\d\b", re.I
)
_LATELY = 3
"""The user's latest texts, which an end of a period is worked out from."""
_STEP = re.compile(r"\b(?:in |by |for )?(?:another |an? |(\w+) )?(day|week|fortnight|month|year)s?\b", re.I)
_WEEKDAY = re.compile(r"\b(mon|tues|wednes|thurs|fri|satur|sun)day\b", re.I)
_DAYS = {"day": 1, "week": 7, "fortnight": 14}
_CHANGE = re.compile(
    r"\b(?:by|more|less|fewer|add\w*|rais\w+|increas\w+|reduc\w+|lower\w*|decreas\w+|extra|another|plus|minus|additional|further|off|up|down|took|sold|received|arrived|came)\b",
    re.I,
)
_COINS = re.compile(r"\b(?:cents?|pence|pennies|minor)\b", re.I)
_MOST_NUMBERS = 200
_LEAST_DIGITS = 3


def infer(case: Case, call: Executed, slot: Slot, schema: dict[str, Json], argument: tuple[str, Json]) -> str:
    """The name of the inference that gives an argument; empty where none does."""
    name, value = argument
    if slot.use == "key" or isinstance(value, list | dict):
        return ""
    column = case.column(f"{slot.table}.{slot.column}")
    if slot.use == "value":
        return _exact(case, call, value, column)
    if slot.use in ("limit", "offset") or (not slot.use and name.lower() in _PAGING and isinstance(value, int)):
        return "how much to list"
    if isinstance(value, bool) or value in schema.get("enum", ()):
        return "one of the options"
    if slot.use in ("from", "to") or (isinstance(value, str) and moment(value, column) is not None):
        return _when(case, call, value, column)
    if isinstance(value, int) and not slot.use:
        return "a case or format change" if _is_of_a_code(case, call, value) else ""
    return _said_otherwise(case, call, value, slot) if isinstance(value, str) else ""


def _exact(case: Case, call: Executed, value: Json, column: Column | None) -> str:
    """Of a value to be written."""
    if isinstance(value, str):
        when = moment(value, column)
        if when is None:
            return _said_otherwise(case, call, value, Slot())
        if all(when[0]) and date(*when[0]) in _moved(case, call):
            return "today's date" if when[0] in _today(case) else "a relative date"
        return ""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    said = [n for turn in _heard(case, call) for n in case.reading(turn).numbers]
    coins = column is not None and _COINS.search(f"{column.name.replace('_', ' ')} {column.unit}") is not None
    if coins and any(n.value != value and abs(n.value * 100 - value) < 1e-6 for n in said):
        return "the amount in smaller coins"
    return "a sum with what was said" if _is_sum(case, call, value, said) else ""


def _is_sum(case: Case, call: Executed, value: float, said: list[Number]) -> bool:
    """A figure of the latest results, and one the user said to add or to take off."""
    if not any(_CHANGE.search(case.reading(turn).text) for turn in _heard(case, call)):
        return False
    earlier = [c for c in case.trace.calls if c.turn < call.at][-RECENT:]
    known = [v for c in earlier for _, v in leaves(c.result) if isinstance(v, int | float) and not isinstance(v, bool)]
    for base in known[-_MOST_NUMBERS:]:
        for n in said:
            parts = (base * n.value / 100,) if n.percent else (n.value, n.value * 100)
            if any(abs(base + part - value) < 0.006 or abs(base - part - value) < 0.006 for part in parts):
                return True
    return False


def _when(case: Case, call: Executed, value: Json, column: Column | None) -> str:
    """Of an end of a period. A bound that is no date is somebody's word, or nobody's."""
    when = moment(value, column) if isinstance(value, str) else None
    if when is None and not (isinstance(value, str) and value[:4].isdigit()):
        return ""
    if when is not None and when[0] in _today(case):
        return "today's date"
    heard = [case.reading(t) for t in _heard(case, call)[-_LATELY:]]
    if any(_PERIOD.search(_BESIDE.sub(" ", r.text)) or _is_open(r) for r in heard):
        return "a relative date"
    said = {date(*d) for r in heard for x in r.dates for d in x.days if all(d)}
    near = when is not None and all(when[0]) and any(abs((date(*when[0]) - d).days) <= 1 for d in said)
    return "a relative date" if near else ""


def _is_open(reading: Reading) -> bool:
    """It names a month, or a day without its year: which days that means is worked out."""
    return any(not all(d) for x in reading.dates for d in x.days) or _MONTH.search(_day_free(reading)) is not None


def _day_free(reading: Reading) -> str:
    """A text without the days it names."""
    text = reading.text
    for said in sorted(reading.dates, key=lambda d: -d.start):
        text = text[: said.start] + text[said.end :]
    return text


def _said_otherwise(case: Case, call: Executed, value: str, slot: Slot) -> str:
    """Of words: written in another case or with other signs; or, to search by, some of the words or of their beginnings."""
    plain = _letters(value)
    if not plain:
        return ""
    texts = [_letters(case.reading(s.turn).text) for s in (*case.trace.user, *case.trace.system) if s.turn < call.at]
    texts += [
        _letters(str(v))
        for c in case.trace.calls
        if c.turn < call.at
        for _, v in leaves(c.result)
        if isinstance(v, str)
    ]
    if len(plain) > 3 and any(plain in t for t in texts):
        return "a case or format change"
    if slot.use != "match":
        return ""
    words = re.findall(r"\w{3,}", fold(value))
    said = {
        w
        for s in (*case.trace.user, *case.trace.assistant)
        if s.turn < call.at
        for w in re.findall(r"\w{3,}", case.reading(s.turn).folded)
    }
    stems = {w[: max(3, len(w) - 2)] for w in said}
    begun = {w for w in words if w[: max(3, len(w) - 2)] in stems or any(s.startswith(w) for s in said)}
    return "part of what was said" if words and len(begun) == len(set(words)) else ""


def _is_of_a_code(case: Case, call: Executed, value: int) -> bool:
    """The number of a code that the user said: 15169 of "AS15169"."""
    digits = str(value)
    said = (c.text for s in case.trace.user if s.turn < call.at for c in case.reading(s.turn).codes)
    return len(digits) >= _LEAST_DIGITS and any(re.fullmatch(rf"[^\W\d]+[-_]?{digits}", text) for text in said)


def _letters(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())


def _heard(case: Case, call: Executed) -> list[int]:
    """The user's texts that a call may answer to: of its task and the one before."""
    return [s.turn for s in case.trace.user if s.turn < call.at and s.task >= call.task - 1]


def _today(case: Case) -> set[Day]:
    return {d for s in case.trace.system for said in case.reading(s.turn).dates for d in said.days if all(d)}


def _moved(case: Case, call: Executed) -> set[date]:
    """Days that the user's words count to, from today or from a day of the latest results."""
    today = [date(*d) for d in _today(case)]
    days = set(today) if any("today" in case.reading(t).folded for t in _heard(case, call)) else set()
    earlier = [c for c in case.trace.calls if c.turn < call.at][-RECENT:]
    found = [moment(v) for c in earlier for _, v in leaves(c.result) if isinstance(v, str)][-_MOST_NUMBERS:]
    bases = [*today, *(date(*m[0]) for m in found if m is not None and all(m[0]))]
    for turn in _heard(case, call):
        reading = case.reading(turn)
        steps = set(_steps(reading.text, reading.numbers))
        days.update(day for base in bases for away in steps for day in _shifted(base, away))
        if _WEEKDAY.search(reading.text):
            names = {m[1].lower()[:3] for m in _WEEKDAY.finditer(reading.text)}
            days.update(
                d for base in today for n in range(-7, 15) if f"{(d := base + timedelta(n)):%a}".lower() in names
            )
        days.update(
            d + timedelta(n)
            for d in today
            for word, n in (("tomorrow", 1), ("yesterday", -1))
            if word in reading.folded
        )
    return days


def _steps(text: str, numbers: Iterable[Number]) -> Iterable[tuple[int, str]]:
    """How far, and in what: "in three weeks", "a day later", "another month"."""
    by_end = {n.end: n.value for n in numbers}
    for found in _STEP.finditer(text):
        before = found.start(2)
        count = next((v for end, v in by_end.items() if 0 < before - end <= 1 and isinstance(v, int)), 1)
        yield count, found[2].lower()


def _shifted(base: date, away: tuple[int, str]) -> Iterable[date]:
    count, unit = away
    if not 0 < count < 1_000:
        return
    for sign in (1, -1):
        try:
            if unit in _DAYS:
                yield base + timedelta(sign * count * _DAYS[unit])
            else:
                months = base.year * 12 + base.month - 1 + sign * count * (12 if unit == "year" else 1)
                yield base.replace(year=months // 12, month=months % 12 + 1)
        except (ValueError, OverflowError):
            continue  # the 31st of a month without one
