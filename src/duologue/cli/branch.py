"""`duologue branch`: several continuations of one prefix of each accepted conversation of a run."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

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
    whole,
)  # fmt: skip

if TYPE_CHECKING:
    from duologue.branching import Summary


Place: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "-o", "--out", help="The run folder of the branches. [default: RUN-branches]", metavar="FOLDER", show_default=False
    ),
]  # fmt: skip
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
    str, typer.Option("--differ", help="Who decides otherwise from there on.", metavar="agent|user|both")
]
Limit: TypeAlias = Annotated[
    int | None,
    typer.Option(
        "--limit", help="Branch only the first N conversations.", metavar="N", parser=whole, show_default=False
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
    run: Run, out: Place = None, at: At = "every-decision",
    n: Annotated[int, typer.Option("--n", "-n", help="Branches at each place.", metavar="K", parser=whole)] = 2,
    differ: Differ = "both", limit: Limit = None, mistakes: Mistakes = 0.0,
    seed: Seed = 0, json: Json = False,
    model: Model = None, base_url: BaseUrl = None, role: Role = None, config: Config = None, prompts: Prompts = None,
    price: Price = None, max_dollars: MaxDollars = None, max_tokens: MaxTokens = None, max_hours: MaxHours = None,
    concurrency: Concurrency = None, workers: Workers = 1,
) -> int:  # fmt: skip
    """Play accepted conversations on from turns in their midst, several times. The run itself is only read; the same command again
    makes what is missing."""
    from duologue.branching import Asked
    from duologue.branching import branch as make
    from duologue.cli.progress import interruptible, live_line
    from duologue.cli.runs import beside, run_folder
    from duologue.settings import Flags, model_settings

    flags = Flags(
        model=model, urls=tuple(base_url or ()), roles=tuple(role or ()), file=config, prompts=prompts, price=price,
        dollars=max_dollars, tokens=max_tokens, hours=max_hours, together=concurrency,
    )  # fmt: skip
    folder = run_folder(run)
    place = out or beside(folder, "branches")
    asked = Asked(
        run=folder,
        out=place,
        at=at,
        n=n,
        differ=differ,
        limit=limit,
        seed=seed,
        mistakes=mistakes,
        workers=workers,
        models=model_settings(flags),
    )
    with live_line() as draw, interruptible() as halt:
        made = make(asked, draw, halt=halt)
    return _report(asked.out, made, json)


def _number(n: int, one: str, several: str = "") -> str:
    return f"{n:,} {one if n == 1 else several or f'{one}s'}"


def _report(folder: Path, made: "Summary", json: bool) -> int:
    """The last lines, with what to type next; the exit code."""
    import shlex

    from duologue.cli import STOPPED
    from duologue.cli.text import one_line

    code = STOPPED if made.stopped else 0
    if json:
        from msgspec.structs import asdict

        from duologue.ids import to_json

        print(to_json({**asdict(made), "unfinished": made.unfinished, "folder": str(folder)}))
        return _ended(made, code)
    from_where = f"{_number(made.conversations, 'conversation')} at {_number(made.places, 'place')}"
    line = f"{made.accepted:,} accepted, {made.rejected:,} rejected, {made.same:,} the same as others"
    if made.unfinished:
        line += f", {made.unfinished:,} unfinished"
    print(one_line(f"{_number(made.branches, 'branch', 'branches')} of {from_where}: {line}, in {folder}"))
    if made.mistakes:
        print(
            f"{made.mistakes:,} of the rejected hold a mistake made on purpose; checks object to {made.noticed:,} of these mistakes"
        )
    name = shlex.quote(str(folder))
    print(
        one_line(
            f"next: duologue stats {name} · duologue show {name} 1 · duologue verify {name} · duologue export {name} -o {name}.jsonl"
        )
    )
    if made.stopped:
        print(one_line(f"{made.stopped} The same command with a higher limit goes on."))
    return _ended(made, code)


def _ended(made: "Summary", code: int) -> int:
    """The exit code; an interrupt is said, and given its own, where every one is."""
    if made.interrupted:
        raise KeyboardInterrupt
    return code
