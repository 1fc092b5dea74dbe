"""What is made of a conversation grows with it, and is the same as if it were made at once."""

import hashlib
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duologue.ids import canonical_lines
from duologue.models.talks import Talk, Talks
from duologue.models.wire import Wire
from duologue.types import Message, ToolCall

TALK = (
    Message("system", content="Help."),
    Message("user", content="Find it."),
    Message("assistant", tool_calls=(ToolCall("c1", "find", {"n": 1}),)),
    Message("tool", content="{}", tool_call_id="c1"),
)
GUIDE = "Look before you tell, “twice”. " * 100
PAGES = {
    "alike": [GUIDE + "Now it is Monday.", GUIDE + "Now it is Friday.", GUIDE + "Now it is Monday, too."],
    "one within another": [GUIDE, GUIDE + "More.", GUIDE[:-30], GUIDE],
    "less and less alike": [GUIDE + "a", GUIDE + "b", GUIDE[:1500] + "c", GUIDE[:1200] + "d", GUIDE + "e"],
    "two kinds in turn": [GUIDE, "x" + GUIDE, GUIDE, "x" + GUIDE],
    "written differently": [GUIDE + '"\\\n', GUIDE + "é\x00", GUIDE + "\U0001f600", GUIDE],
    "short": ["Help.", "Hello.", "", "Help."],
}


def made(talk: Talk) -> tuple[str, Any]:
    """The hash and what is sent."""
    return talk.hash.hexdigest(), msgspec.json.decode(b"[" + b"".join(Wire().messages(talk)) + b"]")


def at_once(messages: tuple[Message, ...]) -> tuple[str, Any]:
    """The same, with nothing known of the conversation and of its page."""
    data = [Wire().message(m) for m in messages]
    state = hashlib.blake2b(canonical_lines(messages), digest_size=16)
    return state.hexdigest(), msgspec.json.decode(b"[" + b",".join(data) + b"]")


@pytest.mark.parametrize("pages", PAGES.values(), ids=PAGES)
def test_pages_that_begin_alike_are_taken_as_each_alone(pages: list[str]) -> None:
    talks = Talks(1)
    for number, page in enumerate(pages):
        messages = (Message("system", content=page), *TALK[1:])
        assert made(talks.at("agent", str(number), messages)) == at_once(messages)
        assert Wire().messages(talks.at("agent", str(number), messages))[0] == Wire().message(messages[0])


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(max_size=8), max_size=5), st.sampled_from([GUIDE, "", GUIDE[:1024]]))
def test_whatever_a_page_ends_with(ends: list[str], guide: str) -> None:
    talks = Talks(1)
    for number, end in enumerate(ends):
        messages = (Message("system", content=guide + end), *TALK[1:])
        assert made(talks.at("agent", str(number), messages)) == at_once(messages)


@pytest.mark.parametrize(
    "first", [Message("user", GUIDE), Message("system", GUIDE, "So be it."), Message("system", GUIDE, tool_call_id="c")]
)
def test_only_a_plain_page_is_one(first: Message) -> None:
    assert made(Talks(1).at("agent", "1", (first, *TALK[1:]))) == at_once((first, *TALK[1:]))


def test_a_conversation_that_takes_another_turn_is_made_anew() -> None:
    talks = Talks(1)
    for messages in (TALK[:2], TALK, TALK[:3], (TALK[0], Message("user", "No."), *TALK[2:]), (), TALK):
        assert made(talks.at("agent", "1", messages)) == at_once(messages)


def test_what_is_kept_is_bounded() -> None:
    talks = Talks(1)
    said = (Message("user", "x" * 50_000),)
    kept = [talks.at("agent", str(number), said) for number in range(100)]
    assert [
        n for n in range(100) if talks.at("agent", str(n), said) is kept[n]
    ] == []  # the ones that come put out the others
    last = talks.at("agent", "99", said)
    assert talks.at("agent", "98", said) is not kept[98]
    assert talks.at("agent", "99", said) is last
    long = (Message("user", "x" * 2**20),)
    assert made(talks.at("agent", "99", long)) == at_once(long)


def test_what_is_over_is_let_go_whatever_the_role() -> None:
    talks = Talks(1)
    said = (Message("user", "x" * 100_000),)
    places = (("user", "7"), ("agent", "7"), ("user", "8"))
    before = [talks.at(*place, said) for place in places]
    assert [talks.at(*place, said) is talk for place, talk in zip(places, before, strict=True)] == [True, True, True]
    talks.forget("7")
    talks.forget("6")
    assert talks.at(*places[2], said) is before[2]
    more = (Message("user", "y" * 300_000),)
    talks.at("user", "9", more)  # there is room again for all that is left
    assert talks.at(*places[2], said) is before[2]
    assert talks.at(*places[0], said) is not before[0]


def test_the_beginning_that_two_conversations_share() -> None:
    other = (*TALK[:2], Message("assistant", tool_calls=(ToolCall("c1", "find", {"n": 1}),)), TALK[3])
    begun = [Talk(TALK[:count], b"", None) for count in range(1, len(TALK) + 1)]
    assert [sum(t.is_continued_by(messages) for t in begun) for messages in (TALK, TALK[:2], other, ())] == [4, 2, 2, 0]
