"""The default-deny guard: a tool does what it declares, or it is refused before it ever runs.

The judge is static: each statement of each tool is prepared once, and what SQLite says it would do is held against what the
tool declares. Tables it does not declare, effects it does not declare, functions that are not on the list (anything random,
anything that sees the machine), pragmas, attached files, schema changes, transaction control, a second statement behind the
first: each is a `UserError` that names the tool and the statement. What a view reads inside, and what triggers and cascades
touch when an allowed write fires them, belongs to the view or the write and is allowed.

The authorizer that stays on a session's connection (`Grant.authorize`) is the second line. It cannot be the first: SQLite asks it when a
statement is prepared, and a statement prepared for one tool is found in the cache by the next.
"""

import re
from functools import lru_cache
from typing import Final

import apsw
from msgspec import Struct

from duologue.environment.schema import WRITES, Action, Facts, Schema, fold
from duologue.environment.standins import DATE_FUNCTIONS, ZONED
from duologue.errors import UserError
from duologue.types import Statement, Tool

_LISTED: Final = """
    -> ->> abs acos acosh asin asinh atan atan2 atanh avg ceil ceiling char coalesce concat concat_ws cos cosh count
    cume_dist current_date current_time current_timestamp date datetime degrees dense_rank exp first_value floor
    format glob group_concat hex if ifnull iif instr json json_array json_array_length json_each json_error_position
    json_extract json_group_array json_group_object json_insert json_object json_patch json_pretty json_quote
    json_remove json_replace json_set json_tree json_type json_valid julianday lag last_insert_rowid last_value lead
    length like likelihood likely ln log log10 log2 lower ltrim match max median min mod nth_value ntile nullif
    octet_length percent_rank percentile percentile_cont percentile_disc pi pow power printf quote radians rank
    replace round row_number rtrim sign sin sinh soundex sqrt strftime string_agg substr substring sum tan tanh time
    timediff total trim trunc typeof unhex unicode unistr unixepoch unlikely upper zeroblob bm25 highlight snippet
    offsets raise
"""
FUNCTIONS: Final = frozenset(_LISTED.split())
"""What statements may call. `changes()` and `total_changes()` are not here: they tell of calls that came before."""

_NEVER: Final = frozenset({"load_extension", "readfile", "writefile", "edit", "fts3_tokenizer", "sqlite_log"})
"""Not even where the schema itself calls it."""

_TABLE_FUNCTIONS: Final = frozenset({"json_each", "json_tree"})

_VIRTUAL_PRAGMAS: Final = frozenset({"data_version", "page_size", "table_xinfo", "table_info"})
"""Asked by full-text tables and by the session extension, of which they are part."""

_NAMES: Final = {apsw.SQLITE_INSERT: "inserts into", apsw.SQLITE_UPDATE: "updates", apsw.SQLITE_DELETE: "deletes from"}
_REFUSED: Final = {
    apsw.SQLITE_ATTACH: "attaches a database",
    apsw.SQLITE_DETACH: "detaches a database",
    apsw.SQLITE_PRAGMA: "uses a pragma",
    apsw.SQLITE_TRANSACTION: "controls the transaction",
    apsw.SQLITE_SAVEPOINT: "controls the transaction",
}


_DATA: Final = {apsw.SQLITE_SELECT, apsw.SQLITE_RECURSIVE, apsw.SQLITE_FUNCTION, apsw.SQLITE_READ, *WRITES}
_SCHEMA_TABLES: Final = frozenset({"sqlite_master", "sqlite_schema", "sqlite_temp_master", "sqlite_temp_schema"})
_NOTHING: Final = re.compile(r"(?:[\s;]|--[^\n]*|/\*.*?\*/)*", re.DOTALL)
"""What may follow a statement: nothing but comments."""


