"""Tables a model designed, tried in a throwaway database before anything is believed of them.

SQLite is the judge: an authorizer lets it create ordinary tables and nothing else, and what the tables are is read back from
it, never from the text. What is wrong comes back as sentences for the designer, all of them at once.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Annotated, Any, Final

import apsw
from msgspec import Meta, Struct

from duologue.environment import quote
from duologue.environment.guard import FUNCTIONS
from duologue.environment.limits import set_limits

LEAST_TABLES, MOST_TABLES = 5, 12
LEAST_ROWS, MOST_ROWS = 200, 3_000
MOST_COLUMNS = 20
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
_SCHEMA: Final = frozenset({"sqlite_master", "sqlite_sequence"})
_BOOKING: Final = frozenset({apsw.SQLITE_INSERT, apsw.SQLITE_UPDATE, apsw.SQLITE_DELETE})
_LOOKING: Final = frozenset({apsw.SQLITE_SELECT, apsw.SQLITE_READ})


class TableDesign(Struct, frozen=True, forbid_unknown_fields=True):
    """A table as the model writes it."""

    name: Annotated[str, Meta(max_length=40)]
    rows: Annotated[int, Meta(ge=3, le=1200)]
    """How many it should hold."""
    sql: Annotated[str, Meta(max_length=4000)]
    """One CREATE TABLE statement."""
    called_by: Annotated[tuple[str, ...], Meta(max_length=2)] = ()
    """The column (or first and last name) by which people call a row, where that is no `name`, `title` or `label`."""


class Design(Struct, frozen=True, forbid_unknown_fields=True):
    """A world's tables, and what it is called."""

    title: Annotated[str, Meta(min_length=2, max_length=60)]
    tables: Annotated[tuple[TableDesign, ...], Meta(min_length=LEAST_TABLES, max_length=MOST_TABLES)]
    about: Annotated[str, Meta(min_length=20, max_length=800)]
    """Who works there, what is kept, what an assistant at the desk is asked for: said last, when the tables are there."""


class Link(Struct, frozen=True):
    """A foreign key: `columns` refer to `to_columns` of `to`."""

    columns: tuple[str, ...]
    to: str
    to_columns: tuple[str, ...]


class Shape(Struct, frozen=True):
    """A table as SQLite understood it."""

    name: str
    sql: str
    rows: int
    columns: tuple[str, ...]
    """Those that are stored; generated ones make themselves."""
    key: tuple[str, ...]
    autokey: str
    """The INTEGER PRIMARY KEY, which fills itself; empty where there is none."""
    links: tuple[Link, ...]
    unique: frozenset[str] = frozenset()
    """Columns of which each alone may hold no value twice."""

    def link_of(self, column: str) -> Link | None:
        """The first foreign key the column is part of."""
        return next((link for link in self.links if column in link.columns), None)


class World(Struct, frozen=True):
    """A database with its tables made, none of them filled. `tables` come parents first."""

    db: apsw.Connection
    tables: dict[str, Shape]


def build(design: Design) -> tuple[World | None, list[str]]:
    """The world of a design; or what is wrong with it, in sentences its designer can act on."""
    problems = list(_sizes(design))
    db = apsw.Connection(":memory:")
    set_limits(db)
    shapes: dict[str, Shape] = {}
    for table in design.tables:
        found = _made(db, table)
        if isinstance(found, str):
            problems.append(f"Table {table.name[:40]!r}: {found}")
        else:
            shapes[table.name] = found
    if not problems:
        problems = [*_linked(db, shapes), *_connected(shapes)]
    ordered = [] if problems else _parents_first(shapes)
    if not problems and len(ordered) < len(shapes):
        circle = ", ".join(sorted(shapes.keys() - set(ordered)))
        problems = [
            f"The foreign keys of {circle} go round in a circle: no table can be filled first. Drop one of them."
        ]
    if problems:
        db.close()
        return None, problems
    db.pragma("foreign_keys", True)
    return World(db, {name: shapes[name] for name in ordered}), []


def _sizes(design: Design) -> Iterator[str]:
    total = sum(t.rows for t in design.tables)
    if not LEAST_ROWS <= total <= MOST_ROWS:
        yield f"The tables hold {total} rows together; make it {LEAST_ROWS} to {MOST_ROWS}."
    names = [t.name for t in design.tables]
    for name in sorted({n for n in names if names.count(n) > 1}):
        yield f"Two tables are called {name!r}."


def _made(db: apsw.Connection, table: TableDesign) -> Shape | str:
    """Create one table; its shape, or what is wrong with it."""
    if not _NAME.fullmatch(table.name):
        return "a name is lower-case letters, digits and underscores, and begins with a letter."
    before = _names(db)
    try:
        with _only_tables(db):
            db.execute(table.sql)
    except apsw.AuthError as error:
        return f"{error}. Write one CREATE TABLE statement and nothing else."
    except apsw.Error as error:
        return f"SQLite says: {error}."
    if _names(db) - before != {table.name}:
        return "its statement must create exactly the table of this name."
    return _shape(db, table)


def _names(db: apsw.Connection) -> set[str]:
    return {
        name
        for (name,) in db.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
        )
    }


