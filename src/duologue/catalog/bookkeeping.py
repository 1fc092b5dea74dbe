"""Columns and tables that the database keeps for itself: a row's version, the moment it was last touched, a trail of changes.

Two things make bookkeeping, and both are read off the schema. Nobody but a trigger or a default writes it, and what is written
follows from the clock, from counting, or from a copy of the row. What a change brings about in earnest is none: stock that goes down,
a total, a fine, a state. So

* a column is bookkeeping where a trigger that fires at every update of a row puts the moment, a number one higher, or
  an older value of the row into that same row. A trigger on one column, or under a condition, tells of an event (`shipped_at`, the number
  of renewals) and what it writes stays graded. A moment that stands `+3 days` ahead is a deadline, and stays too;
* a column whose default is the moment is bookkeeping where its name says that it is of the last change. Other such columns
  say when something came about, which people ask for; that they depend on the moment a proof finds out by itself;
* a table is a trail where triggers on other tables put copies of rows into it, as they were before an update, or beside the name of the
  table or of what was done to it; and where no other table refers to it. Rows that a delete moves to a table stay graded there.

The text of a trigger is what its author says. SQLite's authorizer says what it does, each write with the trigger behind it:
one write that the text did not explain, and the column or table is no bookkeeping. Names of triggers count for nothing.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import apsw
from msgspec import Struct

from duologue.catalog.introspect import RawTable, quote, select
from duologue.catalog.triggers import Trigger, read_trigger, row_column
from duologue.environment.schema import explore

__all__ = ["Bookkeeping", "find_bookkeeping"]

Place = tuple[str, str]
"""Table and column, folded; the column empty for the table as a whole."""

_OPERATIONS = frozenset(
    [
        *"iudc",
        *(
            f"{verb}{ending}"
            for verb in ("insert", "update", "delete", "create", "change", "remove", "add")
            for ending in ("", "d", "ed")
        ),
    ]
)
_MOMENT = re.compile(r"current_(?:timestamp|date|time)\b|'now'|\b(?:datetime|date|time|unixepoch|julianday)\(\)", re.I)
_FORMS = frozenset(["now", "localtime", "utc", "subsec", "subsecond", "auto", "unixepoch"])
_LAST_CHANGE = frozenset(
    [
        "update",
        "updated",
        "modify",
        "modified",
        "modification",
        "change",
        "changed",
        "touched",
        "sync",
        "synced",
        "edited",
    ]
)
"""Words of a column's name by which it is of the last change."""
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_ROWIDS = ("rowid", "_rowid_", "oid")


class Bookkeeping(Struct, frozen=True):
    """What was found: (table, column) → why, and table → why."""

    columns: dict[tuple[str, str], str] = {}
    trails: dict[str, str] = {}


class _Write(Struct, frozen=True):
    """What a trigger's text says of one write: why it is bookkeeping. `own` where it is proof by itself."""

    trigger: str
    why: str
    own: bool


def find_bookkeeping(db: apsw.Connection, tables: Sequence[RawTable]) -> Bookkeeping:
    """Find the bookkeeping of a schema."""
    real = {t.name.lower(): t for t in tables if t.kind == "table"}
    columns = dict(_defaults(db, real.values()))
    rows = select(db, "SELECT name, tbl_name, sql FROM sqlite_schema WHERE type = 'trigger' ORDER BY rowid")
    triggers = [read_trigger(*row) for row in rows if row[1].lower() in real]
    if not triggers:
        return Bookkeeping(columns)
    said: dict[Place, list[_Write]] = {}
    for trigger in triggers:
        for place, write in _explained(trigger, real):
            said.setdefault(place, []).append(write)
    done = _done(db, real.values())
    trails: dict[str, str] = {}
    for (table, column), writes in said.items():
        unexplained = done.get((table, column), set()) - {w.trigger for w in writes}
        if unexplained or not any(w.own for w in writes):
            continue
        why = next(w.why for w in writes if w.own)
        if column:
            name = real[table].spelled(column)
            columns[real[table].name, name] = why
        elif not _has_children(real[table], real.values()) and not any(t == table and c for t, c in done):
            trails[real[table].name] = why
    return Bookkeeping(columns, trails)


def _has_children(table: RawTable, tables: Iterable[RawTable]) -> bool:
    return any(link.to.lower() == table.name.lower() for t in tables for link in t.links)


def _defaults(db: apsw.Connection, tables: Iterable[RawTable]) -> Iterable[tuple[tuple[str, str], str]]:
    """Columns named for the last change whose default is the moment."""
    for table in tables:
        for name, default in select(db, "SELECT name, dflt_value FROM pragma_table_xinfo(?)", table.name):
            of_last_change = any(word.lower() in _LAST_CHANGE for word in _WORD.findall(name))
            if default and name not in table.key and of_last_change and _MOMENT.search(default):
                yield (table.name, name), "its default is the moment of the change"