class Grant(Struct, frozen=True):
    """What a tool may do, worked out from what it declares."""

    reads: frozenset[str]
    """Tables it may read in its own statements."""
    writes: frozenset[str]
    within: frozenset[str]
    """Tables that views it reads, and triggers and cascades it fires, may read."""
    touches: frozenset[tuple[int, str]]
    """(action, table) that triggers and cascades it fires may do."""
    views: frozenset[str]
    """Views it reads, and views behind them."""
    triggers: frozenset[str]
    functions: frozenset[str]
    """Functions that the schema of its tables calls."""
    virtual: bool
    """A virtual table is among them. What it reads to answer is its own affair (a full-text index may keep its text in any
    table), and at run time it cannot be told from the statement's."""

    @property
    def may_change(self) -> frozenset[str]:
        """Tables whose rows it may change, by its triggers and cascades too."""
        return self.writes | {table for _, table in self.touches}

    def may_see(self, tables: frozenset[str]) -> bool:
        """Whether it may read any of these tables, by its views too."""
        behind = self.within if self.views else frozenset()
        return self.virtual or not (self.reads.isdisjoint(tables) and behind.isdisjoint(tables))

    def authorize(
        self, code: int, first: str | None, second: str | None, database: str | None, context: str | None
    ) -> int:
        """The second line: whether the connection may prepare this at all while the tool runs."""
        return (
            apsw.SQLITE_OK if self._allows(code, fold(first or ""), fold(second or ""), database) else apsw.SQLITE_DENY
        )

    def _allows(self, code: int, first: str, second: str, database: str | None) -> bool:
        if code in (apsw.SQLITE_SELECT, apsw.SQLITE_RECURSIVE):
            return True
        if code == apsw.SQLITE_FUNCTION:
            return second in FUNCTIONS or second in self.functions
        if code == apsw.SQLITE_PRAGMA:
            return first in _VIRTUAL_PRAGMAS
        if database not in ("main", None):
            return False
        if code == apsw.SQLITE_READ:
            seen = first in self.reads or first in self.within or first in _TABLE_FUNCTIONS
            return seen or self.virtual or not second
        return code in WRITES and (first in self.writes or (code, first) in self.touches)


@lru_cache(maxsize=256)
def grant_for(schema: Schema, reads: tuple[str, ...], writes: tuple[str, ...]) -> Grant:
    """The grant for tables that may be read and written. Raises `UserError` where one does not exist."""
    for name in (*reads, *writes):
        if schema.kind(name) in (None, "shadow"):
            raise UserError(
                f"declares the table {name!r}, which the database does not have",
                "Declare tables and views of the database in `reads` and `writes`.",
            )
    reached = [schema.reach(name) for name in (*reads, *writes)]
    written = [schema.reach(name) for name in writes]
    virtual = [n for r in reached for n in (*r.reads, *(t for _, t in r.touches)) if schema.kind(n) == "virtual"]
    shadows = frozenset(s for name in virtual for s in schema.shadows(name))
    contexts = frozenset(c for r in reached for c in r.contexts)
    touches = frozenset(t for r in written for t in r.touches)
    return Grant(
        reads=frozenset(map(fold, (*reads, *writes))),
        writes=frozenset(map(fold, writes)),
        within=frozenset(n for r in reached for n in r.reads) | shadows,
        touches=touches | {(code, s) for s in shadows for code in WRITES if written},
        views=frozenset(c for c in contexts if schema.kind(c) == "view")
        | {fold(n) for n in reads if schema.kind(n) == "view"},
        triggers=(contexts & schema.triggers) if written else frozenset(),
        functions=frozenset(f for r in reached for f in r.functions) - _NEVER,
        virtual=bool(virtual),
    )


@lru_cache(maxsize=8)
def grant_for_all(schema: Schema) -> Grant:
    """The grant to read every table and view, as the policy's guards may."""
    return grant_for(schema, tuple(name for name in schema.tables() if schema.kind(name) != "shadow"), ())


