"""What is found out about servers by asking: how strictly JSON can be had, how reasoning goes back, which replica answers."""

import asyncio
from collections import Counter
from typing import Any

import pytest
from msgspec import structs

from duologue.errors import StageError, UserError
from duologue.models.endpoint import Endpoint
from duologue.models.http import HttpModel, Patience
from duologue.models.structured import sent_schema
from duologue.protocols import Answer, Request
from duologue.types import Message, Tool, ToolCall
from models.served import QUICK, Says, Served, no, text

SCHEMA = {"type": "object", "properties": {"yes": {"type": "boolean"}}, "required": ["yes"]}
HEAD = (Message("system", content="Judge."), Message("user", content="Well?"))
JUDGED = Request("judge", HEAD, "1.0", schema=SCHEMA)
TOOL = Tool("find", "Finds.", {"type": "object"}, {"type": "object"}, "read")


@pytest.fixture(autouse=True)
def no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)


def takes(*levels: str) -> Any:
    """A server that takes these kinds of `response_format` (plain: none) and refuses the others."""

    def answer(body: dict[str, Any]) -> Says:
        asked = body.get("response_format", {}).get("type", "plain")
        return text('{"yes": true}') if asked in levels else no(400, f"Input should be one of {levels}, not {asked}")

    return answer


LEVELS = {
    "all": (takes("json_schema", "json_object", "plain"), "auto", ["json_schema"], ["json_schema"]),
    "objects": (takes("json_object", "plain"), "auto", ["json_schema", "json_object"], ["json_object"]),
    "nothing": (takes("plain"), "auto", ["json_schema", "json_object", "plain"], ["plain"]),
    "set to objects": (takes("json_object"), "json_object", ["json_object"], ["json_object"]),
    "set to plain": (takes("json_schema", "plain"), "plain", ["plain"], ["plain"]),
}


@pytest.mark.parametrize(("answers", "setting", "first", "then"), LEVELS.values(), ids=LEVELS)
def test_json_is_asked_for_as_strictly_as_the_server_takes_it(
    answers: Any, setting: str, first: list[str], then: list[str]
) -> None:
    async def run() -> list[dict[str, Any]]:
        async with Served(answers) as server, server.model(structured=setting) as model:
            for scope in ("1.0", "2.0"):
                answer = await model.ask(structs.replace(JUDGED, scope=scope))
                assert answer.message.content == '{"yes": true}'
            return server.asked

    asked = asyncio.run(run())
    assert [body.get("response_format", {}).get("type", "plain") for body in asked] == first + then
    for body in asked:
        form = body.get("response_format", {})
        if form.get("type") == "json_schema":
            assert form["json_schema"] == {"name": "judge", "schema": sent_schema(SCHEMA)}
            assert body["messages"][-1]["content"] == "Well?"
        else:
            assert '"required":["yes"]' in body["messages"][-1]["content"]


def test_a_request_that_no_level_helps_is_refused_with_its_own_words_and_changes_nothing() -> None:
    def answers(body: dict[str, Any]) -> Says:
        words = f"Odd: {body.get('response_format', {}).get('type')}"
        return no(400, words) if body["messages"][-1]["content"].startswith("Odd") else text()

    async def run() -> tuple[str, Any]:
        async with Served(answers) as server, server.model() as model:
            with pytest.raises(StageError) as caught:
                await model.ask(structs.replace(JUDGED, messages=(Message("user", content="Odd."),)))
            await model.ask(JUDGED)
            return caught.value.evidence, server.asked[-1]["response_format"]["type"]

    assert asyncio.run(run()) == ("400: Odd: json_schema", "json_schema")


def test_other_calls_are_asked_without_a_format() -> None:
    async def run() -> Any:
        async with Served([text()]) as server, server.model() as model:
            await model.ask(Request("agent", HEAD, "1.0"))
            return server.asked[0]

    assert "response_format" not in asyncio.run(run())


def test_the_name_of_the_limit_on_tokens_is_found() -> None:
    def answers(body: dict[str, Any]) -> Says:
        wrong = "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."
        return no(400, wrong) if "max_tokens" in body else text()

    async def run() -> list[bool]:
        async with Served(answers) as server, server.model(max_tokens=99) as model:
            await model.ask(JUDGED)
            await model.ask(JUDGED)
            return [body.get("max_completion_tokens") == 99 for body in server.asked]

    assert asyncio.run(run()) == [False, True, True]


# ── reasoning ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def loop(*, send: str, field: str, strict: bool = False) -> list[dict[str, Any]]:
    """Two calls in one chain of tool calls; the second message the server got each time, where there was one."""

    def answers(body: dict[str, Any]) -> Says:
        if strict and any(field in m for m in body["messages"]):
            return no(400, f"property '{field}' is unsupported")
        more = {field: "Look."} if field else {}
        call = {"id": "c1", "function": {"name": "find", "arguments": "{}"}}
        return text(None, tool_calls=[call], **more)

    async def run() -> list[dict[str, Any]]:
        async with Served(answers) as server, server.model(send_reasoning=send) as model:
            talk: tuple[Message, ...] = HEAD
            for number in range(3):
                answer = await model.ask(Request("agent", talk, "1.0", (TOOL,)))
                assert [c.name for c in answer.message.tool_calls] == ["find"]
                talk = (
                    *talk,
                    Message("assistant", reasoning="Look.", tool_calls=(ToolCall(f"c{number}", "find", {}),)),
                )
                talk = (*talk, Message("tool", content="{}", tool_call_id=f"c{number}"))
            return [body["messages"][2] for body in server.asked if len(body["messages"]) > 2]

    return asyncio.run(run())


