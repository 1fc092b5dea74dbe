"""Statements as sqlglot trees, and trees as SQLite's text.

No SQL is pasted together from strings: identifiers are always quoted, values are literals of the tree or named parameters.
Trees are built from bare nodes rather than with sqlglot's fluent builders, which copy and parse at each step and cost eight
times as much; a toolset needs some forty statements.
"""

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct, field
from sqlglot import exp
from sqlglot.dialects.sqlite import SQLite

from duologue.tools.drafts import (
    Agg,
    Among,
    Arg,
    Col,
    Compare,
    Condition,
    Const,
    Contains,
    Delete,
    Display,
    Empty,
    Exists,
    Field,
    Filled,
    Insert,
    Moment,
    Next,
    OrKeep,
    Part,
    Query,
    Share,
    Term,
    Update,
)

_OPS: dict[str, Any] = {
    "=": exp.EQ,
    ">=": exp.GTE,
    "<=": exp.LTE,
    ">": exp.GT,
    "<": exp.LT,
    "is": exp.Is,
    "is not": exp.NullSafeNEQ,
}


class Names(Struct, frozen=True):
    """How a dialect writes what a draft left open."""

    params: Mapping[str, str]
    """Parameter id → name."""
    fields: Mapping[tuple[str, str, str], str]
    """Concept → field name."""
    text_ids: bool = False
    """Integer keys travel as text."""
    days: frozenset[tuple[str, str]] = field(default_factory=frozenset)
    """(table, column) of the times that are shown as dates."""
    integer_params: frozenset[str] = field(default_factory=frozenset)
    """Ids of the parameters that hold an integer key."""
    suffixes: Mapping[str, str] = field(default_factory=dict)
    """Parameter id → what is put behind its first ten characters: the midnight that a stored date carries."""


def text(tree: exp.Expression) -> str:
    """The tree in SQLite's words."""
    return str(SQLite().generator().generate(tree, copy=False))


def statement(body: Query | Insert | Update | Delete | Exists, names: Names) -> str:
    """The SQL of one statement of a draft."""
    return text(_Builder(names).statement(body))


def count_of(query: Query, names: Names, extra: Mapping[str, str], label: str) -> str:
    """A SELECT that counts the rows `query` would give without its limit, as `label`, and repeats the arguments in `extra`
    (column name → parameter id) beside it."""
    return text(_Builder(names).count(query, extra, label))


def _identifier(name: str) -> exp.Identifier:
    return exp.Identifier(this=name, quoted=True)


def _column(name: str, alias: str = "") -> exp.Expression:
    return exp.Column(this=_identifier(name), table=_identifier(alias)) if alias else exp.Column(this=_identifier(name))


def _table(name: str, alias: str = "") -> exp.Expression:
    return exp.Table(this=_identifier(name), alias=exp.TableAlias(this=_identifier(alias)) if alias else None)


def _call(name: str, *arguments: exp.Expression) -> exp.Expression:
    return exp.Anonymous(this=name, expressions=list(arguments))


def _literal(value: Any) -> exp.Expression:
    if value is None:
        return exp.Null()
    if isinstance(value, str):
        return exp.Literal.string(value)
    if isinstance(value, int | float) and value < 0:
        return exp.Neg(this=exp.Literal.number(-value))
    return exp.Literal.number(int(value) if isinstance(value, bool) else value)


def _cast(tree: exp.Expression, to: str) -> exp.Expression:
    return exp.Cast(this=tree, to=exp.DataType(this=exp.DataType.Type[to]))


def _all(trees: list[exp.Expression]) -> exp.Expression:
    out = trees[0]
    for tree in trees[1:]:
        out = exp.And(this=out, expression=tree)
    return out


