"""As `test_kills`, of `continue` and `branch`: by rules and with models, in one process and with workers. Where they come from stays as it is."""

import json
import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from continuing.test_models import GOAL
from continuing.test_models import brain as goal_brain
from duologue.ids import digest
from duologue.store import FILE_NAME
from duologue.testing import FakeServer, Manner, in_thread
from duologue.testing.protocol import Body, Reply
from duologue.testing.roles import role_of
from resume.killing import KILLS, finish, forgetful, killed, moment, rows
from resume.test_kills import TOGETHER, TOML, Kind, one_kill, one_worker

SOURCE = ["-n", "6", "--toolsets", "1"]


class Onward(Kind):
    """A run that goes on from another; everything in it is compared, rejected conversations too."""

    turns = 0
    """Those that models are asked for, where nobody disturbs it."""

    def read(self, folder: Path) -> Any:
        return rows(folder)


SPOKEN = [0]
"""Turns that the server was asked for."""


def talker(body: Body) -> Reply:
    """Plays every role for the one goal, and in any other conversation an assistant who says something else each time."""
    messages = [SimpleNamespace(role=m["role"], content=m.get("content") or "") for m in body["messages"]]
    role = role_of(body)
    SPOKEN[0] += role in ("user", "agent")
    if role == "agent" and not any("One more thing" in m.content for m in messages):
        return f"I can't look that up today; my number for this is {digest([body['messages']])[:6]}."
    answer = goal_brain(SimpleNamespace(role=role, messages=messages))  # type: ignore[arg-type]
    return json.dumps(answer) if isinstance(answer, dict) else answer


def kinds(command: str, by: str, home: Path) -> Iterator[Onward]:
    source = home / "source"
    finish([*SOURCE, "-o", str(source)])
    more = ["--tasks", "2"] if command == "continue" else ["--at", "first,last", "--n", "2"]
    if by == "rules":
        yield Onward(home, [command, str(source), *more, *(["--mistakes", "0.5"] if command == "branch" else [])])
        return
    with in_thread(FakeServer(talker, Manner(latency=0.01))) as server:
        roles = "\n".join(
            f'{role} = "fake"' for role in (("tasks", "user", "agent") if command == "continue" else ("agent",))
        )
        judged = '\njudge = "scripted"' if command == "branch" else '\njudge = "fake"'
        (home / "duologue.toml").write_text(TOML.format(url=server.url, roles=roles + judged))
        models = ["--config", str(home / "duologue.toml"), "--concurrency", str(TOGETHER)]
        goals = ["--goal", GOAL] if command == "continue" else more
        SPOKEN[0] = 0
        found = Onward(home, [command, str(source), *goals, *models], server)
        found.turns = SPOKEN[0]
        yield found


@pytest.fixture(params=[(c, by) for c in ("continue", "branch") for by in ("rules", "models")], ids=" by ".join)
def kind(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Onward]:
    command, by = request.param
    for found in kinds(command, by, tmp_path):
        before = (tmp_path / "source" / FILE_NAME).read_bytes()
        assert found.samples["dialogues"]
        yield found
        assert (tmp_path / "source" / FILE_NAME).read_bytes() == before


@pytest.mark.kills
def test_killed_at_any_moment(kind: Onward) -> None:
    dice, met = random.Random(kind.calls), 0
    while met < KILLS:
        met += one_kill(kind, dice)


@pytest.mark.kills
@pytest.mark.parametrize("workers", ["1", "2"])
def test_killed_and_then_worded_otherwise(kind: Onward, workers: str) -> None:
    if not kind.turns:
        pytest.skip("no prompt is worded by rules")
    dice, met, folder = random.Random(kind.calls), 0, kind.home / "run"
    kind.more("--workers", workers)
    while met < KILLS:
        shutil.rmtree(folder, ignore_errors=True)
        SPOKEN[0] = 0
        if killed(kind.arguments(folder), folder, moment(dice, kind.seconds, kind.calls)):
            forgetful(folder)
            finish(kind.arguments(folder))
            assert kind.read(folder) == kind.samples
            assert kind.turns <= SPOKEN[0] <= kind.turns + TOGETHER  # none again but those under way
            met += 1


@pytest.mark.kills
@pytest.mark.parametrize("victim", [one_kill, one_worker])
def test_killed_with_two_workers(kind: Onward, victim: Callable[[Kind, random.Random], bool]) -> None:
    dice, met = random.Random(kind.calls), 0
    kind.more("--workers", "2")
    while met < KILLS:
        met += victim(kind, dice)
