"""Two tables that say the same thing: found in the data, compared by the tools, told as it is, and set right where a tool can."""

import asyncio
from collections.abc import Iterator
from functools import cache

import apsw
import pytest

from depot import depot
from duologue.catalog import read_catalog
from duologue.checks import PROOF
from duologue.checks.case import case_of
from duologue.environment import Image
from duologue.plans.index import ToolIndex
from duologue.simulate.scripted import converse
from duologue.tasks.anchors import Anchors
from duologue.tasks.maker import ScriptedTasks
from duologue.tasks.shapes import SHAPES
from duologue.types import Json, OtherSide, Scenario, Subtask, Task

ITEMS = 6
PARTS = {"same": ("delivery_line", "parcel"), "sum": ("parcel",), "count": ("delivery_line",)}
"""What is compared → the tables that a depot goes without."""
SEEDS = range(1, 7)


@cache
def scenarios(how: str, seed: int) -> tuple[Scenario, ...]:
    t = depot(seed, 0, PARTS[how])
    rates = {s.name: 2.0 * (s.name == "reconcile") for s in SHAPES}
    maker = ScriptedTasks(t.catalog, t.image, t.environment, 3, rates)
    return tuple(maker.scenario(str(n), ()) for n in range(ITEMS))


def tasks(how: str = "") -> Iterator[Task]:
    """Depots are looked through for an occasion, one after the other."""
    worlds = ((kind, seed) for seed in SEEDS for kind in PARTS if how in ("", kind))
    return (t for world in worlds for s in scenarios(*world) for t in s.tasks if t.shape == "reconcile")


def sides(task: Task) -> tuple[OtherSide, Json, Json, Subtask | None]:
    """What is compared, what each side says, and what comes next."""
    at = next(i for i, s in enumerate(task.subtasks) if s.need and s.need.against)
    need, tell = task.subtasks[at].need, task.subtasks[at].tell
    assert need is not None
    assert need.against is not None
    one, other = (d.value for d in tell)
    return need.against, one, other, task.subtasks[at + 1] if at + 1 < len(task.subtasks) else None


def test_what_two_tables_say_about_the_same_is_found_in_the_data() -> None:
    t = depot()
    found = {(p.column.name, p.how): (len(p.at_odds), len(p.agreeing)) for p in Anchors(t.catalog, t.image).pairs}
    assert found == {("ship_city", "same"): (15, 45), ("total", "sum"): (12, 48), ("parcel_count", "count"): (10, 50)}


def test_figures_that_come_to_more_than_a_whole_number_holds_are_looked_at_too() -> None:
    db = apsw.Connection(":memory:")
    db.execute("""
        CREATE TABLE city (id INTEGER PRIMARY KEY, name TEXT NOT NULL, volume INTEGER);
        CREATE TABLE trip (id INTEGER PRIMARY KEY, city_id INTEGER REFERENCES city, volume INTEGER);
        WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200)
        INSERT INTO city SELECT i, 'City ' || i, 1000000000000000000 + i FROM n WHERE i <= 20;
        WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200)
        INSERT INTO trip SELECT i, i % 20 + 1, 900000000000000000 + i FROM n;
    """)
    image = Image.of(db.serialize("main"))
    assert not Anchors(read_catalog(image.connect(), "trips"), image).pairs


def test_it_can_be_turned_off() -> None:
    t = depot(1, 0, PARTS["sum"])
    maker = ScriptedTasks(t.catalog, t.image, t.environment, 3, {"reconcile": 0.0})
    assert not any(x.shape == "reconcile" for n in range(3) for x in maker.scenario(str(n), ()).tasks)


@pytest.mark.parametrize("how", ["same", "sum", "count"])
def test_each_kind_comes_up_and_is_proven(how: str) -> None:
    proof = next(t.proof for t in tasks(how) if sides(t)[0].how == how)
    assert proof is not None
    assert proof.gold
    assert proof.noop
    assert all(proof.mutations.values())


@pytest.mark.parametrize("agree", [True, False])
def test_sides_agree_and_differ(agree: bool) -> None:
    assert any((sides(t)[1] == sides(t)[2]) is agree for t in tasks())


def test_one_side_is_set_to_what_the_other_says() -> None:
    able = (seed for seed in range(1, 60) if sets_total(seed))
    for task in (t for seed in able for s in scenarios("sum", seed) for t in s.tasks if t.shape == "reconcile"):
        _, one, other, then = sides(task)
        need = then.need if then is not None else None
        if need is not None and need.meaning.family == "set" and other in need.values.values():
            assert one != other
            return
    pytest.fail("no depot has an occasion for it")


def sets_total(seed: int) -> bool:
    tools = depot(seed, 0, PARTS["sum"]).environment.toolset.tools
    return any(t.meaning is not None and (t.meaning.family, t.meaning.column) == ("set", "total") for t in tools)


@pytest.mark.parametrize("how", ["same", "sum", "count"])
def test_both_sides_are_told_together_and_the_checks_object_to_nothing(how: str) -> None:
    found = ((seed, s) for seed in SEEDS for s in scenarios(how, seed) if any(x.shape == "reconcile" for x in s.tasks))
    seed, scenario = next(found)
    t = depot(seed, 0, PARTS[how])
    index = ToolIndex(t.environment.toolset, t.catalog)
    dialogue = asyncio.run(converse(scenario, t.environment, t.image, t.catalog, index))
    case = case_of(dialogue, t.environment, t.catalog)
    assert [v.check for check in PROOF for v in [check(case)] if v.passed is not True] == []
    told = [n for n, turn in enumerate(dialogue.turns) if any(a.kind == "reconciled" for a in turn.acts)]
    assert told
    assert all(dialogue.turns[n - 1].message.role == "tool" for n in told)
