"""`duologue card`: the dataset card of a run."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from duologue.cli.options import Json, Run

if TYPE_CHECKING:
    from duologue.export.card import Given
    from duologue.store import Store

_ADDRESS = re.compile(r"https?://[^\s<>]+")


def card(
    run: Run,
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", help="The file to write. [default: print it]", metavar="FILE", show_default=False),
    ] = None,
    license: Annotated[
        str, typer.Option("--license", help="Of the rows, such as cc-by-4.0.", metavar="NAME", show_default=False)
    ] = "",
    source_name: Annotated[
        str, typer.Option("--source-name", help="What the database is called.", metavar="NAME", show_default=False)
    ] = "",
    source_url: Annotated[
        str, typer.Option("--source-url", help="Where it comes from.", metavar="URL", show_default=False)
    ] = "",
    everything: Annotated[bool, typer.Option("--all", help="Of all accepted ones, also where some are selected.")] = False,
    json: Json = False,
) -> int:  # fmt: skip
    """Write the dataset card, as the Hugging Face Hub reads it. Of the selected conversations where some are selected."""
    from duologue.cli.runs import open_run
    from duologue.errors import UserError
    from duologue.export import whole_file
    from duologue.export.card import card_of, markdown

    if source_url and not _ADDRESS.fullmatch(source_url):
        raise UserError(f"--source-url {source_url!r} is no address.", "Give one that begins with https:// or http://.")
    with open_run(run) as store:
        said = {"license": license, "source_name": source_name, "source_url": source_url}
        made = card_of(store, _given(store, said, everything))
    if json:
        from duologue.ids import to_json

        text = to_json(made) + "\n"
    else:
        text = markdown(made)
    if out is None:
        print(text, end="")
        return 0
    _spare(out)
    with whole_file(out) as file:
        file.write(text.encode())
    return _told(out, made.rows, made.to_fill)


def _given(store: "Store", said: dict[str, str], everything: bool) -> "Given":
    """What the person said, and what is known around the run. Raises `UserError` where its selection can't be followed."""
    from duologue.cli.selected import kept
    from duologue.export.card import Given
    from duologue.roles import ROLES
    from duologue.sources import domains

    config = store.config()
    ours = not config.get("file") and not config.get("simulated") and config.get("domain") in domains()
    keeps = None if everything else kept(store)
    words, against = _selecting(store) if keeps is not None else ((), ())
    return Given(**said, built_in=ours, duties=ROLES, kept=keeps, selecting=words, against=against)


def _selecting(store: "Store") -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The words that make the selection beside a run again, and the benchmarks it was made against; of paths only the names."""
    from duologue.select.lists import list_path, read_selection, run_id

    list_ = read_selection(list_path(store.folder))
    options = list_.options
    others = [Path(run.folder).name for run in list_.runs if run.id != run_id(store)]
    against = tuple(Path(str(name)).name for name in options.get("against") or ())
    balance, mix = options.get("balance") or (), options.get("mix") or {}
    flags = {
        "--near": f"{options.get('near', 0):g}",
        "--balance": ",".join(balance),
        "--mix": ",".join(f"{mode}:{share:g}" for mode, share in mix.items()),
        "--keep": options.get("keep"),
        "--max-tokens": options.get("max_tokens"),
        "--tokenizer": "" if options.get("tokens") == "estimate" else options.get("tokens"),
    }
    words = [word for flag, value in flags.items() if value not in ("", None) for word in (flag, str(value))]
    return (*others, *words, *(word for name in against for word in ("--against", name))), against


def _spare(out: Path) -> None:
    """Raise `UserError` where a file would be lost that is no card."""
    from duologue.errors import UserError
    from duologue.export.card import FORMAT

    if out.is_file() and FORMAT.encode() not in out.read_bytes():
        raise UserError(f"{str(out)!r} is there, and is no card.", "Name another file (-o), or move that one away.")


def _told(out: Path, rows: int, to_fill: tuple[str, ...]) -> int:
    from duologue.cli.text import one_line

    print(one_line(f"the card of {rows} conversation{'s' * (rows != 1)} in {out}"))
    if to_fill:
        print(one_line(f"to be filled in: {'; '.join(to_fill)}"))
    return 0
