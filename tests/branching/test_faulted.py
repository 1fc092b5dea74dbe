"""Branches that begin with a fault: the call is the parent's, what comes back is not, and what the assistant does then is judged."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from duologue.branching.making import unmet
from duologue.branching.places import forks, places
from duologue.cli import run
from duologue.plans.faults import KINDS
from duologue.store import Store
from duologue.types import Dialogue, Fault


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    shop = tmp_path_factory.mktemp("runs") / "shop"
    out = shop.with_name("branches")
    assert run(["generate", "-n", "2", "-o", str(shop)]) == 0
    assert run(["branch", str(shop), "--at", "first,12", "--n", "3", "--differ", "fault", "-o", str(out)]) == 0
    return shop, out


def held(folder: Path) -> list[Dialogue]:
    with Store.open(folder, readonly=True) as store:
        return [d.dialogue for ok in (True, False) for d in store.dialogues(ok)]


def test_the_first_call_of_a_branch_meets_the_fault_and_the_parent_met_none(made: tuple[Path, Path]) -> None:
    parents, branches = {d.id: d for d in held(made[0])}, held(made[1])
    assert len(branches) >= 6
    for branch in branches:
        assert branch.fork is not None
        parent, at = parents[branch.fork.parent].path(), branch.fork.at
        calls = branch.turns[at].message.tool_calls
        faults = [t.fault.kind for t in branch.turns if t.fault is not None]
        assert branch.turns[:at] == parent[:at]
        assert calls == parent[at].message.tool_calls
        assert faults == [branch.fork.fault]
        assert branch.turns[at + 1].fault == next(t.fault for t in branch.turns if t.fault is not None)
    assert len({b.fork.fault for b in branches if b.fork}) > 1


def test_branches_with_faults_are_recovered_from_replay_and_are_shown(
    made: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    with Store.open(made[1], readonly=True) as store:
        assert len(list(store.dialogues(accepted=True))) >= 6
        assert not list(store.dialogues(accepted=False))
    assert run(["verify", str(made[1])]) == 0
    capsys.readouterr()
    assert run(["show", str(made[1]), "1"]) == 0
    assert "where a call meets a fault (" in " ".join(capsys.readouterr().out.split())


def test_places_are_calls_and_kinds_are_those_not_met(made: tuple[Path, Path]) -> None:
    parent = held(made[0])[0]
    path = parent.path()
    calling = [n for n, t in enumerate(path) if t.message.role == "assistant" and t.message.tool_calls]
    at = calling[0] + 1
    met = replace(parent, turns=(*path[:at], replace(path[at], fault=Fault("timeout")), *path[at + 1 :]))
    assert forks(path, "fault", places("every-decision")) == calling
    assert {unmet(met, (1, 1), n) for n in range(len(KINDS))} == KINDS.keys() - {"timeout"}


def test_mistakes_are_not_asked_for_where_calls_fail(
    made: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["branch", str(made[0]), "--differ", "fault", "--mistakes", "0.5", "-o", str(made[0].with_name("none"))]
    assert run(asked) == 2
    assert "only what becomes of a call differs" in capsys.readouterr().err
