"""Requests and answers as bytes, and how JSON is asked for."""

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct

from duologue.models.structured import in_words, response_format, sent_schema
from duologue.models.talks import Talk, Talks
from duologue.models.wire import CALLS, Wire, read_reply, split_thought
from duologue.protocols import Usage
from duologue.types import Json, Message, Tool, ToolCall

TALK = (
    Message("system", content="Help."),
    Message("user", content='Is "4711" – sent?'),
    Message(
        "assistant", reasoning="Look it up.", tool_calls=(ToolCall("c1", "find", {"n": 1}), ToolCall("c2", "find", {}))
    ),
    Message("tool", content='{"sent":true}', tool_call_id="c1"),
    Message("tool", content="{}", tool_call_id="c2"),
    Message("assistant", content="Yes."),
)


def sent(wire: Wire, messages: tuple[Message, ...]) -> Any:
    return msgspec.json.decode(b"[" + b"".join(wire.messages(alone(messages))) + b"]")


def alone(messages: tuple[Message, ...]) -> Talk:
    """A conversation of which nothing was seen before."""
    return Talks(1).at("agent", "1.0", messages)


def test_messages_take_the_form_of_the_protocol() -> None:
    assert sent(Wire(), TALK) == [
        {"role": "system", "content": "Help."},
        {"role": "user", "content": 'Is "4711" – sent?'},
        {
            "role": "assistant",
            "content": "",
            "tool_calls": [
                {"id": "c1", "type": "function", "function": {"name": "find", "arguments": '{"n":1}'}},
                {"id": "c2", "type": "function", "function": {"name": "find", "arguments": "{}"}},
            ],
        },
        {"role": "tool", "content": '{"sent":true}', "tool_call_id": "c1"},
        {"role": "tool", "content": "{}", "tool_call_id": "c2"},
        {"role": "assistant", "content": "Yes."},
    ]


@pytest.mark.parametrize("field", ["reasoning", "reasoning_content"])
def test_reasoning_goes_back_under_the_servers_name(field: str) -> None:
    assert sent(Wire(field), TALK)[2][field] == "Look it up."
    assert all(field not in m for i, m in enumerate(sent(Wire(field), TALK)) if i != 2)


def test_a_growing_conversation_gives_the_same_bytes_as_one_sent_at_once() -> None:
    wire, talks = Wire(), Talks(1)
    for end in range(1, len(TALK) + 1):
        assert wire.messages(talks.at("agent", "1.0", TALK[:end])) == wire.messages(alone(TALK[:end]))


def test_the_last_may_be_left_out() -> None:
    wire, talk = Wire(), alone(TALK)
    for without in (1, 0, 2, len(TALK), 0):
        assert wire.messages(talk, without) == wire.messages(alone(TALK[: len(TALK) - without]))


def other(at: int, message: Message) -> tuple[Message, ...]:
    return (*TALK[:at], message, *TALK[at + 1 :])


@pytest.mark.parametrize(
    "changed",
    [
        other(0, Message("system", content="Do help.")),
        other(2, Message("assistant", reasoning="Look it up.", tool_calls=(ToolCall("c1", "find", {"n": True}), TALK[2].tool_calls[1]))),
        other(2, Message("assistant", reasoning="Look it up.", tool_calls=(ToolCall("c1", "find", {"n": 1.0}), TALK[2].tool_calls[1]))),
        TALK[:3],
        TALK[:-1],
        (),
    ],
)  # fmt: skip
def test_what_was_sent_before_never_shows(changed: tuple[Message, ...]) -> None:
    wire, talks = Wire(), Talks(1)
    wire.messages(talks.at("agent", "1.0", TALK))
    assert wire.messages(talks.at("agent", "1.0", changed)) == wire.messages(alone(changed))


def test_tools_are_functions() -> None:
    tool = Tool("find", "Finds.", {"type": "object"}, {"type": "object", "secret": 1}, "read")
    listed = {"name": "find", "description": "Finds.", "parameters": {"type": "object"}}
    wire, tools = Wire(), (tool,)
    for _ in range(2):
        assert msgspec.json.decode(wire.tools(tools)) == [{"type": "function", "function": listed}]


# ── answers ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def body(message: dict[str, Json], **more: Json) -> bytes:
    return msgspec.json.encode({"choices": [{"index": 0, "message": {"role": "assistant", **message}}], **more})


def call(arguments: Json, id: Json = "c1", name: str = "find") -> Json:
    return {"id": id, "type": "function", "function": {"name": name, "arguments": arguments}}


