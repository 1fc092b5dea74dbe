"""Tools without implementation: designed for a domain, and told what they return in one vocabulary."""

import asyncio
import copy
from typing import Any

import pytest
from msgspec.structs import replace

from duologue.errors import StageError, UserError
from duologue.protocols import Request
from duologue.testing import ScriptedModel
from duologue.tools.specified import predict_returns, specified_environment, specify
from duologue.types import Slot, Tool, Toolset
from simulate import ferry


def test_the_environment_has_no_image() -> None:
    environment = ferry.environment()
    assert (environment.name, environment.image) == ("ferry office", "")
    assert environment.id
    assert environment.policy.preamble
    assert [t.effect for t in environment.toolset.tools] == ["read", "read", "write", "read"]


def test_fields_know_what_they_stand_for() -> None:
    search, get, move, listed = ferry.environment().toolset.tools
    assert search.outputs == {
        "sailings[].sailing_id": Slot("sailing", "sailing_id", "key"),
        "sailings[].leaves_at": Slot("sailing", "leaves_at"),
        "sailings[].seats_free": Slot("sailing", "seats_free"),
    }
    assert get.outputs["status"] == Slot("booking", "status")
    assert listed.outputs["bookings[].booking_id"].use == "key"
    assert move.inputs == {
        "booking_id": Slot("booking", "booking_id", "key"),
        "sailing_id": Slot("sailing", "sailing_id", "key"),
    }
    assert get.returns["additionalProperties"] is False
    assert ferry.environment().toolset.vocabulary["booking_id"] == Slot("booking", "booking_id", "key")


def predicted(bad: dict[str, Any]) -> tuple[Toolset, ScriptedModel]:
    """The office's returns, the first answer for `get_booking` being spoiled."""
    left = [bad]

    def reply(request: Request) -> dict[str, Any]:
        name = ferry.asked_for(request)
        return left.pop() if name == "get_booking" and left else ferry.RETURNS[name]

    voice, model = ferry.voice(reply, "returns")
    return asyncio.run(predict_returns(ferry.TOOLS, voice)), model


def spoiled(**changes: Any) -> dict[str, Any]:
    design = copy.deepcopy(ferry.RETURNS["get_booking"])
    design["returns"]["properties"] |= changes.pop("properties", {})
    return design | changes


@pytest.mark.parametrize(
    ("design", "said"),
    [
        (spoiled(returns={"type": "array", "items": {"type": "string"}}), "does not describe an object"),
        (spoiled(returns={"type": "object", "properties": {}}), "no properties"),
        (spoiled(properties={"x": {"type": "thing"}}), "no type 'thing'"),
        (spoiled(properties={"x": {"description": "?"}}), "`x` has no type"),
        (spoiled(properties={"booking_id": {"type": "integer"}}), "`booking_id` is integer, but 'booking_id' is string elsewhere"),
        (spoiled(properties={"seats_free": {"type": ["string", "null"]}}), "'seats_free' is integer elsewhere"),
        (spoiled(properties={"day": {"type": "array", "items": {"type": "string"}}}), "`day` is array of string"),
        (spoiled(things=[{"path": "booking", "kind": "booking", "key": "booking_id"}]), "no object at this path"),
        (spoiled(things=[{"path": "", "kind": "Booking!", "key": "booking_id"}]), "lower-case noun"),
        (spoiled(things=[{"path": "", "kind": "booking", "key": "id"}]), "no field 'id'"),
        (spoiled(things=[{"path": "", "kind": "booking", "key": "sailing_id"}]), "is the key of 'sailing'"),
        (spoiled(things=[{"path": "", "kind": "sailing", "key": "booking_id"}]), "the key of 'sailing' is 'sailing_id' elsewhere"),
        (spoiled(effect="reads"), "Invalid enum value"),
    ],
)  # fmt: skip
def test_a_prediction_that_clashes_is_shown_back(design: dict[str, Any], said: str) -> None:
    toolset, model = predicted(design)
    assert said in model.requests[2].messages[-1].content
    assert toolset == ferry.environment().toolset


def test_a_search_gives_a_list() -> None:
    bad = {"effect": "read", "returns": ferry.RETURNS["get_booking"]["returns"]}
    left = [bad]

    def reply(request: Request) -> dict[str, Any]:
        return left.pop() if left else ferry.RETURNS[ferry.asked_for(request)]

    voice, model = ferry.voice(reply, "returns")
    asyncio.run(predict_returns(ferry.TOOLS, voice))
    assert "an array of objects" in model.requests[1].messages[-1].content


