"""How many calls are under way at once, and where they go."""

import asyncio
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from duologue.models.pace import Pace
from duologue.models.replicas import FAILURES, Replicas

URLS = [f"http://host{i}/v1" for i in range(4)]


async def taken(pace: Pace) -> None:
    """Take a place, as a call does."""
    if not pace.taken():
        await pace.turn()


@asynccontextmanager
async def place(pace: Pace) -> AsyncIterator[None]:
    """A place for as long as it is needed."""
    await taken(pace)
    try:
        yield
    finally:
        pace.leave()


def rounds(pace: Pace, number: int, seconds: float | None = None, each: float = 0.0) -> None:
    """So many rounds of a full window; answers take `seconds`, or `each` for every call at once."""

    async def run() -> None:
        for _ in range(number):
            places = int(pace.window)
            for _ in range(places):
                await taken(pace)
            for _ in range(places):
                pace.served(each * places if seconds is None else seconds)
            for _ in range(places):
                pace.leave()

    asyncio.run(run())


def test_it_doubles_while_latency_holds_up_to_the_ceiling() -> None:
    pace = Pace(ceiling=3000)
    rounds(pace, 8, seconds=0.2)
    assert pace.window == 3000


def test_it_stays_where_more_at_once_brings_no_more() -> None:
    pace = Pace()
    rounds(pace, 200, each=0.01)  # a server that does 100 a second, whatever is asked of it at once
    assert 32 <= pace.window <= 256


def test_it_grows_where_slower_answers_are_more_of_them() -> None:
    pace = Pace()

    async def run() -> None:
        for _ in range(40):
            places = int(pace.window)
            for _ in range(places):
                await taken(pace)
            for _ in range(places):
                pace.served(0.1 * places**0.5)  # twice as slow with four times as many: as batching servers are
            for _ in range(places):
                pace.leave()

    asyncio.run(run())
    assert pace.window > 1000


def test_it_finds_out_where_answers_have_become_longer() -> None:
    pace = Pace(start=64)
    rounds(pace, 1, seconds=0.2)
    for _ in range(60):
        pace.troubled(time.monotonic())
    assert pace.window <= 8
    rounds(pace, 120, seconds=8.0)
    assert pace.window > 1000


def test_it_does_not_grow_where_there_is_no_demand() -> None:
    pace = Pace()
    for _ in range(1000):
        pace.served(0.1)
    assert pace.window == 32


def test_trouble_halves_it_once_for_calls_sent_together_and_never_below_one() -> None:
    pace = Pace(start=32)
    together = time.monotonic()
    for _ in range(32):
        pace.troubled(together)
    assert pace.window == 16
    for _ in range(20):
        pace.troubled(time.monotonic())
    assert pace.window == 1


def test_stray_failures_do_not_keep_it_small() -> None:
    pace = Pace()

    async def run() -> None:
        for _ in range(10):
            places = int(pace.window)
            sent = time.monotonic()
            for _ in range(places):
                await taken(pace)
            for _ in range(places // 40):
                pace.troubled(sent)
            for _ in range(places):
                pace.served(0.1)
            for _ in range(places):
                pace.leave()

    asyncio.run(run())
    assert pace.window > 1000


def test_it_comes_back_after_trouble() -> None:
    pace = Pace()
    for _ in range(20):
        pace.troubled(time.monotonic())
    rounds(pace, 60, seconds=0.1)
    assert pace.window > 100


def test_all_get_a_place_where_everything_fails() -> None:
    pace = Pace(start=8)
    most = 0

    async def call() -> None:
        nonlocal most
        async with place(pace):
            most = max(most, pace.under_way)
            sent = time.monotonic()
            await asyncio.sleep(0)
            pace.troubled(sent)

    async def run() -> None:
        await asyncio.wait_for(asyncio.gather(*(call() for _ in range(500))), 20)

    asyncio.run(run())
    assert (most <= 8, pace.under_way, pace.window) == (True, 0, 1)


def test_a_place_that_is_not_wanted_any_more_goes_to_the_next() -> None:
    pace = Pace(ceiling=1)

    async def hold(started: asyncio.Event, end: asyncio.Event) -> None:
        async with place(pace):
            started.set()
            await end.wait()

    async def run() -> None:
        started, end = asyncio.Event(), asyncio.Event()
        first = asyncio.create_task(hold(started, end))
        await started.wait()
        others = [asyncio.create_task(hold(asyncio.Event(), end)) for _ in range(5)]
        await asyncio.sleep(0)
        others[0].cancel()  # while it waits
        end.set()
        await first
        others[1].cancel()  # in the moment it is given the place
        await asyncio.wait_for(asyncio.wait(others), 5)

    asyncio.run(run())
    assert pace.under_way == 0


# ── replicas ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_scope_keeps_its_replica_in_every_process() -> None:
    code = (
        "from duologue.models.replicas import Replicas;"
        f"print([Replicas({URLS!r}).choose(f'{{i}}.0').base for i in range(20)])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.strip() == str([Replicas(URLS[::-1]).choose(f"{i}.0").base for i in range(20)])


def test_scopes_are_spread_evenly() -> None:
    replicas = Replicas(URLS)
    counts = Counter(replicas.choose(f"{i}.0").base for i in range(2000))
    assert set(counts) == set(URLS)
    assert min(counts.values()) > 400


def test_a_scope_moves_while_its_replica_is_down_and_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    replicas = Replicas(URLS)
    homes = {f"{i}.0": replicas.choose(f"{i}.0") for i in range(50)}
    down = replicas.all[0]
    down.failed(gone=True)
    for scope, home in homes.items():
        assert replicas.choose(scope) is (home if home is not down else replicas.order(scope)[1])
    later = time.monotonic() + 60
    monkeypatch.setattr(time, "monotonic", lambda: later)
    assert {scope: replicas.choose(scope) for scope in homes} == homes


def test_a_replica_that_answers_is_down_only_after_several_failures() -> None:
    replicas = Replicas(URLS)
    home = replicas.choose("1.0")
    for _ in range(FAILURES - 1):
        home.failed(gone=False)
    assert replicas.choose("1.0") is home
    home.failed(gone=False)
    assert replicas.choose("1.0") is not home
    home.answered()
    assert replicas.choose("1.0") is home


def test_where_all_are_down_one_is_asked_all_the_same() -> None:
    replicas = Replicas(URLS)
    for replica in replicas.all:
        replica.failed(gone=True)
    assert replicas.choose("1.0") is replicas.order("1.0")[0]