TEXTS = {
    "text": ({"content": "Hi."}, "Hi.", ""),
    "null": ({"content": None}, "", ""),
    "none": ({}, "", ""),
    "parts": ({"content": [{"type": "text", "text": "H"}, {"type": "text", "text": "i."}]}, "Hi.", ""),
    "vLLM": ({"content": "Hi.", "reasoning": "Greet."}, "Hi.", "Greet."),
    "llama.cpp": ({"content": "Hi.", "reasoning_content": "Greet."}, "Hi.", "Greet."),
    "both": ({"content": "Hi.", "reasoning": "Greet.", "reasoning_content": "Greet."}, "Hi.", "Greet."),
    "null reasoning": ({"content": "Hi.", "reasoning": None, "reasoning_content": "Greet."}, "Hi.", "Greet."),
    "odd reasoning": ({"content": "Hi.", "reasoning": {"effort": 1}}, "Hi.", ""),
    "tags": ({"content": "<think>\nGreet.\n</think>\n\nHi."}, "Hi.", "Greet."),
    "field and tags": ({"content": "<think></think>Hi.", "reasoning": "Greet."}, "Hi.", "Greet."),
    "null calls": ({"content": "Hi.", "tool_calls": None}, "Hi.", ""),
}


@pytest.mark.parametrize(("message", "content", "reasoning"), TEXTS.values(), ids=TEXTS)
def test_texts_are_read(message: dict[str, Json], content: str, reasoning: str) -> None:
    got = read_reply(body(message)).message
    assert got == Message("assistant", content, reasoning)


def nested(levels: int) -> str:
    """An object of so many levels."""
    return '{"q":' + "[" * (levels - 1) + "]" * (levels - 1) + "}"


CALLED = {
    "text": ([call('{"n": 1}')], [("c1", {"n": 1})], ""),
    "object": ([call({"n": 1})], [("c1", {"n": 1})], ""),
    "no arguments": ([call("")], [("c1", {})], ""),
    "null arguments": ([call(None)], [("c1", {})], ""),
    "parallel": ([call("{}", "a"), call("{}", "b")], [("a", {}), ("b", {})], ""),
    "no id": ([call("{}", None), call("{}", "")], [("call_1", {}), ("call_2", {})], ""),
    "the same id": ([call("{}", "a"), call("{}", "a")], [("a", {}), ("call_2", {})], ""),
    "an id like a made one": ([call("{}", "call_2"), call("{}", None)], [("call_2", {}), ("call_2_", {})], ""),
    "broken": ([call('{"n": '), call("{}", "b")], [("b", {})], "Call 1, find: its arguments are no JSON object"),
    "a list": ([call("[1]")], [], "no JSON object: [1]"),
    "a number": ([call(7)], [], "no JSON object: 7"),
    "twice encoded": ([call('"{}"')], [], "no JSON object"),
    "as deep as is read": ([call(nested(64))], [("c1", msgspec.json.decode(nested(64)))], ""),
    "one deeper": ([call(nested(65)), call("{}", "b")], [("b", {})], "Call 1, find: its arguments are nested more"),
    "so deep that others choke": ([call(nested(900))], [], "nested more than 64 deep"),
    "too deep to be read": ([call(nested(5_000))], [], "nested more than 64 deep"),
    "never closed": ([call("[" * 100_000)], [], "nested more than 64 deep"),
    "an object, deep": ([call(msgspec.json.decode(nested(200)))], [], "nested more than 64 deep"),
}


@pytest.mark.parametrize(("given", "read", "wrong"), CALLED.values(), ids=CALLED)
def test_calls_are_read(given: list[Json], read: list[tuple[str, Json]], wrong: str) -> None:
    reply = read_reply(body({"content": None, "tool_calls": given}, finish_reason="stop"))
    assert [(c.id, c.arguments) for c in reply.message.tool_calls] == read
    assert wrong in reply.malformed
    assert bool(wrong) == bool(reply.malformed)


def test_what_is_malformed_is_bounded() -> None:
    reply = read_reply(body({"tool_calls": [call("x" * 10_000, name="y" * 10_000)] * 500}))
    assert len(reply.malformed) < CALLS * 600
    reply = read_reply(body({"tool_calls": [call("{}")] * 500}))
    assert (len(reply.message.tool_calls), "first 32 of 500" in reply.malformed) == (CALLS, True)


USAGES = {
    "openai": (
        {"prompt_tokens": 9, "completion_tokens": 3, "prompt_tokens_details": {"cached_tokens": 4}},
        Usage(9, 4, 3),
    ),
    "deepseek": ({"prompt_tokens": 9, "completion_tokens": 3, "prompt_cache_hit_tokens": 4}, Usage(9, 4, 3)),
    "null details": ({"prompt_tokens": 9, "completion_tokens": 3, "prompt_tokens_details": None}, Usage(9, 0, 3)),
    "more cached than sent": (
        {"prompt_tokens": 9, "completion_tokens": 3, "prompt_cache_hit_tokens": 40},
        Usage(9, 9, 3),
    ),
    "none": (None, None),
    "empty": ({}, None),
    "no object": ([9, 3], None),
    "huge": ({"prompt_tokens": 10**30, "completion_tokens": 3}, None),
    "huge together": ({"prompt_tokens": 2**62, "completion_tokens": 2**62}, None),
    "as many as can be": ({"prompt_tokens": 10**9, "completion_tokens": 0}, Usage(10**9, 0, 0)),
    "negative": ({"prompt_tokens": 9, "completion_tokens": -3}, None),
    "negative cached": ({"prompt_tokens": 9, "completion_tokens": 3, "prompt_cache_hit_tokens": -4}, None),
    "yes": ({"prompt_tokens": True, "completion_tokens": 3}, None),
    "words": ({"prompt_tokens": "9", "completion_tokens": 3}, None),
    "a fraction": ({"prompt_tokens": 9.5, "completion_tokens": 3}, None),
}


