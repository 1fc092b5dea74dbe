"""What parameters and result fields of SQL stand for, as far as the SQL tells.

A result column that SQLite traces to a table's column stands for it, also where it was only reshaped (a day cut out of a time, a name
put together from its parts); an aggregate of one column for that; a row joined in some part (the manager of an employee) for the
reference that it plays the part by. A parameter stands for the column it is compared with, or written to. What is computed in any
other way stands for nothing: a wrong slot would make a check certain of something false, a missing one only leaves it unsure.
"""

from collections.abc import Iterator
from typing import Any

from sqlglot import exp

from duologue.catalog.model import Link
from duologue.environment.schema import fold
from duologue.tools.ground import Ground
from duologue.tools.written.facts import Node, Origin, Told, projection
from duologue.types import Slot

NAME = "@name"
_PAGING = ("limit", "offset")
_THROUGH = (
    exp.Paren,
    exp.Lower,
    exp.Upper,
    exp.Trim,
    exp.Cast,
    exp.Coalesce,
    exp.Nullif,
    exp.DPipe,
    exp.Date,
    exp.Collate,
    exp.Round,
)
_COMPARED: dict[Node, tuple[str, str]] = {
    # comparison → use of a parameter on its right side, on its left side
    exp.EQ: ("equals", "equals"),
    exp.Is: ("equals", "equals"),
    exp.NullSafeEQ: ("equals", "equals"),
    exp.Like: ("match", "match"),
    exp.Glob: ("match", "match"),
    exp.StrPosition: ("match", ""),
    exp.GT: ("from", "to"),
    exp.GTE: ("from", "to"),
    exp.LT: ("to", "from"),
    exp.LTE: ("to", "from"),
}
_FUNCTIONS: dict[Node, str] = {
    exp.Sum: "sum",
    exp.Avg: "avg",
    exp.Min: "min",
    exp.Max: "max",
    exp.Count: "count",
}
_STRENGTH = ("key", "value", "equals", "match", "from", "to", "limit", "offset")
"""Where a parameter is used in several ways, the first of these is what it stands for."""


