"""What a model may answer as the assistant, and what comes of each answer."""

import asyncio
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from duologue.errors import StageError
from duologue.ids import to_json
from duologue.models.prompts import Prompts
from duologue.models.voice import Voice
from duologue.protocols import Answer, Request, Utterance, View
from duologue.simulate import model_agent as module
from duologue.simulate.model_agent import ModelAgent
from duologue.testing import ScriptedModel, calling
from duologue.types import Message, RowChange, ToolCall, Turn
from played import agent_lines, model_agent, scripted, tiny

SYSTEM = Turn(Message("system", "You work at the desk. Change nothing without a yes."))
LONG = "I can look that up for you, but I need the name of the member first, please tell me."
BOOK = next(t.name for t in tiny().environment.toolset.tools if t.name.startswith("book_match"))


def heard(*texts: str) -> tuple[Turn, ...]:
    """A conversation in which user and assistant take turns saying these."""
    roles = ("user", "assistant")
    return (SYSTEM, *(Turn(Message(roles[i % 2], text)) for i, text in enumerate(texts)))  # type: ignore[arg-type]


def worked(times: int, **arguments: str) -> tuple[Turn, ...]:
    """The user asked, and the same call was made and answered so many times."""
    turns = list(heard("hello"))
    for n in range(times):
        call = ToolCall(f"call_{n}", BOOK, dict(arguments))
        turns += [Turn(Message("assistant", tool_calls=(call,))), Turn(Message("tool", "{}", tool_call_id=call.id))]
    return tuple(turns)


def reply(answer: str | Message | Callable[[Request], str | Message], turns: tuple[Turn, ...]) -> Utterance:
    model = ScriptedModel(answer if callable(answer) else lambda _: answer)
    return asyncio.run(model_agent(model).reply(View(turns, 0)))


GIVEN_UP: list[tuple[str, str | Message, tuple[Turn, ...]]] = [
    ("empty answer", "  ", heard("hi")),
    ("too long", "word " * 2_000, heard("hi")),
    ("leaks plumbing", "<|channel|>final The book costs 5.", heard("hi")),
    ("leaks plumbing", "<think>hm</think> The book costs 5.", heard("hi")),
    ("writes a call", f'{BOOK}(book_title="Salt")', heard("hi")),
    ("writes a call", f'{{"name": "{BOOK}", "arguments": {{}}}}', heard("hi")),
    ("leaks its prompt", "My page says: Find out what the person wants now, and do only that.", heard("hi")),
    ("speaks as the user", "Thanks for your help, that's all I need.", heard("hi")),
    ("repeats itself", LONG, heard("hi", LONG, "and?")),
    ("repeats itself", "Sure.", heard("hi", "Sure.", "and?", "Sure.", "and now?")),
    ("repeats itself", calling(BOOK, book_title="Salt"), worked(2, book_title="Salt")),
    ("repeats itself", calling(BOOK, book_title="Bees"), worked(25, book_title="Salt")),
    ("malformed call", calling("not a name"), heard("hi")),
    ("too long", calling(BOOK, book_title="x" * 30_000), heard("hi")),
]


@pytest.mark.parametrize(("reason", "answer", "turns"), GIVEN_UP)
def test_what_no_conversation_can_hold_is_given_up_after_two_redraws(
    reason: str, answer: str | Message, turns: tuple[Turn, ...]
) -> None:
    model = ScriptedModel(lambda _: answer)
    with pytest.raises(StageError) as caught:
        asyncio.run(model_agent(model).reply(View(turns, 0)))
    assert (caught.value.stage, caught.value.reason) == ("agent", reason)
    assert [r.draw for r in model.requests] == [0, 1, 2]
    assert [len(r.messages) for r in model.requests] == [len(turns), len(turns) + 2, len(turns) + 4]


TAKEN_UP: list[tuple[str | Message, tuple[Turn, ...], bool]] = [
    ("Salt costs 6.25.", heard("hi"), True),
    ("You're welcome!", heard("hi", "You're welcome!", "thanks"), True),
    ("Before you change anything, wait for a yes: that is our rule.", heard("hi"), True),
    ("I searched the records (by title) and found Salt.", heard("hi"), True),
    (calling(BOOK, book_title="Salt"), worked(1, book_title="Salt"), True),
    (calling(BOOK, book_title="Salt"), (*worked(2, book_title="Salt"), *heard("x", "y", "again?")[1:]), True),
    (calling("no_such_tool", name="Salt"), heard("hi"), False),
    (calling(BOOK, title_of_book=3), heard("hi"), False),
    (calling(BOOK), heard("hi"), False),
]


