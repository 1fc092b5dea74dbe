"""Arguments that several commands share, so that one thing has one name everywhere."""

from pathlib import Path
from typing import Annotated, TypeAlias

import typer


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
        help="A built-in domain instead of a file: retail (taken when neither is named).",
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
Out: TypeAlias = Annotated[Path, typer.Option("-o", "--out", help="The file to write.", metavar="FILE")]
