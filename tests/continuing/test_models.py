"""With models: goals in words become proven tasks, and tools that only have a description are played on from what was shown."""

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from duologue.branching import Asked as Branched
from duologue.branching import branch
from duologue.cli import run
from duologue.continuing import Asked, Changes, Summary, go_on
from duologue.errors import UserError
from duologue.models.endpoint import Endpoint
from duologue.protocols import Answer, Request
from duologue.roles import Roles
from duologue.settings import ModelSettings
from duologue.store import Store
from duologue.testing import ScriptedModel, calling
from duologue.types import Dialogue, Message

ORDER = 40117
GOAL = f"The user knows the total of order {ORDER}."


def settings(*roles: str) -> ModelSettings:
    endpoint = Endpoint(("http://localhost:1",), "m")
    return ModelSettings(roles=Roles(dict.fromkeys(roles, ("m",))), endpoints={"m": endpoint})


def stored(folder: Path) -> list[Dialogue]:
    with Store.open(folder, readonly=True) as store:
        return [d.dialogue for ok in (True, False) for d in store.dialogues(ok)]


def made(asked: Asked, model: ScriptedModel) -> Summary:
    return go_on(asked, lambda _: None, {"m": model})


def written(path: str) -> dict[str, Any]:
    """The task behind the goal, as a model writes it."""
    return {
        "goal": GOAL,
        "user_role": "staff",
        "known": [{"what": "order number", "value": ORDER}],
        "plan": [{"tool": "get_order", "arguments": {"order_id": ORDER}}],
        "subtasks": [{"goal": f"the total of order {ORDER} is known", "steps": [1], "tell": [path]}],
    }


def brain(request: Request) -> Any:
    """Every role, for that one goal."""
    last = request.messages[-1]
    if request.role == "tasks":
        return written("$1.total_gbp")
    if request.role == "user":
        done = f"The total of order {ORDER} is £" in last.content
        text = "Great, thanks, bye." if done else f"One more thing: what is the total of order {ORDER}?"
        return {"user_message": text, "is_task_complete": done}
    if last.role == "tool":
        return f"The total of order {ORDER} is £{json.loads(last.content)['total_gbp']:.2f}."
    return calling("get_order", order_id=ORDER) if "total of order" in last.content else "You're welcome."


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "shop"
    assert run(["generate", "-n", "1", "--toolsets", "1", "-o", str(folder)]) == 0
    return folder


def test_a_goal_in_words_becomes_a_task_proven_from_the_state_there(shop: Path, tmp_path: Path) -> None:
    model = ScriptedModel(brain)
    asked = Asked(source=shop, out=tmp_path / "on", goals=(GOAL,), models=settings("tasks", "user", "agent"))
    told = made(asked, model)
    assert told.reasons == {}
    assert told.accepted == 1
    shown = [r.messages[-1].content for r in model.requests if r.role == "tasks"]
    assert all(GOAL in text and "Its latest calls returned:" in text for text in shown)
    for one in stored(tmp_path / "on"):
        assert one.continued is not None
        (task,) = one.scenario.tasks[one.continued.task :]
        assert task.goal == GOAL
        assert task.proof is not None
        assert one.turns[one.continued.at].maker == "scripted-model"
    assert run(["verify", str(tmp_path / "on")]) == 0
    assert run(["continue", str(tmp_path / "on"), "-o", str(tmp_path / "by rules")]) == 0
    with Store.open(tmp_path / "by rules", readonly=True) as store:
        (further,) = (d.dialogue for d in store.dialogues())
    assert further.continued is not None
    assert further.continued.settled
    assert further.turns[further.continued.at].maker == "scripted"
    assert run(["verify", str(tmp_path / "by rules")]) == run(["prove", str(tmp_path / "by rules")]) == 0
    asked_before = len(model.requests)
    assert made(asked, model).accepted == 1
    assert len(model.requests) == asked_before


def test_a_goal_that_does_not_come_to_stand_is_named(shop: Path, tmp_path: Path) -> None:
    model = ScriptedModel(lambda request: written("$1.no_such_field"))
    asked = Asked(source=shop, out=tmp_path / "on", goals=(GOAL,), models=settings("tasks", "user", "agent"))
    told = made(asked, model)
    assert told.left_out == 1
    assert list(told.reasons) == ["tasks: told"]


@pytest.mark.parametrize(
    ("goals", "roles", "said"),
    [
        ((GOAL,) * 21, ("tasks",), "too often"),
        ((" ",), ("tasks",), "empty"),
        ((GOAL,), ("user", "agent"), "needs a model"),
    ],
)
def test_a_goal_nobody_can_make_a_task_of_is_refused(
    shop: Path, tmp_path: Path, goals: tuple[str, ...], roles: tuple[str, ...], said: str
) -> None:
    with pytest.raises(UserError, match=said):
        Asked(source=shop, out=tmp_path / "x", goals=goals, models=settings(*roles))


WEATHER = {
    "messages": [
        {"role": "user", "content": "What is the weather in Oslo?"},
        {
            "role": "assistant",
            "content": "",
            "tool_calls": [
                {"id": "a", "type": "function", "function": {"name": "get_weather", "arguments": '{"city": "Oslo"}'}}
            ],
        },
        {"role": "tool", "tool_call_id": "a", "content": '{"temperature": 12}'},
        {"role": "assistant", "content": "It is 12 degrees in Oslo."},
    ],
    "tools": [
        {
            "name": "get_weather",
            "description": "The weather of a city.",
            "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
        }
    ],
}


