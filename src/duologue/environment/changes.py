"""What a call changed, row by row: for people, for checks, and as the test that a replay went the same way. Never applied.

Two recorders with one face:

* `HookRecorder` listens to SQLite's pre-update hook, which tells of every row as it changes, whatever caused it: a statement,
  a trigger, a cascade, a REPLACE. Its cost is a fraction of the session extension's (which sets up a session, looks the
  table up and compares rows again for each call), and it sees rows whose key is NULL, which that extension leaves out.
* `SessionRecorder` uses the session extension. It serves images in which a table has a virtual generated column: there the
  hook's values cannot be read (apsw counts such a column, SQLite does not store it).

Both give the same changes otherwise; a property test holds them to it. Generated columns are left out: they follow from the
others. A row is known by its primary key; without one, or where a part of it is NULL, by its rowid. A key that changes is a
delete and an insert.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from math import isfinite
from typing import Any, Final, Protocol

import apsw
from msgspec import Struct

from duologue.ids import canonical
from duologue.types import Json, RowChange

_NO_CHANGE: Final = apsw.no_change
_NEED_CARE: Final = frozenset({bytes, float})
Row = tuple[Any, ...]
Event = tuple[str, Row | None, Row | None, int, int]
"""Table, old values, new values (stored columns in order), rowid before, rowid after."""


class TableShape(Struct, frozen=True):
    """How a table's rows are read: its columns, which of them are kept, and which are its key."""

    name: str
    columns: tuple[str, ...]
    """As the recorder meets them."""
    kept: tuple[int, ...]
    """Positions of the columns that changes show: all but generated ones."""
    key: tuple[int, ...]
    """Positions of the primary key; empty without one."""


def jsonable(value: Any) -> Json:
    """A value of SQLite as one of JSON: a blob becomes its size and the beginning of its hash, an infinite number null."""
    if isinstance(value, bytes):
        return {"blob": {"bytes": len(value), "sha256": hashlib.sha256(value).hexdigest()[:16]}}
    if isinstance(value, float) and not isfinite(value):
        return None
    return value


def record(columns: Sequence[str], row: Row) -> dict[str, Json]:
    """The values of a row by column, as `jsonable` gives them."""
    if _NEED_CARE.isdisjoint(map(type, row)):
        return dict(zip(columns, row, strict=False))
    return {n: jsonable(v) if v.__class__ in _NEED_CARE else v for n, v in zip(columns, row, strict=False)}


def _same(a: Any, b: Any) -> bool:
    return a is b or (a == b and type(a) is type(b))


# ── From events to changes ───────────────────────────────────────────────────────────────────────────────────────────────


def _key(shape: TableShape, row: Row, rowid: int) -> dict[str, Json]:
    key = {shape.columns[i]: jsonable(row[i]) for i in shape.key}
    return key if key and None not in key.values() else {"rowid": rowid}


def _full(shape: TableShape, row: Row) -> dict[str, Json]:
    if len(shape.kept) == len(shape.columns):
        return record(shape.columns, row)
    return {shape.columns[i]: jsonable(row[i]) for i in shape.kept}


def _change(shape: TableShape, event: Event) -> tuple[RowChange, ...]:
    table, old, new, rowid, rowid_new = event
    if old is None:
        assert new is not None
        return (RowChange(table, "insert", _key(shape, new, rowid_new), after=_full(shape, new)),)
    if new is None:
        return (RowChange(table, "delete", _key(shape, old, rowid), before=_full(shape, old)),)
    key = _key(shape, old, rowid)
    moved = _key(shape, new, rowid_new)
    if moved != key:
        return (
            RowChange(table, "delete", key, before=_full(shape, old)),
            RowChange(table, "insert", moved, after=_full(shape, new)),
        )
    differing = [i for i in shape.kept if not _same(old[i], new[i])]
    if not differing:
        return ()
    names = shape.columns
    before = {names[i]: jsonable(old[i]) for i in differing}
    return (RowChange(table, "update", key, before, {names[i]: jsonable(new[i]) for i in differing}),)


def _changes(shapes: Mapping[str, TableShape], events: list[Event]) -> tuple[RowChange, ...]:
    return net_changes([change for event in events for change in _change(shapes[event[0]], event)])


def net_changes(changes: Iterable[RowChange]) -> tuple[RowChange, ...]:
    """What successive changes come to: one change for each row that ends up different, by table and key. An insert undone by
    a delete is nothing, and so is an update that goes back; a delete and an insert of one key are an update."""
    changes = tuple(changes)
    if len(changes) < 2:
        return changes
    rows: dict[tuple[str, bytes], RowChange | None] = {}
    for change in changes:
        name = (change.table, canonical(change.key))
        earlier = rows.get(name)
        rows[name] = change if earlier is None else _merged(earlier, change)
    return tuple(sorted((c for c in rows.values() if c is not None), key=_place))


