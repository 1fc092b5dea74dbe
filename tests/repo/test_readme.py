"""The README's commands, run in their order in an empty folder that holds a shop.sqlite."""

import re
import shlex
from pathlib import Path

import pytest

from duologue.cli import run
from duologue.sources import from_domain
from duologue.testing import FakeServer, in_thread
from pipeline.modelled import brain, library

pytestmark = pytest.mark.long
README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
BLOCKS = [block for language, block in re.findall(r"^```(\w*)\n(.*?)^```", README, re.M | re.S) if not language]
LINES = [line.split("  #")[0].strip() for block in BLOCKS for line in block.splitlines()]
COMMANDS = [shlex.split(line)[1:] for line in LINES if line.startswith("duologue ")]
PLAIN = [words for words in COMMANDS if "--model" not in words]
MODELS = [words for words in COMMANDS if "--model" in words]


def test_there_is_something_to_run() -> None:
    assert [words[0] for words in COMMANDS[:3]] == ["generate", "stats", "show"]


def test_the_commands_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("shop.sqlite").write_bytes(from_domain("retail").image.data)
    for words in PLAIN:
        few = ["20" if before == "-n" else word for before, word in zip(["", *words], words, strict=False)]
        assert run(few) == 0, words


def test_the_commands_with_models_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same, with a fake server in the place of the one that is named."""
    monkeypatch.chdir(tmp_path)
    Path("shop.sqlite").write_bytes(library()[0].read_bytes())
    with in_thread(FakeServer(brain(everything=True))) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        for number, words in enumerate(MODELS):
            there = {"-n": "4", "--pilot": "2", "--base-url": server.url, "--model": "fake"}
            asked = [there.get(before, word) for before, word in zip(["", *words], words, strict=False)]
            assert run([*asked, "--toolsets", "1", "-o", f"runs/{number}"]) == 0, words
