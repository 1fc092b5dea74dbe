"""Faults on purpose are counted by whoever plays a conversation: its own, once each, also where it was given up."""

import json
from pathlib import Path

import pytest
from msgspec.structs import replace

from duologue.checked import abandoned
from duologue.cli import run
from duologue.errors import StageError
from duologue.simulate.play import GivenUpError
from duologue.store import Store
from duologue.store.stats import stats
from duologue.types import Dialogue, Environment


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "shop"
    assert run(["generate", "-n", "3", "--faults", "0.3", "-o", str(folder)]) == 0
    return folder


def counted(folder: Path) -> int:
    with Store.open(folder, readonly=True) as store:
        return sum(n["met"] for n in stats(store).get("faults", {}).values())


def held(folder: Path) -> list[tuple[Dialogue, Environment]]:
    with Store.open(folder, readonly=True) as store:
        found = [d.dialogue for ok in (True, False) for d in store.dialogues(ok)]
        return [(one, store.environment(one.environment)) for one in found]


def met(one: Dialogue, since: int = 0) -> int:
    return sum(turn.fault is not None for turn in one.path()[since:])


def own(one: Dialogue) -> int:
    taken = one.continued or one.fork
    assert taken is not None
    return met(one, taken.at)


@pytest.mark.parametrize("command", [["continue", "--tasks", "2"], ["branch", "--at", "20", "--n", "2"]])
def test_what_is_played_on_counts_the_faults_of_its_own_turns(shop: Path, tmp_path: Path, command: list[str]) -> None:
    out = tmp_path / "out"
    assert run([*command, str(shop), "-o", str(out)]) == 0
    found = [one for one, _ in held(out)]
    with Store.open(out, readonly=True) as store:
        redrawn = [d.dialogue for d in store.redrawn()]
    assert counted(out) == sum(map(own, [*found, *redrawn])) > 0
    assert sum(map(met, found)) > sum(map(own, found)), "some were met before, and are the parents'"


def test_what_was_given_up_counts_too(shop: Path, tmp_path: Path) -> None:
    one, environment = next((one, e) for one, e in held(shop) if met(one))
    last = max(n for n, turn in enumerate(one.path()) if turn.fault is not None)
    cut = replace(one, turns=one.path()[: last + 1])
    with Store.create(tmp_path / "run", {}) as store:
        store.put_environment(environment, None)
        store.begin_item(0)
        found = abandoned(GivenUpError(StageError("play", "too many turns"), cut))
        found.count(store, 0, environment)
        found.end(store, 0)
    assert counted(tmp_path / "run") == met(cut)


def exported(shop: Path, out: Path) -> Path:
    assert run(["export", str(shop), "-o", str(out)]) == 0
    return out


def test_an_exported_file_goes_on_at_the_rates_of_its_run(shop: Path, tmp_path: Path) -> None:
    file = exported(shop, tmp_path / "rows.jsonl")
    assert run(["continue", str(file), "-o", str(tmp_path / "out"), "--tasks", "2"]) == 0
    assert counted(tmp_path / "out") > 0
    with Store.open(shop, readonly=True) as before, Store.open(tmp_path / "out", readonly=True) as after:
        assert after.config()["faults"] == before.config()["faults"] == {"share": 0.3}


def test_a_file_of_runs_at_different_rates_is_refused(
    shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = exported(shop, tmp_path / "rows.jsonl")
    lines = file.read_text(encoding="utf-8").splitlines()
    row = json.loads(lines[-1])
    del row["metadata"]["faults"]
    file.write_text("\n".join([*lines[:-1], json.dumps(row)]), encoding="utf-8")
    assert run(["continue", str(file), "-o", str(tmp_path / "out")]) == 2
    assert "met faults at different rates" in capsys.readouterr().err
