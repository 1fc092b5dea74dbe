"""What a statement says about itself: tables, the columns its results come from, the columns its parameters meet, its order.

SQLite is asked for whatever it knows (what would be read and written, which column a result column is). For the rest the text is
read with sqlglot: which column a parameter is compared with, what an aggregate adds up, whether a list has an order. What cannot
be told stays untold (no slot); nothing is guessed from names.
"""

from collections.abc import Iterator
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
from duologue.types import Slot, Statement

Origin = tuple[str, str] | None
"""(table, column) as the catalog writes them; None for what is computed."""

Node = Any
"""A node of sqlglot's tree, whose classes go by other names in other versions of it."""

_THROUGH = (
    exp.Paren,
    exp.Lower,
    exp.Upper,
    exp.Trim,
    exp.Cast,
    exp.Coalesce,
    exp.DPipe,
    exp.Date,
    exp.Collate,
    exp.Round,
)
NAME = "@name"
_COMPARED: dict[Node, tuple[str, str]] = {
    # comparison → use of a parameter on its right side, on its left side
    exp.EQ: ("equals", "equals"),
    exp.Is: ("equals", "equals"),
    exp.NullSafeEQ: ("equals", "equals"),
    exp.Like: ("match", "match"),
    exp.Glob: ("match", "match"),
    exp.GT: ("from", "to"),
    exp.GTE: ("from", "to"),
    exp.LT: ("to", "from"),
    exp.LTE: ("to", "from"),
}  # fmt: skip
_FUNCTIONS: dict[Node, str] = {
    exp.Sum: "sum",
    exp.Avg: "avg",
    exp.Min: "min",
    exp.Max: "max",
    exp.Count: "count",
}
_STRENGTH = ("key", "value", "equals", "match", "from", "to", "limit", "offset")
"""Where a parameter is used in several ways, the first of these is what it stands for."""


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

    # ── What parameters and results stand for ──

    def inputs(self, told: tuple[Told, ...], parameters: frozenset[str]) -> dict[str, Slot]:
        """Parameter → what it stands for, of those that can be told."""
        found: dict[str, list[Slot]] = {}
        for t in told:
            scope = self._scope(t.tree)
            for p in t.tree.find_all(exp.Placeholder, exp.Parameter):
                name = p.name
                slot = self._met(p, scope) if name in parameters else None
                if slot is not None:
                    found.setdefault(name, []).append(slot)
        return {n: min(found[n], key=lambda s: _STRENGTH.index(s.use)) for n in sorted(found)}

    def _met(self, p: Node, scope: dict[str, str]) -> Slot | None:
        """What a parameter stands for where it stands."""
        below: Node = p
        node = p.parent
        while isinstance(node, _THROUGH):
            below, node = node, node.parent
        if isinstance(node, exp.Limit | exp.Offset):
            return Slot(next(iter(scope.values()), ""), "", "limit" if isinstance(node, exp.Limit) else "offset")
        if isinstance(node, exp.Tuple | exp.Select):
            return self._inserted(node, below, scope)
        if isinstance(node, exp.EQ) and isinstance(node.parent, exp.Update) and node.arg_key == "expressions":
            return self._written(self._column(node.this, scope)) if node.expression is below else None
        if node is None or isinstance(node.parent, exp.Not):
            return None
        if isinstance(node, exp.Between):
            use = {"low": "from", "high": "to"}.get(below.arg_key or "", "")
            return self._stands_for(self._column(node.this, scope), use) if use else None
        if isinstance(node, exp.In):
            return self._stands_for(self._column(node.this, scope), "equals") if below is not node.this else None
        if type(node) not in _COMPARED or node.args.get("negate"):
            return None
        right = node.args.get("expression") is below
        other = node.this if right else node.args.get("expression")
        return self._stands_for(self._column(other, scope), _COMPARED[type(node)][0 if right else 1])

    def _inserted(self, node: Node, below: Node, scope: dict[str, str]) -> Slot | None:
        """What the value at a place of an INSERT's row stands for."""
        insert = node.parent if isinstance(node, exp.Select) else node.parent and node.parent.parent
        if not isinstance(insert, exp.Insert) or not isinstance(insert.this, exp.Schema):
            return None
        place = next((i for i, e in enumerate(node.expressions) if e is below), None)
        columns = insert.this.expressions
        if place is None or place >= len(columns):
            return None
        table = insert.this.this.name
        return self._written(self._columns.get((fold(table), fold(columns[place].name))))

    def _written(self, column: Origin) -> Slot | None:
        """A value to be written: where it refers to a row, that row's key."""
        if column is None:
            return None
        link = self.ground.link_of(*column)
        return Slot(link.to, link.to_columns[0], "key") if link else Slot(*column, "value")

    def _stands_for(self, column: Origin, use: str) -> Slot | None:
        if column is None:
            return None
        link = self.ground.link_of(*column)
        if column[1] == NAME:
            return Slot(*column, use)
        if use == "equals" and link is not None and self.ground.resolved(*column):
            return Slot(link.to, link.to_columns[0], "key")
        if use == "equals" and column[1] in self.ground.tables[column[0]].key:
            return Slot(*column, "key")
        return self.ground.slot(*column, use)

    def outputs(self, told: tuple[Told, ...]) -> dict[str, Slot]:
        """Result path → what it stands for, of those that can be told."""
        out: dict[str, Slot] = {}
        lists = any(t.statement.shape == "list" for t in told if t.statement.kind == "return")
        for t in told:
            if t.statement.kind != "return":
                continue
            for path, i in paths(t):
                origin = t.origins[i] if i < len(t.origins) else None
                slot = self.ground.slot(*origin) if origin else self._computed(t.tree, i)
                if slot is not None and slot == Slot(slot.table, "", "count") and lists and "[]" not in path:
                    slot = Slot(slot.table, "", "total")
                if slot is not None:
                    out[path] = slot
        return out

    def _computed(self, tree: Node, i: int) -> Slot | None:
        """What a computed column stands for: a plain aggregate of one column or of rows, a name put together, a day."""
        e = projection(tree, i)
        if e is None:
            return None
        scope = self._scope(tree)
        use = _FUNCTIONS.get(type(e), "")
        source = tree.args.get("from_") or tree.args.get("from")
        main = fold(source.this.alias_or_name) if source and isinstance(source.this, exp.Table) else ""
        if use == "count":
            return Slot(scope[main], "", "count") if main in scope else None
        aliases = {fold(c.table) for c in e.find_all(exp.Column)}
        if not use and aliases != {main} and len(scope) > len(set(scope.values())):
            return None  # of a table that is joined twice, only the one the rows are of is plain
        column = self._column(e.this if use else e, scope)
        if column is None:
            return None
        return Slot(*column, use) if use or column[1] == NAME else self.ground.slot(*column)

    def _scope(self, tree: Node) -> dict[str, str]:
        """Alias or name → table, of all tables a statement names. An alias that is used twice for different ones is left out."""
        found: dict[str, set[str]] = {}
        for t in tree.find_all(exp.Table):
            stored = self._folded.get(fold(t.name))
            if stored:
                found.setdefault(fold(t.alias_or_name), set()).add(stored)
        return {alias: next(iter(tables)) for alias, tables in found.items() if len(tables) == 1}

    def _column(self, e: Node | None, scope: dict[str, str]) -> Origin:
        """The one column an expression is about, as it is or reshaped; or the name of a row, put together from its parts."""
        parts = _parts(e)
        if parts is None:
            return None
        found = [self._resolved(c, scope) for c in parts]
        if None in found:
            return None
        tables = {t for t, _ in found}  # type: ignore[misc]
        if len(tables) == 1 and len(found) > 1:
            table = next(iter(tables))
            return (table, NAME) if tuple(c for _, c in found) == self.ground.tables[table].display else None  # type: ignore[misc]
        return found[0] if len(found) == 1 else None

    def _resolved(self, c: Node, scope: dict[str, str]) -> Origin:
        alias, name = fold(c.table), fold(c.name)
        tables = {scope[alias]} if alias in scope else set() if alias else set(scope.values())
        found = {self._columns[fold(t), name] for t in tables if (fold(t), name) in self._columns}
        return next(iter(found)) if len(found) == 1 else None


