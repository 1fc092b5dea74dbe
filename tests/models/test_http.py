"""One call over HTTP: what comes of each answer a server may give, told as answer, retry, or error with its audience."""

import asyncio
import email.utils
import json
import logging
import time
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import pytest

from duologue.errors import LimitReachedError, StageError, UserError
from duologue.models.budget import Budget, OpenLedger
from duologue.models.endpoint import Endpoint, Price
from duologue.models.http import IN_A_ROW, HttpModel, Patience, Settle
from duologue.models.refusals import wish
from duologue.protocols import Answer, Request, Usage
from duologue.types import Message, Tool, ToolCall
from models.served import QUICK, Says, Served, no, text

ASKED = Request("agent", (Message("system", content="Help."), Message("user", content="Hi.")), "1.0")
TOOL = Tool("find", "Finds.", {"type": "object"}, {"type": "object"}, "read")
WITH_TOOLS = msgspec.structs.replace(ASKED, tools=(TOOL,))
TALK = {"prompt_tokens": 10, "completion_tokens": 5}
CALL = {"id": "c1", "type": "function", "function": {"name": "find", "arguments": "{}"}}


@pytest.fixture(autouse=True)
def no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)


def ask(answers: Sequence[Says], request: Request = ASKED, models: Any = ("m",), **settings: Any) -> tuple[Any, Served]:
    """What comes of one call: the answer or the error; and the server."""
    settings.setdefault("timeout", 0.4 if any(says.stalls for says in answers) else 60)

    async def run() -> tuple[Any, Served]:
        async with Served(answers, models) as server, server.model(**settings) as model:
            try:
                return await model.ask(request), server
            except (StageError, UserError, LimitReachedError) as error:
                return error, server

    return asyncio.run(run())


AGAIN = {
    "429": [no(429), no(429)],
    "429 with seconds": [no(429, Retry_After="0.01")],
    "500": [no(500), no(503), no(502)],
    "408": [no(408)],
    "overloaded": [no(529)],
    "stall": [Says(stalls=True)],
    "cut before": [Says(cuts="before")],
    "cut within": [Says(body={"a": "b" * 1000}, cuts="within")],
    "no JSON": [Says(raw=b"<html>Bad gateway</html>")],
    "half JSON": [Says(raw=b'{"choices":[{"mess')],
    "another JSON": [Says(body={"ok": True})],
    "no choices": [Says(body={"choices": []})],
    "bytes": [Says(raw=b"\xff\xfe{}")],
    "an error as an answer": [Says(body={"error": {"message": "Overloaded", "code": 502}})],
    "an error without code": [Says(body={"error": "Overloaded"})],
    "one after the other": [no(429), Says(cuts="before"), no(500), Says(raw=b"")],
}


@pytest.mark.parametrize("answers", AGAIN.values(), ids=AGAIN)
def test_what_may_pass_is_tried_again(answers: list[Says]) -> None:
    answer, server = ask([*answers, text("Hello.", usage=TALK)])
    assert isinstance(answer, Answer), answer
    assert (answer.message.content, answer.usage, len(server.asked)) == ("Hello.", Usage(10, 0, 5), len(answers) + 1)
    assert all(raw == server.raw[0] for raw in server.raw)


LOST = {
    "429": (no(429, "Slow down."), "server busy", "429: Slow down."),
    "500": (no(500, "Ouch."), "server error", "500: Ouch."),
    "stall": (Says(stalls=True), "timed out", "no answer within 0.05 s"),
    "cut": (Says(cuts="before"), "connection cut", "ServerDisconnected"),
    "no JSON": (Says(raw=b"<html>"), "invalid response", "<html>"),
}


@pytest.mark.parametrize(("says", "reason", "words"), LOST.values(), ids=LOST)
def test_patience_ends_with_the_one_call(says: Says, reason: str, words: str) -> None:
    error, server = ask([says], timeout=0.05 if says.stalls else 60)
    assert isinstance(error, StageError)
    assert (error.stage, error.reason) == ("agent", reason)
    # On a busy machine a call's time may be over before the server has read it.
    assert len(server.asked) <= QUICK.attempts if says.stalls else len(server.asked) == QUICK.attempts
    assert words in error.evidence
    assert "8 attempts" in error.evidence


