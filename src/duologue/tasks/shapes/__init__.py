"""Shapes of tasks: parts that hang together in a way people know ("if it is under 20, reorder"), instead of being drawn one by one.

A shape takes parts on the walk like the free drawing does, so that everything it builds on was really returned, and the same proof
holds for it. What makes it that shape stands in the goals of its parts.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

from duologue.tasks.shapes.amend import Instead, Undo
from duologue.tasks.shapes.audit import Audit
from duologue.tasks.shapes.budget import Budget
from duologue.tasks.shapes.bulk import Bulk
from duologue.tasks.shapes.choose import Choose
from duologue.tasks.shapes.conditional import Conditional, Decided
from duologue.tasks.shapes.gaps import Gaps
from duologue.tasks.shapes.reconcile import Reconcile, comparable
from duologue.types import Subtask

if TYPE_CHECKING:
    from duologue.tasks.maker import Drawing

__all__ = ["OCCASIONS", "SHAPES", "Shape"]


class Shape(Protocol):
    """A way in which parts of a task hang together."""

    name: str
    weight: float
    """How early it is tried beside the others: what there is seldom occasion for comes before what there always is."""

    def draw(self, drawing: "Drawing") -> list[Subtask] | None:
        """The parts of a task, taken on the walk; None where this environment, or what was seen of it so far, has no
        occasion for it. What was read is forgotten then; so there must be nothing written yet. Raises `Taken` like the walk."""


SHAPES: tuple[Shape, ...] = (
    Audit(),
    Conditional(),
    Decided(),
    Bulk(),
    Undo(),
    Instead(),
    Choose(),
    Gaps(),
    Budget(),
    Reconcile(),
)
"""All shapes, each with its weight."""

OCCASIONS: dict[str, Callable[["Drawing"], Sequence[object]]] = {"reconcile": comparable}
"""What a shape needs of an environment, where that is found out once: where there is nothing, it is never tried."""
