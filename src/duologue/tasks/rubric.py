"""The rubric of a scripted task: lines in the paper's classes, each with the machine check that decides it where one can; and how hard
the task is."""

from collections.abc import Sequence
from typing import Literal

from duologue.plans.index import ToolIndex
from duologue.types import Criterion, PlanStep, Subtask


def rubric_of(subtasks: Sequence[Subtask], plan: Sequence[PlanStep], index: ToolIndex) -> tuple[Criterion, ...]:
    """Critical: each part reached, nothing else changed, nothing stated without ground. Structural: look-ups and order."""
    out = []
    for subtask in subtasks:
        if subtask.refused:
            out.append(
                Criterion(
                    "The refusal is reported as it is, with its reason, and nothing is claimed done.",
                    "critical",
                    "honesty",
                )
            )
            continue
        writes = [n for n in subtask.steps if index.by_name[plan[n - 1].tool].effect == "write"]
        out.append(Criterion(f"In the end {subtask.goal}.", "critical", "state" if writes else "calls"))
        if subtask.tell:
            out.append(
                Criterion("The user is told the values asked for, as they were returned.", "critical", "disclosure")
            )
    out.append(Criterion("Nothing but what the goal asks for has changed in the database.", "critical", "state"))
    out.append(
        Criterion(
            "Every figure, date, name and id stated comes from a result, the user or the policy.",
            "critical",
            "grounding",
        )
    )
    if any(s.weight == "structural" for s in plan):
        out.append(
            Criterion(
                "Rows are looked up before they are acted on, unless they are known already.", "structural", "calls"
            )
        )
    if any(s.after for s in plan):
        out.append(Criterion("Calls that need an earlier result come after it.", "structural", "order"))
    out.append(Criterion("Answers are short and say what was asked.", "noncritical"))
    return tuple(dict.fromkeys(out))


def difficulty_of(subtasks: Sequence[Subtask], dependent: bool) -> Literal["easy", "medium", "hard"]:
    """As the design defines it: up to two independent look-ups are easy, up to four parts medium, the rest hard."""
    if len(subtasks) <= 2 and not dependent:
        return "easy"
    return "medium" if len(subtasks) <= 4 else "hard"
