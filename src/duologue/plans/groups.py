"""What parameters and result fields stand for, arranged: slots as text, the fields that form rows, the parts of composite keys."""

from collections.abc import Mapping

from msgspec import Struct

from duologue.catalog.model import Catalog, Table
from duologue.types import Json, Slot, Tool


def slot_key(slot: Slot) -> str:
    """`table.column`, with `:use` for computed values: how a value's meaning is written in a `Need`."""
    base = f"{slot.table}.{slot.column}"
    return f"{base}:{slot.use}" if slot.use else base


class Group(Struct, frozen=True):
    """The fields of a result that form rows together: those under one list, one nested object, or the top level."""

    prefix: str
    """`rows`, `customer`, or empty for the top level."""
    many: bool
    fields: tuple[tuple[str, str], ...]
    """(field name, slot key) pairs."""

    def path(self, index: int, field: str) -> str:
        """Where the field of row `index` stands in the result."""
        if not self.prefix:
            return field
        return f"{self.prefix}[{index}].{field}" if self.many else f"{self.prefix}.{field}"

    def rows(self, result: Mapping[str, Json]) -> list[dict[str, Json]]:
        """The raw rows of this group in a result; an absent or null part gives none."""
        part = result.get(self.prefix) if self.prefix else result
        if self.many:
            return [r for r in part if isinstance(r, dict)] if isinstance(part, list) else []
        return [part] if isinstance(part, dict) else []


def groups_of(tool: Tool) -> tuple[Group, ...]:
    """The groups of a tool's result, lists first (they are what a reader looks at), then objects, the top level last."""
    found: dict[tuple[str, bool], list[tuple[str, str]]] = {}
    for path, slot in tool.outputs.items():
        if "[]." in path:
            prefix, field = path.split("[].", 1)
            found.setdefault((prefix, True), []).append((field, slot_key(slot)))
        else:
            prefix, _, field = path.rpartition(".")
            found.setdefault((prefix, False), []).append((field, slot_key(slot)))
    order = sorted(found, key=lambda k: (not k[1], k[0] == "", k[0]))
    return tuple(Group(prefix=p, many=m, fields=tuple(found[p, m])) for p, m in order)


def reference_parts(table: Table, catalog: Catalog) -> dict[Slot, str]:
    """For a composite key: what its parts that refer to other tables stand for there → the key column.

    Parts that refer to the same place are left out: they can't be told apart by what they stand for.
    """
    if len(table.key) < 2:
        return {}
    found: dict[Slot, list[str]] = {}
    for link in catalog.links:
        if link.table == table.name and len(link.columns) == 1 and link.columns[0] in table.key:
            found.setdefault(Slot(link.to, link.to_columns[0]), []).append(link.columns[0])
    return {slot: columns[0] for slot, columns in found.items() if len(columns) == 1}
