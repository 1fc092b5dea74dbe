"""What is said of values, family by family: how many, from when, the new value and why.

Each filler completes a proposal whose rows are chosen; False means that nothing sensible can be said.
"""

import random
from collections.abc import Callable
from typing import TYPE_CHECKING

from duologue.catalog.model import Column
from duologue.language.clauses import is_assigned
from duologue.plans.memory import LATER, Memory
from duologue.plans.rows import plain
from duologue.tasks.proposal import Proposal
from duologue.types import Json, Tool

if TYPE_CHECKING:
    from duologue.tasks.needs import Proposer

USUAL = 0.9
"""From this share of filled rows on, a column is something that people give of a new row."""
OPTIONAL = 3
"""Values given of a new row beyond those that must be, at most."""
Filler = Callable[["Proposer", Tool, Memory, random.Random, Proposal], bool]


def _search(self: "Proposer", tool: Tool, _: Memory, rng: random.Random, out: Proposal) -> bool:
    return self.filters(tool, rng, out, least=1)


def _aggregate(self: "Proposer", tool: Tool, _: Memory, rng: random.Random, out: Proposal) -> bool:
    if rng.random() < 0.35:
        self.filters(tool, rng, out, least=1)
    return True


def _top(self: "Proposer", tool: Tool, memory: Memory, rng: random.Random, out: Proposal) -> bool:
    _aggregate(self, tool, memory, rng, out)
    limit = next((s for s in tool.inputs.values() if s.use == "limit"), None)
    if limit is not None:
        self.say(out, limit, rng.choice((2, 3, 3, 4, 5)))
    return True


def _set(self: "Proposer", tool: Tool, memory: Memory, rng: random.Random, out: Proposal) -> bool:
    current = as_it_is(self, tool, memory, out)
    said = 0
    for name, slot in tool.inputs.items():
        if slot.use != "value":
            continue
        column = self.column(slot)
        edit = self.edits.change(column, current.get(slot.column), rng) if column is not None else None
        if edit is None:
            if name in tool.parameters.get("required", ()):
                return False
            continue
        if column is not None and column.role == "date" and not self.edits.in_order(column, edit.value, current):
            return False
        self.say(out, slot, edit.value)
        out.reason = out.reason or edit.reason
        said += 1
        if said == 1 and name not in tool.parameters.get("required", ()):
            break
    if not said:  # a reference to another row is what changes
        out.reason = "assign"
        return is_assigned(out.need)
    return True


def as_it_is(self: "Proposer", tool: Tool, memory: Memory, out: Proposal) -> dict[str, Json]:
    """The row to be changed as it stands, as far as it was seen, else as it was at the start."""
    table = tool.meaning.table if tool.meaning else ""
    mention = next((m for m in out.need.mentions if m.table == table), None)
    if mention is None:
        return {}
    found = memory.candidates(mention, LATER)
    key = found[0].key if found else out.meant.get(table)
    if key is None and mention.by:
        key = tuple(plain(mention.by.get(k)) for k in self.catalog.table(table).key)
    anchor = self.anchors.at(self.catalog.table(table), key) if key else None
    return {**(anchor.values if anchor else {}), **(found[0].values if found else {})}


def _create(self: "Proposer", tool: Tool, _: Memory, rng: random.Random, out: Proposal) -> bool:
    required = set(tool.parameters.get("required", ()))
    dates = _dates(self, tool, required, rng)
    optional = OPTIONAL
    for name, slot in tool.inputs.items():
        if slot.use != "value":
            continue
        column = self.column(slot)
        value = dates.get(slot.column) or (self.edits.fresh(column, rng) if column is not None else None)
        if value is None:
            if name in required:
                return False
            continue
        if name in required or (column is not None and optional > 0 and _usually_given(self, column, rng)):
            self.say(out, slot, value)
            optional -= name not in required
    out.reason = "create"
    return bool(out.need.values) or len(out.need.mentions) > 1


def _dates(self: "Proposer", tool: Tool, required: set[str], rng: random.Random) -> dict[str, Json]:
    """The dates that must be given of a new row, in their order."""
    slots = [s for n, s in tool.inputs.items() if s.use == "value" and n in required]
    columns = [c for c in map(self.column, slots) if c is not None and c.role == "date"]
    return self.edits.dates(columns, rng) if columns else {}


def _usually_given(self: "Proposer", column: Column, rng: random.Random) -> bool:
    """What nearly every row has is said of a new one; what many lack comes later, if ever."""
    if column.role == "date":
        return False
    share = 1 - column.nulls / max(1, self.catalog.table(column.table).rows)
    return share >= USUAL or (share >= 0.5 and rng.random() < 0.3)


def _act(self: "Proposer", tool: Tool, memory: Memory, rng: random.Random, out: Proposal) -> bool:
    properties = tool.parameters.get("properties", {})
    for name, slot in tool.inputs.items():
        if slot.use == "key":
            continue
        needed = name in tool.parameters.get("required", ())
        if not needed and rng.random() < 0.7:
            continue
        choices = properties.get(name, {}).get("enum")
        column = self.column(slot)
        if choices:
            value: Json = rng.choice(choices)
        elif slot.use == "value" and column is not None:
            edit = self.edits.change(column, self.anchors.value(column, rng), rng)
            value = edit.value if edit else self.edits.fresh(column, rng)
        else:
            value = None
        if value is not None:
            self.say(out, slot, value)
        elif needed:
            return False
    out.reason = "act"
    return True


def _reason(reason: str) -> Filler:
    def fill(_: "Proposer", __: Tool, ___: Memory, ____: random.Random, out: Proposal) -> bool:
        out.reason = reason
        return True

    return fill


FILLERS: dict[str, Filler] = {
    "search": _search,
    "top": _top,
    "total": _aggregate,
    "count": _aggregate,
    "ratio": _aggregate,
    "set": _set,
    "create": _create,
    "act": _act,
    "remove": _reason("remove"),
    "link": _reason("link"),
    "unlink": _reason("unlink"),
}
