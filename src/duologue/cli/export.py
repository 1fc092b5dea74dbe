"""`duologue export`: accepted conversations as JSONL, for trainers."""

from typing import Annotated

import typer

from duologue.cli.options import Out, Run


def export(
    run: Run,
    out: Out,
    form: Annotated[
        str, typer.Option("--format", help="openai: arguments as JSON text; hf: as an object.", metavar="openai|hf")
    ] = "openai",
) -> int:
    """Write the accepted conversations as JSONL. The environments they ran in go beside it (env-*.json)."""
    from duologue.cli.runs import open_run
    from duologue.cli.text import one_line
    from duologue.export import write_export

    with open_run(run) as store:
        done = write_export(store, out, form)
    print(one_line(f"{done.rows} conversations in {done.path}, {len(done.environments)} env-*.json beside it"))
    return 0
