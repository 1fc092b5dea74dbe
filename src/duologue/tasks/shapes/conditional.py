"""Changes that hang on how things stand: "if it's under 20, set it to 50, otherwise leave it".

Spoken at once, the condition is the assistant's to look into (`Conditional`): where it holds the change is made, where it fails nothing is,
and either way the user hears how things stand. Or the user asks first, hears, and decides (`Decided`): then the change is asked for
with what was heard as its reason, or never.

What is asked of a figure or a date is a line it should not fall short of, or not go beyond, and the new value lies on the right side of it;
of a state, whether it is still (or already) that. What a hand-written tool does to a row ("cancel the order") hangs on how the row stands: whether it is still
as it was, or has come to its end meanwhile.
"""

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING

from msgspec.structs import replace

from duologue.catalog.model import Column
from duologue.ids import rng
from duologue.language.conditions import holds, when
from duologue.tasks.goals import goal_of
from duologue.tasks.moments import day_of
from duologue.tasks.proposal import Proposal
from duologue.tasks.shapes.common import Field, Target, change, fields, is_deed, look, target
from duologue.tasks.shapes.deeds import asked as asked_of
from duologue.tasks.shapes.deeds import can_be_done, deeds, standing_of
from duologue.tasks.walk import Taken
from duologue.types import Condition, Disclosure, Fact, Json, Subtask

if TYPE_CHECKING:
    from duologue.tasks.maker import Drawing

__all__ = ["Conditional", "Decided"]

_HOLDS = 0.55
"""How often the condition is drawn so that it holds."""
_DEED = "conditional deed"
_DEEDS = 0.4
"""How often what can be done to a row is asked for under a condition, once in a session, where nothing can be set."""
_LOOKS = 4
"""Rows that are looked at for one that the question makes sense of."""


class Conditional:
    """ "If there are fewer than 20 left, set it to 50; otherwise leave it." """

    name = "conditional"
    weight = 3.0

    def draw(self, drawing: "Drawing") -> list[Subtask] | None:
        """One part: a look, and the change where the condition holds."""
        choices = _choices(drawing, fields(drawing))
        for _ in range(_LOOKS if choices else 0):
            mark = drawing.walk.mark()
            try:
                part = self._drawn(drawing, drawing.dice.choice(choices))
            except Taken:
                part = None
            if part is not None:
                drawing.turns[_DEED] += part.need is not None and part.need.meaning.family == "act"
                return [part]
            drawing.walk.back_to(mark)
        return None

    def _drawn(self, drawing: "Drawing", field: Field) -> Subtask | None:
        getter = drawing.walk.index.getter(field.slot.table)
        if getter is None:
            return None
        if is_deed(field):
            asked = asked_of(drawing, field, getter, drawing.dice.random() < _HOLDS)
        else:
            asked = drawing.proposer.propose(getter, drawing.walk.memory, drawing.dice)
        if asked is None or len(asked.need.mentions) != 1 or not drawing.may(getter, asked.need):
            return None
        walk, first = drawing.walk, len(drawing.walk.steps)
        row = walk.find(asked.need.mentions[0], asked.meant)
        if row is None or field.slot.column not in row.values:
            walk.take(getter, asked.need, asked.meant)
            row = walk.find(asked.need.mentions[0], asked.meant)
        shown = row.source(field.slot.column) - walk.first if row is not None else 0
        if row is None or shown <= first:
            return None  # it was shown before, so there is nothing to look up
        current = row.values.get(field.slot.column)
        drawn = drawn_condition(drawing, field, row.values)
        if drawn is None:
            return None
        return self._part(drawing, field, asked, (*drawn, Disclosure(current, field.key, shown)), first)

    def _part(
        self, drawing: "Drawing", field: Field, asked: Proposal, drawn: tuple[Condition, Json, Disclosure], first: int
    ) -> Subtask:
        walk, (condition, value, told) = drawing.walk, drawn
        wish = change(field, asked.need.mentions[0], Target(value, ""))
        if holds(condition, told.value):
            walk.take(field.tool, wish.need, asked.meant)
            made = walk.steps[-1]
            walk.steps[-1] = replace(made, after=tuple(sorted({*made.after, told.step})))
        said = replace(wish.need, when=condition)
        facts = [*asked.known, Fact(field.key, condition.value, field.column.label), *wish.known]
        walk.known.extend(f for f in facts if f not in walk.known)
        goal = goal_of(drawing.phrases, drawing.sayings, said, "", drawing.dice)
        return replace(walk.accept(said, goal, None, first), tell=(told,))


class Decided:
    """ "How many are left? … That's below 20, so set it to 50." """

    name = "decided"
    weight = 3.0

    def draw(self, drawing: "Drawing") -> list[Subtask] | None:
        """A look, and the change, with what was heard as its reason."""
        choices = _choices(drawing, fields(drawing, "measure"))
        field = drawing.dice.choice(choices) if choices and drawing.mode != "task" else None
        if field is None:
            return None
        seen = standing_of(drawing, field) if is_deed(field) else look(drawing, field)
        if seen is None:
            return None
        drawn = drawn_condition(drawing, field, seen.row.values, certain=True)
        if drawn is None:
            return None
        condition, value = drawn
        wish = change(field, seen.mention, Target(value, ""))
        wish.known += [] if is_deed(field) else [Fact(field.key, condition.value, field.column.label)]
        done = drawing.attempt(field.tool, wish, 0.0) if is_deed(field) else drawing.attempt(field.tool, wish)
        if done is None or drawing.refused:
            return None
        drawing.turns[_DEED] += is_deed(field)
        reason = when(drawing.phrases, condition, field.slot.table, still=is_deed(field))
        return [seen.part, replace(done, goal=f"{done.goal}, because {reason}")]


