"""The card of several runs that are one dataset: every run, every source, and commands that really make the blend again."""

import contextlib
import json
import re
import shlex
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from duologue.cli import run
from duologue.testing import tiny_image

RUNS = {
    "a": "a.sqlite -n 4 --seed 1 --toolsets 1",
    "b": "b.sqlite -n 3 --seed 2 --toolsets 1",
    "t": "a.sqlite -n 3 --seed 3 --toolsets 1 --mode task",
}
LOG = """
    CREATE TABLE change_log (at TEXT, what TEXT);
    INSERT INTO change_log VALUES ('2024-01-01', 'begun');
    CREATE TRIGGER logged AFTER UPDATE ON {table} BEGIN INSERT INTO change_log VALUES (CURRENT_TIMESTAMP, 'changed'); END;
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("blend")
    for name in "ab":
        (folder / f"{name}.sqlite").write_bytes(tiny_image().data)
    with contextlib.closing(sqlite3.connect(folder / "b.sqlite", isolation_level=None)) as db:
        table = db.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY rowid").fetchone()[0]
        db.executescript(LOG.format(table=table))
    with contextlib.chdir(folder):
        for name, how in RUNS.items():
            assert run(["generate", *how.split(), "-o", name]) == 0
        assert run(["select", "a", "b", "t", "--mix", "user:0.7,task:0.3"]) == 0
        assert run(["export", "a", "b", "t", "-o", "rows.jsonl"]) == 0
        assert run(["card", "a", "b", "t", "-o", "card.md"]) == 0
    return folder


@pytest.fixture
def here(made: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    monkeypatch.chdir(made)
    capsys.readouterr()
    return made


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.mark.long
def test_its_commands_make_the_blend_again(here: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page, expected = Path("card.md").read_text(encoding="utf-8"), Path("rows.jsonl").read_bytes()
    monkeypatch.chdir(tmp_path)
    for name in ("a.sqlite", "b.sqlite"):
        (tmp_path / name).write_bytes((here / name).read_bytes())
    (block,) = re.findall(r"^```sh\n(.*?)^```", page, re.M | re.S)
    assert [line.split()[1] for line in block.splitlines()] == ["generate"] * 3 + ["select", "export"]
    for line in block.splitlines():
        assert run(shlex.split(line)[1:]) == 0
    assert Path("rows.jsonl").read_bytes() == expected
    assert "they give the same rows, byte for byte." in page


def test_runs_and_sources_stand_side_by_side(here: Path) -> None:
    page, kept = Path("card.md").read_text(encoding="utf-8"), rows(Path("rows.jsonl"))
    counts = dict.fromkeys(RUNS, 0)
    for row in kept:
        mode, source = row["metadata"]["mode"], row["metadata"]["environment_name"].lower()
        counts["t" if mode == "task" else source] += 1
    shown = re.findall(r"^\| `(\w)` \| `[AB]` \| (user|task) \| (\d) \| (\d) \| (\d) \| (\d) \|$", page, re.M)
    asked = {"a": ("user", "1", "4"), "b": ("user", "2", "3"), "t": ("task", "3", "3")}
    assert [(name, tuple(rest[:3]), int(rest[4])) for name, *rest in shown] == [
        (name, asked[name], counts[name]) for name in RUNS
    ]
    assert "**Source** of `a`, `t`: the SQLite database `a.sqlite`" in page
    assert "**Source** of `b`: the SQLite database `b.sqlite`" in page
    hashes = {row["metadata"]["image"] for row in kept}
    assert set(re.findall(r"has the hash `(\w+)`", page)) == hashes
    assert len(hashes) == 2
    assert f"{len(kept)} conversations between" in page
    assert "bit by bit (mode `user`) or all at once (mode `task`)" in page
    assert "The runs began 10 items: 10 accepted" in page
    toolsets = len({row["metadata"]["environment"] for row in kept})
    assert f"- 2 sources and {toolsets} toolsets" in page


def test_tables_that_are_left_out_are_named(here: Path) -> None:
    page = Path("card.md").read_text(encoding="utf-8")
    (note,) = re.findall(r"^- .*change\\_log.*$", page, re.M)
    assert "left out" in note
    assert not re.search(r"^\| `change_log`", page, re.M)


def test_a_part_of_a_selection_is_refused(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for named, missing in (("a", "'b', 't'"), ("t b", "'a'")):
        assert run(["card", *named.split()]) == 2
        assert f"spans runs that were not given: {missing}." in capsys.readouterr().err
    assert run(["card", "a", "--all"]) == 0
    assert "4 conversations between" in capsys.readouterr().out


def test_all_of_several_and_a_list_elsewhere(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["select", "a", "b", "--keep", "5", "-o", "list.json"]) == 0
    capsys.readouterr()
    assert run(["card", "b", "a", "--selection", "list.json", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["rows"], found["counts"]["accepted"], found["counts"]["selected"]) == (5, 7, 5)
    assert [made["run"] for made in found["runs"]] == ["b", "a"]
    assert found["commands"][2:] == [
        "duologue select a b --near 0.8 --keep 5", "duologue export b a -o rows.jsonl",
    ]  # fmt: skip
    assert run(["card", "a", "b", "t", "--all", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["rows"], found["counts"]["selected"], len(found["commands"])) == (10, None, 4)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("a a", "'a' is given twice"),
        ("a b t --all --selection list.json", "exclude each other"),
        ("a b t --source-name x --source-name y --source-name z", "--source-name is given 3 times, for 2 sources."),
    ],
)
def test_what_the_person_must_change(words: str, says: str, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["card", *words.split()]) == 2
    assert says in capsys.readouterr().err


def test_each_source_has_its_name_and_address(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    named = "--source-name Shelves --source-name Stacks --source-url https://e.org/a --license mit"
    assert run(["card", "a", "b", "t", *named.split()]) == 0
    page = capsys.readouterr().out
    assert "# Shelves and Stacks: conversations with tools" in page
    assert "The database of `a`, `t` is Shelves, from <https://e.org/a>." in page
    assert "**Where the database of `b` comes from has to be filled in.**" in page
    assert "> - where the database b.sqlite comes from (--source-url)" in page
