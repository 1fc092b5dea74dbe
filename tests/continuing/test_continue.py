"""`duologue continue`: parents stay as they are, new goals come from the state they left, and all of it replays."""

import asyncio
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from duologue.casting import Cast
from duologue.cli import run
from duologue.continuing import Asked
from duologue.continuing.making import Continuations
from duologue.continuing.places import cut, place
from duologue.continuing.sources import FileOrigin
from duologue.errors import UserError
from duologue.simulate.play import most_turns
from duologue.store import Store
from duologue.tasks.further import grows
from duologue.types import Act, ClockSpec, Continued, Dialogue, Message, Scenario, Task, Turn


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "shop"
    assert run(["generate", "-n", "3", "-o", str(folder)]) == 0
    return folder


def stored(folder: Path) -> list[Dialogue]:
    with Store.open(folder, readonly=True) as store:
        return [d.dialogue for ok in (True, False) for d in store.dialogues(ok)]


def made(command: list[str], capsys: pytest.CaptureFixture[str], code: int = 0) -> dict[str, object]:
    capsys.readouterr()
    assert run([*command, "--json"]) == code
    found: dict[str, object] = json.loads(capsys.readouterr().out)
    return found


def about_what_came_back(one: Dialogue) -> bool:
    """The first new goal takes up what was named or listed before."""
    assert one.continued is not None
    words = " ".join(t.message.content for t in one.turns[: one.continued.at])
    task = one.scenario.tasks[one.continued.task]
    names = {v for p in task.subtasks if p.need for m in p.need.mentions for v in m.by.values() if str(v) in words}
    return bool(names) or grows(task, {})


