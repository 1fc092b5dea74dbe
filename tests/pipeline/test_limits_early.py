"""A limit may be met before the first item: while tools are written."""

from pathlib import Path

import pytest

from duologue.cli import STOPPED
from duologue.cli import run as command
from duologue.settings import Spending
from duologue.testing import FakeServer, in_thread
from pipeline.modelled import brain, config, library, run, settings


@pytest.mark.long
def test_a_limit_in_the_tools_stage_stops_the_run_and_it_can_go_on(tmp_path: Path) -> None:
    with in_thread(FakeServer(brain(everything=True))) as server:
        short = run(config(tmp_path / "run", settings(server.url, limits=Spending(tokens=20_000)), n=4))
        assert "--max-tokens" in short.summary.stopped
        assert (short.summary.items, short.summary.unfinished) == (0, 4)
        whole = run(config(tmp_path / "run", settings(server.url), n=4))
    assert whole.summary.items == 4


@pytest.mark.parametrize("words", [["generate", "-n", "4"], ["plan", "-n", "4", "--pilot", "2"]])
def test_the_command_says_so_and_ends_with_its_own_code(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with in_thread(FakeServer(brain(everything=True))) as server:
        asked = [words[0], str(library()[0]), *words[1:], "--toolsets", "1", "-o", str(tmp_path / "run")]
        code = command([*asked, "--model", "fake", "--base-url", server.url, "--max-tokens", "20000"])
    assert code == STOPPED
    assert "--max-tokens" in capsys.readouterr().out
