"""Does everything the assistant states come from somewhere?

Every figure, date, time, code, e-mail address and quoted name must have been returned by a call, said by the user or stand in the
system message before it is said, or follow from one earlier result by simple arithmetic. A weekday beside a date must be that day's.

What has no source is named once, each statement on its own: the list of what could not be traced. What was worked out is noted with
the way it was. The search is bounded, so that not every wrong number follows from something: one result at a time (`derived.py`
compares up to 24 rows, and no keys), differences of whole lists only behind "other" or "remaining", and spans of time only from today
or from up to `SPANS` days that are known.
"""

import re
from datetime import date, timedelta
from itertools import combinations

from msgspec.structs import replace

from duologue.checks.case import Case
from duologue.checks.derived import Near, to_date
from duologue.checks.findings import note
from duologue.checks.sources import Sources
from duologue.language.amounts import amounts_in
from duologue.language.reading import DateSaid, Day, Number, Reading, fold, has_phrase
from duologue.types import Finding, Verdict

_QUOTED = re.compile(r"[“\"‘]([A-Z][^”\"’\n]{1,80})[”\"’](?!\w)")
_WORD_BEFORE = re.compile(r"([A-Za-z]+)[\s(]*\Z")
_TWO_BEFORE = re.compile(r"[^\W\d_]+\W[^\W\d_]+\s\Z")
_TWO_AFTER = re.compile(r"\s[^\W\d_]+\W[^\W\d_]+")
_LOOSE = re.compile(
    r"\s*(?:or\b|ways?\b|options?\b|things?\b|questions?\b|points?\b|minutes?\b|moments?\b|seconds?\b|steps?\b|more\b|sides?\b|at a time\b|by one\b)",
    re.I,
)
_OF_BOTH = re.compile(r"\bthe two(?= (?:do not |don't )?(?:agree|match|differ)\b)", re.I)


_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WEEKDAY = r"(mon(?:day)?|tue(?:s(?:day)?)?|wed(?:nesday)?|thu(?:rs(?:day)?)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?)"
_WEEKDAY_BEFORE = re.compile(rf"\b{_WEEKDAY}\.?(?:,| the)? (?:the )?\Z", re.I)
_WEEKDAY_AFTER = re.compile(
    rf"(?:,? \(?| ?\(|, (?:which is )?)(?:an? |on a |that's a |which (?:is|was) a )?{_WEEKDAY}\b", re.I
)
_HOUR = re.compile(r"\s?([ap])\.?m\b", re.I)
_LONG_SPAN = re.compile(r"[\s-]?(years?|yrs?|months?)\b", re.I)
_SHORT_SPAN = re.compile(r"[\s-]?(?:more |full |calendar )?(days?|weeks?)\b", re.I)
_RANGE = re.compile(r"\s?(?:[–—-]|to|and|or|&|/)\s?", re.I)
_TIMES = re.compile(r"\s?(?:×|times (?:as|more|the|that|higher|larger|what))", re.I)
_DAY_OF_MONTH = re.compile(
    r"\b(?:on|by|until|till|from|since|before|after) the (\d\d)(?:st|nd|rd|th)\b(?! (?:of )?[a-z])", re.I
)
_OWN_DAY = re.compile(r"\b(today|tomorrow|yesterday)[\s,(*_]*\Z|\A[\s,(*_]*(today|tomorrow|yesterday)\b", re.I)
_FROM_NOW = re.compile(r"[ -](days?|weeks?) (?:ago|from now|from today|away|before today)\b", re.I)
_DIFFERENCE = re.compile(r"\bdifference(?: between (?:them|the two))?(?: is| of| comes to| would be)?[\s£$€¥]*\Z", re.I)
_FILED = re.compile(
    r"\b(?:filed|found|listed|known|registered|recorded|entered|stored|kept|saved|is|are|was) under\s*\Z", re.I
)
_BESIDE = re.compile(r"[“\"‘]| \d\d")
"""What there is wherever a name is quoted or a day of the month is named: both stand beside what a reading holds."""
_FROM_TODAY = {"today": 0, "tomorrow": 1, "yesterday": -1}


