"""Runs in which models play, against the fake server: a small database, brains that know it, and what a run came to."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import apsw
from msgspec import Struct

from duologue.config import RunConfig
from duologue.environment import Image
from duologue.ids import rng
from duologue.models.endpoint import Endpoint, Price
from duologue.pipeline import Summary, catalog_of, generate, open_source
from duologue.roles import cast_roles
from duologue.settings import ModelSettings, Spending
from duologue.store import FILE_NAME
from duologue.testing import ScenarioBrain, tiny_image
from duologue.testing.shelves import shelf_of, written_shelf
from duologue.tools import DerivedTools, default_policy, environment_for

SEED = 2
NAME = "library.db"


@cache
def library() -> tuple[Path, Image]:
    """The lending library as a file."""
    import tempfile

    path = Path(tempfile.mkdtemp()) / NAME
    path.write_bytes(tiny_image().data)
    return path, open_source(path, None).image


@cache
def _shelves(everything: bool, n: int) -> Any:
    path, image = library()
    source = open_source(path, None)
    catalog = catalog_of(source)
    if everything:
        return asyncio.run(written_shelf(image, catalog, n, SEED))
    toolset = DerivedTools(catalog, image, SEED).toolset(0)
    policy = default_policy(catalog, rng(SEED, "policy", 0), toolset.tools)
    return None, shelf_of(environment_for(source.name, image.hash, toolset, policy), image, catalog, n, SEED)


def brain(everything: bool = False, n: int = 80) -> ScenarioBrain:
    """A brain that plays every role; with `everything` the tools are its own too."""
    derived, shelf = _shelves(everything, n)
    return ScenarioBrain([shelf], derived)


class Came(Struct, frozen=True):
    """What a run came to. `lost`: stage and reason → how often, redraws included, drafts of tasks aside."""

    summary: Summary
    outcomes: dict[int, str]
    lost: Counter[str]
    roles: Counter[str]
    """Role → answered calls."""
    troubles: Counter[str]
    dialogues: tuple[bytes, ...]
    """The conversations, accepted or not, in the order of the items."""


def settings(
    url: str, roles: Sequence[str] = (), together: int = 32, limits: Spending | None = None, **more: Any
) -> ModelSettings:
    """A model `fake` at that address. `roles`: those it plays, and the rest is scripted; none = all. `more`: of the endpoint."""
    scripted = (
        dict.fromkeys(("questions", "tools", "expansion", "returns"), ("scripted",)) if roles == ("but tools",) else {}
    )
    given = scripted or dict.fromkeys(roles, ("fake",))
    playing = cast_roles(given, "" if given and not scripted else "fake", {"fake"})
    endpoint = Endpoint(name="fake", urls=(url,), **{"max_tokens": 2000, "timeout": 5.0, **more})
    return ModelSettings(roles=playing, endpoints={"fake": endpoint}, limits=limits or Spending(), together=together)


def config(out: Path, models: ModelSettings, n: int = 24) -> RunConfig:
    """A run over the library, with one toolset."""
    return RunConfig(source=library()[0], out=out, n=n, seed=SEED, toolsets=1, models=models)


def run(asked: RunConfig) -> Came:
    """Make what is missing of the run. Raises `UserError` as a run does."""
    summary = generate(asked, lambda _: None)
    return came(asked.folder, summary)


def came(folder: Path, summary: Summary) -> Came:
    """What the run in a folder came to."""
    db = apsw.Connection(str(folder / FILE_NAME), flags=apsw.SQLITE_OPEN_READONLY)
    try:
        lost = "SELECT stage || ': ' || reason, sum(n) FROM attempts WHERE reason <> '' AND stage <> 'candidates' GROUP BY 1"
        return Came(
            summary,
            dict(db.execute("SELECT item, outcome FROM items WHERE outcome IS NOT NULL ORDER BY item")),
            Counter(dict(db.execute(lost))),
            Counter(dict(db.execute("SELECT role, count(*) FROM calls GROUP BY role"))),
            Counter(dict(db.execute("SELECT what || ': ' || reason, sum(n) FROM troubles GROUP BY 1"))),
            tuple(row[0] for row in db.execute("SELECT body FROM dialogues ORDER BY item")),
        )
    finally:
        db.close()


PRICE = Price(input=6.0, cached=3.0, output=24.0)
"""Dear enough for a small run."""