def _parts(e: Node | None) -> list[Node] | None:
    """The columns that an expression reshapes or puts together; None where it computes something else from them."""
    if isinstance(e, exp.Column):
        return [e]
    if isinstance(e, exp.Literal):
        return []
    if not isinstance(e, _THROUGH):
        return None
    inner = [_parts(x) for x in e.iter_expressions() if not isinstance(x, exp.DataType | exp.Identifier | exp.Var)]
    return None if None in inner else [c for part in inner if part for c in part]


def paths(t: Told) -> Iterator[tuple[str, int]]:
    """Where each column of a `return` comes to stand in the result."""
    s = t.statement
    if s.shape == "value":
        yield s.into, 0
        return
    prefix = f"{s.into}[]." if s.shape == "list" else f"{s.into}." if s.into else ""
    for i, column in enumerate(t.facts.columns):
        yield prefix + column, i


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
    """Whether a query gives one row whatever the data: aggregates only, and no groups."""
    return (
        isinstance(tree, exp.Select)
        and tree.args.get("group") is None
        and bool(tree.expressions)
        and all(e.find(exp.AggFunc) and not e.find(exp.Window) for e in tree.expressions)
    )


def ordered(t: Told, number: int) -> str:
    """The statement's SQL with an order that leaves no ties but between rows that look the same.

    Raises `RefusedError` where a list, or a choice by LIMIT, has no order at all: which comes first is then a matter of meaning.
    """
    s = t.statement
    depth, has_order, has_limit, end = 0, False, False, 0
    for token in sqlglot.tokenize(s.sql, read="sqlite"):
        depth += (token.token_type is sqlglot.TokenType.L_PAREN) - (token.token_type is sqlglot.TokenType.R_PAREN)
        if depth == 0 and token.token_type is sqlglot.TokenType.ORDER_BY:
            has_order, has_limit = True, False
        elif depth == 0 and token.token_type is sqlglot.TokenType.LIMIT:
            has_limit = True
        if not has_limit and token.token_type is not sqlglot.TokenType.SEMICOLON:
            end = token.end + 1  # of the last word before LIMIT, so that comments stay behind it
    if at_most_one(t.tree) or (not has_order and not has_limit and s.shape != "list"):
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