def test_where_no_call_is_answered_any_more_the_person_is_told() -> None:
    async def run() -> list[Exception]:
        errors: list[Exception] = []
        async with Served([text(), no(500, "Ouch.")]) as server, server.model(Patience(2, pause=0.001)) as model:
            await model.ask(ASKED)
            for _ in range(IN_A_ROW):
                try:
                    await model.ask(ASKED)
                except (StageError, UserError) as error:
                    errors.append(error)
        return errors

    errors = asyncio.run(run())
    assert [type(e) for e in errors] == [StageError, StageError, UserError]
    assert "gives no answers: server error (500: Ouch.; 2 attempts)" in str(errors[-1])


IN_AN_HOUR = email.utils.formatdate(time.time() + 3600, usegmt=True)


@pytest.mark.parametrize("header", ["0.3", IN_AN_HOUR, "soon"], ids=["seconds", "a date", "no time"])
def test_retry_after_is_heeded(header: str) -> None:
    answer, server = ask([no(429, Retry_After=header), text()])
    if "GMT" in header:  # an hour: not waited for
        assert isinstance(answer, UserError)
        assert "it asks to wait 3" in str(answer)
        assert len(server.asked) == 1
    else:
        assert isinstance(answer, Answer)


REFUSED = {
    "wrong key": (no(401, "Bad key."), ASKED, UserError, "OPENAI_API_KEY is not set"),
    "forbidden": (no(403, "Not yours."), ASKED, UserError, "403: Not yours."),
    "no money": (no(429, "You exceeded your current quota"), ASKED, UserError, "asks for money"),
    "payment": (no(402, "Credits."), ASKED, UserError, "asks for money"),
    "unknown model": (no(404, "The model `q` does not exist."), ASKED, UserError, "has no model 'q'"),
    "unknown model, 400": (no(400, "Invalid model name passed in model=q"), ASKED, UserError, "It has: m"),
    "redirect": (no(302, "Go."), ASKED, UserError, "is not where"),
    "vLLM without tools": (
        no(400, '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set'),
        WITH_TOOLS,
        UserError,
        "takes no tools",
    ),
    "Ollama without tools": (no(400, "registry/gemma does not support tools"), WITH_TOOLS, UserError, "role 'agent'"),
    "llama.cpp without tools": (no(500, "tools param requires --jinja flag"), WITH_TOOLS, UserError, "--jinja"),
    "strict without tools": (no(422, "Unexpected keyword argument 'tools'"), WITH_TOOLS, UserError, "takes no tools"),
    "one tool": (
        no(400, "tools[0].function.parameters: 'not' is not supported"),
        WITH_TOOLS,
        StageError,
        "refused (400",
    ),
    "a known model": (no(400, "model m: sampling parameters invalid"), ASKED, StageError, "request refused"),
    "context": (no(400, "This model's maximum context length is 8 tokens."), ASKED, StageError, "request too long"),
    "context with tools": (
        no(400, "Too many tokens in tools: not supported"),
        WITH_TOOLS,
        StageError,
        "request too long",
    ),
    "413": (no(413, "Big."), ASKED, StageError, "request too long"),
    "400": (no(400, "Roles must alternate."), ASKED, StageError, "request refused (400: Roles must alternate.)"),
    "422 in a list": (Says(422, {"detail": [{"msg": "odd"}]}), ASKED, StageError, "odd"),
    "400 in words": (Says(400, raw=b"just no\n\x00" + b"x" * 5000), ASKED, StageError, "just no xxx"),
}


@pytest.mark.parametrize(("says", "request_", "kind", "words"), REFUSED.values(), ids=REFUSED)
def test_refusals_are_told_to_whom_they_concern(says: Says, request_: Request, kind: type, words: str) -> None:
    error, server = ask([says], request_, name="m" if "model m" in str(says.body) else "q")
    assert type(error) is kind
    assert words in str(error)
    assert len(server.asked) == 1
    assert len(str(error)) < 900
    assert not isinstance(error, UserError) or error.fix


