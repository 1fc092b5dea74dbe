"""An answer once given is never asked for again, in the store of a run and in a file."""

import asyncio
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from duologue.errors import StageError, UserError
from duologue.models.keys import request_key
from duologue.models.recording import Book, FileBook, Line, Nobody, Recorded, replaying
from duologue.protocols import Answer, Request, Usage
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


def line_of(text: str) -> bytes:
    """A line as a file holds it."""
    request = asked(text)
    answer = Answer(Message("assistant", f"{text}!"), "m", Usage(1, 0, 1), key=request_key(request))
    return msgspec.json.encode(Line("user", "3.0", 0, "p1", answer))


WHOLE, OTHER = line_of("a") + b"\n", line_of("b")
ENDS = {
    "whole": (WHOLE, ["a!"], WHOLE),
    "half a line": (WHOLE + OTHER[:-9], ["a!"], WHOLE),
    "a byte of a line": (WHOLE + OTHER[:1], ["a!"], WHOLE),
    "half of the only line": (OTHER[:40], [], b""),
    "all but its end": (WHOLE + OTHER, ["a!", "b!"], WHOLE + OTHER + b"\n"),
}


@pytest.mark.parametrize(("data", "kept", "then"), ENDS.values(), ids=ENDS)
def test_a_line_that_was_being_written_when_its_process_was_killed_is_asked_again(
    tmp_path: Path, data: bytes, kept: list[str], then: bytes
) -> None:
    path = tmp_path / "answers.jsonl"
    path.write_bytes(data)
    assert len(FileBook(path, keeps=False)) == len(kept)
    assert path.read_bytes() == data
    model = ScriptedModel(lambda request: f"{request.messages[-1].content}!")
    found = asyncio.run(answers(Recorded(model, FileBook(path)), [asked("a"), asked("b"), asked("c")]))
    assert [a.message.content for a in found] == ["a!", "b!", "c!"]
    assert len(model.requests) == 3 - len(kept)
    assert path.read_bytes().startswith(then)
    assert len(FileBook(path, keeps=False)) == 3


@pytest.mark.parametrize("data", [b"no book", b'{"role":1}\n', b"SQLite format 3\0", WHOLE[:30] + b"\n" + WHOLE])
def test_what_is_no_book_is_left_alone(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "answers.jsonl"
    path.write_bytes(data)
    with pytest.raises(UserError, match="line 1"):
        FileBook(path)
    assert path.read_bytes() == data


KEEPER = """
import asyncio, sys
from pathlib import Path
from duologue.errors import UserError
from duologue.models.recording import FileBook, Recorded
from duologue.protocols import Request
from duologue.testing import ScriptedModel
from duologue.types import Message
model = ScriptedModel(lambda request: "yes")
try:
    asyncio.run(Recorded(model, FileBook(Path(sys.argv[1]))).ask(Request("user", (Message("user", "b"),))))
except UserError as error:
    print(error)
print(len(model.requests))
"""


def test_two_processes_do_not_pay_for_the_same_answers(tmp_path: Path) -> None:
    path = tmp_path / "answers.jsonl"

    def other() -> list[str]:
        done = subprocess.run([sys.executable, "-c", KEEPER, str(path)], capture_output=True, text=True, check=True)
        return done.stdout.splitlines()

    book = FileBook(path)
    asyncio.run(Recorded(ScriptedModel(reply), book).ask(asked("a")))
    said = other()
    assert "Another process is adding answers to" in said[0]
    assert said[-1] == "0"
    book.close()
    assert other() == ["1"]
    assert len(FileBook(path, keeps=False)) == 2


def test_a_place_that_can_not_be_written_says_so(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="Cannot write"):
        FileBook(tmp_path / "nowhere" / "answers.jsonl").find(Request("user", ()), "a")


@pytest.mark.parametrize(("text", "says"), [(None, "no file"), (b"{}\n", "line 1"), (b"not json\n", "line 1")])
def test_what_is_no_book_says_so(tmp_path: Path, text: bytes | None, says: str) -> None:
    if text is not None:
        (tmp_path / "answers.jsonl").write_bytes(text)
    with pytest.raises(UserError, match=says):
        replaying(tmp_path / "answers.jsonl")
