"""Plain HTTP/1.1 to one address: the bytes of a request out, one answer back, over connections that are kept.

What a run asks of a server is always the same: JSON, posted to one address, and the whole answer waited for. A client library that
can do everything else too takes 0.08 ms of CPU for it, five times what this takes. httptools (llhttp, the parser of Node.js) reads the
answers; here is only what lies around it: one request at a time on a connection, those that are free used again, the last one first.

Encrypted connections, and all that asks for more, go through aiohttp (`transport`). So does everything where httptools is missing:
`lines_to` gives nothing then. What goes wrong is told in the same exceptions either way.
"""

import asyncio
import math
import os
import socket
import time
import zlib
from collections.abc import Mapping
from typing import Any

import aiohappyeyeballs
import aiohttp
from msgspec import Struct
from yarl import URL


def _parsing() -> Any:
    try:
        import httptools
    except ImportError:  # not made for every system
        return None
    return httptools


_http = _parsing()
CONNECT = 10.0
"""Seconds to connect."""
KEEP_ALIVE = 4.0
"""Seconds an idle connection is kept: a little less than common servers keep theirs, or calls are sent into closed ones."""
RESOLVED = 10.0
"""Seconds for which a host's addresses are taken to stay the same."""
NEXT_FAMILY = 0.25
"""Seconds after which another of a host's addresses is tried beside one that does not answer."""
LONGEST_HEAD = 2**16
"""Bytes of an answer's status line and headers."""
LONGEST = 2**28
"""Bytes of an answer, unpacked."""
_MEANT = frozenset((b"content-length", b"transfer-encoding", b"retry-after", b"content-encoding"))
"""Headers of an answer that mean something here: the first two say where its body ends."""
_PACKED = {b"gzip": 47, b"x-gzip": 47, b"deflate": 47}
"""Encoding of a body → what zlib calls it (either of its headers)."""


class Response(Struct, frozen=True):
    """An answer: its status, its body, and when to try again (`Retry-After`)."""

    status: int
    body: bytes
    after: str | None = None


class UnreachableError(Exception):
    """There is no connection to be had; in words for a person."""