class _Builder:
    """Turns terms, conditions and statements into trees, under the names of one dialect."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self.terms: dict[type, Callable[[Any], exp.Expression]] = {
            Col: lambda t: _column(t.column, t.alias),
            Display: self.display,
            Part: lambda t: _call("SUBSTR", self.term(t.of), _literal(1), _literal(t.length)),
            Moment: self.moment,
            Agg: self.agg,
            Share: self.share,
            Const: lambda t: _literal(t.value),
            Arg: self.arg,
            Next: lambda t: exp.Add(
                this=_call("COALESCE", exp.Max(this=self.term(t.of)), _literal(0)), expression=_literal(1)
            ),
            OrKeep: lambda t: _call("COALESCE", self.term(t.arg), _column(t.column)),
        }
        self.conditions: dict[type, Callable[[Any], exp.Expression]] = {
            Compare: self.compare,
            Contains: self.contains,
            Empty: self.empty,
            Filled: lambda c: exp.Not(this=exp.Is(this=self.term(c.of), expression=exp.Null())),
            Among: self.among,
            Exists: self.exists,
        }

    # ── terms ──

    def term(self, term: Term) -> exp.Expression:
        return self.terms[type(term)](term)

    def arg(self, term: Arg) -> exp.Expression:
        if term.bound:
            return exp.Placeholder(this=term.id)
        tree: exp.Expression = exp.Placeholder(this=self.names.params[term.id])
        if self.names.text_ids and term.id in self.names.integer_params:
            tree = _cast(tree, "INT")
        suffix = self.names.suffixes.get(term.id)
        if not suffix:
            return tree
        return exp.DPipe(this=_call("SUBSTR", tree, _literal(1), _literal(10)), expression=_literal(suffix))

    def display(self, term: Display) -> exp.Expression:
        parts = [_column(name, term.alias) for name in term.columns]
        if len(parts) == 1:
            return parts[0]
        if term.nullable:
            parts = [_call("COALESCE", part, _literal("")) for part in parts]
        tree = parts[0]
        for part in parts[1:]:
            tree = exp.DPipe(this=exp.DPipe(this=tree, expression=_literal(" ")), expression=part)
        return _call("NULLIF", _call("TRIM", tree), _literal("")) if term.nullable else tree

    def moment(self, term: Moment) -> exp.Expression:
        tree = self.term(term.of)
        if term.scale > 1:
            tree = exp.Div(this=tree, expression=_literal(term.scale))
        return _call("DATETIME", tree, _literal("unixepoch"))

    def agg(self, term: Agg) -> exp.Expression:
        inner = self.term(term.of) if term.of else exp.Star()
        tree: exp.Expression = _call(term.func, inner)
        return tree if term.digits is None else _call("ROUND", tree, _literal(term.digits))

    def share(self, term: Share) -> exp.Expression:
        test = exp.Is(this=self.term(term.of), expression=self.term(term.value))
        case = exp.Case(ifs=[exp.If(this=test, true=_literal(1.0))], default=_literal(0.0))
        mean: exp.Expression = _call("AVG", case)
        if term.percent:
            mean = exp.Mul(this=_literal(100), expression=mean)
        return _call("ROUND", mean, _literal(1 if term.percent else 4))

    # ── conditions ──

    def condition(self, condition: Condition) -> exp.Expression:
        return self.conditions[type(condition)](condition)

    def optional(self, arg: Term, tree: exp.Expression) -> exp.Expression:
        if not isinstance(arg, Arg):
            return tree
        missing = exp.Is(this=exp.Placeholder(this=self.names.params[arg.id]), expression=exp.Null())
        return exp.Paren(this=exp.Or(this=missing, expression=tree))

    def compare(self, c: Compare) -> exp.Expression:
        right = self.term(c.right)
        if c.nocase:
            right = exp.Collate(this=right, expression=exp.Var(this="NOCASE"))
        tree: exp.Expression = _OPS[c.op](this=self.term(c.left), expression=right)
        return self.optional(c.right, tree) if c.optional else tree

    def contains(self, c: Contains) -> exp.Expression:
        tree: exp.Expression = exp.GT(
            this=_call("INSTR", _call("LOWER", self.term(c.left)), _call("LOWER", self.arg(c.arg))),
            expression=_literal(0),
        )
        return self.optional(c.arg, tree) if c.optional else tree

    def empty(self, c: Empty) -> exp.Expression:
        null = exp.Is(this=self.term(c.of), expression=exp.Null())
        blank = exp.EQ(this=self.term(c.of), expression=_literal(""))
        return exp.Paren(this=exp.Or(this=null, expression=blank))

    def among(self, c: Among) -> exp.Expression:
        tree: exp.Expression = exp.In(this=self.term(c.of), expressions=[_literal(v) for v in c.values])
        if not c.negated:
            return tree
        null = exp.Is(this=self.term(c.of), expression=exp.Null())
        return exp.Paren(this=exp.Or(this=null, expression=exp.Not(this=tree)))

    def exists(self, c: Exists) -> exp.Expression:
        where = exp.Where(this=_all([self.condition(w) for w in c.where])) if c.where else None
        inner = exp.Select(expressions=[_literal(1)], from_=exp.From(this=_table(c.table, c.alias)), where=where)
        tree: exp.Expression = exp.Exists(this=inner)
        if c.negated:
            tree = exp.Not(this=tree)
        return self.optional(Arg(c.optional), tree) if c.optional else tree

    # ── statements ──

    def statement(self, body: Query | Insert | Update | Delete | Exists) -> exp.Expression:
        if isinstance(body, Query):
            return self.select(body)
        if isinstance(body, Exists):
            return exp.Select(expressions=[self.exists(body)])
        if isinstance(body, Insert):
            columns = [_identifier(name) for name, _ in body.values]
            row = exp.Tuple(expressions=[self.term(value) for _, value in body.values])
            return exp.Insert(
                this=exp.Schema(this=_table(body.table), expressions=columns), expression=exp.Values(expressions=[row])
            )
        where = exp.Where(this=_all([self.condition(c) for c in body.where]))
        if isinstance(body, Delete):
            return exp.Delete(this=_table(body.table), where=where)
        sets = [exp.EQ(this=_column(name), expression=self.term(value)) for name, value in body.values]
        return exp.Update(this=_table(body.table), expressions=sets, where=where)

    def select(self, query: Query) -> exp.Expression:
        shown = [
            exp.Alias(this=self.shown(f), alias=_identifier(self.names.fields.get(f.concept, f.concept[1])))
            for f in query.fields
        ]
        tree = exp.Select(expressions=shown, **self.clauses(query))
        if query.order:
            terms = [exp.Ordered(this=self.term(t), desc=down, nulls_first=not down) for t, down in query.order]
            tree.set("order", exp.Order(expressions=terms))
        if query.limit != "":
            limit = self.arg(Arg(query.limit)) if isinstance(query.limit, str) else _literal(query.limit)
            tree.set("limit", exp.Limit(expression=limit))
        if query.offset:
            tree.set("offset", exp.Offset(expression=self.arg(Arg(query.offset))))
        return tree

    def shown(self, shown: Field) -> exp.Expression:
        term = shown.term
        if isinstance(term, Col) and (shown.concept[0], shown.concept[1]) in self.names.days:
            return self.term(Part(term, 10))
        tree = self.term(term)
        return _cast(tree, "TEXT") if self.names.text_ids and shown.integer_key else tree

    def clauses(self, query: Query) -> dict[str, Any]:
        first, *rest = query.sources
        out: dict[str, Any] = {"from_": exp.From(this=_table(first.table, first.alias)), "joins": []}
        for s in rest:
            on = _all([exp.EQ(this=_column(own, s.alias), expression=_column(o, a)) for own, a, o in s.on])
            out["joins"].append(exp.Join(this=_table(s.table, s.alias), side="LEFT" if s.left else None, on=on))
        if query.where:
            out["where"] = exp.Where(this=_all([self.condition(c) for c in query.where]))
        if query.group:
            out["group"] = exp.Group(expressions=[self.term(t) for t in query.group])
        return out

    def count(self, query: Query, extra: Mapping[str, str], label: str) -> exp.Expression:
        echoed = [exp.Alias(this=self.arg(Arg(id)), alias=_identifier(name)) for name, id in extra.items()]
        total = exp.Alias(this=exp.Count(this=exp.Star()), alias=_identifier(label))
        if not query.group:
            needed = tuple(s for s in query.sources if not s.left or _uses(query.where, s.alias))
            bare = Query(sources=_closed(needed, query.sources), fields=(), where=query.where)
            return exp.Select(expressions=[total, *echoed], **self.clauses(bare))
        inner = exp.Select(expressions=[_literal(1)], **self.clauses(query))
        wrapped = exp.Subquery(this=inner, alias=exp.TableAlias(this=_identifier("g")))
        return exp.Select(expressions=[total, *echoed], from_=exp.From(this=wrapped))


def _uses(conditions: tuple[Condition, ...], alias: str) -> bool:
    """Whether any condition speaks of a joined table."""
    for c in conditions:
        terms: list[Any] = []
        if isinstance(c, Exists):
            if _uses(c.where, alias):
                return True
        elif isinstance(c, Compare):
            terms = [c.left, c.right]
        elif isinstance(c, Contains):
            terms = [c.left]
        else:
            terms = [c.of]
        if any(getattr(getattr(t, "of", t), "alias", "") == alias for t in terms):
            return True
    return False


def _closed(needed: tuple[Any, ...], sources: tuple[Any, ...]) -> tuple[Any, ...]:
    """`needed` with every source its joins lean on, in the order of `sources`."""
    aliases = {s.alias for s in needed} | {sources[0].alias}
    for s in reversed(sources):
        if s.alias in aliases:
            aliases |= {alias for _, alias, _ in s.on}
    return tuple(s for s in sources if s.alias in aliases)
