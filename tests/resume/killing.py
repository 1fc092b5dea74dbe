"""Runs of the command line in processes of their own, that can be killed at a moment drawn from a seed, and what they leave behind."""

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import apsw

from duologue.cli import run
from duologue.store import FILE_NAME, Store

KILLS = int(os.environ.get("DUOLOGUE_KILLS", "50"))
LONGEST = 120.0
"""Seconds after which a run is said to hang."""


def started(arguments: list[str], **more: str) -> "subprocess.Popen[bytes]":
    """`generate`, or the command that the arguments begin with, in a process group of its own."""
    named = arguments[0] in ("continue", "branch")
    command = [sys.executable, "-m", "duologue.cli", *([] if named else ["generate"]), *arguments]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True, env={**os.environ, **more}
    )


def ended(process: "subprocess.Popen[bytes]") -> tuple[int, str]:
    """Its exit code and all it said."""
    out, err = process.communicate(timeout=LONGEST)
    return process.returncode, (out + err).decode()


def finish(arguments: list[str]) -> None:
    """The command once more, to its end."""
    code, said = ended(started(arguments))
    assert code == 0, said


def after(seconds: float) -> Callable[[Path], bool]:
    """A moment: so long after the start."""
    at = time.monotonic() + seconds
    return lambda folder: time.monotonic() >= at


def amid_writing(times: int) -> Callable[[Path], bool]:
    """A moment: when the store's journal has been seen to change so often, that is, while something is being written."""
    seen: list[tuple[int, int]] = [(0, 0)]

    def reached(folder: Path) -> bool:
        try:
            found = (folder / f"{FILE_NAME}-wal").stat()
        except FileNotFoundError:
            return False
        if (mark := (found.st_size, found.st_mtime_ns)) != seen[-1]:
            seen.append(mark)
        return len(seen) > times

    return reached


def moment(dice: random.Random, seconds: float, writes: int) -> Callable[[Path], bool]:
    """Half of the moments lie anywhere in a run of so many seconds, half amid one of its writes."""
    if dice.random() < 0.5:
        return after(dice.uniform(0.0, seconds))
    return amid_writing(dice.randint(1, writes))


def killed(arguments: list[str], folder: Path, when: Callable[[Path], bool]) -> bool:
    """Start a run and kill its process with SIGKILL at that moment; False where it ended before."""
    process = started(arguments)
    limit = time.monotonic() + LONGEST
    while process.poll() is None and not when(folder):
        assert time.monotonic() < limit, "the run hangs"
        time.sleep(0.0005)
    alive = process.poll() is None
    if alive:
        workers = children(process)
        process.kill()
        _until_gone(workers)  # they notice by themselves
    process.communicate()
    return alive


def _until_gone(pids: list[int]) -> None:
    limit = time.monotonic() + LONGEST
    while any(_runs(pid) for pid in pids):
        assert time.monotonic() < limit, "workers outlive the run"
        time.sleep(0.005)


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def children(process: "subprocess.Popen[bytes]") -> list[int]:
    """The processes that one has started."""
    try:
        return [int(n) for n in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]
    except FileNotFoundError:
        return []


def bereft(
    arguments: list[str], folder: Path, when: Callable[[Path], bool], dice: random.Random
) -> tuple[int, str] | None:
    """Start a run and kill one of its workers at that moment; how the run ended. None where it ended, or had none, before."""
    process = started(arguments)
    limit = time.monotonic() + LONGEST
    while process.poll() is None and not (when(folder) and children(process)):
        assert time.monotonic() < limit, "the run hangs"
        time.sleep(0.0005)
    workers = sorted(children(process))
    if workers:
        with contextlib.suppress(ProcessLookupError):
            os.kill(dice.choice(workers), signal.SIGKILL)
    found = ended(process)
    return found if workers else None


def samples(folder: Path, out: Path) -> tuple[bytes, list[tuple[int, bool, str]]]:
    """What a run came to: its export, and each item's end with the id of its conversation."""
    assert run(["export", str(folder), "-o", str(out)]) == 0
    with Store.open(folder, readonly=True) as store:
        found = [(d.item, ok, d.dialogue.id) for ok in (True, False) for d in store.dialogues(ok)]
    return out.read_bytes(), sorted(found)


def rows(folder: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every row that a run came to, conversations word for word, accepted or not; but for notes and ledgers, which hold times."""
    tables = (
        "items",
        "tasks",
        "dialogues",
        "attempts",
        "checks",
        "redrawn",
        "faults",
        "untried",
        "decisions",
        "config",
    )
    db = apsw.Connection(str(folder / FILE_NAME))
    try:
        return {table: sorted(db.execute(f"SELECT * FROM {table}")) for table in tables}
    finally:
        db.close()


def whole(folder: Path) -> None:
    """What every store must be, whenever its writer was killed: sound, and each item that ended complete."""
    if not (folder / FILE_NAME).exists():
        return
    db = apsw.Connection(str(folder / FILE_NAME))
    try:
        assert db.pragma("integrity_check") == "ok"
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []
        ended = "SELECT count(*) FROM items WHERE outcome = 'accepted'"
        assert db.execute(ended).get == db.execute("SELECT count(*) FROM dialogues WHERE accepted = 1").get
    finally:
        db.close()


def answers(folder: Path) -> int:
    """How many answers of models a run has stored."""
    if not (folder / FILE_NAME).exists():
        return 0
    db = apsw.Connection(str(folder / FILE_NAME))
    try:
        return int(db.execute("SELECT count(*) FROM calls").get)
    finally:
        db.close()


def forgetful(folder: Path) -> None:
    """Take the answers from a run's book, as if all prompts were worded otherwise by now; the turns that they became stay."""
    if (folder / FILE_NAME).exists():
        db = apsw.Connection(str(folder / FILE_NAME))
        db.execute("DELETE FROM calls")
        db.close()
