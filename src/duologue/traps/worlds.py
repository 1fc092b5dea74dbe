"""Seven small worlds with sound conversations in them: a lending library, the shop, and the five trades of `trades.py`.

Everything follows from fixed seeds, so conversation 4 of the depot is the same in every run of one version.
"""

import asyncio
from collections.abc import Iterator
from itertools import count

from msgspec.structs import replace

from duologue.catalog import read_catalog
from duologue.environment import Image
from duologue.errors import StageError
from duologue.ids import rng
from duologue.pipeline import Workshop, catalog_of, make_tools, open_source
from duologue.testing import tiny_environment
from duologue.tools import DerivedTools, default_policy, environment_for
from duologue.traps.trades import TRADES
from duologue.types import Dialogue, Turn

SEED = 1


class World:
    """An environment, and its sound conversations, played when they are asked for."""

    def __init__(self, name: str, workshop: Workshop) -> None:
        self.name, self.workshop = name, workshop
        self._played: list[Dialogue] = []
        self._more = self._play()

    def dialogues(self, first: int = 0) -> Iterator[Dialogue]:
        """Conversations from number `first` on, as they come: none is left out for what checks say of it."""
        for number in count(first):
            while len(self._played) <= number:
                self._played.append(next(self._more))
            yield self._played[number]

    def _play(self) -> Iterator[Dialogue]:
        used: set[str] = set()
        for item in count():
            scenario = self.workshop.tasks.scenario(str(item), used)
            used.update(t.id for t in scenario.tasks)
            try:
                yield asyncio.run(self.workshop.play(scenario))
            except StageError:
                continue


def as_model(dialogue: Dialogue, users_too: bool) -> Dialogue:
    """The conversation as models would have left it: no acts, no record of where arguments came from."""

    def bare(turn: Turn) -> Turn:
        if turn.message.role != "assistant" and not users_too:
            return turn
        return replace(
            turn, acts=(), origins={}, rationale="", maker="model" if turn.maker == "scripted" else turn.maker
        )

    return replace(dialogue, turns=tuple(map(bare, dialogue.turns)))


def _library() -> Workshop:
    tiny = tiny_environment(SEED, variant=5)
    return Workshop(tiny.environment, tiny.image, tiny.catalog, SEED)


def over(name: str, image: Image, seed: int = SEED) -> World:
    """A world over any database."""
    catalog = read_catalog(image.connect(), name)
    toolset = DerivedTools(catalog, image, seed).toolset(0)
    policy = default_policy(catalog, rng(seed, "policy", 0), toolset.tools)
    return World(name, Workshop(environment_for(name, image.hash, toolset, policy), image, catalog, seed))


def _shop() -> Workshop:
    source = open_source(None, None)
    catalog = catalog_of(source)
    return Workshop(make_tools(source, catalog, SEED, range(1))[0], source.image, catalog, SEED)


_OPENED: dict[str, World] = {}
NAMES = ("library", "shop", *TRADES)
"""All worlds by name."""


def world(name: str) -> World:
    """The world of that name, opened when it is first asked for."""
    if name not in _OPENED:
        make = {"library": _library, "shop": _shop}.get(name)
        _OPENED[name] = World(name, make()) if make is not None else over(name, TRADES[name]())
    return _OPENED[name]