@pytest.mark.parametrize(("given", "usage"), USAGES.values(), ids=USAGES)
def test_usage_is_read(given: Json, usage: Usage | None) -> None:
    assert read_reply(body({"content": "Hi."}, usage=given)).usage == usage


@pytest.mark.parametrize(
    "data",
    [
        *(b"", b"<html>", b"[]", b"{}", b'{"choices":[]}', b'{"choices":[{}]}', b'{"choices":[{"mess', b"[" * 100_000),
        b'{"logprobs":' + b"[" * 100_000,
        b'{"error":' + b"[" * 5_000 + b"]" * 5_000 + b"}",
    ],
)
def test_what_is_no_answer_is_refused(data: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        read_reply(data)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Hi.", ("", "Hi.")),
        ("<think>a</think>b", ("a", "b")),
        (" <thinking>a</thinking> b ", ("a", "b")),
        ("<think>never ends", ("never ends", "")),
        ("a</think>b", ("a", "b")),
        ('{"a": "</think>"}', ("", '{"a": "</think>"}')),
        ("About <think>: a tag", ("", "About <think>: a tag")),
    ],
)
def test_thoughts_are_told_from_text(text: str, parts: tuple[str, str]) -> None:
    assert split_thought(text) == parts


# ── JSON ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────


class Leaf(Struct, tag="leaf"):
    """A kind of node."""

    text: str


class Branch(Struct, tag="branch"):
    """Another, which holds itself."""

    nodes: list["Leaf | Branch"]
    notes: dict[str, int] = {}


class Plain(Struct):
    """Nothing within it is a reference."""

    name: str
    size: int = 1


def test_a_schema_has_an_object_at_its_root_and_no_foreign_words() -> None:
    assert sent_schema(msgspec.json.schema(Plain)) == {
        "title": "Plain",
        "description": "Nothing within it is a reference.",
        "type": "object",
        "properties": {"name": {"type": "string"}, "size": {"type": "integer", "default": 1}},
        "required": ["name"],
        "additionalProperties": False,
    }
    sent = sent_schema(msgspec.json.schema(Branch))
    assert (sent["type"], set(sent["$defs"])) == ("object", {"Leaf", "Branch"})
    assert "discriminator" not in str(sent)
    assert sent["properties"]["notes"]["additionalProperties"] == {"type": "integer"}
    assert sent["$defs"]["Leaf"]["additionalProperties"] is False


def test_a_propertys_name_is_no_word_of_the_schema() -> None:
    schema = {"type": "object", "properties": {"discriminator": {"type": "string"}, "properties": {"type": "string"}}}
    assert sent_schema(schema) == {**schema, "additionalProperties": False}


def test_each_level_asks_for_less() -> None:
    schema: dict[str, Json] = {"type": "object"}
    assert response_format(schema, "json_schema", "judge") == {
        "type": "json_schema",
        "json_schema": {"name": "judge", "schema": schema},
    }
    assert response_format(schema, "json_object", "judge") == {"type": "json_object"}
    assert response_format(schema, "plain", "judge") is None
    said = in_words(Message("user", content="Go on."), schema)
    assert (said.role, said.content[:8], '{"type":"object"}' in said.content) == ("user", "Go on.\n\n", True)


JSONS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
ODD_MESSAGES = st.fixed_dictionaries(
    {},
    optional={
        "content": JSONS,
        "reasoning": JSONS,
        "tool_calls": st.lists(st.fixed_dictionaries({"id": JSONS, "function": st.fixed_dictionaries({"name": JSONS, "arguments": JSONS})}), max_size=3) | JSONS,
    },
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(ODD_MESSAGES, JSONS, JSONS)
def test_whatever_a_server_says_it_is_read_or_refused(message: dict[str, Json], usage: Json, error: Json) -> None:
    try:
        reply = read_reply(body(message, usage=usage, error=error))
    except msgspec.DecodeError:
        return
    assert isinstance(reply.message.content, str)
    assert all(len(c.id) > 0 and c.name == str(c.name) for c in reply.message.tool_calls)
    assert len({c.id for c in reply.message.tool_calls}) == len(reply.message.tool_calls)
    sent(Wire("reasoning"), (reply.message,))


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=60))
def test_whatever_bytes_come_they_are_read_or_refused(data: bytes) -> None:
    with pytest.raises((msgspec.DecodeError, UnicodeDecodeError)):
        read_reply(b'{"choices":[{"message":{"content":' + data)
