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
        (["export", "nope", "-o", "x.sqlite"], "there is no built-in domain 'nope'"),
        (["export"], "Missing argument 'NAME'"),
        (["list"], "No such command 'list'"),
    ],
)
def test_what_is_not_there_is_refused(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["domains", *arguments]) == 2
    assert said in capsys.readouterr().err


def test_an_export_writes_over_no_database(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "mine.sqlite"
    mine = apsw.Connection(str(file))
    mine.execute("CREATE TABLE t (x)")
    mine.close()
    before = file.read_bytes()
    assert run(["domains", "export", "retail", "-o", str(file)]) == 2
    assert "is not written over" in capsys.readouterr().err
    assert file.read_bytes() == before
    assert list(tmp_path.iterdir()) == [file]
