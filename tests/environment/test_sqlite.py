"""Files that come in: what works, what is refused, and that the source stays as it was."""

import hashlib
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import apsw
import pytest

from duologue.environment import Image, import_sqlite
from duologue.errors import UserError

ROWS = "CREATE TABLE t(id INTEGER PRIMARY KEY, name TEXT); INSERT INTO t VALUES (1, 'a'), (2, 'b');"
DATABASES = Path(__file__).parents[2].parent / "shared" / "data" / "databases"


def make(file: Path, sql: str = ROWS, **pragmas: str | int) -> Path:
    connection = apsw.Connection(str(file))
    for name, value in pragmas.items():
        connection.pragma(name, value)
    connection.execute(sql)
    connection.close()
    return file


def names(image: Image, table: str = "t") -> list[object]:
    return [name for (name,) in image.connect().execute(f"SELECT name FROM {table} ORDER BY 1")]


def files(folder: Path) -> dict[str, str]:
    return {f.name: hashlib.sha256(f.read_bytes()).hexdigest() for f in sorted(folder.iterdir()) if f.is_file()}


# ── What cannot be used ──────────────────────────────────────────────────────────────────────────────────────────────────


def bad(name: str, content: bytes | None) -> Callable[[Path], Path]:
    def create(folder: Path) -> Path:
        file = folder / name
        if content is not None:
            file.write_bytes(content)
        return file

    return create


def corrupt(folder: Path) -> Path:
    file = make(
        folder / "x.db",
        "CREATE TABLE t(a); INSERT INTO t SELECT zeroblob(3000) FROM (VALUES (1), (2), (3), (4), (5), (6));",
    )
    content = bytearray(file.read_bytes())
    content[4096 : 4096 * 3] = b"\x99" * 8192
    file.write_bytes(content)
    return file


def truncated(folder: Path) -> Path:
    file = make(folder / "x.db", "CREATE TABLE t(a); CREATE TABLE u(a); INSERT INTO u SELECT zeroblob(9000);")
    file.write_bytes(file.read_bytes()[:5000])
    return file


def wrong_header(folder: Path) -> Path:
    file = make(folder / "x.db")
    content = bytearray(file.read_bytes())
    content[16:18] = b"\x00\x07"
    file.write_bytes(content)
    return file


def folder_itself(folder: Path) -> Path:
    return folder


@pytest.mark.parametrize(
    ("create", "says"),
    [
        (bad("x.db", None), "does not exist"),
        (bad("no\0name", None), "not a usable path|does not exist"),
        (folder_itself, "is a folder"),
        (bad("x.db", b""), "empty"),
        (bad("x.db", b"SQLite"), "not an SQLite database"),
        (bad("x.csv", b"id,name\n1,a\n" * 100), "not an SQLite database"),
        (bad("x.db", b"SQLite format 3\x00"), "database"),
        (bad("x.db", b"SQLite format 3\x00" + b"\x01" * 4096), "database"),
        (wrong_header, "not an SQLite database"),
        (corrupt, "damaged"),
        (truncated, "damaged"),
        (lambda folder: make(folder / "x.db", "CREATE TABLE t(a); DROP TABLE t"), "no tables"),
        (lambda folder: make(folder / "x.db", "CREATE VIEW v AS SELECT 1"), "no tables"),
        (lambda folder: make(folder / "x.db", "CREATE TABLE t(a); CREATE TABLE u(a)"), "2 tables, all without rows"),
    ],
)  # fmt: skip
def test_refused(tmp_path: Path, create: Callable[[Path], Path], says: str) -> None:
    file = create(tmp_path)
    before = files(tmp_path)
    with pytest.raises(UserError, match=says) as caught:
        import_sqlite(file)
    assert len(str(caught.value).splitlines()) == 2
    assert files(tmp_path) == before


def test_a_database_whose_only_table_needs_an_unknown_module_is_refused(tmp_path: Path) -> None:
    file = make(tmp_path / "x.db", "CREATE TABLE t(a)")
    connection = apsw.Connection(str(file))
    connection.execute(
        "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = 'CREATE VIRTUAL TABLE t USING nonsense(a)', rootpage = 0"
    )
    connection.close()
    with pytest.raises(UserError, match="no table that can be read"):
        import_sqlite(file)


def test_a_pipe_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UserError, match="not a regular file"):
        import_sqlite(tmp_path / "pipe")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_without_permission(tmp_path: Path) -> None:
    file = make(tmp_path / "x.db")
    file.chmod(0)
    with pytest.raises(UserError, match="may not be read"):
        import_sqlite(file)


