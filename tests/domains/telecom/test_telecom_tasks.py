"""What the scripted task maker makes of troubles on the phone. A proven task about each rule: `test_every_rule.py`."""

from functools import cache

import pytest

from duologue.ground import catalog_of, make_tools
from duologue.sources import from_domain
from duologue.tasks.maker import ScriptedTasks


@cache
def _maker() -> ScriptedTasks:
    source = from_domain("telecom")
    catalog = catalog_of(source)
    (environment,) = make_tools(source, catalog, 1, [0])
    return ScriptedTasks(catalog, source.image, environment, 7, {"trouble": 1.0})


@pytest.mark.parametrize("item", range(4))
def test_a_conversation_begins_with_a_trouble(item: int) -> None:
    first = _maker().scenario(str(item), ()).tasks[0]
    assert (first.shape, first.proof is not None) == ("guided", True)
    assert any(step.own for step in first.plan)
    assert first.own.keys() == {"device_id"}
