"""One request, one answer over a kept connection: whatever servers make of HTTP, and whatever becomes of the connection."""

import asyncio
import gzip
import socket
import zlib
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import aiohttp
import pytest
from yarl import URL

from duologue.models import exchange
from duologue.models.exchange import Lines, Response, UnreachableError, lines_to

pytest.importorskip("httptools")

OK = b"HTTP/1.1 200 OK\r\n"
HELLO = OK + b"Content-Length: 5\r\n\r\nhello"
RAW_DEFLATE = zlib.compress(b"hello")[2:-4]


def packed(encoding: str, data: bytes) -> bytes:
    return OK + f"Content-Encoding: {encoding}\r\nContent-Length: {len(data)}\r\n\r\n".encode() + data


class Wire:
    """A server that says to each request of each connection what a test gives it, byte for byte, and then may hang up."""

    def __init__(self, says: Sequence[Sequence[bytes]], hangs_up: bool = False) -> None:
        self.says, self.hangs_up = list(says), hangs_up
        self.heads: list[bytes] = []
        self.bodies: list[bytes] = []
        self.connections = 0

    async def __aenter__(self) -> "Wire":
        self._server = await asyncio.start_server(self._talk, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        self.url = URL(f"http://127.0.0.1:{self.port}/v1/chat/completions")
        self._open: set[asyncio.StreamWriter] = set()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for writer in self._open:
            writer.close()
        await self._server.wait_closed()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._open.add(writer)
        while self.says:
            try:
                head = await reader.readuntil(b"\r\n\r\n")
                size = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
                self.bodies.append(await reader.readexactly(size))
            except (asyncio.IncompleteReadError, ConnectionError):
                break
            self.heads.append(head)
            for piece in self.says.pop(0):
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(0.002)
            if self.hangs_up:
                break
        if self.hangs_up:
            writer.close()


def played(wire: Wire, play: Callable[[Lines, Wire], Awaitable[Any]]) -> Any:
    async def run() -> Any:
        async with wire:
            lines = Lines(wire.url, {"Content-Type": "application/json"})
            try:
                return await play(lines, wire)
            finally:
                lines.close()
                await asyncio.sleep(0)

    return asyncio.run(run())


async def one(lines: Lines, _: Wire) -> Response | str:
    """The answer to a request, or the name of what was raised."""
    try:
        return await lines.post(b"{}", 5)
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        return type(error).__name__


ANSWERS: dict[str, tuple[Sequence[bytes], Response | str]] = {
    "of given length": ([HELLO], Response(200, b"hello")),
    "byte by byte": ([bytes([b]) for b in HELLO], Response(200, b"hello")),
    "in chunks": (
        [OK + b"Transfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n", b"2\r\nlo\r\n0\r\n\r\n"],
        Response(200, b"hello"),
    ),
    "packed": ([packed("gzip", gzip.compress(b"hello"))], Response(200, b"hello")),
    "packed otherwise": ([packed("deflate", zlib.compress(b"hello"))], Response(200, b"hello")),
    "packed without a header": ([packed("deflate", RAW_DEFLATE)], Response(200, b"hello")),
    "packed and spoilt": ([packed("gzip", b"no such thing")], "ClientPayloadError"),
    "packed and cut": ([packed("gzip", gzip.compress(b"hello" * 99)[:-9])], "ClientPayloadError"),
    "packed in a way nobody knows": ([packed("rot13", b"uryyb")], Response(200, b"uryyb")),
    "after a word in between": ([b"HTTP/1.1 100 Continue\r\n\r\n", HELLO], Response(200, b"hello")),
    "without a body": ([b"HTTP/1.1 204 No Content\r\n\r\n"], Response(204, b"")),
    "busy": (
        [b"HTTP/1.1 429 Busy\r\nretry-after: 7\r\nContent-Length: 2\r\n\r\n{}"],
        Response(429, b"{}", "7"),
    ),
    "elsewhere": (
        [b"HTTP/1.1 302 Found\r\nLocation: http://elsewhere/\r\nContent-Length: 0\r\n\r\n"],
        Response(302, b""),
    ),
    "no HTTP": ([b"SSH-2.0-OpenSSH_9.6\r\n"], "ClientPayloadError"),
    "another protocol": (
        [b"HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\nxyz"],
        "ClientPayloadError",
    ),
    "a head without end": ([OK + b"X: " + b"y" * (exchange.LONGEST_HEAD + 9)], "ClientPayloadError"),
}  # fmt: skip


@pytest.mark.parametrize(("says", "expected"), ANSWERS.values(), ids=ANSWERS)
def test_an_answer_is_read_however_it_is_sent(says: Sequence[bytes], expected: Response | str) -> None:
    assert played(Wire([says]), one) == expected


CUT: dict[str, tuple[Sequence[bytes], Response | str]] = {
    "before": ([], "ServerDisconnectedError"),
    "in the head": ([OK + b"Content-"], "ServerDisconnectedError"),
    "in the body": ([HELLO[:-2]], "ClientPayloadError"),
    "in a chunk": ([OK + b"Transfer-Encoding: chunked\r\n\r\n9\r\nhel"], "ClientPayloadError"),
    "a body as long as the connection": ([OK + b"\r\nhel", b"lo"], Response(200, b"hello")),
    "of an old server": ([b"HTTP/1.0 200 OK\r\n\r\nhello"], Response(200, b"hello")),
}


@pytest.mark.parametrize(("says", "expected"), CUT.values(), ids=CUT)
def test_a_connection_that_ends_ends_the_answer(says: Sequence[bytes], expected: Response | str) -> None:
    assert played(Wire([says], hangs_up=True), one) == expected


def test_too_long_an_answer_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange, "LONGEST", 4)
    assert played(Wire([[HELLO]]), one) == "ClientPayloadError"
    assert played(Wire([[packed("gzip", gzip.compress(b"hello" * 99))]]), one) == "ClientPayloadError"


