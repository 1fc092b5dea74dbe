"""Several processes make what one makes: the same conversations, whoever is quicker, within the same limits."""

import asyncio
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import apsw
import msgspec
import pytest
from msgspec import structs

from duologue.config import RunConfig
from duologue.errors import UserError
from duologue.halt import HaltedError
from duologue.ids import to_json
from duologue.line import Line, Past
from duologue.pipeline import Summary, generate
from duologue.protocols import Answer
from duologue.score import Score
from duologue.settings import ModelSettings, Spending
from duologue.store import FILE_NAME, Calls, Store
from duologue.testing import FakeServer, Manner, in_thread
from duologue.testing.protocol import Body, Reply
from duologue.testing.roles import role_of
from duologue.types import Message
from duologue.workers.foreman import Crew, Foreman
from duologue.workers.frontier import Frontier
from duologue.workers.messages import Channel, Granted, Keep, Refused, Safe, ToForeman, ToHand, packed, unpacked
from duologue.workers.process import Hand
from pipeline.modelled import PRICE, brain, config, settings

N = 6


def made(asked: RunConfig, first: int | None = None) -> Summary:
    return generate(asked, lambda _: None, first)


def kept(folder: Path) -> list[tuple[int, bool, Any]]:
    """The conversations of a run, accepted or not, by item."""
    with Store.open(folder, readonly=True) as store:
        found = [(d.item, ok, d.dialogue) for ok in (True, False) for d in store.dialogues(ok)]
    return sorted(found, key=lambda d: d[0])


def by(workers: int, out: Path, models: ModelSettings | None = None) -> RunConfig:
    return structs.replace(config(out, models or ModelSettings(), N), workers=workers)


def test_the_same_scripted_conversations(tmp_path: Path) -> None:
    alone = made(by(1, tmp_path / "alone"))
    assert made(by(1, tmp_path / "two"), first=2).items == 2
    assert made(by(2, tmp_path / "two")) == alone
    assert kept(tmp_path / "two") == kept(tmp_path / "alone")


@pytest.mark.long
def test_the_same_conversations_of_models_and_no_call_twice(tmp_path: Path) -> None:
    with in_thread(FakeServer(brain(n=20), Manner(latency=0.01))) as server:
        models = settings(server.url, ("user", "agent"))
        alone, asked = made(by(1, tmp_path / "alone", models)), server.calls
        assert made(by(1, tmp_path / "two", models), first=2).items == 2
        assert made(by(2, tmp_path / "two", models)) == alone
    assert server.calls == 2 * asked
    assert kept(tmp_path / "two") == kept(tmp_path / "alone")


