"""`duologue export`: accepted conversations as JSONL, for trainers; where there is a selection, those it keeps."""

import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from duologue.cli.options import Out

if TYPE_CHECKING:
    from duologue.select.lists import Fit
    from duologue.store import Store


def export(
    runs: Annotated[list[Path], typer.Argument(help="Run folders, as given to `generate -o`.", metavar="RUN...")],
    out: Out,
    form: Annotated[
        str, typer.Option("--format", help="openai: arguments as JSON text; hf: as an object.", metavar="openai|hf")
    ] = "openai",
    selection: Annotated[
        Path | None,
        typer.Option(
            "--selection",
            help="The list to follow. [default: selection.json in the first run, where there is one]",
            metavar="FILE",
            show_default=False,
        ),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="All accepted, whatever is selected.")] = False,
) -> int:
    """Write the accepted conversations as JSONL, or those that `select` chose. The environments they ran in go beside it
    (env-*.json), and so does a database that a model invented."""
    from duologue.cli.runs import distinct, open_run
    from duologue.cli.selected import every_fit
    from duologue.cli.text import one_line
    from duologue.errors import UserError
    from duologue.export import Part, write_exports

    if everything and selection is not None:
        raise UserError("--all and --selection exclude each other.", "Leave one of them out.")
    with ExitStack() as stack:
        stores = [stack.enter_context(open_run(run)) for run in distinct(runs)]
        fits = every_fit(stores, selection, everything)
        parts = [Part(store, None if fit is None else fit.ids) for store, fit in zip(stores, fits, strict=True)]
        _refuse_nothing(stores, fits)
        done = write_exports(parts, out, form)
        databases = [path for store in stores for path in _invented(store, out.parent)]
    found = [fit for fit in fits if fit is not None]
    rows = f"{done.rows:,} of {sum(fit.accepted for fit in found):,}" if found else f"{done.rows}"
    as_selected = ", as selected," if found else ""
    also = f", {len(databases)} database-*.sqlite" if databases else ""
    print(
        one_line(
            f"{rows} conversations{as_selected} in {done.path}, {len(done.environments)} env-*.json{also} beside it"
        )
    )
    new = sum(fit.new for fit in found)
    if new:
        print(
            f"{new:,} were accepted since the selection was made and are not in it. Select again to have them.",
            file=sys.stderr,
        )
    return 0


def _refuse_nothing(stores: "list[Store]", fits: "list[Fit | None]") -> None:
    """Raise `UserError` where there is no conversation to write: an empty file trains nobody, and may replace one that did."""
    from duologue.errors import UserError
    from duologue.select.lists import accepted_ids

    if any(accepted_ids(store) if fit is None else fit.ids for store, fit in zip(stores, fits, strict=True)):
        return
    runs = ", ".join(repr(str(store.folder)) for store in stores)
    if any(fit is not None and fit.accepted for fit in fits):
        raise UserError(
            f"The selection keeps no conversation of {runs}: there is nothing to export.",
            "Select again, name the other runs it was made from, or export all accepted (--all).",
        )
    raise UserError(
        f"No conversation of {runs} was accepted: there is nothing to export.",
        "`duologue stats RUN` says what became of its items.",
    )


def _invented(store: "Store", folder: Path) -> list[Path]:
    """Write the databases of a run that nobody else has: those of an invented world."""
    from duologue.export import write_database
    from duologue.sources import domains

    config = store.config()
    if config.get("file") is not None or config.get("domain") in (None, *domains()):
        return []
    names = dict.fromkeys(e.image for e in store.environments() if e.image)
    return [write_database(name, store.image(name), folder) for name in names]