class Reading:
    """Reads slots off statements over one catalog."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self._tables = {fold(t): t for t in ground.tables}
        self._columns = {(fold(t), fold(c)): (t, c) for t, c in ground.columns}

    # ── Parameters ──

    def inputs(self, told: tuple[Told, ...], parameters: dict[str, Any]) -> dict[str, Slot]:
        """Parameter → what it stands for, of those that can be told. `parameters` is their JSON Schema."""
        found: dict[str, list[Slot]] = {}
        for t in told:
            scope = self._scope(t.tree)
            for p in t.tree.find_all(exp.Placeholder, exp.Parameter):
                name = p.name
                slot = self._met(p, scope) if name in parameters["properties"] else None
                if slot is None:
                    continue
                if slot.use == "key" and t.statement.kind == "return" and name not in parameters["required"]:
                    slot = Slot(slot.table, slot.column, "equals")  # a filter
                found.setdefault(name, []).append(slot)
        return {n: min(found[n], key=lambda s: _STRENGTH.index(s.use)) for n in sorted(found)}

    def _met(self, p: Node, scope: dict[str, str]) -> Slot | None:
        """What a parameter stands for where it stands."""
        below, node = p, p.parent
        while isinstance(node, _THROUGH) or _is_day(node):
            below, node = node, node.parent
        if isinstance(node, exp.Limit | exp.Offset):
            return Slot(next(iter(scope.values()), ""), "", "limit" if isinstance(node, exp.Limit) else "offset")
        if isinstance(node, exp.Tuple | exp.Select):
            return self._inserted(node, below)
        if isinstance(node, exp.EQ) and isinstance(node.parent, exp.Update) and node.arg_key == "expressions":
            return self._written(self._column(node.this, scope)) if node.expression is below else None
        if node is None or isinstance(node.parent, exp.Not) or node.args.get("negate"):
            return None
        if isinstance(node, exp.Between):
            use = {"low": "from", "high": "to"}.get(below.arg_key or "", "")
            return self._stands_for(self._column(node.this, scope), use) if use else None
        if isinstance(node, exp.In):
            return self._stands_for(self._column(node.this, scope), "equals") if below is not node.this else None
        return self._compared(node, below, scope)

    def _compared(self, node: Node, below: Node, scope: dict[str, str]) -> Slot | None:
        right, left = _COMPARED.get(type(node), ("", ""))
        use = left if node.this is below else right
        other = (node.args.get("expression") or node.args.get("substr")) if node.this is below else node.this
        return self._stands_for(self._column(other, scope), use) if use else None

    def _inserted(self, node: Node, below: Node) -> Slot | None:
        """What the value at a place of an INSERT's row stands for."""
        insert = node.parent if isinstance(node, exp.Select) else node.parent and node.parent.parent
        if not isinstance(insert, exp.Insert) or not isinstance(insert.this, exp.Schema):
            return None
        place = next((i for i, e in enumerate(node.expressions) if e is below), None)
        columns = insert.this.expressions
        if place is None or place >= len(columns):
            return None
        return self._written(self._columns.get((fold(insert.this.this.name), fold(columns[place].name))))

    def _written(self, column: Origin) -> Slot | None:
        """A value to be written: where it refers to a row, that row's key."""
        if column is None:
            return None
        link = self.ground.link_of(*column)
        return Slot(link.to, link.to_columns[0], "key") if link else Slot(*column, "value")

    def _stands_for(self, column: Origin, use: str) -> Slot | None:
        if column is None:
            return None
        if column[1] == NAME:
            return Slot(*column, use)
        link = self.ground.link_of(*column)
        if use == "equals" and link is not None and self.ground.resolved(*column):
            return Slot(link.to, link.to_columns[0], "key")
        if use == "equals" and column[1] in self.ground.tables[column[0]].key:
            return Slot(*column, "key")
        slot = self.ground.slot(*column, "match" if use == "equals" else use)
        return Slot(slot.table, slot.column, use)

    def by_key(self, t: Told) -> bool:
        """Whether a statement's rows are picked by a key."""
        scope = self._scope(t.tree)
        where = t.tree.args.get("where")
        for eq in where.find_all(exp.EQ) if where else ():
            for c in (eq.this, eq.expression):
                column = self._resolved(c, scope) if isinstance(c, exp.Column) else None
                if isinstance(c, exp.Column) and c.name.lower() == "rowid":
                    return True
                if column is not None and column[1] in self.ground.tables[column[0]].key:
                    return True
        return False

    # ── Results ──

    def outputs(self, told: tuple[Told, ...], inputs: dict[str, Slot]) -> dict[str, Slot]:
        """Result path → what it stands for, of those that can be told."""
        out: dict[str, Slot] = {}
        returns = [t for t in told if t.statement.kind == "return"]
        lists = any(t.statement.shape == "list" for t in returns)
        for t in returns:
            for path, i in paths(t):
                slot = self._output(t, i, inputs)
                if slot is not None and slot == Slot(slot.table, "", "count") and lists and "[]" not in path:
                    slot = Slot(slot.table, "", "total")
                if slot is not None:
                    out[path] = slot
        return out

    def _output(self, t: Told, i: int, inputs: dict[str, Slot]) -> Slot | None:
        e = projection(t.tree, i)
        origin = t.origins[i] if i < len(t.origins) else None
        if isinstance(e, exp.Placeholder | exp.Parameter):  # what was asked for, said again
            given = inputs.get(e.name)
            return given and Slot(given.table, given.column, given.use if given.use in _PAGING else "")
        if e is None:
            return self.ground.slot(*origin) if origin else None
        use = _FUNCTIONS.get(type(e), "")
        scope = self._scope(t.tree)
        if use == "count":
            return self._counted(t.tree)
        column = origin or self._column(e.this if use else e, scope)
        link = self._part(t.tree, e, scope)
        if column is None:
            return self._period(e, scope)
        if use:
            return Slot(*column, use) if link is None else None
        if link is not None:
            return self._in_part(link, column)
        return Slot(*column) if column[1] == NAME else self.ground.slot(*column)

    def _counted(self, tree: Node) -> Slot | None:
        source = tree.args.get("from_") or tree.args.get("from")
        first = source and next(iter(source.find_all(exp.Table)), None)
        table = self._tables.get(fold(first.name)) if first else None
        return Slot(table, "", "count") if table else None

    def _period(self, e: Node, scope: dict[str, str]) -> Slot | None:
        """The month or year that a date is cut down to."""
        if isinstance(e, exp.TimeToStr) and isinstance(e.this, exp.TsOrDsToTimestamp):
            use = {"%Y-%m": "month", "%Y": "year"}.get(e.args["format"].name, "")
            column = self._column(e.this.this, scope)
        else:
            use = {"7": "month", "4": "year"}.get(_cut(e), "")
            column = self._column(e.this, scope) if use else None
        if not use or column is None or not self._is_date(column):
            return None
        return Slot(*column, use)

    def _is_date(self, column: tuple[str, str]) -> bool:
        return column in self.ground.columns and self.ground.columns[column].format in ("date", "datetime")

    def _part(self, tree: Node, e: Node, scope: dict[str, str]) -> Link | None:
        """The reference by which the row that a column is of was joined, where it is one of several to that table."""
        aliases = {fold(c.table) for c in e.find_all(exp.Column)}
        if tree.args.get("group") is not None:
            return None  # groups are what the rows are about, in whatever part they were joined
        for join in tree.args.get("joins") or ():
            if not isinstance(join.this, exp.Table) or aliases != {fold(join.this.alias_or_name)}:
                continue
            for on in (join.args.get("on") or exp.null()).find_all(exp.EQ):
                for c in (on.this, on.expression):
                    column = (
                        self._resolved(c, scope) if isinstance(c, exp.Column) and fold(c.table) not in aliases else None
                    )
                    link = self.ground.link_of(*column) if column else None
                    if link is not None and self.ground.several(link):
                        return link
        return None

    def _in_part(self, link: Link, column: tuple[str, str]) -> Slot | None:
        """What a column of a row joined in some part stands for: the reference, or the name of the row it leads to."""
        if (column[1],) == link.to_columns:
            return self.ground.slot(link.table, link.columns[0])
        display = self.ground.tables[link.to].display
        return Slot(link.table, link.columns[0], "name") if column[1] == NAME or (column[1],) == display else None

    # ── Columns ──

    def _scope(self, tree: Node) -> dict[str, str]:
        """Alias or name → table, of all tables a statement names. An alias that is used twice for different ones is left out."""
        found: dict[str, set[str]] = {}
        for t in tree.find_all(exp.Table):
            stored = self._tables.get(fold(t.name))
            if stored:
                found.setdefault(fold(t.alias_or_name), set()).add(stored)
        return {alias: next(iter(tables)) for alias, tables in found.items() if len(tables) == 1}

    def _column(self, e: Node, scope: dict[str, str]) -> Origin:
        """The one column an expression is about, as it is or reshaped; or the name of a row, put together from its parts."""
        parts = _parts(e)
        found = [self._resolved(c, scope) for c in parts or ()]
        columns = [c for c in found if c is not None]
        if not columns or len(columns) < len(found):
            return None
        if len(columns) == 1:
            cut = next(iter(e.find_all(exp.Substring)), None)
            return columns[0] if cut is None or self._is_date(columns[0]) else None
        table = columns[0][0]
        whole = tuple(columns) == tuple((table, d) for d in self.ground.tables[table].display)
        return (table, NAME) if whole else None

    def _resolved(self, c: Node, scope: dict[str, str]) -> Origin:
        alias, name = fold(c.table), fold(c.name)
        tables = {scope[alias]} if alias in scope else set() if alias else set(scope.values())
        found = {self._columns[fold(t), name] for t in tables if (fold(t), name) in self._columns}
        return next(iter(found)) if len(found) == 1 else None


