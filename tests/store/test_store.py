"""The store: items end once and whole, arguments are checked, what was put comes back."""

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from duologue.errors import UserError
from duologue.store import Store, stats
from duologue.store.files import MIGRATIONS
from samples import SOUND, UNSOUND, make_dialogue, make_environment

IMAGE = bytes(range(256)) * 40
CATALOG = b'{"name":"shop","tables":[]}'
CONFIG = {"source": "shop.sqlite", "n": 40, "seed": 1, "mode": "user"}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.create(tmp_path / "run", CONFIG) as store:
        store.put_environment(make_environment(IMAGE), IMAGE, CATALOG)
        yield store


def test_what_was_put_comes_back(store: Store) -> None:
    environment = make_environment(IMAGE)
    dialogue = make_dialogue(environment, 3)
    store.begin_item(3)
    store.put_dialogue(3, dialogue, UNSOUND)
    found = store.dialogue(1)
    assert (found.item, found.dialogue, found.verdicts) == (3, dialogue, UNSOUND)
    assert store.environment(environment.id) == environment
    assert store.environments() == (environment,)
    assert store.image(environment.image) == IMAGE
    assert store.catalog(environment.id) == CATALOG
    assert store.used() == {"t3.0", "t3.1"}
    assert store.config() == CONFIG


def test_an_image_is_kept_once_and_large_ones_in_pieces(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("duologue.store.store.PIECE", 1000)
    image = os.urandom(2500)
    environment = make_environment(image)
    for _ in range(2):
        store.put_environment(environment, image)
    assert store.image(environment.image) == image
    assert store.db.execute("SELECT count(*) FROM images WHERE hash = ?", (environment.image,)).get == 3


@pytest.mark.parametrize("look", [lambda s: s.image("?"), lambda s: s.environment("?")])
def test_unknown_names(store: Store, look: Callable[[Store], object]) -> None:
    with pytest.raises(KeyError):
        look(store)


def test_an_item_ends_once(store: Store) -> None:
    dialogue = make_dialogue(make_environment(IMAGE))
    store.put_dialogue(0, dialogue, SOUND)
    with pytest.raises(ValueError, match="item 0 has ended"):
        store.reject_item(0, "tasks", "no_plan")
    store.use_tasks(1, ["drawn", "in vain"])
    store.reject_item(1, "tasks", "no_plan", "nothing to join")
    with pytest.raises(ValueError, match="item 1 has ended"):
        store.put_dialogue(1, dialogue, SOUND)
    assert store.finished_items() == {0: "accepted", 1: "rejected"}
    assert len(list(store.dialogues())) == 1
    assert store.used() == {"t0.0", "t0.1", "drawn", "in vain"}


def test_order_and_numbers_are_by_item(store: Store) -> None:
    environment = make_environment(IMAGE)
    for item in (5, 0, 2):
        store.put_dialogue(item, make_dialogue(environment, item), SOUND, reason="grounding" * (item == 0))
    assert [s.item for s in store.dialogues()] == [2, 5]
    assert [s.item for s in store.dialogues(accepted=False)] == [0]
    assert store.dialogue(2).item == 5


@pytest.mark.parametrize("number", [0, -1, 2])
def test_a_number_that_is_not_there(store: Store, number: int) -> None:
    store.put_dialogue(0, make_dialogue(make_environment(IMAGE)), SOUND)
    with pytest.raises(UserError, match="holds 1") as caught:
        store.dialogue(number)
    assert "from 1 to 1" in caught.value.fix


def test_statistics(store: Store) -> None:
    environment = make_environment(IMAGE)
    for item, tasks in enumerate((1, 2)):
        store.begin_item(item)
        store.count_attempt(item, "tasks", "unproven")
        store.count_attempt(item, "tasks")
        store.count_attempt(item, "check")
        store.put_dialogue(item, make_dialogue(environment, item, tasks), SOUND)
    store.begin_item(2)
    store.count_attempt(2, "tasks")
    store.count_attempt(2, "check", "grounding")
    store.put_dialogue(2, make_dialogue(environment, 2, 9), UNSOUND, reason="grounding", blame="agent")
    store.begin_item(3)
    store.count_attempt(3, "tasks")  # cut short here: neither ended nor counted
    store.add_seconds(1.5)
    store.add_seconds(2)
    old = {
        "items": 4,
        "dialogues": {"accepted": 2, "rejected": 1, "unfinished": 1},
        "turns": {"mean": 9.0, "max": 9},
        "steps": {"mean": 1.5, "max": 2},
        "tasks": {"mean": 1.5, "max": 2},
        "tool_calls": {"mean": 3.0, "max": 3},
        "user_turns": {"mean": 3.0, "max": 3},
        "tools": 2,
        "write_share": 0.3333,
        "funnel": [
            {"stage": "tasks", "entered": 5, "passed": 3, "reasons": {"unproven": 2}},
            {"stage": "check", "entered": 3, "passed": 2, "reasons": {"grounding": 1}},
        ],
        "seconds": 3.5,
    }
    found = stats(store)
    assert {name: found[name] for name in old} == old
    row = store.db.execute("SELECT stage, reason FROM items WHERE item = 2").get
    assert row == ("check", "grounding")


def test_statistics_of_nothing(store: Store) -> None:
    empty = stats(store)
    assert empty["turns"] == {"mean": 0.0, "max": 0}
    assert (empty["items"], empty["tools"], empty["write_share"], empty["funnel"]) == (0, 0, 0.0, [])
    json.dumps(empty)


def test_the_same_arguments_go_on(store: Store) -> None:
    store.check_config({"mode": "user", **CONFIG})


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"n": 50}, "n: 40 then, 50 now"),
        ({"seed": 2, "mode": "task"}, "seed: 1 then, 2 now; mode: 'user' then, 'task' now"),
        ({"toolsets": 3}, "toolsets: None then, 3 now"),
    ],
)
def test_other_arguments_are_refused_by_name(store: Store, change: dict[str, object], named: str) -> None:
    with pytest.raises(UserError) as caught:
        store.check_config({**CONFIG, **change})
    assert named in caught.value.message
    assert "-o" in caught.value.fix


