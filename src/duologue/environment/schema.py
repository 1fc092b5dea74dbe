"""What an image's schema means for execution: its tables, what writing to one of them sets in motion, its foreign keys.

SQLite is the judge throughout. What a view reads, what a trigger or a cascade touches is not worked out from the text of the
schema but asked: a plain statement on the table is prepared, and the authorizer hears everything it would do.
"""

from collections import OrderedDict
from functools import cached_property, lru_cache
from typing import Final, Literal

import apsw
from msgspec import Struct

from duologue.environment.changes import TableShape
from duologue.environment.limits import VALUE_BYTES, set_limits
from duologue.environment.pages import Time, connect
from duologue.environment.sqlite import Image, adopt_collations, quote
from duologue.environment.standins import ZONED

Kind = Literal["table", "view", "virtual", "shadow"]

WRITES: Final = (apsw.SQLITE_INSERT, apsw.SQLITE_UPDATE, apsw.SQLITE_DELETE)


LAST_ROW: Final = 2**63 - 1


class Action(Struct, frozen=True):
    """Something a statement would do, as SQLite's authorizer tells it. Names are folded."""

    code: int
    first: str
    second: str
    database: str
    context: str
    """The innermost view, trigger or common table expression it happens in; empty for the statement itself."""


class Reach(Struct, frozen=True):
    """What lies behind a table or view: what reading it reads, what writing to it may touch, and the views and triggers met."""

    reads: frozenset[str]
    touches: frozenset[tuple[int, str]]
    contexts: frozenset[str]
    functions: frozenset[str]


class Facts(Struct, frozen=True):
    """What preparing a statement shows of it."""

    actions: tuple[Action, ...]
    readonly: bool
    explain: bool
    rest: str
    """Text after the first statement."""
    parameters: tuple[str | None, ...]
    columns: tuple[str, ...]


def fold(name: str) -> str:
    """A name as SQLite compares it: ASCII letters in lower case."""
    return name.lower() if name.isascii() else "".join(c.lower() if c.isascii() else c for c in name)


def open_copy(image: Image, time: Time, statements: int) -> apsw.Connection:
    """A private, writable copy of the image; foreign keys are enforced, and everything that could make two executions differ
    is switched off."""
    connection = connect(image.data, time, statements)
    adopt_collations(connection)
    for option, value in (
        (apsw.SQLITE_DBCONFIG_DEFENSIVE, 1),
        (apsw.SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0),
        (apsw.SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0),
        (apsw.SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER, 0),
        (apsw.SQLITE_DBCONFIG_ENABLE_TRIGGER, 1),
        (apsw.SQLITE_DBCONFIG_ENABLE_FKEY, 1),
        # A plan must follow from the statement alone: not from the values bound when it was first prepared.
        (apsw.SQLITE_DBCONFIG_ENABLE_QPSG, 1),
    ):
        connection.config(option, value)
    connection.pragma("recursive_triggers", False)
    return connection


class _AnyName(dict[str, None]):
    """Bindings for a statement that is prepared only: every name is there."""

    def __missing__(self, name: str) -> None:
        return None


def explore(connection: apsw.Connection, sql: str) -> Facts:
    """Prepare the first statement of `sql`, without running it, and tell what it would do. Raises `apsw.Error` where SQLite
    does not accept it."""
    actions: dict[Action, None] = {}
    seen: list[Facts] = []

    def hear(code: int, first: str | None, second: str | None, database: str | None, context: str | None) -> int:
        actions[Action(code, fold(first or ""), fold(second or ""), fold(database or ""), fold(context or ""))] = None
        return apsw.SQLITE_OK

    def stop(cursor: apsw.Cursor, statement: str, bindings: object) -> bool:
        if not cursor.has_vdbe:
            return False
        columns = tuple(column[0] for column in cursor.get_description())
        seen.append(
            Facts((), cursor.is_readonly, cursor.is_explain != 0, sql[len(statement) :], cursor.bindings_names, columns)
        )
        return False

    cursor = connection.cursor()
    cursor.exec_trace = stop
    connection.authorizer = hear
    try:
        cursor.execute(sql, _AnyName(), can_cache=False)
    except apsw.ExecTraceAbort:
        pass
    except apsw.BindingsError:
        raise apsw.SQLError("its parameters must have names, like :customer_id (not ?)") from None
    finally:
        connection.authorizer = None
        cursor.close()
    if not seen:
        raise apsw.SQLError("there is no statement in it")
    found = seen[0]
    return Facts(tuple(actions), found.readonly, found.explain, found.rest, found.parameters, found.columns)


