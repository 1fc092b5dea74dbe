"""Scenarios whose tasks a model writes (stages C and F).

The model is shown an environment and an item's corner of it (`focus.py`), and writes a goal with a plan. The plan is tried, its values
are traced, the task is proven; what does not hold is shown back with what the plan really returned (`doubts.py`). A scenario's later
tasks are written in the same exchange, below what the earlier ones brought.
"""

from collections import Counter
from collections.abc import Container

from msgspec import Struct

from duologue.catalog.model import Catalog
from duologue.environment import Image
from duologue.errors import StageError
from duologue.ids import derive_seed, digest, rng, to_json
from duologue.models.voice import Voice
from duologue.protocols import Tried
from duologue.tasks.before import together
from duologue.tasks.clock import scenario_clock
from duologue.tasks.prove import Prover, bound_arguments
from duologue.tasks.recall import Recall
from duologue.tasks.walk import ask
from duologue.tasks.written.advice import advice
from duologue.tasks.written.build import Builder
from duologue.tasks.written.doubts import Doubts, Scene, wishes
from duologue.tasks.written.dry import DryProof
from duologue.tasks.written.focus import Corner, Corners, Focus
from duologue.tasks.written.form import Doubt, WrittenTask
from duologue.tasks.written.ground import DataGround, Ground, Trial
from duologue.tasks.written.reach import Reach
from duologue.tasks.written.view import first_request, next_request, returned, shown
from duologue.tasks.written.which import further, ties
from duologue.types import ClockSpec, Disclosure, Environment, Json, Message, PlanStep, Scenario, Task

SHOWN = 6
"""Objections shown at once."""


class Prepared(Struct, frozen=True):
    """An item's tasks, waiting for their turn."""

    tasks: tuple[Task, ...]
    clock: ClockSpec
    seed: int


class Kept(Struct, frozen=True):
    """A task that stands, with what its plan returned."""

    task: Task
    results: tuple[Json, ...]


