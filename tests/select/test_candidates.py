"""What selection sees of a conversation: its groups, its tokens, and names for what its tasks ask."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from duologue.ids import to_json
from duologue.select.candidates import candidates
from duologue.select.samples import Candidate
from duologue.store import Store
from duologue.types import Dialogue, Environment, Meaning, PlanStep, Slot, Subtask, Task, Tool
from samples import FIND, REPRICE, SOUND, make_dialogue, make_environment

FINDS = replace(FIND, meaning=Meaning("find", "kettles"), inputs={"colour": Slot("kettles", "colour", "equals")})
SETS = replace(
    REPRICE,
    meaning=Meaning("set", "kettles", "price"),
    inputs={"id": Slot("kettles", "id", "key"), "price": Slot("kettles", "price", "value")},
)
PLAN = (
    PlanStep("find_kettles", {"colour": "slate"}, weight="structural"),
    PlanStep("set_price", {"id": "$1.rows[0].id", "price": 39.9}, after=(1,), bound={"id": 2}),
)
TASK = Task("t", "By the end, the slate kettle costs 39.90.", difficulty="hard", plan=PLAN)


def seen(tmp_path: Path, environment: Environment, *tasks: Task, **counting: Any) -> Candidate:
    dialogue = make_dialogue(environment)
    dialogue = replace(dialogue, scenario=replace(dialogue.scenario, tasks=tasks or dialogue.scenario.tasks))
    folder = tmp_path / f"run{len(list(tmp_path.iterdir()))}"
    with Store.create(folder, {"seed": 7}) as store:
        store.put_environment(environment, b"image")
        store.put_dialogue(0, dialogue, SOUND)
        (found,) = candidates(store, **counting)
    return found


def test_what_is_seen(tmp_path: Path) -> None:
    found = seen(tmp_path, make_environment(tools=(FINDS, SETS)), TASK, replace(TASK, difficulty="easy"))
    assert (found.domain, found.mode, found.difficulty, found.turns) == ("kettles", "user", "hard", 9)
    assert found.families == ("find", "set")
    assert [tool.name for tool in found.tools] == ["find_kettles", "set_price"]
    assert found.goals == (TASK.goal, TASK.goal)
    assert found.said[0] == "What do the slate kettles cost? (0)"
    assert "" not in found.said
    assert seen(tmp_path, make_environment()).families == ("read", "write")


def test_tokens_are_those_of_messages_and_tools(tmp_path: Path) -> None:
    texts: list[str] = []

    def count(text: str) -> int:
        texts.append(text)
        return len(text)

    found = seen(tmp_path, make_environment(), tokens=count)
    assert found.tokens == sum(map(len, texts)) + 4 * 10
    assert '{"name":"find_kettles","arguments":{"colour":"slate"}}' in texts
    assert "You look after kettles." in texts
    assert to_json({"rows": [{"id": 2, "price": 3.99}]}) in texts
    assert len([text for text in texts if text.startswith('[{"type":"function"')]) == 1


Change = Callable[[Task], Task]
ASKS: dict[str, tuple[Change, bool]] = {
    "another goal's words": (lambda t: replace(t, goal="The slate one must be 39.90."), True),
    "another value set": (
        lambda t: replace(t, plan=(PLAN[0], replace(PLAN[1], arguments={"id": 2, "price": 9}))),
        True,
    ),
    "looked up in another way": (
        lambda t: replace(t, plan=(replace(PLAN[1], arguments={"id": 2, "price": 39.9}),)),
        True,
    ),
    "its key as text": (lambda t: replace(t, plan=(PLAN[0], replace(PLAN[1], bound={"id": "2"}))), True),
    "another row": (lambda t: replace(t, plan=(PLAN[0], replace(PLAN[1], bound={"id": 3}))), False),
    "one step more": (lambda t: replace(t, plan=(*PLAN, PlanStep("find_kettles", {"colour": "white"}))), False),
    "a part that cannot be had": (
        lambda t: replace(t, subtasks=(Subtask("the user knows that it can't be done"),)),
        False,
    ),
    "no plan": (lambda t: replace(t, plan=()), False),
}


@pytest.mark.parametrize("name", ASKS)
def test_what_a_task_asks(name: str, tmp_path: Path) -> None:
    change, same = ASKS[name]
    environment = make_environment(tools=(FINDS, SETS))
    assert (seen(tmp_path, environment, TASK).asks == seen(tmp_path, environment, change(TASK)).asks) is same


def test_the_same_is_asked_through_other_tools_but_not_of_another_database(tmp_path: Path) -> None:
    def renamed(tool: Tool, name: str, **parameters: str) -> Tool:
        return replace(tool, name=name, inputs={parameters[n]: slot for n, slot in tool.inputs.items()})

    other = (renamed(FINDS, "kettleSearch", colour="hue"), renamed(SETS, "kettlePrice", id="kettleId", price="to"))
    plan = (PlanStep("kettlePrice", {"kettleId": "2", "to": 39.9}),)
    here = seen(tmp_path, make_environment(tools=(FINDS, SETS)), TASK)
    there = seen(tmp_path, make_environment(tools=other), replace(TASK, plan=plan))
    assert here.asks == there.asks
    assert here.asks != seen(tmp_path, make_environment(b"another image", (FINDS, SETS)), TASK).asks


def test_without_a_plan_the_goal_says_what_is_asked(tmp_path: Path) -> None:
    environment = make_environment()
    one = seen(tmp_path, environment, Task("a", "By the end, the user  knows the price."))
    two = seen(tmp_path, environment, Task("b", "by the end, the user knows the Price."))
    three = seen(tmp_path, environment, Task("c", "By the end, the user knows the colour."))
    assert one.asks == two.asks != three.asks


def test_messages_are_the_same_whatever_calls_are_numbered(tmp_path: Path) -> None:
    def numbered(dialogue: Dialogue, prefix: str) -> Dialogue:
        turns = []
        for turn in dialogue.turns:
            calls = tuple(replace(call, id=prefix + call.id) for call in turn.message.tool_calls)
            answers = turn.message.tool_call_id and prefix + turn.message.tool_call_id
            turns.append(replace(turn, message=replace(turn.message, tool_calls=calls, tool_call_id=answers)))
        return replace(dialogue, turns=tuple(turns))

    environment = make_environment()
    with Store.create(tmp_path / "run", {}) as store:
        store.put_environment(environment, b"image")
        for item, prefix in enumerate(("a", "b")):
            store.put_dialogue(item, numbered(make_dialogue(environment), prefix), SOUND)
        store.put_dialogue(2, make_dialogue(environment, 1), SOUND)
        one, two, three = candidates(store)
    assert one.messages == two.messages != three.messages
