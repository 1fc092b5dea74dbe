"""`duologue judge-check`: figures for people and programs, the list, and one conversation."""

import json
from pathlib import Path
from typing import Any

import pytest

from duologue.cli import run
from duologue.testing import FakeServer, in_thread
from duologue.testing.authors import judged as passed
from duologue.testing.protocol import Body

pytestmark = pytest.mark.long

PART = ["judge-check", "-n", "12", "--seed", "3"]


def passes(body: Body) -> dict[str, Any]:
    """Passes every line, as it was written."""
    return passed(body["messages"][-1]["content"])


def test_machine_checks_alone(capsys: pytest.CaptureFixture[str]) -> None:
    code = run([*PART, "--json"])
    found = json.loads(capsys.readouterr().out)
    assert found["conversations"] == 12
    assert found["judges"] is None
    assert code == (0 if found["holds"] else 1)
    assert found["machine"]["faults"] + found["machine"]["sound"] == 12
    assert run(PART) == code
    shown = capsys.readouterr().out
    assert f"{found['machine']['found']} of {found['machine']['faults']}" in shown
    assert all(kind["name"] in shown for kind in found["machine"]["by_kind"])


def test_judges_are_asked_where_they_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    with in_thread(FakeServer(passes)) as server:
        one, two = (f"[models.{n}]\nname = 'fake'\nurls = ['{server.url}']\n" for n in ("a", "b"))
        Path("duologue.toml").write_text(f"{one}{two}[roles]\njudge = ['a', 'b']\n[judging]\nrule = 'unanimous'\n")
        code = run([*PART, "--json"])
        found = json.loads(capsys.readouterr().out)
        assert run([*PART, "-o", "judge-check"]) == code
        shown = capsys.readouterr().out
    judges = found["judges"]
    assert [v["name"] for v in judges["voices"]] == ["a", "b", "together"]
    assert judges["rule"] == "unanimous"
    assert judges["asked"] == 24
    assert all(v["found"] == 0 and v["unreadable"] == 0 for v in judges["voices"])
    assert judges["work"]["a"]["calls"] == 12
    assert "Judges together (unanimous)" in shown
    assert "0 answers asked for now" in shown
    assert (tmp_path / "judge-check" / "answers.jsonl").is_file()


def test_list_and_show(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*PART, "--list", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)["traps"]
    assert len(listed) == 12
    faulty = next(t for t in listed if t["faulty"])
    assert run([*PART, "--list"]) == 0
    assert faulty["name"] in capsys.readouterr().out
    assert run(["judge-check", "--seed", "3", "--show", faulty["name"]]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith(f"{faulty['name']} is a fault: {faulty['kind']}, at turn {faulty['turn']}")
    assert all(f"planted {line}: {p['line']}" in shown for line, p in faulty["planted"].items())
    assert run(["judge-check", "--seed", "3", "--show", faulty["name"], "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["dialogue"]["turns"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["-n", "0"], "nothing to measure on"),
        (["-n", "500"], "is all there are"),
        (["--show", "no such one"], "no conversation is called so"),
        (["--show", "plain"], "conversations are called so"),
        (["--price", "1/2"], "--price is for models"),
        (["--role", "judge=nobody"], "not known"),
    ],
)
def test_what_is_wrong_is_said(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["judge-check", *arguments]) == 2
    assert said in capsys.readouterr().err