SPANS = 120


def grounding(case: Case) -> Verdict:
    """Nothing the assistant states is invented."""
    known = Sources(case.columns)
    findings: list[Finding] = []
    notes: list[Finding] = []
    calls = {c.turn: c for c in case.trace.calls}
    for number, turn in enumerate(case.trace.turns):
        role = turn.message.role
        if role == "tool":
            if number in calls:
                known.add_result(calls[number].result, case.trace.tools.get(calls[number].call.name))
        elif role in ("user", "system"):
            known.add_text(case.reading(number))
            if role == "system":
                known.today += [
                    d for said in case.reading(number).dates for d in said.days if all(d) and 1 < d[0] < 9999
                ]
        elif role == "assistant" and turn.message.content:
            reading = case.reading(number)
            claims, worked_out = traced(reading, known)
            notes += [note(number, what) for what in worked_out]
            findings += [Finding(number, f"no source for {claim!r}") for claim in claims]
            if claims:
                known.add_text(reading)  # an invention repeated is one invention
            else:
                known.tell(reading)
    return Verdict("grounding", not findings, (*findings, *notes))


def unfounded(reading: Reading, known: Sources) -> list[str]:
    """What a text states that has no source, in the order of its kinds."""
    return traced(reading, known)[0]


def traced(reading: Reading, known: Sources) -> tuple[list[str], list[str]]:
    """What a text states that has no source, in the order of its kinds; and what was worked out, and how."""
    out: list[str] = []
    notes: list[str] = []
    beside = _BESIDE.search(reading.text) is not None
    if not (beside or reading.numbers or reading.codes or reading.dates or reading.times):
        return out, notes
    near: Near | None = None  # worked out where a figure is not simply known
    amounts = amounts_in(reading.text, known.amounts)
    told = frozenset(n.start for n in amounts if known.knows_amount(n) or known.derives(n, "", known.near(reading)))
    sizes = frozenset(n.start for n in amounts if ":" not in n.text)
    for n in reading.numbers:
        if n.start in told:
            continue
        if n.start in sizes:
            out.append(next(a.text for a in amounts if a.start == n.start))
            continue
        if _is_counter(n, reading) or _is_known(n, reading, known):
            continue
        near = near or known.near(reading)
        way = _derivation(n, reading, known, near)
        if not way:
            out.append(n.text)
        elif not n.word:
            notes.append(f"{n.text!r} is {way}")
    out += [d.text for d in reading.dates if not known.knows_date(d) and not _is_counted_to(d, reading, known)]
    out += [d for said in reading.dates if (d := _wrong_weekday(said, reading.text, known))]
    days = _DAY_OF_MONTH.findall(reading.text) if beside else ()
    out += [f"the {day}." for day in days if not _is_some_day(int(day), reading, known)]
    out += [t.text for t in reading.times if t.start not in told and not known.knows_time(t)]
    out += [
        c.text
        for c in reading.codes
        if c.start not in told and not known.knows_code(c) and not known.is_named(c.text, reading)
    ]
    out += [q for q in _QUOTED.findall(reading.text) if not _is_known_name(q, known)] if beside else []
    return out, notes


def _derivation(said: Number, reading: Reading, known: Sources, near: Near) -> str:
    """The way in which a figure follows from what is known; empty where it does not."""
    found = _WORD_BEFORE.search(reading.text, max(0, said.start - 24), said.start)
    before = (
        found[1].lower() if found and not _FILED.search(reading.text, max(0, found.start() - 24), said.start) else ""
    )
    way = "" if _FROM_NOW.match(reading.text, said.end) else known.derives(said, before, near)
    if way:
        return way
    for name, holds in (
        ("part of a range of days", _as_day),
        ("a ratio", _as_ratio),
        ("a list", _as_list),
        ("the difference told", _as_difference),
        ("a span of time", _as_span),
    ):
        if holds(said, reading, known):
            return name
    return ""


