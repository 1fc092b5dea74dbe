"""A user's message as that user types it.

What the message carries stays readable: the values and rows of its acts, and the words for tables and columns, are left as they are.
"""

import random
from collections.abc import Iterator

from msgspec.structs import replace

from duologue.kept import Kept
from duologue.language.keyboard import typed
from duologue.language.phrases import Phrases
from duologue.protocols import Utterance
from duologue.types import Act, Json

__all__ = ["Typing"]

_DECISIVE = frozenset({"confirm", "refuse", "done"})
"""What is said in a word or two is not mistyped: a slip could turn it into something else."""


class Typing:
    """How one user types: `habits` are names of `language.keyboard.HABITS`."""

    def __init__(self, phrases: Phrases, habits: tuple[str, ...]) -> None:
        self.phrases, self.habits = phrases, habits
        self._labels = _labels(phrases) if habits else frozenset()

    def typed(self, said: Utterance, dice: random.Random) -> Utterance:
        """The same message, typed."""
        if not self.habits or not said.message.content:
            return said
        habits = [h for h in self.habits if h != "typos" or not _DECISIVE & {a.kind for a in said.acts}]
        pieces = dict.fromkeys(p for act in said.acts for p in self._pieces(act))
        text, shown = typed(said.message.content, habits, pieces, self._labels, dice)
        message = replace(said.message, content=text)
        return replace(said, message=message, behaviours=(*said.behaviours, *shown)) if shown else said

    def _pieces(self, act: Act) -> Iterator[str]:
        """What an act says of values and rows, as it is written."""
        told = (*act.values.get("rows", ()), act.values.get("is", {}))
        for key, value in (*act.values.items(), *(pair for row in told for pair in row.items())):
            yield from self._writings(key.rpartition(":")[0] or key, value)
        if act.need is not None:
            for mention in act.need.mentions:
                for column, value in mention.by.items():
                    yield from self._writings(f"{mention.table}.{column}", value)
                if mention.pick is not None:
                    yield self.phrases.row(mention)
            for key, value in act.need.values.items():
                yield from self._writings(key.rpartition(":")[0], value)

    def _writings(self, key: str, value: Json) -> Iterator[str]:
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            yield self.phrases.value(key, value)
            yield str(value)


def _words_of_labels(phrases: Phrases) -> frozenset[str]:
    """The words by which tables and columns are called."""
    tables = phrases.catalog.tables
    labels = [w for t in tables for w in (t.label, t.plural)]
    labels += [w for t in tables for c in t.columns for w in (c.label, c.plural)]
    labels += [phrases.noun(f"{t.name}.{c.name}", t.name) for t in tables for c in t.columns]
    return frozenset(word for label in labels for word in label.lower().split())


_labels: Kept[Phrases, frozenset[str]] = Kept(_words_of_labels)
