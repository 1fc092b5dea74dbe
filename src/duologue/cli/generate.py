"""`duologue generate`: the main job."""

from pathlib import Path
from typing import Annotated

import typer

from duologue.cli.options import Domain, Mode, Number, Seed, Source, whole


def generate(
    source: Source = None,
    domain: Domain = None,
    n: Number = 100,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="The run folder. [default: runs/NAME]", metavar="RUN", show_default=False)
    ] = None,
    seed: Seed = 0,
    mode: Mode = "user",
    toolsets: Annotated[
        int, typer.Option("--toolsets", help="Different toolsets to spread the conversations over.", metavar="N", parser=whole)
    ] = 4,
) -> int:  # fmt: skip
    """Make conversations from a database. The same command again makes what is missing and changes nothing else."""
    from duologue.config import RunConfig

    config = RunConfig(source=source, domain=domain, out=out, n=n, seed=seed, mode=mode, toolsets=toolsets)
    from duologue.cli.progress import between_items, live_line
    from duologue.cli.text import one_line
    from duologue.pipeline import generate as run

    with live_line() as draw, between_items(draw) as progress:
        summary = run(config, progress)
    line = f"{summary.accepted} accepted, {summary.rejected} rejected of {summary.items} items"
    if summary.unfinished:
        line += f", {summary.unfinished} unfinished"
    print(one_line(f"{line}, in {config.folder}"))
    if summary.note:
        print(one_line(summary.note))
    return 0
