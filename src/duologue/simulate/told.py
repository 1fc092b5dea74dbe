"""Rows as the answers told them, as both sides speak of them: what a row goes by, which figures compare.

An answer's act says which rows it told (`told`: what each goes `by`, and what `is` told of it, slot → value). The user asks about rows by
what they go by, and the assistant finds them again by the same in what results have shown.
"""

from collections.abc import Mapping

from msgspec import Struct

from duologue.language.phrases import Phrases
from duologue.language.reading import read
from duologue.language.values import tells
from duologue.types import Act, Json, Mention

__all__ = ["Told", "is_figure", "spoken", "told_rows"]

_USES = frozenset({"sum", "avg", "min", "max", "count"})
_NO_AMOUNT = frozenset({"percent", "year", "month", "time", "code"})


class Told(Struct, frozen=True):
    """A row of an answer."""

    by: dict[str, Json]
    """Slot → value: what it goes by; empty where only its place in the talk says which row it is."""
    facts: dict[str, Json]
    """Slot → value: what was told of it."""


def told_rows(act: Act, text: str, phrases: Phrases) -> list[Told]:
    """The rows an answer told, as far as its words say what its act carries."""
    heard = read(text)
    out = []
    for row in act.values.get("told", ()):
        facts = {s: v for s, v in row["is"].items() if tells(heard, v, phrases.slot(s)[2])}
        if facts:
            out.append(Told(row["by"], facts))
    return out


def spoken(phrases: Phrases, by: Mapping[str, Json]) -> str:
    """A row by what it goes by: "Dana Whitfield", "order 40211", "Rock"; empty where that takes more than a name or a number."""
    if len(by) != 1:
        return ""
    ((key, value),) = by.items()
    slot, table, column = phrases.slot(key)
    if table is not None and (slot.column == "@name" or (column is not None and column.role == "key" and not slot.use)):
        return phrases.row(Mention(slot.table, by={slot.column: value}), bare=True)
    return phrases.value(key, value)


def is_figure(phrases: Phrases, key: str) -> bool:
    """A slot whose figures can be taken from one another: an amount or a count, no share and nothing that names."""
    slot, _, column = phrases.slot(key)
    if slot.use:
        return slot.use in _USES and (column is None or column.format not in _NO_AMOUNT)
    return column is not None and column.role == "measure" and column.format not in _NO_AMOUNT
