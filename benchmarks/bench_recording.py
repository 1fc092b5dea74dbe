"""What keeping a model's call costs in CPU: the record and the limits together, beside a commit of an empty row to the same file.

    python benchmarks/bench_recording.py

Each call is looked up, has its worst case set aside, is answered at once by a function, settled, and committed before its asker
gets it. Answers that arrive together share a commit: *at once* says how many arrive in the same moment. Aim: ≤ 60 µs a call where
64 are in flight.
"""

import asyncio
import tempfile
import time
from pathlib import Path

import uvloop

from duologue.models.budget import Budget, Budgeted
from duologue.models.endpoint import Price
from duologue.models.recording import Recorded
from duologue.protocols import Answer, ChatModel, Request, Usage
from duologue.store import Calls, Store
from duologue.types import Message

CALLS = 6_000
SAID = Message("assistant", "Your order 4711 was sent on Monday. " * 8, reasoning="The user wants to know when. " * 30)


class Instant:
    """A model that answers at once."""

    async def ask(self, request: Request) -> Answer:
        """Always the same."""
        return Answer(SAID, "m", Usage(900, 800, 20), 0.4, 0.001)


async def cpu(model: ChatModel, at_once: int) -> float:
    """CPU microseconds of a call."""
    asked = [Request("agent", (Message("user", f"{at_once} {n}"),), f"{n}.0") for n in range(CALLS)]
    started = time.process_time()
    for first in range(0, CALLS, at_once):
        await asyncio.gather(*map(model.ask, asked[first : first + at_once]))
    return (time.process_time() - started) / CALLS * 1e6


def commits(store: Store) -> float:
    """CPU microseconds of committing a small row."""
    store.db.execute("CREATE TABLE scratch (x INTEGER)")
    started = time.process_time()
    for number in range(CALLS):
        store.db.execute("INSERT INTO scratch VALUES (?)", (number,))
    return (time.process_time() - started) / CALLS * 1e6


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder, Store.create(Path(folder) / "run", {}) as store:
        calls = Calls(store)
        budget = Budget(calls, dollars=1e6)
        least = commits(store)
        print(f"committing a small row: {least:.0f} µs")
        for at_once in (1, 4, 64):
            kept = Recorded(Budgeted(Instant(), budget.purse(Price(0.15, 0.6, 0.075)), 1000), calls)
            mine = uvloop.run(cpu(kept, at_once)) - uvloop.run(cpu(Instant(), at_once))
            print(f"{at_once:3} at once: {mine:.0f} µs a call, {mine / least:.2f} × a commit")


if __name__ == "__main__":
    main()
