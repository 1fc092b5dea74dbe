"""`duologue generate`: the main job."""

from typing import TYPE_CHECKING

from duologue.cli.options import (
    BaseUrl,
    Concurrency,
    Config,
    Domain,
    MaxDollars,
    MaxHours,
    MaxTokens,
    Mode,
    Model,
    Number,
    Price,
    Prompts,
    Role,
    RunOut,
    Seed,
    SeedTools,
    Simulated,
    Source,
    Toolsets,
)  # fmt: skip

if TYPE_CHECKING:
    from duologue.config import RunConfig
    from duologue.pipeline import Summary

STOPPED = 3
"""Exit code where a limit was reached."""


def generate(
    source: Source = None, domain: Domain = None, n: Number = 100, out: RunOut = None, seed: Seed = 0, mode: Mode = "user",
    toolsets: Toolsets = 4, model: Model = None, base_url: BaseUrl = None, role: Role = None, config: Config = None,
    prompts: Prompts = None, price: Price = None, max_dollars: MaxDollars = None, max_tokens: MaxTokens = None,
    max_hours: MaxHours = None, concurrency: Concurrency = None, seed_tools: SeedTools = None, simulated: Simulated = False,
) -> int:  # fmt: skip
    """Make conversations from a database. The same command again makes what is missing and changes nothing else."""
    from duologue.config import RunConfig
    from duologue.settings import Flags, model_settings

    flags = Flags(
        model=model, urls=tuple(base_url or ()), roles=tuple(role or ()), file=config, prompts=prompts, price=price,
        dollars=max_dollars, tokens=max_tokens, hours=max_hours, together=concurrency,
    )  # fmt: skip
    asked = RunConfig(
        source=source, domain=domain, out=out, n=n, seed=seed, mode=mode, toolsets=toolsets, seed_tools=seed_tools, simulated=simulated,
        models=model_settings(flags),
    )  # fmt: skip
    return run(asked)


def run(asked: "RunConfig", first: int | None = None) -> int:
    """Run, and say how it ended; the exit code."""
    from duologue.cli.progress import between_items, live_line
    from duologue.pipeline import generate as make

    with live_line() as draw:
        if asked.roles.scripted:
            with between_items(draw) as progress:
                summary = make(asked, progress, first)
        else:
            summary = make(asked, draw, first)
    return report(asked, summary)


def report(asked: "RunConfig", summary: "Summary") -> int:
    """The last lines of a run; the exit code."""
    from duologue.cli.text import one_line

    line = f"{summary.accepted} accepted, {summary.rejected} rejected of {summary.items} items"
    if summary.unfinished:
        line += f", {summary.unfinished} unfinished"
    print(one_line(f"{line}, in {asked.folder}"))
    if summary.note:
        print(one_line(summary.note))
    if summary.stopped:
        print(one_line(f"{summary.stopped} The same command with a higher limit goes on."))
        return STOPPED
    return 0
