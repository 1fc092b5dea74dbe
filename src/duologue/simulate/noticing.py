"""What the assistant notices before a new row is entered: that results have shown one just like it.

Two rows are alike where all that the new one is given, and the one seen shows, is the same, what it belongs to included. Of a table that
does nothing but join two others, the two that it joins are enough. It is said in a sentence before the proposal; whether it is entered all
the same is for the user to say.
"""

import random
from collections.abc import Mapping
from typing import TYPE_CHECKING

from duologue.language.grammar import sentence
from duologue.plans.binding import Bound
from duologue.plans.memory import Known, Memory
from duologue.simulate.called import called
from duologue.types import Tool

if TYPE_CHECKING:
    from duologue.simulate.report import Reporter

__all__ = ["noticed", "twin"]

_LEAST = 2
"""Values in which rows have to agree to be called alike."""


def twin(memory: Memory, tool: Tool, bound: Mapping[str, Bound]) -> Known | None:
    """A row seen that is like the one to be entered; None where there is none, and for anything but a new row."""
    if tool.meaning is None or tool.meaning.family != "create":
        return None
    table = memory.catalog.table(tool.meaning.table)
    refers = {
        (x.to, c): own
        for x in memory.catalog.links
        if x.table == table.name
        for own, c in zip(x.columns, x.to_columns, strict=True)
    }
    joins, own = {}, {}
    for name, argument in bound.items():
        slot = tool.inputs[name]
        if slot.table == table.name:
            own[slot.column] = argument.value
        elif (slot.table, slot.column) in refers:
            joins[refers[slot.table, slot.column]] = argument.value
    if table.kind == "link":
        own = {}
    for row in memory.known.get(table.name, {}).values():
        shared = {c: v for c, v in own.items() if c in row.values}
        same = {**joins, **shared}
        if (
            len(same) >= _LEAST
            and (shared or not own)
            and all(str(row.values.get(c)) == str(v) for c, v in same.items())
        ):
            return row
    return None


def noticed(teller: "Reporter", row: Known, proposal: str, dice: random.Random) -> str:
    """The proposal of a new row, behind a word on the one that is there already."""
    name = called(teller.phrases, teller.agenda.memory, row)
    if not name:
        return proposal
    kind = "pair" if teller.agenda.memory.catalog.table(row.table).kind == "link" else "same"
    return teller.lines.line(f"noticed.{kind}", dice, {"row": name, "proposal": sentence(proposal)})
