"""Which part of what a user wants is still open when they end too early.

Asked only once the gate has found that something is: it goes through the same plan with the same eyes (`checks.gate`), and gives the
part instead of a finding, so that the player can be told in the goal's words what to ask for.
"""

from collections.abc import Mapping, Sequence

from duologue.catalog.model import Column
from duologue.checks.reliance import was_told
from duologue.plans.answered import answered
from duologue.plans.match import match_plan
from duologue.plans.trace import trace
from duologue.types import Scenario, Subtask, Toolset, Turn

__all__ = ["open_part"]


def open_part(
    turns: Sequence[Turn], scenario: Scenario, toolset: Toolset, columns: Mapping[str, Column]
) -> Subtask | None:
    """The first part, of all tasks of the scenario, that was neither done nor settled in words; None where none is found."""
    seen = trace(turns, toolset)
    for number, task in enumerate(scenario.tasks):
        for missing in answered(task, match_plan(task.plan, seen, number), seen, number, columns).missing:
            if missing.weight != "critical" or was_told(task, missing.step, number, turns[:-1], columns):
                continue
            part = next((s for s in task.subtasks if missing.step in s.steps), None)
            if part is not None:
                return part
    return None
