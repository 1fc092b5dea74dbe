"""Making and opening the one SQLite file of a run.

A new file is built beside its place and renamed into it, so a run folder holds either a whole store or none. Its header
says what it is (`application_id`) and how new (`user_version`); an older file is brought up to date by the scripts it
lacks, a newer one is refused.

One process writes: it holds a lock on the *folder* (it vanishes with the process, and no lock file is left behind). Any
number may read meanwhile, since the file is in WAL mode. Every failure that the person can mend is a `UserError`.
"""

import fcntl
import os
import shutil
from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path
from types import TracebackType
from urllib.parse import quote

import apsw

from duologue.errors import DiskFullError, UserError

FILE_NAME = "run.sqlite"
APPLICATION_ID = 0x44554F4C  # "DUOL"
MIGRATIONS: tuple[str, ...] = (
    "schema.sql",
    "calls.sql",
    "trust.sql",
    "behaviours.sql",
    "faults.sql",
    "counts.sql",
    "turns.sql",
    "decisions.sql",
    "appended.sql",
    "found.sql",
)
"""Script number i (from 1) leads from version i-1 to version i. Only ever appended to."""

ENOUGH = 2**20
"""Bytes: where fewer are free, a failure to write is for want of room."""
MAKE_ROOM = "Make room there, then run the same command again: it goes on where this one stopped."


def room(folder: Path) -> int:
    """Bytes that may still be written in a folder, or where it is to be made."""
    place = next((p for p in (folder, *folder.absolute().parents) if p.exists()), Path("/"))
    return shutil.disk_usage(place).free


def megabytes(size: float) -> str:
    """A number of bytes for a person."""
    return f"{size / 1e6:,.1f} MB"


def lost(folder: Path, error: Exception | None = None) -> UserError:
    """What could not be written, in words for a person; of an earlier failure that was not told, without an `error`."""
    free = room(folder)
    if isinstance(error, apsw.FullError) or free < ENOUGH:
        return DiskFullError(f"The disk of {str(folder)!r} is full: {megabytes(free)} are left.", MAKE_ROOM)
    return UserError(
        f"Cannot write to {str(folder)!r}: {error or 'something went wrong before'}",
        "See what is wrong with the disk, or with a limit on the size of files, then run the same command again.",
    )


def damaged(folder: Path, what: str) -> UserError:
    """What is said of a run's file that holds something else than what was written."""
    return UserError(
        f"{str(folder / FILE_NAME)!r} is damaged: {what}",
        "Restore it from a copy, or make the run again in another folder.",
    )


