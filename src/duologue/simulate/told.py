"""Rows as the answers told them, as both sides speak of them: what a row goes by, which figures compare, how far apart they are.

An answer's act says which rows it told (`told`: what each goes `by`, and what `is` told of it, slot → value). The user asks about rows by
what they go by, and the assistant finds them again by the same in what results have shown.
"""

from collections.abc import Mapping
from datetime import date

from msgspec import Struct

from duologue.language.amounts import amounts_in, shortly
from duologue.language.phrases import Phrases
from duologue.language.reading import read
from duologue.language.values import moment, tells
from duologue.types import Act, Json, Mention

__all__ = ["Told", "apart", "is_figure", "spoken", "told_rows"]

_USES = frozenset({"sum", "avg", "min", "max", "count"})
_NO_AMOUNT = frozenset({"percent", "year", "month", "time", "code"})
_MOST_DAYS = 400
"""Beyond, people don't count in days."""


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


def apart(phrases: Phrases, key: str, one: Json, other: Json) -> str:
    """How far two values are apart, as it is said: "£15.00", "12 days". Empty where that isn't what the values, as they are
    said, make of it, or nobody would say it so."""
    if isinstance(one, bool) or isinstance(other, bool):
        return ""
    if isinstance(one, int | float) and isinstance(other, int | float):
        if (unit := _unit(phrases, key)) and (shortly(one, unit) or shortly(other, unit)):
            return _amount_apart((shortly(one, unit), shortly(other, unit)), unit)
        said = phrases.value(key, round(abs(one - other), 10) if isinstance(one - other, float) else abs(one - other))
        figures = [read(phrases.value(key, v)).numbers for v in (one, other)] + [read(said).numbers]
        if any(len(f) != 1 for f in figures):
            return ""
        (a,), (b,), (gap,) = figures
        return said if abs(abs(a.value - b.value) - gap.value) < 1e-6 and one != other else ""
    days = [_day(phrases, key, v) for v in (one, other)]
    if days[0] is None or days[1] is None:
        return ""
    count = abs((days[0] - days[1]).days)
    return f"{count} day{'s' * (count != 1)}" if 0 < count <= _MOST_DAYS else ""


def _unit(phrases: Phrases, key: str) -> str:
    column = phrases.slot(key)[2]
    return column.unit if column is not None else ""


def _amount_apart(said: tuple[str, str], unit: str) -> str:
    """The difference of two amounts as they are said; empty where one of them is said less exactly than the other."""
    figures = [amounts_in(text, (unit,)) for text in said]
    if any(len(f) != 1 for f in figures):
        return ""
    (a,), (b,) = figures
    gap = shortly(abs(a.value - b.value), unit) if a.decimals == b.decimals else ""
    exact = amounts_in(gap, (unit,))
    return gap if exact and exact[0].decimals == a.decimals else ""


def _day(phrases: Phrases, key: str, value: Json) -> date | None:
    found = moment(value, phrases.slot(key)[2]) if isinstance(value, str) else None
    return date(*found[0]) if found is not None and all(found[0]) else None
