"""The fake server speaks the protocol, counts truthfully, refuses what strict servers refuse, and breaks as it is told."""

import asyncio
import subprocess
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import msgspec
import pytest

from duologue.testing import FAULTS, FakeServer, Faults, Manner, calling, in_thread
from duologue.testing.protocol import Body, Brain, Reply
from duologue.types import Json, Message

Got = tuple[int, Any]


def post(
    brain: Brain, bodies: list[Body], manner: Manner | None = None, key: str = "", faults: Faults | None = None
) -> list[Got]:
    """Status and JSON of each answer, asked one after the other; the text where it is no JSON."""

    async def ask(session: aiohttp.ClientSession, url: str, body: Body) -> Got:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        async with session.post(f"{url}/chat/completions", json=body, headers=headers) as response:
            text = await response.text()
        try:
            return response.status, msgspec.json.decode(text)
        except msgspec.DecodeError:
            return response.status, text

    async def go() -> list[Got]:
        async with FakeServer(brain, manner, faults) as server, aiohttp.ClientSession() as session:
            return [await ask(session, server.url, body) for body in bodies]

    return asyncio.run(go())


def body(*words: str, **more: Json) -> Body:
    roles = ("user", "assistant")
    messages = [{"role": "system", "content": "Be brief."}]
    messages += [{"role": roles[n % 2], "content": w} for n, w in enumerate(words)]
    return {"model": "fake", "messages": messages, **more}


def text(_: Body) -> Reply:
    return "hello"


def test_an_answer_has_the_form_of_the_protocol() -> None:
    spoken = Message("assistant", "", "I must look.", calling("find", name="Ann").tool_calls)
    [(status, answer)] = post(lambda _: spoken, [body("hi")], Manner(reasoning="reasoning_content"))
    message = answer["choices"][0]["message"]
    assert status == 200
    assert message == {
        "role": "assistant", "content": "", "reasoning_content": "I must look.",
        "tool_calls": [{"id": "call_1_0", "type": "function", "function": {"name": "find", "arguments": '{"name":"Ann"}'}}],
    }  # fmt: skip


HALF = {
    "role": "assistant",
    "content": "",
    "tool_calls": [{"id": "a", "function": {"name": "find", "arguments": "{}"}}],
}
SCHEMA: Json = {"type": "json_schema", "json_schema": {"name": "x", "schema": {}}}
REFUSED: list[tuple[str, Body, Manner, int]] = [
    ("another model", {**body("hi"), "model": "gpt"}, Manner(), 404),
    ("no key", body("hi"), Manner(key="secret"), 401),
    ("no messages", {"model": "fake", "messages": []}, Manner(), 400),
    ("a null content", {"model": "fake", "messages": [{"role": "user", "content": None}]}, Manner(), 400),
    ("an unknown role", {"model": "fake", "messages": [{"role": "robot", "content": "x"}]}, Manner(), 400),
    ("a call without its result", {"model": "fake", "messages": [HALF, {"role": "user", "content": "x"}]}, Manner(), 400),
    ("a result nobody waits for", {"model": "fake", "messages": [{"role": "tool", "content": "x", "tool_call_id": "a"}]}, Manner(), 400),
    ("a stream", body("hi", stream=True), Manner(), 400),
    ("tools", body("hi", tools=[]), Manner(tools=False), 400),
    ("a schema", body("hi", response_format=SCHEMA), Manner(structured="json_object"), 400),
    ("any form", body("hi", response_format={"type": "json_object"}), Manner(structured="refused"), 400),
]  # fmt: skip


@pytest.mark.parametrize(("what", "asked", "manner", "status"), REFUSED, ids=[r[0] for r in REFUSED])
def test_what_strict_servers_refuse_is_refused(what: str, asked: Body, manner: Manner, status: int) -> None:
    [(got, answer)] = post(text, [asked], manner)
    assert got == status
    assert answer["error"]["message"]


def test_a_server_that_heeds_no_form_wraps_objects_in_words() -> None:
    [(_, answer)] = post(lambda _: {"a": 1}, [body("hi", response_format=SCHEMA)], Manner(structured="ignored"))
    content = answer["choices"][0]["message"]["content"]
    assert '{"a":1}' in content
    assert not content.startswith("{")


def test_cached_tokens_are_those_of_the_longest_known_beginning() -> None:
    start = [f"word {n} " * 40 for n in range(3)]
    asked = [body(*start), body(*start, "more", "x"), body("other " * 200), body(*start)]
    usages = [a["usage"] for _, a in post(text, asked)]
    prompt = [u["prompt_tokens"] for u in usages]
    cached = [u["prompt_tokens_details"]["cached_tokens"] for u in usages]
    assert cached[0] == 0
    assert prompt[0] - 32 <= cached[1] <= prompt[0]
    assert cached[2] < 20
    assert cached[3] < prompt[3]  # the last token is never free


