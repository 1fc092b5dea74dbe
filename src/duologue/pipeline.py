"""The main job: a source in, verified conversations out, item by item.

Every stage reads and writes values that have a file form (`docs/formats.md`), so each can also be run alone:

    tools   a source → an environment (image, tools, policy)
    tasks   an environment → proven scenarios
    play    a scenario → a dialogue
    check   a dialogue → verdicts

`items.py` runs the last three for each item; here a run is opened, its ground prepared, and its items lined up.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from msgspec import Struct, json

from duologue.casting import Cast
from duologue.errors import StageError
from duologue.ground import catalog_of, make_tools, open_source, open_sources, workshops
from duologue.halt import Halt
from duologue.ids import digest
from duologue.items import CHECK, PLAY, STAGES, TASKS, TOOLS, Items
from duologue.protocols import ChatModel
from duologue.running import Watch, Work, carried_out
from duologue.score import Progress, Summary
from duologue.simulate.play import GivenUpError
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
    return Watch(progress, players, halt).run(config, partial(_generate, first=first))


async def _generate(config: "RunConfig", watch: Watch, first: int | None) -> Summary:
    sources = open_sources(config)
    images = [source.image.hash for source in sources]
    with config.open_store(images[0] if len(images) == 1 else digest(images) if images else "") as store:

        async def begin(cast: Cast) -> Work:
            watch.halt.begun = not config.roles.scripted  # tools may be asked of models
            shops = await workshops(config, sources, cast, store.note)
            for shop in shops:
                image = shop.image.data if shop.image is not None else None
                store.put_environment(shop.environment, image, json.encode(shop.catalog))

            def trade() -> tuple[str, Struct]:
                from duologue.workers.generating import MODULE, Generating

                return MODULE, Generating(config, tuple(shop.environment.id for shop in shops))

            return Work(Items.here(shops, store, config.mode), min(config.n, first or config.n), trade)

        await carried_out(config, store, watch, config.n, begin)
    return watch.score
