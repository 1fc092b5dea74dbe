"""A search that brings nothing, and the wider one after it.

Two conditions, each of which occurs, are put together; kept is what finds no row. They must be of the kind that people would put together:
a bound or a word beside something else, or two columns neither of which follows from the other (no city with its country).
"""

from itertools import combinations
from typing import TYPE_CHECKING

from duologue.plans.gist import answering
from duologue.plans.ways import wider
from duologue.tasks.anchors import Anchors
from duologue.tasks.proposal import Proposal
from duologue.tasks.walk import Taken
from duologue.types import Need, Subtask, Tool

if TYPE_CHECKING:
    from duologue.tasks.drawing import Drawing

__all__ = ["emptiness"]

TRIES = 5
"""Searches tried with each tool."""
WIDER = 0.75
"""How often the goal goes on with the wider search, where that finds something."""
_CONDITIONS = 2
"""More of them at once are no slip."""
_FREE = 1.5
"""Two columns are free of one another where they come in so many more pairs than either has values."""


def emptiness(drawing: "Drawing") -> list[Subtask]:
    """A part whose answer is that there is nothing, mostly with the wider search as the next; nothing where no such search is found."""
    tools = [t for t in drawing.walk.index.toolset.tools if t.meaning is not None and t.meaning.family == "search"]
    drawing.dice.shuffle(tools)
    for tool in tools:
        for _ in range(TRIES):
            part = _nothing(drawing, tool)
            if part is not None:
                return [part, *_wider(drawing, tool, part)]
    return []


def _nothing(drawing: "Drawing", tool: Tool) -> Subtask | None:
    walk = drawing.walk
    assert tool.meaning is not None
    out = Proposal(Need(tool.meaning))
    if not drawing.proposer.filters(tool, drawing.dice, out, least=2) or not _together(
        drawing.proposer.anchors, out.need
    ):
        return None
    if not drawing.may(tool, out.need):
        return None  # clients don't look through other people's records
    first, mark = len(walk.steps), walk.mark()
    try:
        listings, _ = walk.take(tool, out.need, out.meant)
        listing = answering(out.need, listings)
        if listing is not None and not listing.rows and not listing.total:
            return drawing.accepted(out, listing, first)
    except Taken:
        pass
    walk.back_to(mark)
    return None


def _wider(drawing: "Drawing", tool: Tool, part: Subtask) -> list[Subtask]:
    need = wider(part.need) if part.need is not None else None
    if need is None or drawing.dice.random() >= WIDER:
        return []
    found = drawing.attempt(tool, Proposal(need))
    return [found] if found is not None else []


def _together(anchors: Anchors, need: Need) -> bool:
    """Somebody could ask for both at once."""
    said = [k.rpartition(":") for k in need.values if not k.endswith(":to")]
    if len(said) + len(need.mentions) != _CONDITIONS:
        return False
    if need.mentions or any(use in ("from", "match") or column.endswith(".@name") for column, _, use in said):
        return True
    columns = [column.rpartition(".")[2] for column, _, use in said if use == "equals"]
    return all(_free(anchors, need.meaning.table, a, b) for a, b in combinations(columns, 2))


def _free(anchors: Anchors, table: str, one: str, other: str) -> bool:
    rows = [r.values for r in anchors.rows(anchors.catalog.table(table))]
    pairs = {(str(v.get(one)), str(v.get(other))) for v in rows}
    most = max(len({a for a, _ in pairs}), len({b for _, b in pairs}), 1)
    return len(pairs) >= _FREE * most
