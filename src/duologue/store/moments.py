"""What is written in one moment is committed together.

A commit costs more than the few rows it commits, and where thousands of conversations are under way, many have something to write
whenever the event loop comes round: an answer, the turn made of it, that an item has begun or ended. All that goes into one
transaction, which ends when the loop has gone through those who were ready, or after `LONGEST` where many were; and where the one before
has just ended, not before `PAUSE` is over, so that those who come one by one in quick succession are together too. Nobody is asked
anything before what that rests on is committed (`settled`): a process that is killed loses what it did in one moment, and has
built nothing on it.

Rows wait in memory for the end of their moment (`add`), and are written there, one statement for all of a kind; whoever looks for some
before has them written first (`flush`). What is dropped in the moment in which it came (`drop`) is never written.

Without an event loop each write is a transaction of its own.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Awaitable, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any

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
        self._explained = explained(folder)
        self._open = False
        self._began = self._ended = 0.0
        self._waiting: list[asyncio.Future[None]] = []
        self._rows: defaultdict[str, list[tuple[Any, ...]]] = defaultdict(list)
        """Statement → rows that it is to write."""
        self._failed: UserError | None = None
        self._told = True
        self._changes = 0

    def begin(self) -> None:
        """Something is about to be written. Raises `UserError` where what was written before could not be committed."""
        if self._open and (time.monotonic() - self._began > LONGEST or not self._db.in_transaction):
            self._end()
        if self._failed is not None:
            self._check()
        if not self._open:
            try:
                loop = asyncio.get_running_loop()
            except RuntimeError:
                return
            with self._explained:
                self._db.execute("BEGIN IMMEDIATE")
            self._open, self._began = True, time.monotonic()
            self._end_in(loop)

    def add(self, statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
        """Write rows, once the moment that has begun ends or somebody has to read them."""
        if self._open:
            self._rows[statement] += rows
        else:
            with self._explained:
                self._db.executemany(statement, rows)

    def drop(self, statement: str, first: Any) -> None:
        """Forget the rows of a statement that were added and are not written yet, where that is the first value."""
        if rows := self._rows.get(statement):
            rows[:] = [row for row in rows if row[0] != first]

    def flush(self) -> None:
        """Write the rows that were added, for whoever reads them. A failure takes the whole moment along."""
        if not self._rows:
            return
        rows, self._rows = self._rows, defaultdict(list)
        try:
            with self._explained:
                self._check_transaction()
                for statement, added in rows.items():
                    self._db.executemany(statement, added)
        except BaseException as error:
            self._lose(error)
            raise

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
        if error is not None and self._open and self._db.total_changes() != self._changes:
            self._lose(error)

    def settled(self) -> Awaitable[None]:
        """What is over once all that was written so far is committed. Raises `UserError` where it can't be, here or there."""
        if self._failed is not None:
            self._check()
        loop = asyncio.get_running_loop()
        committed = loop.create_future()
        if not self._open:
            committed.set_result(None)
            return committed
        if not self._waiting:
            self._end_in(loop)  # it may have been begun in another loop
        self._waiting.append(committed)
        return committed

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
        self._ended = time.monotonic()
        try:
            self.flush()
            with self._explained:
                self._check_transaction()
                self._db.execute("COMMIT")
        except (UserError, apsw.Error) as error:
            if self._open:
                self._lose(error)
            return
        self._open = False
        waiting, self._waiting = self._waiting, []
        for future in waiting:
            if not future.done():
                future.set_result(None)

    def _check_transaction(self) -> None:
        if not self._db.in_transaction:  # a full disk rolls all of it back
            raise lost(self._folder)

    def _lose(self, error: BaseException) -> None:
        """The moment can't be committed: tell all who wait, and whoever writes next."""
        self._open = False
        waiting, self._waiting = self._waiting, []
        self._rows.clear()
        said = in_words(self._folder, error)
        if said is not None:
            error = said[0]
        elif not isinstance(error, UserError):
            error = UserError(f"Cannot write to {str(self._folder)!r}: {error}", "Run the same command again.")
        live = [future for future in waiting if not future.done()]
        self._failed, self._told = error, bool(live)
        for future in live:
            future.set_exception(error)
        if self._db.in_transaction:  # last: whatever becomes of it, nobody builds on the moment
            with suppress(apsw.Error):
                self._db.execute("ROLLBACK")
