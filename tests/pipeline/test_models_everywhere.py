"""Runs in which models play every role, against the fake server: they end, keep what they paid for, and stay within limits."""

import shutil
from pathlib import Path

import apsw
import pytest

from duologue.settings import Spending
from duologue.store import FILE_NAME
from duologue.testing import FAULTS, FakeServer, Faults, Manner, in_thread
from pipeline.modelled import PRICE, brain, config, run, settings

N = 24
OF_SERVERS = ("429", "429 with Retry-After", "500", "cut", "no JSON", "wrong shape")
OF_MODELS = tuple(f for f in FAULTS if f not in (*OF_SERVERS, "silence"))


def test_every_role_is_played_and_every_item_ends(tmp_path: Path) -> None:
    with in_thread(FakeServer(brain(everything=True))) as server:
        got = run(config(tmp_path / "run", settings(server.url), N))
    played = {"questions", "tools", "expansion", "returns", "tasks", "user", "agent", "judge"}
    assert set(got.roles) == played
    assert sorted(got.outcomes) == list(range(N))
    assert got.summary.accepted >= N * 2 // 3
    assert got.roles.total() == server.calls


STRICTNESS = ["json_schema", "json_object", "refused", "ignored"]


@pytest.mark.parametrize("structured", STRICTNESS)
def test_a_server_may_be_as_lax_as_it_likes(structured: str, tmp_path: Path) -> None:
    manner = Manner(structured=structured, reasoning="reasoning_content", usage=structured != "refused")  # type: ignore[arg-type]
    with in_thread(FakeServer(brain(), manner)) as server:
        got = run(config(tmp_path / "run", settings(server.url, ("but tools",)), 4))
    assert sorted(got.outcomes) == [0, 1, 2, 3]
    assert got.summary.accepted >= 3
    assert not any(trouble.startswith("call") for trouble in got.troubles)


def test_scripted_conversations_are_told_again(tmp_path: Path) -> None:
    with in_thread(FakeServer(brain())) as server:
        got = run(config(tmp_path / "run", settings(server.url, ("wording",)), 4))
    assert set(got.roles) == {"wording"}
    assert got.summary.accepted == 4


def test_the_same_recorded_answers_give_the_same_bytes(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    with in_thread(FakeServer(brain(everything=True), faults=Faults(0.05, seed=7, names=OF_MODELS))) as server:
        first = run(config(one, settings(server.url, together=32), 8))
    _with_answers_only(one, two)
    with in_thread(FakeServer(lambda _: "nobody is to be asked")) as server:
        again = run(config(two, settings(server.url, together=3), 8))
        assert server.calls == 0
    assert again.dialogues == first.dialogues
    assert again.outcomes == first.outcomes
    assert again.lost == first.lost


def _with_answers_only(one: Path, two: Path) -> None:
    """A copy of a run that has all answers and nothing that was made of them."""
    shutil.copytree(one, two)
    db = apsw.Connection(str(two / FILE_NAME))
    for table in (
        "dialogues",
        "redrawn",
        "untried",
        "checks",
        "tasks",
        "attempts",
        "items",
        "tools",
        "environments",
        "images",
        "notes",
    ):
        db.execute(f"DELETE FROM {table}")
    db.close()


def test_with_a_tenth_of_all_answers_faulty_nothing_is_lost(tmp_path: Path) -> None:
    quick = (*OF_SERVERS, *OF_MODELS)
    with in_thread(FakeServer(brain(everything=True), faults=Faults(0.1, seed=5, names=quick))) as server:
        got = run(config(tmp_path / "run", settings(server.url), N))
    assert sorted(got.outcomes) == list(range(N))
    assert len(server.met) > len(quick) * 3 // 4
    stages = {reason.partition(":")[0] for reason in got.lost}
    assert stages <= {"tasks", "play", "check"}
    answered = server.calls - sum(server.met[f] for f in OF_SERVERS)
    assert got.roles.total() == answered  # whatever arrived was kept


@pytest.mark.long
def test_no_dollar_too_many_is_spent(tmp_path: Path) -> None:
    with in_thread(FakeServer(brain(), faults=Faults(0.05, seed=3, names=("cut", "500", "429")))) as server:
        short = settings(server.url, ("user", "agent"), limits=Spending(dollars=1.0), price=PRICE, max_tokens=500)
        first = run(config(tmp_path / "run", short, N))
        spent = PRICE.dollars(server.billed)
        assert 0.1 < spent <= 1.0
        assert first.summary.stopped
        assert 0 < first.summary.unfinished <= N
        calls = server.calls
        again = run(config(tmp_path / "run", short, N))
        assert server.calls == calls
        assert again.summary.unfinished == first.summary.unfinished
        long = settings(server.url, ("user", "agent"), price=PRICE, max_tokens=500)
        last = run(config(tmp_path / "run", long, N))
    assert sorted(last.outcomes) == list(range(N))
    assert PRICE.dollars(server.billed) > 5.0  # what it would have taken


def test_tokens_and_hours_are_limits_too(tmp_path: Path) -> None:
    with in_thread(FakeServer(brain())) as server:
        few = settings(server.url, ("user", "agent"), limits=Spending(tokens=100_000), max_tokens=500)
        got = run(config(tmp_path / "tokens", few, N))
        assert server.billed.prompt + server.billed.completion <= 100_000
        assert got.summary.stopped
    with in_thread(FakeServer(brain(), Manner(latency=0.05))) as server:
        brief = settings(server.url, ("user", "agent"), limits=Spending(hours=0.2 / 3600))
        assert run(config(tmp_path / "hours", brief, N)).summary.stopped