@contextmanager
def _only_tables(db: apsw.Connection) -> Iterator[None]:
    """Let the connection create ordinary tables, and nothing else at all."""

    def judge(code: int, first: str | None, second: str | None, database: str | None, context: str | None) -> int:
        if code == apsw.SQLITE_FUNCTION:
            return apsw.SQLITE_OK if (second or "").lower() in FUNCTIONS else apsw.SQLITE_DENY
        making = code in (apsw.SQLITE_CREATE_TABLE, apsw.SQLITE_CREATE_INDEX) and database == "main"
        booked = code in _BOOKING and (first or "") in _SCHEMA
        return apsw.SQLITE_OK if making or booked or code in _LOOKING else apsw.SQLITE_DENY

    db.authorizer = judge
    try:
        yield
    finally:
        db.authorizer = None


def _shape(db: apsw.Connection, table: TableDesign) -> Shape | str:
    """A table read back; or what a world cannot work with."""
    query = "SELECT name, type, pk, hidden FROM pragma_table_xinfo(?)"
    columns: list[Any] = db.execute(query, (table.name,)).fetchall()
    bad = next((name for name, *_ in columns if not _NAME.fullmatch(name)), None)
    if bad is not None:
        return f"the column {bad[:40]!r}: a name is lower-case letters, digits and underscores."
    if len(columns) > MOST_COLUMNS:
        return f"it has {len(columns)} columns; {MOST_COLUMNS} are enough."
    key = tuple(name for name, *_, pk, _ in sorted(columns, key=lambda c: int(c[2])) if pk)
    if not key:
        return "it has no PRIMARY KEY."
    alone = key[0] if len(key) == 1 else ""
    serial = next((name for name, kind, *_ in columns if name == alone and kind.upper() == "INTEGER"), "")
    stored = tuple(name for name, *_, hidden in columns if hidden == 0)
    said = {name for name, kind, *_ in columns if "TEXT" in kind.upper() or "CHAR" in kind.upper()}
    strange = next((c for c in table.called_by if c not in said), None)
    if strange is not None:
        return f"`called_by` names columns of the table that hold TEXT; {strange[:40]!r} is none."
    return Shape(
        table.name, table.sql.strip(), table.rows, stored, key, serial, _links(db, table.name), _unique(db, table.name)
    )


def _unique(db: apsw.Connection, table: str) -> frozenset[str]:
    query = """
        SELECT min(c.name) FROM pragma_index_list(?) AS i, pragma_index_info(i.name) AS c WHERE i."unique" AND NOT i.partial
        GROUP BY i.name HAVING count(*) = 1 AND min(c.name) IS NOT NULL"""
    return frozenset(name for (name,) in db.execute(query, (table,)))


def _links(db: apsw.Connection, table: str) -> tuple[Link, ...]:
    found: dict[int, list[tuple[str, str, str | None]]] = {}
    for number, to, column, to_column in db.execute(
        'SELECT id, "table", "from", "to" FROM pragma_foreign_key_list(?) ORDER BY id, seq', (table,)
    ):
        found.setdefault(number, []).append((to, column, to_column))
    out = []
    for parts in found.values():
        to = parts[0][0]
        named = tuple(to_column for _, _, to_column in parts if to_column is not None)
        out.append(Link(tuple(column for _, column, _ in parts), to, named))
    return tuple(reversed(out))  # SQLite lists the last one written first


def _linked(db: apsw.Connection, shapes: dict[str, Shape]) -> list[str]:
    """Foreign keys that lead nowhere. Those that name no columns get those of the key they mean."""
    problems = []
    for name, shape in shapes.items():
        links = []
        for link in shape.links:
            parent = shapes.get(link.to)
            if parent is None:
                problems.append(f"Table {name!r} refers to {link.to[:40]!r}, which is not among the tables.")
                continue
            links.append(Link(link.columns, link.to, link.to_columns or parent.key))
        shapes[name] = Shape(
            name, shape.sql, shape.rows, shape.columns, shape.key, shape.autokey, tuple(links), shape.unique
        )
    if problems:
        return problems
    db.pragma("foreign_keys", True)
    for name in shapes:
        try:
            db.execute(f"EXPLAIN INSERT INTO {quote(name)} DEFAULT VALUES").fetchall()
        except apsw.Error as error:
            problems.append(
                f"Table {name!r}: {error}. A foreign key refers to a whole primary key, or to columns that are UNIQUE."
            )
    db.pragma("foreign_keys", False)
    return problems


def _connected(shapes: dict[str, Shape]) -> Iterator[str]:
    """Tables that nothing leads to or from: nobody would ever meet them on the way from another."""
    pairs = {(name, link.to) for name, shape in shapes.items() for link in shape.links if link.to != name}
    joined = {name for pair in pairs for name in pair}
    for name in shapes:
        if name not in joined:
            yield f"Table {name!r} has no foreign key to or from another table. Connect it, or leave it out."


def _parents_first(shapes: dict[str, Shape]) -> list[str]:
    """The tables in an order in which they can be filled; shorter where there is a circle."""
    done: list[str] = []
    while True:
        ready = [n for n, s in shapes.items() if n not in done and _met(s, done)]
        if not ready:
            return done
        done.append(ready[0])


def _met(shape: Shape, done: Iterable[str]) -> bool:
    return all(link.to == shape.name or link.to in done for link in shape.links)
