"""What a result holds beside the dates, times and numbers in it: what must be the same at whatever moment a call is made.

A text that speaks of time ("It left 3 days ago, on 2 May") is taken apart into its words, where each figure and each name of a day, a month
or a unit of time counts for any other. Whoever changes a word of it has changed what it says.
"""

import re

from duologue.plans.placeholders import leaves
from duologue.types import Json

__all__ = ["same_but_for_time", "timeless"]

_TIME = re.compile(
    r"(?<![^\W_])[-+]?\d+(?:[.,:]\d+)*(?:st|nd|rd|th)?"
    r"|\b(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|mon|tue|wed|thu|fri|sat|sun"
    r"|january|february|march|april|may|june|july|august|september|october|november|december"
    r"|jan|feb|mar|apr|jun|jul|aug|sep|sept|oct|nov|dec|[ap]m"
    r"|(?:second|minute|hour|day|week|month|year)s?)\b|\d+",
    re.IGNORECASE,
)


def timeless(value: Json) -> Json:
    """A plain value with one mark for each date, time and number in it."""
    if isinstance(value, str):
        return _TIME.sub("#", value)
    return "#" if isinstance(value, int | float) and not isinstance(value, bool) else value


def same_but_for_time(one: Json, other: Json) -> bool:
    """Whether two results have the same fields, and in each the same but for dates, times and numbers."""
    return _bare(one) == _bare(other)


def _bare(result: Json) -> dict[str, Json]:
    return {path: timeless(value) for path, value in leaves(result)}
