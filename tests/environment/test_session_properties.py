"""Random reads and writes over a schema with everything in it: closing and reopening changes nothing at all."""

from collections.abc import Iterator
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from duologue.environment import Limits, Sandbox, SqliteSession, net_changes, open_session
from duologue.environment.changes import jsonable
from duologue.environment.schema import schema_of
from duologue.types import Environment, Json, RowChange, Statement, Tool, ToolCall
from environment.kit import CLOCK, environment, image, tool

SCHEMA = """
CREATE TABLE auto(id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT, n INTEGER CHECK (n < 5), at TEXT DEFAULT CURRENT_TIMESTAMP,
                  token TEXT DEFAULT (hex(randomblob(4))), luck INT DEFAULT (random()));
CREATE TABLE bare(a, b);
CREATE TABLE words(word TEXT PRIMARY KEY, n INT) WITHOUT ROWID;
CREATE TABLE pairs(a TEXT, b INT, v, PRIMARY KEY (b, a)) WITHOUT ROWID;
CREATE TABLE nullable(k TEXT PRIMARY KEY, v);
CREATE TABLE nullpair(a, b, v, PRIMARY KEY (a, b));
CREATE TABLE parent(id INTEGER PRIMARY KEY, name TEXT UNIQUE COLLATE NOCASE);
CREATE TABLE child(id INTEGER PRIMARY KEY, parent REFERENCES parent(id) DEFERRABLE INITIALLY DEFERRED,
                   owner REFERENCES parent(id) ON DELETE CASCADE ON UPDATE SET NULL);
CREATE TABLE made(id INTEGER PRIMARY KEY, a INT, twice INT AS (a * 2) {storage}, label TEXT AS ('#' || a) STORED);
CREATE TABLE strict(id INTEGER PRIMARY KEY, n INTEGER NOT NULL, t TEXT, r REAL, x ANY) STRICT;
CREATE TABLE unlucky(a UNIQUE ON CONFLICT ROLLBACK, b UNIQUE ON CONFLICT REPLACE);
CREATE TABLE log(line);
CREATE TRIGGER auto_log AFTER INSERT ON auto BEGIN
  INSERT INTO log VALUES ('auto ' || new.id || ' ' || datetime('now'));
  UPDATE words SET n = n + 1 WHERE word = new.name;
END;
CREATE TRIGGER bare_log BEFORE DELETE ON bare BEGIN INSERT INTO log VALUES ('bare ' || coalesce(old.a, '-')); END;
CREATE TRIGGER parent_no AFTER UPDATE ON parent WHEN new.name = 'x' BEGIN SELECT RAISE(ROLLBACK, 'not x'); END;
CREATE TRIGGER log_most AFTER INSERT ON log WHEN (SELECT count(*) FROM log) > 6 BEGIN DELETE FROM log WHERE rowid < new.rowid - 2; END;
CREATE VIEW seen AS SELECT a.name, w.n FROM auto a LEFT JOIN words w ON w.word = a.name;
CREATE INDEX bare_b ON bare(b);
INSERT INTO auto(name, n, at, token, luck) VALUES ('a', 1, 't', '0', 0), ('b', 2, 't', '1', 1);
INSERT INTO bare VALUES (1, 'a'), (NULL, 'b'), (1, 'a');
INSERT INTO words VALUES ('a', 0), ('b', 0);
INSERT INTO nullable VALUES (NULL, 1), (NULL, 2), ('k', 3);
INSERT INTO parent VALUES (1, 'p'), (2, 'q');
INSERT INTO child VALUES (1, 1, 1), (2, 2, 1);
INSERT INTO unlucky VALUES (1, 1), (2, 2);
"""

COLUMNS = {
    "auto": ("id", "name", "n"),
    "bare": ("a", "b"),
    "words": ("word", "n"),
    "pairs": ("a", "b", "v"),
    "nullable": ("k", "v"),
    "nullpair": ("a", "b", "v"),
    "parent": ("id", "name"),
    "child": ("id", "parent", "owner"),
    "made": ("id", "a"),
    "strict": ("id", "n", "t", "r", "x"),
    "unlucky": ("a", "b"),
    "log": ("line",),
}
ANYTHING: Json = {}
ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) INSERT INTO log SELECT i FROM n"
LIMITS = Limits(steps=40_000, changes=50)