def test_one_running_conversation() -> None:
    _, model = predicted(spoiled(effect="reads"))
    first, second, mended, third = (r.messages for r in model.requests[:4])
    assert second[:2] == first
    assert mended[:4] == second
    assert third[:5] == (*second, third[4])
    assert not any("Answer again" in m.content for m in third)
    assert model.requests[0].messages[0].content.count('"name":"get_booking"') == 1


def test_a_result_that_was_given_is_kept() -> None:

    given = {
        "type": "object",
        "properties": {"tide_m": {"type": "number"}},
        "required": [],
        "additionalProperties": False,
    }
    tool = replace(ferry.TOOLS[1], returns=given)
    voice, model = ferry.voice(lambda r: {"effect": "read", "returns": {}, "things": []}, "returns")
    (done,) = asyncio.run(predict_returns([tool], voice)).tools
    assert done.returns == given
    assert "Its result is given, keep it:" in model.requests[0].messages[1].content


QUESTIONS = {"questions": [f"Is there room on the ferry of the {n}th?" for n in range(4, 20)]}
SPECS = {"tools": [{"name": f"get_part_{c}", "description": "Gives a part of it.", "parameters": {"type": "object", "properties": {"day": {"type": "string"}}}} for c in "abcdef"]}  # fmt: skip
GAP = {
    "tools": [
        {"name": "book_seat", "description": "Books a seat on it.", "parameters": {"type": "object", "properties": {}}}
    ]
}


def designer(*first: Any) -> Any:
    before = list(first)

    def reply(request: Request) -> Any:
        step = next(m.content for m in reversed(request.messages) if "Step " in m.content)
        if step.startswith("Step") and before:
            return before.pop(0)
        return QUESTIONS if "Step 1" in step else SPECS if "Step 2" in step else GAP

    return reply


def test_tools_for_a_domain() -> None:
    voice, model = ferry.voice(designer(), "tools")
    tools = asyncio.run(specify("ferry office\n", voice))
    assert [t.name for t in tools] == [*(f"get_part_{c}" for c in "abcdef"), "book_seat"]
    assert model.requests[0].messages[1].content.startswith("Domain: ferry office\n")
    assert [len(r.messages) for r in model.requests] == [2, 4, 6]
    assert model.requests[2].messages[:4] == model.requests[1].messages


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ({"tools": SPECS["tools"][:2]}, "2 tools are too few"),
        ({"tools": [*SPECS["tools"], SPECS["tools"][0]]}, "Two tools are called 'get_part_a'"),
        ({"tools": [*SPECS["tools"], {**SPECS["tools"][0], "name": "get part"}]}, "a name is letters"),
        ({"tools": [*SPECS["tools"], {"name": "x_y", "description": "Gives something.", "parameters": {"type": "object", "properties": {"a": {}}}}]}, "'a' has no type"),
        ({"tools": [*SPECS["tools"], {"name": "x_y", "description": "Gives something.", "parameters": {"type": "number"}}]}, "does not describe an object"),
    ],
)  # fmt: skip
def test_a_bad_tool_is_shown_back(bad: dict[str, Any], said: str) -> None:
    voice, model = ferry.voice(designer(bad), "tools")
    asyncio.run(specify("ferry office", voice))
    assert said in model.requests[2].messages[-1].content


def test_a_gap_must_not_be_there_already() -> None:
    voice, model = ferry.voice(designer(SPECS, SPECS), "tools")
    tools = asyncio.run(specify("ferry office", voice))
    assert "there is a tool of this name already" in model.requests[3].messages[-1].content
    assert len(tools) == 7


def test_nothing_came_of_it() -> None:
    voice, _ = ferry.voice(lambda r: "no", "returns")
    with pytest.raises(StageError, match="invalid answer"):
        asyncio.run(specified_environment("ferry office", voice, ferry.TOOLS))


@pytest.mark.parametrize(
    ("tools", "said"),
    [
        ((*ferry.TOOLS, ferry.TOOLS[0]), "two tools are called 'search_sailings'"),
        (tuple(replace(ferry.TOOLS[0], name=f"search_{n}") for n in range(65)), "65 tools are too many"),
    ],
)
def test_one_set_at_a_time(tools: tuple[Tool, ...], said: str) -> None:
    voice, model = ferry.voice(lambda r: "no", "returns")
    with pytest.raises(UserError, match=said):
        asyncio.run(specified_environment("ferry office", voice, tools))
    assert model.requests == []
