"""Times of day, in the many ways they are said ("14:30", "2.30 pm", "9 am", "14h30", "noon"), and days as they are said too
loosely to claim one: "3/5", "3.5.24", "20240503", "the third of May". These tell a day that somebody has at hand, and are nothing without it.
"""

import re
from functools import lru_cache

from duologue.language.reading import MONTHS, Day
from duologue.language.spotting import Spotter

__all__ = ["days_said_softly", "hour_of", "times_in"]

Time = tuple[int, int, int]
"""Hour, minute, second; -1 for seconds that were not said."""

_SAID = re.compile(
    r"(?<![\w:.,-])(?:(?P<h>\d\d?)[:h](?P<m>\d\d)(?::(?P<s>\d\d))?(?:\.\d+)?(?P<half>\s?[ap]\.?m\b)?"
    r"|(?P<h2>\d\d?)(?:\.(?P<m2>\d\d))?\s?(?P<half2>[ap]\.?m\b)"
    r"|(?P<word>noon|midday|midnight))(?![\w:])",
    re.I,
)
_STORED = re.compile(r"(?:\d{4}-\d\d-\d\d[T ])?(\d\d?):(\d\d)(?::(\d\d)(?:\.\d+)?)?\s*(?:Z|[+-]\d\d:?\d\d)?\Z")


@lru_cache(maxsize=4_096)
def times_in(text: str) -> frozenset[Time]:
    """Every time of day a text states."""
    out = set()
    for found in _SAID.finditer(text):
        if found["word"]:
            out.add((0 if found["word"].lower() == "midnight" else 12, 0, -1))
            continue
        hour, minute = int(found["h"] or found["h2"]), int(found["m"] or found["m2"] or 0)
        half = (found["half"] or found["half2"] or "").strip().lower()[:1]
        if half and not 1 <= hour <= 12:
            continue
        hour = hour % 12 + (12 if half == "p" else 0) if half else hour
        if hour < 24 and minute < 60:
            out.add((hour, minute, int(found["s"]) if found["s"] else -1))
    return frozenset(out)


def hour_of(value: str) -> Time | None:
    """The time of day that a stored text is, or ends with; None where it is none."""
    found = _STORED.match(value.strip())
    if found is None or int(found[1]) > 23 or int(found[2]) > 59:
        return None
    return int(found[1]), int(found[2]), int(found[3] or 0)


_UNITS = [
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
]
_MORE = ["thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth", "twentieth"]
_NUMBERED = {w: n for n, w in enumerate([*_UNITS, *_MORE], 1)} | {
    f"twenty-{w}": 20 + n for n, w in enumerate(_UNITS[:9], 1)
}
_NUMBERED |= {"thirtieth": 30, "thirty-first": 31}
_MONTH = "|".join(MONTHS)
_ORDINAL = "|".join(sorted(_NUMBERED, key=len, reverse=True))
_IN_WORDS = re.compile(
    rf"\b(?:(?P<d>{_ORDINAL}) (?:of )?(?P<m>{_MONTH})|(?P<m2>{_MONTH}) (?:the )?(?P<d2>{_ORDINAL}))(?:,? (?P<y>\d{{4}}))?\b",
    re.I,
)
_DAYS = Spotter(list(_NUMBERED), r"\b(?:{})\b")
_NUMERIC = re.compile(
    r"(?<![\w./:-])(?:(?P<compact>(?:19|20)\d\d[01]\d[0-3]\d)|(?P<a>\d\d?)(?P<sep>[./-])(?P<b>\d\d?)(?P=sep)(?P<y>\d\d)|(?P<a2>\d\d?)/(?P<b2>\d\d?))"
    r"(?![\w/:-]|\.\d)"
)


@lru_cache(maxsize=4_096)
def days_said_softly(text: str) -> tuple[Day, ...]:
    """The days that loose writings may mean; where day and month can't be told apart, both."""
    out: list[Day] = []
    for found in _NUMERIC.finditer(text):
        if found["compact"]:
            token = found["compact"]
            out.append((int(token[:4]), int(token[4:6]), int(token[6:])))
            continue
        one, other = int(found["a"] or found["a2"]), int(found["b"] or found["b2"])
        year = 2000 + int(found["y"]) - 100 * (int(found["y"]) > 69) if found["y"] else 0
        out += [(year, other, one), (year, one, other)]
    for found in _IN_WORDS.finditer(text) if _DAYS.may_be_in(text) else ():
        month = MONTHS.index((found["m"] or found["m2"]).lower()) + 1
        out.append((int(found["y"] or 0), month, _NUMBERED[(found["d"] or found["d2"]).lower()]))
    return tuple(out)
