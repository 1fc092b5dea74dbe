"""`duologue generate`: the main job."""

from typing import TYPE_CHECKING, Any

from duologue.cli.options import (
    BaseUrl,
    Behaviour,
    Concurrency,
    Config,
    Domain,
    Faults,
    MaxDollars,
    MaxHours,
    MaxTokens,
    Mode,
    Model,
    Noise,
    Number,
    PolicyShare,
    Price,
    Prompts,
    Role,
    RunOut,
    Seed,
    SeedTools,
    Simulated,
    Source,
    Toolsets,
    Workers,
    flags,
)  # fmt: skip

if TYPE_CHECKING:
    from duologue.config import RunConfig
    from duologue.pipeline import Summary


def generate(
    source: Source = None, domain: Domain = None, n: Number = 100, out: RunOut = None, seed: Seed = 0, mode: Mode = "user",
    toolsets: Toolsets = 4, model: Model = None, base_url: BaseUrl = None, role: Role = None, config: Config = None,
    prompts: Prompts = None, price: Price = None, max_dollars: MaxDollars = None, max_tokens: MaxTokens = None,
    max_hours: MaxHours = None, concurrency: Concurrency = None, seed_tools: SeedTools = None, simulated: Simulated = False,
    behaviour: Behaviour = None, noise: Noise = None, faults: Faults = None, policy_share: PolicyShare = None, workers: Workers = 1,
) -> int:  # fmt: skip
    """Make conversations from a database. The same command again makes what is missing and changes nothing else;
    with a larger -n the run grows."""
    given = locals()
    from duologue.cli.runs import standing

    with standing(out):  # reading what is asked takes half a second
        asked = configured(given)
    return run(asked)


def configured(given: dict[str, Any]) -> "RunConfig":
    """The run that arguments, named as `generate` names them, ask for. Raises `UserError` where one is not valid."""
    from duologue.config import RunConfig
    from duologue.settings import model_settings

    same = ("source", "domain", "out", "n", "seed", "mode", "toolsets", "seed_tools", "simulated", "workers")
    return RunConfig(**{name: given[name] for name in same}, models=model_settings(flags(given)))


def run(asked: "RunConfig", first: int | None = None) -> int:
    """Run, and say how it ended; the exit code."""
    from duologue.cli.runs import standing

    with standing(asked.folder):
        from duologue.cli.progress import interruptible, live_line
        from duologue.pipeline import generate as make

        with live_line() as draw, interruptible() as halt:
            summary = make(asked, draw, first, halt=halt)
    return report(asked, summary, more=first is None)


def report(asked: "RunConfig", summary: "Summary", more: bool = True) -> int:
    """The last lines of a run, with what to type next where `more` is wanted; the exit code."""
    from duologue.cli import STOPPED
    from duologue.cli.runs import next_line, nothing_made
    from duologue.cli.text import one_line

    lost = ", ".join(f"{who} {n}" for who, n in summary.blames.items())
    rejected = f"{summary.rejected} rejected ({lost})" if lost else f"{summary.rejected} rejected"
    line = f"{summary.accepted} accepted, {rejected} of {summary.items} items"
    if summary.unfinished:
        line += f", {summary.unfinished} unfinished"
    line = f"{line}, in {asked.folder}" if summary.items else nothing_made(summary.unfinished, asked.folder)
    print(one_line(line))
    if summary.note:
        print(one_line(summary.note))
    if summary.rejected:
        print(f"rejected for {_reasons(asked)}")
    if more:
        print(one_line(next_line(asked.folder, summary.accepted, summary.rejected, "card")))
    if summary.interrupted:
        raise KeyboardInterrupt  # said, and given its exit code, where every interrupt is
    if summary.stopped:
        print(one_line(f"{summary.stopped} The same command with a higher limit goes on."))
        return STOPPED
    return 0


def _reasons(asked: "RunConfig") -> str:
    """What most items were lost to, and to whom."""
    from duologue.cli.lost import reasons
    from duologue.cli.runs import open_run
    from duologue.store import lost

    with open_run(asked.folder) as store:
        return reasons(lost(store))
