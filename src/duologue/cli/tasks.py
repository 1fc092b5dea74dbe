"""`duologue tasks`: stages C and F alone."""

import sys
from typing import TYPE_CHECKING

from duologue.cli.options import BaseUrl, Config, Domain, Mode, Model, Number, Out, Role, Seed, Source, Tools

if TYPE_CHECKING:
    from duologue.casting import Cast
    from duologue.types import Scenario


def tasks(
    tools: Tools, out: Out, source: Source = None, domain: Domain = None, n: Number = 10, seed: Seed = 0, mode: Mode = "user",
    model: Model = None, base_url: BaseUrl = None, role: Role = None, config: Config = None,
) -> int:  # fmt: skip
    """Stage alone: make proven tasks for a toolset. Writes a duologue.tasks/1 file."""
    from duologue.cli.stages import open_ground, settings_for, with_cast
    from duologue.cli.text import one_line
    from duologue.config import RunConfig
    from duologue.errors import StageError
    from duologue.export import write_scenarios
    from duologue.pipeline import make_tasks

    RunConfig(n=n, seed=seed, mode=mode)  # the same arguments as a run has, refused alike
    settings = settings_for(model, base_url, role, config)
    ground = open_ground(source, domain)
    plain = ground.workshop(tools, seed)

    async def drawn(cast: "Cast") -> "list[Scenario]":
        return await make_tasks(ground.workshop(tools, seed, cast), n, mode, settings.together, lost.append)

    lost: list[StageError] = []
    made = write_scenarios(with_cast(settings, out, drawn), out, plain.environment.id)
    for error in lost:
        print(one_line(f"a scenario was given up: {error}"), file=sys.stderr)
    short = "" if made == n else f" ({len(lost)} given up)" if lost else f" (distinct tasks ran out at {made} of {n})"
    print(one_line(f"{made} scenarios in {out}{short}"))
    return 0
