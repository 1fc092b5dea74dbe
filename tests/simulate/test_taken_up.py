"""The assistant keeps nothing that the turns do not tell: taken up at any turn, it goes on as it did."""

import asyncio

import pytest
from msgspec.structs import replace

from duologue.ids import from_json
from duologue.plans.index import ToolIndex
from duologue.plans.memory import Memory
from duologue.plans.rows import Row
from duologue.protocols import Utterance, View
from duologue.simulate.agent import ScriptedAgent
from duologue.types import Dialogue, ToolCall, Turn
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


@pytest.mark.parametrize(("mode", "least"), [("user", 6), ("task", 0)])
def test_taken_up_anywhere_it_says_the_same(mode: str, least: int) -> None:
    found = 0
    for item in range(8):
        dialogue = scripted(item, mode)
        for at, turn in enumerate(dialogue.turns):
            if turn.message.role == "assistant":
                again = reply(agent(dialogue), dialogue.turns[:at])
                assert (again.message, again.acts) == (turn.message, turn.acts)
                found += any("recalled" in a.values for a in turn.acts)
    assert found >= least


def test_what_a_result_has_shown_of_a_row_is_told_from_it_until_something_changes() -> None:
    """A record is not read for what stood, about the same row, in a result of this assistant's since the latest change."""
    for item in range(10):
        dialogue, seen, calls = scripted(item), list[Row](), dict[str, ToolCall]()
        memory, wanted = Memory(tiny().catalog, INDEX), tuple[str, ...]()
        for at, turn in enumerate(dialogue.turns):
            calls |= {c.id: c for c in turn.message.tool_calls}
            wanted = next((a.need.wanted for a in turn.acts if a.kind == "request" and a.need), wanted)
            call = calls.get(turn.message.tool_call_id)
            tool = INDEX.by_name[call.name] if call else None
            if call is None or tool is None or tool.meaning is None:
                continue
            rows = [
                r for x in memory.absorb(tool, call.arguments, from_json(turn.message.content), at, 0) for r in x.rows
            ]
            if tool.effect == "write":
                seen = []
            elif tool.meaning.family == "get" and rows and not asked_twice(dialogue, at):
                key = memory.key_of(tool.meaning.table, rows[0])
                same = [r for r in seen if memory.key_of(tool.meaning.table, r) == key]
                assert not wanted or not any(all(r.values.get(s) is not None for s in wanted) for r in same)
            seen += rows if tool.effect == "read" else []


def asked_twice(dialogue: Dialogue, at: int) -> bool:
    """The user doubts, compares or sets a condition: then it is looked up again, whatever was seen."""
    said = next(t for t in reversed(dialogue.turns[:at]) if t.message.role == "user")
    needs = [a.need for a in said.acts if a.need]
    return any(a.kind in ("doubt", "try again") for a in said.acts) or any(
        n.when or len(n.mentions) != 1 or n.mentions[0].each or n.meaning.family != "get" for n in needs
    )