class WrittenTasks:
    """A `TaskMaker` that asks a model. `run_seed` and the item decide what it is asked."""

    def __init__(
        self,
        voice: Voice,
        catalog: Catalog,
        image: Image | None,
        environment: Environment,
        run_seed: int,
        whole: Environment | None = None,
    ) -> None:
        """Where the environment has no image (its tools are simulated), `image` is not looked at. `whole`: what plans are run in, where
        that has tools too which no task may ask for."""
        self.voice, self.catalog, self.environment, self.run_seed = voice, catalog, environment, run_seed
        image = image if environment.image else None
        self.ground: Ground
        if image is None:
            self.ground = DryProof(environment)
        else:
            runs = whole or environment
            self.ground = DataGround(Prover(runs, image, catalog, Recall(runs)))
        reach = Reach(environment, catalog)
        self.builder, self.doubts = Builder(environment, catalog), Doubts(environment, catalog, reach)
        self.corners = Corners(catalog, image, environment, reach)
        self.funnel: Counter[str] = Counter()
        """Objections met, over all items."""
        self._tried: dict[str, tuple[Counter[str], Counter[tuple[str, str]]]] = {}
        seen = shown(catalog, environment, reach)
        self.prompt = voice.prompt(tables=seen.tables, tools=seen.tools, policy=seen.policy, seen=self.ground.seen)
        self._ready: dict[str, Prepared] = {}

    async def prepare(self, item: str, mode: str = "user") -> None:
        """Ask for the item's tasks. Later ones that don't come to stand are done without.

        Raises `StageError` (stage `tasks`; the reason is the code of the last objection) where the first does not stand.
        """
        seed = derive_seed(self.run_seed, self.environment.id, item)
        clock = scenario_clock(self.catalog, seed)
        exchange = Exchange(self, item, clock, self.corners.draw(rng(seed, "written")))
        for number in range(len(exchange.focus.corners)):
            try:
                await exchange.ask(number)
            except StageError as error:
                if not exchange.kept:
                    raise
                self.funnel[f"later task: {error.reason}"] += 1
                break
        self._ready[item] = Prepared(tuple(k.task for k in exchange.kept), clock, seed)

    def scenario(self, item: str, used: Container[str], mode: str = "user") -> Scenario:
        """The scenario that was prepared. It may be asked for again, where what was `used` turns out to be more, until `tried` was asked.

        Raises `StageError` where nothing was prepared, or where all that it asks was asked before.
        """
        ready = self._ready.get(item)
        if ready is None:
            raise StageError("tasks", "nothing prepared", item)
        asks = [a for t in ready.tasks for a in self.asks(t)]
        if any(t.id in used for t in ready.tasks) or all(a in used for a in asks):
            raise StageError("tasks", "same as before", "; ".join(t.goal for t in ready.tasks))
        name = digest([t.id for t in ready.tasks] + [mode, ready.seed])
        return Scenario(name, ready.tasks, ready.clock, ready.seed, mode="task" if mode == "task" else "user")

    def asks(self, task: Task) -> list[str]:
        """As scripted tasks name what they ask; a tool that has no meaning in terms of the database goes by its name."""
        asks = sorted({self._ask(s) for s in task.plan if s.weight == "critical"})
        return asks + together(asks)

    def tried_of(self, item: str) -> tuple[Counter[str], Counter[tuple[str, str]]]:
        """What is counted of an item: answers by objection, and mutations that a rule left out."""
        return self._tried.setdefault(item, (Counter(), Counter()))

    def tried(self, item: str) -> Tried:
        """What was written for an item since this was last asked: an answer with objections goes by the first of them. What was prepared is
        forgotten with it."""
        self._ready.pop(item, None)
        return Tried(*self._tried.pop(item, (Counter(), Counter())))

    def _ask(self, step: PlanStep) -> str:
        tool = self.builder.tools[step.tool]
        values = bound_arguments(step) if self.ground.seen else step.arguments
        if tool.meaning is None or not tool.inputs:
            return digest([tool.name, {k: str(v) for k, v in values.items()}])
        return ask(tool, values)


