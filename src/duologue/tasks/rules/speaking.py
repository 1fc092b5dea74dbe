"""How the rows of a wish are spoken of, where it was found by their keys: pointed at, brought along by a name or a number, or listed first."""

from functools import partial
from typing import TYPE_CHECKING

from msgspec.structs import replace

from duologue.plans.rows import Listing, RowKey
from duologue.tasks.anchors import Anchor, sayable
from duologue.tasks.answers import chosen, offer
from duologue.tasks.pointing import readiness
from duologue.tasks.proposal import Proposal
from duologue.types import Mention, Need, Subtask, Tool

if TYPE_CHECKING:
    from duologue.tasks.drawing import Drawing

__all__ = ["spoken"]

_GLANCES = 3
"""How often the ways of pointing at a row are drawn."""
_LISTS = 2
"""Lists that may come before, one leading to the next."""


def spoken(drawing: "Drawing", wish: Proposal) -> tuple[Proposal, list[Subtask]] | None:
    """The wish as somebody would put it, and the parts that come before it, taken on the walk; None where its rows can't be spoken of."""
    out = Proposal(wish.need, list(wish.known), dict(wish.meant), wish.reason, wish.built_on)
    lead: list[Subtask] = []
    for at, mention in enumerate(wish.need.mentions):
        key = _key(drawing, mention, wish)
        if key is None:
            continue
        said = _reached(drawing, mention.table, key, (out, lead), _LISTS)
        if said is None:
            return None
        mentions = (*out.need.mentions[:at], said, *out.need.mentions[at + 1 :])
        out.need = replace(out.need, mentions=mentions)
    return out, lead


def _key(drawing: "Drawing", mention: Mention, wish: Proposal) -> RowKey | None:
    """The row, where it is meant by its key alone, and the user doesn't bring that along, or by a name by which no tool finds it."""
    walk = drawing.walk
    if "@name" in mention.by and walk.index.lookup(mention.table, mention.by) is None:
        return None if walk.memory.candidates(mention, walk.needs) else wish.meant.get(mention.table)
    key = drawing.maker.catalog.table(mention.table).key
    known = {f.slot for f in wish.known}
    if not key or mention.pick is not None or set(mention.by) != set(key):
        return None
    if all(f"{mention.table}.{k}" in known for k in key):
        return None
    return tuple(str(mention.by[k]) for k in key)


def _reached(
    drawing: "Drawing", name: str, key: RowKey, made: tuple[Proposal, list[Subtask]], depth: int
) -> Mention | None:
    """How a row is spoken of; lists that have to come first are taken as parts."""
    pointed = _pointing(drawing, name, key)
    if pointed is not None:
        return pointed
    table, proposer, client = drawing.maker.catalog.table(name), drawing.proposer, drawing.client
    anchor = drawing.maker.anchors.at(table, key)
    if anchor is None:
        return None
    out, lead = made
    if client is not None and (name, key) == (client.table, client.key):
        out.known.append(client.fact)
        out.meant[name] = client.key
        return client.mention
    own = client is not None and name in client.own | client.people
    if not own and (_can_be_named(drawing, anchor) if table.display else proposer.is_numbered(table)):
        return proposer.bring(table, anchor, out)
    beside = _beside(drawing, name, made) if depth else None
    if beside is not None:
        return beside
    for tool, above in _lists(drawing, name) if depth else ():
        columns = next((x.columns for x in drawing.maker.catalog.links if (x.table, x.to) == (name, above)), ())
        if not columns or tool.meaning is None or any(c not in anchor.values for c in columns):
            continue
        proposal = Proposal(Need(tool.meaning))
        parent = tuple(str(anchor.values[c]) for c in columns)
        mention = _reached(drawing, above, parent, (proposal, lead), depth - 1)
        if mention is None:
            continue
        proposal.need = Need(tool.meaning, (mention,))
        part = drawing.attempt(tool, proposal, finish=partial(_whole, drawing))
        if part is not None:
            lead.append(part)
            return _pointing(drawing, name, key)
    return _found(drawing, anchor, key, lead) if depth and not own else None