def test_everything_it_worked_for_is_billed_even_what_nobody_received() -> None:
    async def go() -> tuple[int, int]:
        async with (
            FakeServer(text, faults=Faults(at={1: "cut", 2: "429"})) as server,
            aiohttp.ClientSession() as session,
        ):
            with pytest.raises(aiohttp.ClientPayloadError):
                await (await session.post(f"{server.url}/chat/completions", json=body("hi"))).read()
            once = server.billed.prompt
            await session.post(f"{server.url}/chat/completions", json=body("hi"))
            return once, server.billed.prompt

    once, after_refusal = asyncio.run(go())
    assert 0 < once == after_refusal


Look = Callable[[aiohttp.ClientResponse], Awaitable[bool]]
TOOL = calling("find", name="Ann")
AS_AGENT = body("find Ann", "Let me see.", "well?", tools=[{"type": "function"}])
FORM: Json = {"properties": {"user_message": {}, "is_task_complete": {}}}
AS_USER = body("hi", response_format={"type": "json_schema", "json_schema": {"schema": FORM}})
OBJECT: Json = {"user_message": "hello there, how are things", "is_task_complete": False}
SPOILT: list[tuple[str, Body, Reply, str]] = [
    ("429", AS_AGENT, TOOL, "Rate limit"),
    ("429 with Retry-After", AS_AGENT, TOOL, "Rate limit"),
    ("500", AS_AGENT, TOOL, "Internal"),
    ("no JSON", AS_AGENT, TOOL, "<html>"),
    ("wrong shape", AS_AGENT, TOOL, '"choices":[]'),
    ("invalid JSON", AS_USER, OBJECT, "hello ther"),
    ("wrong fields", AS_USER, OBJECT, "confidence"),
    ("wrong tool", AS_AGENT, TOOL, "lookup_everything"),
    ("wrong arguments", AS_AGENT, TOOL, "all of it"),
    ("malformed arguments", AS_AGENT, TOOL, "{'id': 12"),
    ("repetition", AS_AGENT, TOOL, "Let me see."),
    ("empty", AS_AGENT, TOOL, '"content":""'),
    ("swapped roles", AS_AGENT, TOOL, "can you help me"),
    ("swapped roles", AS_USER, OBJECT, "As an AI assistant"),
    ("leaked prompt", AS_AGENT, TOOL, "Be brief."),
    ("leaked prompt", AS_USER, OBJECT, "Be brief."),
    ("rambling", AS_AGENT, TOOL, "point number 99"),
    ("rambling", AS_USER, OBJECT, "point number 99"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "asked", "reply", "holds"), SPOILT, ids=[f"{s[0]}-{n}" for n, s in enumerate(SPOILT)])
def test_each_fault_spoils_in_its_own_way(name: str, asked: Body, reply: Reply, holds: str) -> None:
    [(_, sound)] = post(lambda _: reply, [asked])
    [(_, spoilt)] = post(lambda _: reply, [asked], faults=Faults(at={1: name}))
    assert holds in msgspec.json.encode(spoilt).decode().replace('\\"', '"')
    assert spoilt != sound


def test_every_fault_but_those_of_time_and_wire_is_in_the_table() -> None:
    assert {s[0] for s in SPOILT} | {"silence", "cut"} == set(FAULTS)


def test_a_repetition_once_begun_does_not_end() -> None:
    asked = [
        AS_AGENT,
        {
            **AS_AGENT,
            "messages": [
                *AS_AGENT["messages"],
                {"role": "assistant", "content": "again"},
                {"role": "user", "content": "so?"},
            ],
        },
    ]
    answers = post(lambda _: TOOL, asked, faults=Faults(at={1: "repetition"}))
    assert [a["choices"][0]["message"]["content"] for _, a in answers] == ["Let me see.", "again"]


def test_what_is_spoilt_does_not_depend_on_the_order_of_arrival() -> None:
    def met(order: list[int]) -> dict[int, str]:
        faults = Faults(0.4, seed=3)
        raw = {n: msgspec.json.encode(body(f"question {n}")) for n in order}
        message = {"role": "assistant", "content": "hello"}
        return {n: faults.spoil(i, raw[n], msgspec.json.decode(raw[n]), message)[0] for i, n in enumerate(order)}

    one, two = met(list(range(200))), met(list(range(199, -1, -1)))
    assert one == two
    assert 50 < sum(map(bool, one.values())) < 110


def test_a_silent_server_does_not_hold_up_its_own_end() -> None:
    async def go(url: str) -> None:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=0.1)) as session:
            with pytest.raises(TimeoutError):
                await session.post(f"{url}/chat/completions", json=body("hi"))

    with in_thread(FakeServer(text, faults=Faults(at={1: "silence"}))) as server:
        asyncio.run(go(server.url))
        assert server.met == {"silence": 1}


def test_it_runs_in_a_process_of_its_own() -> None:
    command = [sys.executable, "-m", "duologue.testing.serve", "--scenarios", "2"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()

        async def go() -> tuple[Json, Json]:
            async with aiohttp.ClientSession() as session:
                await session.post(f"{url}/chat/completions", json=body("hi"))
                models = await (await session.get(f"{url}/models")).json()
                return models, await (await session.get(url.replace("/v1", "/stats"))).json()

        models, stats = asyncio.run(go())
        process.terminate()
    assert process.returncode == 0
    assert [m["id"] for m in models["data"]] == ["fake"]
    assert stats["calls"] == 1
    assert stats["statuses"] == {"200": 1}
