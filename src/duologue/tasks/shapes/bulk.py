"""One change for several rows: "set all of them to shipped, except the one from May"; "move them all to Ida Irwin".

A short list is asked for and told in full; then every row of it, or every row but one, gets the same new value, in one request. Every
row that is meant must change by it, so a row that has the value already is the one left out, or there is none such.
"""

from typing import TYPE_CHECKING

from duologue.plans.gist import gist
from duologue.plans.memory import Known
from duologue.plans.rows import Listing, pick_row
from duologue.tasks.goals import goal_of
from duologue.tasks.shapes.common import Field, Target, change, fields, listed, moves, target
from duologue.types import Mention, Need, Pick, Subtask

if TYPE_CHECKING:
    from duologue.tasks.maker import Drawing

__all__ = ["Bulk"]

_EXCEPT = 0.65
"""How often a row is left out where none has to be."""
_LISTS = 4
"""Lists that are looked at for one whose rows can get the same value."""


class Bulk:
    """ "Which orders does she have? … Set them all to shipped, except the last one." """

    name = "bulk"
    weight = 4.0

    def draw(self, drawing: "Drawing") -> list[Subtask] | None:
        """A list, and one request for several changes."""
        choices = fields(drawing, "status", "category", "flag", "date", "measure") + moves(drawing)
        for _ in range(_LISTS if choices else 0):
            mark = drawing.walk.mark()
            field = drawing.dice.choice(choices)
            found = listed(drawing, field, least=2)
            to = _common(drawing, field, found[1]) if found is not None else None
            spared = _spared(drawing, field, found, to) if found is not None and to is not None else None
            if found is not None and to is not None and spared is not None:
                return [found[0], _changed(drawing, field, (found[1], *spared), to)]
            drawing.walk.back_to(mark)
        return None


def _rows(drawing: "Drawing", field: Field, listing: Listing) -> list[Known]:
    memory = drawing.walk.memory
    keys = [memory.key_of(field.slot.table, row) for row in listing.rows]
    return [memory.known[field.slot.table][k] for k in keys if k is not None]


def _common(drawing: "Drawing", field: Field, listing: Listing) -> Target | None:
    """Something new for all of the rows, that few of them are already."""
    rows = _rows(drawing, field, listing)
    held = [r.values.get(field.slot.column) for r in rows]
    if field.other:
        return target(drawing, field, rows[0].values)
    if any(v is None for v in held):
        return None
    if field.column.role in ("measure", "date") and len({str(v) for v in held}) > 1:
        return None  # what differs from row to row is not made one by a word
    found = target(drawing, field, rows[0].values)
    if found is None or sum(1 for v in held if str(v) == str(found.value)) > 1:
        return None
    habits = drawing.proposer.anchors.habits
    fitting = [habits.standing(field.column, r.values) for r in rows] if field.column.role == "status" else []
    return found if all(f is None or found.value in f for f in fitting) else None


def _spared(
    drawing: "Drawing", field: Field, told: tuple[Subtask, Listing], to: Target
) -> tuple[Pick | None, int] | None:
    """How the row that stays as it is is spoken of, and its place (-1: none does); None where one must and can't be."""
    part, listing = told
    rows = _rows(drawing, field, listing)
    same = [i for i, r in enumerate(rows) if not field.other and str(r.values.get(field.slot.column)) == str(to.value)]
    if not same and (len(rows) < 3 or drawing.dice.random() >= _EXCEPT):
        return None, -1
    if len(rows) < 3 or part.need is None:
        return None
    picks = [(p, i) for i in (same or range(len(rows))) for p in _ways(drawing, part.need, listing, i)]
    return drawing.dice.choice(picks) if picks else None


def _changed(drawing: "Drawing", field: Field, what: tuple[Listing, Pick | None, int], to: Target) -> Subtask:
    walk, (listing, pick, spared), first = drawing.walk, what, len(drawing.walk.steps)
    table = field.slot.table
    for i in range(len(listing.rows)):
        if i != spared:
            walk.take(field.tool, change(field, Mention(table, pick=Pick("ordinal", table, value=i + 1)), to).need)
    wish = change(field, Mention(table, pick=pick, each=True), to)
    walk.known.extend(f for f in wish.known if f not in walk.known)
    return walk.accept(
        wish.need, goal_of(drawing.phrases, drawing.sayings, wish.need, "each", drawing.dice), None, first
    )


def _ways(drawing: "Drawing", need: Need, listing: Listing, at: int) -> list[Pick]:
    """How people would single out a row of a list they have just been told: by what was told of it, or by its place."""
    table, last = need.meaning.table, len(listing.rows) - 1
    out = [Pick("ordinal", table, value=1 if at == 0 else -1)] if at in (0, last) else []
    told = {slot for line in gist(need, listing).lines for slot, _ in line.values}
    for slot in sorted(told):
        spec = drawing.proposer.slot(slot)
        column = drawing.proposer.column(spec)
        if column is None or spec.table != table or column.role not in ("status", "category", "date", "measure"):
            continue
        out.append(Pick("where", table, spec.column, listing.rows[at].values.get(slot)))
        kinds = ("max", "min") if column.role == "measure" else ("latest", "earliest") if column.sorts else ()
        out += [Pick(kind, table, spec.column) for kind in kinds if column.role in ("measure", "date")]
    picked = [(p, pick_row(listing.rows, p)) for p in out]
    return [p for p, row in picked if row is not None and row.index == at]
