"""The main job: a source in, verified conversations out, one item at a time.

Every stage reads and writes values that have a file form (`docs/formats.md`), so each can also be run alone:

    tools   a source → an environment (image, tools, policy)
    tasks   an environment → proven scenarios
    play    a scenario → a dialogue
    check   a dialogue → verdicts

An item draws a scenario, plays it and checks it; what fails is drawn again a few times, then the item is rejected with the stage
and the reason. Items are made in order and each from its own seed, so a run taken up again makes exactly what is missing.
"""

import asyncio
import time
from collections.abc import Callable, Iterator, Set
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct, json

from duologue.catalog import Catalog, read_catalog, relabelled
from duologue.checks.combine import combine
from duologue.environment import Image
from duologue.errors import StageError
from duologue.ids import rng
from duologue.plans.index import ToolIndex
from duologue.protocols import TaskMaker
from duologue.simulate.scripted import converse
from duologue.sources import Source, from_domain, from_sqlite
from duologue.store import Store
from duologue.tasks.maker import ScriptedTasks
from duologue.tools import DerivedTools, default_policy, environment_for
from duologue.types import Dialogue, Environment, Scenario, Verdict
from duologue.verify import verify_dialogue

if TYPE_CHECKING:
    from duologue.config import RunConfig

STAGES = TOOLS, TASKS, PLAY, CHECK = "tools", "tasks", "play", "check"
"""In order. A file of `docs/formats.md` lies between each two; the funnel counts what passes each of the last three."""
ATTEMPTS = 4
"""Scenarios an item may use up before it is rejected."""
SEARCHES = 12
"""Draws of a scenario before it is said that nothing new is left to ask."""


class Progress(Struct, frozen=True):
    """How far a run is. `started` is the monotonic time it began."""

    done: int
    total: int
    accepted: int
    rejected: int
    started: float


class Summary(Struct, frozen=True):
    """How a run ended. `note` says what the person should know, if anything."""

    items: int
    accepted: int
    rejected: int
    unfinished: int
    note: str = ""


class Workshop:
    """One environment with everything that is made once for it."""

    def __init__(self, environment: Environment, image: Image, catalog: Catalog, seed: int) -> None:
        self.environment, self.image, self.catalog, self.seed = environment, image, catalog, seed
        self.index = ToolIndex(environment.toolset, catalog)

    @cached_property
    def tasks(self) -> TaskMaker:
        """The task maker."""
        return ScriptedTasks(self.catalog, self.image, self.environment, self.seed)

    async def play(self, scenario: Scenario) -> Dialogue:
        """A scenario as a dialogue."""
        return await converse(scenario, self.environment, self.image, self.catalog, self.index)

    def check(self, dialogue: Dialogue) -> tuple[Verdict, ...]:
        """Every check's verdict."""
        return verify_dialogue(dialogue, self.environment, self.image, self.catalog)


# ── one stage alone ──────────────────────────────────────────────────────────────────────────────────────────────────────


def open_source(path: Path | None, domain: str | None) -> Source:
    """A database file, a built-in domain, or the built-in shop where neither is named."""
    return from_sqlite(path) if path is not None else from_domain(domain or "retail")


def catalog_of(source: Source) -> Catalog:
    """What the source's schema means."""
    return relabelled(read_catalog(source.image.connect(), source.name), source.lexicon.get("labels", {}))


def make_tools(source: Source, catalog: Catalog, seed: int, variants: int) -> list[Environment]:
    """Stage `tools`: the source's environments, one per toolset variant."""
    maker = DerivedTools(catalog, source.image, seed, source.tools, source.policy)
    out = []
    for variant in range(variants):
        policy = source.policy or default_policy(catalog, rng(seed, "policy", variant))
        out.append(environment_for(source.name, source.image.hash, maker.toolset(variant), policy))
    return out


def make_tasks(shop: Workshop, n: int, mode: str = "user", used: Set[str] = frozenset()) -> Iterator[Scenario]:
    """Stage `tasks`: up to `n` scenarios, fewer when distinct tasks run out."""
    taken = set(used)
    for item in range(n):
        try:
            scenario = shop.tasks.scenario(str(item), taken, mode)
        except StageError:
            return
        taken.update(name for t in scenario.tasks for name in (t.id, *shop.tasks.asks(t)))
        yield scenario