def _choices(drawing: "Drawing", settable: list[Field]) -> list[Field]:
    """What can be set, and what can be done to a row; what people seldom come up with, seldom."""
    own = deeds(drawing) if not drawing.turns[_DEED] else []
    own = [f for f in own if f.tool.weight >= 1 or drawing.dice.random() < f.tool.weight]
    return settable + own if own and (settable or drawing.dice.random() < _DEEDS) else settable


def drawn_condition(
    drawing: "Drawing", field: Field, row: Mapping[str, Json], certain: bool = False
) -> tuple[Condition, Json] | None:
    """A condition on what a row holds, and the new value for where it holds; None where nothing sensible can be asked of it."""
    current = row.get(field.slot.column)
    if current is None:
        return None
    if is_deed(field):
        return _state(drawing, field, current, certain)
    wanted = certain or drawing.dice.random() < _HOLDS
    if field.column.role == "measure":
        return _figure(drawing, field, current, wanted)
    if field.column.role == "date" and drawing.proposer.edits.plans(field.column):
        return _day(drawing, field, current, wanted)
    return _still(drawing, field, row, wanted)


def _state(drawing: "Drawing", field: Field, current: Json, certain: bool) -> tuple[Condition, Json] | None:
    """Whether something can still be done: the row is as it is now, or, where it is too late, as it was some time before."""
    able = can_be_done(drawing, field)
    if current in able:
        return Condition(field.key, "is", current), None
    return None if certain else (Condition(field.key, "is", drawing.dice.choice(able)), None)


def _still(drawing: "Drawing", field: Field, row: Mapping[str, Json], wanted: bool) -> tuple[Condition, Json] | None:
    """Whether it is still what the user has on their papers, and something new for then."""
    current, found = row.get(field.slot.column), target(drawing, field, row)
    if found is None:
        return None
    if wanted:
        return Condition(field.key, "is", current), found.value
    third = target(drawing, field, row, found.value)
    return (Condition(field.key, "is", third.value), found.value) if third is not None else None


def _figure(drawing: "Drawing", field: Field, current: Json, wanted: bool) -> tuple[Condition, Json] | None:
    """A line of two digits at most, on one side of the figure or the other, and a new figure on the line or beyond."""
    if isinstance(current, bool) or not isinstance(current, int | float) or current <= 0:
        return None
    dice = rng(drawing.dice.getrandbits(32), "line")
    test = dice.choice(("below", "below", "above"))
    up = (test == "below") == wanted
    line = _rounded(current * (dice.uniform(1.1, 1.6) if up else dice.uniform(0.5, 0.9)), current)
    value = _rounded(line * (dice.uniform(1.0, 1.5) if test == "below" else dice.uniform(0.6, 1.0)), current)
    condition = Condition(field.key, test, line)
    sizes = drawing.proposer.edits.sizes(field.column)
    if sizes:  # a price that is 0.99 or 1.99 does not become 1.70
        beyond = [v for v in sizes if (v >= line if test == "below" else v <= line) and v != current]
        value = dice.choice(beyond) if beyond else current
    least, most = field.column.least, field.column.most
    usual = all(isinstance(v, int | float) for v in (least, most)) and least <= value <= most
    good = value >= line if test == "below" else value <= line
    right = holds(condition, current) is wanted and line > 0 and value > 0
    return (condition, value) if usual and good and right and value != current else None


def _rounded(value: float, like: Json) -> Json:
    size = 10 ** max(0, len(str(int(abs(value)))) - 2)
    if isinstance(like, float) and not like.is_integer() and value < 20:
        return round(value, 1)
    whole = int(value // size * size)
    return whole if isinstance(like, int) else float(whole)


def _day(drawing: "Drawing", field: Field, current: Json, wanted: bool) -> tuple[Condition, Json] | None:
    """A day that something planned should not come before, and the new day: that one or a little later."""
    day = day_of(current, field.column)
    if day is None or not field.column.sorts or _timed(field.column, current):
        return None
    away, edits = drawing.dice.choice((2, 3, 5, 7, 10)), drawing.proposer.edits
    line = edits.write(day + datetime.timedelta(days=away if wanted else -away), field.column, current)
    later = day + datetime.timedelta(days=away + drawing.dice.choice((0, 0, 1, 2, 7)))
    value = edits.write(later, field.column, current)
    if line is None or value is None:
        return None
    return Condition(field.key, "below", line), value


def _timed(column: Column, value: Json) -> bool:
    """It holds a time of day that says something."""
    return column.format == "datetime" and str(value)[11:16] not in ("", "00:00")
