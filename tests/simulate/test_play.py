"""The scripted pair over the tiny library: who moves when, and that a conversation can be taken up at any turn."""

import asyncio
from functools import cache

import pytest
from msgspec.structs import replace

from duologue.environment import open_session
from duologue.plans.index import ToolIndex
from duologue.simulate.agent import ScriptedAgent
from duologue.simulate.play import due, play
from duologue.simulate.scripted import Pair, converse, gated
from duologue.simulate.user import ScriptedUser
from duologue.tasks.maker import ScriptedTasks
from duologue.testing import Tiny, tiny_environment
from duologue.types import Dialogue, Message, ToolCall, Turn


@cache
def tiny() -> Tiny:
    return tiny_environment(seed=3)


@cache
def played(item: int, mode: str = "user") -> Dialogue:
    t = tiny()
    scenario = ScriptedTasks(t.catalog, t.image, t.environment, 3).scenario(str(item), (), mode)
    return asyncio.run(
        converse(scenario, t.environment, t.image, t.catalog, ToolIndex(t.environment.toolset, t.catalog))
    )


def taken_up(dialogue: Dialogue, at: int) -> Dialogue:
    """The dialogue cut after turn `at` and played on by speakers and a session that saw nothing but those turns."""
    t = tiny()
    turns = dialogue.turns[: at + 1]
    index = ToolIndex(t.environment.toolset, t.catalog)
    calls = [c for turn in turns for c in turn.message.tool_calls]
    answered = sum(1 for turn in turns if turn.message.role == "tool")
    session = open_session(t.image, t.environment, dialogue.scenario.clock, calls[:answered])
    pair = Pair(
        user=gated(ScriptedUser(t.catalog, index, dialogue.scenario), dialogue.scenario, t.environment, t.catalog),
        agent=ScriptedAgent(t.catalog, index, t.environment, dialogue.scenario),
        session=session,
    )
    return asyncio.run(play(pair, replace(dialogue, turns=turns)))


@pytest.mark.parametrize("item", range(6))
def test_a_conversation_taken_up_at_any_turn_goes_on_the_same(item: int) -> None:
    whole = played(item)
    for at in range(len(whole.turns)):
        if whole.turns[at].message.role == "tool" and whole.turns[at + 1].message.role == "tool":
            continue  # between two results of one message nobody is asked
        if due(whole.turns[: at + 1]) == "nobody":
            continue
        assert taken_up(whole, at) == whole, f"taken up after turn {at}"


CALL = ToolCall("c", "find", {})
MOVES: list[tuple[str, list[Turn]]] = [
    ("user", [Turn(Message("system"))]),
    ("agent", [Turn(Message("system")), Turn(Message("user", "hi"))]),
    ("tools", [Turn(Message("system")), Turn(Message("user", "hi")), Turn(Message("assistant", tool_calls=(CALL,)))]),
    (
        "agent",
        [Turn(Message("user", "hi")), Turn(Message("assistant", tool_calls=(CALL,))), Turn(Message("tool", "{}"))],
    ),
    ("user", [Turn(Message("user", "hi")), Turn(Message("assistant", "hello"))]),
    ("nobody", [Turn(Message("user", "bye"), done=True), Turn(Message("assistant", "bye"))]),
]


@pytest.mark.parametrize(("who", "turns"), MOVES)
def test_who_moves_next_follows_from_the_last_message(who: str, turns: list[Turn]) -> None:
    assert due(turns) == who


@pytest.mark.parametrize("item", range(6))
def test_a_whole_task_at_once_takes_fewer_turns(item: int) -> None:
    asked = [sum(t.message.role == "user" for t in played(item, mode).turns) for mode in ("task", "user")]
    assert asked[0] < asked[1]


@pytest.mark.parametrize("item", range(6))
def test_the_agent_sees_neither_goal_nor_plan(item: int) -> None:
    dialogue = played(item)
    system = dialogue.turns[0].message.content
    assert all(task.goal not in system for task in dialogue.scenario.tasks)
    assert dialogue.turns[-2].done
    assert [t.done for t in dialogue.turns].count(True) == 1


@pytest.mark.parametrize("item", range(6))
def test_writes_wait_for_a_yes(item: int) -> None:
    dialogue = played(item)
    for i, turn in enumerate(dialogue.turns):
        if turn.changes:
            before = [t for t in dialogue.turns[:i] if t.message.role == "user"][-1]
            assert "confirm" in {a.kind for a in before.acts}
