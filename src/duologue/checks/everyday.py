"""Figures that give nothing away and claim nothing: what people say from their own day, or of what they have before them.

"The 2 loans", "top 3", "the last 30 days", "in 10 minutes", "5pm", "back in 2023", "option 2", "tomorrow (14 June)": none of it comes from
the records, and none needs a source. Amounts, ids, shares and lengths of time to be written do.
"""

import re
from collections.abc import Collection
from datetime import date

from duologue.language.reading import DateSaid, Day, Number

__all__ = ["is_everyday", "is_near"]

SMALL = 12
"""Counts up to it may be said in figures as in words."""
MOST = 100
NEAR = 14
"""Days from today that "next Friday" may be away."""
_BARE = re.compile(r"\d+(?:am|pm|x|h|min|mins)?\Z", re.IGNORECASE)
_UNITS = r"(?:seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|weeks?|months?|years?|nights?|weekends?|quarters?)"
_SHORT_TIME = re.compile(r"[\s-]?(?:seconds?|secs?|minutes?|mins?|hours?|hrs?)\b", re.IGNORECASE)
_SPAN = re.compile(rf"[\s-]?(?:more |full |whole |working |business |calendar )?{_UNITS}\b", re.IGNORECASE)
_BACK = re.compile(
    rf"[\s-]?{_UNITS} (?:or (?:so|more) )?(?:ago|old|back|earlier|late|overdue|in a row|from now)\b", re.IGNORECASE
)
_LEADING = re.compile(
    r"\b(?:last|past|previous|next|coming|following|within|in|about|around|roughly|every|almost|nearly|over|under|after|maybe|like|"
    r"some|only|just|first|top|bottom|best|worst|newest|oldest|latest|earliest|recent|other|these|those|all|up to|at least|at most|"
    r"more than|fewer than|less than)(?: the)? \Z",
    re.IGNORECASE,
)
_RANKING = re.compile(
    r"\b(?:top|first|last|next|bottom|best|worst|newest|oldest|latest|earliest|recent|other|these|those|all|only|just|both)"
    r"(?: the)? \Z",
    re.IGNORECASE,
)
_THINGS = re.compile(
    r" (?:(?:more|other|different|new|old|open|further|last|quick|small|big|of (?:them|those|these|the|my|our|us)|left|at once|in total|"
    r"altogether|each)\b|(?:[a-z][\w'-]* ){0,2}?[a-z]{2,}s\b|(?:thing|people|person|time|way|bit|of)\b)",
)
_NOT_THINGS = re.compile(
    r" (?:is|was|has|as|its|this|dollars|euros|pounds|cents|pence|bucks|points|units)\b", re.IGNORECASE
)
_POINTING = re.compile(
    r"\b(?:options?|items?|entry|entries|lines?|rows?|choices?|points?|numbers?|no\.|steps?|part|parts|question|page)"
    r"(?: \d+(?:,| and| or| &| to|-))? \Z",
    re.IGNORECASE,
)
_YEAR_BEFORE = re.compile(
    r"\b(?:in|since|from|of|year|during|before|after|until|till|by|for|early|late|mid|all|summer|winter|spring|autumn|fall|"
    r"january|february|march|april|may|june|july|august|september|october|november|december|end of|start of|back in|and|to|than|with) \Z",
    re.IGNORECASE,
)
_OWN_DAY = re.compile(
    r"\b(?:today|tonight|tomorrow|yesterday|the day (?:after|before)|this (?:morning|afternoon|evening|week|month|weekend)|"
    r"(?:next|last|coming|this) (?:week|weekend|\w+day)|a week (?:ago|from|today)|in a week|"
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:in|\d) (?:a |\w+ )?days?)\b",
    re.IGNORECASE,
)


def is_everyday(said: Number, text: str, years: Collection[int] = ()) -> bool:
    """Whether a figure is one that people say without having it from anywhere. `years` are those the talk may be of."""
    if not isinstance(said.value, int) or said.percent or said.scale or said.value < 0:
        return False
    if not _BARE.match(said.text):
        return said.text.startswith("#") and 0 < said.value <= SMALL and said.text[1:].isdigit()
    before, after = text[max(0, said.start - 40) : said.start], text[said.end : said.end + 40]
    if said.suffix:
        limit = SMALL if said.suffix in ("am", "pm") else MOST
        return said.suffix in ("am", "pm", "x", "h", "min") and 0 < said.value <= limit
    if 1900 <= said.value <= 2100:
        return _is_year(said.value, before, years)
    if said.value > MOST:
        return False
    if re.match(r"[\s-]?(?:am|pm|a\.m|p\.m|o'clock)\b", after, re.IGNORECASE):
        return said.value <= SMALL
    if _SHORT_TIME.match(after) or _BACK.match(after) or (_SPAN.match(after) and _LEADING.search(before)):
        return True
    if _RANKING.search(before) or (said.value <= 20 and _POINTING.search(before)):
        return True
    return said.value <= SMALL and _THINGS.match(after) is not None and _NOT_THINGS.match(after) is None


def _is_year(value: int, before: str, years: Collection[int]) -> bool:
    """A year of the time that the records are about, said as one."""
    near = not years or min(years) - 15 <= value <= max(years) + 2
    return near and _YEAR_BEFORE.search(before) is not None


def is_near(said: DateSaid, text: str, today: Collection[Day]) -> bool:
    """Whether a date is counted from today: said beside "tomorrow" or a weekday, and no further away."""
    if _OWN_DAY.search(text) is None:
        return False
    return any(_apart(day, now) <= NEAR for day in said.days for now in today)


def _apart(day: Day, now: Day) -> int:
    """Days between a day, its year perhaps unsaid, and today."""
    year, month, number = day
    if not (all(now) and month and number):
        return NEAR + 1
    try:
        other = date(year or now[0], month, number)
        return abs((other - date(*now)).days)
    except ValueError:
        return NEAR + 1
