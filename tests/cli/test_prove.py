"""`duologue prove` on runs as they are, with a spoiled store, of an older version, and of simulated worlds."""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from msgspec.structs import replace

from duologue.cli import run
from duologue.store import Store
from duologue.tasks.maker import ScriptedTasks
from duologue.testing import tiny_environment
from duologue.types import Dialogue, Message, Proof, Scenario, Task, Turn
from samples import SOUND


@cache
def scenario() -> Scenario:
    tiny = tiny_environment(seed=2)
    return ScriptedTasks(tiny.catalog, tiny.image, tiny.environment, 2).scenario("0", ())


def store(folder: Path, change: Callable[[Task], Task], simulated: bool = False) -> Path:
    """A run of one conversation, its tasks changed, as somebody might change them in its store."""
    tiny = tiny_environment(seed=2)
    environment = replace(tiny.environment, image="") if simulated else tiny.environment
    told = replace(scenario(), tasks=tuple(map(change, scenario().tasks)))
    turns = (Turn(Message("system", content="…")), Turn(Message("user", content="Hello."), parent=0))
    with Store.create(folder, {"seed": 2}) as made:
        made.put_environment(environment, None if simulated else tiny.image.data)
        made.begin_item(0)
        made.put_dialogue(0, Dialogue("d0", environment.id, told, turns), SOUND)
    return folder


def edited(name: str, check: str) -> Callable[[Task], Task]:
    def change(task: Task) -> Task:
        assert task.proof is not None
        first = next(n for n in task.proof.mutations if n.startswith(name))
        return replace(task, proof=replace(task.proof, mutations={**task.proof.mutations, first: check}))

    return change


def test_proofs_are_made_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = store(tmp_path / "run", lambda task: task)
    assert run(["prove", str(folder)]) == 0
    shown = capsys.readouterr().out
    assert "Tasks satisfied at the start: none." in shown
    assert "Faults: none." in shown
    assert run(["prove", str(folder), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    tasks = scenario().tasks
    assert told["conversations"] == 1
    assert told["tasks"]["rules"]["tasks"] == len(tasks)
    assert told["tasks"]["rules"]["mutations"]["least"] == min(len(t.proof.mutations) for t in tasks if t.proof)
    assert sum(n for kind in told["tasks"]["rules"]["killed"].values() for n in kind.values()) == sum(
        len(t.proof.mutations) for t in tasks if t.proof
    )
    assert all(v["made"] == v["passed"] for v in told["tasks"]["rules"]["spared"].values())


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (edited("nothing told", "state"), "nothing told: all of it: state then, disclosure now"),
        (edited("skip read", ""), "survived in the stored proof"),
        (lambda task: replace(task, proof=None), "it has no proof"),
        (lambda task: replace(task, plan=task.plan[:1]), "not proven now"),
    ],
    ids=["a check changed", "a survivor", "no proof", "a plan cut short"],
)
def test_a_spoiled_store_is_found(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], change: Callable[[Task], Task], says: str
) -> None:
    folder = store(tmp_path / "run", change)
    assert run(["prove", str(folder)]) == 1
    shown = capsys.readouterr().out
    assert says in shown
    assert "conversation d0" in shown


def test_an_older_proof_is_said_to_be_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    older = Proof(gold=True, noop=True, mutations={"drop step 1": "calls", "untold": "disclosure"})
    folder = store(tmp_path / "run", lambda task: replace(task, proof=older))
    assert run(["prove", str(folder)]) == 0
    assert "are of another version and lack kinds" in capsys.readouterr().out


def test_a_simulated_world_has_no_proofs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = store(tmp_path / "run", lambda task: replace(task, proof=None), simulated=True)
    assert run(["prove", str(folder)]) == 0
    assert "simulated worlds, whose tasks have no proofs" in capsys.readouterr().out


def test_what_a_stranger_wrote_is_shown_as_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = Proof(gold=True, noop=True, mutations={"no calls: \x1b[2J": ""})
    folder = store(tmp_path / "run", lambda task: replace(task, id="\x1b[31m", proof=bad))
    assert run(["prove", str(folder)]) == 1
    assert "\x1b" not in capsys.readouterr().out


def test_no_run_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["prove", str(tmp_path / "none")]) == 2
    assert capsys.readouterr().err
