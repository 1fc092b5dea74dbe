"""What hand-written tools do to one row with nothing more to be said of it: "cancel the order", "close the ticket".

Such a deed hangs on how the row stands. In which states it can be done is not written in the tool's parameters; so it is tried, once for each toolset,
on rows of the image in each state, at a moment of its own.
"""

from typing import TYPE_CHECKING

from msgspec.structs import replace

from duologue.plans.binding import mention_slots
from duologue.plans.memory import Known
from duologue.plans.rows import Listing
from duologue.tasks.clock import scenario_clock
from duologue.tasks.pointing import speakable
from duologue.tasks.proposal import Proposal
from duologue.tasks.shapes.common import Field, Seen
from duologue.types import Json, Mention, Need, Slot, Tool

if TYPE_CHECKING:
    from duologue.tasks.maker import Drawing

__all__ = ["asked", "can_be_done", "deeds", "standing_of"]

_TRIED = 3
"""Rows of each state that a deed is tried on."""
_THAT_ONE = 0.6
"""How often the row is pointed back at once it was told how it stands."""
_WORDS = ("request", "confirm", "done")


def deeds(drawing: "Drawing") -> list[Field]:
    """The deeds, each with the column that says how a row stands: `column` is what the deed hangs on, not what it sets. None that can be done in no
    state, or in all of them."""
    found = drawing.maker.once(
        "deeds", lambda: [f for f in _all(drawing) if 0 < len(can_be_done(drawing, f)) < f.column.distinct]
    )
    return [f for f in found if drawing.client is None or drawing.client.serves(f.tool)]


def can_be_done(drawing: "Drawing", field: Field) -> list[Json]:
    """The states in which a deed can be done."""
    return drawing.maker.once(f"states {field.tool.name} {field.key}", lambda: _able(drawing, field))


def asked(drawing: "Drawing", field: Field, getter: Tool, able: bool) -> Proposal | None:
    """A question about a row that the user brings along, on which the deed can be done, or can't; None where there is none. Who speaks for themselves
    asks about what is theirs."""
    table, anchors = drawing.maker.catalog.table(field.slot.table), drawing.maker.anchors
    if drawing.client is not None or table.display or not speakable(table):
        return drawing.proposer.propose(getter, drawing.walk.memory, drawing.dice)
    states = can_be_done(drawing, field)
    rows = [r for r in anchors.rows(table) if r.values.get(field.column.name) is not None]
    rows = [
        r for r in rows if (r.values[field.column.name] in states) is able and all(k in r.values for k in table.key)
    ]
    if not rows or getter.meaning is None:
        return None
    proposal = Proposal(Need(getter.meaning))
    proposal.need = Need(getter.meaning, (drawing.proposer.bring(table, drawing.dice.choice(rows), proposal),))
    return proposal


def standing_of(drawing: "Drawing", field: Field) -> Seen | None:
    """A row on which the deed can be done, with how it stands asked for and told."""
    getter = drawing.walk.index.getter(field.slot.table)
    wish = asked(drawing, field, getter, able=True) if getter is not None else None
    if getter is None or wish is None or len(wish.need.mentions) != 1:
        return None

    def finish(need: Need, listing: Listing) -> Need | None:
        told = [r for r in listing.rows if r.values.get(field.key) is not None]
        return replace(need, wanted=(field.key,)) if len(told) == 1 else None

    part = drawing.attempt(getter, wish, finish=finish)
    found = drawing.walk.memory.candidates(wish.need.mentions[0], drawing.walk.needs) if part is not None else []
    if part is None or len(found) != 1:
        return None
    row = found[0]
    mention = Mention(field.slot.table) if drawing.dice.random() < _THAT_ONE else wish.need.mentions[0]
    return Seen(part, Known(row.table, row.key, dict(row.values), dict(row.sources)), mention)


def _all(drawing: "Drawing") -> list[Field]:
    index, out = drawing.walk.index, list[Field]()
    for tool in index.toolset.tools:
        if tool.meaning is None or tool.meaning.family != "act" or not all(tool.wording.get(w) for w in _WORDS):
            continue
        rows = mention_slots(index.inputs[tool.name])
        own = {s.table for _, s, _ in rows} == {tool.meaning.table} and not any(nth for _, _, nth in rows)
        getter = index.getter(tool.meaning.table)
        if not own or getter is None or not set(tool.parameters.get("required", ())) <= {n for n, _, _ in rows}:
            continue
        table = drawing.maker.catalog.table(tool.meaning.table)
        shown = {f"{s.table}.{s.column}" for s in getter.outputs.values() if not s.use}
        states = (c for c in table.columns if c.role == "status" and f"{table.name}.{c.name}" in shown)
        out += [Field(tool, Slot(table.name, c.name), c) for c in states]
    return out


def _able(drawing: "Drawing", field: Field) -> list[Json]:
    maker, rows = drawing.maker, mention_slots(drawing.walk.index.inputs[field.tool.name])
    tried: dict[str, int] = {}
    out: list[Json] = []
    for anchor in reversed(maker.anchors.rows(maker.catalog.table(field.slot.table))):
        state = anchor.values.get(field.column.name)
        if state is None or state in out or tried.get(str(state), 0) >= _TRIED:
            continue
        tried[str(state)] = tried.get(str(state), 0) + 1
        arguments = {name: anchor.values.get(slot.column) for name, slot, _ in rows}
        if None not in arguments.values() and _works(drawing, field.tool, arguments):
            out.append(state)
    return out


def _works(drawing: "Drawing", tool: Tool, arguments: dict[str, Json]) -> bool:
    """Whether it can be done in the image as it is: what was done in trying another would decide about this one."""
    maker = drawing.maker
    session = maker.prover.session_after((), scenario_clock(maker.catalog, 0))
    try:
        return not session.execute(tool.name, arguments).failed
    finally:
        session.close()
