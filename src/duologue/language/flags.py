"""Yes-or-no columns in words that follow "is": "discontinued", "the default one", "marked as AVA", "down for the newsletter".

An adjective is said as it is. What the name of its column says of the row ("is_lead") is marked so. Of a few kinds of things, known by the last word of
their names (`names.yaml`), one can have one, or be down for one. Every other column has no such words, and is told as a flag that is set or not.
"""

from functools import cache

from duologue.catalog.model import Column
from duologue.language.extremes import is_adjective, is_many
from duologue.language.grammar import article, word_file

__all__ = ["had", "has_words", "is_what"]


def is_what(column: Column | None) -> str:
    """What a row is or isn't by a yes-or-no column; empty where that can't be said so."""
    if column is None or column.role != "flag":
        return ""
    if is_adjective(column.label):
        return f"the {column.label} one" if column.label.lower() in _words("one") else column.label
    if _is_marked(column):
        return f"marked as {column.label}"
    thing = had(column)
    if thing:
        return f"down as having {thing}"
    the = "the " if _last(column) == "newsletter" else ""
    return f"down for {the}{column.label}" if _last(column) in _words("down_for") else ""


def had(column: Column) -> str:
    """The thing that a yes-or-no column says somebody has, as it is said behind "with": "a parking space", "insurance"; empty for others."""
    last = _last(column)
    if last in _words("had"):
        return column.label if is_many(column.label) else article(column.label)
    return column.label if last in _words("had_uncounted") else ""


def _last(column: Column) -> str:
    return column.label.lower().rpartition(" ")[2]


def _is_marked(column: Column) -> bool:
    name = column.name
    return name[:2].lower() == "is" and len(name) > 3 and (name[2] == "_" or name[2].isupper())


def has_words(column: Column) -> bool:
    """Whether people would ask for what a column holds: not for a yes or no that only its name can say, nor for a form of address or an order of sorting."""
    if column.role == "flag":
        return bool(is_what(column))
    return not set(column.label.lower().split()) & _words("seldom_asked")


@cache
def _words(name: str) -> frozenset[str]:
    return frozenset(str(word_file("names")[name]).split())
