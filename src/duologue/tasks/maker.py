"""Scenarios from rules: tasks sampled over what tools give and what tools need (stages C, F and H).

A task is drawn by walking: choose a tool, choose whom or what it should be about, execute it, and go on from what came back.
The later tasks of a scenario start from the state and the results the earlier ones leave. Every task is proven before it
counts; one that fails its proof is drawn again.
"""

from collections import Counter
from collections.abc import Callable, Container, Mapping
from typing import Any, TypeVar

from msgspec.structs import replace

from duologue.catalog.model import Catalog
from duologue.environment import Image, open_session
from duologue.errors import StageError
from duologue.ids import derive_seed, digest, rng
from duologue.plans.guides import TROUBLE
from duologue.plans.index import ToolIndex
from duologue.protocols import Tried
from duologue.tasks.anchors import Anchors
from duologue.tasks.before import together
from duologue.tasks.clock import scenario_clock
from duologue.tasks.drawing import Drawing
from duologue.tasks.edits import Edits
from duologue.tasks.guided import SHARE as TROUBLES
from duologue.tasks.guided import guided, troubles
from duologue.tasks.needs import Proposer
from duologue.tasks.prove import Prover, bound_arguments
from duologue.tasks.recall import Recall
from duologue.tasks.sessions import RATES, interleaved
from duologue.tasks.walk import Walk, ask
from duologue.types import Environment, Scenario, Task

__all__ = ["Drawing", "ScriptedTasks"]

T = TypeVar("T")

COUNTS = {1: 8, 2: 54, 3: 27, 4: 8, 6: 3}
"""How many tasks a scenario has: mostly two or three, now and then a long session."""

LEAST = 3
"""Parts that a conversation has at least, where the database still has something to ask for."""


class ScriptedTasks:
    """Draws scenarios over one environment; `run_seed` and the item decide everything."""

    def __init__(
        self,
        catalog: Catalog,
        image: Image,
        environment: Environment,
        run_seed: int,
        rates: Mapping[str, float] = RATES,
    ) -> None:
        """`rates`: how often a session takes each of its turns (see `sessions.RATES`), and beside what it is now how
        often each shape of tasks is tried, by its name; what is left out keeps its default."""
        self.catalog, self.image, self.environment = catalog, image, environment
        self.run_seed = run_seed
        self.rates = {**RATES, **rates}
        self.index = ToolIndex(environment.toolset, catalog)
        self.anchors = Anchors(catalog, image)
        self.recall = Recall(environment)
        self.aim = ""
        """The only rule of the policy for which wishes are sought; empty = any."""
        self.prover = Prover(environment, image, catalog, self.recall)
        self._once: dict[str, Any] = {}
        self._tried: dict[str, Tried] = {}

    async def prepare(self, item: str, mode: str = "user") -> None:
        """Nothing: what a scripted task asks depends on what was used before."""

    def scenario(self, item: str, used: Container[str], mode: str = "user") -> Scenario:
        """The scenario of one item. `used` holds what must not come again: ids of tasks, and
        names of what they asked (`asks`).

        Raises `StageError` (stage `tasks`) where no new, proven task could be found.
        """
        seed = derive_seed(self.run_seed, self.environment.id, item)
        dice = rng(seed, "scenario")
        clock = scenario_clock(self.catalog, seed)
        walk = Walk(self.catalog, self.index, open_session(self.image, self.environment, clock), self.recall)
        edits = Edits(self.anchors, clock.start, self.index.days)
        try:
            maker = Drawing(self, walk, Proposer(self.catalog, self.index, self.anchors, edits), clock)
            maker.mode = mode
            count = dice.choices(list(COUNTS), list(COUNTS.values()))[0]
            tasks: list[Task] = []
            if mode == "user" and rng(seed, "trouble").random() < self.rates.get(TROUBLE, TROUBLES):
                first = guided(maker, used)
                tasks += [first] if first is not None else []
            while len(tasks) < count or (tasks and _parts(tasks) < LEAST):
                task = maker.task(used, tasks, len(tasks))
                if task is None:
                    break
                tasks.append(task)
        finally:
            walk.session.close()  # not always the one it began in
        self._tried[item] = Tried(maker.reasons + Counter({"": len(tasks)}), maker.untried)
        if not tasks:
            raise StageError("tasks", "no new task could be drawn", ", ".join(maker.reasons) or "nothing to ask for")
        name = digest([t.id for t in tasks] + [mode, seed])
        scenario = Scenario(
            id=name, tasks=tuple(tasks), clock=clock, seed=seed, mode="task" if mode == "task" else "user"
        )
        return replace(scenario, order=interleaved(self, scenario))

    def once(self, name: str, find: Callable[[], T]) -> T:
        """What a shape finds out of this toolset, under a name of its own: found out the first time only."""
        if name not in self._once:
            self._once[name] = find()
        found: T = self._once[name]
        return found

    def asks(self, task: Task) -> list[str]:
        """What a proven task asks: one name for each critical step and one for each pair of them, the same in every dialect."""
        steps = [s for s in task.plan if s.weight == "critical" and not s.own]
        asks = sorted({ask(self.index.by_name[s.tool], bound_arguments(s)) for s in steps} | troubles(task))
        return asks + together(asks)

    def tried(self, item: str) -> Tried:
        """What was drafted for an item since this was last asked."""
        return self._tried.pop(item, Tried())


def _parts(tasks: list[Task]) -> int:
    return sum(len(t.subtasks) for t in tasks)
