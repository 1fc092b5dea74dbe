"""Rows that are held against one another, and what is done with the one that is chosen.

"Which is cheaper, Chai or Chang?" Two or three rows that the user names are looked at, and one of their figures or dates, told of each, says which is
the one; the part after it is about that one: "the cheaper one".
"""

import random
from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from duologue.catalog.model import Column, Table
from duologue.language.apart import says_apart
from duologue.plans.rows import Row, pick_row
from duologue.tasks.goals import goal_of
from duologue.tasks.proposal import Proposal
from duologue.tasks.walk import Taken
from duologue.types import Mention, Need, Pick, Subtask, Tool

if TYPE_CHECKING:
    from duologue.tasks.maker import Drawing

__all__ = ["Choose", "use"]

_THREE = 0.25
"""How often three rows are compared, not two."""
_APART = 0.4
"""How often it is asked of two how far they are apart."""
_TRIES = 4
_USES = {"set": 4.0, "related": 4.0, "act": 5.0, "create": 1.0, "link": 1.0}
"""What is done with a row that was chosen, by the family of its tool, and how readily."""
_NO_AMOUNT = frozenset({"percent", "year", "month", "time", "code"})


class Choose:
    """ "Which is cheaper, Chai or Chang? … Then set the cheaper one to 17." """

    name = "choose"
    weight = 1.0

    def draw(self, drawing: "Drawing") -> list[Subtask] | None:
        """Rows compared, and a part about the one."""
        catalog, walk = drawing.maker.catalog, drawing.walk
        getters = [(t, g) for t in catalog.tables if (g := walk.index.getter(t.name)) is not None and _columns(t, g)]
        for _ in range(_TRIES if getters else 0):
            mark = walk.mark()
            table, getter = drawing.dice.choice(getters)
            part = _compared(drawing, table, getter)
            then = _then(drawing, part) if part is not None else None
            if part is not None and then is not None:
                return [part, then]
            if walk.edited != mark.edited:
                return None
            walk.back_to(mark)
        return None


def _columns(table: Table, getter: Tool) -> list[Column]:
    """The figures and dates of a table's rows that are shown of one row and can be held against another's."""
    shown = {s.column for s in getter.outputs.values() if s.table == table.name and not s.use}
    measures = [c for c in table.columns if c.role == "measure" and c.format not in _NO_AMOUNT]
    dates = [c for c in table.columns if c.role == "date" and c.sorts]
    return [c for c in (*measures, *dates) if c.name in shown]


def _compared(drawing: "Drawing", table: Table, getter: Tool) -> Subtask | None:
    walk, first = drawing.walk, len(drawing.walk.steps)
    asked = _asked(drawing, getter, 3 if drawing.dice.random() < _THREE else 2)
    if not asked or getter.meaning is None:
        return None
    mentions = tuple(p.need.mentions[0] for p in asked)
    need = Need(getter.meaning, mentions)
    try:
        rows = walk.look_at(getter, need, [p.meant for p in asked])
    except Taken:
        return None
    pick = _pick(drawing, table, getter, list(rows.values()))
    if pick is None:
        return None
    slot = f"{table.name}.{pick.column}"
    need = replace(need, wanted=(slot,), pick=pick, apart=_asks_apart(drawing, slot, list(rows.values())))
    walk.known.extend(f for p in asked for f in p.known if f not in walk.known)
    return walk.weigh(need, goal_of(drawing.phrases, drawing.sayings, need, "", drawing.dice), rows, first)


def _asked(drawing: "Drawing", getter: Tool, count: int) -> list[Proposal]:
    """So many different rows that the user names; none where that is not to be had."""
    walk, out = drawing.walk, list[Proposal]()
    table = getter.meaning.table if getter.meaning is not None else ""
    drawing.proposer.lean, drawing.proposer.now = 0.3, walk.needs
    for _ in range(2 * count):
        proposal = drawing.proposer.propose(getter, walk.memory, drawing.dice)
        mentions = proposal.need.mentions if proposal is not None else ()
        if proposal is None or len(mentions) != 1 or mentions[0].table != table or not mentions[0].by:
            continue
        client = drawing.client
        if client is not None and not client.allows(getter, proposal.need, walk.memory, drawing.maker.catalog):
            continue
        alike = not out or mentions[0].by.keys() == out[0].need.mentions[0].by.keys()
        if alike and mentions[0] not in [p.need.mentions[0] for p in out]:
            out.append(proposal)
        if len(out) == count:
            return out
    return []


def _pick(drawing: "Drawing", table: Table, getter: Tool, rows: Sequence[Row]) -> Pick | None:
    """By what the rows are compared: something that all have, that differs, and that was not told before."""
    out = []
    for column in _columns(table, getter):
        slot = f"{table.name}.{column.name}"
        held = [r.values.get(slot) for r in rows]
        told = any(drawing.walk.memory.was_heard(r, slot) for r in rows)
        if None in held or told or len({str(v) for v in held}) < len(held):
            continue
        if len({str(drawing.phrases.value(slot, v)) for v in held}) < len(held):
            continue
        kind = drawing.dice.choice(("max", "min") if column.role == "measure" else ("latest", "earliest"))
        pick = Pick(kind, table.name, column.name, value=len(rows))
        if pick_row(rows, pick) is not None:
            out.append(pick)
    return drawing.dice.choice(out) if out else None


def _asks_apart(drawing: "Drawing", slot: str, rows: Sequence[Row]) -> bool:
    """Whether how far two rows are apart is asked for, too."""
    if len(rows) != 2 or drawing.dice.random() >= _APART:
        return False
    one, other = (r.values[slot] for r in rows)
    return says_apart(drawing.phrases, slot, one, other)


def _then(drawing: "Drawing", part: Subtask) -> Subtask | None:
    """A part about the one that was chosen, by what it was chosen for or by its name."""
    need = part.need
    if need is None or need.pick is None:
        return None
    table, memory = need.meaning.table, drawing.walk.memory
    mention = Mention(table, pick=need.pick)
    found = memory.candidates(mention, drawing.walk.needs)
    name = found[0].values.get("@name") if len(found) == 1 else None
    if name is not None and drawing.mode != "task" and drawing.dice.random() < 0.5:
        mention = Mention(table, by={"@name": name})
    return use(drawing, mention, drawing.dice)


def use(drawing: "Drawing", mention: Mention, dice: random.Random) -> Subtask | None:
    """A part about a row that was just told: something changed of it, or what belongs to it. None where there is nothing."""
    walk, table = drawing.walk, mention.table
    tools = [t for t in walk.index.toolset.tools if _is_about(t, table)]
    weights = [_USES[t.meaning.family] * t.weight for t in tools if t.meaning is not None]
    before, drawing.proposer.thread = drawing.proposer.thread, {table: mention}
    try:
        for _ in range(_TRIES if tools else 0):
            tool = dice.choices(tools, weights)[0]
            drawing.proposer.now = walk.needs
            proposal = drawing.proposer.propose(tool, walk.memory, dice)
            if proposal is None or mention not in proposal.need.mentions:
                continue
            part = drawing.attempt(tool, proposal, refusable=0.0)
            if part is not None:
                return part
        return None
    finally:
        drawing.proposer.thread = before


def _is_about(tool: Tool, table: str) -> bool:
    """It does something with a row of the table, or shows what belongs to it."""
    if tool.meaning is None or tool.meaning.family not in _USES:
        return False
    return any(s.table == table and s.use == "key" for s in tool.inputs.values())
