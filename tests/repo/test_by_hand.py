"""docs/by-hand.md, run as it stands; and a derived toolset edited, given to the stages that follow."""

import json
import re
import shlex
import sqlite3
from pathlib import Path

import pytest

from duologue.cli import run
from duologue.export import read_dialogues
from duologue.sources import from_domain

PAGE = (Path(__file__).parents[2] / "docs" / "by-hand.md").read_text(encoding="utf-8")


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_the_page(capsys: pytest.CaptureFixture[str]) -> None:
    for name, text in re.findall(r"^```\w+ (\S+)\n(.*?)^```", PAGE, re.M | re.S):
        Path(name).write_text(text, encoding="utf-8")
    db = sqlite3.connect("library.sqlite")
    db.executescript(Path("library.sql").read_text(encoding="utf-8"))
    db.close()
    (commands,) = re.findall(r"^```\n(duologue .*?)^```", PAGE, re.M | re.S)
    for line in commands.splitlines():
        assert run(shlex.split(line)[1:]) == 0
    assert capsys.readouterr().out.splitlines()[-1] in PAGE.replace("`", "")
    (dialogue,) = read_dialogues(Path("dialogues.jsonl"))
    changed = [change.after for turn in dialogue.turns for change in turn.changes]
    assert changed == [{"due_on": "2024-05-16"}]


def test_an_edited_toolset(capsys: pytest.CaptureFixture[str]) -> None:
    Path("shop.sqlite").write_bytes(from_domain("retail").image.data)
    assert run(["tools", "shop.sqlite", "--seed", "5", "-o", "tools.json"]) == 0
    edited = json.loads(Path("tools.json").read_text(encoding="utf-8"))
    tools = edited["environment"]["toolset"]["tools"]
    renamed = {tool["name"]: f"{tool['name']}_v2" for tool in tools}
    for tool in tools:
        tool["name"] = renamed[tool["name"]]
        tool["description"] += " Edited."
    Path("edited.json").write_text(json.dumps(edited), encoding="utf-8")
    for line in (
        "tasks shop.sqlite --tools edited.json -n 3 --seed 5 -o tasks.jsonl",
        "play shop.sqlite --tools edited.json --tasks tasks.jsonl -o dialogues.jsonl",
    ):
        assert run(line.split()) == 0
    capsys.readouterr()
    assert run(["check", "shop.sqlite", "--tools", "edited.json", "--dialogues", "dialogues.jsonl", "--json"]) in (0, 1)
    found = json.loads(capsys.readouterr().out)["dialogues"]
    assert all(v["passed"] for entry in found for v in entry["verdicts"] if v["check"] in ("replay", "schema"))
    dialogues = read_dialogues(Path("dialogues.jsonl"))
    assert {d.environment for d in dialogues} != {edited["environment"]["id"]}
    called = {call.name for d in dialogues for turn in d.turns for call in turn.message.tool_calls}
    assert called
    assert called <= set(renamed.values())