class Schema:
    """The schema of one image, asked lazily and remembered."""

    def __init__(self, image: Image) -> None:
        self.image = image
        self._connection = open_copy(image, "still", 0)
        set_limits(self._connection, self.value_bytes)
        self._reach: dict[str, Reach] = {}
        # Environments over one image share most of their statements, and what SQLite says of one does not change.
        self.explore = lru_cache(maxsize=2048)(self._explore)
        self.foreign_keys = lru_cache(maxsize=256)(self._foreign_keys)

    @cached_property
    def _names(self) -> dict[str, tuple[str, Kind]]:
        query = "SELECT name, type FROM pragma_table_list WHERE schema = 'main' AND name <> 'sqlite_schema'"
        return {fold(name): (name, kind) for name, kind in self._connection.execute(query)}

    @cached_property
    def _modules(self) -> frozenset[str]:
        """Names of table-valued functions and other modules, folded."""
        return frozenset(fold(name) for (name,) in self._connection.execute("SELECT name FROM pragma_module_list"))

    @cached_property
    def triggers(self) -> frozenset[str]:
        """Names of triggers, folded."""
        query = "SELECT name FROM sqlite_schema WHERE type = 'trigger'"
        return frozenset(fold(name) for (name,) in self._connection.execute(query))

    @cached_property
    def zoned(self) -> bool:
        """The schema speaks of the machine's time zone."""
        definitions = self._connection.execute("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL")
        return any(ZONED.search(sql) for (sql,) in definitions)

    @cached_property
    def shapes(self) -> dict[str, TableShape]:
        """How rows of the ordinary tables are read, by name."""
        return {
            name: self._shape(name)
            for name, kind in self._names.values()
            if kind == "table" and not fold(name).startswith("sqlite_")
        }

    @cached_property
    def has_virtual_columns(self) -> bool:
        """Some table has a generated column that is not stored."""
        return any(
            hidden == 2
            for name in self.shapes
            for (hidden,) in self._connection.execute("SELECT hidden FROM pragma_table_xinfo(?)", (name,))
        )

    @cached_property
    def value_bytes(self) -> int:
        """Longest text or blob that SQL may handle: the usual limit, or what the image's longest value needs."""
        if self.image.size <= VALUE_BYTES:
            return VALUE_BYTES
        longest = VALUE_BYTES
        for name in self.shapes:
            columns = [quote(n) for (n,) in self._connection.execute("SELECT name FROM pragma_table_info(?)", (name,))]
            sizes = ", ".join(f"max(octet_length({column}))" for column in columns)
            for row in self._connection.execute(f"SELECT {sizes} FROM {quote(name)}"):
                longest = max([longest, *(size + 1_000 for size in row if size is not None)])
        return longest

    def kind(self, name: str) -> Kind | None:
        """What a name stands for in the schema; None where nothing."""
        found = self._names.get(fold(name))
        return found[1] if found and not fold(name).startswith("sqlite_") else None

    def knows(self, name: str) -> bool:
        """Something in the schema has this (folded) name."""
        return name in self._names or name in self._modules or name.startswith(("sqlite_", "pragma_"))

    def is_full(self, name: str) -> bool:
        """The table has a row with the last number there is. SQLite would number the next one at random."""
        stored = self._names[fold(name)][0]
        try:
            query = f"SELECT 1 FROM {quote(stored)} WHERE rowid = {LAST_ROW}"
            return bool(self._connection.execute(query).fetchall())
        except apsw.SQLError:
            return False  # it has no row numbers

    def tables(self) -> tuple[str, ...]:
        """All tables and views by name, folded, without SQLite's own."""
        return tuple(name for name in self._names if self.kind(name))

    def shadows(self, name: str) -> frozenset[str]:
        """The tables in which a virtual table keeps its content, folded."""
        prefix = fold(name) + "_"
        return frozenset(n for n, (_, kind) in self._names.items() if kind == "shadow" and n.startswith(prefix))

    def _explore(self, sql: str, *, foreign_keys: bool = False) -> Facts:
        """`explore` on this image. Without foreign keys, actions of cascades are not among a statement's own."""
        self._connection.config(apsw.SQLITE_DBCONFIG_ENABLE_FKEY, int(foreign_keys))
        return explore(self._connection, sql)

    def reach(self, name: str) -> Reach:
        """What lies behind a table or view."""
        name = fold(name)
        if name not in self._reach:
            self._reach[name] = self._find_reach(name)
        return self._reach[name]

    def _foreign_keys(self, name: str) -> tuple[str, ...]:
        """The foreign keys that a row of this table takes part in, as text: `orders.customer_id → customers.id`."""
        found = []
        for child in self.shapes:
            for parent, column, to in self._connection.execute(
                'SELECT "table", "from", "to" FROM pragma_foreign_key_list(?) ORDER BY id, seq', (child,)
            ):
                if fold(name) in (fold(child), fold(parent)):
                    found.append(f"{child}.{column} → {parent}" + (f".{to}" if to else ""))
        return tuple(found)

    def _shape(self, name: str) -> TableShape:
        rows = self._connection.execute("SELECT name, pk, hidden FROM pragma_table_xinfo(?) ORDER BY cid", (name,))
        stored = [(column, pk, hidden) for column, pk, hidden in rows if hidden != 2]
        key = sorted((pk, i) for i, (_, pk, _) in enumerate(stored) if pk)
        return TableShape(
            name=name,
            columns=tuple(column for column, _, _ in stored),
            kept=tuple(i for i, (_, _, hidden) in enumerate(stored) if hidden == 0),
            key=tuple(i for _, i in key),
        )

    def _find_reach(self, name: str) -> Reach:
        stored, kind = self._names[name]
        table = quote(stored)
        statements = [f"SELECT * FROM {table}", f"INSERT INTO {table} DEFAULT VALUES", f"DELETE FROM {table}"]
        if kind != "shadow":
            rows = self._connection.execute("SELECT name FROM pragma_table_info(?)", (stored,))
            columns = ", ".join(f"{quote(column)} = NULL" for (column,) in rows)
            statements.append(f"UPDATE {table} SET {columns}")
        actions: list[Action] = []
        for sql in statements:
            try:
                actions += self.explore(sql, foreign_keys=True).actions
            except apsw.SQLError:
                continue  # a view that cannot be written to, or a trigger that names a table that is gone
        reads = {a.first for a in actions if a.code == apsw.SQLITE_READ}
        return Reach(
            reads=frozenset(reads),
            touches=frozenset((a.code, a.first) for a in actions if a.code in WRITES),
            contexts=frozenset(a.context for a in actions if a.context),
            functions=frozenset(a.second for a in actions if a.code == apsw.SQLITE_FUNCTION),
        )


_KEPT: Final = 4
_schemas: "OrderedDict[str, Schema]" = OrderedDict()


def schema_of(image: Image) -> Schema:
    """The schema of an image; the last few are kept."""
    found = _schemas.pop(image.hash, None) or Schema(image)
    _schemas[image.hash] = found
    while len(_schemas) > _KEPT:
        _schemas.popitem(last=False)
    return found
