"""`duologue continue`: accepted conversations of a run, or those of a file, gone on with by new goals."""

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
    Seed,
    Workers,
    flags,
    whole,
)  # fmt: skip

if TYPE_CHECKING:
    from duologue.continuing import Summary
    from duologue.onward import Plan


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
    int,
    typer.Option("--tasks", help="New goals for each conversation, where it has so many.", metavar="N", parser=whole),
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
    source: Source, out: Annotated[Path | None, place("continued")] = None, at: At = "last", tasks: Tasks = 1, limit: Limit = None,
    goal: Goal = None, tools: Tools = None, without: Without = None,
    databases: Databases = None, env: Env = None, differing: Differing = False,
    seed: Seed = 0, json: Json = False,
    model: Model = None, base_url: BaseUrl = None, role: Role = None, config: Config = None, prompts: Prompts = None,
    price: Price = None, max_dollars: MaxDollars = None, max_tokens: MaxTokens = None, max_hours: MaxHours = None,
    concurrency: Concurrency = None, workers: Workers = 1,
) -> int:  # fmt: skip
    """Go on from conversations with new goals, which grow out of what came back in them. Where they come from is only read; the same
    command again makes what is missing. Exit code 1 where none can be gone on with."""
    given = flags(locals())
    from duologue.cli.runs import beside, run_folder, standing

    folder = run_folder(source)
    place = out or beside(folder, "continued")
    with standing(place):  # reading what is asked takes half a second
        from duologue.continuing import Asked, Changes, go_on
        from duologue.errors import UserError
        from duologue.settings import model_settings

        if not folder.exists():
            raise UserError(f"There is no {str(source)!r}.", "Name a run folder, or a file of conversations.")
        asked = Asked(
            source=folder, databases=tuple(databases or ()), env=env, differing=differing, out=place, at=at,
            tasks=tasks, goals=tuple(goal or ()), limit=limit, seed=seed, changes=Changes(tools, tuple(dict.fromkeys(without or ()))),
            workers=workers, models=model_settings(given),
        )  # fmt: skip

    def words(plan: "Plan") -> str:
        n = len(asked.goals) or asked.tasks
        most, each = "up to " * (n > 1 and not asked.goals), " each" * (plan.conversations > 1)
        return f"{number(plan.conversations, 'conversation')} to go on with: {most}{number(n, 'new goal')}{each}"

    ended = made(asked.out, lambda draw, halt, plan: go_on(asked, draw, halt=halt, plan=plan), words)
    in_vain = bool(ended.conversations) and ended.left_out == ended.conversations
    return report(asked.out, ended, _lines(ended), json) or int(in_vain)


def _lines(ended: "Summary") -> list[str]:
    """How it ended, for reading."""
    counts = f"{ended.accepted:,} accepted, {ended.rejected:,} rejected, {ended.left_out:,} can't be gone on with"
    made_of = f"{number(ended.goals, 'new goal')} in {number(ended.accepted + ended.rejected, 'conversation')}"
    reasons = [f"  {n:>5,}  {reason}" for reason, n in ended.reasons.items()]
    unused = [f"no new goal needs {name!r}: {why}" for name, why in ended.unused.items()]
    return [f"{number(ended.conversations, 'conversation')}: {counts}", made_of, *reasons, *unused]
