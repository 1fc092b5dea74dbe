"""A value to be told, in words, and whether a text says it.

`heard` knows words and figures and nothing of columns: it is how a mutation is recognised that spoils nothing, and so it must not be the
check that the mutation is to try.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from msgspec import Struct

from duologue.language.reading import MONTHS, fold, has_phrase
from duologue.types import Disclosure

_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
_FIGURE = re.compile(r"\d[\d,]*(?:\.\d+)?")


class Told(Struct, frozen=True):
    """A value to be told, with the words that say it."""

    item: Disclosure
    label: str
    said: str

    @property
    def text(self) -> str:
        """The statement."""
        return f"{self.label}: {self.said}."


def alone(told: Sequence[Told]) -> list[tuple[Told, ...]]:
    """The values that no other statement says, those in the same words together."""
    groups: dict[str, list[int]] = {}
    for n, one in enumerate(told):
        groups.setdefault(fold(one.said), []).append(n)
    texts = [(fold(t.text), _figures(t.text)) for t in told]
    labels = [(fold(t.label), _figures(t.label)) for t in told]
    out = []
    for said, group in groups.items():
        first = told[group[0]]
        rest = [texts[n] if n not in group else labels[n] for n in range(len(told))]
        in_parts = _in_parts(first, [folded for folded, _ in rest]) if ", " in said else False
        if not in_parts and not any(_says(folded, figures, first, said) for folded, figures in rest):
            out.append(tuple(told[n] for n in group))
    return out


class Words:
    """A text as `heard` looks at it, once for all values."""

    def __init__(self, text: str) -> None:
        self.folded, self.figures = fold(text), _figures(text)


def heard(text: Words, told: Told) -> bool:
    """Whether a text says a value, in its words, part by part, or as the same figure."""
    return _says(text.folded, text.figures, told, fold(told.said)) or _in_parts(told, [text.folded])


def _says(folded: str, figures: set[float], told: Told, said: str) -> bool:
    if said in folded and has_phrase(folded, said):
        return True
    value = told.item.value
    if isinstance(value, str):
        day = _day(value)
        return bool(day) and day in folded and has_phrase(folded, day)
    if not isinstance(value, int | float) or isinstance(value, bool):
        return False
    return bool(figures and figures & _figures(told.said)) or (value == 0 and has_phrase(folded, "none"))


@lru_cache(maxsize=4096)
def _day(value: str) -> str:
    """The day of a date as it may stand in another statement, a name ("Thu 9 October 09:00 with Dr Radu") or another date; empty of what is none."""
    found = _DATE.match(value)
    return (
        f"{int(found[3])} {MONTHS[int(found[2]) - 1]}"
        if found is not None and 1 <= int(found[2]) <= len(MONTHS)
        else ""
    )


def _in_parts(told: Told, folded: Sequence[str]) -> bool:
    """A name of several parts ("kettle, slate") of which each is said somewhere."""
    parts = [fold(p) for p in str(told.item.value).split(", ")]
    return len(parts) > 1 and all(p and any(has_phrase(text, p) for text in folded) for p in parts)


def _figures(text: str) -> set[float]:
    return {float(found.replace(",", "")) for found in _FIGURE.findall(text)}
