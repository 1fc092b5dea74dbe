"""Scripted conversations over the tiny library, and models that speak their lines: both sides as a model would play them."""

import asyncio
from collections.abc import Callable
from functools import cache

from msgspec import Struct
from msgspec.structs import replace

from duologue.checks.case import columns_of
from duologue.environment import open_session
from duologue.models.prompts import Prompts
from duologue.models.voice import Voice
from duologue.plans.index import ToolIndex
from duologue.protocols import Request
from duologue.simulate.model_agent import ModelAgent
from duologue.simulate.model_user import ModelUser
from duologue.simulate.play import play
from duologue.simulate.profile import profile
from duologue.simulate.scripted import Pair, converse
from duologue.tasks.maker import ScriptedTasks
from duologue.testing import ScriptedModel, Tiny, tiny_environment
from duologue.types import Dialogue, Message, Scenario, Turn

SURE = profile({"second_thought": 0, "slip": 0, "switch": 0})
"""Who never says a wrong value first, and ends a matter before the next, as a model that is given one goal after the other does: what a
model says in these words is judged by its words alone."""
NEXT_GOAL = "Something else comes up"


class Cast(Struct):
    """A played conversation and what each model was asked on the way."""

    dialogue: Dialogue
    user: ScriptedModel
    agent: ScriptedModel


@cache
def tiny() -> Tiny:
    return tiny_environment(seed=3)


@cache
def scenario(item: int, mode: str = "user") -> Scenario:
    t = tiny()
    return ScriptedTasks(t.catalog, t.image, t.environment, 3).scenario(str(item), (), mode)


@cache
def scripted(item: int, mode: str = "user") -> Dialogue:
    t = tiny()
    index = ToolIndex(t.environment.toolset, t.catalog)
    return asyncio.run(converse(scenario(item, mode), t.environment, t.image, t.catalog, index, SURE))


def model_agent(model: ScriptedModel) -> ModelAgent:
    return ModelAgent(Voice("agent", model, Prompts()), tiny().environment, "0.0")


def model_user(model: ScriptedModel, item: int, mode: str = "user") -> ModelUser:
    t = tiny()
    return ModelUser(Voice("user", model, Prompts()), scenario(item, mode), t.environment, columns_of(t.catalog), "0.0")


def agent_lines(dialogue: Dialogue) -> Callable[[Request], Message]:
    """Answers with the assistant's next message of a conversation, by how many of its messages the request holds."""
    lines = [t.message for t in dialogue.turns if t.message.role == "assistant"]

    def answer(request: Request) -> Message:
        said = lines[sum(m.role == "assistant" for m in request.messages)]
        return replace(said, reasoning="" if said.content else "I look it up.")

    return answer


def user_lines(dialogue: Dialogue) -> Callable[[Request], dict[str, object]]:
    """Answers with the user's next line; where that belongs to the next task and its goal was not given yet, declares the end."""
    lines = [t for t in dialogue.turns if t.message.role == "user"]

    def answer(request: Request) -> dict[str, object]:
        turn = lines[sum(m.role == "assistant" for m in request.messages)]
        given = sum(NEXT_GOAL in m.content for m in request.messages if m.role == "user")
        if turn.task > given:
            return {"user_message": "thanks, that was all of it", "is_task_complete": True}
        return {"user_message": turn.message.content, "is_task_complete": turn.done}

    return answer


def taken_up(item: int, turns: tuple[Turn, ...], mode: str = "user") -> Cast:
    """The conversation of an item played on from some turns, by models that speak the scripted lines."""
    t = tiny()
    whole = scripted(item, mode)
    user, agent = ScriptedModel(user_lines(whole)), ScriptedModel(agent_lines(whole))
    calls = [c for turn in turns for c in turn.message.tool_calls]
    answered = sum(1 for turn in turns if turn.message.role == "tool")
    session = open_session(t.image, t.environment, whole.scenario.clock, calls[:answered])
    try:
        pair = Pair(model_user(user, item, mode), model_agent(agent), session)
        return Cast(asyncio.run(play(pair, replace(whole, turns=turns))), user, agent)
    finally:
        session.close()


@cache
def played(item: int, mode: str = "user") -> Cast:
    """The conversation of an item, played by models from its beginning."""
    return taken_up(item, scripted(item, mode).turns[:1], mode)
