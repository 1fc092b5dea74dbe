"""One of something is said in the singular: "1 hour", where a line has "{hours} hours"; "1 place left", where a column is called "places left"."""

import re

from duologue.catalog.nouns import head_index, is_plural, singular_word

__all__ = ["counted", "head_of", "in_singular", "one_unit"]

_NEXT = re.compile(r" ([a-z]+)")
_NO_NOUN = frozenset({"is", "was", "has", "does", "goes", "as", "plus", "minus", "less", "its", "his", "this", "us"})
_STATES = frozenset({"left", "available", "free", "taken", "remaining", "sold", "used", "open", "due", "waiting"})
"""Words behind a plural that say how those things are: "places left"."""
_UNITS = re.compile(
    r"(?<![\w.,:/-])1 (seconds|minutes|hours|days|weeks|months|years|nights|times|attempts|places|seats)\b"
)


def in_singular(line: str, at: int) -> str:
    """What stands in a line from `at` on, behind a 1: "hours before" becomes "hour before"."""
    found = _NEXT.match(line, at)
    if found is None or found[1] in _NO_NOUN:
        return line[at:]
    return f" {singular_word(found[1])}{line[found.end() :]}"


def one_unit(text: str) -> str:
    """A text that a program put together, with "1 days" put right."""
    return _UNITS.sub(lambda m: f"1 {singular_word(m[1])}", text)


def head_of(label: str) -> int:
    """Which word of a label says what it is of: "places" of "places left"."""
    parts = label.split()
    at = head_index(parts)
    return at - 1 if at > 0 and parts[at].lower() in _STATES and is_plural(parts[at - 1]) else at


def counted(text: str, label: str) -> str:
    """A number and what there are so many of: "35 units in stock", "1 place left"."""
    parts, at = label.split(), head_of(label)
    if text == "1":
        parts[at] = singular_word(parts[at])
    return f"{text} {' '.join(parts)}"
