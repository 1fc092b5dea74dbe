"""Expected calls are matched by what they ask for, wherever they may rightly stand."""

import pytest
from msgspec.structs import replace

import talk
from duologue.ids import to_json
from duologue.plans.match import match_plan, normal_arguments, same_arguments
from duologue.plans.trace import Trace, staged, trace
from duologue.protocols import Outcome
from duologue.types import Json, Message, PlanStep, RowChange, Slot, Tool, ToolCall, Toolset, Turn

TOOL = Tool(
    name="t",
    description="",
    parameters={
        "type": "object",
        "properties": {
            "id": {"type": "integer"},
            "code": {"type": "string"},
            "name": {"type": "string"},
            "limit": {"type": "integer", "default": 10},
            "tags": {"type": "array"},
        },
        "required": ["id"],
    },
    returns={},
    effect="read",
    inputs={"name": Slot("x", "name", "match")},
)


@pytest.mark.parametrize(
    ("expected", "actual", "same"),
    [
        ({"id": 1}, {"id": 1.0}, True),
        ({"id": 1}, {"id": True}, False),
        ({"id": 1}, {"id": "1"}, True),
        ({"id": 1}, {"id": 2}, False),
        ({"id": 1}, {"id": 1, "limit": 10}, True),
        ({"id": 1}, {"id": 1, "limit": 5}, False),
        ({"id": 1, "code": None}, {"id": 1}, True),
        ({"id": 1, "code": "7"}, {"id": 1, "code": 7}, True),
        ({"id": 1, "code": "a"}, {"id": 1, "code": "A"}, False),
        ({"id": 1, "name": "Ann "}, {"id": 1, "name": "ann"}, True),
        ({"id": 1, "tags": [1, 2]}, {"id": 1, "tags": [1, 2.0]}, True),
        ({"id": 1, "tags": [1, 2]}, {"id": 1, "tags": [2, 1]}, False),
        ({"id": 1}, {"id": 1, "extra": 1}, False),
    ],
)
def test_arguments_that_ask_for_the_same(expected: dict[str, Json], actual: dict[str, Json], same: bool) -> None:
    assert same_arguments(expected, actual, TOOL) is same


def test_defaults_are_filled_in() -> None:
    assert normal_arguments({"id": 3}, TOOL) == {"id": 3, "limit": 10}


READ = replace(TOOL, name="get")
WRITE = replace(TOOL, name="put", effect="write")
TOOLS = Toolset("x", (READ, WRITE))
CHANGE = RowChange("x", "update", {"id": 1}, {"a": 1}, {"a": 2})


def made(*calls: tuple[str, dict[str, Json], Json]) -> Trace:
    """A trace of calls with their results; a `put` that succeeds changes a row."""
    runs = []
    for n, (name, arguments, result) in enumerate(calls):
        failed = "error" in result
        changes = (CHANGE,) if name == "put" and not failed else ()
        runs.append((ToolCall(f"c{n}", name, arguments), Outcome(result, to_json(result), changes, f"s{n}", failed)))
    return staged(runs, ["fine"], TOOLS)


ERROR = {"error": {"type": "not_found", "message": "no"}}
FIRST = PlanStep("get", {"id": 1})
USES = PlanStep("get", {"id": "$1.rows[0].id"}, after=(1,))
CHANGES = PlanStep("put", {"id": "$1.rows[0].id"}, after=(1,))
BOUND = PlanStep("put", {"id": "$1.rows[0].id"}, after=(1,), bound={"id": 7})
ROWS = {"rows": [{"id": 7}]}