class Exchange:
    """What is said between the house and the author about one item."""

    def __init__(self, maker: WrittenTasks, item: str, clock: ClockSpec, focus: Focus) -> None:
        self.maker, self.item, self.clock, self.focus = maker, item, clock, focus
        self.talk: list[Message] = []
        self.kept: list[Kept] = []
        self._draft: Kept | None = None
        self._codes: list[str] = []
        self._wished = False
        self._candidates, self._untried = maker.tried_of(item)

    async def ask(self, number: int) -> None:
        """Ask for task `number` (from 0) until it stands. Raises `StageError`."""
        corner = self.focus.corners[number]
        talk = [*self.talk, Message("user", content=self.request(number))]
        scene = self.scene(corner)
        self._draft, self._codes, self._wished = None, [], False

        async def objection(written: WrittenTask) -> str:
            return self._objection(written, scene)

        maker = self.maker
        try:
            asked = await maker.voice.ask_for(WrittenTask, maker.prompt, talk, self.item, objection)
        except StageError as error:
            if error.reason == "invalid answer" and self._codes:
                raise StageError("tasks", self._codes[-1], error.evidence) from error
            raise
        if self._draft is None:
            raise StageError("tasks", "no task", "an answer was accepted without a task")
        self.kept.append(self._draft)
        self.talk = [*talk, Message("assistant", content=to_json(asked.value))]

    def request(self, number: int) -> str:
        """What is asked for as task `number`."""
        if not self.kept:
            return first_request(self.focus, self.clock)
        return next_request(self.focus.corners[number], self.kept[-1].task, self.kept[-1].results)

    def scene(self, corner: Corner) -> Scene:
        """What an answer is held against."""
        return Scene(
            now=self.clock.start,
            difficulty=corner.difficulty,
            write=corner.write,
            earlier=tuple(k.task for k in self.kept),
            returned=tuple(r for k in self.kept for r in k.results),
        )

    def _objection(self, written: WrittenTask, scene: Scene) -> str:
        """All that is wrong with an answer, as it is shown to its author; empty where the task stands."""
        doubts, trial = self._doubts(written, scene)
        self._candidates[doubts[0].code if doubts else ""] += 1
        if not doubts:
            return ""
        self._codes.append(doubts[0].code)
        for doubt in doubts:
            self.maker.funnel[doubt.code] += 1
        lines = ["This task can't be used yet:", *(f"- {d.text}." for d in doubts[:SHOWN])]
        if trial is not None and trial.results:
            lines += ["What the plan returned:", *returned(self.maker.builder.plan(written), trial.results)]
        return "\n".join(lines)

    def _doubts(self, written: WrittenTask, scene: Scene) -> tuple[list[Doubt], Trial | None]:
        maker = self.maker
        before = maker.doubts.before(written, scene)
        if maker.doubts.shape(written):
            return before, None
        plan = maker.builder.plan(written)
        trial = maker.ground.run(plan, scene.earlier, self.clock)
        if trial.doubt is not None:
            return [trial.doubt, *before], trial
        plan = maker.builder.ordered(plan, trial) if trial.results else plan
        tells, wrong = self._told(written, plan, trial)
        doubts = [*wrong, *before, *maker.doubts.after(written, plan, trial, scene)]
        task = maker.builder.task(written, plan, tells, maker.ground.seen)
        flat = [d for tell in tells for d in tell]
        doubts += maker.doubts.given_away(written, plan, trial, flat)
        doubts += self._ties(written, plan, trial, scene)
        if not self._wished:  # said once, together with the rest
            self._wished = True
            writes = {n for n, s in enumerate(plan, 1) if maker.builder.tools[s.tool].effect == "write"}
            doubts += wishes(written, task, tells, writes, trial, scene)
        if doubts:
            return doubts, trial
        return self._proven(task, trial, scene), trial

    def _ties(self, written: WrittenTask, plan: tuple[PlanStep, ...], trial: Trial, scene: Scene) -> list[Doubt]:
        """Shared places in rankings; where a ranking is cut off, the place after its last is looked at too."""
        tools = self.maker.builder.tools
        longer = further(plan, tools)
        if trial.results and longer != plan:
            again = self.maker.ground.run(longer, scene.earlier, self.clock)
            trial = trial if again.doubt is not None else again
        return ties(written, plan, trial, tools)

    def _told(
        self, written: WrittenTask, plan: tuple[PlanStep, ...], trial: Trial
    ) -> tuple[list[tuple[Disclosure, ...]], list[Doubt]]:
        tells: list[tuple[Disclosure, ...]] = []
        wrong: list[Doubt] = []
        for part in written.subtasks:
            told: list[Disclosure] = []
            for path in part.tell:
                found = self.maker.ground.told(path, plan, trial)
                if isinstance(found, Doubt):
                    wrong.append(found)
                else:
                    told += found
            tells.append(tuple(told))
        return tells, wrong

    def _proven(self, task: Task, trial: Trial, scene: Scene) -> list[Doubt]:
        """The last hurdle: the proof, and that it is not what an earlier task asked."""
        found = self.maker.ground.prove(task, scene.earlier, self.clock)
        proven = found.task
        if proven is None:
            return [Doubt(found.reason, f"it fails its proof: {found.reason}. {advice(found.reason)}".rstrip(" ."))]
        before = {a for t in scene.earlier for a in self.maker.asks(t)}
        if before and all(a in before for a in self.maker.asks(proven)):
            return [Doubt("same as before", "it asks what the task before it asked")]
        self._draft = Kept(proven, trial.results)
        self._untried.update(found.untried)
        return []
