"""Decisions of the policy that a conversation meets: what counts as one, and of which kinds they are.

A rule with a guard decides about every write of its tools, mostly without anybody noticing. A conversation *meets* a decision where the guard makes
a difference: a change that is asked for is refused, or it goes through for a condition that is met, or it stands on the bound of the rule, so that
moved a little it would be refused. That is found out by asking the guards, and written down with the part of the task (`Subtask.ruling`).
"""

from collections.abc import Iterable, Sequence
from typing import Final

from msgspec.structs import replace

from duologue.types import Ruling, Subtask, Task

__all__ = ["BOUNDARY", "CONDITION", "FORBIDDEN", "KINDS", "OTHER_WAY", "SEVERAL", "as_it_came", "decisions"]

FORBIDDEN: Final = "forbidden"
CONDITION: Final = "condition"
OTHER_WAY: Final = "other way"
SEVERAL: Final = "several"
BOUNDARY: Final = "boundary"

KINDS: Final[dict[str, str]] = {
    FORBIDDEN: "refused, and that is how it stays",
    CONDITION: "goes through once what the rule asks for is given: a fee accepted, an identity shown",
    OTHER_WAY: "refused as asked for; another value goes, or another deed",
    SEVERAL: "more than one rule refuses it",
    BOUNDARY: "just refused, or just let through",
}
"""Kind → what it means. A decision is of one of the first three, or of none where the change simply goes through, and of any of the others."""


def as_it_came(part: Subtask, kind: str) -> Subtask:
    """A refused part, now that it is known how the matter went on: for a condition, or another way."""
    ruling = part.ruling
    if ruling is None:
        return part
    return replace(part, ruling=replace(ruling, kinds=tuple(kind if k == FORBIDDEN else k for k in ruling.kinds)))


def decisions(tasks: Iterable[Task]) -> list[tuple[str, str]]:
    """(rule, kind) of the decisions that tasks meet, each once, in order."""
    rulings: Sequence[Ruling] = [s.ruling for t in tasks for s in t.subtasks if s.ruling is not None]
    return sorted({(rule, kind) for r in rulings for rule in r.rules for kind in r.kinds})