def test_an_address_without_a_chat_is_named() -> None:
    error, _ = ask([no(404, "Not Found")], models=no(404, "Not Found"))
    assert isinstance(error, UserError)
    assert "is not where 'm' can be asked" in str(error)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://127.0.0.1:1/v1", "nothing listens at 127.0.0.1 port 1: connection refused"),
        ("http://localhost:1/v1", "nothing listens at localhost port 1: connection refused"),
        ("http://no-such-host.invalid/v1", "no-such-host.invalid is not known: no such host"),
    ],
)
def test_a_server_that_is_not_there_is_named(url: str, why: str) -> None:
    async def run() -> UserError:
        async with Served([]) as server, server.model() as model:
            pass
        model = type(model)(msgspec.structs.replace(model.endpoint, urls=(url,)), QUICK)
        with pytest.raises(UserError) as caught:
            await model.ask(ASKED)
        with pytest.raises(UserError, match=why):
            await model.check()
        await model.close()
        return caught.value

    error = asyncio.run(run())
    assert url in str(error)
    assert f"({why}; 3 attempts)" in str(error)


# ── the model's name ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_only_model_is_taken_and_asked_for_once() -> None:
    async def run() -> Served:
        async with Served([text()], ["only"]) as server, server.model(name="") as model:
            answers = await asyncio.gather(*(model.ask(ASKED) for _ in range(20)))
            assert {a.model for a in answers} == {"only"}
            assert await model.check() == "only"
            return server

    server = asyncio.run(run())
    assert {b["model"] for b in server.asked} == {"only"}
    assert server.listed == 2


@pytest.mark.parametrize(
    ("models", "words"),
    [
        (["a", "b"], "It has several: a, b."),
        ([f"m{i}" for i in range(90)], "m19 and 70 more"),
        ([], "It lists none."),
        (no(404), "It lists none."),
        (no(401), "OPENAI_API_KEY"),
        (no(500, "Ouch."), "Ouch."),
    ],
)
def test_which_model_must_be_clear(models: Any, words: str) -> None:
    error, server = ask([text()], models=models, name="")
    assert isinstance(error, UserError)
    assert words in str(error)
    assert server.asked == []


# ── the key ──────────────────────────────────────────────────────────────────────────────────────────────────────────────

KEY = "sk-sesame-0123456789"


