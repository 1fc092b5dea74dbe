"""What a database declares: tables, views, columns, keys and foreign keys, as SQLite reports them.

Nothing is interpreted here. Names are always quoted; the real spelling of a table or column is used wherever a foreign
key writes it in another case. Shadow tables (the storage of full-text and R-tree indexes) and SQLite's own tables are
left out. What is dropped leaves a line in the notes.
"""

from typing import Any

import apsw
from msgspec import Struct

Row = tuple[Any, ...]


class RawColumn(Struct, frozen=True):
    """A column as declared."""

    name: str
    declared: str
    notnull: bool
    generated: bool


class RawLink(Struct, frozen=True):
    """A foreign key as declared; `to_columns` is empty where it names none."""

    columns: tuple[str, ...]
    to: str
    to_columns: tuple[str, ...]


class RawTable(Struct, frozen=True):
    """A table, view or virtual table as declared."""

    name: str
    kind: str
    """table · view · virtual."""
    columns: tuple[RawColumn, ...]
    key: tuple[str, ...]
    """Declared primary key, in key order."""
    rowid: bool
    """Has a rowid that can be read."""
    autokey: bool
    """Its key is an alias of the rowid."""
    unique: tuple[tuple[str, ...], ...] = ()
    """Column sets under a full (not partial) unique index or constraint."""
    indexed: tuple[str, ...] = ()
    """Columns that lead an index."""
    links: tuple[RawLink, ...] = ()
    strict: bool = False
    """Declared STRICT."""

    def spelled(self, name: str) -> str:
        """The real spelling of a column named in any case; empty where there is none."""
        return next((c.name for c in self.columns if c.name.casefold() == name.casefold()), "")


def quote(name: str) -> str:
    """A name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def select(db: apsw.Connection, sql: str, *bindings: str) -> list[Row]:
    """All rows of a query."""
    return db.execute(sql, bindings).fetchall()


def left_out(kind: str, name: str, why: str) -> str:
    """A note, in one line, on a table or view that the catalog does not hold."""
    called = "virtual table" if kind == "virtual" else kind
    return " ".join(f"{called} {name!r} left out: {why}".split())


def read_tables(db: apsw.Connection) -> tuple[list[RawTable], list[str]]:
    """Every table and view worth reading, in order of creation, and a note for each that was left out."""
    listed = select(
        db,
        "SELECT l.name, l.type, l.wr, l.strict FROM pragma_table_list l LEFT JOIN sqlite_schema s "
        "ON s.name = l.name AND s.type IN ('table', 'view') "
        "WHERE l.schema = 'main' AND lower(l.name) NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY s.rowid, l.name",
    )
    tables, notes = [], []
    for name, kind, without_rowid, strict in listed:
        if kind == "shadow":
            notes.append(left_out("table", name, "it is the storage of a virtual table"))
            continue
        try:
            raw = _read_table(db, name, kind, bool(without_rowid), bool(strict))
        except apsw.Error as e:
            notes.append(left_out(kind, name, f"it can't be read ({e})"))
            continue
        if raw.columns:
            tables.append(raw)
        else:
            notes.append(left_out(kind, name, "it has no readable columns"))
    return tables, notes


def _read_table(db: apsw.Connection, name: str, kind: str, without_rowid: bool, strict: bool) -> RawTable:
    rows = select(db, 'SELECT name, type, "notnull", pk, hidden FROM pragma_table_xinfo(?)', name)
    columns = tuple(RawColumn(n, t or "", bool(nn), hidden > 1) for n, t, nn, _, hidden in rows if n and hidden != 1)
    known = {c.name for c in columns}
    key = tuple(n for n, _, _, pk, _ in sorted(rows, key=lambda r: r[3]) if pk and n in known)
    real = kind == "table"
    declared = {n: (t or "").upper() for n, t, *_ in rows}
    autokey = real and not without_rowid and len(key) == 1 and declared[key[0]] == "INTEGER"
    unique, indexed = _read_indexes(db, name, known) if real else ((), ())
    rowid = real and not without_rowid and not known & {"rowid", "ROWID"}
    links = _read_links(db, name) if real else ()
    return RawTable(name, kind, columns, key, rowid, autokey, unique, indexed, links, strict)


def _read_indexes(
    db: apsw.Connection, table: str, known: set[str]
) -> tuple[tuple[tuple[str, ...], ...], tuple[str, ...]]:
    unique: list[tuple[str, ...]] = []
    indexed: list[str] = []
    listed = select(db, 'SELECT name, "unique", partial FROM pragma_index_list(?) ORDER BY seq DESC', table)
    for index, is_unique, partial in listed:
        names = tuple(n for (n,) in select(db, "SELECT name FROM pragma_index_info(?) ORDER BY seqno", index))
        if partial or not names or not known.issuperset(names):
            continue  # an index over an expression says nothing about columns
        if is_unique:
            unique.append(names)
        indexed.append(names[0])
    return tuple(unique), tuple(dict.fromkeys(indexed))


def _read_links(db: apsw.Connection, table: str) -> tuple[RawLink, ...]:
    groups: dict[int, list[Row]] = {}
    rows = select(
        db,
        'SELECT id, "table", "from", "to" FROM pragma_foreign_key_list(?) ORDER BY id DESC, seq',
        table,
    )
    for number, to, source, target in rows:
        groups.setdefault(number, []).append((to, source, target))
    return tuple(
        RawLink(tuple(s for _, s, _ in parts), parts[0][0], tuple(t for _, _, t in parts if t is not None))
        for parts in groups.values()
    )


def resolve_links(table: RawTable, tables: dict[str, RawTable]) -> tuple[list[RawLink], list[str]]:
    """A table's foreign keys in real spelling, and a note for each that leads nowhere. `tables` is keyed by casefolded name."""
    found, notes = [], []
    for link in table.links:
        target = tables.get(link.to.casefold())
        written = f"{table.name}.{', '.join(link.columns)} → {link.to}"
        if target is None:
            notes.append(f"foreign key {written} left out: there is no such table, or nothing in it")
            continue
        columns = tuple(map(table.spelled, link.columns))
        to_columns = tuple(map(target.spelled, link.to_columns)) if link.to_columns else target.key
        if "" in columns + to_columns or not to_columns or len(columns) != len(to_columns):
            notes.append(f"foreign key {written} left out: its columns don't match the other table's")
            continue
        resolved = RawLink(columns, target.name, to_columns)
        if resolved not in found and (table.name, columns) != (target.name, to_columns):
            found.append(resolved)
    return found, notes
