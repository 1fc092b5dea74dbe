"""`duologue export`: accepted conversations as JSONL, for trainers."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from duologue.cli.options import Out, Run

if TYPE_CHECKING:
    from duologue.store import Store


def export(
    run: Run,
    out: Out,
    form: Annotated[
        str, typer.Option("--format", help="openai: arguments as JSON text; hf: as an object.", metavar="openai|hf")
    ] = "openai",
) -> int:
    """Write the accepted conversations as JSONL. The environments they ran in go beside it (env-*.json), and so does a database
    that a model invented."""
    from duologue.cli.runs import open_run
    from duologue.cli.text import one_line
    from duologue.export import write_export

    with open_run(run) as store:
        done = write_export(store, out, form)
        databases = _invented(store, out.parent)
    also = f", {len(databases)} database-*.sqlite" if databases else ""
    print(one_line(f"{done.rows} conversations in {done.path}, {len(done.environments)} env-*.json{also} beside it"))
    return 0


def _invented(store: "Store", folder: Path) -> list[Path]:
    """Write the databases of a run that nobody else has: those of an invented world."""
    from duologue.export import write_database
    from duologue.sources import domains

    config = store.config()
    if config.get("file") is not None or config.get("domain") in (None, *domains()):
        return []
    names = dict.fromkeys(e.image for e in store.environments() if e.image)
    return [write_database(name, store.image(name), folder) for name in names]