@pytest.mark.parametrize("at", ["last", "12"])
def test_new_goals_come_behind_the_parents_turns_which_stay_byte_for_byte(
    shop: Path, tmp_path: Path, at: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (shop / "run.sqlite").read_bytes()
    out = tmp_path / "on"
    limit = {"last": 3, "12": 1}[at]
    command = ["continue", str(shop), "-o", str(out), "--tasks", "2", "--at", at, "--limit", str(limit)]
    told = made(command, capsys)
    assert (shop / "run.sqlite").read_bytes() == before
    assert told["conversations"] == told["accepted"] == limit
    parents = {d.id: d for d in stored(shop)}
    grown = 0
    for one in stored(out):
        grown += about_what_came_back(one)
        since = one.continued
        assert since is not None
        parent = parents[since.parent]
        assert one.turns[: since.at] == parent.turns[: since.at]
        assert one.turns[since.at].message.role == "user"
        assert len(one.turns) > since.at + 2
        new = one.scenario.tasks[since.task :]
        assert 1 <= len(new) <= 2
        assert all(t.proof is not None and t.proof.gold for t in new)
        assert one.scenario.tasks[: since.task] == parent.scenario.tasks[: since.task]
        assert not {t.id for t in new} & {t.id for d in parents.values() for t in d.scenario.tasks}
    assert grown >= limit - 1
    assert run(["verify", str(out)]) == run(["prove", str(out)]) == 0


@pytest.mark.long
def test_many_new_goals_come_to_an_end(shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """However long the parent is: turns are counted from where it is taken up."""
    command = ["continue", str(shop), "-o", str(tmp_path / "on"), "--tasks", "14", "--limit", "2"]
    assert made(command, capsys)["accepted"] == 2
    new = [len(one.scenario.tasks) - one.continued.task for one in stored(tmp_path / "on") if one.continued is not None]
    assert max(new) == 14  # a client may have nothing more to ask for before that


@pytest.mark.parametrize(("at", "tasks", "most"), [(None, 3, 240), (30, 1, 270), (230, 2, 470), (30, 20, 630)])
def test_how_long_a_conversation_may_become(at: int | None, tasks: int, most: int) -> None:
    since = Continued("parent", at, 1, 1) if at is not None else None
    task = Task("t", "g")
    assert most_turns(Scenario("s", (task,) * (tasks + 1), ClockSpec("2025-01-01", 1), 1), since) == most


def test_a_run_cut_short_goes_on_and_gives_the_same(
    shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def asked(name: str) -> list[str]:
        return ["continue", str(shop), "-o", str(tmp_path / name), "--limit", "2"]

    assert run(asked("whole")) == 0
    put, count = Store.put_dialogue, iter(range(1000))

    def interrupted(*given: object, **more: object) -> None:
        if next(count) == 1:
            raise KeyboardInterrupt
        put(*given, **more)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(Store, "put_dialogue", interrupted)
        assert run(asked("cut")) == 130
    stands = f"1 of 2 items are made, 1 of them accepted, in {tmp_path / 'cut'}."
    assert capsys.readouterr().err.endswith(f"Interrupted. {stands} The same command goes on where this one stopped.\n")
    assert len(stored(tmp_path / "cut")) == 1
    assert run(asked("cut")) == 0
    assert stored(tmp_path / "cut") == stored(tmp_path / "whole")


@pytest.mark.long
def test_an_item_made_late_knows_only_those_before_it(shop: Path, tmp_path: Path) -> None:
    """As where it was cut short while one behind it was made beside it. From one parent, both would ask for the same."""
    rows, out = tmp_path / "rows.jsonl", tmp_path / "on"
    assert run(["export", str(shop), "-o", str(rows)]) == 0
    rows.write_text(rows.read_text().splitlines(keepends=True)[0] * 2)
    assert run(["continue", str(rows), "-o", str(out)]) == 0
    whole = stored(out)
    assert len({one.scenario.tasks[-1].id for one in whole}) == len(whole) == 2
    with closing(sqlite3.connect(out / "run.sqlite")) as db:
        for table in ("items", "tasks", "dialogues", "attempts", "checks", "redrawn", "faults", "untried", "decisions"):
            db.execute(f"DELETE FROM {table} WHERE item = 0")
        db.commit()
    assert stored(out) == whole[1:]
    origin = FileOrigin(rows, (), None, 0)
    with Store.open(out) as store:
        late = Continuations.here(Asked(source=rows, out=out), origin, store, Cast())
        assert list(late.missing(2)) == [0]
        assert asyncio.run(late.make(0)) == (True,)
    assert stored(out) == whole


def test_what_was_continued_can_be_continued_branched_and_read_back(
    shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    on, further, rows = tmp_path / "on", tmp_path / "further", tmp_path / "rows.jsonl"
    made(["continue", str(shop), "-o", str(on), "--limit", "1"], capsys)
    made(["continue", str(on), "-o", str(further)], capsys)
    first, second = stored(on)[0], stored(further)[0]
    assert second.continued is not None
    assert first.continued is not None
    assert second.continued.parent == first.id
    assert second.continued.at > first.continued.at
    assert run(["branch", str(on), "-o", str(tmp_path / "b"), "--at", "last", "--n", "1"]) == 0
    assert run(["verify", str(further)]) == run(["export", str(on), "-o", str(rows)]) == 0
    row = json.loads(rows.read_text().splitlines()[0])
    assert row["metadata"]["continued"]["parent"] == first.continued.parent
    capsys.readouterr()
    assert run(["card", str(on)]) == 0
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("duologue ")]
    assert [line.split()[1] for line in lines] == ["generate", "continue", "export"]
    assert run(["show", str(on), "1"]) == 0
    assert f"goes on from {first.continued.parent}" in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--at", "soon"], "--at 'soon' is no place"),
        (["--at", "0"], "--at '0' is no place"),
        (["--tasks", "0"], "--tasks 0 is out of range"),
        (["--limit", "0"], "--limit 0 leaves nothing"),
    ],
)
def test_what_is_mistyped_is_said(
    shop: Path, tmp_path: Path, more: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["continue", str(shop), "-o", str(tmp_path / "x"), *more]) == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "x").exists()


def test_those_that_are_over_by_then_are_left_out_with_the_reason(
    shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = made(["continue", str(shop), "-o", str(tmp_path / "x"), "--at", "230", "--limit", "2"], capsys, code=1)
    assert told["left_out"] == 2
    assert told["accepted"] == 0
    assert told["reasons"] == {"continue: it is over before that turn, or has not begun": 2}


def _turn(role: str, *acts: str, done: bool = False) -> Turn:
    return Turn(Message(role, "…"), acts=tuple(Act(a) for a in acts), done=done)  # type: ignore[arg-type]


@pytest.mark.parametrize(("at", "stays"), [(None, 7), (1, 5), (2, 5), (5, 5), (6, 7), (7, 7), (8, None)])
def test_a_conversation_is_cut_where_the_user_comes_with_something(at: int | None, stays: int | None) -> None:
    path = [
        *(_turn("system"), _turn("user", "request"), _turn("assistant", "confirm?"), _turn("user", "confirm")),
        *(_turn("assistant", "report change"), _turn("user", "request"), _turn("assistant", "report")),
        *(_turn("user", "done", done=True), _turn("assistant", "close")),
    ]
    assert cut(path, at) == stays


def test_places_are_read() -> None:
    assert place("last") is None
    assert place(" 7 ") == 7
    with pytest.raises(UserError):
        place("-1")
