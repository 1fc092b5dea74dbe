"""Finding what is missing, and going on with one of the gaps.

"Which of her orders have no shipped date?" Of a list the rows that hold nothing in some column are told, or those that have nothing attached, where a
tool knows them; then one of them gets what it lacks, or is gone into.
"""

from typing import TYPE_CHECKING

from msgspec.structs import replace

from duologue.catalog.model import Column
from duologue.plans.among import meant
from duologue.plans.gist import TELL_ALL, gist
from duologue.plans.memory import Memory
from duologue.plans.rows import Listing, Row
from duologue.tasks.answers import complete
from duologue.tasks.pointing import speakable
from duologue.tasks.shapes.choose import use
from duologue.tasks.shapes.common import Target, change, fields
from duologue.types import Among, Json, Mention, Need, Subtask, Tool

if TYPE_CHECKING:
    from duologue.tasks.maker import Drawing

__all__ = ["Gaps", "called", "naming"]

_TRIES = 10
_FILLED = 0.6
"""How often a gap is filled, where a tool can."""
_ROLES = frozenset({"contact", "date", "measure", "category", "status", "name", "text"})
_MISSING = 3.0
"""How much more readily a tool is taken that knows gaps by itself."""


class Gaps:
    """ "Which tracks of that album have no composer? … Put in Angus Young for the first." """

    name = "gaps"
    weight = 1.5

    def draw(self, drawing: "Drawing") -> list[Subtask] | None:
        """A list of what lacks something, and a part about one of it."""
        walk = drawing.walk
        tools = [(t, c) for t in walk.index.toolset.tools if (c := _gappy(drawing, t)) or _knows(t)]
        weights = [_MISSING if _knows(t) else 1.0 for t, _ in tools]
        for _ in range(_TRIES if tools else 0):
            mark = walk.mark()
            tool, columns = drawing.dice.choices(tools, weights)[0]
            found = _found(drawing, tool, columns)
            then = _then(drawing, *found) if found is not None else None
            if found is not None and then is not None:
                return [found[0], then]
            if walk.edited != mark.edited:
                return None
            walk.back_to(mark)
        return None


def _knows(tool: Tool) -> bool:
    return tool.meaning is not None and tool.meaning.family == "missing"


def _gappy(drawing: "Drawing", tool: Tool) -> list[Column]:
    """The columns that a tool lists and that some rows hold nothing in."""
    if tool.meaning is None or tool.meaning.family not in ("related", "search"):
        return []
    table = drawing.maker.catalog.table(tool.meaning.table)
    if not naming(drawing, table.name):
        return []
    shown = {s.column for s in tool.outputs.values() if s.table == table.name and not s.use}
    return [c for c in table.columns if c.name in shown and c.role in _ROLES and 0 < c.nulls < table.rows]


def naming(drawing: "Drawing", table: str) -> str:
    """The slot by which people name a row of the table; empty where there is none."""
    spec = drawing.maker.catalog.table(table)
    if spec.display:
        return f"{table}.@name"
    return f"{table}.{spec.key[0]}" if len(spec.key) == 1 and speakable(spec) else ""


def _found(drawing: "Drawing", tool: Tool, columns: list[Column]) -> tuple[Subtask, list[Row], Column | None] | None:
    """A list of which some rows, few enough to be told, hold nothing in a column; or one of a tool that knows them."""
    seen: list[tuple[list[Row], Column | None]] = []
    table = tool.meaning.table if tool.meaning is not None else ""
    name = naming(drawing, table)

    def finish(need: Need, listing: Listing) -> Need | None:
        if not listing.rows or not listing.whole or drawing.tells_nothing(need, listing):
            return None
        if _knows(tool):
            done = complete(drawing.proposer, drawing.walk.memory, need, listing, drawing.dice)
            if done is None or name not in done.wanted or not _apart(list(listing.rows), name):
                return None
            by = f"{done.pick.table}.{done.pick.column}" if done.pick is not None else ""
            done = replace(done, pick=None, wanted=tuple(s for s in done.wanted if s != by or s == name))
            seen.append(([line.row for line in gist(done, listing).lines], _column(drawing, tool)))
            return done
        for column in drawing.dice.sample(columns, len(columns)):
            among = Among("lacking", f"{table}.{column.name}")
            rows = meant(among, listing.rows)
            if 0 < len(rows) < len(listing.rows) and len(rows) <= TELL_ALL and _apart(rows, name):
                if any(key.startswith(f"{among.slot}:") for key in need.values):
                    continue
                seen.append((rows, column))
                return replace(need, wanted=(name,), among=among)
        return None

    drawing.proposer.lean, drawing.proposer.now = 0.4, drawing.walk.needs
    proposal = drawing.proposer.propose(tool, drawing.walk.memory, drawing.dice)
    part = drawing.attempt(tool, proposal, finish=finish) if proposal is not None else None
    return (part, *seen[-1]) if part is not None and seen else None


def _column(drawing: "Drawing", tool: Tool) -> Column | None:
    """The column that a tool looks for gaps in; None where it looks for rows that have nothing attached."""
    meaning = tool.meaning
    return drawing.maker.catalog.table(meaning.table).column(meaning.column) if meaning and meaning.column else None


def _apart(rows: list[Row], name: str) -> bool:
    names = [r.values.get(name) for r in rows]
    return None not in names and len({str(n) for n in names}) == len(names)


def called(drawing: "Drawing", table: str, row: Row, memory: Memory) -> Mention | None:
    """A row that was told, by the name or the number it was told by; None where that means another one as well."""
    name = naming(drawing, table)
    value = row.values.get(name)
    mention = Mention(table, by={name.removeprefix(f"{table}."): value})
    found = memory.candidates(mention, drawing.walk.needs) if value is not None else []
    return mention if len(found) == 1 else None


def _beside(row: Row, table: str) -> dict[str, Json]:
    """What a row of a list shows of its own columns."""
    return row.shown[table][1] if table in row.shown else {}


def _then(drawing: "Drawing", part: Subtask, rows: list[Row], column: Column | None) -> Subtask | None:
    """One of the gaps is filled, or gone into."""
    table = part.need.meaning.table if part.need is not None else ""
    chosen = drawing.dice.choice(rows)
    mention = called(drawing, table, chosen, drawing.walk.memory)
    if mention is None:
        return None
    own = [f for f in fields(drawing) if column is not None and f.column == column]
    value = (
        drawing.proposer.edits.fresh(column, drawing.dice, _beside(chosen, table))
        if own and column is not None
        else None
    )
    if value is not None and drawing.dice.random() < _FILLED:
        done = drawing.attempt(own[0].tool, change(own[0], mention, Target(value, "missing")), refusable=0.0)
        if done is not None:
            return done
    return use(drawing, mention, drawing.dice)
