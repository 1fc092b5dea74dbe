"""`duologue play`: stages D and F alone, scenarios become dialogues."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from duologue.cli.options import BaseUrl, Behaviour, Config, Domain, Faults, Model, Noise, Out, Role, Source, Tools

if TYPE_CHECKING:
    from duologue.casting import Cast
    from duologue.simulate.play import GivenUpError
    from duologue.types import Dialogue


def play(
    tools: Tools,
    tasks: Annotated[Path, typer.Option("--tasks", help="A task file, as `duologue tasks` writes.", metavar="FILE")],
    out: Out,
    source: Source = None,
    domain: Domain = None,
    model: Model = None,
    base_url: BaseUrl = None,
    role: Role = None,
    config: Config = None,
    behaviour: Behaviour = None,
    noise: Noise = None,
    faults: Faults = None,
) -> int:
    """Stage alone: play tasks as dialogues. Writes a duologue.dialogues/1 file."""
    from duologue.cli.stages import open_ground, settings_for, with_cast
    from duologue.cli.text import one_line
    from duologue.errors import StageError
    from duologue.export import read_scenarios, write_dialogues
    from duologue.pipeline import play as play_all

    more = {"behaviours": tuple(behaviour or ()), "noise": noise, "faults": faults}
    settings = settings_for(model, base_url, role, config, **more)
    ground = open_ground(source, domain)
    environment = ground.workshop(tools).environment
    scenarios = read_scenarios(tasks)

    async def played(cast: "Cast") -> "list[Dialogue | GivenUpError]":
        shop = ground.workshop(tools, cast=cast, profile=settings.profile).meeting(settings.faults)
        return await play_all(shop, scenarios, settings.together)

    found = with_cast(settings, out, played)
    for scenario, dialogue in zip(scenarios, found, strict=True):
        if isinstance(dialogue, StageError):
            print(one_line(f"{scenario.id} was given up: {dialogue}"), file=sys.stderr)
    made = write_dialogues((d for d in found if not isinstance(d, StageError)), out, environment.id)
    print(one_line(f"{made} dialogues of {len(scenarios)} scenarios in {out}"))
    return 0
