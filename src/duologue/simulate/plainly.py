"""Which values of a row nobody needs the name of a column for: an address, a state, a kind, when it was.

"pass 118: 25 June, student, Hugo Lind" says all that "date opened 25 June, type student, member Hugo Lind" does. A value goes without its label only where
nothing else that is told could be taken for it: two dates, two people or two columns that hold the same words keep theirs.
"""

from duologue.catalog.model import Column, Table
from duologue.language.phrases import Phrases
from duologue.types import Json, Need

__all__ = ["stands_alone"]

_WHEN = frozenset(["date", "day", "time", "on", "at", "of", "the", "created", "made", "placed", "happened", "recorded"])
"""Words of a date's label that only say that it is when an event was, not that something began, ends or is due."""
_WORDED = frozenset({"category", "text", "name", "status"})


def stands_alone(phrases: Phrases, need: Need, slot: str, value: Json) -> bool:
    """Nobody need be told what it is: an e-mail address, a status or a kind, the one person, when an event was, an amount of money or so many grams
    of something where no other figure told is in the same unit."""
    spec, table, column = phrases.slot(slot)
    if spec.use or table is None or not isinstance(value, str | int | float):
        return False
    if column is None:
        return _is_the_person(phrases, need, slot, table)
    told = [c for s in need.wanted if (c := phrases.slot(s)[2]) is not None]
    if column.role == "date":
        dates = [c for c in table.columns if c.role == "date"]
        others = [c for c in told if c.role == "date"]
        plain = set(column.label.lower().split()) <= {*table.label.lower().split(), *_WHEN}
        return plain and table.kind == "event" and column == dates[0] and others in ([], [column])
    if column.role == "measure" and column.unit and table.name == need.meaning.table:
        return [c for c in told if c.unit == column.unit] in ([], [column])
    if column.role == "category" and table.name == need.meaning.table:
        return _is_a_word(value) and not _is_like_another(column, told)
    if column.role == "status":
        return isinstance(value, str) and value.replace(" ", "").isalpha() and column.format != "code"
    return column.format in ("email", "phone")


def _is_the_person(phrases: Phrases, need: Need, slot: str, table: Table) -> bool:
    """The only person told of a row that is none."""
    people = [s for s in need.wanted if s.endswith(".@name") and phrases.is_person(phrases.slot(s)[0].table)]
    return table.person and people == [slot] and table.name != need.meaning.table


def _is_a_word(value: Json) -> bool:
    """A kind that says by itself what it is: "student", "North Wall", not "7a" or "B"."""
    least = 2 if isinstance(value, str) and value.islower() else 3
    return isinstance(value, str) and least <= len(value) <= 30 and value.replace(" ", "").replace("-", "").isalpha()


def _is_like_another(column: Column, told: list[Column]) -> bool:
    """Something else that is told could hold the same words, as the two teams of a match do."""
    others = [c for c in told if c is not column and c.type == "TEXT" and c.role in _WORDED]
    return any(set(c.values) & set(column.values) for c in others) or column.format == "code"