@pytest.mark.parametrize(
    ("send", "field", "sent"),
    [
        ("auto", "reasoning", "reasoning"),
        ("auto", "reasoning_content", "reasoning_content"),
        ("auto", "", ""),
        ("no", "reasoning", ""),
        ("reasoning_content", "reasoning", "reasoning_content"),
    ],
)
def test_reasoning_goes_back_as_the_server_gave_it(send: str, field: str, sent: str) -> None:
    for message in loop(send=send, field=field):
        assert [f for f in ("reasoning", "reasoning_content") if message.get(f) == "Look."] == ([sent] if sent else [])


def test_a_server_that_refuses_its_own_field_is_not_sent_it_again() -> None:
    messages = loop(send="auto", field="reasoning_content", strict=True)
    assert ["reasoning_content" in m for m in messages] == [True, False, False]


# ── replicas and concurrency ─────────────────────────────────────────────────────────────────────────────────────────────


def conversation(scope: str, turns: int = 3) -> list[Request]:
    talk: tuple[Message, ...] = HEAD
    out = []
    for number in range(turns):
        out.append(Request("agent", (*talk, Message("user", content=f"{scope}: {number}")), scope))
        talk = (*out[-1].messages, Message("assistant", content="Yes."))
    return out


def scopes(server: Served) -> set[str]:
    return {body["messages"][-1]["content"].split(":")[0] for body in server.asked}


def test_a_conversation_stays_with_one_replica_and_moves_on_when_that_is_gone() -> None:
    async def run() -> None:
        async with Served([text()]) as a, Served([text()]) as b:
            endpoint = Endpoint((a.url, b.url), name="m")
            async with HttpModel(endpoint, QUICK) as model:

                async def play(scope: str) -> None:
                    for request in conversation(scope):
                        await model.ask(request)

                await asyncio.gather(*(play(f"{i}.0") for i in range(40)))
                assert not scopes(a) & scopes(b)
                assert len(scopes(a)) > 8
                assert len(scopes(b)) > 8
                asked = len(b.asked)
                await a.__aexit__()
                await asyncio.gather(*(play(f"{i}.0") for i in range(40)))
                assert len(b.asked) == asked + 120
                a.asked.clear()
                async with Served([text()], port=a.port) as again:
                    for replica in model.replicas.all:
                        replica.answered()  # its rest is over
                    await asyncio.gather(*(play(f"{i}.0") for i in range(40)))
                    assert not scopes(again) & {s for s in scopes(b) if s not in scopes(again)}
                    assert len(scopes(again)) > 8

    asyncio.run(run())


def test_a_replica_that_fails_is_left_for_another_at_once() -> None:
    async def run() -> Counter[str]:
        async with Served([no(500)]) as bad, Served([text()]) as good:
            patience = Patience(pause=60, longest=60)  # nobody waits so long in a test
            async with HttpModel(Endpoint((bad.url, good.url), name="m"), patience) as model:
                for number in range(40):
                    assert isinstance(await model.ask(Request("agent", HEAD, f"{number}.0")), Answer)
            return Counter(bad=len(bad.asked), good=len(good.asked))

    counts = asyncio.run(run())
    assert counts["good"] == 40
    assert counts["bad"] <= 4


def test_the_same_results_whichever_replica_answers() -> None:
    async def keys(count: int) -> list[str]:
        async with Served([text()]) as a, Served([text()]) as b:
            model = HttpModel(Endpoint((a.url, b.url)[:count], name="m"), QUICK)
            out = [(await model.ask(request)).key for i in range(5) for request in conversation(f"{i}.0")]
            await model.close()
            return out

    assert asyncio.run(keys(1)) == asyncio.run(keys(2))


def test_concurrency_has_a_ceiling() -> None:
    async def run() -> int:
        async with Served([text()]) as server:
            async with HttpModel(Endpoint((server.url,), name="m"), QUICK, concurrency=7) as model:
                await asyncio.gather(*(model.ask(Request("agent", HEAD, f"{i}.0")) for i in range(100)))
            return server.most

    assert asyncio.run(run()) <= 7


def test_a_server_that_takes_few_at_once_serves_all() -> None:
    async def run() -> tuple[int, float]:
        def answers(body: dict[str, Any]) -> Says:
            return no(429) if server.at_once >= 3 else structs.replace(text(), seconds=0.002)

        async with Served(answers) as server, server.model(Patience(attempts=30, pause=0.002, longest=0.02)) as model:
            got = await asyncio.gather(*(model.ask(Request("agent", HEAD, f"{i}.0")) for i in range(200)))
            return sum(isinstance(a, Answer) for a in got), model.replicas.all[0].pace.window

    served, window = asyncio.run(run())
    assert served == 200
    assert window < 32


def test_nothing_stalls_where_everything_fails() -> None:
    async def run() -> Counter[str]:
        async with Served([no(500)]) as server, server.model(Patience(attempts=2, pause=0.001)) as model:
            asked = (model.ask(Request("agent", HEAD, f"{i}.0")) for i in range(100))
            got = await asyncio.wait_for(asyncio.gather(*asked, return_exceptions=True), 30)
            return Counter(type(e).__name__ for e in got)

    counts = asyncio.run(run())
    assert counts == {"StageError": 2, "UserError": 98}


def test_where_the_server_goes_away_the_person_is_told_once_patience_ends() -> None:
    async def run() -> UserError:
        async with Served([text()]) as server:
            model = server.model(Patience(attempts=4, pause=0.001))
            await model.ask(JUDGED)
        with pytest.raises(UserError) as caught:
            await model.ask(JUDGED)
        await model.close()
        return caught.value

    assert "4 attempts" in str(asyncio.run(run()))
