"""Another value that somebody could have had in mind: near the right one, and of its kind.

Said in error or wished for at first, and put right before anything comes of it. A name, an address or a text has no such neighbour.
"""

import random
from datetime import date, timedelta

from duologue.catalog.model import Column
from duologue.ids import to_json
from duologue.language.values import moment
from duologue.types import Json

__all__ = ["neighbour", "swapped"]

_DAYS = (-7, -2, -1, 1, 2, 7)


def neighbour(value: Json, column: Column | None, dice: random.Random) -> Json:
    """A value beside this one in its column; None where there is none that a person would come up with."""
    if column is None or isinstance(value, bool | list | dict) or value is None:
        return None
    if column.role in ("status", "category") and column.closed:
        others = [v for v in column.values if v != value and v is not None and str(v).strip()]
        return dice.choice(sorted(others, key=to_json)) if others else None
    if column.role == "date":
        return _other_day(value, column, dice)
    if column.role == "measure" and isinstance(value, int | float):
        return _other_figure(value, column, dice)
    if isinstance(value, str) and (column.format == "phone" or column.role == "text") and value.isprintable():
        return swapped(value, dice) or None
    return None


def _other_day(value: Json, column: Column, dice: random.Random) -> Json:
    """A day or a week off, written as the column writes it; only where that is plain ISO."""
    if not isinstance(value, str) or moment(value, column) is None:
        return None
    try:
        day = date.fromisoformat(value[:10])
    except ValueError:
        return None
    return (day + timedelta(days=dice.choice(_DAYS))).isoformat() + value[10:]


def _other_figure(value: int | float, column: Column, dice: random.Random) -> Json:
    """One that is as round: a step up or down in the last place that isn't zero, or in the one before it."""
    text = repr(value)
    if "e" in text or value <= 0:
        return None
    digits = text.removesuffix(".0").rstrip("0") if isinstance(value, int) else text.removesuffix(".0")
    places = len(text.removesuffix(".0")) - len(digits) if isinstance(value, int) else -len(digits.partition(".")[2])
    step = 10.0**places * (10 if abs(value) >= 100 * 10.0**places and places < 0 else 1)
    other = round(value + dice.choice((-2, -1, 1, 2)) * step, max(0, -places))
    least, most = column.least, column.most
    if other <= 0 or other == value:
        return None
    if isinstance(most, int | float) and other > most and value <= most:
        return None
    if isinstance(least, int | float) and other < least and value >= least:
        return None
    return int(other) if isinstance(value, int) else other


def swapped(text: str, dice: random.Random) -> str:
    """Two digits of a number exchanged, as they come out in typing; empty where it has no two different ones side by side."""
    spots = [
        i for i in range(1, len(text) - 1) if text[i].isdigit() and text[i + 1].isdigit() and text[i] != text[i + 1]
    ]
    if not spots:
        return ""
    i = dice.choice(spots)
    return text[:i] + text[i + 1] + text[i] + text[i + 2 :]
