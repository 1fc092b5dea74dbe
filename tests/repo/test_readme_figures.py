"""The README's table and its conversation are those of the command it names."""

import re
from pathlib import Path

import pytest

from duologue.cli import run
from duologue.config import RunConfig
from duologue.pipeline import generate
from duologue.store import Store

pytestmark = pytest.mark.long
README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")


def test_table_and_conversation(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "run"
    generate(RunConfig(out=out, n=100), lambda _: None)
    assert run(["stats", str(out)]) == 0
    printed = {" ".join(line.split()) for line in capsys.readouterr().out.splitlines()}
    (table,) = re.findall(r"^```text\n( +this run.*?)^```", README, re.M | re.S)
    assert {" ".join(line.split()) for line in table.splitlines()} <= printed
    (number,) = re.findall(r"^Conversation (\d+) of `duologue generate -n 100`", README, re.M)
    with Store.open(out, readonly=True) as store:
        texts = [t.message.content for t in store.dialogue(int(number)).dialogue.turns if t.message.role == "user"]
    assert texts == re.findall(r"^user +(.*)$", README, re.M)
