"""Seven small worlds with sound conversations in them: a lending library, the shop, and the five trades of `trades.py`.

Everything follows from a seed, so conversation 4 of the depot is the same in every run of one version. Another seed is another depot: other
rows (but for the library's and the shop's, which are always the same), other tools, other conversations.

Half of the set is shown without acts, as models leave it, and the user gate takes a value that a model's user says first and then puts right
for an invented one: by words alone nobody can tell. So users here never say a wrong value first.
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
from duologue.simulate.profile import profile
from duologue.testing import tiny_environment
from duologue.tools import DerivedTools, default_policy, environment_for
from duologue.traps.sound import unsound
from duologue.traps.trades import TRADES
from duologue.types import Dialogue, Turn

SURE = profile({"second_thought": 0, "slip": 0})
"""Users who get no value wrong and think better of none."""

DRY = 3
"""Scenarios in a row for which no task was found, after which a world counts as having no more."""


class World:
    """An environment, and its sound conversations, played when they are asked for."""

    def __init__(self, name: str, workshop: Workshop) -> None:
        self.name, self.workshop = name, workshop
        self._played: list[Dialogue] = []
        self._more = self._play()

    def dialogues(self, first: int = 0) -> Iterator[Dialogue]:
        """Conversations from number `first` on, as they come, until a small world has no more: left out is only what is not sound by
        itself (`sound.py`)."""
        for number in count(first):
            while len(self._played) <= number:
                more = next(self._more, None)
                if more is None:
                    return
                self._played.append(more)
            yield self._played[number]

    def _play(self) -> Iterator[Dialogue]:
        used: set[str] = set()
        dry = 0
        for item in count():
            try:
                scenario = self.workshop.tasks.scenario(str(item), used)
            except StageError:
                dry += 1
                if dry == DRY:
                    return
                continue
            dry = 0
            used.update(t.id for t in scenario.tasks)
            try:
                dialogue = asyncio.run(self.workshop.play(scenario))
            except StageError:
                continue
            if not unsound(dialogue, self.workshop):
                yield dialogue


def as_model(dialogue: Dialogue, users_too: bool) -> Dialogue:
    """The conversation as models would have left it: no acts, no record of where arguments came from."""

    def bare(turn: Turn) -> Turn:
        if turn.message.role != "assistant" and not users_too:
            return turn
        return replace(
            turn, acts=(), origins={}, rationale="", maker="model" if turn.maker == "scripted" else turn.maker
        )

    return replace(dialogue, turns=tuple(map(bare, dialogue.turns)))


def _library(seed: int) -> Workshop:
    tiny = tiny_environment(seed, variant=5)
    return Workshop(tiny.environment, tiny.image, tiny.catalog, seed, profile=SURE)


def over(name: str, image: Image, seed: int = 1) -> World:
    """A world over any database."""
    catalog = read_catalog(image.connect(), name)
    toolset = DerivedTools(catalog, image, seed).toolset(0)
    policy = default_policy(catalog, rng(seed, "policy", 0), toolset.tools)
    environment = environment_for(name, image.hash, toolset, policy)
    return World(name, Workshop(environment, image, catalog, seed, profile=SURE))


def _shop(seed: int) -> Workshop:
    source = open_source(None, None)
    catalog = catalog_of(source)
    return Workshop(make_tools(source, catalog, seed, range(1))[0], source.image, catalog, seed, profile=SURE)


_OPENED: dict[tuple[str, int], World] = {}
NAMES = ("library", "shop", *TRADES)
"""All worlds by name."""


def world(name: str, seed: int = 0) -> World:
    """The world of that name, opened when it is first asked for."""
    if (name, seed) not in _OPENED:
        make = {"library": _library, "shop": _shop}.get(name)
        drawn = seed + 1
        made = World(name, make(drawn)) if make is not None else over(name, TRADES[name](drawn), drawn)
        _OPENED[name, seed] = made
    return _OPENED[name, seed]
