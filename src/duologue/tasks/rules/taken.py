"""A session's part that meets a decision of the policy, with how the matter goes on."""

from typing import TYPE_CHECKING

from duologue.plans.rulings import as_it_came
from duologue.tasks.rules.occasions import is_supplied, occasion, ruled_tools
from duologue.tasks.rules.ways import way_on
from duologue.types import Subtask

if TYPE_CHECKING:
    from duologue.tasks.drawing import Drawing

__all__ = ["ruled"]

RULES = 5
"""Rules for which a wish is sought before it is given up for now."""
GOES_ON, SUPPLIED = 0.6, 0.9
"""How often a matter that was refused goes on, where there is a way; and where something was asked for that the user can still give."""


def ruled(drawing: "Drawing") -> list[Subtask]:
    """Parts in which a rule decides about a wish, mostly by refusing it; nothing where no such wish comes to mind."""
    for rule, tool in ruled_tools(drawing)[:RULES]:
        mark = drawing.walk.mark()
        found = occasion(drawing, rule, tool)
        part = drawing.attempt(tool, found.wish, refusable=1) if found is not None else None
        if found is None or part is None or part.ruling is None:
            if part is not None and not part.refused:
                return [*found.lead, part] if found is not None else [part]  # written; it stands
            drawing.walk.back_to(mark)
            continue
        drawing.turns["policy"] += not part.refused
        if not part.refused or drawing.dice.random() >= (SUPPLIED if is_supplied(rule, tool) else GOES_ON):
            return [*found.lead, part]
        kind, more = way_on(drawing, tool, found.wish, part.ruling)
        return [*found.lead, as_it_came(part, kind) if kind else part, *more]
    return []
