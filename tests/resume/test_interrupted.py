"""Ctrl-C while models are asked: the calls under way end and are kept, it is said where the run stands, and the same command goes on."""

import signal
import time
from pathlib import Path

import pytest

from duologue.store import FILE_NAME, Store
from duologue.testing import FakeServer, Manner, in_thread
from pipeline.modelled import SEED, brain, library
from resume.killing import answers, ended, finish, samples, started

TOML = """
[models.fake]
name = "fake"
urls = ["{url}"]
max_tokens = 2000
[roles]
user = "fake"
agent = "fake"
"""


def until(server: FakeServer, calls: int) -> None:
    """Until the server has been asked so often."""
    limit = time.monotonic() + 60
    while server.calls < calls:
        assert time.monotonic() < limit
        time.sleep(0.005)


def until_items(folder: Path, n: int) -> None:
    """Until so many items have ended."""
    limit = time.monotonic() + 60
    while not (folder / FILE_NAME).exists() or _ended(folder) < n:
        assert time.monotonic() < limit
        time.sleep(0.02)


def _ended(folder: Path) -> int:
    with Store.open(folder, readonly=True) as store:
        return len(store.finished_items())


def test_calls_under_way_end_and_are_kept(tmp_path: Path) -> None:
    with in_thread(FakeServer(brain(n=12), Manner(latency=0.3))) as server:
        (tmp_path / "duologue.toml").write_text(TOML.format(url=server.url))
        models = ["--config", str(tmp_path / "duologue.toml"), "--concurrency", "4"]
        plain = [str(library()[0]), "-n", "5", "--seed", str(SEED), "--toolsets", "1", "-o", str(tmp_path / "run")]
        process = started([*plain, *models])
        until(server, 6)
        process.send_signal(signal.SIGINT)
        code, said = ended(process)
        assert code == 130
        assert said.startswith(f"Nothing is made yet of 5 items, in {tmp_path / 'run'}.\n")
        assert said.endswith("\nInterrupted. The same command goes on where this one stopped.\n")
        assert answers(tmp_path / "run") == server.calls  # none of them was broken off
        process = started([*plain, *models])
        until(server, server.calls + 1)
        for _ in range(2):  # the second does not wait
            process.send_signal(signal.SIGINT)
            time.sleep(0.1)
        code, said = ended(process)
        stands = f"Nothing is made yet of 5 items, in {tmp_path / 'run'}."
        assert (code, said) == (130, f"\nInterrupted. {stands} The same command goes on where this one stopped.\n")
        assert server.calls - 4 <= answers(tmp_path / "run") <= server.calls


@pytest.mark.kills
def test_workers_end_what_they_have(tmp_path: Path) -> None:
    plain = [str(library()[0]), "-n", "24", "--seed", str(SEED), "--toolsets", "1"]
    mine = [*plain, "--workers", "3", "-o", str(tmp_path / "run")]
    process = started(mine)
    until_items(tmp_path / "run", 2)
    process.send_signal(signal.SIGINT)
    code, said = ended(process)
    assert code == 130
    assert " unfinished, in " in said
    assert said.endswith("\nInterrupted. The same command goes on where this one stopped.\n")
    finish(mine)
    finish([*plain, "-o", str(tmp_path / "whole")])
    assert samples(tmp_path / "run", tmp_path / "run.jsonl") == samples(tmp_path / "whole", tmp_path / "whole.jsonl")
