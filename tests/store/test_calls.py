"""The models' part of the store: answers that outlive the process, figures, files of older versions."""

import asyncio
import sqlite3
import subprocess
import sys
from importlib import resources
from pathlib import Path

import pytest

from duologue.errors import StageError, UserError
from duologue.models.budget import Used
from duologue.protocols import Answer, Request, Usage
from duologue.store import Calls, Store, stats
from duologue.store.calls import has_calls, item_of, span, work_by_role
from duologue.types import Message
from samples import SOUND, make_dialogue, make_environment

ASKED = Request("user", (Message("user", "Hello."),), "3.0", prompt="p1")


def answer(number: int) -> Answer:
    return Answer(Message("assistant", f"answer {number}"), "m", Usage(100, 40, 10), 2.0, 0.25, key=f"k{number}")


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def keep(book: Calls, role: str, scope: str, number: int) -> None:
    asyncio.run(book.keep(Request(role, (), scope), answer(number)))


@pytest.mark.parametrize(
    ("scope", "item"),
    [("17.0", 17), ("17", 17), ("0.3", 0), ("tools.2", -1), ("", -1), ("-4.0", -1), ("²", -1), ("9" * 20, -1)],
)
def test_the_item_a_call_was_for(scope: str, item: int) -> None:
    assert item_of(scope) == item


def test_figures_of_calls(tmp_path: Path) -> None:
    clock = Clock()
    with Store.create(tmp_path / "run", {}) as store:
        environment = make_environment()
        store.put_environment(environment, b"image")
        store.put_dialogue(0, make_dialogue(environment), SOUND)
        before = stats(store)
        assert "models" not in before
        store.add_seconds(10)
        book = Calls(store, clock)
        for number, (role, scope) in enumerate(
            (("tools", "tools.0"), ("user", "0.0"), ("agent", "0.0"), ("user", "1.0"))
        ):
            clock.now += 3
            keep(book, role, scope, number)
        book.give_up(ASKED, StageError("user", "cut off"))
        for how, used in (("timed out", Used(500, 7_000_000)), ("server busy", Used()), ("server busy", Used())):
            book.attempt("judge", how, used)
        book.bound(Used(940, 1_500_000_000))
        found = stats(store)["models"]
        assert {
            k: found[k] for k in ("calls", "tokens", "cached_share", "seconds", "dollars", "dollars_per_accepted")
        } == {
            "calls": 4,
            "tokens": {"prompt": 400, "cached": 160, "completion": 40},
            "cached_share": 0.4,
            "seconds": 8.0,
            "dollars": 1.0,
            "dollars_per_accepted": 1.0,
        }
        assert found["billed_at_most"] == {"tokens": 940, "dollars": 1.5}
        assert list(found["roles"]) == ["agent", "judge", "tools", "user"]
        assert found["roles"]["user"]["calls"] == 2
        assert found["roles"]["user"]["failures"] == {"cut off": 1}
        assert found["roles"]["judge"]["attempts"] == {"server busy": 2, "timed out": 1}
        assert list(work_by_role(store.db)["user"]) == [0, 1]
        assert (span(store.db).wall, span(store.db).busy) == (8.0, 6.0)
        assert book.used() == Used(940, 1_500_000_000, 22.0)
        assert Calls(store, clock).used().seconds == 22.0


def test_a_key_is_kept_once_and_an_error_reaches_who_waits(tmp_path: Path) -> None:
    async def twice(book: Calls) -> None:
        await asyncio.gather(book.keep(ASKED, answer(1)), book.keep(ASKED, answer(1)), book.keep(ASKED, answer(2)))

    with Store.create(tmp_path / "run", {}) as store:
        asyncio.run(twice(Calls(store)))
        assert store.db.execute("SELECT count(*) FROM calls").get == 2
    with Store.open(tmp_path / "run") as store:
        store.db.execute("PRAGMA query_only = ON")
        with pytest.raises(UserError, match="Cannot open the run"):
            asyncio.run(Calls(store).keep(ASKED, answer(3)))


KILLED = """
import asyncio, os, sys
from pathlib import Path
from duologue.models.recording import Recorded
from duologue.protocols import Request
from duologue.store import Calls, Store
from duologue.testing import ScriptedModel
from duologue.types import Message

def reply(request):
    if request.draw:
        os.write(1, (request.scope + " " + given[request.scope] + "\\n").encode())
        if request.scope == "30.0":
            os.kill(os.getpid(), 9)
    return request.scope

async def talk(number):
    scope = f"{number}.0"
    answer = await model.ask(Request("agent", (Message("user", "Hello."),), scope))
    given[scope] = answer.key
    await model.ask(Request("agent", (Message("user", "Hello."),), scope, draw=1))

async def all_of_them():
    await asyncio.gather(*map(talk, range(60)))

given = {}
store = Store.create(Path(sys.argv[1]), {})
model = Recorded(ScriptedModel(reply), Calls(store))
asyncio.run(all_of_them())
"""


def test_an_answer_that_something_more_was_asked_after_outlives_the_process(tmp_path: Path) -> None:
    ended = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path / "run")], check=False, capture_output=True)
    assert ended.returncode == -9
    given = [line.split() for line in ended.stdout.decode().splitlines()]
    assert len(given) > 20
    with Store.open(tmp_path / "run") as store:
        book = Calls(store)
        assert all(book.find(Request("agent", (), scope), key) for scope, key in given)


def test_answers_of_the_version_before_are_found(tmp_path: Path) -> None:
    with Store.create(tmp_path / "run", {}) as store:
        before = (
            resources.files("duologue.store").joinpath("calls.sql").read_text().partition("-- What came to nothing")[0]
        )
        store.db.execute(f"ALTER TABLE calls RENAME TO newer; {before}")
        for number in range(3):
            keep(Calls(store), "user", f"{number}.0", number)
        figures = stats(store)["models"]
        store.db.execute("DROP TABLE newer; DELETE FROM migrations WHERE version > 9; PRAGMA user_version = 9")
    with Store.open(tmp_path / "run") as store:
        book = Calls(store)
        found = [book.find(Request("user", (), f"{number}.0"), f"k{number}") for number in range(4)]
        assert found == [answer(0), answer(1), answer(2), None]
        assert stats(store)["models"] == figures


@pytest.fixture
def older(tmp_path: Path) -> Path:
    """A run of version 1, without calls."""
    folder = tmp_path / "old"
    folder.mkdir()
    db = sqlite3.connect(folder / "run.sqlite")
    db.executescript(resources.files("duologue.store").joinpath("schema.sql").read_text())
    db.executescript(
        f"PRAGMA application_id = {0x44554F4C}; INSERT INTO migrations VALUES (1, 'schema.sql'); PRAGMA user_version = 1;"
        "PRAGMA journal_mode = WAL;"
    )
    db.close()
    return folder


def test_an_older_run_is_read_as_it_is_and_brought_up_to_date_to_go_on(older: Path) -> None:
    with Store.open(older, readonly=True) as store:
        assert not has_calls(store.db)
        assert "models" not in stats(store)
    with Store.open(older) as store:
        keep(Calls(store), "user", "0.0", 1)
        assert stats(store)["models"]["calls"] == 1
        assert store.db.execute("SELECT script FROM migrations ORDER BY version").fetchall() == [
            ("schema.sql",),
            ("calls.sql",),
            ("trust.sql",),
            ("behaviours.sql",),
            ("faults.sql",),
            ("counts.sql",),
            ("turns.sql",),
            ("decisions.sql",),
            ("appended.sql",),
            ("found.sql",),
        ]
