"""The list that selection writes and export follows: `duologue.selection/1`, as docs/formats.md describes it.

It says of each run it was made from which of the accepted conversations are kept, in order, and of all others why not. It deletes
nothing: made again with other options, it is another list over the same runs. A run is known by its arguments, not by where it lies.
"""

from pathlib import Path

import msgspec
from msgspec import Struct

from duologue.errors import UserError
from duologue.ids import digest
from duologue.select.decontamination import BenchmarkFile
from duologue.select.samples import Left
from duologue.store import Store
from duologue.types import Json

FORMAT = "duologue.selection/1"
FILE_NAME = "selection.json"


class RunRef(Struct, frozen=True):
    """A run that a list was made from."""

    folder: str
    """Where it lay, as it was named."""
    id: str
    """Names its arguments."""
    accepted: int
    """Conversations it held."""


class Kept(Struct, frozen=True):
    """A conversation that stays."""

    run: int
    """Of which of the list's runs, from 0."""
    id: str


class Step(Struct, frozen=True):
    """One step of selection: how many came to it, and how many were left out for which reason."""

    name: str
    came: int
    left: dict[str, int]


class Shared(Struct, frozen=True):
    """Something that conversations share with a benchmark's entry."""

    entry: str
    """File and place."""
    kind: str
    """text · tool name · tool schema."""
    copied: bool
    """It makes a conversation contaminated; else it is only reported."""
    conversations: int
    share: float
    """The most that any of them shares."""
    evidence: str
    """Of that one."""


class Against(Struct, frozen=True):
    """What conversations were compared with, and what they share with it."""

    files: tuple[BenchmarkFile, ...]
    sharing: int
    """Conversations that share anything."""
    entries: int
    """Entries they share it with."""
    shared: tuple[Shared, ...]
    """At most 200 of those entries: copies first, then those that most conversations share."""


class Report(Struct, frozen=True):
    """The figures of a selection."""

    accepted: int
    kept: int
    tokens: tuple[int, int]
    """Of all, and of those kept."""
    steps: tuple[Step, ...]
    shares: dict[str, dict[str, tuple[int, int]]]
    """Dimension → group → conversations before and after."""
    notes: tuple[str, ...]
    """What could not be had, in words."""
    against: Against | None = None
    """Benchmarks; null where none were named."""


class Selection(Struct, frozen=True):
    """The whole list."""

    format: str
    options: dict[str, Json]
    runs: tuple[RunRef, ...]
    report: Report
    kept: tuple[Kept, ...]
    left: tuple[Left, ...]


class Fit(Struct, frozen=True):
    """What a list says of one run as it is now."""

    ids: frozenset[str]
    """Conversations to export."""
    accepted: int
    """How many the run holds."""
    new: int
    """How many of those the list doesn't know: they were made after it."""


def list_path(run: Path) -> Path:
    """Where the list of a run lies unless another place is named."""
    return run / FILE_NAME


def run_id(store: Store) -> str:
    """Names a run by its arguments and the version that began it."""
    return digest([store.config(), store.notes().get("version", "")])


def encoded(selection: Selection) -> bytes:
    """The bytes of the file: indented, so that two lists can be compared line by line."""
    return msgspec.json.format(msgspec.json.encode(selection), indent=1) + b"\n"


def read_selection(path: Path) -> Selection:
    """Read a list. Raises `UserError`."""
    again = "Make one with `duologue select`, or name another (--selection)."
    try:
        found = msgspec.json.decode(path.read_bytes(), type=Selection)
    except OSError as error:
        raise UserError(f"Cannot read {str(path)!r}: {error.strerror}.", again) from error
    except (msgspec.DecodeError, RecursionError) as error:
        raise UserError(f"{str(path)!r} is not a selection: {error}", again) from error
    if found.format != FORMAT:
        raise UserError(f"{str(path)!r} has format {found.format!r}.", f"This version reads {FORMAT!r}.")
    named = [kept.run for kept in found.kept] + [left.run for left in found.left]
    if any(not 0 <= number < len(found.runs) for number in named):
        raise UserError(f"{str(path)!r} names a run that it does not list.", again)
    return found


def fitted(selection: Selection, store: Store, folder: Path) -> Fit:
    """What the list keeps of a run. Where several of its runs have the same arguments, the one in a folder of that name is meant.

    Raises `UserError` where the list was not made from that run, or names conversations that it does not hold.
    """
    number = _number(selection, run_id(store), folder)
    held = set(accepted_ids(store))
    keeps = frozenset(entry.id for entry in selection.kept if entry.run == number)
    known = keeps | {entry.id for entry in selection.left if entry.run == number}
    if known - held:
        missing = min(known - held)
        raise UserError(
            f"The selection names {len(known - held):,} conversations that {str(folder)!r} does not hold ({missing}, …).",
            "Select again, or export all accepted (--all).",
        )
    return Fit(keeps, len(held), len(held - known))


def accepted_ids(store: Store) -> list[str]:
    """Ids of the accepted conversations, in the order of their items."""
    return [name for (name,) in store.db.execute("SELECT id FROM dialogues WHERE accepted = 1 ORDER BY item")]


def _number(selection: Selection, name: str, folder: Path) -> int:
    same = [n for n, run in enumerate(selection.runs) if run.id == name]
    if len(same) > 1:
        same = [n for n in same if Path(selection.runs[n].folder).resolve().name == folder.resolve().name][:1]
    if not same:
        made_from = ", ".join(run.folder for run in selection.runs)
        raise UserError(
            f"The selection was not made from {str(folder)!r}, but from {made_from}.",
            "Select again, name the list that was (--selection), or export all accepted (--all).",
        )
    return same[0]
