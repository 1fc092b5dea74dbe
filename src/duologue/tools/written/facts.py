"""What a statement says about itself: tables, the columns its results come from, its order.

SQLite is asked for whatever it knows: what would be read and written, which column a result column is. For the rest (whether a list
has an order, which columns an outer join may leave empty) the text is read with sqlglot.
"""

from typing import Any

import apsw
import sqlglot
from msgspec import Struct
from msgspec.structs import replace
from sqlglot import exp
from sqlglot.errors import SqlglotError

from duologue.environment.schema import WRITES, Facts, Schema, fold, open_copy, schema_of
from duologue.environment.sqlite import Image
from duologue.tools.ground import Ground
from duologue.tools.written.answers import RefusedError
from duologue.types import Statement

Origin = tuple[str, str] | None
"""(table, column) as the catalog writes them; None for what is computed."""

Node = Any
"""A node of sqlglot's tree, whose classes go by other names in other versions of it."""


class Told(Struct, frozen=True):
    """A statement, its facts, its tree, and the columns its results come from."""

    statement: Statement
    facts: Facts
    tree: Node
    origins: tuple[Origin, ...] = ()


class Library:
    """Reads statements over one image. `tables` are those that tools may touch."""

    def __init__(self, ground: Ground, image: Image, tables: tuple[str, ...]) -> None:
        self.ground, self.tables = ground, tables
        self.schema: Schema = schema_of(image)
        self._connection = open_copy(image, "still", 0)
        self._folded = {fold(t): t for t in ground.tables}
        self._columns = {(fold(t), fold(c)): (t, c) for t, c in ground.columns}

    def read(self, statement: Statement, number: int) -> Told:
        """Raises `RefusedError` where SQLite does not accept the statement, or it can't be read."""
        where = f"Statement {number} ({statement.kind})"
        try:
            facts = self.schema.explore(statement.sql)
        except (apsw.Error, UnicodeError) as error:
            known = f" The tables are: {', '.join(self.tables)}." if "no such table" in str(error) else ""
            raise RefusedError("refused", f"{where}: SQLite does not accept it: {error}.{known}") from None
        try:
            tree = sqlglot.parse_one(statement.sql, read="sqlite")
        except (SqlglotError, RecursionError) as error:
            raise RefusedError("refused", f"{where}: write it more plainly, it can't be read: {error}") from None
        return Told(statement, facts, tree)

    def traced(self, told: tuple[Told, ...]) -> tuple[Told, ...]:
        """The statements (which the guard has judged by now) with the columns their results come from."""
        return tuple(
            replace(t, origins=self._origins(t.statement.sql, t.facts)) if t.statement.kind == "return" else t
            for t in told
        )

    def touched(self, told: tuple[Told, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The tables that the statements read, and those they write. Raises `RefusedError` where one is not open to tools."""
        reads: set[str] = set()
        writes: set[str] = set()
        for t in told:
            for a in t.facts.actions:
                if a.code == apsw.SQLITE_READ and self.schema.kind(a.first) and not self._inside_view(a.context):
                    reads.add(a.first)
                elif a.code in WRITES and not a.context:
                    writes.add(a.first)
        closed = sorted((reads | writes) - {fold(t) for t in self.tables})
        if closed:
            known = ", ".join(self.tables)
            raise RefusedError("refused", f"The table {closed[0]!r} is not open to tools. The tables are: {known}.")
        names = [tuple(sorted(self._folded[t] for t in found)) for found in (reads | writes, writes)]
        return names[0], names[1]

    def _inside_view(self, context: str) -> bool:
        return bool(context) and (self.schema.kind(context) == "view" or context in self.schema.triggers)

    def _origins(self, sql: str, facts: Facts) -> tuple[Origin, ...]:
        found: list[tuple[str | None, ...]] = []

        def look(cursor: apsw.Cursor, statement: str, bindings: object) -> bool:
            found.extend((c[3], c[4]) for c in cursor.description_full)
            return False

        cursor = self._connection.cursor()
        cursor.exec_trace = look
        try:
            cursor.execute(sql, {name: None for name in facts.parameters if name}, can_cache=False)
        except apsw.ExecTraceAbort:
            pass
        finally:
            cursor.close()
        return tuple(self._columns.get((fold(t), fold(c))) if t and c else None for t, c in found)


def words_of(sql: str) -> list[str]:
    """The words and signs of a statement as they are written, without the space and the comments between them. What
    stands in quotes is one word, its own spaces and all. A parameter is one word too: `:name`."""
    out: list[str] = []
    end = -1
    for token in sqlglot.tokenize(sql, read="sqlite"):
        text = sql[token.start : token.end + 1]
        if out and out[-1] in _SIGILS and token.start == end + 1:
            out[-1] += text
        else:
            out.append(text)
        end = token.end
    return out


_SIGILS = (":", "@", "$")


def on_one_line(sql: str) -> str:
    """A statement with one space wherever there were several, or a line's end, outside quotes; comments are left out."""
    out, end = "", 0
    for token in sqlglot.tokenize(sql, read="sqlite"):
        out += (" " if out and token.start > end else "") + sql[token.start : token.end + 1]
        end = token.end + 1
    return out


def projection(tree: Node, i: int) -> Node | None:
    """The i-th expression of a SELECT without what only shapes it: alias, rounding, a stand-in for NULL."""
    if not isinstance(tree, exp.Select) or i >= len(tree.expressions) or any(e.is_star for e in tree.expressions):
        return None
    e: Node = tree.expressions[i]
    while isinstance(e, exp.Alias | exp.Paren | exp.Round | exp.Coalesce | exp.Cast):
        e = e.this
    return e


def outer_joined(tree: Node) -> frozenset[str]:
    """Names of tables whose columns may be missing although they are never NULL themselves."""
    everything = {fold(t.name) for t in tree.find_all(exp.Table)}
    if (
        isinstance(tree, exp.Select)
        and tree.args.get("group") is None
        and any(e.find(exp.AggFunc) and not e.find(exp.Window) for e in tree.expressions)
    ):
        return frozenset(everything)  # one row also of no rows
    views = {fold(c.alias): {fold(t.name) for t in c.this.find_all(exp.Table)} for c in tree.find_all(exp.CTE)}
    out: set[str] = set()
    for j in tree.find_all(exp.Join):
        side = (j.args.get("side") or "").upper()
        joined = {fold(t.name) for t in j.this.find_all(exp.Table)} if side == "LEFT" else everything if side else set()
        out |= joined.union(*(views[name] for name in joined & views.keys()))
    return frozenset(out)


def at_most_one(tree: Node) -> bool:
    """Whether a query gives one row whatever the data: it aggregates, and not by groups."""
    if not isinstance(tree, exp.Select) or tree.args.get("group") is not None:
        return False
    return any(
        a.find_ancestor(exp.Select) is tree
        for e in tree.expressions
        for a in e.find_all(exp.AggFunc)
        if not a.find_ancestor(exp.Window)
    )


_PREFIXES = (sqlglot.TokenType.COLON, sqlglot.TokenType.PARAMETER, sqlglot.TokenType.DOT)
"""What makes a name of the word `limit` after it."""


def ordered(t: Told, number: int, one: bool = False) -> str:
    """The statement's SQL with an order that leaves no ties but between rows that look the same.

    `one`: it picks one row by its key. Raises `RefusedError` where a list, or a choice by LIMIT, has no order at all: which comes
    first is then a matter of meaning.
    """
    s = t.statement
    depth, has_order, has_limit, end, before = 0, False, False, 0, None
    for token in sqlglot.tokenize(s.sql, read="sqlite"):
        depth += (token.token_type is sqlglot.TokenType.L_PAREN) - (token.token_type is sqlglot.TokenType.R_PAREN)
        if depth == 0 and token.token_type is sqlglot.TokenType.ORDER_BY:
            has_order, has_limit = True, False
        elif depth == 0 and token.token_type is sqlglot.TokenType.LIMIT and before not in _PREFIXES:
            has_limit = True
        before = token.token_type
        if not has_limit and token.token_type is not sqlglot.TokenType.SEMICOLON:
            end = token.end + 1  # of the last word before LIMIT, so that comments stay behind it
    if at_most_one(t.tree) or (not has_order and s.shape != "list" and (one or not has_limit)):
        return s.sql
    if not has_order:
        raise RefusedError(
            "unordered",
            f"Statement {number} (return) has no ORDER BY of its own. Say what comes first, and break ties by a key.",
        )
    if s.shape != "list":
        return s.sql
    ties = ", ".join(str(i) for i in range(1, len(t.facts.columns) + 1))
    return f"{s.sql[:end]}, {ties}{s.sql[end:]}"
