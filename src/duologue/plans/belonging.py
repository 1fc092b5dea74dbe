"""Whose the things on the user's side are: the row of the desk's that a row of the user's first table refers to."""

from collections.abc import Container
from itertools import groupby

import apsw

__all__ = ["above", "reference"]

_KEYS = 'SELECT id, "from", "table", "to" FROM pragma_foreign_key_list(?) ORDER BY id DESC, seq'
"""SQLite numbers foreign keys from the one that was declared last."""


def reference(db: apsw.Connection, table: str, theirs: Container[str]) -> tuple[str, str] | None:
    """The first declared foreign key of a table to the key of a table of the desk's, as (column, table): one column to one. None where there
    is none. `theirs`: the user's tables."""
    named = {name.lower(): name for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    for _, columns in groupby(db.execute(_KEYS, (table,)), key=lambda row: row[0]):
        (_, column, to, target), *more = columns
        desk = named.get(str(to).lower(), "")
        key = [name for name, pk in db.execute("SELECT name, pk FROM pragma_table_info(?)", (desk,)) if pk]
        whole = not more and len(key) == 1 and (target is None or str(target).lower() == str(key[0]).lower())
        if whole and desk not in theirs:
            return str(column), desk
    return None


def above(db: apsw.Connection, table: str) -> frozenset[str]:
    """A table and those that its rows belong to: what its foreign keys lead to, and theirs."""
    named = {name.lower(): name for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    found, ahead = {table}, [table]
    while ahead:
        for (to,) in db.execute('SELECT "table" FROM pragma_foreign_key_list(?)', (ahead.pop(),)).fetchall():
            parent = named.get(str(to).lower(), "")
            if parent and parent not in found:
                found.add(parent)
                ahead.append(parent)
    return frozenset(found)
