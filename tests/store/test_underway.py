"""Turns of conversations under way are there for whoever goes on with the run, and gone once their items have ended."""

from importlib import resources
from pathlib import Path

import msgspec
import pytest

from duologue.store import Store
from duologue.types import Message, Turn

SAID = tuple(Turn(Message("user", f"{n}."), parent=n - 1 if n else None) for n in range(6))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    Store.create(tmp_path / "run", {}).close()
    return tmp_path / "run"


def test_turns_are_found_in_their_order_by_this_process_and_the_next(folder: Path) -> None:
    with Store.open(folder) as store:
        assert store.kept_turns(3, "a") == ()
        store.keep_turns(3, "a", 0, SAID[:2])
        store.keep_turns(4, "b", 0, SAID[:1])
        store.keep_turns(3, "a", 2, SAID[2:])
        assert store.kept_turns(3, "a") == SAID
    with Store.open(folder, readonly=True) as store:
        assert (store.kept_turns(3, "a"), store.kept_turns(3, "b"), store.kept_turns(4, "b")) == (SAID, (), SAID[:1])
    with Store.open(folder) as store:
        assert (store.kept_turns(3, "a"), store.kept_turns(5, "a")) == (SAID, ())


@pytest.mark.parametrize("again", [False, True], ids=["the same process", "the next"])
def test_what_was_kept_from_there_on_goes(folder: Path, again: bool) -> None:
    store = Store.open(folder)
    store.keep_turns(3, "a", 0, SAID[:2])
    store.keep_turns(3, "b", 2, SAID[2:])
    if again:
        store.close()
        store = Store.open(folder)
    store.keep_turns(3, "c", 2, SAID[3:])
    assert [store.kept_turns(3, name) for name in "abc"] == [SAID[:2], (), SAID[3:]]
    store.keep_turns(3, "d", 0, SAID[:1])
    assert [store.kept_turns(3, name) for name in "abcd"] == [(), (), (), SAID[:1]]
    store.close()


@pytest.mark.parametrize("again", [False, True], ids=["the same process", "the next"])
def test_they_are_gone_once_the_item_has_ended(folder: Path, again: bool) -> None:
    store = Store.open(folder)
    store.keep_turns(3, "a", 0, SAID)
    store.keep_turns(4, "a", 0, SAID)
    if again:
        store.close()
        store = Store.open(folder)
    store.reject_item(3, "play", "gave up")
    assert store.db.execute("SELECT DISTINCT item FROM turns").fetchall() == [(4,)]
    store.close()


def test_turns_that_an_older_version_kept_one_by_one_are_gone_on_from(folder: Path) -> None:
    with Store.open(folder) as store:
        rows = [(3, n, "a", msgspec.json.encode(turn)) for n, turn in enumerate(SAID)]
        before = resources.files("duologue.store").joinpath("turns.sql").read_text()
        store.db.execute(
            f"DROP TABLE turns; {before}; DELETE FROM migrations WHERE version > 8; PRAGMA user_version = 8"
        )
        store.db.executemany("INSERT INTO turns VALUES (?, ?, ?, ?)", reversed(rows))
    with Store.open(folder) as store:
        assert store.kept_turns(3, "a") == SAID
        store.keep_turns(3, "a", len(SAID), SAID[:1])
        assert store.kept_turns(3, "a") == (*SAID, SAID[0])


def test_an_end_that_fails_midway_leaves_them_known(folder: Path) -> None:
    with Store.open(folder) as store:
        store.keep_turns(3, "a", 0, SAID)
        store.use_tasks(3, ["a"])
        store.count_attempt(3, "play", n=2**70)  # more than SQLite's integers hold
        with pytest.raises(OverflowError):
            store.reject_item(3, "play", "gave up")
        assert store.kept_turns(3, "a") == SAID
        store.reject_item(3, "play", "gave up")
        assert store.db.execute("SELECT count(*) FROM turns").get == 0
