"""Tasks over tools that can't be run: what schemas can tell is checked, and nothing is claimed to be proven."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from duologue.catalog import Catalog
from duologue.ids import rng
from duologue.models.prompts import Prompts
from duologue.models.voice import Voice
from duologue.protocols import Request
from duologue.tasks.written import WrittenTasks
from duologue.testing import ScriptedModel, tiny_environment
from duologue.types import Tool, Toolset

SEARCH = Tool(
    name="find_moorings",
    description="Find moorings by harbour.",
    parameters={
        "type": "object",
        "properties": {"harbour": {"type": "string"}, "most": {"type": "integer", "default": 5}},
        "required": ["harbour"],
    },
    returns={
        "type": "object",
        "properties": {
            "moorings": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {"mooring_id": {"type": "string"}, "length": {"type": "number"}},
                },
            },
            "total": {"type": "integer"},
        },
    },
    effect="read",
)
BOOK = Tool(
    name="book_mooring",
    description="Book a mooring.",
    parameters={
        "type": "object",
        "properties": {"mooring_id": {"type": "string"}, "boat": {"type": "string"}, "nights": {"type": "integer"}},
        "required": ["mooring_id", "boat", "nights"],
    },
    returns={"type": "object", "properties": {"price": {"type": "number"}}},
    effect="write",
)
ENVIRONMENT = replace(tiny_environment().environment, image="", toolset=Toolset("harbour", (SEARCH, BOOK)))

GOOD: dict[str, Any] = {
    "goal": "The moorings in Tern Bay are known to the user, and one of them is booked for the Puffin for 2 nights, "
    "because a storm is coming. The user knows the price.",
    "user_role": "customer",
    "known": [
        {"what": "harbour", "value": "Tern Bay"},
        {"what": "boat", "value": "Puffin"},
        {"what": "nights", "value": 2},
    ],
    "plan": [
        {"tool": "find_moorings", "arguments": {"harbour": "Tern Bay"}},
        {
            "tool": "book_mooring",
            "arguments": {"mooring_id": "$1.moorings[0].mooring_id", "boat": "Puffin", "nights": 2},
        },
    ],
    "subtasks": [
        {"goal": "the moorings in Tern Bay are known", "steps": [1], "tell": ["$1.moorings[].length"]},
        {"goal": "a mooring is booked for the Puffin", "steps": [2], "tell": ["$2.price"]},
    ],
    "rubric": [{"text": "The mooring that is booked is one of those that were listed.", "kind": "critical"}],
}


def written(*given: Any) -> tuple[WrittenTasks, ScriptedModel]:
    """A maker that is given one answer after the other."""
    left = list(given)
    reply: Callable[[Request], Any] = lambda request: left.pop(0) if len(left) > 1 else left[0]  # noqa: E731
    model = ScriptedModel(reply)
    return WrittenTasks(Voice("tasks", model, Prompts()), Catalog("harbour", ()), None, ENVIRONMENT, 1), model


def test_a_task_stands_without_a_proof_and_the_judge_decides() -> None:
    tasks, _ = written(GOOD)
    asyncio.run(tasks.prepare("0"))
    task = tasks.scenario("0", ()).tasks[0]
    assert task.proof is None
    assert task.target == ()
    assert all(not s.tell for s in task.subtasks)
    assert not {c.check for c in task.rubric} & {"calls", "state", "disclosure"}
    assert sum(c.kind == "critical" and not c.check for c in task.rubric) >= 4
    assert tasks.asks(task)


@pytest.mark.parametrize(
    ("step", "change", "says"),
    [
        (0, {"tool": "moorings"}, "there is no tool 'moorings'"),
        (0, {"arguments": {"harbour": 3}}, "not of type"),
        (0, {"arguments": {"port": "Tern Bay"}}, "no parameter 'port'"),
        (1, {"arguments": {"mooring_id": "$1.moorings[0].mooring_id", "boat": "Puffin"}}, "'nights' is required"),
        (1, {"arguments": {"mooring_id": "$1.rows[0].id", "boat": "Puffin", "nights": 2}}, "no field 'rows'"),
        (1, {"arguments": {"mooring_id": "$1.moorings[0].length", "boat": "Puffin", "nights": 2}}, "is a number"),
        (1, {"arguments": {"mooring_id": "M7", "boat": "Puffin", "nights": 2}}, "comes from nowhere"),
    ],
)
def test_what_schemas_can_tell_is_objected_to(step: int, change: dict[str, Any], says: str) -> None:
    plan = [{**s, **change} if n == step else s for n, s in enumerate(GOOD["plan"])]
    tasks, model = written({**GOOD, "plan": plan}, GOOD)
    asyncio.run(tasks.prepare("0"))
    assert says in model.requests[1].messages[-1].content


def test_a_value_to_be_told_must_be_able_to_come_back() -> None:
    parts = [{**GOOD["subtasks"][0], "tell": ["$1.moorings[].depth"]}, GOOD["subtasks"][1]]
    tasks, model = written({**GOOD, "subtasks": parts}, GOOD)
    asyncio.run(tasks.prepare("0"))
    assert "no field 'depth'" in model.requests[1].messages[-1].content


def test_the_prompt_says_that_nothing_is_executed() -> None:
    tasks, _ = written(GOOD)
    assert "not connected to data" in tasks.prompt.text
    assert "Tables behind" not in tasks.prompt.text


def test_an_easy_change_is_not_asked_for_where_it_needs_what_a_call_returns() -> None:
    """Nothing is known of these tools but their names: `mooring_id` is a field that the search returns."""
    tasks, _ = written(GOOD)
    corners = [c for n in range(200) for c in tasks.corners.draw(rng(n, "dry")).corners]
    assert tasks.doubts.reach.direct == {"find_moorings"}
    assert tasks.doubts.reach.doable == {"find_moorings", "book_mooring"}
    assert any(c.write for c in corners)
    assert not [c for c in corners if c.write and c.difficulty == "easy"]
