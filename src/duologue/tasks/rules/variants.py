"""The same wish with another value: what a rule has nothing against may become what it refuses, and the other way round.

A figure becomes a usual other one, a day another day, a choice another choice, what shows who somebody is something that does not; a choice left open is made.
"""

import datetime
from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec.structs import replace

from duologue.tasks.proposal import Proposal
from duologue.types import Fact, Json, Slot, Tool

if TYPE_CHECKING:
    from duologue.tasks.drawing import Drawing

__all__ = ["Key", "changed_in", "is_choice", "slot_key", "variants"]

MOST = 8
"""Variants of one wish."""
_COUNTS = (1, 2, 3, 4, 5, 6, 7, 8, 10, 12)
_FACTORS = (0.5, 0.75, 0.9, 1.1, 1.25, 1.5, 2.0)
_DAYS = (-30, -14, -7, -3, -1, 1, 3, 7, 14, 30)
_DAY = 10
Key = str


def slot_key(slot: Slot) -> Key:
    """The name under which a need says a value."""
    return f"{slot.table}.{slot.column}:{slot.use}"


def is_choice(tool: Tool, name: str) -> bool:
    """A choice that has a default: nobody has to say anything of it."""
    schema = tool.parameters["properties"][name]
    return "default" in schema and bool(schema.get("enum"))


def variants(drawing: "Drawing", tool: Tool, wish: Proposal) -> Iterator[Proposal]:
    """The wish with one value changed, or one choice made that was left open; in a drawn order, a few at most."""
    found = [(slot, v) for slot, v in _all(tool, wish)]
    for slot, value in drawing.dice.sample(found, min(len(found), MOST)):
        yield valued(drawing, wish, slot, value)


def changed_in(tool: Tool, before: Proposal, after: Proposal) -> list[str]:
    """The parameters of which the two say different things."""
    out = []
    for name, slot in tool.inputs.items():
        key = slot_key(slot)
        if before.need.values.get(key) != after.need.values.get(key):
            out.append(name)
    return out


def valued(drawing: "Drawing", wish: Proposal, slot: Slot, value: Json) -> Proposal:
    """The wish with another value."""
    key, said = slot_key(slot), f"{slot.table}.{slot.column}"
    column = drawing.proposer.column(slot)
    known = [f for f in wish.known if not (f.slot == said and f.value == wish.need.values.get(key))]
    known.append(Fact(said, value, column.label if column is not None else ""))
    need = replace(wish.need, values={**wish.need.values, key: value})
    return Proposal(need, known, dict(wish.meant), wish.reason, wish.built_on)


def _all(tool: Tool, wish: Proposal) -> Iterator[tuple[Slot, Json]]:
    for name, slot in tool.inputs.items():
        schema, value = tool.parameters["properties"][name], wish.need.values.get(slot_key(slot))
        if slot.use not in ("value", "proof"):
            continue
        if value is None:
            held = schema.get("default")
            yield from ((slot, v) for v in schema.get("enum", ()) if v != held)
        elif schema.get("enum"):
            yield from ((slot, v) for v in schema["enum"] if v != value)
        else:
            yield from ((slot, v) for v in _others(value, slot.use == "proof") if v != value)


def _others(value: Json, proof: bool) -> Iterator[Json]:
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, int):
        yield from (*_COUNTS, value * 2) if value < _COUNTS[-1] else (round(value * f) for f in _FACTORS)
    elif isinstance(value, float):
        yield from (round(value * f, 2) for f in _FACTORS)
    elif isinstance(value, str):
        yield from _other_texts(value, proof)


def _other_texts(value: str, proof: bool) -> Iterator[str]:
    try:
        day = datetime.date.fromisoformat(value[:_DAY])
    except ValueError:
        day = None
    if day is not None:
        yield from ((day + datetime.timedelta(days=n)).isoformat() + value[_DAY:] for n in _DAYS)
    elif proof and value[-1:].isdigit():
        yield value[:-1] + str((int(value[-1]) + 3) % 10)
    elif any(c.isdigit() for c in value) and value[-1:].isalpha():  # the end of a code is easily left out
        yield value[:-1]
