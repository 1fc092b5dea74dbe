"""Tasks: a goal with its plan, its rubric and its proof; several of them make a scenario."""

from typing import Literal

from msgspec import Struct, field

from duologue.types.needs import Mention, Need
from duologue.types.tools import ClockSpec, Json


class Fact(Struct, frozen=True, omit_defaults=True):
    """A value with what it means: `slot` is `table.column`."""

    slot: str
    value: Json
    label: str = ""


class PlanStep(Struct, frozen=True, omit_defaults=True):
    """One expected call. An argument `"$2.rows[0].order_id"` is the value at that path of the result of step 2 (1-based)."""

    tool: str
    arguments: dict[str, Json]
    after: tuple[int, ...] = ()
    """Steps (1-based) whose results it uses, or whose effects it needs."""
    weight: Literal["critical", "structural"] = "critical"
    """structural: a means (a look-up); another way to the same end is fine."""
    bound: dict[str, Json] = field(default_factory=dict)
    """What the placeholders stood for when the task was proven (filled in by the proof)."""
    own: bool = False
    """The user makes it, with a tool of their own."""


class Disclosure(Struct, frozen=True, omit_defaults=True):
    """A value the user must be told once `step` (1-based) has run."""

    value: Json
    slot: str = ""
    step: int = 0


class RowChange(Struct, frozen=True, omit_defaults=True):
    """One row before and after. `key` identifies it (primary key, or `rowid`); `before` is None for an insert, `after` for a
    delete; for an update both hold only the columns that differ."""

    table: str
    op: Literal["insert", "update", "delete"]
    key: dict[str, Json]
    before: dict[str, Json] | None = None
    after: dict[str, Json] | None = None


class Ruling(Struct, frozen=True, omit_defaults=True):
    """What the policy decides about the change that a part asks for."""

    rules: tuple[str, ...]
    """Ids of the rules that decide: those that refuse it, or on whose bound it stands, or whose condition it meets."""
    kinds: tuple[str, ...]
    """How they decide, by the names in `plans.rulings`."""
    tool: str = ""
    """Of a change that is refused: the call that must not go through."""
    arguments: dict[str, Json] = field(default_factory=dict)


class Subtask(Struct, frozen=True, omit_defaults=True):
    """One part of a goal: what is wanted, the plan steps that get it (1-based), and what must be told."""

    goal: str
    steps: tuple[int, ...] = ()
    need: Need | None = None
    tell: tuple[Disclosure, ...] = ()
    refused: str = ""
    """Why it can't be had, in the words of the rule that refuses it; empty where it can. Nothing may change then."""
    ruling: Ruling | None = None
    """What the policy decides about it; None where no rule with a guard does, or where none comes near to it."""


class Criterion(Struct, frozen=True, omit_defaults=True):
    """A line of the rubric, in the paper's classes. `check` names the machine check that decides it, empty for a judge."""

    text: str
    kind: Literal["critical", "structural", "noncritical"]
    check: str = ""


class Proof(Struct, frozen=True, omit_defaults=True):
    """What running the task showed: gold passed, doing nothing failed, and which check killed each spoiled plan."""

    gold: bool
    noop: bool
    mutations: dict[str, str] = field(default_factory=dict)
    """Mutation → the check that failed it; empty where it survived."""
    spared: dict[str, str] = field(default_factory=dict)
    """Variation that spoils nothing → the check that wrongly objected to it; empty where it passed, as it must."""


class Task(Struct, frozen=True):
    """A goal with its proof. `known` is what the user may say; `hidden` must be found out."""

    id: str
    goal: str
    user_role: str = "staff"
    difficulty: Literal["easy", "medium", "hard"] = "easy"
    known: tuple[Fact, ...] = ()
    hidden: tuple[Fact, ...] = ()
    subtasks: tuple[Subtask, ...] = ()
    plan: tuple[PlanStep, ...] = ()
    target: tuple[RowChange, ...] = ()
    """Net row changes; a value `{"$any": "clock"}` depends on the moment and is not compared."""
    rubric: tuple[Criterion, ...] = ()
    proof: Proof | None = None
    shape: str = ""
    """How its parts hang together, by the names in `tasks.shapes`; empty = they were drawn one by one."""
    speaker: Mention | None = None
    """The row that the user is, where they speak for themselves; None = somebody at the desk."""
    user_tools: tuple[str, ...] = ()
    """Tools of their own that the user has here (`Toolset.own`)."""
    own: dict[str, Json] = field(default_factory=dict)
    """Parameter → value of what is theirs, in every call of these: nobody says it."""


class Scenario(Struct, frozen=True, omit_defaults=True):
    """What one conversation is about: tasks in order, each starting from the state the one before leaves."""

    id: str
    tasks: tuple[Task, ...]
    clock: ClockSpec
    seed: int
    mode: Literal["user", "task"] = "user"
    order: tuple[tuple[int, int], ...] = ()
    """The order in which the parts may also be asked for, (task, part) each: a switch to another concern and back. The same comes
    back in it as in the order of the tasks. Empty = only in that order."""
