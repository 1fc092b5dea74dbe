"""What two tables say about the same, and one side set right.

"Does the ship address of order 10248 agree with the customer's address? … Then set it to that." A copy is held against the row it was taken from, a
stored total against the rows it is the total of. Which columns are that is measured in the data (`tasks/pairs.py`); whether two sides agree
is found out by asking the tools. Where they do, hearing so is all that was wanted. Where they don't, the copy, or the total, is set to what the
other side says, if a tool can.
"""

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from duologue.plans.against import Held, own
from duologue.tasks.anchors import sayable
from duologue.tasks.goals import goal_of
from duologue.tasks.pairs import Pair
from duologue.tasks.pointing import speakable
from duologue.tasks.proposal import Proposal
from duologue.tasks.shapes.common import Target, change, fields
from duologue.tasks.walk import Taken
from duologue.types import Mention, Need, OtherSide, Subtask, Tool

if TYPE_CHECKING:
    from duologue.tasks.maker import Drawing

__all__ = ["Reconcile", "comparable"]

_TRIES = 6
_TAKEN_UP = 0.5
"""How often it is taken up, once in a session."""
_AT_ODDS = 0.75
"""How often a row is looked at that is known not to agree, where there are such."""
_SEEN = 0.3
"""How often it is a row that the talk has come to by itself."""
_THAT_ONE = 0.5
"""How often the row that was compared is pointed back at when it is set right."""
_REASONS = {"same": "in_step", "sum": "added_up", "count": "added_up"}


class Comparison(Struct, frozen=True):
    """A pair that the tools can show both sides of."""

    pair: Pair
    getter: Tool
    need: Need


class Reconcile:
    """ "Is the total of invoice 12 what its lines come to? … Then set it to 38.50." """

    name = "reconcile"
    weight = 3.0

    def draw(self, drawing: "Drawing") -> list[Subtask] | None:
        """Two sides compared, and one set right where they don't agree."""
        if drawing.turns[self.name] or drawing.dice.random() >= _TAKEN_UP:
            return None  # there is nearly always occasion for it, where there is any
        choices = comparable(drawing)
        weights = [_readiness(drawing, c) for c in choices]
        for _ in range(_TRIES if choices else 0):
            mark = drawing.walk.mark()
            found = _compared(drawing, drawing.dice.choices(choices, weights)[0])
            if found is not None:
                drawing.turns[self.name] += 1
                return found
            if drawing.walk.edited != mark.edited:
                return None
            drawing.walk.back_to(mark)
        return None


def comparable(drawing: "Drawing") -> list[Comparison]:
    """The pairs of which these tools show both sides; found out once for each toolset."""
    found = drawing.maker.once("comparable", lambda: _all(drawing))
    return [c for c in found if drawing.client is None or drawing.client.serves(c.getter)]


def _all(drawing: "Drawing") -> list[Comparison]:
    found = (_comparison(drawing, pair) for pair in drawing.maker.anchors.pairs)
    return [c for c in found if c is not None]


def _comparison(drawing: "Drawing", pair: Pair) -> Comparison | None:
    """How the tools show both sides; None where they don't."""
    index, link = drawing.walk.index, pair.link
    slot = f"{pair.column.table}.{pair.column.name}"
    getter = index.getter(pair.column.table)
    if (
        not (pair.at_odds or pair.agreeing)
        or getter is None
        or getter.meaning is None
        or slot not in _shown(getter, many=False)
    ):
        return None
    times = f"{pair.times.table}.{pair.times.name}" if pair.times is not None else ""
    there = f"{pair.other.table}.{pair.other.name}" if pair.other is not None else f"{link.table}."
    against: OtherSide | None = None
    if pair.how == "same":
        shower = index.getter(link.to)
        needed = {f"{link.to}.{link.to_columns[0]}"}
        if shower is None or there not in _shown(shower, many=False):
            shower = next(
                (t for t in index.toolset.tools if _finds(t, link.to) and there in _shown(t, many=True)), None
            )
            needed.add(f"{link.to}.@name")
        if shower is not None and needed <= _shown(getter, many=False):
            against = OtherSide(pair.how, there, meaning=shower.meaning)
    elif {there, times} - {"", f"{link.table}."} <= _shown(getter, many=True) and getter.meaning.other == link.table:
        against = OtherSide(pair.how, there, times)
    else:
        lister = next((t for t in index.toolset.tools if _lists(t, pair)), None)
        if lister is not None and {there, times} - {"", f"{link.table}."} <= _shown(lister, many=True):
            against = OtherSide(pair.how, there, times, lister.meaning)
    need = Need(getter.meaning, wanted=(slot,), against=against)
    return Comparison(pair, getter, need) if against is not None else None


