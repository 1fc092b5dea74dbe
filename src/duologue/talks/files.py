"""Rows of a file, one at a time, each with its line: JSON lines, one JSON list, or JSON objects written one after the other.

Which of them it is, is seen from how the file begins. A list is not parsed as a whole: a scan that minds strings and brackets cuts
it into its elements, so that a file larger than memory can be read, and a broken element costs itself and not what follows.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec
from msgspec import Struct

from duologue.errors import UserError
from duologue.ids import DEEPEST, is_deep
from duologue.types import Json

__all__ = ["LONGEST", "Raw", "rows"]

LONGEST = 64 * 2**20
"""Bytes of one row that are read; a longer one is reported and passed over."""
_CHUNK = 2**20
_SPACE = b" \t\r\n"
_MARKS = re.compile(rb'["{}\[\]]')
_STRING = re.compile(rb'[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_PACKED = {
    b"\x1f\x8b": "gzip",
    b"PK\x03\x04": "zip",
    b"PAR1": "Parquet",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"SQLite": "SQLite",
}


class Raw(Struct, frozen=True):
    """A row: its value, or the reason why there is none. `index` is its place in a list, -1 for lines."""

    line: int
    index: int
    value: Json = None
    problem: str = ""
    evidence: str = ""


def rows(path: Path) -> Iterator[Raw]:
    """All rows of a file. Raises `UserError` where it can't be opened, is a folder, or is no text."""
    _look(path)
    with path.open("rb") as file:
        start = _start(file)
        if start == b"[" and not _first_line_is_a_row(file):
            yield from _elements(file)
        elif start == b"{" and not _first_line_is_a_row(file) and _first_is_written_over_lines(file):
            yield from _objects(file)
        else:
            yield from _lines(file)


def _look(path: Path) -> None:
    if path.is_dir():
        inside = sorted(p.name for p in path.iterdir() if p.suffix in (".json", ".jsonl"))[:3]
        hint = f" It holds {', '.join(inside)}, for example." if inside else ""
        raise UserError(f"{str(path)!r} is a folder.", f"Name the files in it.{hint}")
    try:
        with path.open("rb") as file:
            head = file.read(_CHUNK)
    except OSError as error:
        raise UserError(f"{str(path)!r} can't be read: {error.strerror}.", "Name a file of conversations.") from None
    kind = next((name for mark, name in _PACKED.items() if head.startswith(mark)), "")
    if kind:
        raise UserError(f"{str(path)!r} is a {kind} file.", "Unpack it or write it as JSON lines, and name that file.")
    if b"\0" in head:
        raise UserError(f"{str(path)!r} is no UTF-8 text.", "Name a file of conversations in JSON or JSON lines.")
    if not head.removeprefix(b"\xef\xbb\xbf").strip():
        raise UserError(f"{str(path)!r} is empty.", "Name a file that holds conversations.")


def _start(file: BinaryIO) -> bytes:
    """The first byte that says something; the file is wound back to it, or to the line it is on."""
    if file.read(3) != b"\xef\xbb\xbf":
        file.seek(0)
    at = file.tell()
    found = b""
    while chunk := file.read(4096):
        found = chunk.lstrip(_SPACE)[:1]
        if found:
            break
    file.seek(at)
    return found


def _first_line_is_a_row(file: BinaryIO) -> bool:
    """Whether the first line that is not blank is JSON by itself, and of a list: whether there is another line."""
    at = file.tell()
    line = b""
    while not line.strip() and (line := file.readline(LONGEST)):
        pass
    more = any(chunk.strip() for chunk in iter(lambda: file.read(4096), b"")) if line.startswith(b"[") else True
    file.seek(at)
    return more and not _parse(line)[1]


def _first_is_written_over_lines(file: BinaryIO) -> bool:
    at = file.tell()
    if len(file.readline(LONGEST)) == LONGEST:
        file.seek(at)
        return False
    file.seek(at)
    first = next(_cut(file, inside=False), None)
    file.seek(at)
    return first is not None and first[1] is not None and b"\n" in first[1] and not _parse(first[1])[1]


# ── Three ways to read ───────────────────────────────────────────────────────────────────────────────────────────────────


def _lines(file: BinaryIO) -> Iterator[Raw]:
    number = 0
    while line := file.readline(LONGEST + 1):
        number += 1
        if len(line) > LONGEST:
            while line and not line.endswith(b"\n"):
                line = file.readline(_CHUNK)
            yield Raw(number, -1, problem=f"the line is longer than {LONGEST // 2**20} MiB")
        elif line.strip():
            yield _raw(number, -1, line)