def tools() -> Iterator[Tool]:
    for table, columns in COLUMNS.items():
        names, slots = ", ".join(columns), ", ".join(f":{c}" for c in columns)
        first, last = columns[0], columns[-1]
        given = dict.fromkeys(columns, ANYTHING)
        wheres = {**given, "old": ANYTHING}
        statements = {
            "insert": (f"INSERT INTO {table}({names}) VALUES ({slots})", given),
            "replace": (f"REPLACE INTO {table}({names}) VALUES ({slots})", given),
            "ignore": (f"INSERT OR IGNORE INTO {table}({names}) VALUES ({slots})", given),
            "update": (f"UPDATE {table} SET {last} = :{last} WHERE {first} IS :old", wheres),
            "rename": (f"UPDATE {table} SET {first} = :{first} WHERE {last} IS :old", wheres),
            "shift": (f"UPDATE OR REPLACE {table} SET {first} = {first} + 1", given),
            "delete": (f"DELETE FROM {table} WHERE {first} IS :old", wheres),
            "empty": (f"DELETE FROM {table}", given),
        }
        for verb, (sql, parameters) in statements.items():
            run = (Statement("write", sql), Statement("return", "SELECT last_insert_rowid() AS id", shape="object"))
            yield tool(f"{verb}_{table}", run, table, table, {**parameters}, ())
        yield tool(f"list_{table}", Statement("return", f"SELECT * FROM {table}", into="rows"), table)
        find = f"SELECT * FROM {table} WHERE {last} >= :x OR {first} = :x"
        yield tool(f"find_{table}", Statement("return", find, into="rows"), table, properties={"x": ANYTHING})
    yield tool("seen", Statement("return", "SELECT * FROM seen", into="rows"), "seen")
    swap = (
        Statement("write", "UPDATE child SET parent = :parent"),
        Statement("write", "INSERT OR IGNORE INTO parent(id) VALUES (:made)"),
    )
    yield tool("adopt", swap, "child parent", "child parent", {"parent": ANYTHING, "made": ANYTHING}, ())
    yield tool("endless", Statement("write", ENDLESS), "log", "log")


TOOLS = tuple(tools())
LARGE = "CREATE TABLE padding(x); INSERT INTO padding SELECT zeroblob(900000) FROM json_each('[1,2,3,4,5,6]');"
IMAGES = {kind: image(SCHEMA.replace("{storage}", kind)) for kind in ("STORED", "VIRTUAL")}
IMAGES["LARGE"] = image(LARGE + SCHEMA.replace("{storage}", "STORED"))
"""`VIRTUAL` makes the session extension record; `LARGE` is shared by copy-on-write."""
ENVIRONMENTS = {kind: environment(of, TOOLS) for kind, of in IMAGES.items()}
TABLES = (*COLUMNS, "sqlite_sequence")

VALUES = st.none() | st.integers(-1, 6) | st.sampled_from(["a", "b", "A", "x", "", "1", 0.5, 2.0])
NAMES = st.sampled_from([t.name for t in TOOLS if t.name != "endless"] * 3 + ["endless", "adopt", "no_such_tool"])
ARGUMENTS = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("id", "a", "b", "v", "k", "n", "t", "r", "x", "old", "name"), VALUES)
)
KINDS = st.sampled_from(["STORED", "VIRTUAL", "LARGE"])


@st.composite
def calls(draw: st.DrawFn) -> ToolCall:
    name = draw(NAMES)
    known: dict[str, Json] = next((t.parameters["properties"] for t in TOOLS if t.name == name), {})
    return ToolCall("", name, {parameter: draw(VALUES) for parameter in known if draw(st.integers(0, 5))})


HISTORIES = st.lists(calls(), min_size=6, max_size=40)


def rows(session: SqliteSession) -> dict[str, list[tuple[Any, ...]]]:
    return {table: session.rows(table) for table in TABLES}


SHARED = {kind: Sandbox(of, ENVIRONMENTS[kind], LIMITS) for kind, of in IMAGES.items()}
OTHER = Limits(LIMITS.steps, changes=LIMITS.changes, rows=199)
FRESH = {kind: Sandbox(of, ENVIRONMENTS[kind], OTHER) for kind, of in IMAGES.items()}
"""Copies wait in a pool for each image and limits, so these two share none."""


def fresh(kind: str) -> SqliteSession:
    """A session on a copy that nobody used before: those of `FRESH` are never given back."""
    return SqliteSession(FRESH[kind], CLOCK)


def reopened(kind: str, path: list[ToolCall]) -> SqliteSession:
    session = SqliteSession(SHARED[kind], CLOCK)
    session.replay(path)
    return session


