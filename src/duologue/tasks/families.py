"""What is said of values, family by family: how many, from when, the new value and why.

Each filler completes a proposal whose rows are chosen; False means that nothing sensible can be said.
"""

import random
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from duologue.catalog.model import Column, Table
from duologue.language.forms import is_assigned
from duologue.plans.deeds import stems
from duologue.plans.memory import LATER, Memory
from duologue.plans.rows import RowKey, plain
from duologue.tasks.habits import by_machine, is_place
from duologue.tasks.proposal import Proposal
from duologue.tasks.reasons import reason_of, that_fit
from duologue.types import Json, Mention, Tool

if TYPE_CHECKING:
    from duologue.tasks.needs import Proposer

USUAL = 0.9
"""From this share of filled rows on, a column is something that people give of a new row."""
OPTIONAL = 3
"""Values given of a new row beyond those that must be, at most."""
_ALIKE = frozenset({"category", "flag", "measure"})
"""Roles of which a new row takes the value of one there is."""
_LEFT_OUT = 0.7
"""How often what a hand-written tool may be given is left out."""
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
        edit = self.edits.change(column, current.get(slot.column), rng, current) if column is not None else None
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
        return is_assigned(out.need) and _may_move(self, tool, current, memory, out)
    return True


def _may_move(self: "Proposer", tool: Tool, row: Mapping[str, Json], memory: Memory, out: Proposal) -> bool:
    """A row comes to belong to another one: no place to another place, and nothing below what is below it."""
    table = self.catalog.table(tool.meaning.table if tool.meaning is not None else "")
    others = [m for i, m in enumerate(out.need.mentions) if m.table != table.name or i]
    for mention in others:
        other = self.catalog.table(mention.table)
        if is_place(table) and is_place(other):
            return False
        above = row_of(self, mention, memory, out.meant)
        if other.name == table.name and self.anchors.habits.loops(table, _refers(tool), row, above):
            return False
    return True


def _refers(tool: Tool) -> str:
    """The column by which its rows refer to others, where that is what it sets."""
    return tool.meaning.column if tool.meaning is not None else ""


def as_it_is(self: "Proposer", tool: Tool, memory: Memory, out: Proposal) -> dict[str, Json]:
    """The row to be changed as it stands, as far as it was seen, else as it was at the start."""
    table = tool.meaning.table if tool.meaning else ""
    mention = next((m for m in out.need.mentions if m.table == table), None)
    return row_of(self, mention, memory, out.meant) if mention is not None else {}


def row_of(self: "Proposer", mention: Mention, memory: Memory, meant: Mapping[str, RowKey]) -> dict[str, Json]:
    """A row that is spoken of, as far as it was seen, else as it was at the start."""
    table = self.catalog.table(mention.table)
    found = memory.candidates(mention, LATER)
    if len(found) > 1 and mention.table in meant:
        found = [k for k in found if k.key == meant[mention.table]]
    key = found[0].key if found else meant.get(mention.table)
    if key is None and mention.by:
        key = tuple(plain(mention.by.get(k)) for k in table.key)
    anchor = self.anchors.at(table, key) if key else None
    return {**(anchor.values if anchor else {}), **(found[0].values if found else {})}


def _create(self: "Proposer", tool: Tool, memory: Memory, rng: random.Random, out: Proposal) -> bool:
    required = set(tool.parameters.get("required", ()))
    dates, row = _dates(self, tool, required, rng), dict[str, Json]()
    likeness = _Likeness(self, tool, memory, rng, out)
    optional = OPTIONAL
    for name, slot in tool.inputs.items():
        if slot.use != "value":
            continue
        column = self.column(slot)
        value = dates.get(slot.column) or (likeness.value(column, {**dates, **row}) if column is not None else None)
        if value is None:
            if name in required:
                return False
            continue
        if name in required or (column is not None and optional > 0 and _usually_given(self, column, rng)):
            row[slot.column] = value
            self.say(out, slot, value)
            optional -= name not in required
    table = self.catalog.table(tool.meaning.table) if tool.meaning is not None else None
    if table is not None and table.display and _is_there(self, table, row):
        return False
    out.reason = self.edits.why_entered(table, row) if table is not None else "create"
    return bool(out.need.values) or len(out.need.mentions) > 1


class _Likeness:
    """Values for a new row that go together: copied from the rows it refers to, else those of one row there is."""

    def __init__(self, proposer: "Proposer", tool: Tool, memory: Memory, rng: random.Random, out: Proposal) -> None:
        self.proposer, self.rng = proposer, rng
        table = proposer.catalog.table(tool.meaning.table) if tool.meaning is not None else None
        self.model = proposer.anchors.habits.model(table, rng) if table is not None else {}
        self.parents = {m.table: row for m in out.need.mentions if (row := row_of(proposer, m, memory, out.meant))}

    def value(self, column: Column, row: Mapping[str, Json]) -> Json:
        """A value for a column of the new row, which holds `row` so far."""
        edits = self.proposer.edits
        copied = self.proposer.anchors.habits.copied(column, self.parents)
        if copied is not None:
            return copied
        alike = self.model.get(column.name) if column.role in _ALIKE else None
        sayable = alike is not None and str(alike).strip() and str(alike).isprintable()
        return alike if sayable and not by_machine(column) else edits.fresh(column, self.rng, row)


