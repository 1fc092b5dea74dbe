"""Labels that a domain knows better than any rule: they replace the derived ones."""

from collections.abc import Mapping

from msgspec.structs import replace

from duologue.catalog.model import Catalog, Column, Table
from duologue.catalog.nouns import plural


def relabelled(catalog: Catalog, labels: Mapping[str, str]) -> Catalog:
    """The catalog with the labels given for tables (`orders`) and columns (`orders.ordered_at`) in place."""
    return replace(catalog, tables=tuple(_table(t, labels) for t in catalog.tables)) if labels else catalog


def _table(table: Table, labels: Mapping[str, str]) -> Table:
    label = labels.get(table.name)
    columns = tuple(_column(c, labels.get(f"{table.name}.{c.name}")) for c in table.columns)
    if label is None:
        return replace(table, columns=columns)
    return replace(table, columns=columns, label=label, plural=plural(label))


def _column(column: Column, label: str | None) -> Column:
    return column if label is None else replace(column, label=label, plural=plural(label))