@settings(max_examples=150, deadline=None)
@given(KINDS, HISTORIES, st.data())
def test_closing_and_reopening_changes_nothing(kind: str, history: list[ToolCall], data: st.DataObject) -> None:
    """One session never closes, on a sandbox of its own. The other is closed and reopened at random turns, forked at others,
    and shares its copies with all examples before."""
    steady, restless = fresh(kind), SqliteSession(SHARED[kind], CLOCK)
    for n, call in enumerate(history):
        match data.draw(st.sampled_from(["go on", "go on", "reopen", "fork"])):
            case "reopen":
                restless.close()
                restless = reopened(kind, history[:n])
            case "fork":
                twin = restless.fork()
                restless.close()
                restless = twin
        assert restless.execute(call.name, call.arguments) == steady.execute(call.name, call.arguments)
        assert (restless.state, restless.now) == (steady.state, steady.now)
    assert rows(restless) == rows(steady)
    restless.close()
    assert rows(reopened(kind, history)) == rows(steady)


@settings(max_examples=100, deadline=None)
@given(KINDS, HISTORIES, HISTORIES)
def test_a_used_copy_is_as_good_as_a_new_one(kind: str, past: list[ToolCall], history: list[ToolCall]) -> None:
    with SqliteSession(SHARED[kind], CLOCK) as before:
        for call in past:
            before.execute(call.name, call.arguments)
    second, first = SqliteSession(SHARED[kind], CLOCK), fresh(kind)
    for call in history:
        assert second.execute(call.name, call.arguments) == first.execute(call.name, call.arguments)
    assert rows(second) == rows(first)
    second.close()


# ── Changes ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _snapshot(session: SqliteSession, kind: str) -> dict[tuple[str, str], dict[str, Json]]:
    """Every row by table and key, read without any recorder."""
    out = {}
    connection = session._live()._connection
    for table, shape in schema_of(IMAGES[kind]).shapes.items():
        kept = [shape.columns[i] for i in shape.kept]
        key = [shape.columns[i] for i in shape.key]
        rowid = "NULL" if table in ("words", "pairs") else "rowid"
        for number, *values in connection.execute(f"SELECT {rowid}, {', '.join(kept)} FROM {table}").fetchall():
            row = {name: jsonable(value) for name, value in zip(kept, values, strict=True)}
            name = {k: row[k] for k in key}
            if not key or None in name.values():
                name = {"rowid": number}
            out[table, repr(name)] = row
    return out


def _difference(
    before: dict[tuple[str, str], dict[str, Json]], after: dict[tuple[str, str], dict[str, Json]]
) -> dict[tuple[str, str], tuple[dict[str, Json] | None, dict[str, Json] | None]]:
    out: dict[tuple[str, str], tuple[dict[str, Json] | None, dict[str, Json] | None]] = {}
    for name in before.keys() | after.keys():
        old, new = before.get(name), after.get(name)
        if old is None or new is None:
            out[name] = (old, new)
        elif differing := [c for c in old if repr(old[c]) != repr(new[c])]:
            out[name] = ({c: old[c] for c in differing}, {c: new[c] for c in differing})
    return out


def _as_told(changes: tuple[RowChange, ...]) -> dict[tuple[str, str], Any]:
    return {(c.table, repr(c.key)): (c.before, c.after) for c in changes}


@settings(max_examples=100, deadline=None)
@given(HISTORIES)
def test_changes_are_the_difference_between_before_and_after(history: list[ToolCall]) -> None:
    session = fresh("STORED")
    start = before = _snapshot(session, "STORED")
    made: list[RowChange] = []
    for call in history:
        outcome = session.execute(call.name, call.arguments)
        after = _snapshot(session, "STORED")
        assert _as_told(outcome.changes) == _difference(before, after)
        assert session.rows("pragma_foreign_key_check") == []
        made += outcome.changes
        before = after
    assert _as_told(net_changes(made)) == _difference(start, before)


KEYED = tuple(t for t in TOOLS if not t.name.endswith(("nullable", "nullpair")))


@settings(max_examples=100, deadline=None)
@given(HISTORIES)
def test_both_recorders_tell_the_same(history: list[ToolCall]) -> None:
    """The session extension leaves rows out whose key is NULL; all else is the same."""
    hook, extension = (fresh(kind) for kind in ("STORED", "VIRTUAL"))
    names = {t.name for t in KEYED}
    for call in history:
        if call.name in names:
            assert (
                hook.execute(call.name, call.arguments).changes == extension.execute(call.name, call.arguments).changes
            )


def test_sessions_of_one_environment_share_what_was_made_ready() -> None:
    kind = "STORED"
    one = open_session(IMAGES[kind], ENVIRONMENTS[kind], CLOCK)
    other = open_session(
        IMAGES[kind], Environment(**{f: getattr(ENVIRONMENTS[kind], f) for f in Environment.__struct_fields__}), CLOCK
    )
    assert one._sandbox is other._sandbox