def test_readers_meet_the_writer_only_in_the_file(store: Store) -> None:
    store.put_dialogue(0, make_dialogue(make_environment(IMAGE)), SOUND)
    with Store.open(store.folder, readonly=True) as reader:
        assert reader.dialogue(1).item == 0
        store.put_dialogue(1, make_dialogue(make_environment(IMAGE), 1), SOUND)
        assert reader.dialogue(2).item == 1
        with pytest.raises(UserError):
            reader.note("x", 1)


def test_two_writers_are_one_too_many(store: Store) -> None:
    with pytest.raises(UserError, match="Another duologue is writing"):
        Store.open(store.folder)


def test_closing_leaves_one_file(store: Store) -> None:
    store.close()
    assert os.listdir(store.folder) == ["run.sqlite"]
    with Store.open(store.folder, readonly=True):
        pass
    assert os.listdir(store.folder) == ["run.sqlite"]


def _text(path: Path) -> None:
    path.mkdir()
    (path / "run.sqlite").write_text("this is not a database, it only has the name of one" * 40)


def _foreign(path: Path) -> None:
    path.mkdir()
    sqlite3.connect(path / "run.sqlite").execute("CREATE TABLE t (x)")


def _newer(path: Path) -> None:
    Store.create(path, {}).close()
    sqlite3.connect(path / "run.sqlite").execute("PRAGMA user_version = 99")


@pytest.mark.parametrize("readonly", [True, False])
@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda path: None, "does not exist"),
        (Path.mkdir, "is not a run"),
        (_text, "is damaged"),
        (_foreign, "was not made by duologue"),
        (_newer, "made by a newer duologue"),
    ],
)
def test_what_is_not_a_run_says_so(tmp_path: Path, make: Callable[[Path], None], says: str, readonly: bool) -> None:
    make(tmp_path / "run")
    with pytest.raises(UserError, match=says):
        Store.open(tmp_path / "run", readonly)


def test_creating_where_it_can_not_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for path, says in ((tmp_path / "file", "is a file"), (tmp_path / "file" / "run", "Cannot make the folder")):
        with pytest.raises(UserError, match=says):
            Store.create(path, {})
    Store.create(tmp_path / "run", {}).close()
    with pytest.raises(UserError, match="already holds a run"):
        Store.create(tmp_path / "run", {})


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_can_only_be_read(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    Store.create(folder, CONFIG).close()
    folder.chmod(0o500)
    try:
        with Store.open(folder, readonly=True) as store:
            assert store.config() == CONFIG
        with pytest.raises(UserError):
            Store.create(folder / "other", {})
    finally:
        folder.chmod(0o700)


def test_an_older_file_gets_what_it_lacks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Store.create(tmp_path / "run", {}).close()
    scripts = tmp_path / "scripts"
    scripts.mkdir()
    (scripts / "later.sql").write_text("CREATE TABLE later (x)")
    monkeypatch.setattr("duologue.store.files.MIGRATIONS", (*MIGRATIONS, "later.sql"))
    monkeypatch.setattr("duologue.store.files.resources.files", lambda package: scripts)
    with Store.open(tmp_path / "run") as store:
        assert store.db.execute("SELECT count(*) FROM later").get == 0
        assert store.db.execute("SELECT version, script FROM migrations ORDER BY 1").fetchall() == [
            (1, "schema.sql"),
            (2, "calls.sql"),
            (3, "trust.sql"),
            (4, "behaviours.sql"),
            (5, "faults.sql"),
            (6, "counts.sql"),
            (7, "turns.sql"),
            (8, "decisions.sql"),
            (9, "appended.sql"),
            (10, "found.sql"),
            (11, "later.sql"),
        ]


KILLED = """
import os, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from samples import SOUND, make_dialogue, make_environment
from duologue.store import Store
store = Store.create(Path(sys.argv[1]), {"n": 3})
environment = make_environment(b"x")
store.put_environment(environment, b"x")
for item in range(2):
    store.begin_item(item)
    store.count_attempt(item, "tasks")
    if item == 1:
        os.kill(os.getpid(), 9)
    store.put_dialogue(item, make_dialogue(environment, item), SOUND)
"""


def test_a_killed_process_leaves_whole_items_and_no_lock(tmp_path: Path) -> None:
    tests = Path(__file__).parents[1]
    ended = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path / "run"), str(tests)], check=False)
    assert ended.returncode == -9
    with Store.open(tmp_path / "run") as store:
        assert store.finished_items() == {0: "accepted"}
        assert stats(store)["dialogues"] == {"accepted": 1, "rejected": 0, "unfinished": 1}
        store.begin_item(1)
        store.put_dialogue(1, make_dialogue(make_environment(b"x"), 1), SOUND)
        assert stats(store)["dialogues"] == {"accepted": 2, "rejected": 0, "unfinished": 0}