def _is_there(self: "Proposer", table: Table, row: Mapping[str, Json]) -> bool:
    """There is such a row already, by its name."""
    named = [d for d in table.display if d in row]
    rows = (r.values for r in self.anchors.rows(table))
    return bool(named) and any(all(str(r.get(d)) == str(row[d]) for d in named) for r in rows)


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
    required = tool.parameters.get("required", ())
    current = as_it_is(self, tool, memory, out)
    named = {m.table for m in out.need.mentions}
    # An address on file or a new one: what may be named, and is, is not described as well.
    together: dict[str, Mapping[str, Json]] = {
        s.table: {} for n, s in tool.inputs.items() if s.use == "key" and n not in required and s.table in named
    }
    for name, slot in tool.inputs.items():
        if slot.use == "key":
            continue
        needed = name in required
        others = [s for s in tool.inputs.values() if s.use == "value" and s.table == slot.table]
        if slot.use == "value" and len(others) > 1 and not needed:
            if slot.table not in together:  # the lines of an address are given together, or not at all
                given = rng.random() >= _LEFT_OUT
                together[slot.table] = self.anchors.habits.model(self.catalog.table(slot.table), rng) if given else {}
            if not together[slot.table]:
                continue
        elif not needed and slot.use != "proof" and rng.random() < _LEFT_OUT:
            continue
        proof = slot.use == "proof"
        value = current.get(slot.column) if proof else _given(self, tool, name, together, rng)
        if value is None and needed and slot.use == "value" and len(others) > 1 and not together.get(slot.table):
            together[slot.table] = self.anchors.habits.model(
                self.catalog.table(slot.table), rng
            )  # nobody makes up a text
            value = _of_act(self, tool, name, together[slot.table], rng)
        if value is not None:
            self.say(out, slot, value)
        elif needed:
            return False
    out.reason = "act"
    return True


def _given(
    self: "Proposer", tool: Tool, name: str, together: dict[str, Mapping[str, Json]], rng: random.Random
) -> Json:
    """A value for an argument of a hand-written tool. What has to be given and nobody makes up alone (a street) is that of a row there is;
    what is given beside it goes with it then."""
    slot, required = tool.inputs[name], tool.parameters.get("required", ())
    value = _of_act(self, tool, name, together.get(slot.table), rng)
    beside = [n for n, s in tool.inputs.items() if s.use == "value" and s.table == slot.table and n != name]
    if value is not None or name not in required or not beside or slot.table in together:
        return value
    together[slot.table] = self.anchors.habits.model(self.catalog.table(slot.table), rng)
    return _of_act(self, tool, name, together[slot.table], rng)


def _of_act(self: "Proposer", tool: Tool, name: str, like: Mapping[str, Json] | None, rng: random.Random) -> Json:
    """A value for an argument of a hand-written tool. `like`: the row whose values it is to go with."""
    slot = tool.inputs[name]
    choices, column = tool.parameters.get("properties", {}).get(name, {}).get("enum"), self.column(slot)
    if choices and self.heard is not None and name == reason_of(tool):
        rows = [label for s in tool.inputs.values() if s.use == "key" for label in self.phrases.table(s.table)]
        choices = that_fit(choices, self.heard - stems(" ".join(rows)))  # that it is about a booking is no reason
        return rng.choice(choices) if choices else None
    if choices:
        return rng.choice(choices)
    if slot.use != "value" or column is None:
        return None
    if like is not None and column.role not in ("contact", "date", "measure"):
        return like.get(column.name)
    current = like.get(column.name) if like is not None else self.anchors.value(column, rng)
    if like is not None and current is None:
        return None
    edit = self.edits.change(column, current, rng)
    return edit.value if edit else like[column.name] if like is not None else self.edits.fresh(column, rng)


def _reason(reason: str) -> Filler:
    def fill(_: "Proposer", __: Tool, ___: Memory, ____: random.Random, out: Proposal) -> bool:
        out.reason = reason
        return True

    return fill


def _related(self: "Proposer", tool: Tool, _memory: Memory, _rng: random.Random, _out: Proposal) -> bool:
    return tool.meaning is not None and bool(self.phrases.called(tool.meaning)[0])


def _missing(self: "Proposer", tool: Tool, _memory: Memory, _rng: random.Random, _out: Proposal) -> bool:
    """Of rows that are tied to their like it is said which side they are not on, or nothing is asked."""
    if tool.meaning is None or not tool.meaning.other:
        return True
    ties = [x for x in self.catalog.links if (x.table, x.to) == (tool.meaning.other, tool.meaning.table)]
    return len(ties) < 2 or bool(self.phrases.role(tool.meaning.other, tool.meaning.table, tool.meaning.via))


def _tied(reason: str) -> Filler:
    def fill(_: "Proposer", tool: Tool, ___: Memory, ____: random.Random, out: Proposal) -> bool:
        """ "Add Ann to Ben" does not say who follows whom."""
        out.reason = reason
        return tool.meaning is None or tool.meaning.parent != tool.meaning.other

    return fill


FILLERS: dict[str, Filler] = {
    "related": _related,
    "missing": _missing,
    "search": _search,
    "top": _top,
    "total": _aggregate,
    "count": _aggregate,
    "ratio": _aggregate,
    "set": _set,
    "create": _create,
    "act": _act,
    "remove": _reason("remove"),
    "link": _tied("link"),
    "unlink": _tied("unlink"),
}