@pytest.mark.parametrize(("answer", "turns", "train"), TAKEN_UP)
def test_what_a_conversation_can_hold_is_taken_up_at_once(
    answer: str | Message, turns: tuple[Turn, ...], train: bool
) -> None:
    said = reply(answer, turns)
    assert said.train is train
    assert said.maker == "scripted-model"
    assert said.call
    if isinstance(answer, Message):
        assert [(c.name, c.arguments) for c in said.message.tool_calls] == [
            (c.name, c.arguments) for c in answer.tool_calls
        ]
    else:
        assert said.message.content == answer


def test_the_same_call_is_in_order_once_something_changed() -> None:
    turns = list(worked(2, book_title="Salt"))
    turns[-1] = replace(turns[-1], changes=(RowChange("book", "delete", {"book_id": 1}),))
    assert reply(calling(BOOK, book_title="Salt"), tuple(turns)).message.tool_calls


def test_words_beside_calls_go_to_the_record_only() -> None:
    beside = replace(calling(BOOK, book_title="Salt"), content="One moment.", reasoning="A title: search it.")
    said = reply(beside, heard("hi"))
    assert said.message.content == ""
    assert said.message.reasoning == "A title: search it."
    assert said.rationale == "One moment."


def test_a_fault_is_shown_back_and_its_repair_carries_no_reasoning() -> None:
    answers: Iterator[str | Message] = iter(
        ["", Message("assistant", "Salt costs 6.25.", reasoning="They say my message was empty.")]
    )
    model = ScriptedModel(lambda _: next(answers))
    said = asyncio.run(model_agent(model).reply(View(heard("hi"), 0)))
    shown = model.requests[1].messages[-1]
    assert (shown.role, "neither words nor a tool call" in shown.content) == ("user", True)
    assert (said.message.content, said.message.reasoning) == ("Salt costs 6.25.", "")


class Garbled:
    """A model whose calls can't be read the first time."""

    def __init__(self) -> None:
        self.requests: list[Request] = []

    async def ask(self, request: Request) -> Answer:
        """Arguments that are no object, then words."""
        self.requests.append(request)
        if len(self.requests) == 1:
            return Answer(Message("assistant"), model="m", key="1", malformed="find: arguments are no JSON object: {a")
        return Answer(Message("assistant", content="Which book?"), model="m", key="2")


def test_a_call_that_cannot_be_read_is_shown_back() -> None:
    model = Garbled()
    said = asyncio.run(
        ModelAgent(Voice("agent", model, Prompts()), tiny().environment, "1.0").reply(View(heard("hi"), 0))
    )
    assert (said.message.content, said.call) == ("Which book?", "2")
    assert "no JSON object: {a" in model.requests[1].messages[-1].content


def test_control_characters_never_reach_a_conversation() -> None:
    assert reply("Salt\x1b[31m costs\u202e 6.25.\n- one  \n- two", heard("hi")).message.content == (
        "Salt costs 6.25.\n- one\n- two"
    )


def test_a_page_that_repeats_the_job_whole_is_a_leak() -> None:
    dialogue = scripted(0)
    job = dialogue.turns[0].message.content
    with pytest.raises(StageError, match="leaks its prompt"):
        reply(f"My instructions are: {job}", dialogue.turns[:2])
    rule = max(job.splitlines(), key=len).strip("- ")
    assert reply(f"I can't do that. {rule}", dialogue.turns[:2]).message.content.endswith(rule)


def test_the_page_holds_the_job_and_comes_first() -> None:
    dialogue = scripted(0)
    model = ScriptedModel(agent_lines(dialogue))
    asyncio.run(model_agent(model).reply(View(dialogue.turns[:2], 0)))
    (request,) = model.requests
    assert request.messages[0].role == "system"
    assert request.messages[0].content.endswith(dialogue.turns[0].message.content)
    assert request.messages[1:] == (dialogue.turns[1].message,)
    assert request.tools == tiny().environment.toolset.tools
    assert (request.role, request.scope) == ("agent", "0.0")
    assert module.REDRAWS == 2


WORDS = st.text(st.characters(exclude_categories=()), max_size=80) | st.sampled_from(
    ["", "<think>\ud800", "{}", f"{BOOK}("]
)
VALUES = st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.lists(st.integers(), max_size=3)
CALLS = st.builds(
    ToolCall,
    st.text(max_size=5),
    st.sampled_from([BOOK, "nothing", ""]) | st.text(max_size=8),
    st.dictionaries(st.text(max_size=9), VALUES, max_size=3),
)


@given(text=WORDS, calls=st.lists(CALLS, max_size=3), reasoning=st.text(max_size=20))
def test_whatever_comes_is_taken_up_or_given_up(text: str, calls: list[ToolCall], reasoning: str) -> None:
    answer = Message("assistant", content=text, tool_calls=tuple(calls), reasoning=reasoning)
    agent = model_agent(ScriptedModel(lambda _: answer))
    try:
        said = asyncio.run(agent.reply(View(heard("hi"), 0)))
    except StageError:
        return
    assert bool(said.message.content) != bool(said.message.tool_calls)
    assert to_json(said.message)
    assert "\x1b" not in said.message.content
