"""From what a model wrote, and what running it gave, to a task.

Everything that can be derived is: which step builds on which, what fields stand for, the difficulty by the house's definition, and
the machine-checked part of the rubric. What the model says of its own task counts only where nothing else can know.
"""

from collections.abc import Sequence

from msgspec.structs import replace

from duologue.catalog.model import Catalog
from duologue.ids import digest
from duologue.plans.index import ToolIndex
from duologue.plans.placeholders import references
from duologue.tasks.rubric import rubric_of
from duologue.tasks.written.form import Difficulty, WrittenTask
from duologue.tasks.written.given import plain_values
from duologue.tasks.written.ground import Trial, slot_key
from duologue.types import Criterion, Disclosure, Environment, Fact, Json, PlanStep, RowChange, Subtask, Task, Tool

DATA_CHECKS = frozenset({"state", "disclosure", "calls"})
"""Machine checks that need tools which really run."""


class Builder:
    """Builds tasks of one environment."""

    def __init__(self, environment: Environment, catalog: Catalog) -> None:
        self.environment = environment
        self.index = ToolIndex(environment.toolset, catalog)
        self.tools = self.index.by_name

    def plan(self, written: WrittenTask) -> tuple[PlanStep, ...]:
        """The plan, each step after those whose results it uses."""
        return tuple(
            PlanStep(
                s.tool,
                s.arguments,
                tuple(sorted(references(s.arguments))),
                "structural" if s.means and self._reads(s.tool) else "critical",
            )
            for s in written.plan
        )

    def ordered(self, plan: Sequence[PlanStep], trial: Trial) -> tuple[PlanStep, ...]:
        """The plan, with every read of what an earlier step changed after that step."""
        out = []
        for number, step in enumerate(plan):
            reads = set(self.tools[step.tool].reads) if self._reads(step.tool) else set()
            earlier = [n for n in range(1, number + 1) if reads & _tables(trial.changes[n - 1 : n])]
            out.append(replace(step, after=tuple(sorted({*step.after, *earlier}))))
        return tuple(out)

    def _reads(self, name: str) -> bool:
        tool = self.tools.get(name)
        return tool is None or tool.effect == "read"

    def task(
        self,
        written: WrittenTask,
        plan: tuple[PlanStep, ...],
        tells: Sequence[tuple[Disclosure, ...]],
        seen: bool,
    ) -> Task:
        """The task before its proof. `tells`: for each subtask, what must be told."""
        subtasks = tuple(
            Subtask(_plain(part.goal), part.steps, tell=tell)
            for part, tell in zip(written.subtasks, _once(tells), strict=True)
        )
        task = Task(
            id="",
            goal=written.goal.strip(),
            user_role=written.user_role.strip().lower(),
            difficulty=self.difficulty(len(subtasks), plan),
            known=self.known(written, plan),
            subtasks=subtasks,
            plan=plan,
            rubric=self._rubric(written, subtasks, plan, seen),
        )
        return replace(task, id=digest([task.goal, [[s.tool, s.arguments] for s in plan]]))

    def difficulty(self, parts: int, plan: Sequence[PlanStep]) -> Difficulty:
        """As the house defines it: by its size, and hard where a rule with a guard decides about a change."""
        writes = {s.tool for s in plan if not self._reads(s.tool)}
        ruled = any(r.sql and writes and (not r.tools or writes & set(r.tools)) for r in self.environment.policy.rules)
        return "hard" if ruled else size(parts, plan)

    def known(self, written: WrittenTask, plan: Sequence[PlanStep]) -> tuple[Fact, ...]:
        """Known facts, with what they stand for where a call is given them."""
        slots: dict[str, str] = {}
        for step in plan:
            tool = self.tools[step.tool]
            for name, value in step.arguments.items():
                for leaf in plain_values(value):
                    slot = _input_slot(tool, name)
                    if slot:
                        slots.setdefault(_folded(leaf), slot)
        return tuple(Fact(slots.get(_folded(f.value), ""), f.value, f.what) for f in written.known)

    def _rubric(
        self, written: WrittenTask, subtasks: Sequence[Subtask], plan: Sequence[PlanStep], seen: bool
    ) -> tuple[Criterion, ...]:
        lines = list(rubric_of(subtasks, plan, self.index))
        if not seen:  # nothing executes: what only data can decide is for the judge
            lines = [replace(c, check="") if c.check in DATA_CHECKS else c for c in lines]
            lines += [
                Criterion(f"The user is told, as it was returned: {_plain(part.goal)}.", "critical")
                for part in written.subtasks
                if part.tell
            ]
        lines += [Criterion(line.text.strip(), line.kind) for line in written.rubric]
        return tuple(dict.fromkeys(lines))


def size(parts: int, plan: Sequence[PlanStep]) -> Difficulty:
    """Up to two parts are easy where no call is given an earlier one's result, up to four medium, more are hard.

    A look at what a change left behind comes after it, and needs nothing of its result.
    """
    if parts > 4:
        return "hard"
    return "easy" if parts <= 2 and building(plan) is None else "medium"


def building(plan: Sequence[PlanStep]) -> tuple[int, int] | None:
    """The first step that is given a result, and the step whose result it is."""
    pairs = ((number, min(references(s.arguments))) for number, s in enumerate(plan, 1) if references(s.arguments))
    return next(pairs, None)


def _input_slot(tool: Tool, name: str) -> str:
    slot = tool.inputs.get(name)
    if slot is None or not slot.table or not slot.column:
        return ""
    return slot_key(replace(slot, use=""))


def _folded(value: Json) -> str:
    return str(value).strip().casefold()


def _plain(goal: str) -> str:
    return goal.strip().rstrip(".")


def _tables(changes: Sequence[tuple[RowChange, ...]]) -> set[str]:
    return {c.table for made in changes for c in made}


def _once(tells: Sequence[tuple[Disclosure, ...]]) -> list[tuple[Disclosure, ...]]:
    """Each value once, and last of all one that no other says by the way, so that leaving it out shows."""
    seen: set[tuple[str, str]] = set()
    out: list[tuple[Disclosure, ...]] = []
    for tell in tells:
        kept = []
        for one in tell:
            mark = (one.slot, _folded(one.value))
            if mark not in seen:
                seen.add(mark)
                kept.append(one)
        out.append(tuple(kept))
    last = next((i for i in reversed(range(len(out))) if out[i]), None)
    if last is not None:
        out[last] = tuple(sorted(out[last], key=lambda d: len(_folded(d.value))))
    return out
