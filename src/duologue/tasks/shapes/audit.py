"""Finding what is wrong or missing, and putting it right.

The rows that lack something are asked for, and one or two of them get what they lack; or a list is held against what should be in it:
where its first figure is so far beyond the others that a digit too many must have slipped in, that one is put right, else an entry or
two that the user's own papers say otherwise.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from duologue.plans.rows import Listing
from duologue.tasks.shapes.common import Field, Target, change, fields, listed, pointed_at, target
from duologue.types import Json, Subtask

if TYPE_CHECKING:
    from duologue.tasks.maker import Drawing

__all__ = ["Audit"]

_FAR = 4.0
"""So many times the next figure one is, for it to look wrong."""
_TWO = 0.45
"""How often a second entry is put right."""


class Audit:
    """ "Which customers have no phone number? … Put in 555-0101 for the first." """

    name = "audit"
    weight = 2.0

    def draw(self, drawing: "Drawing") -> list[Subtask] | None:
        """A list of what is incomplete or odd, and its mending."""
        choices = fields(drawing)
        field = drawing.dice.choice(choices) if choices else None
        found = listed(drawing, field, least=2) if field is not None else None
        if field is None or found is None:
            return None
        part, listing = found
        out = [part]
        for at, to in _wrong(drawing, field, listing):
            mention = pointed_at(drawing, field.slot.table, found, at)
            done = drawing.attempt(field.tool, change(field, mention, to)) if mention is not None else None
            if done is None or drawing.refused:
                return out if len(out) > 1 and not drawing.refused else None
            out.append(done)
            if drawing.dice.random() >= _TWO:
                break
        return out if len(out) > 1 else None


def _wrong(drawing: "Drawing", field: Field, listing: Listing) -> list[tuple[int, Target]]:
    """Entries of a list that are to be put right, and what they should be."""
    held = [r.values.get(field.key) for r in listing.rows]
    missing = [i for i, v in enumerate(held) if v is None]
    if missing:
        known = [(i, _known(drawing, field, listing, i)) for i in missing[:2]]
        fresh = ((i, drawing.proposer.edits.fresh(field.column, drawing.dice, row)) for i, row in known)
        return [(i, Target(v, "missing")) for i, v in fresh if v is not None]
    odd = _odd(held) if field.column.role == "measure" else None
    if odd is not None:
        return [odd]
    rows = drawing.dice.sample(range(len(held)), 2)
    found = ((i, _of(drawing, field, listing, i)) for i in rows)
    return [(i, to) for i, to in found if to is not None]


def _of(drawing: "Drawing", field: Field, listing: Listing, at: int) -> Target | None:
    row = _known(drawing, field, listing, at)
    return target(drawing, field, row) if row else None


def _known(drawing: "Drawing", field: Field, listing: Listing, at: int) -> Mapping[str, Json]:
    """What is known of a row of the list."""
    memory = drawing.walk.memory
    key = memory.key_of(field.slot.table, listing.rows[at])
    return memory.known[field.slot.table][key].values if key is not None else {}


def _odd(held: list[Json]) -> tuple[int, Target] | None:
    """The one figure that is far beyond the others, without the digit too many."""
    figures = sorted((v for v in held if isinstance(v, int | float) and not isinstance(v, bool)), reverse=True)
    if len(figures) < len(held) or len(figures) < 3 or figures[1] <= 0 or figures[0] < _FAR * figures[1]:
        return None
    meant = figures[0] / 10
    value: Json = int(meant) if isinstance(figures[0], int) else round(meant, 2)
    return (held.index(figures[0]), Target(value, "odd")) if value else None
