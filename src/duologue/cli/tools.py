"""`duologue tools`: stages A, B and G alone."""

from typing import TYPE_CHECKING, Annotated

import typer

from duologue.cli.options import BaseUrl, Config, Domain, Model, Out, Role, Seed, Source, whole

if TYPE_CHECKING:
    from duologue.casting import Cast
    from duologue.types import Environment


def tools(
    out: Out,
    source: Source = None,
    domain: Domain = None,
    seed: Seed = 0,
    variant: Annotated[
        int,
        typer.Option("--variant", help="Which of the toolsets this seed gives, from 0 on.", metavar="N", parser=whole),
    ] = 0,
    model: Model = None,
    base_url: BaseUrl = None,
    role: Role = None,
    config: Config = None,
) -> int:
    """Stage alone: make a toolset for a database. Writes a duologue.tools/1 file."""
    from duologue.cli.stages import open_ground, settings_for, with_cast
    from duologue.cli.text import one_line
    from duologue.config import MOST_TOOLSETS
    from duologue.errors import UserError
    from duologue.export import write_tools
    from duologue.ground import environments

    if not 0 <= variant < MOST_TOOLSETS:
        raise UserError(f"--variant {variant} is out of range.", f"Give a number from 0 to {MOST_TOOLSETS - 1}.")
    settings = settings_for(model, base_url, role, config)
    ground = open_ground(source, domain)

    async def made(cast: "Cast") -> "Environment":
        return (await environments(ground.source, ground.catalog, cast, seed, range(variant, variant + 1)))[0]

    environment = with_cast(settings, out, made)
    write_tools(environment, out)
    writing = sum(tool.effect == "write" for tool in environment.toolset.tools)
    print(one_line(f"{len(environment.toolset.tools)} tools, {writing} of which write, in {out}"))
    return 0
