"""`duologue tools`: stages A, B and G alone."""

from typing import Annotated

import typer

from duologue.cli.options import Domain, Out, Seed, Source, whole


def tools(
    out: Out,
    source: Source = None,
    domain: Domain = None,
    seed: Seed = 0,
    variant: Annotated[
        int,
        typer.Option("--variant", help="Which of the toolsets this seed gives, from 0 on.", metavar="N", parser=whole),
    ] = 0,
) -> int:
    """Stage alone: derive a toolset from a database. Writes a duologue.tools/1 file."""
    from duologue.cli.stages import open_ground
    from duologue.cli.text import one_line
    from duologue.config import MOST_TOOLSETS
    from duologue.errors import UserError
    from duologue.export import write_tools
    from duologue.pipeline import make_tools

    if not 0 <= variant < MOST_TOOLSETS:
        raise UserError(f"--variant {variant} is out of range.", f"Give a number from 0 to {MOST_TOOLSETS - 1}.")
    ground = open_ground(source, domain)
    environment = make_tools(ground.source, ground.catalog, seed, variant + 1)[variant]
    write_tools(environment, out)
    writing = sum(tool.effect == "write" for tool in environment.toolset.tools)
    print(one_line(f"{len(environment.toolset.tools)} tools, {writing} of which write, in {out}"))
    return 0
