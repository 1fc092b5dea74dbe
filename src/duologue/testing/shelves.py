"""Shelves of scenarios for a `ScenarioBrain`: made here, or read from the files of the stages."""

from collections.abc import Iterator
from itertools import count, islice
from pathlib import Path

from msgspec.structs import replace

from duologue.catalog import Catalog
from duologue.environment import Image
from duologue.errors import StageError
from duologue.export.stage_files import read_scenarios, read_tools
from duologue.ids import rng
from duologue.items import SEARCHES
from duologue.models.prompts import Prompts
from duologue.models.voice import Voice
from duologue.pipeline import catalog_of, open_source
from duologue.tasks.maker import ScriptedTasks
from duologue.testing.brain import ScenarioBrain
from duologue.testing.known import Shelf
from duologue.testing.protocol import Brain, body_of
from duologue.testing.scripted_model import ScriptedModel
from duologue.tools import DerivedTools, default_policy, environment_for
from duologue.tools.written import Voices, written_toolset
from duologue.types import Environment, Scenario, Toolset

TOOLSETS = 8
"""Derived toolsets that are tried."""


def playing(brain: Brain) -> ScriptedModel:
    """A model that answers by a brain, without a server."""
    return ScriptedModel(lambda request: brain(body_of(request)))


def shelf_of(
    environment: Environment, image: Image, catalog: Catalog, n: int, seed: int = 1, mode: str = "user"
) -> Shelf:
    """`n` different scripted scenarios over an environment, as far as there are so many: first those that a run of that seed with
    this one toolset draws, item by item, then others."""
    maker = ScriptedTasks(catalog, image, environment, seed)
    drawn = list(islice(_as_drawn(maker, mode), n))
    ids = {t.id for s in drawn for t in s.tasks}
    for item in range(2 * n):
        if len(drawn) == n:
            break
        try:
            scenario = maker.scenario(f"shelf.{item}", ids, mode)
        except StageError:
            continue
        ids.update(t.id for t in scenario.tasks)
        drawn.append(scenario)
    return Shelf(environment, image, catalog, tuple(drawn))


def _as_drawn(maker: ScriptedTasks, mode: str) -> Iterator[Scenario]:
    """The scenarios of a run's items, until nothing new is left to ask."""
    used: set[str] = set()
    for number in count():
        for attempt in range(SEARCHES):
            try:
                scenario = maker.scenario(f"{number}.{attempt}", used, mode)
            except StageError:
                continue
            used.update(name for t in scenario.tasks for name in (t.id, *maker.asks(t)))
            yield scenario
            break
        else:
            return


async def written_shelf(
    image: Image, catalog: Catalog, n: int, seed: int, variant: int = 0
) -> tuple[Environment, Shelf]:
    """For runs in which a model writes the tools too: the environment whose tools the brain is to write, and up to `n` scenarios
    over those of them that stand, as the run of that seed will have them.

    Of several derived toolsets the one that most tools of stand is taken. Raises `StageError` where too few stand of each.
    """
    best: tuple[Environment, Toolset] | None = None
    for number in range(TOOLSETS):
        toolset = DerivedTools(catalog, image, seed).toolset(number)
        derived = environment_for(
            catalog.name, image.hash, toolset, default_policy(catalog, rng(seed, "policy", variant))
        )
        brain = ScenarioBrain([Shelf(derived, image, catalog, ())])
        model, prompts = playing(brain), Prompts()
        voices = Voices(*(Voice(role, model, prompts) for role in ("questions", "tools", "expansion", "returns")))
        try:
            written = await written_toolset(voices, catalog, image, seed, variant)
        except StageError:
            continue
        if best is None or len(best[1].tools) < len(written.toolset.tools):
            best = derived, written.toolset
    if best is None:
        raise StageError("tools", "too few tools", f"of {TOOLSETS} derived toolsets none stands")
    derived, toolset = best
    meanings = {t.name: t.meaning for t in derived.toolset.tools}
    meant = replace(toolset, tools=tuple(replace(t, meaning=meanings.get(t.name)) for t in toolset.tools))
    environment = environment_for(catalog.name, image.hash, meant, derived.policy)
    return derived, shelf_of(environment, image, catalog, n, seed)


def shelf_from(database: Path | None, tools: Path, tasks: Path) -> Shelf:
    """The scenarios of a task file over the environment of a tools file; without a database, over the built-in shop.

    Raises `UserError` where a file can't be read or does not fit.
    """
    source = open_source(database, None)
    environment = read_tools(tools, source.image.hash)
    return Shelf(environment, source.image, catalog_of(source), tuple(read_scenarios(tasks)))
