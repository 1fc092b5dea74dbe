"""Sources that can't be used: one or two lines, exit code 2, the file as it was, nothing left behind."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from duologue.cli import run


def database(path: Path, script: str) -> None:
    db = sqlite3.connect(path)
    db.executescript(script)
    db.close()


def damaged(path: Path) -> None:
    database(
        path, "CREATE TABLE t (x); INSERT INTO t SELECT hex(randomblob(900)) FROM (VALUES (1), (2), (3), (4), (5))"
    )
    data = path.read_bytes()
    path.write_bytes(data[:4096] + b"\xff" * (len(data) - 4096))


SOURCES: dict[str, tuple[Callable[[Path], object], str]] = {
    "missing": (lambda path: None, "does not exist"),
    "folder": (Path.mkdir, "is a folder"),
    "empty": (Path.touch, "is empty"),
    "text": (lambda path: path.write_text("not a database " * 300), "is not an SQLite database"),
    "damaged": (damaged, "is damaged"),
    "no tables": (lambda path: database(path, "CREATE TABLE t (x); DROP TABLE t"), "has no tables"),
    "no rows": (
        lambda path: database(path, "CREATE TABLE t (x); CREATE TABLE u (y)"),
        "has 2 tables, all without rows",
    ),
}


@pytest.mark.parametrize("name", SOURCES)
def test_bad_sources(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    make, says = SOURCES[name]
    path = tmp_path / "source.sqlite"
    make(path)
    before = path.read_bytes() if path.is_file() else None
    for command in (["generate", str(path), "-o"], ["tools", str(path), "-o"]):
        assert run([*command, str(tmp_path / "out")]) == 2
        err = capsys.readouterr().err
        assert says in err
        assert len(err.splitlines()) <= 2
    assert os.listdir(tmp_path) == ([path.name] if path.exists() else [])
    assert before is None or path.read_bytes() == before


WRITER = """
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.execute("BEGIN EXCLUSIVE")
print("locked", flush=True)
sys.stdin.read()
"""


def test_locked_by_a_writer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "source.sqlite"
    database(path, "CREATE TABLE t (x); INSERT INTO t VALUES (1)")
    command = [sys.executable, "-c", WRITER, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        assert run(["generate", str(path), "-o", str(tmp_path / "out")]) == 2
    assert "locked" in capsys.readouterr().err
    assert [name for name in os.listdir(tmp_path) if not name.endswith("-journal")] == [path.name]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_can_only_be_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "source.sqlite"
    database(path, "CREATE TABLE t (x); INSERT INTO t VALUES (1)")
    tmp_path.chmod(0o500)
    try:
        assert run(["generate", str(path), "-o", str(tmp_path / "out")]) == 2
        assert "Cannot" in capsys.readouterr().err
    finally:
        tmp_path.chmod(0o700)


@pytest.mark.parametrize("name", ["", " ", ",", "retail,", "retail,,sales"])
def test_a_domain_without_a_name(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for command in (
        ["generate", "-n", "2", "-o", str(tmp_path / "out")],
        ["tools", "-o", str(tmp_path / "tools.json")],
    ):
        assert run([*command, "--domain", name]) == 2
        assert f"--domain {name!r}: there is a name missing" in capsys.readouterr().err
    assert not os.listdir(tmp_path)


def test_an_unknown_domain(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["generate", "--domain", "moon", "-o", str(tmp_path / "out")]) == 2
    assert "no built-in domain 'moon'" in capsys.readouterr().err
    assert not os.listdir(tmp_path)