class Witness:
    """A brain before which whatever an assistant is asked to go on from is looked for in the run's file."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.brain, self.seen = folder, brain(n=20), 0
        self.missing: list[str] = []

    def __call__(self, body: Body) -> Reply:
        last = body["messages"][-1]
        if role_of(body) == "agent" and last["role"] == "user":
            self.seen += 1
            # by the library that the run itself uses: two of them in one process break each other's locks
            with closing(apsw.Connection(str(self.folder / FILE_NAME))) as db:
                stored = "".join(turns.decode() for (turns,) in db.execute("SELECT body FROM turns"))
            if to_json(last["content"]) not in stored:
                self.missing.append(last["content"])
        return self.brain(body)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_turn_is_stored_before_the_next_is_asked_for(workers: int, tmp_path: Path) -> None:
    witness = Witness(tmp_path / "run")
    with in_thread(FakeServer(witness)) as server:
        made(by(workers, tmp_path / "run", settings(server.url, ("user", "agent"))))
    assert witness.seen > N
    assert witness.missing == []


@pytest.mark.long
def test_a_limit_holds_for_all_together(tmp_path: Path) -> None:
    with in_thread(FakeServer(brain(n=20))) as server:
        short = settings(server.url, ("user", "agent"), limits=Spending(dollars=0.3), price=PRICE, max_tokens=500)
        summary = made(by(2, tmp_path / "run", short))
        assert "(--max-dollars)" in summary.stopped
        assert summary.unfinished
        assert 0.05 < PRICE.dollars(server.billed) <= 0.3


@pytest.mark.parametrize(("workers", "together"), [(2, 1), (4, 3)])
def test_no_more_are_under_way_than_was_said(workers: int, together: int, tmp_path: Path) -> None:
    with in_thread(FakeServer(brain(n=20), Manner(latency=0.02))) as server:
        models = structs.replace(settings(server.url, ("user", "agent")), together=together)
        assert made(by(workers, tmp_path / "run", models)).accepted
        assert server.most_at_once == together


async def told(store: Store, *messages: Keep | Safe) -> list[object]:
    """What a hand hears that says these."""
    ours, theirs = socket.socketpair()
    process = subprocess.Popen([sys.executable, "-c", ""])
    hand = Hand(process, await Channel.over(ours, ToForeman))
    other: Channel[ToHand] = await Channel.over(theirs, ToHand)
    crew = Crew("none", messages[0], 1, settings("http://127.0.0.1:9/v1"), 1, False)
    foreman = Foreman(crew, store, Calls(store), None, Score(1, {}, lambda _: None))
    for message in messages:
        await foreman._answer(hand, message)
    answers: list[object] = [await other.receive() for message in messages if isinstance(message, Safe)]
    hand.kill()
    other.close()
    return answers


@pytest.mark.parametrize("locked", [False, True])
def test_what_could_not_be_written_is_not_said_to_be_safe(locked: bool, tmp_path: Path) -> None:
    answer = Answer(Message("assistant", "Hello"), "m", key="k")
    keep = Keep("user", "0.0", 0, "p", msgspec.json.encode(answer))
    with (
        Store.create(tmp_path / "run", {"n": 1}) as store,
        closing(apsw.Connection(str(tmp_path / "run" / FILE_NAME))) as other,
    ):
        store.db.set_busy_timeout(10)
        if locked:
            other.execute("BEGIN IMMEDIATE")
        heard = asyncio.run(told(store, keep, Safe(1), Safe(2)))
        if locked:
            other.execute("ROLLBACK")
    assert [type(x) for x in heard] == [Refused if locked else Granted] * 2


def test_an_error_nobody_expected_ends_the_run(tmp_path: Path) -> None:
    """The store takes nothing any more: a hand that waits until what it handed over is safe must not wait for ever."""
    with in_thread(FakeServer(brain(n=20))) as server:
        asked = by(2, tmp_path / "run", settings(server.url, ("user", "agent")))
        made(asked, first=1)
        with closing(sqlite3.connect(tmp_path / "run" / "run.sqlite")) as db:
            db.execute("CREATE TRIGGER no_more BEFORE UPDATE ON items BEGIN SELECT RAISE(ABORT, 'not taken'); END")
        with pytest.raises(apsw.ConstraintError, match="not taken"):
            made(asked)
        with closing(sqlite3.connect(tmp_path / "run" / "run.sqlite")) as db:
            db.execute("DROP TRIGGER no_more")
            db.execute("CREATE TRIGGER no_more BEFORE INSERT ON calls BEGIN SELECT RAISE(ABORT, 'not taken'); END")
        with pytest.raises(UserError, match="not taken"):
            made(asked)


def test_a_configuration_arrives_as_it_was(tmp_path: Path) -> None:
    asked = by(2, tmp_path, settings("http://127.0.0.1:9/v1", limits=Spending(tokens=5), price=PRICE))
    assert unpacked(packed(asked), RunConfig) == asked


# ── in order ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def past(tmp_path: Path) -> Iterator[Past]:
    """Items 1 and 3 have ended; each used a name."""
    with Store.create(tmp_path / "run", {}) as store:
        for item in (1, 3):
            store.use_tasks(item, [f"of {item}"])
            store.reject_item(item, "play", "no reason")
        yield Past(store)


def test_what_an_item_went_by_is_held_against_what_is_true_at_its_turn(past: Past) -> None:
    frontier = Frontier({1, 3}, past)
    assert frontier.at == 0
    assert frontier.stands([], ["of 1", "new"])  # item 1 comes after it
    frontier.take(["new"])
    assert frontier.at == 2
    assert not frontier.stands([], ["new"])
    assert not frontier.stands([], ["of 1"])
    assert not frontier.stands(["of 3"], [])
    assert frontier.stands(["new", "of 1"], ["of 3"])
    frontier.take([])
    assert (frontier.at, frontier.log) == (4, ["new"])


def test_who_breaks_off_takes_those_behind_along(past: Past) -> None:
    async def scene() -> None:
        line = Line(past)
        for number in (0, 2, 4):
            line.join(number)
        known = await line.turn(0)
        assert "of 1" not in known
        await line.leave(0, known)
        line.break_off(0)  # as it ends: it has left already
        assert "of 1" in await line.turn(2)
        line.break_off(2)
        with pytest.raises(HaltedError):
            await line.turn(4)

    asyncio.run(scene())
