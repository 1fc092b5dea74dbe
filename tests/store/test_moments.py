"""What is written in one moment is committed together, and nobody goes on from what is not."""

import asyncio
import time
from pathlib import Path

import apsw
import pytest

from duologue.errors import UserError
from duologue.protocols import Answer, Request
from duologue.store import FILE_NAME, Calls, Ended, Store
from duologue.store.moments import LONGEST
from duologue.types import Message, Turn
from samples import SOUND, make_dialogue, make_environment

TURNS = (Turn(Message("system", "Help.")), Turn(Message("user", "Hi."), parent=0))

TORN = Ended(1, "play", "gave up", "", "agent", ("t",), (), (("calls", 1, 0, 0),) * 2, (), (), ())
"""An end that can't be written to its last row: no check counts twice."""


def begun(folder: Path) -> list[int]:
    """The items that another process sees to have begun."""
    db = apsw.Connection(str(folder / FILE_NAME), flags=apsw.SQLITE_OPEN_READWRITE)
    try:
        return [item for (item,) in db.execute("SELECT item FROM items ORDER BY item")]
    finally:
        db.close()


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.create(tmp_path / "run", {})


def test_a_moment_is_one_transaction(store: Store) -> None:
    seen: list[list[int]] = []

    async def write(item: int) -> None:
        store.begin_item(item)
        store.keep_turns(item, "a", 0, TURNS)
        seen.append(begun(store.folder))
        await store.moments.settled()
        seen.append(begun(store.folder))

    async def both() -> None:
        await asyncio.gather(write(1), write(2))

    asyncio.run(both())
    assert seen == [[], [], [1, 2], [1, 2]]
    store.close()


def test_the_end_of_an_item_is_part_of_the_moment(store: Store) -> None:
    environment = make_environment()
    store.put_environment(environment, b"image")

    async def write() -> list[list[int]]:
        store.begin_item(1)
        store.put_dialogue(1, make_dialogue(environment), SOUND)
        before = begun(store.folder)
        await store.moments.settled()
        return [before, begun(store.folder)]

    assert asyncio.run(write()) == [[], [1]]
    store.close()


def test_a_second_end_leaves_what_the_moment_held_before(store: Store) -> None:
    async def write() -> None:
        store.reject_item(1, "play", "gave up")
        with pytest.raises(ValueError, match="item 1 has ended already"):
            store.reject_item(1, "check", "replay")
        store.begin_item(2)

    asyncio.run(write())
    assert store.finished_items() == {1: "rejected"}
    assert begun(store.folder) == [1, 2]
    store.close()


def test_an_end_that_fails_midway_takes_its_moment_along(store: Store) -> None:
    """Nothing half-written is left, and nobody goes on as if what it held were there."""

    async def write() -> None:
        store.begin_item(1)
        store.end(TORN)
        with pytest.raises(UserError, match="Cannot write to"):
            await store.moments.settled()

    asyncio.run(write())
    assert begun(store.folder) == []
    store.close()


def test_without_a_loop_an_end_that_fails_midway_leaves_nothing(store: Store) -> None:
    store.begin_item(1)
    with pytest.raises(apsw.ConstraintError):
        store.end(TORN)
    assert store.finished_items() == {}
    assert begun(store.folder) == [1]
    store.close()


def test_a_moment_does_not_last(store: Store) -> None:
    async def write() -> list[list[int]]:
        seen = []
        for item in (1, 2, 3):
            store.begin_item(item)
            seen.append(begun(store.folder))
            time.sleep(2 * LONGEST)  # what a loop with much to do does
        return seen

    assert asyncio.run(write()) == [[], [1], [1, 2]]
    store.close()


def test_a_store_that_is_closed_has_kept_all(store: Store) -> None:
    async def write() -> None:
        store.begin_item(1)
        store.close()

    asyncio.run(write())
    assert begun(store.folder) == [1]


def test_without_a_loop_each_write_is_committed(store: Store) -> None:
    store.begin_item(1)
    assert begun(store.folder) == [1]
    store.close()


def test_what_can_not_be_committed_is_said_to_all_who_wait_and_whoever_writes_next(store: Store) -> None:
    async def write(item: int) -> str:
        store.begin_item(item)
        try:
            await store.moments.settled()
        except UserError as error:
            return str(error)
        return "committed"

    async def both() -> tuple[str, str]:
        store.db.set_commit_hook(lambda: True)  # each commit becomes a rollback
        try:
            return await asyncio.gather(write(1), write(2))
        finally:
            store.db.set_commit_hook(None)

    assert all("Cannot write to" in said for said in asyncio.run(both()))
    with pytest.raises(UserError, match="Cannot write to"):
        store.begin_item(3)
    store.close()
    assert begun(store.folder) == []


