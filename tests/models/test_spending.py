"""Over the wire: what a server bills stays under the limits, with a third of its answers spoilt, and nothing is paid for twice."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from duologue.errors import DuologueError, LimitReachedError, StageError
from duologue.models.budget import Budget
from duologue.models.endpoint import Endpoint, Price
from duologue.models.http import HttpModel, Patience
from duologue.models.recording import Recorded
from duologue.protocols import Request
from duologue.store import Calls, Store, stats
from duologue.testing.faults import FAULTS, Faults
from duologue.testing.server import FakeServer, Manner
from duologue.types import Message

PRICE = Price(input=2.0, output=8.0, cached=0.5)
QUICK = Patience(attempts=6, pause=0.001, longest=0.002, total=60)
FAST = tuple(name for name in FAULTS if name not in ("silence", "429 with Retry-After"))
"""Faults that take no time of their own."""


async def spend(server: FakeServer, store: Store, items: Sequence[int], dollars: float) -> list[DuologueError]:
    """Three calls in each of some conversations, all at once."""
    calls = Calls(store)
    budget = Budget(calls, dollars=dollars)
    endpoint = Endpoint(urls=(server.url,), name="fake", price=PRICE, max_tokens=1500, timeout=20)
    met: list[DuologueError] = []
    try:
        async with HttpModel(endpoint, QUICK, meter=budget.purse(PRICE).meter(endpoint.max_tokens)) as http:
            model = Recorded(http, calls)

            async def talk(item: int) -> None:
                said: tuple[Message, ...] = (Message("system", "Help with kettles."),)
                try:
                    for turn in range(3):
                        said = (*said, Message("user", f"Question {turn} of {item}. " + "Why? " * 40))
                        answer = await model.ask(Request("agent", said, f"{item}.0"))
                        said = (*said, Message("assistant", answer.message.content or "…"))
                except (StageError, LimitReachedError) as error:
                    met.append(error)

            async with asyncio.TaskGroup() as group:
                for item in items:
                    group.create_task(talk(item))
    finally:
        budget.close()
    return met


@pytest.mark.parametrize("usage", [True, False])
def test_a_server_never_bills_more_than_the_limit(tmp_path: Path, usage: bool) -> None:
    async def run() -> None:
        faults = Faults(0.3, 5, FAST)
        async with FakeServer(lambda body: "It is the limescale. " * 5, Manner(usage=usage), faults) as server:
            limit = 0.15
            with Store.create(tmp_path / "run", {}) as store:
                met = await spend(server, store, range(60), limit)
                assert any(isinstance(error, LimitReachedError) for error in met)
                assert PRICE.dollars(server.billed) <= limit
                answered = stats(store)["models"]["calls"]
                assert answered > 0
            with Store.open(tmp_path / "run") as store:  # a higher limit goes on, and pays for nothing again
                before = server.calls
                met = await spend(server, store, range(60), 2 * limit)
                assert PRICE.dollars(server.billed) <= 2 * limit
                figures = stats(store)["models"]
                assert figures["calls"] > answered
                assert figures["dollars"] <= PRICE.dollars(server.billed) or not usage
                assert figures["billed_at_most"]["dollars"] <= 2 * limit
                assert server.calls - before <= 3 * 60 * QUICK.attempts - answered

    asyncio.run(run())


def test_with_room_every_call_is_answered_once(tmp_path: Path) -> None:
    async def run() -> None:
        async with FakeServer(lambda body: "It is the limescale.") as server:
            for name in ("run", "run"):
                folder = tmp_path / name
                with Store.open(folder) if folder.exists() else Store.create(folder, {}) as store:
                    assert await spend(server, store, range(20), 10.0) == []
                    assert stats(store)["models"]["dollars"] == pytest.approx(PRICE.dollars(server.billed), abs=1e-6)
            assert server.calls == 60

    asyncio.run(run())
