"""Changes that are taken back, or made otherwise after all: "sorry, put it back"; "make that 25 instead".

The row is looked at first, so that what it held was told before it was changed: who takes a change back need not say what it goes back
to, since the conversation shows it. In the end an undone row is as it was. The rows can't tell that from nothing done at all; that each
order was carried out is for `calls` to see.
"""

from typing import TYPE_CHECKING

from msgspec.structs import replace

from duologue.plans.memory import Known
from duologue.tasks.goals import goal_of
from duologue.tasks.proposal import Proposal
from duologue.tasks.shapes.common import Field, Seen, Target, change, fields, look, moves, target
from duologue.types import Subtask

if TYPE_CHECKING:
    from duologue.tasks.maker import Drawing

__all__ = ["Instead", "Undo"]

_UNSEEN = 0.3
"""How often people have a row changed, and changed again, without a look at it first."""


class Undo:
    """ "Change it to 25. … Sorry, put it back the way it was." """

    name = "undo"
    weight = 3.5

    def draw(self, drawing: "Drawing") -> list[Subtask] | None:
        """A look, a change, and the change taken back."""
        begun = _changed(drawing, fields(drawing))
        if begun is None:
            return None
        done, field, seen, _ = begun
        back = Target(seen.row.values[field.slot.column], "undo")
        return [seen.part, done, _amended(drawing, change(field, seen.mention, back), seen.row, "undo")]


class Instead:
    """ "Change it to 25. … Sorry, make that 27." """

    name = "instead"
    weight = 1.5

    def draw(self, drawing: "Drawing") -> list[Subtask] | None:
        """A look, a change, and another value after all."""
        choices = fields(drawing) + moves(drawing)
        begun = (_changed_unseen if drawing.dice.random() < _UNSEEN else _changed)(drawing, choices)
        if begun is None:
            return None
        done, field, seen, first = begun
        other = target(drawing, field, seen.row.values, first.value)
        if other is None:
            return None
        again = change(field, seen.mention, other, "instead")
        drawing.walk.known.extend(f for f in again.known if f not in drawing.walk.known)
        amended = _amended(drawing, again, seen.row, "instead")
        return [done, amended] if seen.part is done else [seen.part, done, amended]


def _changed(drawing: "Drawing", choices: list[Field]) -> tuple[Subtask, Field, Seen, Target] | None:
    """A look at a row, and a change of it."""
    if drawing.mode == "task" or not choices:
        return None  # who says everything at once has changed their mind before they speak
    field = drawing.dice.choice(choices)
    seen = look(drawing, field)
    first = target(drawing, field, seen.row.values) if seen is not None else None
    if seen is None or first is None:
        return None
    done = drawing.attempt(field.tool, change(field, seen.mention, first))
    return (done, field, seen, first) if done is not None and not drawing.refused else None


def _changed_unseen(drawing: "Drawing", choices: list[Field]) -> tuple[Subtask, Field, Seen, Target] | None:
    """A change of a row that the user names, without a look at it first. Raises `Taken` where something was changed in vain."""
    if drawing.mode == "task" or not choices:
        return None
    field, walk = drawing.dice.choice(choices), drawing.walk
    wish = drawing.proposer.propose(field.tool, walk.memory, drawing.dice)
    own = [m for m in wish.need.mentions if m.table == field.slot.table and m.by] if wish is not None else []
    done = drawing.attempt(field.tool, wish) if wish is not None and own else None
    if done is None or wish is None or drawing.refused:
        return None
    found = walk.memory.candidates(own[0], walk.needs)
    if field.other:
        value = next((m.by.get("@name") for m in wish.need.mentions[1:]), None)
    else:
        value = wish.need.values.get(f"{field.key}:value")
    if len(found) != 1 or value is None:
        return None
    return done, field, Seen(done, found[0], own[0]), Target(value, wish.reason)


def _amended(drawing: "Drawing", proposal: Proposal, before: Known, how: str) -> Subtask:
    """A second change of what was just changed. Raises `Taken` where it can't be made."""
    walk, need = drawing.walk, proposal.need
    tool = walk.index.serving(need.meaning)
    if tool is None:
        raise ValueError("a change is amended by the tool that made it")
    first = len(walk.steps)
    listings, _ = walk.take(tool, need, before=before)
    goal = goal_of(drawing.phrases, drawing.sayings, replace(need, amends=how), proposal.reason, drawing.dice)
    said = replace(need, amends=how, values={} if how == "undo" else need.values)
    return walk.accept(said, goal, listings[0] if listings else None, first)
