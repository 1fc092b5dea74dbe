"""`duologue continue`: accepted conversations of a run, or those of a file, gone on with by new goals."""

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
    Seed,
    Workers,
    whole,
)  # fmt: skip

if TYPE_CHECKING:
    from duologue.continuing import Summary


Place: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "-o", "--out", help="The run folder of what comes of it. [default: RUN-continued]", metavar="FOLDER", show_default=False
    ),
]  # fmt: skip
At: TypeAlias = Annotated[
    str,
    typer.Option(
        "--at",
        help="Where to take up: before the user's last words, or before the first turn from TURN on in which the user comes with"
        " something (the system message is 0).",
        metavar="last|TURN",
    ),
]
Tasks: TypeAlias = Annotated[
    int, typer.Option("--tasks", help="New goals for each conversation.", metavar="N", parser=whole)
]
Limit: TypeAlias = Annotated[
    int | None,
    typer.Option("--limit", help="Only the first N conversations.", metavar="N", parser=whole, show_default=False),
]

Goal: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--goal", help="A new goal in words, instead of --tasks; again for each. A model makes a task of it.", metavar="TEXT", show_default=False
    ),
]  # fmt: skip
Tools: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--tools",
        help="Tools that the assistant gets there: a toolset file (`duologue tools`), or hand-written ones (.toml). A system message"
        " announces them.",
        metavar="FILE",
        show_default=False,
    ),
]
Without: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--without", help="A tool that is withdrawn there; again for each.", metavar="TOOL", show_default=False
    ),
]

Source: TypeAlias = Annotated[
    Path, typer.Argument(help="A run folder, or a file of conversations.", metavar="RUN|FILE", show_default=False)
]
Databases: TypeAlias = Annotated[
    list[Path] | None,
    typer.Option(
        "--db", help="Of a file: the database its calls are made in again; again for each.", metavar="DATABASE", show_default=False
    ),
]  # fmt: skip
Env: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--env",
        help="Of a file: what its tools do, a toolset file or an env-*.json. Rows that `export` wrote have theirs beside them.",
        metavar="FILE",
        show_default=False,
    ),
]
Differing: TypeAlias = Annotated[
    bool,
    typer.Option("--differing", help="Go on, too, where a call gives something else now than the conversation shows."),
]


def continue_(
    source: Source, out: Place = None, at: At = "last", tasks: Tasks = 1, limit: Limit = None,
    goal: Goal = None, tools: Tools = None, without: Without = None,
    databases: Databases = None, env: Env = None, differing: Differing = False,
    seed: Seed = 0, json: Json = False,
    model: Model = None, base_url: BaseUrl = None, role: Role = None, config: Config = None, prompts: Prompts = None,
    price: Price = None, max_dollars: MaxDollars = None, max_tokens: MaxTokens = None, max_hours: MaxHours = None,
    concurrency: Concurrency = None, workers: Workers = 1,
) -> int:  # fmt: skip
    """Go on from conversations with new goals, which grow out of what came back in them. Where they come from is only read; the same
    command again makes what is missing."""
    from duologue.cli.progress import interruptible, live_line
    from duologue.cli.runs import beside, run_folder
    from duologue.continuing import Asked, Changes, go_on
    from duologue.errors import UserError
    from duologue.settings import Flags, model_settings

    flags = Flags(
        model=model, urls=tuple(base_url or ()), roles=tuple(role or ()), file=config, prompts=prompts, price=price,
        dollars=max_dollars, tokens=max_tokens, hours=max_hours, together=concurrency,
    )  # fmt: skip
    folder = run_folder(source)
    if not folder.exists():
        raise UserError(f"There is no {str(source)!r}.", "Name a run folder, or a file of conversations.")
    place = out or beside(folder, "continued")
    models = model_settings(flags)
    changes = Changes(tools, tuple(dict.fromkeys(without or ())))
    asked = Asked(
        source=folder,
        databases=tuple(databases or ()),
        env=env,
        differing=differing,
        out=place,
        at=at,
        tasks=tasks,
        goals=tuple(goal or ()),
        limit=limit,
        seed=seed,
        changes=changes,
        workers=workers,
        models=models,
    )
    with live_line() as draw, interruptible() as halt:
        made = go_on(asked, draw, halt=halt)
    return _report(place, made, json)


def _report(folder: Path, made: "Summary", json: bool) -> int:
    """The last lines, with what to type next; the exit code."""
    import shlex

    from duologue.cli import STOPPED
    from duologue.cli.text import one_line

    code = STOPPED if made.stopped else 0
    if json:
        from msgspec.structs import asdict

        from duologue.ids import to_json

        outcomes = [asdict(one) for one in made.outcomes]
        found = {**asdict(made), "outcomes": outcomes, "unfinished": made.unfinished, "folder": str(folder)}
        print(to_json(found))
        return _ended(made, code)
    line = f"{made.accepted:,} accepted, {made.rejected:,} rejected, {made.left_out:,} can't be gone on with"
    if made.unfinished:
        line += f", {made.unfinished:,} unfinished"
    noun = "conversation" if made.conversations == 1 else "conversations"
    print(one_line(f"{made.conversations:,} {noun}: {line}, in {folder}"))
    for reason, n in made.reasons.items():
        print(one_line(f"  {n:>5,}  {reason}"))
    name = shlex.quote(str(folder))
    if made.accepted:
        print(
            one_line(
                f"next: duologue stats {name} · duologue show {name} 1 · duologue verify {name} · duologue export {name} -o {name}.jsonl"
            )
        )
    if made.stopped:
        print(one_line(f"{made.stopped} The same command with a higher limit goes on."))
    return _ended(made, code)


def _ended(made: "Summary", code: int) -> int:
    if made.interrupted:
        raise KeyboardInterrupt  # said, and given its exit code, where every interrupt is
    return code
