"""What foreman and hands tell each other, and the socket it goes over.

Both ends are the same program on the same machine; a message is a struct in MessagePack behind its length.
"""

import asyncio
import socket
from pathlib import Path
from typing import Any, Generic, Self, TypeVar

import msgspec
from msgspec import Struct

from duologue.models.budget import Used
from duologue.store import Ended

T = TypeVar("T")
_HEAD = 4
_CHUNK = 2**18
"""Bytes that are read at once."""


# ── to a hand ────────────────────────────────────────────────────────────────────────────────────────────────────────────


class Job(Struct, frozen=True, tag=True):
    """What the run is, packed, and the `seconds` that it has taken so far."""

    config: bytes
    seconds: float


class Make(Struct, frozen=True, tag=True):
    """Make an item, or all those of a part; `again`: another hand has begun it."""

    item: int
    again: bool = False


class Settled(Struct, frozen=True, tag=True):
    """Whether what an item has drawn stands. `names`: what is used beside what was told before."""

    item: int
    stands: bool
    names: tuple[str, ...]


class Told(Struct, frozen=True, tag=True):
    """What others use, beside what was told before."""

    names: tuple[str, ...]


class Dropped(Struct, frozen=True, tag=True):
    """An item is not to be made now: one before it was not made."""

    item: int


class Granted(Struct, frozen=True, tag=True):
    """What was asked for under that number is done."""

    number: int


class Refused(Struct, frozen=True, tag=True):
    """What was asked for under that number can't be: a limit of the person's (`limit`), or what they must change."""

    number: int
    message: str
    fix: str = ""
    limit: bool = True


class Stop(Struct, frozen=True, tag=True):
    """End what is under way, begin nothing."""


# ── to the foreman ───────────────────────────────────────────────────────────────────────────────────────────────────────


class Ready(Struct, frozen=True, tag=True):
    """Items can be dealt."""


class Drawn(Struct, frozen=True, tag=True):
    """An item has drawn, going by what it was told is used and what is not; it uses `names` itself. `ran_out`: it found nothing new.
    `waits`: it has not drawn yet and wants to know the truth first."""

    item: int
    used: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    ran_out: bool = False
    waits: bool = False


class Turns(Struct, frozen=True, tag=True):
    """So many turns of an item's conversation (a list as JSON), from number `first` on, are to be kept until it ends."""

    item: int
    scenario: str
    first: int
    count: int
    turns: bytes


class Done(Struct, frozen=True, tag=True):
    """An item has ended."""

    ended: Ended


class Left(Struct, frozen=True, tag=True):
    """An item is unfinished. `why`: limit · person (they must change something) · halt (they asked to stop) · ran out."""

    item: int
    why: str
    message: str = ""
    fix: str = ""


class Keep(Struct, frozen=True, tag=True):
    """Keep an answer (JSON); the rest is of its request."""

    role: str
    scope: str
    draw: int
    prompt: str
    answer: bytes


class Safe(Struct, frozen=True, tag=True):
    """Say so once all that came before is in the file."""

    number: int


class GaveUp(Struct, frozen=True, tag=True):
    """A call came to nothing."""

    role: str
    reason: str


class Aside(Struct, frozen=True, tag=True):
    """Set something aside."""

    number: int
    worst: Used


class PutBack(Struct, frozen=True, tag=True):
    """What was set aside under that number is free again; `real` was used."""

    number: int
    real: Used


class Attempt(Struct, frozen=True, tag=True):
    """An attempt met a fault."""

    role: str
    how: str
    used: Used


class Failed(Struct, frozen=True, tag=True):
    """The hand can't work at all: the person must change something."""

    message: str
    fix: str


ToHand = Job | Make | Told | Settled | Dropped | Granted | Refused | Stop
ToForeman = Ready | Drawn | Turns | Done | Left | Keep | Safe | GaveUp | Aside | PutBack | Attempt | Failed


class Channel(Generic[T]):
    """One end of the socket; receives messages of a kind. What is sent in one round of the event loop goes out together, and what has
    arrived is read together: thousands of messages a second pass here.
    """

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, kind: Any) -> None:
        self._reader, self._writer = reader, writer
        self._encode = msgspec.msgpack.Encoder().encode
        self._decode = msgspec.msgpack.Decoder(kind).decode
        self._out: list[bytes] = []
        """Sent, and not written yet."""
        self._in, self._at = b"", 0
        """What was read, and where in it the next message begins."""

    @classmethod
    async def over(cls, end: socket.socket, kind: Any) -> Self:
        """The channel over a connected socket, which is its own from now on."""
        return cls(*await asyncio.open_connection(sock=end), kind)

    def send(self, message: Struct) -> None:
        """Send a message. Where nobody is there any more, it is lost: `receive` says so."""
        if not self._writer.is_closing():
            data = self._encode(message)
            if not self._out:
                asyncio.get_running_loop().call_soon(self._write)
            self._out += (len(data).to_bytes(_HEAD, "big"), data)

    def _write(self) -> None:
        out, self._out = self._out, []
        if out and not self._writer.is_closing():
            self._writer.write(b"".join(out))

    async def receive(self) -> T | None:
        """The next message; None once the other end is gone."""
        while (data := self._next()) is None:
            try:
                more = await self._reader.read(_CHUNK)
            except ConnectionError:
                return None
            if not more:
                return None
            self._in, self._at = self._in[self._at :] + more, 0
        message: T = self._decode(data)
        return message

    def _next(self) -> memoryview | None:
        """The next message in what was read; None where the rest of it has not arrived."""
        start = self._at + _HEAD
        if start > len(self._in):
            return None
        end = start + int.from_bytes(self._in[self._at : start], "big")
        if end > len(self._in):
            return None
        self._at = end
        return memoryview(self._in)[start:end]

    async def flushed(self) -> None:
        """Wait until what was sent is on its way."""
        self._write()
        try:
            await self._writer.drain()
        except ConnectionError:
            return  # nobody is there; `receive` says so

    def close(self) -> None:
        """Let the other end know that nothing more comes."""
        self._write()
        self._writer.close()


def packed(told: Struct) -> bytes:
    """What hands are told, for another process."""
    return msgspec.msgpack.encode(told, enc_hook=_path_out)


def unpacked(data: bytes, kind: type[T]) -> T:
    """What was packed."""
    return msgspec.msgpack.decode(data, type=kind, dec_hook=_path_in)


def _path_out(value: Any) -> str:
    if isinstance(value, Path):
        return str(value)
    raise NotImplementedError(type(value).__name__)


def _path_in(kind: Any, value: Any) -> Any:
    return kind(value)