class Line(asyncio.Protocol):
    """One connection, with one request at a time."""

    def __init__(self, home: "Lines") -> None:
        self.free_since = 0.0
        self.by = math.inf
        self._home = home
        self._transport: Any = None
        self._parser: Any = _http.HttpResponseParser(self)
        self._answer: asyncio.Future[Response] | None = None
        self._begin()

    def _begin(self) -> None:
        """Nothing of an answer is here yet."""
        self._body: list[bytes] = []
        self._size = 0
        self._status = 0
        self._measured = False
        self._after = self._encoding = b""

    def send(self, data: bytes, by: float) -> "asyncio.Future[Response]":
        """Send a request that is to be answered `by` a moment (`time.monotonic`); what is given is done once the answer is there."""
        self.by = by
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(data)
        return self._answer

    def expire(self) -> None:
        """The time for the answer is over."""
        self.by = math.inf
        self._fail(TimeoutError())

    def close(self) -> None:
        """Let the connection go, whatever is under way."""
        self._home.drop(self)
        if self._transport is not None:
            self._transport.abort()

    def _fail(self, error: Exception) -> None:
        answer, self._answer = self._answer, None
        if answer is not None and not answer.done():
            answer.set_exception(error)
        self.close()

    def _done(self, again: bool) -> None:
        """The answer is whole; `again`: the connection can take another request."""
        answer, self._answer = self._answer, None
        body: bytes | None = self._body[0] if len(self._body) == 1 else b"".join(self._body)
        if self._encoding:
            body = _unpacked(body or b"", self._encoding)
        status, after = self._status, self._after.decode("latin-1") if self._after else None
        self._begin()
        self.by = math.inf
        if answer is not None and not answer.done():
            if body is None:
                answer.set_exception(aiohttp.ClientPayloadError("a body that can't be unpacked"))
            else:
                answer.set_result(Response(status, body, after))
        if again and not self._transport.get_write_buffer_size():
            self._home.keep(self)
        else:
            self.close()

    # ── what asyncio says ────────────────────────────────────────────────────────────────────────────────────────────────

    def connection_made(self, transport: Any) -> None:
        """It stands."""
        self._transport = transport
        there = transport.get_extra_info("socket")
        if there is not None:
            there.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)

    def data_received(self, data: bytes) -> None:
        """Bytes came; where nothing was asked, whatever it is, it can't be told from the next answer."""
        if self._answer is None:
            self.close()
            return
        try:
            self._parser.feed_data(data)
        except (_http.HttpParserError, _http.HttpParserUpgrade) as error:
            self._fail(aiohttp.ClientPayloadError(f"no HTTP: {type(error).__name__} {error}"))
            return
        if not self._status and self._answer is not None:
            self._grown(len(data), LONGEST_HEAD)

    def connection_lost(self, exc: Exception | None) -> None:
        """It is gone. A body of no given length ends with it."""
        self._parser = None
        if self._answer is None:
            self._home.drop(self)
        elif exc is not None:
            self._fail(exc)
        elif self._status and not self._measured:
            self._done(again=False)
        elif self._status:
            self._fail(aiohttp.ClientPayloadError("the answer ends in the middle"))
        else:
            self._fail(aiohttp.ServerDisconnectedError())

    # ── what the parser says ─────────────────────────────────────────────────────────────────────────────────────────────

    def on_message_begin(self) -> None:
        """An answer begins. One that nobody asked for would be taken for the next."""
        if self._answer is None:
            self.close()

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header."""
        name = name.lower()
        if name not in _MEANT:
            return
        if name == b"retry-after":
            self._after = value
        elif name == b"content-encoding":
            self._encoding = value.strip().lower()
        else:
            self._measured = True

    def on_headers_complete(self) -> None:
        """The body follows."""
        self._status, self._size = self._parser.get_status_code(), 0

    def on_body(self, body: bytes) -> None:
        """A piece of it."""
        self._body.append(body)
        self._grown(len(body), LONGEST)

    def on_message_complete(self) -> None:
        """All is here; or, of a status below 200, only a word in between."""
        if self._status < 200:
            self._begin()
        elif self._answer is not None:
            self._done(bool(self._parser.should_keep_alive()))

    def _grown(self, size: int, most: int) -> None:
        self._size += size
        if self._size > most:
            self._fail(aiohttp.ClientPayloadError(f"an answer of more than {most} bytes"))


class Lines:
    """The connections to one address. Made when they are first needed, as many as there are requests at once."""

    def __init__(self, url: URL, headers: Mapping[str, str]) -> None:
        """`headers` go with every request."""
        self.host, self.port = str(url.host), int(url.port or 80)
        lines = {"Host": url.host_port_subcomponent, "User-Agent": "duologue", "Accept-Encoding": "identity", **headers}
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        self._head = f"POST {url.raw_path_qs} HTTP/1.1\r\n{head}Content-Length: ".encode()
        self._all: set[Line] = set()
        self._free: dict[Line, None] = {}
        self._addresses: list[Any] = []
        self._until = 0.0
        self._alarm: asyncio.TimerHandle | None = None
        self._rings_at = math.inf
        self._looking_up = asyncio.Lock()

    async def post(self, body: bytes, most: float) -> Response:
        """Send, and give what comes within so many seconds. Raises `UnreachableError`, `TimeoutError`, `aiohttp.ClientError`, `OSError`."""
        by = time.monotonic() + most
        line = self._kept() or await self._connected(most)
        answer = line.send(b"".join((self._head, b"%d\r\n\r\n" % len(body), body)), by)
        if by < self._rings_at:
            self._set_alarm(by)
        try:
            return await answer
        finally:
            if answer.cancelled():
                line.close()

    def close(self) -> None:
        """Let all go."""
        self._set_alarm(math.inf)
        for line in tuple(self._all):
            line.close()

    def keep(self, line: Line) -> None:
        """It is free for another request."""
        line.free_since = time.monotonic()
        self._free[line] = None

    def drop(self, line: Line) -> None:
        """It is gone."""
        self._all.discard(line)
        self._free.pop(line, None)

    def _set_alarm(self, at: float) -> None:
        """Look for requests whose time is over at that moment; never, where it is infinite."""
        if self._alarm is not None:
            self._alarm.cancel()
        self._rings_at = at
        seconds = max(0.0, at - time.monotonic())
        self._alarm = None if at == math.inf else asyncio.get_running_loop().call_later(seconds, self._ring)

    def _ring(self) -> None:
        """One alarm for all: as a rule each request may take as long as the one before, and is answered long before."""
        now = time.monotonic()
        for line in [line for line in self._all if line.by <= now]:
            line.expire()
        self._set_alarm(min((line.by for line in self._all), default=math.inf))

    def _kept(self) -> Line | None:
        """The one that was used last of those that are free."""
        while self._free:
            line, _ = self._free.popitem()
            if time.monotonic() - line.free_since < KEEP_ALIVE:
                return line
            line.close()
        return None

    # ── connecting ───────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _connected(self, most: float) -> Line:
        try:
            async with asyncio.timeout(min(CONNECT, most)):
                line = await self._connect(await self._looked_up())
        except TimeoutError as error:
            raise UnreachableError("no connection in time") from error
        except socket.gaierror as error:
            raise UnreachableError(unknown(self.host)) from error
        except OSError as error:
            self._until = 0.0
            raise UnreachableError(not_there(error, self.host, self.port)) from error
        self._all.add(line)
        return line

    async def _looked_up(self) -> list[Any]:
        """The host's addresses; where there are several, each time another comes first."""
        async with self._looking_up:
            loop = asyncio.get_running_loop()
            if loop.time() >= self._until:
                self._addresses = await loop.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)
                self._until = loop.time() + RESOLVED
            self._addresses = [*self._addresses[1:], *self._addresses[:1]]
            return self._addresses

    async def _connect(self, addresses: list[Any]) -> Line:
        loop = asyncio.get_running_loop()
        if len(addresses) == 1:
            host, port = addresses[0][4][:2]
            return (await loop.create_connection(lambda: Line(self), host, port))[1]
        found = await aiohappyeyeballs.start_connection(addresses, happy_eyeballs_delay=NEXT_FAMILY, interleave=1)
        return (await loop.create_connection(lambda: Line(self), sock=found))[1]


def lines_to(url: URL, headers: Mapping[str, str]) -> Lines | None:
    """Connections to an address; None where they have to be made in another way."""
    return Lines(url, headers) if _http is not None and url.scheme == "http" else None


def unknown(host: str | None) -> str:
    """There is no such host, in words."""
    return f"{host} is not known: no such host"


def not_there(error: OSError, host: str, port: int | None) -> str:
    """Why no connection came about, in words."""
    if isinstance(error, ConnectionRefusedError):
        return f"nothing listens at {host} port {port}: connection refused"
    number = error.errno or 0
    return f"{host} port {port}: {os.strerror(number) if number > 0 else error}"


def _unpacked(data: bytes, encoding: bytes) -> bytes | None:
    """A body as it was before it was packed; None where it can't be had. What is packed in a way that was not asked for stays as it is."""
    form = _PACKED.get(encoding)
    if form is None:
        return data
    for form_ in (form, -15):  # deflate without its header, as some write it
        try:
            unpacking = zlib.decompressobj(form_)
            out = unpacking.decompress(data, LONGEST)
        except zlib.error:
            continue
        return out if unpacking.eof else None
    return None