@pytest.mark.parametrize(
    "says",
    [
        no(401, f"Incorrect API key provided: {KEY}."),
        no(403, f"{KEY}"),
        no(400, f"Bearer {KEY}"),
        no(500, f"Bearer {KEY}"),
        no(429, f"insufficient_quota for {KEY}"),
        no(404, f"model not found for {KEY}"),
        Says(raw=f"<html>{KEY}".encode()),
        Says(body={"error": {"message": KEY}}),
        text("", "length", reasoning=KEY),
        text("", "length", reasoning=f"{KEY}{'.' * 190}"),  # evidence begins in the middle of it
        Says(raw=f"<html>{'.' * 180} Bearer {KEY}".encode()),  # or ends there
        Says(raw=f"{'.' * 390}{KEY}".encode(), status=500),
    ],
)
def test_the_key_is_sent_and_never_shown(
    says: Says, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("MINE", KEY)
    caplog.set_level(logging.DEBUG)
    error, server = ask([says], key_env="MINE")
    assert isinstance(error, (StageError, UserError))
    assert set(server.keys) == {f"Bearer {KEY}"}
    shown = f"{error!r}{error}{error.__cause__!r}{error.__context__!r}{vars(error)}{caplog.text}"
    assert not any(KEY[:end] in shown for end in range(6, len(KEY) + 1))
    assert not any(KEY[start:] in shown for start in range(len(KEY) - 6))
    assert KEY not in repr(server.model(key_env="MINE").endpoint)


ODD_KEY = 'sk/a+b"c\\d=0123'


@pytest.mark.parametrize("escaped", [lambda s: s, lambda s: s.replace("/", "\\/"), lambda s: s.replace("+", "\\u002B")])
def test_an_answer_that_repeats_the_key_is_read_without_it(
    escaped: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MINE", ODD_KEY)
    arguments = json.dumps({"header": ODD_KEY})
    call = {"id": "c1", "function": {"name": "find", "arguments": arguments}}
    said = text(f"Bearer {ODD_KEY}!", reasoning=f"It is {ODD_KEY}.", tool_calls=[call])
    answer, _ = ask([Says(raw=escaped(json.dumps(said.body)).encode())], key_env="MINE")
    assert isinstance(answer, Answer), answer
    message = answer.message
    assert (message.content, message.reasoning) == ("Bearer ***!", "It is ***.")
    assert message.tool_calls[0].arguments == {"header": "***"}


@pytest.mark.parametrize("key", ["EMPTY", "none", "null", "x", "1"])
def test_a_word_in_place_of_a_key_spoils_no_answer(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINE", key)
    answer, _ = ask([text(f"{key} it is.")], key_env="MINE")
    assert answer.message.content == f"{key} it is."


def test_without_a_key_no_header_is_sent() -> None:
    _, server = ask([text()])
    assert server.keys == [None]


# ── what is sent and what comes back ─────────────────────────────────────────────────────────────────────────────────────


def test_the_request_holds_what_was_set_and_no_more() -> None:
    _, server = ask(
        [text()], temperature=0.5, reasoning_effort="high", extra={"seed": 7, "chat_template_kwargs": {"x": 1}}
    )
    assert server.asked == [
        {
            "model": "m",
            "messages": [{"role": "system", "content": "Help."}, {"role": "user", "content": "Hi."}],
            "max_tokens": 16384,
            "temperature": 0.5,
            "reasoning_effort": "high",
            "seed": 7,
            "chat_template_kwargs": {"x": 1},
        }
    ]


def test_content_is_never_null() -> None:
    calls = (ToolCall("c1", "find", {}),)
    talk = (*ASKED.messages, Message("assistant", tool_calls=calls), Message("tool", tool_call_id="c1"))
    _, server = ask([text()], msgspec.structs.replace(WITH_TOOLS, messages=talk))
    assert [m["content"] for m in server.asked[0]["messages"]] == ["Help.", "Hi.", "", ""]
    assert b"null" not in server.raw[0]


def test_calls_count_whatever_the_server_says_it_finished_for() -> None:
    for finish in ("stop", "tool_calls", "length", "odd"):
        answer, _ = ask([text(None, finish, tool_calls=[CALL])], WITH_TOOLS)
        assert answer.message.tool_calls == (ToolCall("c1", "find", {}),)


def test_calls_with_broken_arguments_are_told_and_left_out() -> None:
    broken = {"id": "c2", "type": "function", "function": {"name": "find", "arguments": '{"n":'}}
    answer, _ = ask([text(None, tool_calls=[CALL, broken])], WITH_TOOLS)
    assert [c.id for c in answer.message.tool_calls] == ["c1"]
    assert "Call 2, find" in answer.malformed


CUT = {
    "nothing": (text("", "length", TALK), "5 tokens were used up (max_tokens = 16384); last: nothing"),
    "thoughts": (text("", "length", TALK, reasoning="And then"), "last: And then"),
    "thoughts in the text": (text("<think>And then", "length"), "last: And then"),
    "half a call": (
        text(None, "length", tool_calls=[{"function": {"name": "find", "arguments": '{"n":'}}]),
        "no JSON object",
    ),
}


@pytest.mark.parametrize(("says", "words"), CUT.values(), ids=CUT)
def test_an_answer_that_was_cut_off_before_it_said_anything_is_none(says: Says, words: str) -> None:
    error, server = ask([says], WITH_TOOLS)
    assert isinstance(error, StageError)
    assert (error.reason, len(server.asked)) == ("cut off", 1)
    assert words in error.evidence


@pytest.mark.parametrize("finish", ["stop", "length"])
def test_what_was_said_counts_even_where_it_was_cut(finish: str) -> None:
    assert ask([text("Hel", finish)])[0].message.content == "Hel"
    assert ask([text("", "stop")])[0].message == Message("assistant")


def test_money_follows_from_usage_and_is_estimated_where_there_is_none() -> None:
    price = Price(1, 10, 0.5)
    usage = {"prompt_tokens": 1000, "completion_tokens": 100, "prompt_tokens_details": {"cached_tokens": 600}}
    answer, _ = ask([text(usage=usage)], price=price)
    assert (answer.usage, answer.dollars) == (Usage(1000, 600, 100), pytest.approx(0.0017))
    answer, server = ask([text("Hello.")], price=price)
    assert answer.usage == Usage(-(-len(server.raw[0]) // 4), 0, 2)
    assert answer.dollars > 0


Settled = tuple[Usage | None, str]
TOLD = (Usage(10, 0, 5), "")
METERED: dict[str, tuple[list[Says], list[Settled]]] = {
    "answered": ([text(usage=TALK)], [TOLD]),
    "no usage": ([text()], [(None, "")]),
    "refused, then answered": (
        [no(429), no(500), text(usage=TALK)],
        [(Usage(), "server busy"), (Usage(), "server error"), TOLD],
    ),
    "unknown": (
        [Says(stalls=True), Says(cuts="before"), Says(cuts="within"), Says(raw=b"x"), text(usage=TALK)],
        [(None, "timed out"), (None, "connection cut"), (None, "connection cut"), (None, "invalid response"), TOLD],
    ),
    "for good": ([no(400)], [(Usage(), "request refused")]),
    "wrong key": ([no(401)], [(Usage(), "request refused")]),
    "cut off": ([text("", "length", TALK)], [TOLD]),
}


@pytest.mark.parametrize(("answers", "settled"), METERED.values(), ids=METERED)
def test_every_attempt_is_metered_and_its_fault_named(answers: list[Says], settled: list[Settled]) -> None:
    told: list[Settled] = []
    sizes: list[int] = []

    async def meter(request: Request, size: int) -> Settle:
        sizes.append(size)
        return lambda used, fault: told.append((used, fault))

    _, server = ask(answers, meter=meter)
    assert told == settled
    assert sizes == [len(raw) for raw in server.raw]


def test_a_limit_stops_before_anything_is_sent() -> None:
    async def meter(request: Request, size: int) -> Settle:
        raise LimitReachedError("Enough.")

    error, server = ask([text()], meter=meter)
    assert isinstance(error, LimitReachedError)
    assert server.asked == []


def test_a_call_that_is_given_up_from_outside_is_settled_and_leaves_its_place() -> None:
    told: list[Settled] = []

    async def meter(request: Request, size: int) -> Settle:
        return lambda used, fault: told.append((used, fault))

    async def run() -> int:
        async with Served([Says(stalls=True)]) as server, server.model(meter=meter) as model:
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(model.ask(ASKED), 0.1)
            return model.replicas.all[0].pace.under_way

    assert asyncio.run(run()) == 0
    assert told == [(None, "interrupted")]


# ── time ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("attempts", [1, 9])
def test_when_the_hours_are_over_the_attempt_under_way_ends_with_them(attempts: int) -> None:
    """It is the run that stops then; nothing is wrong with the item."""

    async def run() -> tuple[int, OpenLedger]:
        ledger = OpenLedger()
        budget = Budget(ledger, hours=0.2 / 3600)
        async with Served([Says(stalls=True)]) as server:
            endpoint = Endpoint((server.url,), name="m", timeout=25)
            meter = budget.purse(None).meter(100)
            async with HttpModel(endpoint, Patience(attempts, attempts), meter=meter, left=budget.left) as model:
                with pytest.raises(LimitReachedError, match="hours"):
                    await model.ask(ASKED)
            return len(server.asked), ledger

    asked, ledger = asyncio.run(run())
    assert asked == 1
    assert [(how, used.tokens > 100) for _, how, used in ledger.attempts] == [("timed out", True)]


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        ("-7", 0.0),
        ("soon", None),
        ("Mon, 01 Jan 1990 00:00:00 GMT", 0.0),
        ("Mon, 01 Jan 99999999999999999999 00:00:00 GMT", None),
        (None, None),
    ],
)
def test_when_to_come_back_is_read(header: str | None, seconds: float | None) -> None:
    assert wish(header) == seconds