AGAIN: dict[str, tuple[Sequence[bytes], int]] = {
    "kept": ([HELLO], 1),
    "closed by the server's word": ([HELLO.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")], 2),
    "more than was asked for": ([HELLO + HELLO], 2),
    "more, later": ([HELLO, HELLO], 2),
    "junk behind it": ([HELLO, b"junk"], 2),
}


@pytest.mark.parametrize(("says", "connections"), AGAIN.values(), ids=AGAIN)
def test_a_connection_is_used_again_where_it_can_be(says: Sequence[bytes], connections: int) -> None:
    bye = HELLO.replace(b"hello", b"again")

    async def twice(lines: Lines, wire: Wire) -> list[bytes]:
        got = [(await lines.post(b'{"a":1}', 5)).body]
        await asyncio.sleep(0.02)
        return [*got, (await lines.post(b"{}", 5)).body]

    wire = Wire([says, [bye]])
    assert played(wire, twice) == [b"hello", b"again"]
    assert (wire.connections, wire.bodies) == (connections, [b'{"a":1}', b"{}"])
    assert wire.heads[0].startswith(b"POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n" % wire.port)


def test_a_connection_that_the_server_has_closed_is_not_used_again() -> None:
    async def twice(lines: Lines, wire: Wire) -> list[bytes]:
        got = [(await lines.post(b"{}", 5)).body]
        await asyncio.sleep(0.02)
        return [*got, (await lines.post(b"{}", 5)).body]

    wire = Wire([[HELLO], [HELLO]], hangs_up=True)
    assert played(wire, twice) == [b"hello", b"hello"]
    assert wire.connections == 2


def test_a_connection_that_was_idle_too_long_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange, "KEEP_ALIVE", 0.0)

    async def twice(lines: Lines, wire: Wire) -> int:
        for _ in range(2):
            await lines.post(b"{}", 5)
        return wire.connections

    assert played(Wire([[HELLO], [HELLO]]), twice) == 2


def test_as_many_at_once_as_are_asked() -> None:
    async def many(lines: Lines, wire: Wire) -> list[Response]:
        return await asyncio.gather(*(lines.post(b"%d" % n, 5) for n in range(20)))

    wire = Wire([[HELLO]] * 20)
    assert played(wire, many) == [Response(200, b"hello")] * 20
    assert (wire.connections, sorted(map(int, wire.bodies))) == (20, list(range(20)))


@pytest.mark.parametrize("how", ["time", "cancelled"])
def test_who_no_longer_waits_leaves_no_answer_behind(how: str) -> None:
    async def left(lines: Lines, wire: Wire) -> tuple[str, bytes, int]:
        try:
            if how == "time":
                await lines.post(b"{}", 0.05)
            else:
                await asyncio.wait_for(lines.post(b"{}", 5), 0.05)
        except TimeoutError as error:
            wire.says = [[HELLO.replace(b"hello", b"again")]]
            return type(error).__name__, (await lines.post(b"{}", 5)).body, wire.connections
        return "answered", b"", 0

    assert played(Wire([[], [HELLO]]), left) == ("TimeoutError", b"again", 2)


def test_a_long_request_arrives_whole() -> None:
    body = bytes(range(256)) * 20_000
    wire = Wire([[HELLO]])
    assert played(wire, lambda lines, _: lines.post(body, 30)) == Response(200, b"hello")
    assert wire.bodies == [body]


def test_where_nobody_listens_the_person_is_told() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and does not listen
        url = URL(f"http://127.0.0.1:{taken.getsockname()[1]}/v1")
        lines = lines_to(url, {})
        assert lines is not None
        with pytest.raises(UnreachableError, match="nothing listens at 127"):
            asyncio.run(lines.post(b"{}", 5))


def test_what_is_not_plain_goes_another_way() -> None:
    assert lines_to(URL("https://models.example/v1"), {}) is None
