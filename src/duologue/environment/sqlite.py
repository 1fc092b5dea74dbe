"""Any SQLite file in, one immutable image out; the file is never changed.

The image is what environments are named by, so it must depend on the content and on nothing else: not on the journal mode,
on free pages, on a log that was not yet written back, or on who reads it. It is therefore made in memory, from a page copy,
by VACUUM, and the few header fields that count past writes are set to constants.

Reading leaves nothing behind. A file in rollback mode is opened read-only where it lies, under SQLite's own lock. A file in
WAL mode, or one with a journal that a crash left behind, cannot be opened without writing beside it: its files are copied to
a temporary folder and recovered there. Bytes are read through SQLite's VFS and not through `open`, because closing any
ordinary handle would silently drop the locks that another connection of this process holds on the file.

Text that is not UTF-8 is repaired in the image (U+FFFD for what cannot be read), in tables and in the schema, so that
nothing downstream ever meets it.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, NoReturn

import apsw

from duologue.environment.pages import connect
from duologue.errors import UserError
from duologue.ids import digest

_MAGIC: Final = b"SQLite format 3\x00"
_BUSY_MS: Final = 1_000
_CHUNK: Final = 1 << 20


class Image:
    """An immutable SQLite database: its bytes, named by their hash."""

    __slots__ = ("data", "hash")

    data: bytes
    hash: str

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.hash = digest(data)

    @classmethod
    def of(cls, data: bytes) -> "Image":
        """The image with these bytes. Raises `UserError` where they are no SQLite database."""
        if not data.startswith(_MAGIC):
            raise UserError(f"these {len(data)} bytes are not an SQLite database", "Give the bytes of an image.")
        return cls(bytes(data))

    @property
    def size(self) -> int:
        """Its size in bytes."""
        return len(self.data)

    def connect(self) -> apsw.Connection:
        """A private connection to a copy, to look around in; writing is refused."""
        connection = connect(self.data, "still")
        adopt_collations(connection)
        connection.pragma("query_only", True)
        return connection

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Image) and other.hash == self.hash

    def __hash__(self) -> int:
        return hash(self.hash)

    def __repr__(self) -> str:
        return f"Image({self.hash}, {self.size} bytes)"


def adopt_collations(connection: apsw.Connection) -> None:
    """Let the connection work with collations that only the program that made the database knows: they compare folded text.

    Indexes under such a collation are rebuilt on import, so order and look-ups agree."""

    def supply(asking: apsw.Connection, name: str) -> None:
        asking.create_collation(name, _compare_folded)

    connection.collation_needed(supply)


def _compare_folded(left: str, right: str) -> int:
    a, b = (left.casefold(), left), (right.casefold(), right)
    return (a > b) - (a < b)


def quote(name: str) -> str:
    """An SQL identifier, quoted."""
    return '"' + name.replace('"', '""') + '"'


def import_sqlite(path: str | Path) -> Image:
    """Read an SQLite file into an image. Raises `UserError` where there is nothing to work with: no such file, a folder,
    not a database, damaged, empty, no rows in any table, locked, or not readable by this user."""
    file = Path(path)
    _look_at(file)
    memory = apsw.Connection(":memory:")
    try:
        _load(file, memory)
        memory = _canonical(memory)
        _need_rows(file, memory)
        return Image(_settled(memory.serialize("main")))
    except apsw.BusyError:
        raise UserError(
            f"{_name(file)} is locked: another program is writing to it",
            "Close that program, or give a copy of the file.",
        ) from None
    except (apsw.NotADBError, apsw.CorruptError, apsw.FormatError) as error:
        _refuse_damaged(file, error)
    except apsw.Error as error:
        raise UserError(
            f"{_name(file)} cannot be read as a database: {error}",
            "Check it with: sqlite3 FILE 'PRAGMA integrity_check'",
        ) from None
    finally:
        memory.close()


def _name(file: Path) -> str:
    return repr(str(file))


def _refuse_damaged(file: Path, error: apsw.Error) -> NoReturn:
    if isinstance(error, apsw.NotADBError):
        raise UserError(
            f"{_name(file)} is not an SQLite database (or it is encrypted)", "Give an SQLite file."
        ) from None
    raise UserError(
        f"{_name(file)} is damaged: {error}", "Recover it first, for example with: sqlite3 FILE .recover"
    ) from None


def _look_at(file: Path) -> None:
    try:
        exists, folder = file.exists(), file.is_dir()
    except (OSError, ValueError) as error:
        raise UserError(f"{_name(file)} is not a usable path: {error}", "Give the path of an SQLite file.") from None
    if not exists:
        raise UserError(f"{_name(file)} does not exist", "Give the path of an SQLite file.")
    if folder:
        raise UserError(f"{_name(file)} is a folder", "Give the path of an SQLite file.")
    if not file.is_file():
        raise UserError(f"{_name(file)} is not a regular file", "Give the path of an SQLite file.")
    if not os.access(file, os.R_OK, effective_ids=os.access in os.supports_effective_ids):
        raise UserError(f"{_name(file)} may not be read by you", "Allow it (chmod +r), or give a copy.")
    if file.stat().st_size == 0:
        raise UserError(f"{_name(file)} is empty (0 bytes)", "Give an SQLite database with tables and rows in it.")


# ── Reading without writing ──────────────────────────────────────────────────────────────────────────────────────────────


def _load(file: Path, memory: apsw.Connection) -> None:
    """Copy the database's pages into `memory`, recovered to its last commit."""
    file = file.resolve()
    header = b"".join(_chunks(file, 100))
    if not header.startswith(_MAGIC):
        raise UserError(f"{_name(file)} is not an SQLite database", "Give an SQLite file.")
    if header[18:20] == b"\x01\x01":
        try:
            _backup(file, apsw.SQLITE_OPEN_READONLY, memory)
            return
        except (apsw.ReadOnlyError, apsw.CantOpenError):
            pass  # a journal left by a crash: it must be played back, and that writes
    with tempfile.TemporaryDirectory(prefix="duologue-") as folder:
        copy = Path(folder) / "copy"
        _copy_steadily(file, copy)
        _backup(copy, apsw.SQLITE_OPEN_READWRITE, memory)


