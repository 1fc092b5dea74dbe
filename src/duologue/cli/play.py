"""`duologue play`: stages D and F alone, scenarios become dialogues."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from duologue.cli.options import Domain, Out, Source, Tools

if TYPE_CHECKING:
    from duologue.pipeline import Workshop
    from duologue.types import Dialogue, Scenario


def play(
    tools: Tools,
    tasks: Annotated[Path, typer.Option("--tasks", help="A task file, as `duologue tasks` writes.", metavar="FILE")],
    out: Out,
    source: Source = None,
    domain: Domain = None,
) -> int:
    """Stage alone: play tasks as dialogues. Writes a duologue.dialogues/1 file."""
    from duologue.cli.stages import open_ground
    from duologue.cli.text import one_line
    from duologue.export import read_scenarios, write_dialogues

    shop = open_ground(source, domain).workshop(tools)
    scenarios = read_scenarios(tasks)
    made = write_dialogues(_played(shop, scenarios), out, shop.environment.id)
    print(one_line(f"{made} dialogues of {len(scenarios)} scenarios in {out}"))
    return 0


def _played(shop: "Workshop", scenarios: "list[Scenario]") -> "Iterator[Dialogue]":
    """Those that end; the others are named on stderr."""
    from duologue.cli.text import one_line
    from duologue.errors import StageError
    from duologue.pipeline import play as play_all

    for scenario in scenarios:
        try:
            yield from play_all(shop, iter([scenario]))
        except StageError as error:
            print(one_line(f"{scenario.id} was given up: {error}"), file=sys.stderr)
