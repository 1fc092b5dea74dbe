"""What a domain knows better than any rule: labels and names that replace the derived ones, and tables that are none of the desk's."""

from collections.abc import Collection, Mapping, Sequence

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


def without(catalog: Catalog, tables: Collection[str]) -> Catalog:
    """The catalog without some tables, and without the links from and to them."""
    if not tables:
        return catalog
    links = tuple(x for x in catalog.links if x.table not in tables and x.to not in tables)
    return replace(catalog, tables=tuple(t for t in catalog.tables if t.name not in tables), links=links)


TELLING = 0.3
"""Share of a table's rows that a name must tell apart: as much as a column that is called `name` must."""


def named_by(catalog: Catalog, names: Mapping[str, Sequence[str]]) -> Catalog:
    """The catalog with the columns given for tables as what people call their rows by. What can be no name is left as it is:
    a column that is no text or says the same of most rows, and rows that only tie two others together."""
    return (
        replace(catalog, tables=tuple(_called(t, names.get(t.name, ())) for t in catalog.tables)) if names else catalog
    )


def _called(table: Table, names: Sequence[str]) -> Table:
    found = [c for c in table.columns if c.name in names and c.type == "TEXT"]
    telling = any(c.distinct >= TELLING * table.rows > 0 for c in found)
    if not names or len(found) < len(names) or table.kind == "link" or not telling:
        return table
    columns = tuple(
        replace(c, role="name") if c in found and c.role in ("text", "category") else c for c in table.columns
    )
    return replace(table, columns=columns, display=tuple(names))