def _done(db: apsw.Connection, tables: Iterable[RawTable]) -> dict[Place, set[str]]:
    """What SQLite says that triggers write: the column updated, or the table that rows come into or leave → the triggers."""
    out: dict[Place, set[str]] = {}
    for table in tables:
        names = ", ".join(f"{quote(c.name)} = NULL" for c in table.columns if not c.generated)
        into = quote(table.name)
        for sql in (f"INSERT INTO {into} DEFAULT VALUES", f"DELETE FROM {into}", f"UPDATE {into} SET {names}"):
            try:
                actions = explore(db, sql).actions
            except apsw.Error:
                continue  # a trigger that names what is gone, or an update of nothing: it can't run
            for action in actions:
                if action.context and action.code == apsw.SQLITE_UPDATE:
                    out.setdefault((action.first, action.second), set()).add(action.context)
                elif action.context and action.code in (apsw.SQLITE_INSERT, apsw.SQLITE_DELETE):
                    by = action.context if action.code == apsw.SQLITE_INSERT else f"{action.context}, deleting"
                    out.setdefault((action.first, ""), set()).add(by)
    return out


# ── What a trigger's text explains ───────────────────────────────────────────────────────────────────────────────────────


def _explained(trigger: Trigger, tables: Mapping[str, RawTable]) -> Iterable[tuple[Place, _Write]]:
    """The writes of a trigger that are bookkeeping by its text. One statement that explains nothing leaves its own place open."""
    if not trigger.read:
        return
    from sqlglot import exp

    places: dict[Place, list[_Write | None]] = {}
    for statement in trigger.statements:
        if isinstance(statement, exp.Update):
            target = statement.this.name.lower()
            for pair in statement.expressions:
                found = _column(trigger, target, statement, pair, tables)
                places.setdefault((target, pair.this.name.lower()), []).append(found)
        elif isinstance(statement, exp.Insert):
            into = statement.find(exp.Table)
            target = into.name.lower() if into is not None else ""
            places.setdefault((target, ""), []).append(_trail(trigger, target, statement, tables))
    for place, writes in places.items():
        known = [w for w in writes if w is not None]
        if len(known) == len(writes) and place[0] in tables:
            yield from ((place, w) for w in known)


def _column(trigger: Trigger, target: str, update: Any, pair: Any, tables: Mapping[str, RawTable]) -> _Write | None:
    """Why a column set by a trigger is bookkeeping; None where it is not."""
    column, value = pair.this.name.lower(), pair.expression
    raw = tables.get(target)
    if raw is None or column in {k.lower() for k in raw.key}:
        return None
    same_row = target == trigger.table and _is_own_row(update, raw)
    written = {p.this.name.lower() for p in update.expressions}
    always = trigger.event != "delete" and _fires_always(trigger, tables[trigger.table], written)
    by = f"the trigger {trigger.name!r}"
    own = same_row and always and trigger.event == "update"
    if _is_moment(value):
        settled = own or (always and trigger.event != "delete")
        return _Write(trigger.name, f"{by} sets it to the moment of each change", own) if settled else None
    if _is_one_more(value, column) and always:
        return _Write(trigger.name, f"{by} counts each change of the row", own)
    older = _copied(value)
    if older and same_row and trigger.event == "update" and column != older:
        fires = always or (trigger.of in (frozenset(), {older}) and _compares_only(trigger.when, {older}))
        return _Write(trigger.name, f"{by} keeps the earlier {older} in it", True) if fires else None
    return None


def _is_own_row(update: Any, raw: RawTable) -> bool:
    """Whether an UPDATE is of the row that fired it: by its whole key, or its rowid."""
    from sqlglot import exp

    where = update.args.get("where")
    if where is None or update.args.get("from_") is not None:
        return False
    pinned = set()
    for part in where.this.flatten() if isinstance(where.this, exp.And) else (where.this,):
        found = part.unnest()
        if not isinstance(found, exp.EQ | exp.NullSafeEQ | exp.Is):
            return False
        sides = [s.unnest() for s in (found.this, found.expression)]
        if not all(isinstance(s, exp.Column) for s in sides):
            return False
        one, two = sorted(map(row_column, sides), key=lambda side: side[0] in ("old", "new"))
        if one[1] != two[1] or one[0] not in ("", raw.name.lower()) or two[0] not in ("old", "new"):
            return False
        pinned.add(one[1])
    keys = {k.lower() for k in raw.key}
    return bool(pinned & set(_ROWIDS)) or (bool(keys) and keys <= pinned)


def _fires_always(trigger: Trigger, raw: RawTable, written: Collection[str]) -> bool:
    """Whether a trigger fires whatever changes of a row. That it keeps from firing at its own write is no condition."""
    others = {c.name.lower() for c in raw.columns if not c.generated} - {k.lower() for k in raw.key} - set(written)
    if trigger.of and not others <= trigger.of:
        return False
    if trigger.when is None or _compares_only(trigger.when, written):
        return True
    return _compares_only(trigger.when, None) and others <= _mentioned(trigger.when)


