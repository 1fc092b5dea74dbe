"""Conditions in words: "the stock is below 20", "the due date is before 3 May", "the status is open"; and the same denied.

A condition is about one column of the row a change is wanted for. Beside the condition itself this words how the row really stands,
which is what decides: "the stock is 34".
"""

from duologue.catalog.model import Column
from duologue.language.extremes import is_many
from duologue.language.phrases import Phrases
from duologue.types import Condition, Json

__all__ = ["holds", "standing", "when", "when_not"]

_WORDS = {("below", False): "below", ("above", False): "above", ("below", True): "before", ("above", True): "after"}


def holds(condition: Condition, value: Json) -> bool | None:
    """Whether a value meets the condition; None where it can't be told."""
    if value is None:
        return None
    if condition.test == "is":
        return str(value).strip().casefold() == str(condition.value).strip().casefold()
    numbers = isinstance(value, int | float) and isinstance(condition.value, int | float)
    if not numbers and not (isinstance(value, str) and isinstance(condition.value, str)):
        return None
    return bool(value < condition.value) if condition.test == "below" else bool(value > condition.value)


def when(phrases: Phrases, condition: Condition, subject: str, still: bool = False) -> str:
    """The condition as a clause. `still`: it asks whether nothing has changed yet."""
    return _clause(phrases, condition, subject, " still" if still else "")


def when_not(phrases: Phrases, condition: Condition, subject: str, still: bool = False) -> str:
    """The condition as a clause that denies it."""
    return _clause(phrases, condition, subject, " no longer" if still else " not")


def standing(phrases: Phrases, condition: Condition, value: Json, subject: str) -> str:
    """How the row stands, as a clause: "the stock is 34"."""
    return f"{_subject(phrases, condition, subject)} {phrases.value(condition.slot, value)}"


def _clause(phrases: Phrases, condition: Condition, subject: str, no: str) -> str:
    column = phrases.slot(condition.slot)[2]
    word = _WORDS.get((condition.test, _is_date(column)), "")
    value = phrases.value(condition.slot, condition.value)
    return f"{_subject(phrases, condition, subject)}{no} {word + ' ' if word else ''}{value}"


def _subject(phrases: Phrases, condition: Condition, subject: str) -> str:
    noun = phrases.noun(condition.slot, subject)
    return f"the {noun} {'are' if is_many(noun) else 'is'}"


def _is_date(column: Column | None) -> bool:
    return column is not None and column.role == "date"
