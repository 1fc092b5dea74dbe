"""Two tables that say the same thing: found in the data, compared by the tools, told as it is, and set right where a tool can."""

import asyncio
from collections.abc import Iterator
from functools import cache

import pytest

from depot import depot
from duologue.checks import CHECKS
from duologue.checks.case import case_of
from duologue.plans.index import ToolIndex
from duologue.simulate.scripted import converse
from duologue.tasks.anchors import Anchors
from duologue.tasks.maker import ScriptedTasks
from duologue.tasks.shapes import SHAPES
from duologue.types import Dialogue, Task

ITEMS = 10
WORLDS = ((3, 2), (2, 0))


@cache
def dialogues() -> tuple[Dialogue, ...]:
    out = []
    for world in WORLDS:
        t = depot(*world)
        maker = ScriptedTasks(
            t.catalog, t.image, t.environment, 3, {s.name: float(s.name == "reconcile") for s in SHAPES}
        )
        index = ToolIndex(t.environment.toolset, t.catalog)
        scenarios = (maker.scenario(str(n), ()) for n in range(ITEMS))
        played = (asyncio.run(converse(s, t.environment, t.image, t.catalog, index)) for s in scenarios)
        for dialogue in played:
            case = case_of(dialogue, t.environment, t.catalog)
            assert [v.check for check in CHECKS for v in [check(case)] if v.passed is not True] == []
            out.append(dialogue)
    return tuple(out)


def tasks() -> Iterator[Task]:
    return (t for d in dialogues() for t in d.scenario.tasks if t.shape == "reconcile")


def test_what_two_tables_say_about_the_same_is_found_in_the_data() -> None:
    t = depot()
    found = {(p.column.name, p.how): (len(p.at_odds), len(p.agreeing)) for p in Anchors(t.catalog, t.image).pairs}
    assert found == {("ship_city", "same"): (15, 45), ("total", "sum"): (12, 48), ("parcel_count", "count"): (10, 50)}


def test_it_can_be_turned_off() -> None:
    t = depot(*WORLDS[0])
    maker = ScriptedTasks(t.catalog, t.image, t.environment, 3, {"reconcile": 0.0})
    assert not any(x.shape == "reconcile" for n in range(3) for x in maker.scenario(str(n), ()).tasks)


@pytest.mark.parametrize("how", ["same", "sum", "count"])
def test_each_kind_comes_up_and_is_proven(how: str) -> None:
    found = [t for t in tasks() if how in {s.need.against.how for s in t.subtasks if s.need and s.need.against}]
    assert found
    assert all(t.proof is not None and t.proof.gold and t.proof.noop and all(t.proof.mutations.values()) for t in found)


def test_sides_agree_and_differ_and_one_is_set_to_what_the_other_says() -> None:
    agreed, put_right = set[bool](), 0
    for task in tasks():
        at = next(i for i, s in enumerate(task.subtasks) if s.need and s.need.against)
        one, other = (d.value for d in task.subtasks[at].tell)
        agreed.add(one == other)
        then = task.subtasks[at + 1].need if at + 1 < len(task.subtasks) else None
        if one != other and then is not None and then.meaning.family == "set" and other in then.values.values():
            put_right += 1
        if one == other:
            assert then is None or other not in then.values.values()
    assert agreed == {True, False}
    assert put_right


def test_both_sides_are_told_together() -> None:
    for dialogue in dialogues():
        for n, turn in enumerate(dialogue.turns):
            if any(a.kind == "reconciled" for a in turn.acts):
                assert turn.message.role == "assistant"
                assert dialogue.turns[n - 1].message.role == "tool"
