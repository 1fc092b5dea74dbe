"""Getting as much as possible for what there is to spend, and going on with one of the things chosen.

"I have 50 to spend: which of these can I get, one of each, cheapest first?" Of a list with prices the cheapest are taken as long as they fit, which is
the most that can be had; the user hears which these are and what they come to. What can be spent is what things are cheap or dear by, as the words for the
column say it (`language/extremes.yaml`), of things that have names. The sum is chosen so that it is clear where it ends.
"""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from duologue.catalog.model import Column
from duologue.language.extremes import row_word
from duologue.plans.among import meant
from duologue.plans.gist import FEW
from duologue.plans.rows import Listing, Row
from duologue.tasks.shapes.choose import use
from duologue.tasks.shapes.gaps import called
from duologue.types import Among, Fact, Json, Need, Subtask, Tool

if TYPE_CHECKING:
    from duologue.tasks.maker import Drawing

__all__ = ["Budget"]

_TRIES = 10
_ROUND = (500, 100, 50, 20, 10, 5, 1)
"""Steps in which people think of what they have to spend, the roundest first."""


class Budget:
    """ "I have 50 to spend. Which of the beverages can I get for that, cheapest first?" """

    name = "budget"
    weight = 5.0

    def draw(self, drawing: "Drawing") -> list[Subtask] | None:
        """What fits into a sum, and a part about one of it."""
        walk = drawing.walk
        tools = [(t, c) for t in walk.index.toolset.tools if (c := _priced(drawing, t)) is not None]
        for _ in range(_TRIES if tools else 0):
            mark = walk.mark()
            tool, column = drawing.dice.choice(tools)
            found = _found(drawing, tool, column)
            mention = None
            if found is not None:
                mention = called(drawing, column.table, drawing.dice.choice(found[1]), walk.memory)
            then = use(drawing, mention, drawing.dice) if mention is not None else None
            if found is not None and then is not None:
                return [found[0], then]
            if walk.edited != mark.edited:
                return None
            walk.back_to(mark)
        return None


def _priced(drawing: "Drawing", tool: Tool) -> Column | None:
    """What the things that a tool lists cost; None where they have no price or no name, or the tool's own phrases would leave the sum unsaid."""
    if tool.meaning is None or tool.meaning.family not in ("related", "search") or tool.wording.get("request"):
        return None
    table = drawing.maker.catalog.table(tool.meaning.table)
    shown = {s.column for s in tool.outputs.values() if s.table == table.name and not s.use}
    dear = (
        c for c in table.columns if c.role == "measure" and c.name in shown and row_word("min", c.label) == "cheapest"
    )
    return next(dear, None) if table.display else None


def _found(drawing: "Drawing", tool: Tool, column: Column) -> tuple[Subtask, list[Row]] | None:
    """A list with prices, and a sum that some of it, few enough to be told, fits into."""
    name, slot = f"{column.table}.@name", f"{column.table}.{column.name}"
    seen: list[list[Row]] = []
    drawing.proposer.lean, drawing.proposer.now = 0.4, drawing.walk.needs
    proposal = drawing.proposer.propose(tool, drawing.walk.memory, drawing.dice)
    if proposal is None or any(key.startswith(f"{slot}:") for key in proposal.need.values):
        return None

    def finish(need: Need, listing: Listing) -> Need | None:
        if not listing.whole or drawing.tells_nothing(need, listing):
            return None
        limit = _limit(drawing, [r.values.get(slot) for r in listing.rows])
        names = [r.values.get(name) for r in listing.rows]
        if limit is None or len(set(names)) < len(names) or None in names or any(", " in str(n) for n in names):
            return None  # of names made of parts ("sheet, white, single") each part is said by the next one, too
        among = Among("within", slot, limit)
        seen.append(meant(among, listing.rows))
        proposal.known.append(Fact(slot, limit, column.label))
        return replace(need, wanted=(name, slot), among=among)

    part = drawing.attempt(tool, proposal, finish=finish)
    return (part, seen[-1]) if part is not None and seen else None


def _limit(drawing: "Drawing", prices: Sequence[Json]) -> Json:
    """A round sum that two or more of these fit into, though not all, the cheapest first; None where there is none, or where it would not be
    clear which fit."""
    sizes = sorted(p for p in prices if isinstance(p, int | float) and not isinstance(p, bool) and p > 0)
    if len(sizes) < len(prices) or len(sizes) < 3:
        return None
    most = min(FEW, len(sizes) - 1)
    counts = [n for n in range(2, most + 1) if len(set(sizes[: n + 1])) == n + 1]
    if not counts:
        return None
    n = drawing.dice.choice(counts)
    least, beyond = sum(sizes[:n]), sum(sizes[: n + 1])
    for step in _ROUND:
        limit = math.ceil(round(least / step, 6)) * step
        if least <= limit < beyond:
            return limit if all(isinstance(p, int) for p in sizes) else float(limit)
    return None
