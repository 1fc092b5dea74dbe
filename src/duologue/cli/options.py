"""Arguments that several commands share, so that one thing has one name everywhere."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer

if TYPE_CHECKING:
    from duologue.settings import Flags


def whole(text: str) -> int:
    """A whole number. Raises `BadParameter` naming what was given instead."""
    try:
        return int(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a whole number.") from None


Source: TypeAlias = Annotated[
    Path | None, typer.Argument(help="An SQLite file. It is only read.", metavar="DATABASE", show_default=False)
]
Domain: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--domain",
        help="A domain instead of a file: one that `duologue domains` lists (retail when neither is named); a model invents any other.",
        show_default=False,
    ),
]
Seed: TypeAlias = Annotated[
    int, typer.Option("--seed", help="The same seed makes the same thing, byte for byte.", metavar="N", parser=whole)
]
Mode: TypeAlias = Annotated[
    str, typer.Option("--mode", help="user: the user asks bit by bit; task: everything at once.", metavar="user|task")
]
Number: TypeAlias = Annotated[int, typer.Option("-n", help="How many.", metavar="N", parser=whole)]
Run: TypeAlias = Annotated[Path, typer.Argument(help="A run folder, as given to `generate -o`.", metavar="RUN")]
Json: TypeAlias = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
Tools: TypeAlias = Annotated[
    Path, typer.Option("--tools", help="A toolset file, as `duologue tools` writes.", metavar="FILE")
]
Model: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--model",
        help="A model for every role: its id at --base-url, or a [models.NAME] of duologue.toml.",
        metavar="NAME",
        show_default=False,
    ),
]
BaseUrl: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--base-url",
        help="Where that model is served, OpenAI chat protocol; again for each replica. [default: $OPENAI_BASE_URL, or port 8000 here]",
        metavar="URL",
        show_default=False,
    ),
]
Role: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--role",
        help="Who plays one role: scripted, model, or a NAME; several times.",
        metavar="ROLE=WHO",
        show_default=False,
    ),
]
Config: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--config", help="Models, roles and limits. [default: duologue.toml here]", metavar="FILE", show_default=False
    ),
]
Prompts: TypeAlias = Annotated[
    Path | None,
    typer.Option("--prompts", help="A folder whose ROLE.md files replace prompts.", metavar="DIR", show_default=False),
]
Price: TypeAlias = Annotated[
    str | None,
    typer.Option("--price", help="Dollars per million tokens.", metavar="INPUT/OUTPUT", show_default=False),
]
MaxDollars: TypeAlias = Annotated[
    float | None,
    typer.Option("--max-dollars", help="Stop before the run has cost more.", metavar="X", show_default=False),
]
MaxTokens: TypeAlias = Annotated[
    int | None,
    typer.Option(
        "--max-tokens", help="Stop before more tokens are used.", metavar="N", show_default=False, parser=whole
    ),
]
MaxHours: TypeAlias = Annotated[
    float | None, typer.Option("--max-hours", help="Stop after that long.", metavar="X", show_default=False)
]
Concurrency: TypeAlias = Annotated[
    int | None,
    typer.Option(
        "--concurrency",
        help="Conversations at once with models. [default: 64]",
        metavar="N",
        show_default=False,
        parser=whole,
    ),
]
Behaviour: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--behaviour",
        help="How often the scripted user does something, 0 to 1 (docs/behaviours.md lists what); several times.",
        metavar="NAME=RATE",
        show_default=False,
    ),
]
Noise: TypeAlias = Annotated[
    float | None,
    typer.Option(
        "--noise",
        help="How much scripted users mistype, run on, leave out capitals: 0 never, 1 as usual.",
        metavar="X",
        show_default=False,
    ),
]
Faults: TypeAlias = Annotated[
    float | None,
    typer.Option(
        "--faults",
        help="The share of tool calls that go wrong on purpose, 0 to 1 (docs/faults.md says how, and what is right then).",
        metavar="X",
        show_default=False,
    ),
]
PolicyShare: TypeAlias = Annotated[
    float | None,
    typer.Option(
        "--policy-share",
        help="The share of conversations for which a wish that a rule of the policy decides about is sought on purpose, 0 to 1; others meet one by chance (docs/domains.md). [default: 0.4]",
        metavar="X",
        show_default=False,
    ),
]
SeedTools: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--seed-tools",
        help="Tools without an implementation, as JSON, instead of a database.",
        metavar="FILE",
        show_default=False,
    ),
]
Simulated: TypeAlias = Annotated[
    bool, typer.Option("--simulated", help="Tools without an implementation for --domain, instead of a database.")
]
Toolsets: TypeAlias = Annotated[
    int,
    typer.Option("--toolsets", help="Different toolsets to spread the conversations over.", metavar="N", parser=whole),
]
Workers: TypeAlias = Annotated[
    int,
    typer.Option(
        "--workers", help="Processes that make conversations; the result is the same.", metavar="N", parser=whole
    ),
]
RunOut: TypeAlias = Annotated[
    Path | None,
    typer.Option("-o", "--out", help="The run folder. [default: runs/NAME]", metavar="RUN", show_default=False),
]
Out: TypeAlias = Annotated[Path, typer.Option("-o", "--out", help="The file to write.", metavar="FILE")]


def flags(given: dict[str, Any]) -> "Flags":
    """What was said of models and behaviour, of all that was given under the names of these options."""
    from duologue.settings import Flags

    same = ("model", "prompts", "price", "noise", "faults", "policy_share")
    return Flags(
        urls=tuple(given["base_url"] or ()), roles=tuple(given["role"] or ()), file=given["config"], dollars=given["max_dollars"],
        tokens=given["max_tokens"], hours=given["max_hours"], together=given["concurrency"],
        behaviours=tuple(given.get("behaviour") or ()), **{name: given[name] for name in same if name in given},
    )  # fmt: skip