def _merged(a: RowChange, b: RowChange) -> RowChange | None:
    before = a.before
    if a.op == "update" and before is not None and b.before is not None:
        before = {**b.before, **before}  # what the first change found, for every column that either of them names
    if b.op == "delete":
        return None if a.op == "insert" else RowChange(a.table, "delete", a.key, before=before)
    after = b.after or {}
    if b.op == "update":
        after = {**(a.after or {}), **after}
    if a.op == "insert":
        return RowChange(a.table, "insert", a.key, after=after)
    return _difference(a, before or {}, after)


def _difference(change: RowChange, before: dict[str, Json], after: dict[str, Json]) -> RowChange | None:
    names = [n for n in after if n not in before or not _same(before[n], after[n])]
    if not names:
        return None
    return RowChange(
        change.table, "update", change.key, {n: before.get(n) for n in names}, {n: after[n] for n in names}
    )


def _place(change: RowChange) -> tuple[Any, ...]:
    return (change.table, tuple(_rank(value) for value in change.key.values()))


def _rank(value: Json) -> tuple[int, Any]:
    if value is None:
        return (0, 0)
    if isinstance(value, int | float):
        return (1, value)
    return (2, value) if isinstance(value, str) else (3, canonical(value))


# ── Recorders ────────────────────────────────────────────────────────────────────────────────────────────────────────────


class Recorder(Protocol):
    """Watches one connection between `begin` and `take` (or `drop`)."""

    def begin(self) -> None:
        """Start with nothing recorded."""

    @property
    def overflow(self) -> bool:
        """More rows changed than may be recorded."""

    def take(self) -> tuple[RowChange, ...]:
        """The net changes since `begin`; stops watching."""

    def drop(self) -> None:
        """Stop watching and forget."""


class HookRecorder:
    """Records through the pre-update hook."""

    def __init__(self, connection: apsw.Connection, shapes: Mapping[str, TableShape], most: int) -> None:
        self._shapes, self._most = shapes, most
        self._events: list[Event] = []
        self._on = False
        self.overflow = False
        connection.preupdate_hook(self._heard)

    def _heard(self, update: apsw.PreUpdate) -> None:
        if not self._on:
            return
        table = update.table_name
        if table not in self._shapes:  # SQLite's own tables, and those behind virtual ones
            return
        if len(self._events) >= self._most:
            self.overflow, self._on = True, False
            return
        self._events.append((table, update.old, update.new, update.rowid, update.rowid_new))

    def begin(self) -> None:
        self._events.clear()
        self._on, self.overflow = True, False

    def take(self) -> tuple[RowChange, ...]:
        self._on = False
        return _changes(self._shapes, self._events) if self._events else ()

    def drop(self) -> None:
        self._on = False
        self._events.clear()


class SessionRecorder:
    """Records through the session extension."""

    def __init__(self, connection: apsw.Connection, shapes: Mapping[str, TableShape], most: int) -> None:
        self._connection, self._shapes, self._most = connection, shapes, most
        self._session: apsw.Session | None = None
        self._before = 0

    def begin(self) -> None:
        self.drop()
        self._session = apsw.Session(self._connection, "main")
        self._session.config(apsw.SQLITE_SESSION_OBJCONFIG_ROWID, 1)
        self._session.attach()
        self._before = self._connection.total_changes()

    @property
    def overflow(self) -> bool:
        return self._connection.total_changes() - self._before > self._most

    def take(self) -> tuple[RowChange, ...]:
        session = self._session
        if session is None or session.is_empty:
            self.drop()
            return ()
        changes = [
            made
            for change in apsw.Changeset.iter(session.changeset())
            if (shape := self._shapes.get(change.name)) is not None
            for made in _from_changeset(shape, change)
        ]
        self.drop()
        return net_changes(changes)

    def drop(self) -> None:
        if self._session is not None:
            self._session.close()
            self._session = None


def _from_changeset(shape: TableShape, change: apsw.TableChange) -> tuple[RowChange, ...]:
    """A changeset's entry holds the stored columns (after the rowid where the table has no key), and of an update only
    the key and what changed."""
    names = [shape.columns[i] for i in shape.kept]
    offset = 0 if shape.key else 1
    old, new = change.old, change.new
    known = old if old is not None else new
    assert known is not None
    if shape.key:
        key = {shape.columns[i]: jsonable(known[shape.kept.index(i)]) for i in shape.key}
    else:
        key = {"rowid": known[0]}

    def named(row: Row) -> dict[str, Json]:
        return {n: jsonable(v) for n, v in zip(names, row[offset:], strict=True) if v is not _NO_CHANGE}

    if old is None:
        return (RowChange(shape.name, "insert", key, after=named(known)),)
    if new is None:
        return (RowChange(shape.name, "delete", key, before=named(known)),)
    after = named(new)
    before = {n: v for n, v in named(old).items() if n in after}
    return (RowChange(shape.name, "update", key, before, after),) if after else ()