def play(shop: Workshop, scenarios: Iterator[Scenario]) -> Iterator[Dialogue]:
    """Stage `play`: scenarios to dialogues, in order. Raises `StageError` where one does not end."""
    with asyncio.Runner() as runner:
        for scenario in scenarios:
            yield runner.run(shop.play(scenario))


# ── the whole run ────────────────────────────────────────────────────────────────────────────────────────────────────────


class Run:
    """A run under way: its store, its workshops, and the tasks used so far."""

    def __init__(self, config: "RunConfig", store: Store, shops: list[Workshop]) -> None:
        self.config, self.store, self.shops = config, store, shops
        self.used = store.task_ids()

    async def item(self, number: int) -> bool | None:
        """Make one item. True: accepted; False: rejected; None: no distinct task is left for it."""
        begun = 0
        last = StageError(TASKS, "no new task could be drawn")
        for attempt in range(SEARCHES):
            shop = self.shops[(number + attempt) % len(self.shops)]
            scenario = self._scenario(shop, number, attempt, begun > 0)
            if scenario is None:
                continue
            if not begun:
                self.store.begin_item(number)
            begun += 1
            self.store.count_attempt(number, TASKS)
            self._use(number, shop, scenario)
            try:
                dialogue = await shop.play(scenario)
                self.store.count_attempt(number, PLAY)
            except StageError as error:
                last = error
                self.store.count_attempt(number, error.stage, error.reason)
                if begun == ATTEMPTS:
                    break
                continue
            verdicts = shop.check(dialogue)
            accepted, reasons = combine(verdicts)
            code = "" if accepted else reasons[0].partition(":")[0]
            self.store.count_attempt(number, CHECK, "" if accepted else code)
            if accepted or begun == ATTEMPTS:
                self.store.put_dialogue(number, dialogue, verdicts, accepted, "" if accepted else code)
                return accepted
            last = StageError(CHECK, code, reasons[0])
        if not begun:
            return None
        self.store.reject_item(number, last.stage, last.reason, last.evidence)
        return False

    def _use(self, number: int, shop: Workshop, scenario: Scenario) -> None:
        """These tasks and what they ask are taken, whatever becomes of the conversation; a run taken up again knows them too."""
        names = [name for task in scenario.tasks for name in (task.id, *shop.tasks.asks(task))]
        self.used.update(names)
        self.store.use_tasks(number, names)

    def _scenario(self, shop: Workshop, number: int, attempt: int, begun: bool) -> Scenario | None:
        try:
            return shop.tasks.scenario(f"{number}.{attempt}", self.used, self.config.mode)
        except StageError as error:
            if begun:
                self.store.count_attempt(number, TASKS, error.reason)
            return None


def generate(config: "RunConfig", progress: Callable[[Progress], None]) -> Summary:
    """Make what is missing of a run. Raises `UserError` for what the person must change."""
    source = open_source(config.source, config.domain)
    started = time.monotonic()
    with config.open_store(source.image.hash) as store:
        catalog = catalog_of(source)
        environments = make_tools(source, catalog, config.seed, config.toolsets)
        for environment in environments:
            store.put_environment(environment, source.image.data, json.encode(catalog))
        shops = [Workshop(e, source.image, catalog, config.seed) for e in environments]
        with asyncio.Runner() as runner:
            try:
                return runner.run(_items(Run(config, store, shops), progress, started))
            finally:
                store.add_seconds(time.monotonic() - started)


async def _items(run: Run, progress: Callable[[Progress], None], started: float) -> Summary:
    finished = run.store.finished_items()
    accepted = sum(1 for outcome in finished.values() if outcome == "accepted")
    rejected = len(finished) - accepted
    note = ""
    for number in range(run.config.n):
        if number in finished:
            continue
        made = await run.item(number)
        if made is None:
            note = (
                f"Distinct tasks ran out after {accepted + rejected} of {run.config.n}: this database supports no more."
            )
            run.store.note("ran_out", {"items": accepted + rejected, "of": run.config.n})
            break
        accepted += made
        rejected += not made
        progress(Progress(accepted + rejected, run.config.n, accepted, rejected, started))
    items = accepted + rejected
    return Summary(items, accepted, rejected, 0 if note else run.config.n - items, note)