WRITER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN EXCLUSIVE")
connection.execute("INSERT INTO t(name) VALUES ('unfinished')")
print("ready", flush=True)
sys.stdin.read()
"""


def test_locked_by_a_writer(tmp_path: Path) -> None:
    file = make(tmp_path / "x.db")
    command = [sys.executable, "-c", WRITER, str(file)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        with pytest.raises(UserError, match="locked"):
            import_sqlite(file)
        writer.communicate(b"")
    assert names(import_sqlite(file)) == ["a", "b"]


def test_reading_does_not_drop_the_locks_this_process_holds(tmp_path: Path) -> None:
    file = make(tmp_path / "x.db")
    writer = apsw.Connection(str(file))
    writer.execute("BEGIN IMMEDIATE; INSERT INTO t VALUES (3, 'c')")
    assert names(import_sqlite(file)) == ["a", "b"]
    command = [
        sys.executable,
        "-c",
        "import sqlite3, sys; sqlite3.connect(sys.argv[1], timeout=0).execute('BEGIN IMMEDIATE')",
        str(file),
    ]
    assert b"locked" in subprocess.run(command, capture_output=True, check=False).stderr
    writer.execute("COMMIT")
    assert names(import_sqlite(file)) == ["a", "b", "c"]


# ── What works ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_log_that_was_not_written_back_is_read_and_left_alone(tmp_path: Path) -> None:
    file = make(tmp_path / "x.db", journal_mode="wal")
    open_elsewhere = apsw.Connection(str(file))
    open_elsewhere.execute("INSERT INTO t VALUES (3, 'c')")
    away = tmp_path / "away"
    away.mkdir()
    for suffix in ("", "-wal"):  # as if copied from a running machine: a log, but no index of it
        (away / f"x.db{suffix}").write_bytes((tmp_path / f"x.db{suffix}").read_bytes())
    before = files(away)
    assert names(import_sqlite(away / "x.db")) == ["a", "b", "c"]
    assert files(away) == before
    assert names(import_sqlite(file)) == ["a", "b", "c"]  # beside the program that has it open
    open_elsewhere.execute("INSERT INTO t VALUES (4, 'd')")
    assert names(import_sqlite(file)) == ["a", "b", "c", "d"]


def test_a_journal_that_a_crash_left_is_played_back_and_left_alone(tmp_path: Path) -> None:
    live = tmp_path / "live"
    live.mkdir()
    file = make(live / "x.db", ROWS + "CREATE TABLE big(a); INSERT INTO big VALUES (zeroblob(100000));")
    writer = apsw.Connection(str(file))
    writer.execute("PRAGMA cache_size = 1; BEGIN; UPDATE t SET name = 'z'; UPDATE big SET a = zeroblob(100001)")
    crashed = tmp_path / "crashed"
    crashed.mkdir()
    for suffix in ("", "-journal"):
        (crashed / f"x.db{suffix}").write_bytes((live / f"x.db{suffix}").read_bytes())
    writer.execute("ROLLBACK")
    before = files(crashed)
    assert (crashed / "x.db").read_bytes() != file.read_bytes()
    assert names(import_sqlite(crashed / "x.db")) == ["a", "b"]
    assert files(crashed) == before


@pytest.mark.parametrize("mode", ["delete", "wal"])
def test_a_folder_that_may_not_be_written(tmp_path: Path, mode: str) -> None:
    folder = tmp_path / "readonly"
    folder.mkdir()
    file = make(folder / "x.db", journal_mode=mode)
    before = files(folder)
    file.chmod(0o444)
    folder.chmod(0o555)
    try:
        assert names(import_sqlite(file)) == ["a", "b"]
        assert files(folder) == before
    finally:
        folder.chmod(0o755)


def test_the_image_depends_on_the_content_alone(tmp_path: Path) -> None:
    plain = make(tmp_path / "plain.db")
    logged = make(tmp_path / "log?ged #1%41.db", journal_mode="wal", page_size=4096)
    vacuumed = make(tmp_path / "vacuum.db", auto_vacuum=1)
    busy = make(tmp_path / "busy.db")
    connection = apsw.Connection(str(busy))
    connection.execute("INSERT INTO t SELECT value, hex(zeroblob(500)) FROM json_each('[11,12,13,14,15,16,17,18,19]')")
    connection.execute("DELETE FROM t WHERE id > 2; CREATE TABLE u(a); DROP TABLE u")
    connection.close()
    hashes = {import_sqlite(file).hash for file in (plain, logged, vacuumed, busy)}
    assert len(hashes) == 1
    image = import_sqlite(str(plain))
    assert Image.of(image.data) == image
    assert image.size == len(image.data)
    assert import_sqlite(plain) == image
    assert len({image, import_sqlite(plain)}) == 1
    assert repr(image) == f"Image({image.hash}, {image.size} bytes)"


def test_the_image_can_be_looked_at_but_not_written(tmp_path: Path) -> None:
    image = import_sqlite(make(tmp_path / "x.db"))
    with pytest.raises(apsw.ReadOnlyError):
        image.connect().execute("DELETE FROM t")
    with pytest.raises(UserError, match="not an SQLite database"):
        Image.of(b"hello")


def test_text_that_is_not_utf8_is_repaired(tmp_path: Path) -> None:
    file = tmp_path / "x.db"
    connection = sqlite3.connect(file)
    connection.executescript("""
        CREATE TABLE t(id INTEGER PRIMARY KEY, name TEXT UNIQUE, CHECK (length(name) < 9));
        CREATE TABLE w(name TEXT PRIMARY KEY, v) WITHOUT ROWID;
        CREATE TABLE s(name TEXT NOT NULL, g TEXT AS (name || '!')) STRICT;
        CREATE TRIGGER no BEFORE UPDATE ON t BEGIN SELECT RAISE(ABORT, 'never'); END;
        INSERT INTO t VALUES (1, CAST(x'61ff' AS TEXT)), (2, CAST(x'61fe' AS TEXT)), (3, 'ok'), (4, x'ff');
        INSERT INTO w VALUES (CAST(x'e9' AS TEXT), CAST(x'edA080' AS TEXT));
        INSERT INTO s VALUES (CAST(x'c3' AS TEXT));
    """)
    connection.commit()
    connection.close()
    before = file.read_bytes()
    image = import_sqlite(file)
    assert file.read_bytes() == before
    assert names(image) == ["a\\xfe", "a\ufffd", "ok", b"\xff"]
    assert image.connect().execute("SELECT * FROM w").fetchall() == [("\ufffd", "\ufffd\ufffd\ufffd")]
    assert image.connect().execute("SELECT * FROM s").fetchall() == [("\ufffd", "\ufffd!")]
    assert image.connect().pragma("integrity_check") == "ok"


def test_names_that_are_not_utf8_are_repaired(tmp_path: Path) -> None:
    file = make(tmp_path / "x.db", "CREATE TABLE taxx(name TEXT, caxx TEXT); INSERT INTO taxx VALUES ('a', 'b');")
    file.write_bytes(file.read_bytes().replace(b"taxx", b"t\xe9xx").replace(b"caxx", b"c\xe9xx"))
    image = import_sqlite(file)
    assert names(image, '"t\ufffdxx"') == ["a"]


def _known(*values: object) -> int:
    return len(str(values[0]))


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TABLE t(name TEXT COLLATE klingon); CREATE INDEX i ON t(name); INSERT INTO t VALUES ('b'), ('A'), ('a')",
        "CREATE TABLE t(name TEXT CHECK (known(name))); INSERT INTO t VALUES ('A'), ('a'), ('b')",
        "CREATE TABLE t(name TEXT); CREATE INDEX i ON t(known(name)); INSERT INTO t VALUES ('A'), ('a'), ('b')",
        "CREATE TABLE t(name TEXT); CREATE VIEW v AS SELECT known(name) FROM t; INSERT INTO t VALUES ('A'), ('a'), ('b')",
        "CREATE TABLE t(name TEXT); CREATE VIEW v AS SELECT * FROM gone; INSERT INTO t VALUES ('A'), ('a'), ('b')",
        "CREATE VIRTUAL TABLE t USING fts5(name); INSERT INTO t VALUES ('A'), ('a'), ('b')",
        "CREATE TABLE t(name TEXT) STRICT; INSERT INTO t VALUES ('A'), ('a'), ('b'); ANALYZE",
    ],
)
def test_schemas_that_lean_on_their_program(tmp_path: Path, sql: str) -> None:
    file = tmp_path / "x.db"
    connection = apsw.Connection(str(file))
    connection.create_collation("klingon", lambda a, b: (a.lower() > b.lower()) - (a.lower() < b.lower()))
    connection.create_scalar_function("known", _known, 1, deterministic=True)
    connection.execute(sql)
    connection.close()
    assert sorted(map(str, names(import_sqlite(file)))) == ["A", "a", "b"]


def test_utf16_and_odd_names(tmp_path: Path) -> None:
    sql = """CREATE TABLE "select ""x"" . é"("" TEXT, "order by" TEXT, [a b] TEXT); INSERT INTO "select ""x"" . é" VALUES ('ü', '漢', '😀')"""
    file = make(tmp_path / "x y'z.db", sql, encoding="UTF-16le")
    found = import_sqlite(file).connect().execute('SELECT * FROM "select ""x"" . é"').fetchall()
    assert found == [("ü", "漢", "😀")]


@pytest.mark.skipif(not DATABASES.is_dir(), reason="the sample databases are not here")
@pytest.mark.parametrize("file", sorted(DATABASES.glob("*.sqlite")), ids=lambda file: file.stem)
def test_sample_databases(file: Path) -> None:
    image = import_sqlite(file)
    source = sqlite3.connect(f"file:{file}?immutable=1", uri=True)
    source.text_factory = lambda raw: raw.decode("utf-8", "replace")
    mine = image.connect()
    for (table,) in mine.execute(
        "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'virtual')"
    ):
        if not table.startswith("sqlite_"):
            name = '"' + table.replace('"', '""') + '"'
            assert (
                mine.execute(f"SELECT * FROM {name}").fetchall() == source.execute(f"SELECT * FROM {name}").fetchall()
            )
    source.close()