def played(request: Request) -> Any:
    """Every role, in a talk about the weather."""
    last = request.messages[-1].content
    if request.role == "tasks":
        goal = "The user knows the temperature in Bergen."
        return {
            "goal": goal,
            "user_role": "traveller",
            "known": [{"what": "city", "value": "Bergen"}],
            "plan": [{"tool": "get_weather", "arguments": {"city": "Bergen"}}],
            "subtasks": [{"goal": "the temperature in Bergen is known", "steps": [1]}],
        }
    if request.role == "simulator":
        return {"result": {"temperature": 9}}
    if request.role == "user":
        done = "9 degrees" in last
        return {
            "user_message": "Thanks, that's all." if done else "And what is the temperature in Bergen?",
            "is_task_complete": done,
        }
    if request.role == "judge":
        lines = re.findall(r"(?m)^\s*(\d+)\.", request.messages[-1].content)
        return {"lines": [{"number": int(n), "verdict": "met", "evidence": "told"} for n in lines]}
    if request.messages[-1].role == "tool":
        return "It is 9 degrees in Bergen."
    return calling("get_weather", city="Bergen") if "Bergen" in last else Message("assistant", "You're welcome.")


def test_models_play_described_tools_on_from_what_was_shown(tmp_path: Path) -> None:
    (tmp_path / "talks.jsonl").write_text(json.dumps(WEATHER))
    model = ScriptedModel(played)
    roles = settings("tasks", "user", "agent", "simulator")
    told = made(
        Asked(source=tmp_path / "talks.jsonl", out=tmp_path / "on", goals=("Bergen, too.",), models=roles), model
    )
    assert told.reasons == {}
    assert told.accepted == 1
    (one,) = stored(tmp_path / "on")
    assert [t.message.role for t in one.turns[5:]] == ["user", "assistant", "tool", "assistant", "user", "assistant"]
    simulated = next(r for r in model.requests if r.role == "simulator")
    assert '"temperature":12' in "".join(m.content for m in simulated.messages).replace(" ", "")
    assert run(["verify", str(tmp_path / "on")]) == 0
    with pytest.raises(UserError, match="simulated tools can't be branched"):
        branch(Branched(source=tmp_path / "on", out=tmp_path / "b", models=roles), lambda _: None, {"m": model})
    assert not (tmp_path / "b").exists()


def test_described_tools_come_midway_and_are_offered_from_there_on(tmp_path: Path) -> None:
    (tmp_path / "talks.jsonl").write_text(json.dumps({**WEATHER, "messages": WEATHER["messages"]}))
    more = [
        {"name": "get_tides", "description": "The tides of a port.", "parameters": {"type": "object", "properties": {}}}
    ]
    (tmp_path / "more.json").write_text(json.dumps(more))
    model = ScriptedModel(played)
    roles = settings("tasks", "user", "agent", "simulator")
    asked = Asked(
        source=tmp_path / "talks.jsonl",
        out=tmp_path / "on",
        changes=Changes(tmp_path / "more.json", ()),
        goals=("Bergen, too.",),
        models=roles,
    )
    assert made(asked, model).accepted == 1
    (one,) = stored(tmp_path / "on")
    assert one.continued is not None
    (offer,) = one.continued.offers
    assert offer.added == ("get_tides",)
    assert one.turns[offer.at].message.role == "system"
    assert all({t.name for t in r.tools} == {"get_weather", "get_tides"} for r in model.requests if r.role == "agent")


class Unpunctual:
    """A model whose answers come in another order than they were asked for: `late`, later ones first."""

    def __init__(self, late: bool) -> None:
        self.inner, self.late = ScriptedModel(brain), late
        self.asked = self.waiting = self.most = 0

    async def ask(self, request: Request) -> Answer:
        self.asked += 1
        self.waiting += 1
        self.most = max(self.most, self.waiting)
        for _ in range(max(1, 60 - self.asked) if self.late else 1 + self.asked % 3):
            await asyncio.sleep(0)
        self.waiting -= 1
        return await self.inner.ask(request)


@pytest.mark.parametrize("roles", [("tasks", "user", "agent"), ("user", "agent")])
def test_many_are_asked_at_once_and_come_to_the_same(roles: tuple[str, ...], shop: Path, tmp_path: Path) -> None:
    assert run(["export", str(shop), "-o", str(tmp_path / "rows.jsonl")]) == 0
    (row,) = (tmp_path / "rows.jsonl").read_text().splitlines()
    (tmp_path / "rows.jsonl").write_text(f"{row}\n" * 6)  # by rules, all would ask for the same

    def on(name: str, together: int, model: Unpunctual) -> list[Dialogue]:
        goals = (GOAL,) if "tasks" in roles else ()
        models = structs.replace(settings(*roles), together=together)
        asked = Asked(source=tmp_path / "rows.jsonl", out=tmp_path / name, goals=goals, models=models, at="6")
        go_on(asked, lambda _: None, {"m": model})
        return stored(tmp_path / name)

    alone, beside = Unpunctual(late=False), Unpunctual(late=True)
    assert on("alone", 1, alone) == on("beside", 6, beside) != []
    assert (alone.most, beside.most) == (1, 6)
