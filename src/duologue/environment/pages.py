"""Private copies of one image's bytes.

A small image is deserialized: SQLite gets its own copy, which costs about 0.1 ms for each megabyte. A large one is opened
through a copy-on-write file: all copies read the image's bytes where they lie, and each keeps only the pages it has written.
Opening then costs the same at any size, and so does memory. Behaviour is the same on both; the property tests run on both.

Both go through a VFS of ours, because that is where SQLite asks for the time: the calls' clock for sessions, a constant for
those who only look at the image.
"""

import atexit
from collections.abc import Callable
from functools import lru_cache
from itertools import count
from typing import Any, Final, Literal

import apsw

from duologue.environment.clock import STILL, instant

COPY_ON_WRITE_FROM: Final = 256 << 10
"""Size in bytes from which an image is shared instead of copied."""
_CACHE_KIB: Final = 16_384

_READABLE: Final = apsw.SQLITE_OPEN_READWRITE
_NAME: Final = "/image-"
_numbers = count(1)
_opening: dict[str, bytes] = {}
"""Bytes of the files that are being opened, by name."""

Time = Literal["calls", "still"]


class PrivatePages:
    """A database file that begins as the image's bytes and keeps its own version of what is written to it."""

    def __init__(self, base: bytes) -> None:
        self._base = base
        self._page = int.from_bytes(base[16:18], "big")
        self._page = 65_536 if self._page == 1 else self._page
        self._shown = self._size = len(base)
        self._own: dict[int, bytes] = {}

    def xRead(self, amount: int, offset: int) -> bytes:  # noqa: N802
        number, at = divmod(offset, self._page)
        own = self._own.get(number)
        if own is not None:
            return own[at : at + amount]
        return self._base[offset : min(offset + amount, self._shown)]

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802
        number, at = divmod(offset, self._page)
        if at or len(data) != self._page:  # SQLite writes whole pages; be right all the same
            whole = bytearray(self.xRead(self._page, number * self._page).ljust(self._page, b"\0"))
            whole[at : at + len(data)] = data
            data = bytes(whole)
        self._own[number] = bytes(data)
        self._size = max(self._size, (number + 1) * self._page)

    def xTruncate(self, size: int) -> None:  # noqa: N802
        self._shown, self._size = min(self._shown, size), size
        self._own = {number: page for number, page in self._own.items() if number * self._page < size}

    def xFileSize(self) -> int:  # noqa: N802
        return self._size

    def xClose(self) -> None:  # noqa: N802
        self._own.clear()

    def xSync(self, flags: int) -> bool:  # noqa: N802
        return True

    def xLock(self, level: int) -> None:  # noqa: N802
        """Nobody else knows of this file."""

    def xUnlock(self, level: int) -> None:  # noqa: N802
        """Nobody else knows of this file."""

    def xCheckReservedLock(self) -> bool:  # noqa: N802
        return False

    def xSectorSize(self) -> int:  # noqa: N802
        return 4096

    def xDeviceCharacteristics(self) -> int:  # noqa: N802
        return apsw.SQLITE_IOCAP_ATOMIC | apsw.SQLITE_IOCAP_SAFE_APPEND | apsw.SQLITE_IOCAP_POWERSAFE_OVERWRITE

    def xFileControl(self, op: int, pointer: int) -> bool:  # noqa: N802
        return False


class _Vfs(apsw.VFS):
    def __init__(self, name: str, now: Callable[[], int]) -> None:
        super().__init__(name, "")
        self._now = now

    def xCurrentTimeInt64(self) -> int:  # noqa: N802
        return self._now()

    def xFullPathname(self, name: str) -> str:  # noqa: N802
        return name

    def xAccess(self, pathname: str, flags: int) -> bool:  # noqa: N802
        return False  # no journal lies beside a private file

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> Any:  # noqa: N802 (any object with a file's methods)
        return PrivatePages(_opening[name.filename() if isinstance(name, apsw.URIFilename) else str(name)])


@lru_cache(maxsize=2)
def _vfs(time: Time) -> str:
    """Register the VFS for a way of telling the time; its name."""
    name = f"duologue-{time}"
    _registered.append(_Vfs(name, (lambda: STILL) if time == "still" else (lambda: instant.value)))
    return name


_registered: list[apsw.VFS] = []


def connect(data: bytes, time: Time, statements: int = 100) -> apsw.Connection:
    """A connection to a private, writable copy of a database's bytes (none: an empty one). `statements` is the size of the
    statement cache."""
    if len(data) < COPY_ON_WRITE_FROM:
        connection = apsw.Connection(":memory:", vfs=_vfs(time), statementcachesize=statements)
        if data:
            connection.deserialize("main", data)
    else:
        name = f"{_NAME}{next(_numbers)}"
        _opening[name] = data
        try:
            connection = apsw.Connection(name, flags=_READABLE, vfs=_vfs(time), statementcachesize=statements)
        finally:
            del _opening[name]
        connection.pragma("locking_mode", "exclusive")
        connection.pragma("synchronous", 0)
        connection.pragma("cache_size", -_CACHE_KIB)
    connection.pragma("journal_mode", "memory")
    connection.pragma("temp_store", 2)
    return connection


@atexit.register
def _close_all() -> None:
    """Close what is still open while the interpreter can still run a file's methods: closing a connection calls them, and one that is
    only collected at the very end would call into nothing."""
    for connection in apsw.connections():
        if connection.filename.startswith(_NAME):
            connection.close(True)