def _backup(file: Path, flags: int, memory: apsw.Connection) -> None:
    source = apsw.Connection(str(file), flags=flags)
    try:
        source.set_busy_timeout(_BUSY_MS)
        with memory.backup("main", source, "main") as backup:
            _patiently(lambda: backup.step(-1))
    finally:
        source.close()


def _patiently(step: Callable[[], object]) -> None:
    """A backup's step does not wait for locks by itself when the source is busy at its very start; try a few times."""
    for attempt in range(3):
        try:
            step()
            return
        except apsw.BusyError:
            if attempt == 2:
                raise


def _copy_steadily(file: Path, copy: Path) -> None:
    """Copy a database with its log and journal; again, if it was written to meanwhile."""
    parts = [Path(f"{file}{suffix}") for suffix in ("", "-wal", "-journal")]
    for _ in range(5):
        before = [_stamp(part) for part in parts]
        for part in parts:
            target = Path(str(copy) + part.name.removeprefix(file.name))
            target.unlink(missing_ok=True)
            if part == file:
                with target.open("wb") as out:
                    out.writelines(_chunks(part))
            elif part.is_file():
                shutil.copyfile(part, target)
        if before == [_stamp(part) for part in parts]:
            return
    raise UserError(
        f"{_name(file)} keeps changing while it is read", "Close the program that writes to it, or give a copy."
    )


def _stamp(file: Path) -> tuple[int, int] | None:
    try:
        stat = file.stat()
    except FileNotFoundError:
        return None
    return stat.st_size, stat.st_mtime_ns


def _chunks(file: Path, first: int | None = None) -> Iterator[bytes]:
    """The bytes of a file, or the first few, read through SQLite's VFS (see the module's note on locks)."""
    handle = apsw.VFSFile("", str(file), [apsw.SQLITE_OPEN_MAIN_DB | apsw.SQLITE_OPEN_READONLY, 0])
    try:
        size = handle.xFileSize() if first is None else min(first, handle.xFileSize())
        for at in range(0, size, _CHUNK):
            yield handle.xRead(min(_CHUNK, size - at), at)
    finally:
        handle.xClose()


# ── Making it canonical ──────────────────────────────────────────────────────────────────────────────────────────────────


def _canonical(memory: apsw.Connection) -> apsw.Connection:
    """Repair text and rewrite the database so that equal content gives equal pages."""
    memory = _reopened(memory)
    if _repair_schema(memory):
        memory = _reopened(memory)
    for table in _ordinary_tables(memory):
        _repair_table(memory, table)
    memory.pragma("auto_vacuum", 0)
    try:
        memory.execute("VACUUM")
    except apsw.SQLError:
        # The schema needs a function that only its own program knows: it cannot be written anew, but it can be read.
        for (verdict,) in memory.execute("PRAGMA quick_check(1)"):
            if verdict != "ok":
                raise apsw.CorruptError(str(verdict)) from None
    return memory