class explained:  # noqa: N801 (used as a function is, hundreds of times a second: a generator would cost more than what it guards)
    """Turn what the file system and SQLite say about a run folder into a `UserError` the person can act on."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None and (found := in_words(self._folder, error)) is not None:
            raise found[0] from found[1]


def in_words(folder: Path, error: BaseException) -> tuple[UserError, BaseException] | None:
    """The error as the person is told, and what caused it; None where it is nothing of theirs."""
    match error:
        case apsw.NotADBError() | apsw.CorruptError():
            said = damaged(folder, str(error))
        case UnicodeDecodeError():  # a column of text
            said = damaged(folder, f"it holds text that is none ({error}).")
        case apsw.FullError() | apsw.IOError():
            said = lost(folder, error)
        case apsw.SQLError():
            # SQLite has rolled back already where the disk is full, and says so of the second time.
            first = error.__context__
            return (lost(folder, first), first) if isinstance(first, apsw.FullError | apsw.IOError) else None
        case apsw.CantOpenError() | apsw.ReadOnlyError() | PermissionError():
            said = UserError(
                f"Cannot open the run in {str(folder)!r}: {error}", "Use a folder that you may read and write."
            )
        case apsw.BusyError():
            said = UserError(f"{str(folder / FILE_NAME)!r} is locked by another program.", "Wait for it to end.")
        case _:
            return None
    return said, error


def create_file(folder: Path, rows: Mapping[str, Sequence[tuple[str, str]]]) -> None:
    """Make the folder where it is missing, and in it a whole new store that holds the `rows` of tables of names and values."""
    if folder.exists() and not folder.is_dir():
        raise UserError(f"{str(folder)!r} is a file, not a folder.", "Choose another folder (-o).")
    with explained(folder):
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UserError(
                f"Cannot make the folder {str(folder)!r}: {error.strerror}", "Choose another (-o)."
            ) from error
        draft = folder / f".{FILE_NAME}.{os.getpid()}"
        try:
            _build(draft, rows)
            draft.rename(folder / FILE_NAME)
        finally:
            for end in ("", "-journal"):
                draft.with_name(draft.name + end).unlink(missing_ok=True)


def _build(path: Path, rows: Mapping[str, Sequence[tuple[str, str]]]) -> None:
    db = apsw.Connection(str(path))
    try:
        db.execute("PRAGMA page_size = 8192")
        with db:
            db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            _migrate(db, 0)
            for table, values in rows.items():
                db.executemany(f"INSERT INTO {table} VALUES (?, ?)", values)
        db.execute("PRAGMA journal_mode = WAL")
    finally:
        db.close()


def _migrate(db: apsw.Connection, version: int) -> None:
    """Run the scripts that a file of `version` lacks. The caller holds the transaction."""
    for number, name in enumerate(MIGRATIONS[version:], start=version + 1):
        db.execute(resources.files(__package__).joinpath(name).read_text(encoding="utf-8"))
        db.execute("INSERT INTO migrations VALUES (?, ?)", (number, name))
        db.execute(f"PRAGMA user_version = {number}")


def open_file(folder: Path, readonly: bool) -> apsw.Connection:
    """A connection to the store in `folder`, brought up to date when it may be written."""
    path = folder / FILE_NAME
    if not path.is_file():
        what = "is not a run" if folder.exists() else "does not exist"
        raise UserError(
            f"{str(folder)!r} {what}: there is no {FILE_NAME} in it.", "Name the folder given to `generate -o`."
        )
    with explained(folder):
        db = _read_connection(path) if readonly else apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE)
        try:
            db.set_busy_timeout(10_000)
            _bring_up_to_date(db, path, readonly)
            db.execute("PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON")
            if readonly:
                db.execute("PRAGMA query_only = ON")
        except BaseException:
            db.close()
            raise
    return db


def _read_connection(path: Path) -> apsw.Connection:
    """A connection for reading. A WAL file wants its helper files even then; where they can't be made, the file is still."""
    if os.access(path.parent, os.W_OK) and os.access(path, os.W_OK):
        return apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE)
    still = "" if path.with_name(path.name + "-wal").exists() else "&immutable=1"
    uri = f"file:{quote(str(path.resolve()))}?mode=ro{still}"
    return apsw.Connection(uri, flags=apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI)


def _bring_up_to_date(db: apsw.Connection, path: Path, readonly: bool) -> None:
    if db.pragma("application_id") != APPLICATION_ID:
        raise UserError(f"{str(path)!r} was not made by duologue.", "Name the folder given to `generate -o`.")
    version = int(db.pragma("user_version"))
    if version > len(MIGRATIONS):
        raise UserError(
            f"{str(path)!r} was made by a newer duologue (store version {version}; this one knows {len(MIGRATIONS)}).",
            "Upgrade duologue, or use another folder (-o).",
        )
    if version < len(MIGRATIONS) and not readonly:
        with db:
            _migrate(db, version)


class FolderLock:
    """The right to write in a run folder, held by one process at a time."""

    def __init__(self, folder: Path) -> None:
        with explained(folder):
            self._handle = os.open(folder, os.O_RDONLY)
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self._handle)
            if not isinstance(error, BlockingIOError):
                raise
            raise UserError(
                f"Another duologue is writing to {str(folder)!r}.", "Wait for it to end, or use another folder (-o)."
            ) from error

    @staticmethod
    def held(folder: Path) -> bool:
        """Whether a process has that right now, as far as the file system can tell."""
        with explained(folder):
            handle = os.open(folder, os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError as error:
            return isinstance(error, BlockingIOError)
        finally:
            os.close(handle)
        return False

    def release(self) -> None:
        """Let others write."""
        os.close(self._handle)
