"""Does everything the assistant states come from somewhere?

Every figure, date, time, code, e-mail address and quoted name must have been returned by a call, said by the user or stand in the
system message before it is said, or follow from one earlier result by simple arithmetic. What has no source is named once.
"""

import re
from datetime import date, timedelta

from msgspec.structs import replace

from duologue.checks.case import Case, verdict
from duologue.checks.sources import Sources
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


_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WEEKDAY = r"(mon(?:day)?|tue(?:s(?:day)?)?|wed(?:nesday)?|thu(?:rs(?:day)?)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?)"
_WEEKDAY_BEFORE = re.compile(rf"\b{_WEEKDAY}\.?(?:,| the)? (?:the )?\Z", re.I)
_WEEKDAY_AFTER = re.compile(
    rf"(?:,? \(?| ?\(|, (?:which is )?)(?:an? |on a |that's a |which (?:is|was) a )?{_WEEKDAY}\b", re.I
)
_RANGE = re.compile(r"\s?(?:[–—-]|to|and|or|&|/)\s?", re.I)
_TIMES = re.compile(r"\s?(?:×|times (?:as|more|the|that|higher|larger|what))", re.I)
_DAY_OF_MONTH = re.compile(
    r"\b(?:on|by|until|till|from|since|before|after) the (\d\d)(?:st|nd|rd|th)\b(?! (?:of )?[a-z])", re.I
)
_OWN_DAY = re.compile(r"\b(today|tomorrow|yesterday)[\s,(*_]*\Z|\A[\s,(*_]*(today|tomorrow|yesterday)\b", re.I)
_FROM_TODAY = {"today": 0, "tomorrow": 1, "yesterday": -1}


def grounding(case: Case) -> Verdict:
    """Nothing the assistant states is invented."""
    known = Sources(case.columns)
    findings = []
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
        elif turn.message.content:
            reading = case.reading(number)
            claims = unfounded(reading, known)
            findings += [Finding(number, f"no source for {claim!r}") for claim in claims]
            if claims:
                known.add_text(reading)  # an invention repeated is one invention
    return verdict("grounding", findings)


def unfounded(reading: Reading, known: Sources) -> list[str]:
    """What a text states that has no source, in the order of its kinds."""
    out = [n.text for n in reading.numbers if not _is_counter(n, reading) and not _has_source(n, reading, known)]
    out += [d.text for d in reading.dates if not known.knows_date(d) and not _is_own_day(d, reading.text, known)]
    out += [d for said in reading.dates if (d := _wrong_weekday(said, reading.text, known))]
    out += [f"the {day}." for day in _DAY_OF_MONTH.findall(reading.text) if not _is_some_day(int(day), reading, known)]
    out += [t.text for t in reading.times if not known.knows_time(t)]
    out += [c.text for c in reading.codes if not known.knows_code(c) and not known.is_named(c.text, reading)]
    out += [q for q in _QUOTED.findall(reading.text) if not _is_known_name(q, known)]
    return out


def _has_source(said: Number, reading: Reading, known: Sources) -> bool:
    return _is_there(said, reading, known) or any(way(said, reading, known) for way in (_as_day, _as_ratio, _as_list))


def _as_day(said: Number, reading: Reading, known: Sources) -> bool:
    """The first of "17–18 June", the second of "June 17–18"."""
    for day in reading.dates:
        between = reading.text[said.end : day.start] if said.end <= day.start else reading.text[day.end : said.start]
        if _RANGE.fullmatch(between) and any((0, month, said.value) in known.days for _, month, _ in day.days):
            return True
    return False


def _as_ratio(said: Number, reading: Reading, known: Sources) -> bool:
    """ "3.3 times as dear", "1.5x": a share, not out of a hundred."""
    if said.percent or not (said.suffix == "x" or _TIMES.match(reading.text, said.end)):
        return False
    return known.derives(replace(said, value=100 * said.value, decimals=said.decimals - 2, percent=True), "")


def _as_list(said: Number, reading: Reading, known: Sources) -> bool:
    """ "12,13" may be two figures rather than one with a decimal comma."""
    return "," in said.text and all(p.isdigit() and int(p) in known.numbers for p in said.text.split(","))


def _is_there(said: Number, reading: Reading, known: Sources) -> bool:
    if said.word and (said.value == 1 or _is_loose(said, reading.text) or _is_in_name(said, reading.text, known)):
        return True
    if known.knows_number(said) or known.is_named(said.text, reading):
        return True
    found = _WORD_BEFORE.search(reading.text, max(0, said.start - 24), said.start)
    return known.derives(said, found[1].lower() if found else "")


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
    """ "One or two", "two ways": words that count nothing in particular."""
    return bool(_LOOSE.match(text, said.end)) or text[: said.start].rstrip().endswith(" or")


def _is_counter(said: Number, reading: Reading) -> bool:
    """The number of an item in a list that the text itself makes: "1.", "(2)"."""
    if said.word or not isinstance(said.value, int) or not 0 < said.value <= 99:
        return False
    text = reading.text
    after = text[said.end : said.end + 1]
    line = text.rfind("\n", 0, said.start) + 1
    at_line = not text[line : said.start].strip(" *-(#")
    return (at_line and after in (".", ")", ":") and text[said.end + 1 : said.end + 2] in (" ", "*")) or (
        text[said.start - 1 : said.start] == "(" and after == ")"
    )


def _is_known_name(name: str, known: Sources) -> bool:
    folded = fold(name).strip(" .,;:!?…")
    if has_phrase(known.joined, folded):
        return True
    words = [w.strip(".,;:!?…()") for w in folded.split()]
    return len(words) > 1 and all(has_phrase(known.joined, w) for w in words if w)
