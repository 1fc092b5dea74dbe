"""`duologue export`: accepted conversations as JSONL, for trainers; where there is a selection, those it keeps."""

import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from duologue.cli.options import Out

if TYPE_CHECKING:
    from duologue.select.lists import Fit
    from duologue.store import Store


Form: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--format",
        help="openai: arguments as JSON text; hf: as an object. [default: openai; hf for pairs and groups]",
        metavar="openai|hf",
        show_default=False,
    ),
]
Selection: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--selection",
        help="The list to follow. [default: selection.json in the first run, where there is one]",
        metavar="FILE",
        show_default=False,
    ),
]


def export(
    runs: Annotated[list[Path], typer.Argument(help="Run folders, as given to `generate -o`.", metavar="RUN...")],
    out: Out,
    form: Form = None,
    selection: Selection = None,
    everything: Annotated[bool, typer.Option("--all", help="All accepted, whatever is selected.")] = False,
    pairs: Annotated[
        bool, typer.Option("--pairs", help="Of branches: preference pairs (prompt, chosen, rejected).")
    ] = False,
    groups: Annotated[
        bool, typer.Option("--groups", help="Of branches: all of one place in a row, a reward each.")
    ] = False,
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
    if pairs or groups:
        return _forks(runs, out, form or "hf", (pairs, groups, selection is not None))
    with ExitStack() as stack:
        stores = [stack.enter_context(open_run(run)) for run in distinct(runs)]
        fits = every_fit(stores, selection, everything)
        parts = [Part(store, None if fit is None else fit.ids) for store, fit in zip(stores, fits, strict=True)]
        _refuse_nothing(stores, fits)
        done = write_exports(parts, out, form or "openai")
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


def _forks(runs: list[Path], out: Path, form: str, asked: tuple[bool, bool, bool]) -> int:
    """Write branches as pairs or groups; the exit code. `asked`: pairs, groups, a selection."""
    from duologue.cli.runs import distinct, open_run
    from duologue.cli.text import one_line
    from duologue.errors import UserError
    from duologue.export.forks import write_forks

    pairs, groups, selected = asked
    if pairs and groups:
        raise UserError("--pairs and --groups exclude each other.", "Write them to two files.")
    if selected:
        raise UserError("A selection is of single conversations.", "Leave out --selection for pairs and groups.")
    kind = "pairs" if pairs else "groups"
    with ExitStack() as stack:
        stores = [stack.enter_context(open_run(run)) for run in distinct(runs)]
        done = write_forks(stores, out, kind, form)
        databases = [path for store in stores for path in _invented(store, out.parent)]
    also = f", {len(databases)} database-*.sqlite" if databases else ""
    print(one_line(f"{done.rows:,} {kind} in {done.path}, {done.environments} env-*.json{also} beside it"))
    for why, n in sorted(done.left.items()):
        print(f"not used: {n:,} branch{'es' * (n > 1)}, since {why}")
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
    from duologue.sources import are_built_in

    config = store.config()
    domain = config.get("domain")
    if config.get("file") is not None or domain is None or are_built_in(domain):
        return []
    names = dict.fromkeys(e.image for e in store.environments() if e.image)
    return [write_database(name, store.image(name), folder) for name in names]
