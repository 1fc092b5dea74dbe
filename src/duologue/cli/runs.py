"""Finding a run where the person points."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duologue.store import Store


def run_folder(path: Path) -> Path:
    """The run folder that is meant by a path: itself, or where it is the file in it, the folder around."""
    from duologue.store import FILE_NAME

    return path.parent if path.name == FILE_NAME and path.is_file() else path


def beside(path: Path, ending: str) -> Path:
    """Where what is made from a run or a file goes: beside it, with an ending to its name."""
    path = path if path.name and path.name != ".." else path.resolve()
    return path.with_name(f"{path.stem if path.is_file() else path.name}-{ending}")


def distinct(runs: list[Path]) -> list[Path]:
    """The runs, each once. Raises `UserError` naming one that is given twice."""
    from duologue.errors import UserError

    seen: set[Path] = set()
    for run in runs:
        place = run_folder(run).resolve()
        if place in seen:
            raise UserError(f"{str(run)!r} is given twice.", "Name each run once.")
        seen.add(place)
    return runs


@contextmanager
def open_run(path: Path) -> Iterator["Store"]:
    """The store of a run folder (or the file in it), for reading. Raises `UserError`, also for damage met on the way."""
    from duologue.store import Store, explained

    folder = run_folder(path)
    with explained(folder), Store.open(folder, readonly=True) as store:
        yield store


@contextmanager
def standing(folder: Path | None) -> Iterator[None]:
    """Have an interrupt that does not wait say where the run stands, where its folder is known."""
    try:
        yield
    except KeyboardInterrupt as stop:
        if (
            folder is None or stop.args or "duologue.store" not in sys.modules
        ):  # what an interrupt broke off loading is not loaded again
            raise
        raise KeyboardInterrupt(*_standing(folder)) from stop


def _standing(folder: Path) -> Iterator[str]:
    """How much of a run is made; nothing where there is none yet, or none that can be read."""
    from duologue.errors import UserError

    with suppress(UserError), open_run(folder) as store:
        outcomes, n = list(store.finished_items().values()), store.config().get("n")
        if not isinstance(n, int):  # no run of ours
            return
        if not outcomes:
            yield nothing_made(n, folder)
        else:
            accepted = outcomes.count("accepted")
            yield f"{len(outcomes):,} of {n:,} items are made, {accepted:,} of them accepted, in {folder}."


def nothing_made(n: int, folder: Path) -> str:
    """What is said of a run of `n` items of which none has ended."""
    return f"Nothing is made yet of {n:,} {'item' if n == 1 else 'items'}, in {folder}."


def next_line(folder: Path, accepted: int, rejected: int, last: str) -> str:
    """What to type next, to look at a run; `last`: the command that is named at the end."""
    import shlex

    name = shlex.quote(str(folder))
    lines = [f"stats {name}"]
    if rejected:
        lines.append(f"show {name} --rejected")
    if accepted:
        lines += [f"show {name} 1", f"export {name} -o {name}.jsonl", f"{last} {name}"]
    return "next: " + " · ".join(f"duologue {line}" for line in lines)
