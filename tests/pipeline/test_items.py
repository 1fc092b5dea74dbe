"""Items under way at once: whatever comes back first, the run is the same; so is one that was cut short."""

import asyncio
import random
from pathlib import Path

import pytest
from msgspec import json

from duologue.casting import Cast
from duologue.errors import LimitReachedError
from duologue.items import Items
from duologue.protocols import Journal, Speaker
from duologue.roles import Roles
from duologue.simulate.agent import ScriptedAgent
from duologue.store import Store
from duologue.testing import ScriptedModel, tiny_environment, tiny_image
from duologue.types import Dialogue, Fork, Scenario
from duologue.workshop import Workshop

N = 12
NOBODY = Cast(Roles({"agent": ("x",)}), {"x": ScriptedModel(lambda request: "not asked")})


class Slow(Workshop):
    """The scripted pair, in the place of models that take a while; `dies_at` is the item where the budget ends."""

    def __init__(self, seed: int, variant: int, dies_at: int = -1) -> None:
        tiny = tiny_environment(variant=variant)
        super().__init__(tiny.environment, tiny.image, tiny.catalog, 3, NOBODY)
        self.delays, self.dies_at = random.Random(seed), dies_at

    async def play(self, scenario: Scenario, scope: str = "", journal: Journal | None = None) -> Dialogue:
        if scope == str(self.dies_at):
            raise LimitReachedError("$1 is spent")
        await asyncio.sleep(self.delays.random() / 50)
        return await super().play(scenario, scope, journal)

    def _agent(self, scenario: Scenario, scope: str, fork: Fork | None = None) -> Speaker:
        return ScriptedAgent(self.catalog, self.index, self.environment, scenario)


def made(folder: Path, seed: int, together: int, dies_at: int = -1) -> list[tuple[int, bytes]]:
    """A run's conversations; cut short at an item and taken up again where `dies_at` says so."""
    for fatal in (dies_at, -1):
        with Store.open(folder) if folder.exists() else Store.create(folder, {}) as store:
            shops = [Slow(seed, variant, fatal) for variant in range(2)]
            for shop in shops:
                store.put_environment(shop.environment, tiny_image().data)
            items = Items.here(shops, store, "user")
            asyncio.run(_all(items, together))
            found = [(d.item, json.encode(d)) for ok in (True, False) for d in store.dialogues(ok)]
    return sorted(found)


async def _all(items: Items, together: int) -> None:
    slots = asyncio.Semaphore(together)

    async def one(number: int) -> None:
        async with slots:
            try:
                await items.make(number)
            except LimitReachedError:
                return

    await asyncio.gather(*(one(number) for number in items.missing(N)))


@pytest.mark.long
@pytest.mark.parametrize(("seed", "together", "dies_at"), [(1, 4, -1), (2, 12, -1), (3, 5, 0), (4, 3, 6), (5, 12, 11)])
def test_the_order_of_answers_changes_nothing(tmp_path: Path, seed: int, together: int, dies_at: int) -> None:
    alone = made(tmp_path / "alone", 0, 1)
    assert len(alone) == N
    assert made(tmp_path / "many", seed, together, dies_at) == alone
