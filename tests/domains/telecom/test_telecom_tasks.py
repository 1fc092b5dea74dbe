"""What the scripted task maker makes of the domain: a proven task about each rule with a guard, and about troubles on the phone."""

from functools import cache

import pytest

from duologue.ground import catalog_of, make_tools
from duologue.sources import Source, from_domain
from duologue.tasks.maker import ScriptedTasks
from duologue.types import Scenario

_MOST = 8


@cache
def _maker(trouble: float) -> ScriptedTasks:
    source = from_domain("telecom")
    catalog = catalog_of(source)
    (environment,) = make_tools(source, catalog, 1, [0])
    return ScriptedTasks(catalog, source.image, environment, 7, {"trouble": trouble, "policy": 1.0 - trouble})


def _decided(scenario: Scenario) -> set[str]:
    rulings = [s.ruling for t in scenario.tasks for s in t.subtasks if s.ruling is not None]
    return {rule for ruling in rulings for rule in ruling.rules}


def test_a_proven_task_about_each_rule(telecom: Source) -> None:
    assert telecom.policy is not None
    maker = _maker(0.0)
    for rule in telecom.policy.rules:
        if rule.sql:
            maker.aim = rule.id
            scenarios = (maker.scenario(f"{rule.id} {n}", ()) for n in range(_MOST))
            found = next((s for s in scenarios if rule.id in _decided(s)), None)
            assert found is not None, rule.id
            assert all(t.proof is not None for t in found.tasks)


@pytest.mark.parametrize("item", range(4))
def test_a_conversation_begins_with_a_trouble(item: int) -> None:
    first = _maker(1.0).scenario(str(item), ()).tasks[0]
    assert (first.shape, first.proof is not None) == ("guided", True)
    assert any(step.own for step in first.plan)
    assert first.own.keys() == {"device_id"}