def _elements(file: BinaryIO) -> Iterator[Raw]:
    for index, (line, text) in enumerate(_cut(file, inside=True)):
        if text is None:
            yield Raw(line, index, problem=f"it is longer than {LONGEST // 2**20} MiB, or never closed")
        else:
            yield _raw(line, index, text)


def _objects(file: BinaryIO) -> Iterator[Raw]:
    for line, text in _cut(file, inside=False):
        if text is None:
            yield Raw(line, -1, problem=f"it is longer than {LONGEST // 2**20} MiB, or never closed")
        else:
            yield _raw(line, -1, text)


def _raw(line: int, index: int, text: bytes) -> Raw:
    value, problem = _parse(text)
    if problem:
        return Raw(line, index, problem=problem, evidence=text.strip()[:80].decode(errors="replace"))
    return Raw(line, index, value)


def _parse(text: bytes) -> tuple[Json, str]:
    """A row's value, or why it has none. NaN and infinities, which Python writes, are read; half characters are not."""
    try:
        value = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        value, problem = _parse_loosely(text)
        if problem:
            return None, problem or str(error)
    return (None, f"it is nested more than {DEEPEST} deep") if is_deep(value) else (value, "")


def _parse_loosely(text: bytes) -> tuple[Json, str]:
    try:
        value = json.loads(text.decode("utf-8"))
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except json.JSONDecodeError as error:
        return None, f"no JSON: {error.msg.removesuffix(' at')} at character {error.pos + 1}"
    except UnicodeDecodeError as error:
        return None, f"no UTF-8 text: {error.reason} at byte {error.start + 1}"
    except UnicodeEncodeError:
        return None, "a text in it holds half a character (a lone surrogate)"
    except RecursionError:
        return None, f"it is nested more than {DEEPEST} deep"
    except ValueError as error:
        return None, f"it can't be read ({type(error).__name__}: {str(error)[:80]})"
    return value, ""


# ── Cutting a list into its elements ─────────────────────────────────────────────────────────────────────────────────────


def _cut(file: BinaryIO, inside: bool) -> Iterator[tuple[int, bytes | None]]:
    """Top-level objects and lists, each with the line it begins on, and None for one that is too long or never closed.
    `inside` a list, those of the second level."""
    scan = _Scan(2 if inside else 1)
    while chunk := file.read(_CHUNK):
        yield from scan.feed(chunk)
    yield from scan.finish()


class _Scan:
    """The state of a scan: brackets open, whether in a string, the piece under way and the line it began on."""

    def __init__(self, level: int) -> None:
        self._level, self._depth, self._line = level, 0, 1
        self._piece = bytearray()
        self._open = self._too_long = self._in_string = False
        self._began = 1
        self._tail = b""

    def feed(self, chunk: bytes) -> Iterator[tuple[int, bytes | None]]:
        data, self._tail = self._tail + chunk, b""
        at = self._past_string(data, 0) if self._in_string else 0
        kept = 0
        while not self._in_string and (found := _MARKS.search(data, at)):
            mark, at = found[0], found.end()
            if mark == b'"':
                at = self._past_string(data, at)
            elif mark in b"{[":
                self._depth += 1
                if self._depth == self._level:
                    self._keep(data[kept : found.start()])
                    kept = found.start()
                    self._piece.clear()
                    self._open, self._too_long, self._began = True, False, self._line
            else:
                self._depth -= 1
                if self._depth == self._level - 1 and self._open:
                    self._keep(data[kept:at])
                    kept = at
                    yield self._began, None if self._too_long else bytes(self._piece)
                    self._open = False
                    self._piece.clear()
        self._keep(data[kept : len(data) - len(self._tail)])

    def _past_string(self, data: bytes, at: int) -> int:
        """Where a string that is open at `at` has ended. One that goes on in the next chunk is left open, and half an escape at the
        end is put back."""
        end = _STRING.match(data, at)
        self._in_string = end is None
        if end is not None:
            return end.end()
        slashes = len(data) - len(data.rstrip(b"\\"))
        self._tail = data[-1:] if slashes % 2 and len(data) > at else b""
        return len(data)

    def finish(self) -> Iterator[tuple[int, bytes | None]]:
        if self._open:
            yield self._began, None

    def _keep(self, part: bytes) -> None:
        self._line += part.count(b"\n")
        if self._open and not self._too_long:
            self._piece += part
            if len(self._piece) > LONGEST:
                self._too_long = True
                self._piece.clear()
