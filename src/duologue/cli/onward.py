"""What the commands share that make a run from another one (`branch`, `continue`): options, what is said before and after."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias, TypeVar

import typer

from duologue.cli.options import whole

if TYPE_CHECKING:
    from duologue.halt import Halt
    from duologue.onward import Ended, Plan
    from duologue.pipeline import Progress


Limit: TypeAlias = Annotated[
    int | None,
    typer.Option("--limit", help="Only the first N conversations.", metavar="N", parser=whole, show_default=False),
]


def place(ending: str) -> typer.models.OptionInfo:
    """The option for the folder that a run goes to."""
    told = f"The run folder to make. [default: the source's name with -{ending}]"
    option: typer.models.OptionInfo = typer.Option("-o", "--out", help=told, metavar="FOLDER", show_default=False)
    return option


E = TypeVar("E", bound="Ended")


def made(
    folder: Path,
    make: "Callable[[Callable[[Progress], None], Halt, Callable[[Plan], None]], E]",
    words: "Callable[[Plan], str]",
) -> E:
    """Make a run in a folder, with a live line; `words`: what is about to be made, said on stderr before anything is."""
    from duologue.cli.progress import interruptible, live_line
    from duologue.cli.runs import standing

    def plan(found: "Plan") -> None:
        if found.missing:
            turns = f", about {found.turns:,} turns of models" if found.turns else ""
            left = "" if found.missing == found.items else f", {found.missing:,} of them still to be made"
            print(f"{words(found)}{left}{turns}", file=sys.stderr, flush=True)

    with standing(folder), live_line() as draw, interruptible() as halt:
        return make(draw, halt, plan)


def report(folder: Path, ended: "Ended", lines: list[str], json: bool) -> int:
    """Say how it ended, with what to type next, or all of it as JSON; the exit code."""
    from duologue.cli import STOPPED
    from duologue.cli.runs import next_line
    from duologue.cli.text import one_line

    if json:
        import msgspec

        from duologue.ids import to_json

        print(to_json({**msgspec.to_builtins(ended), "unfinished": ended.unfinished, "folder": str(folder)}))
    else:
        left = f", {ended.unfinished:,} unfinished" if ended.unfinished else ""
        limit = [f"{ended.stopped} The same command with a higher limit goes on."] if ended.stopped else []
        shown = [
            f"{lines[0]}{left}, in {folder}",
            *lines[1:],
            next_line(folder, ended.accepted, ended.rejected, "verify"),
        ]
        print(*map(one_line, [*shown, *limit]), sep="\n")
    if ended.interrupted:
        raise KeyboardInterrupt  # said, and given its exit code, where every interrupt is
    return STOPPED if ended.stopped else 0


def number(n: int, one: str, several: str = "") -> str:
    """A number of things, in words."""
    return f"{n:,} {one if n == 1 else several or f'{one}s'}"