def _shown(tool: Tool, many: bool) -> set[str]:
    """The slots of a result's record, or of its lists."""
    return {f"{s.table}.{s.column}" for path, s in tool.outputs.items() if not s.use and ("[]" in path) is many}


def _finds(tool: Tool, table: str) -> bool:
    """It finds rows of the table by their name alone."""
    if tool.meaning is None or (tool.meaning.family, tool.meaning.table) != ("find", table):
        return False
    named = {n for n, s in tool.inputs.items() if s.use == "match" and (s.table, s.column) == (table, "@name")}
    return len(named) == 1 and set(tool.parameters.get("required", ())) <= named


def _lists(tool: Tool, pair: Pair) -> bool:
    """It lists the rows that refer to one."""
    meaning, link = tool.meaning, pair.link
    if meaning is None or (meaning.family, meaning.table, meaning.parent) != ("related", link.table, link.to):
        return False
    return {s.table for s in tool.inputs.values() if s.use == "key"} == {link.to}


# ── the walk ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _compared(drawing: "Drawing", choice: Comparison) -> list[Subtask] | None:
    walk, first = drawing.walk, len(drawing.walk.steps)
    asked = _asked(drawing, choice)
    if asked is None or not drawing.may(choice.getter, own(asked.need)):
        return None
    try:
        both = walk.both_sides(asked.need, asked.meant, drawing.may)
    except Taken:
        return None
    walk.known.extend(f for f in asked.known if f not in walk.known)
    drawing.proposer.singled.add(walk.needs)  # what was added up was not read out, row by row
    goal = goal_of(drawing.phrases, drawing.sayings, asked.need, "", drawing.dice)
    part = walk.hold(asked.need, goal, both, first)
    done = _set_right(drawing, choice, asked, both) if not both.agrees else None
    return [part] if done is None else [part, done]


def _asked(drawing: "Drawing", choice: Comparison) -> Proposal | None:
    """A question about one row: one the talk has come to, or one that the user brings along, preferably one that does not agree."""
    table = drawing.maker.catalog.table(choice.pair.column.table)
    drawing.proposer.lean, drawing.proposer.now = 0.9, drawing.walk.needs
    if drawing.client is not None or drawing.dice.random() < _SEEN:
        proposal = drawing.proposer.propose(choice.getter, drawing.walk.memory, drawing.dice)
    else:
        odd = choice.pair.at_odds and (not choice.pair.agreeing or drawing.dice.random() < _AT_ODDS)
        key = drawing.dice.choice(choice.pair.at_odds if odd else choice.pair.agreeing)
        anchor = drawing.maker.anchors.at(table, (str(key),))
        proposal = Proposal(choice.need)
        if anchor is None or (table.display and not sayable(anchor.values.get("@name"))) or not speakable(table):
            return None
        proposal.need = replace(choice.need, mentions=(drawing.proposer.bring(table, anchor, proposal),))
    if proposal is None or len(proposal.need.mentions) != 1 or proposal.need.mentions[0].table != table.name:
        return None
    proposal.need = replace(choice.need, mentions=proposal.need.mentions)
    return proposal


def _set_right(drawing: "Drawing", choice: Comparison, asked: Proposal, both: Held) -> Subtask | None:
    """The copy, or the total, becomes what the other side says, or the other way round; None where no tool sets either, or it is refused."""
    column, other = choice.pair.column, choice.pair.other if choice.pair.how == "same" else None
    mention = Mention(column.table) if drawing.dice.random() < _THAT_ONE else asked.need.mentions[0]
    ways = [(column, mention, both.other)] + ([(other, Mention(other.table), both.one)] if other is not None else [])
    reason = _REASONS[choice.pair.how]
    for side, row, value in ways:
        field = next((f for f in fields(drawing) if f.column == side), None)
        if field is None or (isinstance(value, str) and not value.isprintable()):
            continue
        value = int(value) if side.type == "INTEGER" and isinstance(value, float) and value.is_integer() else value
        done = drawing.attempt(field.tool, change(field, row, Target(value, reason)), refusable=0.0)
        if done is not None:
            return done
    return None


def _readiness(drawing: "Drawing", choice: Comparison) -> float:
    """How readily two sides are compared: those that are known not to agree, and of which one can be set, before others."""
    settable = {f.column for f in fields(drawing)} & {choice.pair.column, choice.pair.other}
    return (4.0 if choice.pair.at_odds else 1.0) * (3.0 if settable else 1.0)
