"""Worlds without a database through the workshop: tools read from a file, calls simulated, both speakers models, all verified."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from duologue.casting import Cast
from duologue.catalog import Catalog
from duologue.checks import combine
from duologue.config import RunConfig
from duologue.ground import workshops
from duologue.ids import canonical
from duologue.models.prompts import Prompts
from duologue.protocols import Request
from duologue.roles import Roles
from duologue.settings import ModelSettings
from duologue.testing import ScriptedModel, calling
from duologue.types import Fact, PlanStep, Scenario, Subtask, Task, Turn
from duologue.workshop import Workshop
from simulate import ferry
from simulate.ferry import booking, sailing

ROLES = ("domain", "tools", "tasks", "user", "agent", "simulator", "judge", "returns")


def cast(model: ScriptedModel) -> Cast:
    return Cast(Roles(dict.fromkeys(ROLES, ("m",))), {"m": model}, Prompts())


def published(name: str) -> list[dict[str, Any]]:
    return [
        {"name": t.name, "description": t.description, "inputSchema": t.parameters, "server": name} for t in ferry.TOOLS
    ]


@pytest.mark.parametrize(
    ("sets", "toolsets", "names"),
    [
        (["Sea"], 4, ["tools"]),
        (["Sea", "Sky", "Land"], 2, ["Sea", "Sky"]),
    ],
)
def test_each_set_of_tools_is_a_world(tmp_path: Path, sets: list[str], toolsets: int, names: list[str]) -> None:
    file = tmp_path / "tools.json"
    file.write_text(json.dumps([t for name in sets for t in published(name)] + [{**published("x")[0], "server": "One"}] * (len(sets) > 1)))  # fmt: skip
    model = ScriptedModel(lambda r: ferry.RETURNS[ferry.asked_for(r)])
    settings = ModelSettings(roles=Roles(dict.fromkeys(ROLES, ("m",))))
    config = RunConfig(seed_tools=file, toolsets=toolsets, models=settings)
    shops = asyncio.run(workshops(config, (), cast(model), lambda name, value: None))
    assert [s.environment.name for s in shops] == names
    assert all(s.image is None and len(s.environment.toolset.tools) == 4 for s in shops)


TASK = Task(
    "t1",
    "By the end, Ove Lind's booking is on the sailing that leaves at 17:00 on 4 June 2025.",
    known=(Fact("booking.passenger_name", "Ove Lind", "name"), Fact("sailing.leaves_at", "2025-06-04T17:00", "new sailing")),
    subtasks=(Subtask("Ove Lind's booking is on the sailing that leaves at 17:00 on 4 June 2025.", (1, 2, 3)),),
    plan=(
        PlanStep("list_bookings", {"passenger_name": "Ove Lind"}, weight="structural"),
        PlanStep("search_sailings", {"day": "2025-06-04"}),
        PlanStep("move_booking", {"booking_id": "$1.bookings[0].booking_id", "sailing_id": "$2.sailings[0].sailing_id"}, after=(1, 2)),
    ),
)  # fmt: skip

USER = [
    "Hi, this is Ove Lind. Could you move my booking to the sailing at 17:00 on 4 June 2025?",
    "Yes, please do that.",
    "Great, that was all, thanks.",
]
AGENT: list[Any] = [
    calling("list_bookings", passenger_name="Ove Lind"),
    calling("search_sailings", day="2025-06-04"),
    "I found your booking B-17. Shall I move it to sailing S-9, which leaves at 17:00 on 4 June 2025?",
    calling("move_booking", booking_id="B-17", sailing_id="S-9"),
    "Your booking B-17 is now on sailing S-9.",
    "You're welcome, goodbye.",
]
WORLD: list[Any] = [
    {"bookings": [booking()]},
    {"sailings": [sailing(), sailing("S-9", "2025-06-04T17:00", 3)]},
    booking(sailing="S-9"),
]


def at_sea() -> tuple[ScriptedModel, dict[str, list[Any]]]:
    """A model that plays everybody in turn, and what it has left to say."""
    left = {"user": list(USER), "agent": list(AGENT), "simulator": list(WORLD)}

    def reply(request: Request) -> Any:
        said = left[request.role].pop(0)
        if request.role == "user":
            return {"user_message": said, "is_task_complete": not left["user"]}
        return {"result": said} if request.role == "simulator" else said

    return ScriptedModel(reply), left


def ferry_office(model: Any) -> Workshop:
    return Workshop(ferry.environment(), None, Catalog("ferry office", ()), 1, cast(model))


SCENARIO = Scenario("s", (TASK,), ferry.CLOCK, 1)


class Kept:
    """A journal that holds turns from before."""

    def __init__(self, turns: tuple[Turn, ...]) -> None:
        self.turns = turns
        self.moves = 0

    def __call__(self, turns: tuple[Turn, ...]) -> None:
        self.moves += 1


def test_taken_up_at_any_turn_it_goes_on_as_it_did() -> None:
    first, _ = at_sea()
    answered: dict[bytes, Any] = {}

    def noted(request: Request) -> Any:
        answered[canonical(request)] = said = first.reply(request)
        return said

    whole = asyncio.run(ferry_office(ScriptedModel(noted)).play(SCENARIO, "0.0"))
    for end in range(1, len(whole.turns)):
        known = ScriptedModel(lambda request: answered[canonical(request)])  # nothing else is asked
        journal = Kept(whole.turns[:end])
        assert asyncio.run(ferry_office(known).play(SCENARIO, "0.0", journal)) == whole
        assert journal.moves


def test_a_conversation_of_models_in_a_world_of_a_models() -> None:
    model, left = at_sea()
    shop = ferry_office(model)
    dialogue = asyncio.run(shop.play(SCENARIO, "0.0"))
    verdicts = shop.check(dialogue)
    assert combine(verdicts) == (True, ()), [v for v in verdicts if not v.passed]
    asked = [r.messages[-1].content for r in model.requests if r.role == "simulator"]
    assert asked[0].startswith(f"Said since the last call:\nuser: {USER[0]}\n\nCall at ")
    assert f"user: {USER[1]}" in asked[2]
    assert 'Known of booking B-17: {"passenger_name":"Ove Lind","sailing_id":"S-4","status":"open"}' in asked[2]
    assert not any(left.values())
