"""`duologue select` on real runs, and what `export` makes of its list."""

import json
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from duologue.cli import run
from duologue.ids import to_json
from duologue.select.candidates import candidates
from duologue.select.lists import fitted, read_selection
from duologue.store import Store
from duologue.testing import tiny_image

RUNS = {
    "user": "--seed 1 -n 16",
    "task": "--seed 1 -n 8 --mode task",
    "again": "--seed 1 -n 12",  # the first conversations of `user`
    "other": "--seed 2 -n 10",
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs")
    database = folder / "library.sqlite"
    database.write_bytes(tiny_image().data)
    for name, how in RUNS.items():
        assert run(["generate", str(database), *how.split(), "--toolsets", "1", "-o", str(folder / name)]) == 0
    return folder


@pytest.fixture
def here(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    capsys.readouterr()
    return tmp_path


def rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in Path(name).read_text(encoding="utf-8").splitlines()]


def ids(folder: str) -> list[str]:
    with Store.open(Path(folder), readonly=True) as store:
        return [stored.dialogue.id for stored in store.dialogues()]


def selected(*words: str, out: str = "list.json") -> dict[str, Any]:
    assert run(["select", *words, "-o", out]) == 0
    found: dict[str, Any] = json.loads(Path(out).read_bytes())
    return found


def test_nothing_is_deleted_and_export_follows(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = Path("user/run.sqlite").read_bytes()
    assert run(["select", "user", "--keep", "5"]) == 0
    out = capsys.readouterr().out
    assert "5 of 16 accepted conversations of user selected" in out
    assert "budget 11" in out
    found = json.loads(Path("user/selection.json").read_bytes())
    assert [kept["id"] for kept in found["kept"]] == ids("user")[:5]
    assert Counter(one["reason"] for one in found["left"]) == {"budget": 11}
    assert run(["export", "user", "-o", "rows.jsonl"]) == 0
    assert capsys.readouterr().out.startswith("5 of 16 conversations, as selected, in rows.jsonl, ")
    assert [row["id"] for row in rows("rows.jsonl")] == ids("user")[:5]
    assert run(["export", "user", "--all", "-o", "rows.jsonl"]) == 0
    assert capsys.readouterr().out.startswith("16 conversations in ")
    assert Path("user/run.sqlite").read_bytes() == before


def test_a_run_made_twice_leaves_one(here: Path) -> None:
    found = selected("user", "again")
    left = [(one["run"], one["reason"], one["beside_run"]) for one in found["left"]]
    assert left == [(1, "duplicate", 0)] * 12
    assert all(one["id"] == one["beside"] for one in found["left"])
    assert run(["export", "user", "again", "--selection", "list.json", "-o", "rows.jsonl"]) == 0
    assert Counter(row["id"] for row in rows("rows.jsonl")) == Counter(ids("user"))


def test_the_blend_of_runs_is_exported_as_one(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["select", "user", "other", "task", "--mix", "user:0.8,task:0.2", "--keep", "20", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["report"]["shares"]["mode"] == {"task": [8, 4], "user": [26, 16]}
    assert shown["selection"] == ["user/selection.json", "other/selection.json", "task/selection.json"]
    assert run(["export", "user", "other", "task", "-o", "rows.jsonl"]) == 0
    assert capsys.readouterr().out.startswith("20 of 34 conversations, as selected, ")
    assert Counter(row["metadata"]["mode"] for row in rows("rows.jsonl")) == {"user": 16, "task": 4}
    assert run(["export", "task", "-o", "rows.jsonl"]) == 0
    assert capsys.readouterr().out.startswith("4 of 8 conversations, as selected, ")
    assert run(["stats", "task", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["selected"] == 4


def test_the_order_of_options_makes_no_difference(here: Path) -> None:
    one = "user task --balance family,difficulty --mix user:0.5,task:0.5 --keep 9 --max-tokens 900000"
    two = "--max-tokens 900000 --keep 9 --mix task:0.5,user:0.5 --balance difficulty,family user task"
    selected(*one.split(), out="one.json")
    selected(*two.split(), out="two.json")
    assert Path("one.json").read_bytes() == Path("two.json").read_bytes()


def test_the_token_budget_is_that_of_the_rows(here: Path) -> None:
    with Store.open(Path("user"), readonly=True) as store:
        found = list(candidates(store))
    most = sum(c.tokens for c in found) // 2
    report = selected("user", "--max-tokens", str(most))["report"]
    assert most - max(c.tokens for c in found) < report["tokens"][1] <= most
    assert report["tokens"][0] == sum(c.tokens for c in found)
    assert run(["export", "user", "--all", "-o", "rows.jsonl"]) == 0
    for row, candidate in zip(rows("rows.jsonl"), found, strict=True):
        letters = len(to_json([row["messages"], row["tools"]]))
        assert letters / 6 < candidate.tokens < letters / 2


def test_a_benchmark_of_ones_own_conversations(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What stands in the benchmark goes; what is of the same kind stays."""
    with Store.open(Path("user"), readonly=True) as store:
        copied = [c for c in candidates(store) if sum(len(text.split()) for text in c.said[::2]) > 60][:3]
    tasks = [{"id": n, "goal": c.goals[0], "messages": list(c.said[::2])} for n, c in enumerate(copied)]
    Path("bench.json").write_text(json.dumps(tasks))
    found = selected("user", "--against", "bench.json")
    gone = {one["id"]: one["beside"] for one in found["left"] if one["reason"] == "contaminated"}
    assert {c.id for c in copied} <= set(gone)
    assert all(entry.startswith("bench.json") for entry in gone.values())
    assert len(gone) < 16
    assert found["report"]["steps"][0] == {"name": "decontamination", "came": 16, "left": {"contaminated": len(gone)}}
    assert found["report"]["against"]["files"][0]["path"] == "bench.json"
    assert "copies text" in capsys.readouterr().out


def test_a_list_from_before_the_run_went_on(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = selected("user")
    kept, left = found["kept"][:-2], found["kept"][-2:]
    Path("list.json").write_text(json.dumps(found | {"kept": kept}))
    assert run(["export", "user", "--selection", "list.json", "-o", "rows.jsonl"]) == 0
    out, err = capsys.readouterr()
    assert "14 of 16 conversations, as selected, " in out
    assert err.startswith(f"{len(left)} were accepted since the selection was made")


def test_a_run_knows_its_list_wherever_it_lies(here: Path) -> None:
    selected("user", "--keep", "3")
    Path("user").rename("moved")
    with Store.open(Path("moved"), readonly=True) as store:
        fit = fitted(read_selection(Path("list.json")), store, Path("moved"))
    assert (len(fit.ids), fit.accepted, fit.new) == (3, 16, 0)


def broken(change: dict[str, Any]) -> None:
    found = json.loads(Path("list.json").read_bytes())
    Path("list.json").write_text(json.dumps(found | change))


STRANGE: dict[str, tuple[str | dict[str, Any], str]] = {
    "not JSON": ("hello", "is not a selection"),
    "nested without end": ('{"format":"duologue.selection/1","options":{"a":' + "[" * 99_999, "is not a selection"),
    "another kind of file": ('{"format": "duologue.tools/1"}', "is not a selection"),
    "a newer format": ({"format": "duologue.selection/9"}, "has format 'duologue.selection/9'"),
    "a run that is not there": ({"kept": [{"run": 7, "id": "x"}]}, "names a run that it does not list"),
    "an unknown conversation": (
        {"kept": [{"run": 0, "id": "x\x1b[2J"}]},
        "conversations that 'user' does not hold (x\\x1b[2J",
    ),
    "another run": (
        {"runs": [{"folder": "elsewhere", "id": "f" * 16, "accepted": 3}]},
        "not made from 'user', but from elsewhere",
    ),
}


@pytest.mark.parametrize("name", STRANGE)
def test_a_list_that_does_not_fit(name: str, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change, says = STRANGE[name]
    selected("user")
    if isinstance(change, str):
        Path("list.json").write_text(change)
    else:
        broken(change)
    assert run(["export", "user", "--selection", "list.json", "-o", "rows.jsonl"]) == 2
    assert says in capsys.readouterr().err
    assert not Path("rows.jsonl").exists()


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("select nowhere", "'nowhere' does not exist"),
        ("select user user", "'user' is given twice"),
        ("select user --near 7", "--near 7 is no likeness"),
        ("select user --near nan", "--near nan is no likeness"),
        ("select user --balance size", "Cannot balance by 'size'"),
        ("select user --mix user:0.8", "The shares of --mix are 0.8"),
        ("select user --mix user:0.5,user:0.5", "'user:0.5' is no share"),
        ("select user --mix user", "'user' is no share"),
        ("select user --mix user:nan", "The shares of --mix are nan"),
        ("select user --mix boss:1", "There is no mode 'boss'"),
        ("select user --keep 0", "--keep 0 keeps nothing"),
        ("select user --keep x", "'x' is not a whole number"),
        ("select user --max-tokens -5", "--max-tokens -5 keeps nothing"),
        ("select user --max-tokens 100", "--max-tokens 100 keeps nothing: the smallest conversation has "),
        ("select user task --max-tokens 100 --mix user:0.3,task:0.7", "the smallest conversation of mode task has "),
        (
            "select user --mix task:1",
            "--mix asks for mode task, and no conversation that may stay has it (by mode: user 16)",
        ),
        ("select user --mix user:0.8,task:0.2", "--mix asks for mode task"),
        ("select user --tokenizer nowhere", "Cannot read 'nowhere'"),
        ("select user --against nowhere", "'nowhere'"),
        ("select user -o library.sqlite", "'library.sqlite' exists and is not a selection"),
        ("select user -o user", "'user' is a folder"),
        ("export user --all --selection x -o y.jsonl", "--all and --selection exclude each other"),
        ("export user --selection nowhere -o y.jsonl", "Cannot read 'nowhere'"),
        ("export user user -o y.jsonl", "'user' is given twice"),
    ],
)
def test_what_the_person_must_change(line: str, says: str, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = {path: path.read_bytes() for path in here.rglob("*") if path.is_file() and "run.sqlite-" not in path.name}
    assert run(line.split()) == 2
    assert says in capsys.readouterr().err
    after = {path: path.read_bytes() for path in here.rglob("*") if path.is_file() and "run.sqlite-" not in path.name}
    assert after == before


def test_a_run_without_conversations(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Store.create(Path("empty"), {"seed": 1}):
        pass
    for line in ("select empty --mix user:0.5,task:0.5 --balance domain,length", "select empty --json"):
        assert run(line.split()) == 2
        assert "There is no accepted conversation to select from." in capsys.readouterr().err
    Path("rows.jsonl").write_text("of an earlier export\n")
    assert run(["export", "empty", "-o", "rows.jsonl"]) == 2
    assert "No conversation of 'empty' was accepted" in capsys.readouterr().err
    assert Path("rows.jsonl").read_text() == "of an earlier export\n"
    assert not Path("empty/selection.json").exists()
    assert run(["export", "empty", "user", "-o", "rows.jsonl"]) == 0
    assert [row["id"] for row in rows("rows.jsonl")] == ids("user")


def test_what_is_refused_keeps_the_list_that_was_there(here: Path) -> None:
    """The smallest row is named as it is: with as many tokens, it is kept."""
    before = selected("user", "--keep", "3", out="user/selection.json")
    assert run(["select", "user", "--max-tokens", "100"]) == 2
    assert json.loads(Path("user/selection.json").read_bytes()) == before
    with Store.open(Path("user"), readonly=True) as store:
        least = min(c.tokens for c in candidates(store))
    assert run(["select", "user", "--max-tokens", str(least - 1)]) == 2
    assert selected("user", "--max-tokens", str(least))["report"]["kept"] == 1


def test_a_benchmark_that_holds_every_conversation(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Store.open(Path("user"), readonly=True) as store:
        found = list(candidates(store))
    Path("bench.json").write_text(json.dumps([{"id": c.id, "messages": list(c.said)} for c in found]))
    assert run(["select", "user", "--against", "bench.json"]) == 2
    assert "All 16 accepted conversations hold a copy of a benchmark's entry" in capsys.readouterr().err


def test_a_run_that_the_selection_leaves_out(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    selected("user", "again", out="again/selection.json")
    assert run(["export", "again", "-o", "rows.jsonl"]) == 2
    assert "The selection keeps no conversation of 'again'" in capsys.readouterr().err
    assert not Path("rows.jsonl").exists()
