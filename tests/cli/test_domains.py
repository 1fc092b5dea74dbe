"""The built-in domains as a list, and one of them as files that the other commands take."""

import json
from pathlib import Path

import apsw
import pytest

from duologue.cli import run
from duologue.environment import import_sqlite
from duologue.sources import domains, from_domain


def test_the_list_counts_what_each_holds(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["domains", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [d["name"] for d in found] == list(domains())
    retail = next(d for d in found if d["name"] == "retail")
    assert retail == {
        "name": "retail",
        "title": "Larkfield Home",
        "tables": 12,
        "rows": 4314,
        "tools": 12,
        "rules": 13,
        "guarded": 12,
    }
    assert run(["domains"]) == 0
    words = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["retail", "Larkfield", "Home", "12", "4,314", "12", "13"] in words


def test_an_exported_domain_is_the_same_one_elsewhere(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "shop" / "retail.sqlite"
    assert run(["domains", "export", "retail", "-o", str(file)]) == 0
    assert import_sqlite(file) == from_domain("retail").image
    assert apsw.Connection(str(file)).pragma("integrity_check") == "ok"
    page = file.with_suffix(".policy.md").read_text()
    assert "**cancel_before_packing**: An order can be cancelled while it is pending" in page
    assert "*Enforced before the writes of `cancel_order`.*" in page
    assert page.count("*Each conversation is checked for the user's yes.*") == 1
    tools, tasks = file.with_suffix(".tools.json"), tmp_path / "tasks.jsonl"
    assert run(["tasks", str(file), "--tools", str(tools), "-n", "2", "-o", str(tasks)]) == 0
    assert len(tasks.read_text().splitlines()) == 3
    capsys.readouterr()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["export", "nope", "-o", "x.sqlite"], "There is no built-in domain 'nope'.\nBuilt in: "),
        (["export", "retail", "-o", "."], "-o '.' names no database"),
        (["export", "retail", "-o", ".."], "-o '..' names no database"),
        (["export", "retail", "-o", ".sqlite"], "-o '.sqlite' names no database"),
        (["export", "retail", "-o", "retail.md"], "-o 'retail.md' names no database"),
        (["--json", "export", "retail", "-o", "x.sqlite"], "--json is for the list of domains"),
        (["export"], "Missing argument 'NAME'"),
        (["list"], "No such command 'list'"),
    ],
)
def test_what_is_not_there_is_refused(
    arguments: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["domains", *arguments]) == 2
    assert said in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["mine.sqlite", "mine.policy.md", "mine.tools.json"])
def test_an_export_writes_over_no_file(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mine = tmp_path / name
    mine.write_bytes(b"precious")
    assert run(["domains", "export", "retail", "-o", str(tmp_path / "mine.sqlite")]) == 2
    assert f"{str(mine)!r} is there already, and is not written over" in capsys.readouterr().err
    assert mine.read_bytes() == b"precious"
    assert list(tmp_path.iterdir()) == [mine]


def test_an_export_writes_over_no_folder_and_no_link(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "folder.db").mkdir()
    (tmp_path / "link.policy.md").symlink_to(tmp_path / "nowhere")
    for name in ("folder.db", "link.db"):
        assert run(["domains", "export", "retail", "-o", str(tmp_path / name)]) == 2
        assert "is there already" in capsys.readouterr().err
    assert len(list(tmp_path.iterdir())) == 2


def test_an_export_again_changes_nothing_and_writes_what_is_gone(tmp_path: Path) -> None:
    file = tmp_path / "retail.sqlite"
    assert run(["domains", "export", "retail", "-o", str(file)]) == 0
    before = {path: (path.read_bytes(), path.stat().st_ino) for path in tmp_path.iterdir()}
    assert run(["domains", "export", "retail", "-o", str(file)]) == 0
    assert {path: (path.read_bytes(), path.stat().st_ino) for path in tmp_path.iterdir()} == before
    page = file.with_suffix(".policy.md")
    page.unlink()
    assert run(["domains", "export", "retail", "-o", str(file)]) == 0
    assert page.read_bytes() == before[page][0]