def _as_span(said: Number, reading: Reading, known: Sources) -> bool:
    """ "34 years old", "3 months ago", "9 am": counted between today and a day that is known, or an hour on the clock."""
    if (hour := _HOUR.match(reading.text, said.end)) is not None:
        clock = int(said.value) % 12 + (12 if hour[1].lower() == "p" else 0)
        return said.value <= 12 and f"{clock:02}:00" in known.joined
    if isinstance(said.value, int) and (unit := _FROM_NOW.match(reading.text, said.end)) is not None:
        size = 7 if unit[1].lower().startswith("w") else 1
        gaps = {abs((day - now).days) for day in _meant(reading, known) for now in map(to_date, known.today) if now}
        return any(gap // size == said.value for gap in gaps)
    found = _LONG_SPAN.match(reading.text, said.end)
    if found is None or not isinstance(said.value, int):
        return False
    months = 12 if found[1].lower().startswith("y") else 1
    days = sorted(d for d in known.days if all(d))[-SPANS:]
    return any(abs(_months(day, now)) // months == said.value for now in known.today for day in days)


def _meant(reading: Reading, known: Sources) -> list[date]:
    """The days that "29 days ago" may be counted to: those in the text; where it has none, those told or returned just before."""
    own = Near.of(reading).days
    years = {y for y, _, _ in known.days if y}
    own |= {
        d for said in reading.dates for y, m, n in said.days if not y for year in years if (d := to_date((year, m, n)))
    }
    return sorted(own) or [*sorted(known.near(reading).days), *known.latest_days()]


def _months(one: Day, other: Day) -> int:
    """Whole months from one day to a later one."""
    one, other = min(one, other), max(one, other)
    return 12 * (other[0] - one[0]) + other[1] - one[1] - (other[2] < one[2])


def _is_counted_to(said: DateSaid, reading: Reading, known: Sources) -> bool:
    """ "In three weeks, on 5 July": as many days from one that is known as the text says."""
    if _is_own_day(said, reading.text, known):
        return True
    steps = [
        int(n.value) * (7 if found[1].lower().startswith("w") else 1)
        for n in reading.numbers
        if isinstance(n.value, int)
        and n.value < 1_000
        and (found := _SHORT_SPAN.match(reading.text, n.end)) is not None
    ]
    if not steps or said.time:
        return False
    bases = [*known.today, *sorted(d for d in known.days if all(d))[-SPANS:]]
    ends = {_shifted(day, timedelta(sign * step)) for day in bases for step in steps for sign in (1, -1)}
    return any((y or end.year, m, d) == (end.year, end.month, end.day) for y, m, d in said.days for end in ends)


def _as_day(said: Number, reading: Reading, known: Sources) -> bool:
    """The first of "17–18 June", the second of "June 17–18"."""
    for day in reading.dates:
        between = reading.text[said.end : day.start] if said.end <= day.start else reading.text[day.end : said.start]
        if _RANGE.fullmatch(between) and any((0, month, said.value) in known.days for _, month, _ in day.days):
            return True
    return False


def _as_difference(said: Number, reading: Reading, known: Sources) -> bool:
    """ "a difference of 3.50": between two other figures of the same text, which have to come from somewhere themselves."""
    if _DIFFERENCE.search(reading.text, max(0, said.start - 40), said.start) is None:
        return False
    others = [n.value for n in reading.numbers if n is not said and not n.word]
    return any(abs(abs(a - b) - said.value) < 1e-6 for a, b in combinations(others, 2))


def _as_ratio(said: Number, reading: Reading, known: Sources) -> bool:
    """ "3.3 times as dear", "1.5x": a share, not out of a hundred."""
    if said.percent or not (said.suffix == "x" or _TIMES.match(reading.text, said.end)):
        return False
    share = replace(said, value=100 * said.value, decimals=said.decimals - 2, percent=True)
    return bool(known.derives(share, "", known.near(reading)))


def _as_list(said: Number, reading: Reading, known: Sources) -> bool:
    """ "12,13" may be two figures rather than one with a decimal comma."""
    return "," in said.text and all(p.isdigit() and int(p) in known.numbers for p in said.text.split(","))


def _is_known(said: Number, reading: Reading, known: Sources) -> bool:
    if said.word and (said.value == 1 or _is_loose(said, reading.text) or _is_in_name(said, reading.text, known)):
        return True
    return known.knows_number(said) or known.is_named(said.text, reading)


def _wrong_weekday(said: DateSaid, text: str, known: Sources) -> str:
    """A weekday beside a date that is another day of the week; empty where there is none, or the year can't be told."""
    before, after = (
        _WEEKDAY_BEFORE.search(text, max(0, said.start - 20), said.start),
        _WEEKDAY_AFTER.match(text, said.end),
    )
    found = before or after
    if found is None:
        return ""
    years = {y for y, m, d in known.days if y and any((m, d) == day[1:] for day in said.days)}
    days = [(y or year, m, d) for y, m, d in said.days if m and d for year in (years if not y else (y,))]
    told = _WEEKDAYS.index(found[1][:3].lower())
    if not days or any(_weekday(day) == told for day in days):
        return ""
    return f"{found[1]}, {said.text}"


def _weekday(day: Day) -> int:
    try:
        return date(*day).weekday()
    except ValueError:
        return -1


def _is_own_day(said: DateSaid, text: str, known: Sources) -> bool:
    """ "Tomorrow, 14 June", counted from a day that was said or returned: today's is in the system message."""
    found = _OWN_DAY.search(text[max(0, said.start - 24) : said.start]) or _OWN_DAY.search(
        text[said.end : said.end + 24]
    )
    if found is None or said.time:
        return False
    away = timedelta(_FROM_TODAY[(found[1] or found[2]).lower()])
    days = [_shifted(day, away) for day in known.today]
    return any((y or day.year, m, d) == (day.year, day.month, day.day) for y, m, d in said.days for day in days)


def _shifted(day: Day, away: timedelta) -> date:
    return date(*day) + away


def _is_some_day(number: int, reading: Reading, known: Sources) -> bool:
    """ "The 18th" is the day of a date that is known, or said beside it."""
    days = {d for _, _, d in known.days} | {d for said in reading.dates for _, _, d in said.days}
    return number > 31 or number in days or number in known.lengths or number in known.numbers


def _is_in_name(said: Number, text: str, known: Sources) -> bool:
    """A number word of a known name, known by its capital or by the words around it: "Ocean's Eleven", "napkins, set of four"."""
    if said.text[0].isupper():
        return known.knows_phrase(said.text)
    before, after = _TWO_BEFORE.search(text, max(0, said.start - 48), said.start), _TWO_AFTER.match(text, said.end)
    return any(
        f is not None and known.knows_phrase(text[min(f.start(), said.start) : max(f.end(), said.end)])
        for f in (before, after)
    )


def _is_loose(said: Number, text: str) -> bool:
    """ "One or two", "two ways", "the two agree": words that count nothing in particular."""
    of_both = said.word and _OF_BOTH.match(text, max(0, said.start - 4))
    return bool(of_both or _LOOSE.match(text, said.end)) or text[: said.start].rstrip().endswith(" or")


def _is_counter(said: Number, reading: Reading) -> bool:
    """The number of an item in a list that the text itself makes: "1.", "(2)"."""
    if said.word or not isinstance(said.value, int) or not 0 < said.value <= 99:
        return False
    text = reading.text
    after = text[said.end : said.end + 1]
    line = text.rfind("\n", 0, said.start) + 1
    at_line = not text[line : said.start].strip(" *-(#")
    if at_line and after in (".", ")", ":") and text[said.end + 1 : said.end + 2] in (" ", "*"):
        return said.value == 1 or re.search(rf"(?m)^[ *(#-]*{said.value - 1}[.):]", text[: said.start]) is not None
    return (
        text[said.start - 1 : said.start] == "("
        and after == ")"
        and all(f"({n})" in text[: said.start] for n in range(1, said.value))
    )


def _is_known_name(name: str, known: Sources) -> bool:
    folded = fold(name).strip(" .,;:!?…")
    if has_phrase(known.joined, folded):
        return True
    words = [w.strip(".,;:!?…()") for w in folded.split()]
    return len(words) > 1 and all(has_phrase(known.joined, w) for w in words if w)
