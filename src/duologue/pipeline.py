"""The main job: a source in, verified conversations out, item by item.

Every stage reads and writes values that have a file form (`docs/formats.md`), so each can also be run alone:

    tools   a source → an environment (image, tools, policy)
    tasks   an environment → proven scenarios
    play    a scenario → a dialogue
    check   a dialogue → verdicts

`items.py` runs the last three for each item; here a run is opened, its ground prepared, and its items lined up.
"""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from msgspec import json

from duologue.casting import assembled, loop_for
from duologue.errors import DiskFullError, LimitReachedError, StageError
from duologue.ground import catalog_of, make_tools, open_source, open_sources, workshops
from duologue.halt import Halt
from duologue.ids import digest
from duologue.items import CHECK, PLAY, STAGES, TASKS, TOOLS, Items
from duologue.protocols import ChatModel
from duologue.rounds import all_missing, check_players
from duologue.score import Progress, Score, Summary
from duologue.simulate.play import GivenUpError
from duologue.store import Calls
from duologue.types import Dialogue, Scenario
from duologue.workshop import Workshop

if TYPE_CHECKING:
    from duologue.config import RunConfig

__all__ = [
    "CHECK", "PLAY", "STAGES", "TASKS", "TOOLS", "Progress", "Summary", "Workshop", "catalog_of", "generate", "make_tasks", "make_tools",
    "open_source", "play",
]  # fmt: skip


# ── one stage alone ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def make_tasks(
    shop: Workshop, n: int, mode: str = "user", together: int = 1, lost: Callable[[StageError], None] | None = None
) -> list[Scenario]:
    """Stage `tasks`: up to `n` scenarios; fewer when distinct tasks run out, or where a model's do not stand (each told to
    `lost`)."""
    slots = asyncio.Semaphore(together)

    async def prepared(item: str) -> bool:
        async with slots:
            try:
                await shop.tasks.prepare(item, mode)
            except StageError as error:
                if lost is not None:
                    lost(error)
                return False
            return True

    ready = await asyncio.gather(*(prepared(str(item)) for item in range(n)))
    made: list[Scenario] = []
    taken: set[str] = set()
    for item in range(n):
        try:
            scenario = shop.tasks.scenario(str(item), taken, mode) if ready[item] else None
        except StageError as error:
            if shop.cast.voice("tasks") is None:
                break
            if lost is not None:
                lost(error)
            continue
        if scenario is not None:
            taken.update(name for t in scenario.tasks for name in (t.id, *shop.tasks.asks(t)))
            made.append(scenario)
    return made


async def play(shop: Workshop, scenarios: Sequence[Scenario], together: int = 1) -> list[Dialogue | GivenUpError]:
    """Stage `play`: scenarios to dialogues, in order; in the place of one that was given up, why."""
    slots = asyncio.Semaphore(together)

    async def played(scenario: Scenario) -> Dialogue | GivenUpError:
        async with slots:
            try:
                return await shop.play(scenario, scenario.id)
            except GivenUpError as error:
                return error

    return list(await asyncio.gather(*(played(scenario) for scenario in scenarios)))


# ── the whole run ────────────────────────────────────────────────────────────────────────────────────────────────────────


def generate(
    config: "RunConfig",
    progress: Callable[[Progress], None],
    first: int | None = None,
    players: Mapping[str, ChatModel] | None = None,
    halt: Halt | None = None,
) -> Summary:
    """Make what is missing of a run, or of its `first` items. `players`: see `casting.assembled`. `halt`: once it says so, what is under
    way (an item between scripted speakers, calls of models) ends, and nothing more is begun.

    Raises `UserError` for what the person must change.
    """
    with asyncio.Runner(loop_factory=loop_for(config.roles)) as runner:
        return runner.run(_generate(config, progress, first, players, halt or Halt()))


async def _generate(
    config: "RunConfig",
    progress: Callable[[Progress], None],
    first: int | None,
    players: Mapping[str, ChatModel] | None,
    halt: Halt,
) -> Summary:
    started = time.monotonic()
    check_players(players, config.workers)
    sources = open_sources(config)
    images = [source.image.hash for source in sources]
    with config.open_store(images[0] if len(images) == 1 else digest(images) if images else "") as store:
        calls = Calls(store)
        try:
            async with assembled(config.models, calls, calls, players, halt) as cast:
                halt.begun = not config.roles.scripted
                score = Score(config.n, store.finished_items(), progress)
                try:
                    shops = await workshops(config, sources, cast, store.note)
                except LimitReachedError as limit:
                    score.stopped.append(limit)
                    return score.summary(store)
                for shop in shops:
                    image = shop.image.data if shop.image is not None else None
                    store.put_environment(shop.environment, image, json.encode(shop.catalog))
                if config.workers > 1:
                    from duologue.workers.foreman import Crew, Foreman
                    from duologue.workers.generating import MODULE, Generating

                    told = Generating(config, tuple(shop.environment.id for shop in shops))
                    models, scripted = config.models, config.roles.scripted
                    crew = Crew(MODULE, told, config.workers, models, models.together, scripted)
                    foreman = Foreman(crew, store, calls, cast.funds, score)
                    await foreman.work(min(config.n, first or config.n), halt)
                else:
                    items = Items.here(shops, store, config.mode)
                    await all_missing(items, min(config.n, first or config.n), score, halt, config.together)
                return score.summary(store)
        finally:
            with suppress(DiskFullError):  # said already, by what could not be written before
                store.add_seconds(time.monotonic() - started)
