"""The kinds of mutation and of variation: fixed names, what each does, and when a task has none of it.

A mutation's name in a proof is its kind, a colon, and which one it is ("told wrong: value 2").
"""

from collections.abc import Sequence
from typing import Final, TypeVar

T = TypeVar("T")

ENOUGH: Final = 6
"""Mutations that a task should have at least; one with fewer has all that its kinds allow."""

MOST: Final = 2
"""Mutations of one kind that are made of calls, unless there are too few in all: every write counts, of reads these are spread evenly."""
MOST_VALUES: Final = 4
"""Values of one task that are spoiled one by one, spread evenly where it has more."""

FEW: Final = "a few of a kind are made"
SAME: Final = "another value to be told has the same words"
INSIDE: Final = "its words stand inside another statement"
KNOWN: Final = "other results hold, in the same field, all it is to tell"
NO_EFFECT: Final = "the rows come to the same"
REFUSED_TOO: Final = "without the rules the data refuses it"
NO_OTHER: Final = "nothing else that was tried changes what comes back"
TWIN: Final = "it comes to the same calls and words as another one"
UNHEARD: Final = "no check tells it from the statement that is right"
"""Rules by which one mutation is left out, each counted (`Scene.left`)."""

KINDS: Final[dict[str, str]] = {
    "skip write": "a write of the plan is left out; none where the plan only reads",
    "skip read": "a critical read is left out; none where another result holds, in the same field, all it is to tell",
    "no calls": "everything is told and nothing was called; none where nothing is told",
    "half-way": "it ends after half of the critical steps, what they brought is told; none below two critical steps",
    "neighbour": "a critical call is about the next row; none where no call goes by a key, or that row gives the same",
    "other question": "a critical read is asked with another filter; none where none has a filter, or the answer is the same",
    "wrong value": "the right row gets another value; none where no write takes a value, or no other is taken",
    "write twice": "a write is made again at the end; none where that changes nothing",
    "write undone": "a changed entry is set back at the end; none where no call can",
    "against condition": "a change is made although its condition fails; none where no condition fails",
    "spared too": "a change of several rows is made to the one left out as well; none where none is left out",
    "rule broken": "a change that a rule refuses is made all the same, as if there were no rule; none where no rule refuses one, the data would too, or it changes nothing",
    "neither there nor back": "a change and its taking back are both left out; none where nothing is taken back",
    "stray write": "one more write, to a row the task has nothing to do with; none where no write tool takes one",
    "nothing told": "everything is done and nothing told; none where nothing is to be told",
    "one untold": "one of the values is left out; none for a single value, or for one that another statement says too",
    "told wrong": (
        "a value is told as another, as that would be said; where another statement says it too, alone only where a check can hear it"
    ),
    "told denied": "a value is denied, asked or left open in place of told; none for a yes or no, or for one that another statement says too",
    "wrong row told": "what is told of a list is told of its next row; none without lists, or where the words come to the same",
}
"""Kind → what is done, and the rule by which a task has none."""

HARMLESS: Final[dict[str, str]] = {
    "order swapped": "two neighbouring calls change places where neither needs the other",
    "further read": "a read that nobody needs comes first",
    "told in another order": "the values are told from last to first",
    "other form": "figures and dates are told in another usual writing",
}
"""Variation that must pass → what is varied."""


def kind_of(name: str) -> str:
    """The kind that a mutation or variation is of."""
    return name.partition(":")[0]


def spread(items: Sequence[T], most: int) -> list[T]:
    """At most so many, evenly spread, the first and the last among them."""
    if len(items) <= most:
        return list(items)
    return [items[i * (len(items) - 1) // (most - 1)] for i in range(most)] if most > 1 else list(items[:most])
