"""The main job from the command line: generate, go on, verify, export, and one stage after the other."""

import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from duologue.cli import run
from duologue.sources import from_domain
from duologue.store import FILE_NAME, Store
from duologue.testing import tiny_image


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built-in shop as a file of its own."""
    path = tmp_path_factory.mktemp("source") / "shop.sqlite"
    path.write_bytes(from_domain("retail").image.data)
    return path


@pytest.fixture(scope="module")
def finished(shop: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A whole run of eight items over it."""
    folder = tmp_path_factory.mktemp("runs") / "shop"
    assert run(["generate", str(shop), "-n", "8", "--seed", "3", "-o", str(folder)]) == 0
    return folder


def exported(folder: Path, out: Path) -> bytes:
    assert run(["export", str(folder), "-o", str(out)]) == 0
    return out.read_bytes()


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, Any]:
    capsys.readouterr()
    code = run([*arguments, "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_every_item_ends_once(finished: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, figures = printed(capsys, "stats", str(finished))
    assert code == 0
    assert figures["items"] == 8
    assert figures["dialogues"]["unfinished"] == 0
    assert figures["dialogues"]["accepted"] >= 1
    assert [entry["stage"] for entry in figures["funnel"]] == ["candidates", "tasks", "play", "check"]
    assert figures["funnel"][-1]["passed"] == figures["dialogues"]["accepted"]


def test_the_same_command_again_changes_nothing(finished: Path, shop: Path) -> None:
    before = (finished / FILE_NAME).read_bytes(), shop.read_bytes()
    with Store.open(finished, readonly=True) as store:
        seconds = store.notes()["seconds"]
    assert run(["generate", str(shop), "-n", "8", "--seed", "3", "-o", str(finished)]) == 0
    with Store.open(finished, readonly=True) as store:
        assert store.notes()["seconds"] >= seconds
        assert list(store.finished_items()) == list(range(8))
    assert shop.read_bytes() == before[1]
    assert os.listdir(finished) == [FILE_NAME]


def test_other_arguments_are_refused(finished: Path, shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["generate", str(shop), "-n", "8", "--seed", "4", "-o", str(finished)]) == 2
    err = capsys.readouterr().err
    assert "seed: 3 then, 4 now" in err
    assert len(err.splitlines()) == 2


def test_the_same_seed_makes_the_same_bytes(finished: Path, shop: Path, tmp_path: Path) -> None:
    for seed, same in (("3", True), ("4", False)):
        folder = tmp_path / seed
        command = [
            sys.executable,
            "-m",
            "duologue.cli",
            "generate",
            str(shop),
            "-n",
            "8",
            "--seed",
            seed,
            "-o",
            str(folder),
        ]
        subprocess.run(command, check=True, capture_output=True, env={**os.environ, "PYTHONHASHSEED": seed})
        assert (exported(folder, tmp_path / f"{seed}.jsonl") == exported(finished, tmp_path / "first.jsonl")) is same


def wait_for_an_item(path: Path, process: subprocess.Popen[bytes]) -> None:
    """Until the run has an item that ended."""
    for _ in range(2000):
        time.sleep(0.01)
        if process.poll() is not None or not path.exists():
            continue
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as db:
            if db.execute("SELECT count(*) FROM items WHERE outcome IS NOT NULL").fetchone()[0]:
                return
    pytest.fail("the run made nothing in twenty seconds")


CUT = ["-n", "24", "--seed", "3", "-o"]


@pytest.fixture(scope="module")
def uncut(shop: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """What a run that nothing cuts short exports."""
    folder = tmp_path_factory.mktemp("uncut")
    assert run(["generate", str(shop), *CUT, str(folder / "run")]) == 0
    return exported(folder / "run", folder / "rows.jsonl")


@pytest.mark.long
@pytest.mark.parametrize(("end", "code"), [(signal.SIGINT, 130), (signal.SIGKILL, -9)])
def test_a_run_cut_short_goes_on(shop: Path, uncut: bytes, tmp_path: Path, end: signal.Signals, code: int) -> None:
    folder = tmp_path / "run"
    arguments = ["generate", str(shop), *CUT, str(folder)]
    process = subprocess.Popen([sys.executable, "-m", "duologue.cli", *arguments], stderr=subprocess.PIPE)
    wait_for_an_item(folder / FILE_NAME, process)
    process.send_signal(end)
    said = process.communicate()[1].decode()
    assert process.returncode == code
    assert code != 130 or said == "\nInterrupted. The same command goes on where this one stopped.\n"
    with Store.open(folder, readonly=True) as store:
        assert 0 < len(store.finished_items()) < 24
    assert run(arguments) == 0
    assert exported(folder, tmp_path / "rows.jsonl") == uncut


def test_verify(finished: Path, shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, found = printed(capsys, "verify", str(finished))
    assert (code, found["mismatches"]) == (0, [])
    assert found["calls"] > 0
    exported(finished, tmp_path / "rows.jsonl")
    assert printed(capsys, "verify", str(tmp_path / "rows.jsonl"), "--db", str(shop)) == (0, found)
    assert printed(capsys, "verify", str(finished), "--db", str(shop)) == (0, found)
    assert run(["verify", str(tmp_path / "rows.jsonl")]) == 0  # the built-in domain has this image


def test_one_digit_changed(finished: Path, shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "rows.jsonl"
    rows = [json.loads(line) for line in exported(finished, path).splitlines()]
    turn, message = next(
        (i, m)
        for i, m in enumerate(rows[-1]["messages"])
        if m["role"] == "tool" and '":' in m["content"] and any(c.isdigit() for c in m["content"])
    )
    at = next(i for i, c in enumerate(message["content"]) if c.isdigit())
    digit = "8" if message["content"][at] != "8" else "9"
    message["content"] = message["content"][:at] + digit + message["content"][at + 1 :]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    code, found = printed(capsys, "verify", str(path), "--db", str(shop))
    assert code == 1
    assert [(m["dialogue"], m["turn"]) for m in found["mismatches"]] == [(rows[-1]["id"], turn)]
    assert run(["verify", str(path), "--db", str(shop)]) == 1
    assert f"{rows[-1]['id']}, turn {turn}: " in capsys.readouterr().out


def test_another_database_is_refused(
    finished: Path, shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    exported(finished, tmp_path / "rows.jsonl")
    other = tmp_path / "other.sqlite"
    db = sqlite3.connect(other)
    db.executescript("CREATE TABLE t (x); INSERT INTO t VALUES (1)")
    db.close()
    for where in (tmp_path / "rows.jsonl", finished):
        assert run(["verify", str(where), "--db", str(other)]) == 2
        assert "is not the database these conversations were made from" in capsys.readouterr().err
        assert run(["verify", str(where), "--db", str(shop), "--db", str(other)]) == 2
        assert f"{str(other)!r} is not the database" in capsys.readouterr().err


@pytest.mark.long
def test_rows_of_two_databases(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each is found by its hash, in whatever order they are named."""
    for name, more in (("a", "loans"), ("b", "members")):
        (tmp_path / f"{name}.sqlite").write_bytes(tiny_image().data)
        with contextlib.closing(sqlite3.connect(tmp_path / f"{name}.sqlite", isolation_level=None)) as db:
            db.execute(f"CREATE TABLE more_{more} AS SELECT 1 AS n")
        made = ["generate", str(tmp_path / f"{name}.sqlite"), "-n", "2", "--toolsets", "1", "-o", str(tmp_path / name)]
        assert run(made) == 0
    rows = str(tmp_path / "both.jsonl")
    assert run(["export", str(tmp_path / "a"), str(tmp_path / "b"), "-o", rows]) == 0
    a, b = (["--db", str(tmp_path / f"{name}.sqlite")] for name in "ab")
    for named in ([*a, *b], [*b, *a], [*b, *a, *a]):
        assert run(["verify", rows, *named]) == 0
        assert "4 conversations" in capsys.readouterr().out.splitlines()[-1]
    for named, missing in ((a, "B"), (b, "A"), ([], "A")):
        assert run(["verify", rows, *named]) == 2
        assert f"Missing: {missing} (image " in capsys.readouterr().err


def test_one_stage_after_the_other(shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tools, tasks, dialogues = (str(tmp_path / name) for name in ("tools.json", "tasks.jsonl", "dialogues.jsonl"))
    assert run(["tools", str(shop), "--seed", "5", "--variant", "1", "-o", tools]) == 0
    assert run(["tasks", str(shop), "--tools", tools, "-n", "3", "--seed", "5", "-o", tasks]) == 0
    assert run(["play", str(shop), "--tools", tools, "--tasks", tasks, "-o", dialogues]) == 0
    code, found = printed(capsys, "check", str(shop), "--tools", tools, "--dialogues", dialogues)
    assert len(found["dialogues"]) == 3
    assert code == (0 if all(entry["accepted"] for entry in found["dialogues"]) else 1)
    assert run(["check", str(shop), "--tools", tools, "--dialogues", dialogues]) == code
    assert " of 3 dialogues pass every check" in capsys.readouterr().out


@pytest.mark.long
def test_a_terminal_sees_progress(shop: Path, tmp_path: Path) -> None:
    ours, theirs = os.openpty()
    command = [sys.executable, "-m", "duologue.cli", "generate", str(shop), "-n", "2", "-o", str(tmp_path / "run")]
    with open(theirs, "wb") as terminal:
        subprocess.run(
            command, check=True, stderr=terminal, stdout=subprocess.PIPE, env={**os.environ, "TERM": "xterm"}
        )
    assert b"rejected of 2" in os.read(ours, 100_000)
    os.close(ours)


@pytest.mark.long
def test_elsewhere_it_is_quiet(shop: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "duologue.cli", "generate", str(shop), "-n", "1", "-o", str(tmp_path / "run")]
    ended = subprocess.run(command, check=True, capture_output=True)
    assert ended.stderr == b""
    assert [line.partition(b" ")[0] for line in ended.stdout.splitlines()] == [b"1", b"next:"]
