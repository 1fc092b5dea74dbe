"""A television desk whose customers have tools of their own (`brightbox/`), and conversations played there."""

import asyncio
from functools import cache
from pathlib import Path

from duologue.ground import catalog_of, make_tools
from duologue.simulate.profile import profile
from duologue.sources import Source, load_domain
from duologue.types import Dialogue, Scenario
from duologue.workshop import Workshop

FOLDER = Path(__file__).parent / "brightbox"


@cache
def source() -> Source:
    return load_domain(FOLDER)


@cache
def shop(trouble: float = 1.0) -> Workshop:
    """Where every conversation begins with a trouble, or (0) none does."""
    catalog = catalog_of(source())
    environment = make_tools(source(), catalog, 1, [0])[0]
    return Workshop(environment, source().image, catalog, 1, profile=profile({"trouble": trouble}))


@cache
def scenarios(n: int) -> tuple[Scenario, ...]:
    used: set[str] = set()
    out = []
    for item in range(n):
        made = shop().tasks.scenario(f"{item}.0", used)
        used |= {name for task in made.tasks for name in (task.id, *shop().tasks.asks(task))}
        out.append(made)
    return tuple(out)


@cache
def played(item: int) -> Dialogue:
    return asyncio.run(shop().play(scenarios(12)[item]))