def test_a_failure_that_nobody_was_told_is_told_at_the_end(store: Store) -> None:
    async def write() -> None:
        store.db.set_commit_hook(lambda: True)
        store.begin_item(1)
        await asyncio.sleep(0.01)
        store.db.set_commit_hook(None)

    asyncio.run(write())
    with pytest.raises(UserError, match="Cannot write to"):
        store.close()


def test_answers_of_a_run_gone_on_with_are_found(tmp_path: Path) -> None:
    asked = Request("user", (), "1.0")
    for number in range(3):
        with Store.begun(tmp_path / "run", {}) as again:
            book = Calls(again)
            assert [book.find(asked, f"k{n}") is not None for n in range(3)] == [n < number for n in range(3)]
            asyncio.run(book.keep(asked, Answer(Message("assistant", "Hello."), key=f"k{number}")))
            assert book.find(asked, f"k{number}") is not None
            assert book.find(asked, "k9") is None


def test_what_waits_for_the_end_of_the_moment_is_found_before(store: Store) -> None:
    request, answer = Request("user", (), "1"), Answer(Message("assistant", "Hi."), key="k")

    async def write() -> None:
        calls = Calls(store)
        store.begin_item(1)
        store.keep_turns(1, "a", 0, TURNS)
        await calls.keep(request, answer)
        assert calls.find(request, "k") == answer
        assert store.kept_turns(1, "a") == TURNS
        store.begin_item(2)
        store.keep_turns(2, "a", 0, TURNS)
        assert store.db.execute("SELECT item FROM items").fetchall() == [(1,), (2,)]

    asyncio.run(write())
    store.close()
    assert begun(store.folder) == [1, 2]


def test_turns_that_come_in_the_moment_in_which_their_item_ends_are_not_left(store: Store) -> None:
    async def write() -> None:
        store.keep_turns(1, "a", 0, TURNS[:1])
        await store.moments.settled()
        for item in (1, 2):
            store.keep_turns(item, "a", 2 - item, TURNS[2 - item :])
        store.reject_item(1, "play", "gave up")

    asyncio.run(write())
    assert store.db.execute("SELECT item FROM turns").fetchall() == [(2,)]
    store.close()


def test_an_end_is_read_whole_in_its_moment(store: Store) -> None:
    environment = make_environment()
    store.put_environment(environment, b"image")

    async def write() -> None:
        store.put_dialogue(1, make_dialogue(environment), SOUND)
        found = store.of_item(1)
        assert found is not None
        assert store.uses_any()
        assert store.finished_items() == {1: "accepted"}
        assert [*store.dialogues()] == [found]

    asyncio.run(write())
    store.close()


def test_nothing_is_written_after_a_moment_that_was_rolled_back_in_its_midst(store: Store) -> None:
    async def write() -> None:
        store.begin_item(1)
        store.moments.flush()
        store.db.execute("ROLLBACK")  # as SQLite does itself where the disk is full
        with pytest.raises(UserError, match="Cannot write to"):
            store.reject_item(1, "play", "gave up")
        with pytest.raises(UserError, match="Cannot write to"):
            await store.moments.settled()

    asyncio.run(write())
    assert begun(store.folder) == []
    store.close()


def test_rows_that_can_not_be_written_take_their_moment_along(store: Store) -> None:
    async def write() -> None:
        store.begin_item(1)
        store.moments.add("INSERT INTO items (item) VALUES (?)", [(1,), (1,)])
        with pytest.raises(apsw.ConstraintError):
            store.db.execute("SELECT item FROM items")
        with pytest.raises(UserError, match="Cannot write"):
            store.begin_item(2)

    asyncio.run(write())
    assert begun(store.folder) == []
    with pytest.raises(UserError, match="Cannot write"):
        store.begin_item(3)
    store.close()


def test_all_who_wait_are_told_of_rows_that_can_not_be_written(store: Store) -> None:
    async def write() -> None:
        store.begin_item(1)
        store.moments.add("INSERT INTO items (item) VALUES (?)", [(1,), (1,)])
        with pytest.raises(UserError, match="Cannot write to"):
            await store.moments.settled()

    asyncio.run(write())
    assert begun(store.folder) == []
    store.close()
