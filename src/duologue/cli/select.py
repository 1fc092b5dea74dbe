"""`duologue select`: which of the accepted conversations go into the dataset. Nothing is deleted; a list is written."""

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from duologue.cli.options import Json, whole

if TYPE_CHECKING:
    from duologue.select.lists import Against as Compared
    from duologue.select.lists import Report, Selection
    from duologue.select.selection import Options
    from duologue.store import Store


SHOWN = 5
"""Shared entries that are printed."""
Runs: TypeAlias = Annotated[
    list[Path], typer.Argument(help="Run folders, as given to `generate -o`.", metavar="RUN...")
]
Near: TypeAlias = Annotated[
    float, typer.Option("--near", help="Likeness from which two count as one; 0: only exact copies.", metavar="X")
]
Balance: TypeAlias = Annotated[
    str, typer.Option("--balance", help="Even shares by any of these.", metavar="domain,difficulty,family,length")
]
Mix: TypeAlias = Annotated[
    str, typer.Option("--mix", help="Shares of the modes, from runs of both.", metavar="user:0.8,task:0.2")
]
Keep: TypeAlias = Annotated[
    int | None, typer.Option("--keep", help="How many to keep.", metavar="N", show_default=False, parser=whole)
]
Budget: TypeAlias = Annotated[
    int | None,
    typer.Option("--max-tokens", help="Keep at most so many tokens.", metavar="N", show_default=False, parser=whole),
]
Tokenizer: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--tokenizer",
        help="Count tokens with it: NAME.tiktoken or tokenizer.json. [default: an estimate]",
        metavar="FILE",
        show_default=False,
    ),
]
Against: TypeAlias = Annotated[
    list[Path] | None,
    typer.Option(
        "--against",
        help="Leave out what copies this benchmark: a file or folder; several times.",
        metavar="FILE",
        show_default=False,
    ),
]
ListOut: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "-o", "--out", help="The list. [default: selection.json in each run]", metavar="FILE", show_default=False
    ),
]


def select(
    runs: Runs,
    near: Near = 0.8,
    balance: Balance = "",
    mix: Mix = "",
    keep: Keep = None,
    max_tokens: Budget = None,
    tokenizer: Tokenizer = None,
    against: Against = None,
    out: ListOut = None,
    json: Json = False,
) -> int:
    """Choose which accepted conversations are exported: no duplicates, balanced, within a budget. Nothing is deleted: it writes a
    list that `export` follows."""
    from duologue.cli.runs import run_folder
    from duologue.select.lists import list_path
    from duologue.select.selection import Options

    options = Options(
        near=near,
        balance=_names(balance),
        mix=_shares(mix),
        max_tokens=max_tokens,
        keep=keep,
        tokenizer=tokenizer,
        against=tuple(sorted(against or ())),
    )
    places = [out] if out is not None else [list_path(run_folder(run)) for run in runs]
    for place in places:
        _refuse_other(place)
    made = _made(runs, options)
    _write(made, places)
    if json:
        from duologue.ids import to_json

        print(
            to_json(
                {"selection": [*map(str, places)], "options": made.options, "runs": made.runs, "report": made.report}
            )
        )
        return 0
    print(report(made.report, [run.folder for run in made.runs], places))
    return 0


def _made(runs: list[Path], options: "Options") -> "Selection":
    from duologue.cli.runs import distinct, open_run, run_folder
    from duologue.select.selection import select as make

    opened: list[tuple[Path, Store]] = []
    with ExitStack() as stack:
        for run in distinct(runs):
            opened.append((run_folder(run), stack.enter_context(open_run(run))))
        return make(opened, options)


def _refuse_other(place: Path) -> None:
    """Raise `UserError` where something lies that is not a selection: it may be what was to be selected from."""
    from duologue.errors import UserError
    from duologue.select.lists import FORMAT

    if not place.is_file():
        return
    with place.open("rb") as file:
        if FORMAT.encode() not in file.read(200):
            raise UserError(f"{str(place)!r} exists and is not a selection.", "Name another file (-o).")


def _write(made: "Selection", places: list[Path]) -> None:
    """Write the list, the same beside each run, so that each is exported by it also alone."""
    from duologue.export.files import whole_file
    from duologue.select.lists import encoded

    data = encoded(made)
    for place in places:
        with whole_file(place) as file:
            file.write(data)


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _shares(text: str) -> dict[str, float]:
    from duologue.errors import UserError

    shares: dict[str, float] = {}
    for part in _names(text):
        name, _, share = part.partition(":")
        try:
            value = float(share)
        except ValueError:
            value = 0.0
        if not value or name.strip() in shares:
            raise UserError(f"{part!r} is no share.", "Write shares that add up to 1: --mix user:0.8,task:0.2.")
        shares[name.strip()] = value
    return shares


def report(found: "Report", runs: list[str], places: list[Path]) -> str:
    """The report for reading: what came, what each step left, and the shares before and after."""
    from duologue.cli.text import one_line, styled, table

    head = f"{found.kept:,} of {found.accepted:,} accepted conversations of {', '.join(map(one_line, runs))} selected"
    rows = [("step", "came", "left out", "why")]
    for step in found.steps:
        why = ", ".join(f"{one_line(reason)} {n:,}" for reason, n in step.left.items())
        rows.append((step.name, f"{step.came:,}", f"{sum(step.left.values()):,}", why))
    before, after = found.tokens
    rows += [("kept", f"{found.kept:,}", "", f"{after:,} of {before:,} tokens")]
    parts = [styled(head, "bold"), "", table(rows, right=frozenset({1, 2})), ""]
    shares = [("", "", "before", "after")]
    for dimension, groups in found.shares.items():
        for number, (group, (was, now)) in enumerate(groups.items()):
            name = "" if number else dimension
            shares.append((name, one_line(group, 40), _share(was, found.accepted), _share(now, found.kept)))
    parts.append(table(shares, right=frozenset({2, 3})))
    parts += ["", *_benchmarks(found.against)] if found.against else []
    parts += ["", *(one_line(note) for note in found.notes)] if found.notes else []
    return "\n".join(
        [*parts, "", f"The list: {', '.join(one_line(str(p)) for p in places)}. `duologue export` follows it."]
    )


def _benchmarks(found: "Compared") -> list[str]:
    """What was compared with, and the entries that conversations share most with."""
    from duologue.cli.text import one_line, table

    read = [("benchmark", "entries", "texts", "tools")]
    read += [(_end(f.path), f"{f.documents:,}", f"{f.passages:,}", f"{f.tools:,}") for f in found.files]
    lines = [table(read, right=frozenset({1, 2, 3}))]
    lines += [f"{_end(f.path)}: {one_line(note)}" for f in found.files for note in f.notes]
    lines += ["", f"{found.sharing:,} conversations share something with {found.entries:,} entries."]
    for one in found.shared[:SHOWN]:
        what = "copies" if one.copied else "shares"
        lines.append(f"  {what} {one.kind}, {one.conversations:,} conversations: {one_line(one.entry, 90)}")
        lines.append(f"    {one_line(one.evidence, 180)}")
    if found.entries > SHOWN:
        lines.append(f"  … and {found.entries - SHOWN:,} more: --json")
    return lines


def _end(path: str) -> str:
    """The end of a path: what tells files of one folder apart."""
    from duologue.cli.text import one_line

    return one_line(path if len(path) <= 60 else f"…{path[-59:]}")


def _share(part: int, whole: int) -> str:
    return f"{part:,} ({part / whole:.0%})" if whole else f"{part:,}"
