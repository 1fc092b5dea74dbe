"""What is written in one moment is committed together.

A commit costs more than the few rows it commits, and where thousands of conversations are under way, many have something to write
whenever the event loop comes round: an answer, the turn made of it, that an item has begun or ended. All that goes into one
transaction, which ends when the loop has gone through those who were ready, or after `LONGEST` where many were; and where the one before
has just ended, not before `PAUSE` is over, so that those who come one by one in quick succession are together too. Nobody is asked
anything before what that rests on is committed (`settled`): a process that is killed loses what it did in one moment, and has
built nothing on it.

Without an event loop each write is a transaction of its own.
"""

import asyncio
import time
from pathlib import Path
from types import TracebackType

import apsw

from duologue.errors import UserError
from duologue.store.files import explained, in_words, lost

LONGEST = 0.05
"""Seconds after which nothing more is added to a moment."""
PAUSE = 0.003
"""Seconds from the end of a moment to the end of the next, at least: little beside a model's answer, much beside a commit."""


class Moments:
    """The transactions of a store's only writer."""

    def __init__(self, folder: Path, db: apsw.Connection) -> None:
        self._folder, self._db = folder, db
        self._open = False
        self._began = self._ended = 0.0
        self._waiting: list[asyncio.Future[None]] = []
        self._failed: UserError | None = None
        self._told = True
        self._changes = 0

    def begin(self) -> None:
        """Something is about to be written. Raises `UserError` where what was written before could not be committed."""
        if self._open and time.monotonic() - self._began > LONGEST:
            self._end()
        self._check()
        if not self._open:
            try:
                loop = asyncio.get_running_loop()
            except RuntimeError:
                return
            self._db.execute("BEGIN IMMEDIATE")
            self._open, self._began = True, time.monotonic()
            self._end_in(loop)

    @property
    def whole(self) -> "Moments | apsw.Connection":
        """A context in which all is written, or nothing: a failure in its midst takes the whole moment along. That costs nothing where
        none fails; a savepoint would cost more than the rows."""
        return self if self._open else self._db

    def __enter__(self) -> None:
        self._changes = self._db.total_changes()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None and self._db.total_changes() != self._changes:
            self._open = False
            waiting, self._waiting = self._waiting, []
            self._give_up(error, waiting)

    async def settled(self) -> None:
        """Return once all that was written so far is committed. Raises `UserError` where it can't be."""
        self._check()
        if self._open:
            loop = asyncio.get_running_loop()
            if not self._waiting:
                self._end_in(loop)  # it may have been begun in another loop
            committed = loop.create_future()
            self._waiting.append(committed)
            await committed

    def _end_in(self, loop: asyncio.AbstractEventLoop) -> None:
        wait = self._ended + PAUSE - time.monotonic()
        if wait > 0:
            loop.call_later(wait, self._end)
        else:
            loop.call_soon(self._end)

    def commit(self) -> None:
        """Commit what was written so far. Raises `UserError` where it can't be."""
        self._end()
        self._check()

    def close(self) -> None:
        """Commit what was written last. Raises `UserError` where that can't be done and nobody was told of it."""
        self._end()
        if not self._told:
            self._check()

    def _check(self) -> None:
        if self._failed is not None:
            self._told = True
            raise self._failed

    def _end(self) -> None:
        if not self._open:
            return
        self._open, self._ended = False, time.monotonic()
        waiting, self._waiting = self._waiting, []
        try:
            with explained(self._folder):
                if not self._db.in_transaction:  # a full disk rolls all of it back
                    raise lost(self._folder)
                self._db.execute("COMMIT")
        except (UserError, apsw.Error) as error:
            self._give_up(error, waiting)
            return
        for future in waiting:
            if not future.done():
                future.set_result(None)

    def _give_up(self, error: BaseException, waiting: "list[asyncio.Future[None]]") -> None:
        """Tell all who wait, and whoever writes next."""
        if self._db.in_transaction:
            self._db.execute("ROLLBACK")
        said = in_words(self._folder, error)
        if said is not None:
            error = said[0]
        elif not isinstance(error, UserError):
            error = UserError(f"Cannot write to {str(self._folder)!r}: {error}", "Run the same command again.")
        self._failed, self._told = error, bool(waiting)
        for future in waiting:
            if not future.done():
                future.set_exception(error)
