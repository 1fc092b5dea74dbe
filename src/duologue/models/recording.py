"""Answers are kept, and never asked for twice.

A `Recorded` model looks into a book first. The key of a request names its answer (see `keys`), so neither order nor concurrency
plays a part: a run that goes on, or one that is played again from its answers, gets the same ones and makes the same bytes.

Two books: the store of a run (`store.Calls`), and a `FileBook` of JSON lines, from which tests replay what was answered once:

    model = replaying(Path("answers.jsonl"))    # asks nobody: an answer that is missing is a `UserError`
"""

import asyncio
import fcntl
import os
import weakref
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Protocol

import msgspec
from msgspec import Struct, structs

from duologue.errors import StageError, UserError
from duologue.halt import Halt
from duologue.models.keys import request_key
from duologue.protocols import Answer, ChatModel, Request


class Book(Protocol):
    """A record of answers."""

    def find(self, request: Request, key: str) -> Answer | None:
        """The answer to a request, which has that key."""

    async def keep(self, request: Request, answer: Answer) -> None:
        """Keep an answer under its key. Once `settled` has returned, killing the process does not lose it."""

    def settled(self) -> Awaitable[None]:
        """What is over once all that was kept or written in the same place before, whoever wrote it, outlives the process."""

    def give_up(self, request: Request, error: StageError) -> None:
        """Count a call that came to nothing."""


class Recorded:
    """A model whose answers are kept in a book."""

    def __init__(self, inner: ChatModel, book: Book, name: str = "", halt: Halt | None = None) -> None:
        """`name` tells models apart that are asked the same (several judges). `halt`: where nothing new is to be asked any more."""
        self.inner, self.book, self.name, self.halt = inner, book, name, halt or Halt()
        self._asking: dict[str, asyncio.Future[None] | None] = {}
        """What is under way, and what those who want the same wait for."""

    async def ask(self, request: Request) -> Answer:
        """The answer in the book; else the inner model's, which is kept, and safe before anything more is asked of anybody who shares the
        book. Raises `HaltedError` in the place of asking for a new one once the person wants to stop."""
        key = request_key(request, self.name)
        while key in self._asking:
            await self._answered(key)
        found = self.book.find(request, key)
        if found is not None:
            return found
        self.halt.check()
        self._asking[key] = None
        try:
            await self.book.settled()
            answer = await self.inner.ask(request)
            if answer.key != key:
                answer = structs.replace(answer, key=key)
            await self.book.keep(request, answer)
        except StageError as error:
            self.book.give_up(request, error)
            raise
        finally:
            waited_for = self._asking.pop(key)
            if waited_for is not None:
                waited_for.set_result(None)
        return answer

    async def _answered(self, key: str) -> None:
        """Wait until a call that is under way has ended, whatever came of it."""
        waited_for = self._asking[key]
        if waited_for is None:
            waited_for = self._asking[key] = asyncio.get_running_loop().create_future()
        await asyncio.shield(waited_for)


class Line(Struct, frozen=True, omit_defaults=True):
    """A line of a `FileBook`. The first four fields are for people who read it; the answer holds its key."""

    role: str
    scope: str
    draw: int
    prompt: str
    answer: Answer


_line = msgspec.json.Decoder(Line).decode
_encode = msgspec.json.Encoder().encode


_HEAD = b'{"role":'
"""How every line begins."""


class FileBook:
    """Answers in a file of JSON lines; those kept are added at its end.

    From the first answer that is looked for until the book is closed or dropped, the file is its own: another process would ask, and
    pay, for the same answers. A last line that a killed process left unfinished is cut off then.
    """

    def __init__(self, path: Path, keeps: bool = True) -> None:
        """`keeps`: answers may be added; else the file is only read. Raises `UserError` where it is there but not such a book."""
        self.path, self._keeps = path, keeps
        self._answers: dict[str, Answer] = {}
        self._file: int | None = None
        self._drop: Callable[[], object] = lambda: None
        if path.exists():
            self._read()

    def __len__(self) -> int:
        return len(self._answers)

    def close(self) -> None:
        """Let others add to the file."""
        self._drop()
        self._file = None

    def _read(self) -> tuple[int, bytes]:
        """Read the answers: how many bytes they take up, and what is missing at the end of them."""
        try:
            data = self.path.read_bytes()
        except OSError as error:
            raise UserError(f"Cannot read {str(self.path)!r}: {error.strerror}.", "Name a file of answers.") from error
        *lines, last = data.split(b"\n")
        for number, text in enumerate([*lines, last] if last else lines, 1):
            try:
                answer = _line(text).answer
            except (msgspec.DecodeError, RecursionError) as error:
                if number > len(lines) and _HEAD.startswith(last[: len(_HEAD)]):
                    return len(data) - len(last), b""  # it was being written when its process was killed
                raise UserError(f"{self.path}, line {number}: {error}", "Export the answers again.") from error
            self._answers[answer.key] = answer
        return len(data), b"\n" if last else b""

    def _open(self) -> int:
        """The file, to be added to. Raises `UserError` where it can't be, or another process has it."""
        if self._file is None:
            try:
                file = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
            except OSError as error:
                raise self._unwritable(error) from error
            self._drop = weakref.finalize(self, os.close, file)
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                size, missing = self._read()
                os.ftruncate(file, size)
                os.write(file, missing)
            except BlockingIOError as error:
                self._drop()
                raise UserError(
                    f"Another process is adding answers to {str(self.path)!r}.", "Wait for it to end, then try again."
                ) from error
            except OSError as error:
                self._drop()
                raise self._unwritable(error) from error
            self._file = file
        return self._file

    def _unwritable(self, error: OSError) -> UserError:
        return UserError(f"Cannot write {str(self.path)!r}: {error.strerror}.", "Make room, or name another place.")

    def find(self, request: Request, key: str) -> Answer | None:
        """The answer to a request, which has that key. Raises `UserError` where answers are to be kept and another process does so already."""
        if self._keeps:
            self._open()
        return self._answers.get(key)

    async def keep(self, request: Request, answer: Answer) -> None:
        """Write it at the end of the file. Raises `UserError` where that can't be done."""
        file = self._open()
        left = _encode(Line(request.role, request.scope, request.draw, request.prompt, answer)) + b"\n"
        try:
            while left:
                left = left[os.write(file, left) :]
        except OSError as error:
            raise self._unwritable(error) from error
        self._answers[answer.key] = answer

    async def settled(self) -> None:
        """Nothing is written here that waits."""

    def give_up(self, request: Request, error: StageError) -> None:
        """A file of answers has no place for what is none."""


class Nobody:
    """A model that must not be asked."""

    def __init__(self, where: str) -> None:
        self.where = where

    async def ask(self, request: Request) -> Answer:
        """Raises `UserError`, saying whose answer is missing."""
        raise UserError(
            f"{self.where} holds no answer for role {request.role!r}, scope {request.scope!r}, draw {request.draw}"
            f" (prompt {request.prompt or 'unknown'}).",
            "What was asked has changed since the answers were recorded: record them again.",
        )


def replaying(path: Path, name: str = "") -> Recorded:
    """A model that answers from a file of answers alone. `name` as in `Recorded`. Raises `UserError` without such a file."""
    if not path.is_file():
        raise UserError(f"There is no file {str(path)!r}.", "Name a file of answers.")
    return Recorded(Nobody(str(path)), FileBook(path, keeps=False), name)
