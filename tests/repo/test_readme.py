"""The README's commands, run in their order in an empty folder that holds a shop.sqlite."""

import re
import shlex
from pathlib import Path

import pytest

from duologue.cli import run
from duologue.sources import from_domain

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```\n(.*?)^```", README, re.M | re.S)
LINES = [line.split("  #")[0].strip() for block in BLOCKS for line in block.splitlines()]
COMMANDS = [shlex.split(line)[1:] for line in LINES if line.startswith("duologue ")]


def test_there_is_something_to_run() -> None:
    assert [words[0] for words in COMMANDS[:3]] == ["generate", "stats", "show"]


def test_the_commands_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("shop.sqlite").write_bytes(from_domain("retail").image.data)
    for words in COMMANDS:
        few = ["20" if before == "-n" else word for before, word in zip(["", *words], words, strict=False)]
        assert run(few) == 0, words