def check_statement(schema: Schema, tool: Tool, grant: Grant, statement: Statement, where: str) -> Facts:
    """Judge one statement of a tool. Raises `UserError` where the guard refuses it; else gives what is known of it."""
    try:
        facts = schema.explore(statement.sql)
    except (apsw.Error, UnicodeError) as error:
        raise _refusal(where, f"SQLite does not accept it: {error}", "Mend the statement.") from None
    problem = _forbidden(facts) or _form(facts, statement, tool)
    if problem is None:
        text = fold(statement.sql)
        if ZONED.search(text) and any(a.second in DATE_FUNCTIONS for a in facts.actions):
            problem = "it asks for the machine's time zone ('localtime' or 'utc'); all times are UTC"
    if problem is None:
        problem = next((p for a in facts.actions if (p := _objection(schema, grant, a, text))), None)
    if problem:
        raise _refusal(where, problem, "Declare what the tool uses, or leave it out; see the guard's rules.")
    return facts


def _refusal(where: str, problem: str, fix: str) -> UserError:
    return UserError(f"{where}: {problem}", fix)


def _forbidden(facts: Facts) -> str | None:
    """What no tool may do, whatever it declares."""
    for action in facts.actions:
        if action.code in _REFUSED:
            return f"it {_REFUSED[action.code]}, which no tool may"
        if action.code not in _DATA or (action.first in _SCHEMA_TABLES and action.code in WRITES):
            return "it changes the schema, which no tool may"
    return None


def _form(facts: Facts, statement: Statement, tool: Tool) -> str | None:
    """What is wrong with the kind of statement it is."""
    own = {a.code for a in facts.actions if not a.context}
    if not _NOTHING.fullmatch(facts.rest):
        return f"there is a second statement behind the first: {facts.rest.strip()[:60]!r}"
    if facts.explain:
        return "EXPLAIN is not a query of data"
    if statement.kind == "write":
        if tool.effect != "write":
            return "a tool whose effect is `read` must not write"
        return None if own & set(WRITES) else "it is not an INSERT, UPDATE or DELETE"
    if own & set(WRITES):
        return f"a `{statement.kind}` must not write"
    return None if apsw.SQLITE_SELECT in own and facts.readonly else "it is not a SELECT"


def _objection(schema: Schema, grant: Grant, action: Action, text: str) -> str | None:
    """Why the guard refuses an action; None where it does not."""
    code = action.code
    if code in (apsw.SQLITE_SELECT, apsw.SQLITE_RECURSIVE):
        return None
    if code == apsw.SQLITE_FUNCTION:
        return _function_objection(grant, action.second, text)
    if action.database not in ("main", ""):
        return f"it uses the database {action.database!r}"
    if code == apsw.SQLITE_READ:
        return _read_objection(schema, grant, action)
    return _write_objection(schema, grant, action)


def _function_objection(grant: Grant, name: str, text: str) -> str | None:
    if name in FUNCTIONS or (name in grant.functions and name not in text):
        return None
    return f"it calls {name}(), which is not among the functions a tool may use"


def _read_objection(schema: Schema, grant: Grant, action: Action) -> str | None:
    table = action.first
    if table in grant.reads or table in _TABLE_FUNCTIONS:
        return None
    if not action.second and not schema.knows(table):
        return None  # rows of a common table expression are counted; what it reads is told on its own
    inside = action.context in grant.views or action.context in grant.triggers or not action.second
    if table in grant.within and inside:
        return None
    return f"it reads {table!r}, which the tool does not declare"


def _write_objection(schema: Schema, grant: Grant, action: Action) -> str | None:
    table, verb = action.first, _NAMES[action.code]
    if action.context:
        allowed = action.context in grant.triggers and (action.code, table) in grant.touches
        return None if allowed else f"it {verb} {table!r} through {action.context!r}"
    if table not in grant.writes:
        return f"it {verb} {table!r}, which the tool does not declare in `writes`"
    if schema.kind(table) == "virtual":
        return f"it {verb} {table!r}, which is a virtual table and read-only"
    if action.code == apsw.SQLITE_INSERT and schema.is_full(table):
        return f"it {verb} {table!r}, whose row numbers are used up"
    return None
