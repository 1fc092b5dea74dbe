"""Our side: the same conversation, as a run makes it.

    python benchmarks/beside_tau2/ours.py URL CONVERSATIONS AT_ONCE [WORKERS]

User and assistant are played by the model at URL. Everything that a run does to a conversation is on: the journals of answers and of turns,
budget and retries, the gate of the user, every check of the verdict, the store.
Prints one line of JSON; CPU and memory are those of all processes together.
"""

import asyncio
import resource
import sys
import tempfile
import time
from pathlib import Path

import errand
import msgspec
import uvloop

from duologue.casting import assembled
from duologue.halt import Halt
from duologue.rounds import all_missing
from duologue.score import Score
from duologue.store import Calls, Store
from duologue.workers.foreman import Crew, Foreman


async def converse(url: str, folder: Path, n: int, at_once: int, workers: int) -> int:
    """`n` conversations, so many at once, in a run of its own; how many are accepted."""
    shop = errand.workshop()
    assert shop.image is not None
    told = errand.Told(folder, url, errand.scenario(shop), at_once)
    with Store.create(folder, {"n": n}) as store:
        store.put_environment(shop.environment, shop.image.data, msgspec.json.encode(shop.catalog))
        calls, halt = Calls(store), Halt()
        score = Score(n, {}, lambda _: None)
        async with assembled(told.models, calls, calls, halt=halt) as cast:
            if workers > 1:
                crew = Crew(errand.MODULE, told, workers, told.models, at_once, False)
                await Foreman(crew, store, calls, cast.funds, score).work(n, halt)
            else:
                await all_missing(told.here(shop, cast, store), n, score, halt, at_once)
        return score.summary(store).accepted


def used() -> tuple[float, float]:
    """CPU-seconds of this process and those it has waited for; megabytes of the largest of them, for each."""
    own, others = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + others.ru_utime + others.ru_stime, own.ru_maxrss / 1024


def main() -> None:
    """Run and say what it took."""
    url, n, at_once = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    workers = int(sys.argv[4]) if len(sys.argv) > 4 else 1
    with tempfile.TemporaryDirectory() as name, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(converse(url, Path(name) / "first", 2, 2, 1))  # what is imported and compiled once
        started, before = time.monotonic(), used()
        right = runner.run(converse(url, Path(name) / "run", n, at_once, workers))
        wall, cpu = time.monotonic() - started, used()[0] - before[0]
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024 * workers if workers > 1 else 0
    figures = {"n": n, "right": right, "wall": wall, "cpu": cpu, "memory": used()[1] + children}
    sys.stdout.write(msgspec.json.encode(figures).decode() + "\n")


if __name__ == "__main__":
    main()
