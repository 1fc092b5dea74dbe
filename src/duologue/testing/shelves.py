"""Shelves of scenarios for a `ScenarioBrain`: made here, or read from the files of the stages."""

from pathlib import Path

from duologue.catalog import Catalog
from duologue.environment import Image
from duologue.errors import StageError
from duologue.export.stage_files import read_scenarios, read_tools
from duologue.pipeline import catalog_of, open_source
from duologue.tasks.maker import ScriptedTasks
from duologue.testing.known import Shelf
from duologue.types import Environment, Scenario


def shelf_of(
    environment: Environment, image: Image, catalog: Catalog, n: int, seed: int = 1, mode: str = "user"
) -> Shelf:
    """Up to `n` different scripted scenarios over an environment."""
    maker = ScriptedTasks(catalog, image, environment, seed)
    used: set[str] = set()
    scenarios: list[Scenario] = []
    for item in range(2 * n):
        if len(scenarios) == n:
            break
        try:
            scenario = maker.scenario(f"shelf.{item}", used, mode)
        except StageError:
            continue
        used.update(t.id for t in scenario.tasks)
        scenarios.append(scenario)
    return Shelf(environment, image, catalog, tuple(scenarios))


def shelf_from(database: Path | None, tools: Path, tasks: Path) -> Shelf:
    """The scenarios of a task file over the environment of a tools file; without a database, over the built-in shop.

    Raises `UserError` where a file can't be read or does not fit.
    """
    source = open_source(database, None)
    environment = read_tools(tools, source.image.hash)
    return Shelf(environment, source.image, catalog_of(source), tuple(read_scenarios(tasks)))
