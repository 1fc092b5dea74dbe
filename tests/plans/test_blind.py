"""A plan that nobody could run beforehand: a place in a list stands for any place in it."""

import pytest

from duologue.plans.match import match_plan
from duologue.plans.placeholders import values_at
from duologue.plans.trace import trace
from duologue.types import Json, Message, PlanStep, Tool, ToolCall, Toolset, Turn

TOOLS = Toolset("t", (Tool("find", "", {}, {}, "read"), Tool("change", "", {}, {}, "write")))
FOUND = '{"rows":[{"id":4,"city":"Leeds"},{"id":7,"city":"York"}]}'


def missing(plan: list[PlanStep], **arguments: Json) -> list[str]:
    turns = [
        Turn(Message("assistant", tool_calls=(ToolCall("a", "find", {"name": "Ann"}),))),
        Turn(Message("tool", FOUND, tool_call_id="a")),
        Turn(Message("assistant", tool_calls=(ToolCall("b", "change", arguments),))),
        Turn(Message("tool", '{"ok":true}', tool_call_id="b")),
    ]
    return [m.kind for m in match_plan(plan, trace(turns, TOOLS)).missing]


FIND = PlanStep("find", {"name": "Ann"})


def change(**arguments: Json) -> PlanStep:
    return PlanStep("change", arguments, after=(1,))


@pytest.mark.parametrize(
    ("step", "arguments", "kinds"),
    [
        (change(id="$1.rows[0].id"), {"id": 4}, []),
        (change(id="$1.rows[0].id"), {"id": 7}, []),
        (change(id="$1.rows[5].id"), {"id": 7}, []),
        (change(id="$1.rows[0].id"), {"id": 9}, ["arguments"]),
        (change(id="$1.rows[0].city"), {"id": 7}, ["arguments"]),
        (change(id="$1.rows[0].street"), {"id": 7}, ["absent"]),
        (change(id="$1.rows[0].id", to="$1.rows[0].city"), {"id": 7, "to": "Leeds"}, []),
        (change(id="$1.rows[0].id", to="York"), {"id": 7, "to": "Hull"}, ["arguments"]),
        (change(ids=["$1.rows[0].id"]), {"ids": [4]}, []),
        (change(id="$2.rows[0].id"), {"id": 4}, ["absent"]),
    ],
)
def test_any_place_will_do(step: PlanStep, arguments: dict[str, Json], kinds: list[str]) -> None:
    assert missing([FIND, step], **arguments) == kinds


def test_a_plan_that_was_run_means_the_place_it_names() -> None:
    step = PlanStep("change", {"id": "$1.rows[0].id"}, after=(1,), bound={"id": 4})
    assert missing([FIND, step], id=4) == []
    assert missing([FIND, step], id=7) == ["arguments"]


@pytest.mark.parametrize(
    ("path", "values"),
    [
        ("rows[1].id", [7, 4]),
        ("rows[0]", [{"id": 4}, {"id": 7}]),
        ("rows", [[{"id": 4}, {"id": 7}]]),
        ("rows.id", []),
        ("cols[0]", []),
        ("rows[0", []),
    ],
)
def test_values_at(path: str, values: list[Json]) -> None:
    assert list(values_at({"rows": [{"id": 4}, {"id": 7}]}, path)) == values