def _parts(e: Node) -> list[Node] | None:
    """The columns that an expression reshapes or puts together; None where it computes something else from them."""
    if isinstance(e, exp.Column):
        return [e]
    if isinstance(e, exp.Literal):
        return []
    if _is_day(e):
        return _parts(e.this)
    if not isinstance(e, _THROUGH):
        return None
    inner = [_parts(x) for x in e.iter_expressions() if not isinstance(x, exp.DataType | exp.Identifier | exp.Var)]
    return None if None in inner else [c for part in inner if part for c in part]


def _cut(e: Node) -> str:
    """How long a text is that is cut from the beginning of another; empty where it is not."""
    if not isinstance(e, exp.Substring) or e.args["start"].name != "1":
        return ""
    length = e.args.get("length")
    return str(length.name) if isinstance(length, exp.Literal) else ""


def _is_day(e: Node) -> bool:
    return _cut(e) == "10"


def paths(t: Told) -> Iterator[tuple[str, int]]:
    """Where each column of a `return` comes to stand in the result."""
    s = t.statement
    if s.shape == "value":
        yield s.into, 0
        return
    prefix = f"{s.into}[]." if s.shape == "list" else f"{s.into}." if s.into else ""
    for i, column in enumerate(t.facts.columns):
        yield prefix + column, i
