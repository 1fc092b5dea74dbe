"""A `FakeServer` in a process of its own:

    python -m duologue.testing.serve --port 8111                          # the lending library
    python -m duologue.testing.serve shop.db --tools tools.json --tasks tasks.jsonl --faults 0.1

It plays every role of the scenarios it is given, or of those it draws over the lending library (the same number and seed draw
the same). The first line it writes is its base URL; `/stats` beside it says what it has counted. It ends when it is
told to stop (a signal). What it is told that can't be is refused with what is wrong (exit code 2).
"""

import argparse
import asyncio
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from duologue.errors import UserError
from duologue.testing.brain import ScenarioBrain
from duologue.testing.faults import FAULTS, Faults
from duologue.testing.library import tiny_environment
from duologue.testing.server import FakeServer, Manner
from duologue.testing.shelves import shelf_from, shelf_of

MOST_PORT = 65_535


def parser() -> argparse.ArgumentParser:
    """What it can be told."""
    out = argparse.ArgumentParser(prog="python -m duologue.testing.serve", description="A fake model server.")
    out.add_argument(
        "database",
        type=Path,
        nargs="?",
        help="the database the files were made for; the built-in shop where none is named",
    )
    out.add_argument("--tools", type=Path, help="a toolset file, with --tasks")
    out.add_argument("--tasks", type=Path, help="a task file, with --tools")
    out.add_argument("--scenarios", type=int, default=50, help="how many to draw over the lending library")
    out.add_argument("--seed", type=int, default=1)
    out.add_argument("--port", type=int, default=0)
    out.add_argument("--latency", type=float, default=0.0, help="seconds before each answer")
    out.add_argument("--key", default="", help="the key it asks for")
    out.add_argument(
        "--structured", default="json_schema", choices=["json_schema", "json_object", "refused", "ignored"]
    )
    out.add_argument("--reasoning", default="reasoning", choices=["reasoning", "reasoning_content", ""])
    out.add_argument("--no-tools", action="store_true", help="refuse tools")
    out.add_argument("--quick", action="store_true", help="the same answer to the same request, without another look")
    out.add_argument(
        "--faults", type=float, help="share of answers that are spoilt; all where only --fault is given, else none"
    )
    out.add_argument(
        "--fault", action="append", choices=list(FAULTS), help="spoil them in this way only; may be repeated"
    )
    return out


def asked_for(words: Sequence[str] | None = None) -> argparse.Namespace:
    """What the command line says. Ends the process (exit code 2) with what is wrong where it can't be done."""
    known = parser()
    asked = known.parse_args(words)
    if asked.faults is None:
        asked.faults = 1.0 if asked.fault else 0.0
    wrong = (
        (bool(asked.tools) != bool(asked.tasks), "--tools and --tasks go together"),
        (asked.database and not asked.tools, "a database needs --tools and --tasks"),
        (asked.scenarios < 1, f"--scenarios {asked.scenarios}: give 1 or more"),
        (not 0 <= asked.port <= MOST_PORT, f"--port {asked.port}: give 1 to {MOST_PORT}, or 0 for any that is free"),
        (not 0 <= asked.faults <= 1, f"--faults {asked.faults:g}: give a share from 0 to 1"),
        (not 0 <= asked.latency < float("inf"), f"--latency {asked.latency:g}: give seconds, 0 or more"),
        *(
            (path and not path.is_file(), f"there is no file {str(path)!r}")
            for path in (asked.database, asked.tools, asked.tasks)
        ),
    )
    for is_so, why in wrong:
        if is_so:
            known.error(why)
    return asked


def server_of(asked: argparse.Namespace) -> FakeServer:
    """The server that was asked for. Raises `UserError` where a file can't be read."""
    if asked.tools and asked.tasks:
        shelf = shelf_from(asked.database, asked.tools, asked.tasks)
    else:
        tiny = tiny_environment()
        shelf = shelf_of(tiny.environment, tiny.image, tiny.catalog, asked.scenarios, asked.seed)
    manner = Manner(
        latency=asked.latency,
        key=asked.key,
        structured=asked.structured,
        reasoning=asked.reasoning,
        tools=not asked.no_tools,
        quick=asked.quick,
    )
    faults = Faults(asked.faults, asked.seed, asked.fault or tuple(FAULTS)) if asked.faults else None
    return FakeServer(ScenarioBrain([shelf]), manner, faults, asked.port)


async def serve(server: FakeServer) -> None:
    """Run it until it is told to stop."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with server:
        sys.stdout.write(f"{server.url}\n")
        sys.stdout.flush()
        await stop.wait()


def main() -> None:
    """Run it as the command line says."""
    import uvloop

    asked = asked_for()
    try:
        server = server_of(asked)
    except UserError as error:
        parser().error(str(error))
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        try:
            runner.run(serve(server))
        except OSError as error:  # the port is taken, or not to be had
            parser().error(f"--port {asked.port}: {error.strerror}")


if __name__ == "__main__":
    main()
