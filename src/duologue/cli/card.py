"""`duologue card`: the dataset card of a run, or of several that are one dataset."""

import re
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer

from duologue.cli.options import Json
from duologue.cli.selected import followed

if TYPE_CHECKING:
    from duologue.export.card import Given, Part
    from duologue.store import Store

_ADDRESS = re.compile(r"https?://[^\s<>]+")


Runs: TypeAlias = Annotated[
    list[Path], typer.Argument(help="Run folders, as given to `generate -o`.", metavar="RUN...")
]
Names: TypeAlias = Annotated[
    list[str] | None,
    typer.Option("--source-name", help="What the database is called; again for each.", metavar="NAME", show_default=False),
]  # fmt: skip
Addresses: TypeAlias = Annotated[
    list[str] | None,
    typer.Option("--source-url", help="Where it comes from; again for each.", metavar="URL", show_default=False),
]
List: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--selection",
        help="The list to follow. [default: selection.json in the first run, where there is one]",
        metavar="FILE",
        show_default=False,
    ),
]


def card(
    runs: Runs,
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", help="The file to write. [default: print it]", metavar="FILE", show_default=False),
    ] = None,
    license: Annotated[
        str, typer.Option("--license", help="Of the rows, such as cc-by-4.0.", metavar="NAME", show_default=False)
    ] = "",
    source_names: Names = None,
    source_urls: Addresses = None,
    selection: List = None,
    everything: Annotated[bool, typer.Option("--all", help="Of all accepted ones, also where some are selected.")] = False,
    json: Json = False,
) -> int:  # fmt: skip
    """Write the dataset card, as the Hugging Face Hub reads it. Of the selected conversations where some are selected."""
    from duologue.cli.runs import distinct, open_run
    from duologue.errors import UserError
    from duologue.export import whole_file
    from duologue.export.card import card_of, markdown

    if everything and selection is not None:
        raise UserError("--all and --selection exclude each other.", "Leave one of them out.")
    said = {"license": license, "source_names": tuple(source_names or ()), "source_urls": tuple(source_urls or ())}
    for url in said["source_urls"]:
        if not _ADDRESS.fullmatch(url):
            raise UserError(f"--source-url {url!r} is no address.", "Give one that begins with https:// or http://.")
    with ExitStack() as stack:
        stores = [stack.enter_context(open_run(run)) for run in distinct(runs)]
        made = card_of(*_given(stores, said, None if everything else followed(stores, selection)))
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


def _given(stores: "list[Store]", said: dict[str, Any], list_: Path | None) -> "tuple[list[Part], Given]":
    """The runs' shares, and what the person said. Raises `UserError` where the list can't be followed, or is of other runs too."""
    from duologue.cli.selected import fit
    from duologue.export.card import Given, Part
    from duologue.roles import ROLES

    names = dict(zip(stores, _names(stores), strict=True))
    if list_ is None:
        return [Part(s, names[s], _is_ours(s)) for s in stores], Given(**said, duties=ROLES)
    fits = {store: fit(store, list_) for store in stores}
    words, against, copies = _selecting(list_, names)
    parts = [Part(s, names[s], _is_ours(s), found.ids) for s, found in fits.items() if found is not None]
    since = sum(found.new for found in fits.values() if found is not None)
    return parts, Given(**said, duties=ROLES, selecting=words, against=against, copies=copies, since=since)


def _is_ours(store: "Store") -> bool:
    """Whether its database is one of Duologue's own."""
    from duologue.sources import are_built_in

    config = store.config()
    return not config.get("file") and not config.get("simulated") and are_built_in(config.get("domain") or "")


def _names(stores: "list[Store]") -> list[str]:
    """What each run is called on the page: of its path only the name, a number where two have the same."""
    if len(stores) == 1:
        return ["RUN"]
    names: list[str] = []
    for store in stores:
        name = store.folder.resolve().name or "run"
        name = f"./{name}" if name.startswith("-") else name
        names.append(next(n for n in (name, *(f"{name}-{i}" for i in range(2, len(stores) + 2))) if n not in names))
    return names


def _selecting(list_: Path, names: "dict[Store, str]") -> tuple[tuple[str, ...], tuple[str, ...], int]:
    """The words that make a selection again, the benchmarks it was made against, and how many conversations copied those.

    Of paths only the names. Raises `UserError` naming its runs that were not given.
    """
    from duologue.errors import UserError
    from duologue.select.lists import read_selection, run_id

    found = read_selection(list_)
    given = [(run_id(store), name) for store, name in names.items()]
    runs, missing = [], []
    for run in found.runs:
        mine = next((pair for pair in given if pair[0] == run.id), None)
        if mine is None:
            missing.append(run.folder)
        else:
            given.remove(mine)
            runs.append(mine[1])
    if missing:
        raise UserError(
            f"The selection {str(list_)!r} spans runs that were not given: {', '.join(map(repr, missing))}.",
            "Name all of its runs, so that the card is of the whole dataset, or give --all for a card without the selection.",
        )
    against = tuple(Path(str(name)).name for name in found.options.get("against") or ())
    copies = sum(sum(step.left.values()) for step in found.report.steps if step.name == "decontamination")
    words = (*runs, *_flags(found.options), *(word for name in against for word in ("--against", name)))
    return words, against, copies


def _flags(options: Mapping[str, Any]) -> list[str]:
    """The flags of `select` that were given, but benchmarks."""
    balance, mix = options.get("balance") or (), options.get("mix") or {}
    flags = {
        "--near": f"{options.get('near', 0):g}",
        "--balance": ",".join(balance),
        "--mix": ",".join(f"{mode}:{share:g}" for mode, share in mix.items()),
        "--keep": options.get("keep"),
        "--max-tokens": options.get("max_tokens"),
        "--tokenizer": "" if options.get("tokens") == "estimate" else options.get("tokens"),
    }
    return [word for flag, value in flags.items() if value not in ("", None) for word in (flag, str(value))]


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
