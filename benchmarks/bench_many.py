"""2,000 conversations at once in one process, user and agent both played by a model that takes 200 ms for each answer.

    python benchmarks/bench_many.py [CONVERSATIONS] [LATENCY] [SCENARIOS]

The model is the fake server in a process of its own; the conversations go through the real client, the real speakers and the real
play loop, each call on a real database. Printed: conversations a second of wall time, how near that is to the bound that the
latency sets (the longest conversation's calls, one after the other), CPU of this process for each model call, and its peak
memory. The server's CPU is printed beside it: where both share few cores, it is part of the wall time.
"""

import asyncio
import resource
import subprocess
import sys
import time
import urllib.request

import msgspec
import uvloop

from duologue.casting import Cast, seldom_collecting
from duologue.models.endpoint import Endpoint
from duologue.models.http import HttpModel
from duologue.roles import Roles
from duologue.testing import tiny_environment
from duologue.testing.known import Shelf
from duologue.testing.shelves import shelf_of
from duologue.types import Dialogue, Scenario
from duologue.workshop import Workshop

AIM_MEGABYTES = 600


async def converse(url: str, shelf: Shelf, shop: Workshop, n: int) -> list[Dialogue]:
    """`n` conversations at once."""
    with seldom_collecting():  # as in a run
        return await _converse(url, shelf, shop, n)


async def _converse(url: str, shelf: Shelf, shop: Workshop, n: int) -> list[Dialogue]:
    async with HttpModel(Endpoint(name="fake", urls=(url,))) as model:
        cast = Cast(Roles({"user": ("m",), "agent": ("m",)}), {"m": model})
        there = Workshop(shop.environment, shop.image, shop.catalog, shop.seed, cast)
        scenarios = [shelf.scenarios[i % len(shelf.scenarios)] for i in range(n)]
        return await asyncio.gather(*(_one(there, s, i) for i, s in enumerate(scenarios)))


async def _one(shop: Workshop, scenario: Scenario, number: int) -> Dialogue:
    return await shop.play(scenario, str(number))


def calls(dialogue: Dialogue) -> int:
    """Calls of the model that a conversation took (a goodbye that was not spoken is one more for each further task)."""
    spoken = sum(1 for t in dialogue.turns if t.message.role in ("user", "assistant"))
    return spoken + len(dialogue.scenario.tasks) - 1


def main() -> None:
    """Print the figures."""
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    latency = float(sys.argv[2]) if len(sys.argv) > 2 else 0.2
    distinct = int(sys.argv[3]) if len(sys.argv) > 3 else 100
    tiny = tiny_environment()
    shelf = shelf_of(tiny.environment, tiny.image, tiny.catalog, distinct)
    shop = Workshop(tiny.environment, tiny.image, tiny.catalog, 1)
    command = [sys.executable, "-m", "duologue.testing.serve", "--scenarios", str(distinct), "--latency", str(latency)]
    with subprocess.Popen([*command, "--quick"], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        url = server.stdout.readline().strip()
        before, started = time.process_time(), time.monotonic()
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            dialogues = runner.run(converse(url, shelf, shop, n))
        wall, cpu = time.monotonic() - started, time.process_time() - before
        with urllib.request.urlopen(url.replace("/v1", "/stats")) as answer:
            stats = msgspec.json.decode(answer.read())
        server.terminate()
    made = [calls(d) for d in dialogues]
    bound = max(made) * latency
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{n} conversations, {sum(made)} model calls ({sum(made) / wall:.0f} a second), most at once {stats['most_at_once']}"
    )
    print(
        f"  wall: {wall:.1f} s, {n / wall:.0f} conversations/s; bound of the latency {bound:.1f} s, ratio {wall / bound:.2f}"
    )
    print(
        f"  CPU for each model call: {cpu / sum(made) * 1000:.3f} ms here, {stats['cpu'] / stats['calls'] * 1000:.3f} ms server"
    )
    print(f"  peak memory: {memory:.0f} MB (aim: {AIM_MEGABYTES})")


if __name__ == "__main__":
    main()
