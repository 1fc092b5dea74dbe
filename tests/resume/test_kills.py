"""A run that is killed at any moment, during its writes too, and made with the same command again has the samples of one that nobody
disturbed; and what a model answered and the store holds is not asked for again.

    make test-kills             # fifty moments of each kind
    DUOLOGUE_KILLS=5 make test-kills
"""

import random
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from duologue.testing import FakeServer, Manner, in_thread
from pipeline.modelled import SEED, brain, library
from resume.killing import KILLS, answers, bereft, finish, killed, moment, samples, whole

N, TOGETHER = 8, 4
TOML = """
[models.fake]
name = "fake"
urls = ["{url}"]
max_tokens = 2000
[roles]
{roles}
"""


class Kind:
    """A kind of run: its arguments, and what it comes to where nobody disturbs it."""

    def __init__(self, home: Path, arguments: list[str], server: FakeServer | None = None) -> None:
        self.home, self.server = home, server
        self._arguments = arguments
        begun = time.monotonic()
        finish(self.arguments(home / "undisturbed"))
        self.seconds = time.monotonic() - begun
        self.samples = self.read(home / "undisturbed")
        self.calls = answers(home / "undisturbed")

    def arguments(self, folder: Path) -> list[str]:
        return [*self._arguments, "-o", str(folder)]

    def read(self, folder: Path) -> Any:
        """What a run came to."""
        return samples(folder, folder.with_suffix(".jsonl"))

    def more(self, *arguments: str) -> None:
        """Add to its arguments."""
        self._arguments += arguments

    @property
    def at_once(self) -> int:
        """Most calls under way at once: one for each item, more while tools are made."""
        return max(TOGETHER, self.server.most_at_once) if self.server is not None else 0

    def asked(self) -> int:
        return self.server.calls if self.server is not None else 0


def kinds(name: str, home: Path) -> Iterator[Kind]:
    path, _ = library()
    plain = [str(path), "-n", str(N), "--seed", str(SEED), "--toolsets", "1"]
    if name == "scripted":
        yield Kind(home, plain)
        return
    everything = name == "every role"
    with in_thread(FakeServer(brain(everything), Manner(latency=0.01))) as server:
        roles = 'all = "fake"' if everything else 'user = "fake"\nagent = "fake"'
        (home / "duologue.toml").write_text(TOML.format(url=server.url, roles=roles))
        models = ["--config", str(home / "duologue.toml"), "--concurrency", str(TOGETHER)]
        yield Kind(home, [*plain, *models], server)


@pytest.fixture(params=["scripted", "user and agent", "every role"])
def kind(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Kind]:
    yield from kinds(request.param, tmp_path)


def one_kill(kind: Kind, dice: random.Random) -> bool:
    """Kill a run at a moment, look at what is left, make the rest, and hold it against the undisturbed one; False where it ended before."""
    folder = kind.home / "run"
    shutil.rmtree(folder, ignore_errors=True)
    before = kind.asked()
    if not killed(kind.arguments(folder), folder, moment(dice, kind.seconds, 2 * N + kind.calls // 2)):
        return False
    kept = answers(folder)
    asked = kind.asked()
    assert asked - before - kept <= kind.at_once  # under way when it was killed
    whole(folder)
    finish(kind.arguments(folder))
    assert kind.read(folder) == kind.samples
    assert answers(folder) == kind.calls
    assert kind.asked() - asked == kind.calls - kept  # what was kept is not asked again, nor is anything else
    return True


def one_worker(kind: Kind, dice: random.Random) -> bool:
    """Kill one of a run's workers: the others make its items, but for those it was in the midst of, which the next run makes."""
    folder = kind.home / "run"
    shutil.rmtree(folder, ignore_errors=True)
    before = kind.asked()
    found = bereft(kind.arguments(folder), folder, moment(dice, kind.seconds, 2 * N + kind.calls // 2), dice)
    if found is None:
        return False
    code, said = found
    assert code in (0, 2), said
    assert code == 0 or "ended unexpectedly (signal SIGKILL" in said, said
    kept, asked = answers(folder), kind.asked()
    assert asked - before - kept <= kind.at_once
    whole(folder)
    finish(kind.arguments(folder))
    assert kind.read(folder) == kind.samples
    assert kind.asked() - asked == kind.calls - kept
    return True


@pytest.mark.kills
def test_killed_at_any_moment(kind: Kind) -> None:
    dice, met = random.Random(kind.calls), 0
    while met < KILLS:
        met += one_kill(kind, dice)


@pytest.mark.kills
@pytest.mark.parametrize("victim", [one_kill, one_worker])
def test_killed_with_four_workers(kind: Kind, victim: Callable[[Kind, random.Random], bool]) -> None:
    dice, met = random.Random(kind.calls), 0
    kind.more("--workers", "4")
    while met < KILLS:
        met += victim(kind, dice)
