"""Decisions of the policy that a conversation meets: what counts as one, and of which kinds they are.

A rule with a guard decides about every write of its tools, mostly without anybody noticing. A conversation *meets* a decision where the guard makes
a difference: a change that is asked for is refused, or it goes through for a condition that is met, or it stands on the bound of the rule, so that
moved a little it would be refused. That is found out by asking the guards, and written down with the part of the task (`Subtask.ruling`).
"""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from msgspec.structs import replace

from duologue.plans.ways import error_kind
from duologue.types import Rule, Ruling, Subtask, Task

__all__ = [
    "BOUNDARY",
    "CONDITION",
    "FORBIDDEN",
    "KINDS",
    "OTHER_WAY",
    "SEVERAL",
    "as_it_came",
    "decisions",
    "in_words",
    "rule_of",
]

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


# ── a rule in words ──────────────────────────────────────────────────────────────────────────────────────────────────────

_PARTS: Final = re.compile(r"(?<=[;:])\s+")
_TO_THE_ASSISTANT: Final = re.compile(
    r"(?:and |so |then |but |only |otherwise |instead |always |first |never |please )*"
    r"(?:do|don't|never|always|otherwise|say|ask|tell|offer|hand|wait|check|confirm|give|take|let|make|enter|explain|name|pass|refer|transfer|escalate|read|note|open|"
    r"send|keep|see|use|look|record|state|quote|warn|inform|put|refuse|mention|point|remind|verify|promise|book|route|raise|quote|log|walk|find|apply|"
    r"follow|include|leave|move|add|set|stay|treat|decline|show|get|call|request|report)\b",
    re.IGNORECASE,
)
_YOU: Final = re.compile(r"\b(?:you|your|yourself|the (?:assistant|agent)|never say|caller's)\b", re.IGNORECASE)


def rule_of(rules: Iterable[Rule], tool: str, kind: str) -> Rule | None:
    """The rule that an error of this kind (in letters only) of a tool comes from; None where it comes from no rule."""
    for rule in rules:
        own = rule.problem.type if rule.problem is not None and rule.sql and tool in rule.tools else ""
        if own and error_kind({"type": own}) == kind:
            return rule
    return None


def in_words(rule: Rule) -> str:
    """A rule as somebody may be told it: in the words it has for that, or without what it asks of the assistant only. Empty where nothing else is
    left, or where it speaks to the assistant throughout."""
    if rule.said:
        return rule.said
    first, *more = _PARTS.split(rule.text.strip())
    if _TO_THE_ASSISTANT.match(first) or _YOU.search(first):
        return ""
    kept = [first]
    for part in more:
        if _TO_THE_ASSISTANT.match(part) or _YOU.search(part):
            break
        kept.append(part)
    return " ".join(kept).rstrip(";:,. ") + "."
