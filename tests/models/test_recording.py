"""An answer once given is never asked for again, in the store of a run and in a file."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from duologue.errors import StageError, UserError
from duologue.models.keys import request_key
from duologue.models.recording import Book, FileBook, Nobody, Recorded, replaying
from duologue.protocols import Answer, Request
from duologue.store import Calls, Store, export_calls
from duologue.testing import ScriptedModel, calling
from duologue.types import Message


def asked(text: str, scope: str = "3.0", draw: int = 0) -> Request:
    return Request("user", (Message("system", "Be one."), Message("user", text)), scope, prompt="p1", draw=draw)


REQUESTS = [asked("a"), asked("b", "11.1"), asked("a", draw=1), asked('ä\n"', "tools.2"), asked("a", "3.1")]


def reply(request: Request) -> str | Message:
    if request.draw:
        return calling("find", price=1.0, count=1, name="Zoë\u2028")
    return f"{request.scope}: {request.messages[-1].content}"


async def answers(model: Recorded, requests: list[Request]) -> list[Answer]:
    return list(await asyncio.gather(*map(model.ask, requests)))


@pytest.fixture(params=["store", "file"])
def reopened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], Book]]:
    """A book that is opened anew at each call."""
    if request.param == "file":
        yield lambda: FileBook(tmp_path / "answers.jsonl")
        return
    stores = [Store.create(tmp_path / "run", {})]

    def book() -> Book:
        stores[-1].close()
        stores.append(Store.open(tmp_path / "run"))
        return Calls(stores[-1])

    yield book
    stores[-1].close()


def test_an_answer_is_asked_for_once(reopened: Callable[[], Book]) -> None:
    model = ScriptedModel(reply)
    first = asyncio.run(answers(Recorded(model, reopened()), REQUESTS))
    assert [a.key for a in first] == [request_key(r) for r in REQUESTS]
    assert len(model.requests) == len(REQUESTS)
    again = asyncio.run(answers(Recorded(Nobody("the book"), reopened()), REQUESTS[::-1]))
    assert again[::-1] == first
    assert str(again) == str(first[::-1])  # 1.0 has not become 1


def test_what_is_asked_twice_at_once_is_asked_once(reopened: Callable[[], Book]) -> None:
    class Slow(ScriptedModel):
        async def ask(self, request: Request) -> Answer:
            await asyncio.sleep(0.001)
            return await super().ask(request)

    model = Slow(reply)
    found = asyncio.run(answers(Recorded(model, reopened()), [asked("a")] * 5))
    assert len(model.requests) == 1
    assert len({a.key for a in found}) == 1


def test_models_that_are_asked_the_same_are_told_apart(reopened: Callable[[], Book]) -> None:
    book = reopened()
    one = Recorded(ScriptedModel(lambda request: "one"), book, "one")
    two = Recorded(ScriptedModel(lambda request: "two"), book, "two")
    texts = [asyncio.run(model.ask(asked("a"))).message.content for model in (one, two, one)]
    assert texts == ["one", "two", "one"]


def test_a_call_that_failed_may_be_made_again(reopened: Callable[[], Book]) -> None:
    class Failing:
        async def ask(self, request: Request) -> Answer:
            raise StageError(request.role, "timed out")

    book = reopened()
    for _ in range(2):
        with pytest.raises(StageError, match="timed out"):
            asyncio.run(Recorded(Failing(), book).ask(asked("a")))
    assert asyncio.run(Recorded(ScriptedModel(reply), book).ask(asked("a"))).message.content == "3.0: a"


def test_who_is_stopped_does_not_stop_the_others(reopened: Callable[[], Book]) -> None:
    async def stopped() -> Answer:
        model = Recorded(ScriptedModel(reply), reopened())
        first, second = (asyncio.create_task(model.ask(asked("a"))) for _ in range(2))
        await asyncio.sleep(0)
        first.cancel()
        return await second

    assert asyncio.run(stopped()).message.content == "3.0: a"


def test_a_run_is_exported_and_played_again(tmp_path: Path) -> None:
    for name, order in (("one", REQUESTS), ("two", REQUESTS[::-1])):
        with Store.create(tmp_path / name, {}) as store:
            model = Recorded(ScriptedModel(reply), Calls(store))
            for request in order:
                asyncio.run(model.ask(request))
            assert export_calls(store, tmp_path / f"{name}.jsonl") == len(REQUESTS)
    exported = (tmp_path / "one.jsonl").read_bytes()
    assert exported == (tmp_path / "two.jsonl").read_bytes()
    model = replaying(tmp_path / "one.jsonl")
    found = asyncio.run(answers(model, REQUESTS))
    assert [a.message for a in found] == [
        m if isinstance(m := reply(r), Message) else Message("assistant", m) for r in REQUESTS
    ]
    assert (tmp_path / "one.jsonl").read_bytes() == exported


def test_a_missing_answer_says_whose_it_is(tmp_path: Path) -> None:
    (tmp_path / "answers.jsonl").write_bytes(b"")
    with pytest.raises(UserError, match=r"no answer for role 'user', scope '3.0', draw 0 \(prompt p1\)"):
        asyncio.run(replaying(tmp_path / "answers.jsonl").ask(asked("a")))


@pytest.mark.parametrize(("text", "says"), [(None, "no file"), (b"{}\n", "line 1"), (b"not json\n", "line 1")])
def test_what_is_no_book_says_so(tmp_path: Path, text: bytes | None, says: str) -> None:
    if text is not None:
        (tmp_path / "answers.jsonl").write_bytes(text)
    with pytest.raises(UserError, match=says):
        replaying(tmp_path / "answers.jsonl")