def _mentioned(condition: Any) -> set[str]:
    from sqlglot import exp

    return {row_column(c)[1] for c in condition.find_all(exp.Column)} if condition is not None else set()


def _compares_only(condition: Any, columns: Collection[str] | None) -> bool:
    """Whether a condition only holds a row before against the row after, in these columns (None: in any)."""
    from sqlglot import exp

    if condition is None:
        return True
    if any(node.find_ancestor(exp.Coalesce) is None for node in condition.find_all(exp.Literal)):
        return False
    if condition.find(exp.Select) is not None:
        return False
    found = [row_column(c) for c in condition.find_all(exp.Column)]
    return all(t in ("old", "new") and (columns is None or c in columns) for t, c in found)


def _is_moment(value: Any) -> bool:
    """Whether an expression is the present moment in some writing, and not one that lies ahead or behind."""
    from sqlglot import exp

    text = value.sql(dialect="sqlite")
    if not _MOMENT.search(text) or value.find(exp.Column) is not None or value.find(exp.Select) is not None:
        return False
    texts = [node.this for node in value.find_all(exp.Literal) if node.is_string]
    if not all(t.lower() in _FORMS or "%" in t for t in texts):
        return False
    return not any("2440587" not in node.sql() for node in value.find_all(exp.Add, exp.Sub))


def _is_one_more(value: Any, column: str) -> bool:
    """Whether an expression counts on by one: `version + 1`, `coalesce(OLD.version, 0) + 1`. What grows by more is earned."""
    from sqlglot import exp

    value = value.unnest()
    if not isinstance(value, exp.Add):
        return False
    sides = [value.this.unnest(), value.expression.unnest()]
    number = next((s for s in sides if isinstance(s, exp.Literal) and s.is_int), None)
    names = {row_column(c)[1] for c in value.find_all(exp.Column)}
    plain = not any(value.find_all(exp.Select, exp.Mul, exp.Sub, exp.Div, exp.Case))
    return number is not None and int(number.this) == 1 and names == {column} and plain


def _copied(value: Any) -> str:
    """The column whose value before the change an expression is; empty where it is anything else."""
    from sqlglot import exp

    value = value.unnest()
    if not isinstance(value, exp.Column):
        return ""
    which, name = row_column(value)
    return name if which == "old" else ""


# ── Trails ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _trail(trigger: Trigger, target: str, insert: Any, tables: Mapping[str, RawTable]) -> _Write | None:
    """Why rows that a trigger adds to a table are a trail of changes; None where they may be more."""
    from sqlglot import exp

    raw = tables.get(trigger.table)
    if raw is None or target == trigger.table or insert.args.get("conflict") or insert.args.get("alternative"):
        return None
    if not _compares_only(trigger.when, None):
        return None
    values = _values(insert.expression)
    if not values or not all(_is_copy(v, raw) for v in values):
        return None
    why = f"the trigger {trigger.name!r} keeps a trail of {raw.name!r} in it"
    found = [row_column(c) for v in values for c in v.find_all(exp.Column)]
    keys = {k.lower() for k in raw.key}
    before = {c for t, c in found if t == "old"} - keys
    named = {n.this.lower() for v in values for n in v.find_all(exp.Literal) if n.is_string}
    # rows that a delete copies elsewhere may be asked for there ("returned"): only the name of the deed makes that a trail
    proof = bool(named & (_OPERATIONS | {trigger.table})) or (trigger.event == "update" and bool(before))
    return _Write(trigger.name, why, proof)


def _values(source: Any) -> list[Any]:
    """The expressions of the rows put in; none where rows of other tables have a part in them."""
    from sqlglot import exp

    if isinstance(source, exp.Values):
        return [v for row in source.expressions for v in (row.expressions if isinstance(row, exp.Tuple) else [row])]
    if isinstance(source, exp.Select) and source.args.get("from_") is None:
        where = source.args.get("where")
        return list(source.expressions) if _compares_only(where.this if where is not None else None, None) else []
    return []


def _is_copy(value: Any, raw: RawTable) -> bool:
    """Whether a value is of the row itself, the moment, or the name of a table, a column or what was done."""
    from sqlglot import exp

    if _is_moment(value):
        return True
    if any(value.find_all(exp.Select, exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod)):
        return False
    if any(row_column(c)[0] not in ("old", "new") for c in value.find_all(exp.Column)):
        return False
    labels = {c.name.lower() for c in raw.columns} | {raw.name.lower()} | _OPERATIONS
    within = isinstance(value.unnest(), exp.Column | exp.Literal | exp.Null)
    texts = [n.this.lower() for n in value.find_all(exp.Literal) if n.is_string]
    return all(t in labels for t in texts) if within else value.find(exp.Column) is not None
