"""The assistant keeps nothing that the turns do not tell: taken up at any turn, it goes on as it did."""

import asyncio

import pytest
from msgspec.structs import replace

from duologue.plans.index import ToolIndex
from duologue.protocols import Utterance, View
from duologue.simulate.agent import ScriptedAgent
from duologue.types import Dialogue, Turn
from played import scripted, tiny

INDEX = ToolIndex(tiny().environment.toolset, tiny().catalog)
READS = ("related", "search", "get")


def agent(dialogue: Dialogue) -> ScriptedAgent:
    return ScriptedAgent(tiny().catalog, INDEX, tiny().environment, dialogue.scenario)


def reply(by: ScriptedAgent, turns: tuple[Turn, ...]) -> Utterance:
    return asyncio.run(by.reply(View(turns, turns[-1].task)))


def test_what_is_asked_again_is_answered_from_before_whoever_goes_on() -> None:
    dialogue = scripted(0)
    asked = next(
        n
        for n, t in enumerate(dialogue.turns)
        if any(a.kind == "request" and a.need and a.need.meaning.family in READS for a in t.acts)
    )
    told = next(
        n for n, t in enumerate(dialogue.turns) if n > asked and t.message.role == "assistant" and t.message.content
    )
    turns, one = dialogue.turns[: told + 1], agent(dialogue)
    for _ in range(2):
        turns = (*turns, dialogue.turns[asked])
        said = reply(one, turns)
        assert not said.message.tool_calls
        assert said.acts[0].values["recalled"] == told - 1
        assert (reply(agent(dialogue), turns).message, reply(agent(dialogue), turns).acts) == (said.message, said.acts)
        turns = (*turns, replace(dialogue.turns[told], message=said.message, acts=said.acts))


@pytest.mark.parametrize("mode", ["user", "task"])
def test_taken_up_anywhere_it_says_the_same(mode: str) -> None:
    for item in range(8):
        dialogue = scripted(item, mode)
        for at, turn in enumerate(dialogue.turns):
            if turn.message.role == "assistant":
                again = reply(agent(dialogue), dialogue.turns[:at])
                assert (again.message, again.acts) == (turn.message, turn.acts)
