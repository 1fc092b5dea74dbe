"""`duologue branch`: several continuations of one prefix of each accepted conversation of a run."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from duologue.cli.onward import Limit, made, number, place, report
from duologue.cli.options import (
    BaseUrl,
    Concurrency,
    Config,
    Json,
    MaxDollars,
    MaxHours,
    MaxTokens,
    Model,
    Price,
    Prompts,
    Role,
    Run,
    Seed,
    Workers,
    flags,
    whole,
)  # fmt: skip

if TYPE_CHECKING:
    from duologue.branching import Summary
    from duologue.onward import Plan


At: TypeAlias = Annotated[
    str,
    typer.Option(
        "--at",
        help="Before which turns: every decision, the first, the last, or the first from TURN on (the system message is 0);"
        " several with commas. The assistant decides in each message, a user where they come with a request.",
        metavar="every-decision|first|last|TURN",
    ),
]
Differ: TypeAlias = Annotated[
    str,
    typer.Option(
        "--differ",
        help="Who decides otherwise from there on; fault: a call goes wrong on purpose there.",
        metavar="agent|user|both|fault",
    ),
]
Mistakes: TypeAlias = Annotated[
    float,
    typer.Option(
        "--mistakes",
        help="Share of the branches at the assistant's turns, but for the first at each, in which it makes a mistake on purpose.",
        metavar="SHARE",
    ),
]


def branch(
    run: Run, out: Annotated[Path | None, place("branches")] = None, at: At = "every-decision",
    n: Annotated[int, typer.Option("--n", "-n", help="Branches at each place.", metavar="K", parser=whole)] = 2,
    differ: Differ = "both", limit: Limit = None, mistakes: Mistakes = 0.0,
    seed: Seed = 0, json: Json = False,
    model: Model = None, base_url: BaseUrl = None, role: Role = None, config: Config = None, prompts: Prompts = None,
    price: Price = None, max_dollars: MaxDollars = None, max_tokens: MaxTokens = None, max_hours: MaxHours = None,
    concurrency: Concurrency = None, workers: Workers = 1,
) -> int:  # fmt: skip
    """Play accepted conversations on from turns in their midst, several times. The run itself is only read; the same command again
    makes what is missing."""
    given = flags(locals())
    from duologue.cli.runs import beside, run_folder, standing

    folder = run_folder(run)
    place = out or beside(folder, "branches")
    with standing(place):  # reading what is asked takes half a second
        from duologue.branching import Asked
        from duologue.branching import branch as make
        from duologue.settings import model_settings

        asked = Asked(
            source=folder, out=place, at=at, n=n, differ=differ, limit=limit, seed=seed, mistakes=mistakes,
            workers=workers, models=model_settings(given),
        )  # fmt: skip

    def words(plan: "Plan") -> str:
        where = f"{n:,} at each of {plan.places:,} places" if plan.places > 1 else f"{n:,} at one place"
        return f"{number(plan.items, 'branch', 'branches')}: {where} in {number(plan.conversations, 'conversation')}"

    ended = made(asked.out, lambda draw, halt, plan: make(asked, draw, halt=halt, plan=plan), words)
    return report(asked.out, ended, _lines(ended), json)


def _lines(ended: "Summary") -> list[str]:
    """How it ended, for reading."""
    source = f"{number(ended.conversations, 'conversation')} at {number(ended.places, 'place')}"
    counts = f"{ended.accepted:,} accepted, {ended.rejected:,} rejected, {ended.same:,} the same as others"
    lines = [f"{number(ended.branches, 'branch', 'branches')} of {source}: {counts}"]
    if ended.mistakes:
        lines.append(
            f"{ended.mistakes:,} of the rejected hold a mistake made on purpose; checks object to {ended.noticed:,} of these mistakes"
        )
    if ended.mistakes_asked > ended.mistakes and not ended.unfinished:
        n = ended.mistakes_asked - ended.mistakes
        lines.append(
            f"{n:,} more {'was' if n == 1 else 'were'} to hold one, but the turn there offers none (in a conversation with faults none"
            " does): played soundly"
        )
    return lines
