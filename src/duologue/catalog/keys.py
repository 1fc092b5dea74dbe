"""Which columns address a row, where no primary key says so."""

from duologue.catalog.introspect import RawTable
from duologue.catalog.statistics import TableStats
from duologue.catalog.words import words

LEAST_ROWS = 5


def find_key(table: RawTable, stats: TableStats, spelled: dict[str, list[str]]) -> tuple[str, ...]:
    """The primary key; else a unique column that is never NULL; else one whose name and values look like an identifier."""
    if table.key:
        return table.key
    for names in sorted(table.unique, key=len):
        if all(not stats.columns[n].nulls for n in names):
            return names
    if stats.rows < LEAST_ROWS:
        return ()
    for column in table.columns:
        found = stats.columns[column.name]
        parts = spelled[column.name]
        named = bool(parts) and parts[-1].lower() in words()["id"]
        if named and found.unique and not found.nulls and not found.sampled and set(found.types) <= {"INTEGER", "TEXT"}:
            return (column.name,)
    return ()
