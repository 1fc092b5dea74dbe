"""Further tasks for a conversation that is there: drawn from the state it has led to, and by preference about what came back in it.

They are drawn and proven as those of any scenario, but for where they begin: the walk remembers what the conversation has shown and told,
has made the calls it made, and each session is opened behind these calls. To the proofs, all that was done before is one earlier task
whose plan are the calls themselves.
"""

from collections import Counter
from collections.abc import Container, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from duologue.environment import net_changes
from duologue.errors import StageError
from duologue.ids import digest, rng
from duologue.plans.memory import Memory
from duologue.plans.placeholders import escape
from duologue.tasks.clients import speaking
from duologue.tasks.drawing import Drawing
from duologue.tasks.edits import Edits
from duologue.tasks.maker import ScriptedTasks
from duologue.tasks.needs import Proposer
from duologue.tasks.walk import Walk
from duologue.types import Disclosure, Json, PlanStep, RowChange, Scenario, Task, Tool, ToolCall

__all__ = ["Beginning", "Done", "further", "grows", "history"]

GROWING = 6
"""Drafts of a task of which one that grows out of what came back before is taken, where there is one."""
NOVEL = 24
"""Drafts of the first task of which one that takes a new tool is taken, where there is one."""
FAVOUR = 8.0
"""How much more readily a new tool is thought of."""


class Done(Struct, frozen=True):
    """A call that was carried out, and what it changed."""

    call: ToolCall
    failed: bool = False
    changes: tuple[RowChange, ...] = ()
    result: Json = None


class Beginning(Struct, frozen=True):
    """What a conversation has come to."""

    scenario: Scenario
    """Its tasks, all of them settled; its clock and its seed."""
    memory: Memory
    """What results have shown. It is written on."""
    told: tuple[Disclosure, ...]
    """Names and numbers that were said aloud."""
    needs: int
    """Requests made."""
    turns: int
    done: tuple[Done, ...]
    tools: frozenset[str] = frozenset()
    """Tools that are new, by name: what they are good for is asked for first."""


def further(maker: ScriptedTasks, begun: Beginning, n: int, used: Container[str], seed: int) -> Scenario:
    """The scenario with up to `n` new tasks behind those it has. `used`: as for `ScriptedTasks.scenario`.

    Raises `StageError` (stage `tasks`) where no new, proven task could be found.
    """
    scenario = begun.scenario
    before = history(scenario.tasks, begun.done)
    walk = Walk(maker.catalog, maker.index, maker.prover.session_after([before], scenario.clock), maker.recall)
    try:
        _taken_up(walk, begun)
        edits = Edits(maker.anchors, scenario.clock.start, maker.index.days)
        drawing = Growing(maker, walk, Proposer(maker.catalog, maker.index, maker.anchors, edits), scenario.clock)
        drawing.mode, drawing.tools = scenario.mode, begun.tools
        drawing.dice = rng(seed, "further")
        speaker = scenario.tasks[0].speaker if scenario.tasks else None
        drawing.client = drawing.proposer.client = speaking(speaker, maker.catalog, maker.anchors, begun.memory)
        new: list[Task] = []
        while len(new) < n:
            task = drawing.task(used, [before, *new], len(scenario.tasks) + len(new))
            if task is None:
                break
            new.append(task)
    finally:
        walk.session.close()
    if not new:
        raise StageError("tasks", "no new task could be drawn", ", ".join(drawing.reasons) or "nothing to ask for")
    kept = sum(len(t.subtasks) for t in scenario.tasks)
    order = scenario.order if len(scenario.order) == kept else ()
    parts = ((len(scenario.tasks) + t, p) for t, task in enumerate(new) for p in range(len(task.subtasks)))
    tasks = (*scenario.tasks, *new)
    return replace(
        scenario,
        id=digest([scenario.id, [t.id for t in tasks], seed]),
        tasks=tasks,
        order=(*order, *parts) if order else (),
    )


class Growing(Drawing):
    """Draws tasks that go on about what came back before, where it can."""

    earlier: list[Task]
    tools: frozenset[str] = frozenset()
    """Tools that are new."""

    def task(self, used: Container[str], earlier: list[Task], number: int) -> Task | None:
        """As any drawing does."""
        self.earlier = earlier
        return super().task(used, earlier, number)

    def _draft(self, number: int) -> Task | None:
        mark, told = self.walk.mark(), self.walk.memory.told
        novel = bool(self.tools) and len(self.earlier) == 1
        for draw in range(NOVEL if novel else GROWING):
            draft = super()._draft(number)
            fits = draft is not None and (draw >= GROWING - 1 or grows(draft, told))
            if draft is not None and fits and (not novel or any(step.tool in self.tools for step in draft.plan)):
                return draft
            self.walk.rewind(mark, self._session(self.earlier))
        return super()._draft(number)

    def _weight(self, tool: Tool, used: Counter[str], begun: bool, second: bool) -> float:
        favour = FAVOUR if tool.name in self.tools and not used[tool.name] else 1.0
        return favour * super()._weight(tool, used, begun, second)


def grows(task: Task, told: Mapping[str, tuple[Json, ...]]) -> bool:
    """A part of it is about a row that was named before (`told`: as a memory keeps it), or the first points back at what was listed."""
    own = task.speaker.by if task.speaker is not None else {}
    needs = [part.need for part in task.subtasks if part.need is not None]
    if needs and any(not m.by for m in needs[0].mentions):
        return True
    named = [(m.table, name) for need in needs for m in need.mentions if m.by != own for name in m.by.values()]
    return any(name in told.get(table, ()) or name in told.get(f"{table}#", ()) for table, name in named)


def history(tasks: Sequence[Task], done: Sequence[Done]) -> Task:
    """All that was done before, for these tasks, as one task."""
    plan = tuple(PlanStep(d.call.name, escape(d.call.arguments), weight="structural", own=d.call.own) for d in done)
    marked = [c for t in tasks for c in t.target]
    changes = net_changes(c for d in done for c in d.changes)
    return Task("", "", plan=plan, target=(*marked, *changes))


def _taken_up(walk: Walk, begun: Beginning) -> None:
    """The walk as it would be, had it led here."""
    walk.memory, walk.needs, walk.taken = begun.memory, begun.needs, begun.turns
    walk.remember_told(begun.told)
    for done in begun.done:
        tool = walk.index.by_name.get(done.call.name)
        if tool is not None:
            walk.repeat(tool, done.call.arguments, done.failed)