def _beside(drawing: "Drawing", name: str, made: tuple[Proposal, list[Subtask]]) -> Mention | None:
    """A row of a list that another row of the wish gives ("where that appointment could be moved to"): any that can be pointed at."""
    out, lead = made
    spoken_of = {m.table: m for m in out.need.mentions if m.table != name}
    for tool, above in _lists(drawing, name):
        linked = any((x.table, x.to) == (name, above) for x in drawing.maker.catalog.links)
        if above not in spoken_of or linked or tool.meaning is None:
            continue
        mark = drawing.walk.mark()
        proposal = Proposal(Need(tool.meaning, (spoken_of[above],)), list(out.known), dict(out.meant))
        part = drawing.attempt(tool, proposal, finish=partial(_whole, drawing))
        drawing.proposer.now = drawing.walk.needs
        ways = drawing.proposer.ways_to_point(name, drawing.walk.memory, drawing.dice) if part is not None else []
        clear = [m for m in ways if len(drawing.walk.memory.candidates(m, drawing.walk.needs)) == 1]
        if part is not None and clear:
            lead.append(part)
            return drawing.dice.choice(clear)
        drawing.walk.back_to(mark)
    return None


def _found(drawing: "Drawing", anchor: Anchor, key: RowKey, lead: list[Subtask]) -> Mention | None:
    """How a row is pointed at once a search for rows like it has brought it."""
    for tool in drawing.walk.index.toolset.tools:
        if tool.meaning is None or (tool.meaning.family, tool.meaning.table) != ("search", anchor.table):
            continue
        required = set(tool.parameters.get("required", ()))
        free = [(n, s) for n, s in tool.inputs.items() if s.use == "equals" and s.table == anchor.table]
        free = [(n, s) for n, s in free if s.column != "@name" and anchor.values.get(s.column) is not None]
        if not free or not required <= {n for n, _ in free}:
            continue
        said = [ns for ns in free if ns[0] in required] or drawing.dice.sample(free, min(len(free), 2))
        proposal = Proposal(Need(tool.meaning))
        for _, slot in said:
            drawing.proposer.say(proposal, slot, anchor.values[slot.column])
        mark = drawing.walk.mark()
        part = drawing.attempt(tool, proposal, finish=partial(_whole, drawing))
        mention = _pointing(drawing, anchor.table, key) if part is not None else None
        if part is not None and mention is not None:
            lead.append(part)
            return mention
        drawing.walk.back_to(mark)
    return None


def _can_be_named(drawing: "Drawing", anchor: Anchor) -> bool:
    """It has a name that people say, and a tool finds it by that."""
    name = anchor.values.get("@name")
    return sayable(name) and drawing.walk.index.lookup(anchor.table, {"@name": name}) is not None


def _whole(drawing: "Drawing", need: Need, listing: Listing) -> Need | None:
    """The list as it is, none of its rows picked out yet."""
    if not listing.rows or drawing.tells_nothing(need, listing):
        return None
    found = offer(drawing.proposer, drawing.walk.memory, need, listing)
    for _ in range(_GLANCES if found is not None else 0):
        wanted = chosen(drawing.proposer, need, (listing, found), drawing.dice) if found is not None else None
        if wanted is not None and wanted.pick is None:
            return wanted
    return None


def _lists(drawing: "Drawing", name: str) -> list[tuple[Tool, str]]:
    """Tools that list rows of a table that belong to one of another, with that other table."""
    found = [(t, t.meaning) for t in drawing.walk.index.toolset.tools if t.meaning is not None]
    return [(t, m.parent) for t, m in found if m.family == "related" and m.table == name and m.parent and not m.other]


def _pointing(drawing: "Drawing", name: str, key: RowKey) -> Mention | None:
    """A way of pointing at a row that results have shown; None where none is clear."""
    walk, dice = drawing.walk, drawing.dice
    if key not in walk.memory.known.get(name, {}):
        return None
    drawing.proposer.now = walk.needs
    seen = [m for _ in range(_GLANCES) for m in drawing.proposer.ways_to_point(name, walk.memory, dice)]
    clear = [m for m in seen if [k.key for k in walk.memory.candidates(m, walk.needs)] == [key]]
    return dice.choices(clear, [readiness(m, changing=True) for m in clear])[0] if clear else None
