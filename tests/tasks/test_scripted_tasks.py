"""Tasks are proven, reproducible, and say what they are."""

from functools import cache

import pytest
from msgspec.structs import replace

from duologue.environment import Image
from duologue.errors import StageError
from duologue.pipeline import Workshop, catalog_of, make_tools, open_source
from duologue.plans.placeholders import references
from duologue.tasks.maker import ScriptedTasks
from duologue.tasks.prove import gold_calls
from duologue.testing import Tiny, tiny_environment
from duologue.types import Disclosure, RowChange, Scenario, Task


@cache
def tiny() -> Tiny:
    return tiny_environment(seed=2)


def maker(seed: int = 2) -> ScriptedTasks:
    t = tiny()
    return ScriptedTasks(t.catalog, t.image, t.environment, seed)


@cache
def scenarios() -> tuple[Scenario, ...]:
    made, used = [], set[str]()
    tasks = maker()
    for item in range(24):
        made.append(tasks.scenario(str(item), used))
        used.update(t.id for t in made[-1].tasks)
    return tuple(made)


def all_tasks() -> list[Task]:
    return [task for scenario in scenarios() for task in scenario.tasks]


def test_every_task_is_proven() -> None:
    for task in all_tasks():
        assert task.proof is not None
        assert task.proof.gold
        assert task.proof.noop
        assert len(task.proof.mutations) >= 2
        assert all(task.proof.mutations.values()), task.proof.mutations


def test_no_task_comes_twice() -> None:
    names = [task.id for task in all_tasks()]
    assert len(set(names)) == len(names)


def test_an_item_is_the_same_whatever_came_before() -> None:
    assert maker().scenario("17", ()) == maker().scenario("17", ())
    assert maker(seed=2).scenario("3", ()) != maker(seed=5).scenario("3", ())


def test_placeholders_point_back_and_are_bound() -> None:
    for task in all_tasks():
        for number, step in enumerate(task.plan, 1):
            needed = references(step.arguments)
            assert all(0 < n < number for n in needed)
            assert needed <= set(step.after)
            assert {k for k, v in step.arguments.items() if references(v)} == set(step.bound)


def test_what_must_be_found_out_is_not_known() -> None:
    for task in all_tasks():
        known = {str(f.value).casefold() for f in task.known}
        assert not known & {str(f.value).casefold() for f in task.hidden}


def test_goals_are_statements() -> None:
    for task in all_tasks():
        assert "?" not in task.goal
        assert task.goal.endswith(".")
        assert "_" not in task.goal


def test_tasks_that_write_have_a_target_and_others_none() -> None:
    effects = {t.name: t.effect for t in tiny().environment.toolset.tools}
    for task in all_tasks():
        writes = any(effects[step.tool] == "write" for step in task.plan)
        assert bool(task.target) == writes


def spoilt(task: Task, what: str) -> Task:
    """The task with something untrue in it, before it is proven."""
    if what == "a value to tell":
        subtask = task.subtasks[-1]
        told = (*subtask.tell, Disclosure("never returned", "", len(task.plan)))
        return replace(task, subtasks=(*task.subtasks[:-1], replace(subtask, tell=told)))
    if what == "a step that fails":
        return replace(task, plan=(*task.plan, replace(task.plan[-1], arguments={"nonsense": 1})))
    return replace(task, plan=(), subtasks=())


@pytest.mark.parametrize("what", ["a value to tell", "a step that fails", "nothing to do"])
def test_an_unproven_task_is_not_kept(what: str) -> None:
    scenario = scenarios()[0]
    found = maker().prover.prove(spoilt(scenario.tasks[0], what), (), scenario.clock)
    assert found.task is None
    assert found.reason


def test_a_later_task_starts_from_the_state_the_earlier_ones_leave() -> None:
    for scenario in scenarios():
        prover = maker().prover
        for number in range(len(scenario.tasks)):
            session = prover.session_after(scenario.tasks[:number], scenario.clock)
            outcomes = [session.execute(c.name, c.arguments) for c in gold_calls(scenario.tasks[number])]
            session.close()
            assert not any(o.failed for o in outcomes)


def test_when_tasks_run_out_it_is_said() -> None:
    class Everything:
        def __contains__(self, _: object) -> bool:
            return True

    with pytest.raises(StageError, match="no new task"):
        maker().scenario("0", Everything())


@cache
def shop() -> Workshop:
    source = open_source(None, None)
    catalog = catalog_of(source)
    return Workshop(make_tools(source, catalog, 4, range(1))[0], source.image, catalog, 4)


@pytest.mark.long
def test_some_requests_are_refused_by_a_rule_and_change_nothing() -> None:
    refusals = []
    for item in range(40):
        scenario = shop().tasks.scenario(str(item), ())
        refusals += [s for t in scenario.tasks for s in t.subtasks if "can't be done" in s.goal]
        for task in scenario.tasks:
            if any("can't be done" in s.goal for s in task.subtasks):
                assert task.difficulty == "hard"
    assert refusals
    assert all(not s.tell for s in refusals)


def test_a_clock_value_is_not_compared() -> None:
    for item in range(60):
        scenario = shop().tasks.scenario(str(item), ())
        changes: list[RowChange] = [
            c for t in scenario.tasks for c in t.target if c.op == "insert" and c.table == "orders"
        ]
        for change in changes:
            assert change.after is not None
            assert change.after["ordered_at"] == {"$any": "clock"}
            return
    pytest.fail("no order was placed in sixty scenarios")


def test_the_image_is_never_changed() -> None:
    before = tiny().image.data
    scenarios()
    assert Image.of(before).hash == tiny().image.hash