CASES = [
    # plan, calls made, steps matched (step → call), kinds of what is missing
    ((FIRST,), [("get", {"id": 1}, ROWS)], {1: 0}, []),
    ((FIRST,), [], {}, ["absent"]),
    ((FIRST,), [("get", {"id": 2}, ROWS)], {}, ["arguments"]),
    ((FIRST,), [("get", {"id": 1}, ERROR)], {}, ["failed"]),
    ((FIRST,), [("get", {"id": 1}, ERROR), ("get", {"id": 1}, ROWS)], {1: 1}, []),
    ((FIRST, USES), [("get", {"id": 1}, ROWS), ("get", {"id": 7}, {})], {1: 0, 2: 1}, []),
    ((FIRST, USES), [("get", {"id": 1}, ROWS), ("get", {"id": 8}, {})], {1: 0}, ["arguments"]),
    ((FIRST, USES), [("get", {"id": 7}, {})], {}, ["arguments", "absent"]),
    ((FIRST, CHANGES), [("put", {"id": 7}, {}), ("get", {"id": 1}, ROWS)], {1: 1}, ["order"]),
    ((FIRST, BOUND), [("put", {"id": 7}, {})], {2: 0}, ["absent"]),
    ((FIRST, BOUND), [("get", {"id": 1}, {"rows": [{"id": 9}]}), ("put", {"id": 9}, {})], {1: 0, 2: 1}, []),
    ((FIRST, FIRST), [("get", {"id": 1}, ROWS)], {1: 0, 2: 0}, []),
    (
        (PlanStep("put", {"id": 7}), PlanStep("put", {"id": 7})),
        [("put", {"id": 7}, {})],
        {1: 0},
        ["absent"],
    ),
]


@pytest.mark.parametrize(("plan", "calls", "matched", "missing"), CASES)
def test_matching(
    plan: tuple[PlanStep, ...],
    calls: list[tuple[str, dict[str, Json], Json]],
    matched: dict[int, int],
    missing: list[str],
) -> None:
    found = match_plan(plan, made(*calls))
    assert found.calls == matched
    assert [m.kind if m.kind != "absent" or calls else "absent" for m in found.missing] == missing


def test_a_reason_names_the_difference() -> None:
    missing = match_plan((FIRST,), made(("get", {"id": 2, "limit": 3}, ROWS))).missing[0]
    assert missing.reason == "get was called with id=2 instead of 1, limit=3 instead of 10"


def in_tasks(*calls: tuple[str, dict[str, Json], int]) -> Trace:
    """A trace of successful calls, each with its task."""
    turns = [Turn(Message("system", "s")), Turn(Message("user", "u"))]
    for n, (name, arguments, task) in enumerate(calls):
        turns.append(Turn(Message("assistant", tool_calls=(ToolCall(f"c{n}", name, arguments),)), task=task))
        changes = (CHANGE,) if name == "put" else ()
        turns.append(Turn(Message("tool", to_json(ROWS), tool_call_id=f"c{n}"), task=task, changes=changes))
    return trace(turns, TOOLS)


def test_a_read_of_an_earlier_task_counts_while_nothing_has_changed() -> None:
    same = in_tasks(("get", {"id": 1}, 0), ("get", {"id": 5}, 1))
    assert match_plan((FIRST,), same, 1).calls == {1: 0}
    changed = in_tasks(("get", {"id": 1}, 0), ("put", {"id": 1}, 0), ("get", {"id": 5}, 1))
    assert match_plan((FIRST,), changed, 1).calls == {}


def test_a_write_of_an_earlier_task_never_counts() -> None:
    earlier = in_tasks(("put", {"id": 7}, 0), ("get", {"id": 5}, 1))
    assert match_plan((PlanStep("put", {"id": 7}),), earlier, 1).calls == {}


def test_the_trace_of_a_conversation() -> None:
    found = trace(talk.sound(), talk.TOOLSET)
    assert [(c.call.name, c.at, c.turn, c.failed, c.effect, c.task) for c in found.calls] == [
        ("find_customers", 2, 3, False, "read", 0),
        ("list_orders", 6, 7, False, "read", 0),
        ("cancel_order", 12, 13, False, "write", 1),
        ("cancel_order", 18, 19, True, "write", 1),
    ]
    assert [len(c.changes) for c in found.calls] == [0, 0, 1, 0]
    assert found.calls[1].result["rows"][0]["order_id"] == 40211
    assert found.calls[1].origins["customer_id"].path == "rows[0].customer_id"
    assert [s.turn for s in found.user] == [1, 5, 9, 11, 15, 17, 21, 23]
    assert len(found.of_task(1)) == 2


def test_a_result_that_is_no_json_stays_text() -> None:
    turns = [
        Turn(Message("system", "s")),
        Turn(Message("user", "u")),
        Turn(Message("assistant", tool_calls=(ToolCall("c", "get", {}),))),
        Turn(Message("tool", "{oops", tool_call_id="c")),
    ]
    assert trace(turns, TOOLS).calls[0].result == "{oops"
