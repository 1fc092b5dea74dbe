"""Shapes of tasks that write: each comes up, is proven, is caught where it is done wrong, and can be turned off."""

from collections.abc import Iterator
from functools import cache

import pytest

from duologue.tasks.maker import ScriptedTasks
from duologue.tasks.shapes import SHAPES
from duologue.testing import Tiny, tiny_environment
from duologue.types import Task

NAMES = ("audit", "conditional", "decided", "bulk", "undo", "instead", "choose", "gaps", "budget")
ITEMS = 8
WORLDS = (3, 4, 6)
"""Libraries whose tools change different things."""


@cache
def tiny(seed: int) -> Tiny:
    return tiny_environment(seed=seed)


@cache
def tasks(mode: str = "user", off: str = "", only: str = "") -> tuple[Task, ...]:
    out: list[Task] = []
    rates = {s.name: 0.0 for s in SHAPES if only and s.name != only} | ({off: 0.0} if off else {})
    for seed in WORLDS:
        t = tiny(seed)
        maker = ScriptedTasks(t.catalog, t.image, t.environment, 3, rates)
        out += [task for n in range(ITEMS) for task in maker.scenario(str(n), (), mode).tasks]
    return tuple(out)


def of(shape: str) -> Iterator[Task]:
    return (t for t in tasks(only=shape) if t.shape == shape)


@pytest.mark.parametrize("shape", NAMES)
def test_each_shape_comes_up_and_is_proven(shape: str) -> None:
    found = list(of(shape))
    assert found
    assert all(t.proof is not None and t.proof.gold and t.proof.noop for t in found)
    assert all(all(t.proof.mutations.values()) for t in found if t.proof is not None)


def test_every_shape_is_tested_here() -> None:
    assert {s.name for s in SHAPES} >= set(NAMES)


def test_a_shape_can_be_turned_off() -> None:
    assert not any(t.shape == "undo" for t in tasks(off="undo"))


@pytest.mark.parametrize(
    ("shape", "mutation", "check"),
    [
        ("conditional", "against condition", "state"),
        ("bulk", "spared too", "state"),
        ("undo", "neither there nor back", "calls"),
    ],
)
def test_doing_it_wrong_is_caught(shape: str, mutation: str, check: str) -> None:
    killed = {
        c for t in of(shape) if t.proof for name, c in t.proof.mutations.items() if name.partition(":")[0] == mutation
    }
    assert killed == {check}


def test_conditions_hold_and_fail() -> None:
    parts = [(t, s) for t in of("conditional") for s in t.subtasks if s.need is not None and s.need.when is not None]
    writes = {bool([n for n in s.steps if tool_writes(t.plan[n - 1].tool)]) for t, s in parts}
    assert writes == {True, False}
    assert all(s.tell for _, s in parts)


def test_what_is_undone_leaves_no_change_of_its_own() -> None:
    for task in of("undo"):
        need = next(s.need for s in task.subtasks if s.need is not None and s.need.amends == "undo")
        assert not need.values
        assert not any(
            c.table == need.meaning.table and set(c.after or {}) == {need.meaning.column} for c in task.target
        )


def test_who_says_everything_at_once_does_not_change_their_mind() -> None:
    assert not any(t.shape in ("undo", "instead", "decided") for t in tasks("task"))


def tool_writes(name: str) -> bool:
    return any(t.name == name and t.effect == "write" for s in WORLDS for t in tiny(s).environment.toolset.tools)
