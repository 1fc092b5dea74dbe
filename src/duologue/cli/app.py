"""The commands, in the order the help shows them: the main job first, then one stage alone."""

from typing import Annotated

import typer

from duologue import __version__
from duologue.cli.audit import audit
from duologue.cli.branch import branch
from duologue.cli.card import card
from duologue.cli.check import check
from duologue.cli.continue_ import continue_
from duologue.cli.domains import app as domains
from duologue.cli.export import export
from duologue.cli.generate import generate
from duologue.cli.judge_check import judge_check
from duologue.cli.plan import plan
from duologue.cli.play import play
from duologue.cli.prove import prove
from duologue.cli.quality import quality
from duologue.cli.select import select
from duologue.cli.show import show
from duologue.cli.stats import stats
from duologue.cli.tasks import tasks
from duologue.cli.tools import tools
from duologue.cli.verify import verify

app = typer.Typer(
    name="duologue",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

for command in (
    generate,
    plan,
    stats,
    quality,
    show,
    verify,
    branch,
    continue_,
    prove,
    select,
    export,
    card,
    tools,
    tasks,
    play,
    check,
    audit,
):
    app.command(command.__name__.rstrip("_"))(command)
app.command("judge-check")(judge_check)
app.add_typer(domains, name="domains")


def _version(wanted: bool) -> None:
    if wanted:
        print(f"duologue {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def duologue(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Long, realistic, checkable conversations between a user and a tool-using assistant, from any SQLite database."""
    if context.invoked_subcommand is None:
        print(context.get_help())
