"""The values that everything else is about.

Frozen, comparable, and nothing but data: they encode to JSON and back without loss (msgspec), know no database, no model and
no stage. Behaviour lives in the packages; `protocols.py` holds the seams between them.

In the order of the work: `tools` and their environment, `needs` (what a request means), `tasks`, `dialogue`, `verdicts`.
"""

from duologue.types.dialogue import Continued, Dialogue, Fault, Fork, Message, Offer, Origin, ToolCall, Turn
from duologue.types.needs import Act, Among, Condition, Mention, Need, OtherSide, Pick
from duologue.types.tasks import (
    Criterion,
    Disclosure,
    Fact,
    PlanStep,
    Proof,
    RowChange,
    Ruling,
    Scenario,
    Subtask,
    Task,
)
from duologue.types.tools import (
    ClockSpec,
    Dialect,
    Environment,
    Fix,
    Guide,
    GuideStep,
    Json,
    Look,
    Meaning,
    Policy,
    Problem,
    Rule,
    Slot,
    Statement,
    Tool,
    Toolset,
    Working,
)
from duologue.types.verdicts import Finding, Verdict

__all__ = [
    "Act",
    "Among",
    "ClockSpec",
    "Condition",
    "Continued",
    "Criterion",
    "Dialect",
    "Dialogue",
    "Disclosure",
    "Environment",
    "Fact",
    "Fault",
    "Finding",
    "Fix",
    "Fork",
    "Guide",
    "GuideStep",
    "Json",
    "Look",
    "Meaning",
    "Mention",
    "Message",
    "Need",
    "Offer",
    "Origin",
    "OtherSide",
    "Pick",
    "PlanStep",
    "Policy",
    "Problem",
    "Proof",
    "RowChange",
    "Rule",
    "Ruling",
    "Scenario",
    "Slot",
    "Statement",
    "Subtask",
    "Task",
    "Tool",
    "ToolCall",
    "Toolset",
    "Turn",
    "Verdict",
    "Working",
]