def _reopened(memory: apsw.Connection) -> apsw.Connection:
    """The same pages on a connection that is set up for rewriting them."""
    pages = bytearray(memory.serialize("main"))
    pages[18:20] = b"\x01\x01"  # rollback mode: an image has no log
    memory.close()
    fresh = apsw.Connection(":memory:")
    fresh.deserialize("main", bytes(pages))
    adopt_collations(fresh)
    fresh.config(apsw.SQLITE_DBCONFIG_ENABLE_TRIGGER, 0)
    fresh.config(apsw.SQLITE_DBCONFIG_ENABLE_FKEY, 0)
    fresh.pragma("ignore_check_constraints", True)
    return fresh


def _settled(pages: bytes) -> bytes:
    """The same database with the header fields that count past writes set to constants."""
    out = bytearray(pages)
    one = (1).to_bytes(4, "big")
    out[24:28] = out[92:96] = one  # change counter, and the counter for which the page count is valid
    out[40:44] = one  # schema cookie
    out[96:100] = (3_050_000).to_bytes(4, "big")  # version of the library that wrote last
    return bytes(out)


def _repair_schema(memory: apsw.Connection) -> bool:
    """Repair names and definitions; true where some were."""
    if _decodes(memory, "SELECT type, name, tbl_name, sql FROM sqlite_schema"):
        return False
    memory.pragma("writable_schema", True)
    _repair_columns(memory, "sqlite_schema", ("name", "tbl_name", "sql"))
    memory.pragma("writable_schema", False)
    return True


def _ordinary_tables(memory: apsw.Connection) -> list[str]:
    query = "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name <> 'sqlite_schema' ORDER BY name"
    return [name for (name,) in memory.execute(query)]


def _repair_table(memory: apsw.Connection, table: str) -> None:
    query = f"SELECT * FROM {quote(table)}"
    try:
        if _decodes(memory, query):
            return
        columns = [
            n for n, hidden in memory.execute("SELECT name, hidden FROM pragma_table_xinfo(?)", (table,)) if not hidden
        ]
        _repair_columns(memory, table, columns)
    except apsw.SQLError:
        return  # it needs a function that only its own program knows; whoever reads it finds out


def _decodes(memory: apsw.Connection, query: str) -> bool:
    try:
        for _ in memory.execute(query):
            pass
    except UnicodeDecodeError:
        return False
    return True


def _repair_columns(memory: apsw.Connection, table: str, columns: tuple[str, ...] | list[str]) -> None:
    memory.create_scalar_function("is_broken_text", _is_broken, 1, deterministic=True)
    for how in ("replace", "backslashreplace"):  # the second where two repaired values of a unique column fall together
        memory.create_scalar_function("repaired_text", _repairer(how), 1, deterministic=True)
        for column in map(quote, columns):
            memory.execute(
                f"UPDATE OR IGNORE {quote(table)} SET {column} = repaired_text(CAST({column} AS BLOB)) "
                f"WHERE typeof({column}) = 'text' AND is_broken_text(CAST({column} AS BLOB))"
            )


def _repairer(how: str) -> Callable[..., str]:
    def repaired(*values: Any) -> str:
        return bytes(values[0]).decode("utf-8", how)

    return repaired


def _is_broken(*values: Any) -> bool:
    try:
        bytes(values[0]).decode()
    except UnicodeDecodeError:
        return True
    return False


def _need_rows(file: Path, memory: apsw.Connection) -> None:
    """Raise `UserError` unless some table can be read and holds a row."""
    kinds = "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'virtual') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
    tables = [name for (name,) in memory.execute(kinds)]
    if not tables:
        raise UserError(f"{_name(file)} has no tables", "Give an SQLite database with tables and rows in it.")
    problems = []
    for table in tables:
        try:
            if memory.execute(f"SELECT 1 FROM {quote(table)} LIMIT 1").fetchall():
                return
        except apsw.SQLError as error:
            problems.append(f"{table}: {error}")
    if len(problems) == len(tables):
        raise UserError(
            f"{_name(file)} has no table that can be read ({problems[0]})", "Give a database of ordinary tables."
        )
    raise UserError(f"{_name(file)} has {len(tables)} tables, all without rows", "Give a database with rows in it.")
