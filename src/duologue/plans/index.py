"""What a toolset offers, arranged by what people want: which tool serves a meaning, and how its results are read.

A tool's `inputs` and `outputs` say what its parameters and result fields stand for. From them this module makes, once per
toolset, the tables that everybody who acts *without* a gold plan needs: the task sampler and the scripted agent. Nothing here
knows a task or a dialogue.
"""

from collections.abc import Mapping

from msgspec import Struct

from duologue.catalog.model import Catalog, Table
from duologue.types import Json, Meaning, Slot, Tool, Toolset


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


def own_key_inputs(tool: Tool, catalog: Catalog) -> dict[str, Slot]:
    """A tool's inputs. Where a row of a table with a composite key is addressed by its own key column and by one that
    refers elsewhere, both are parts of its key, not two rows."""
    meaning = tool.meaning
    table = next((t for t in catalog.tables if meaning is not None and t.name == meaning.table), None)
    own = {s.column for s in tool.inputs.values() if s.use == "key" and table is not None and s.table == table.name}
    if meaning is None or table is None or meaning.family not in ("get", "set", "remove") or not own:
        return tool.inputs
    parts = reference_parts(table, catalog)
    out = {}
    for name, slot in tool.inputs.items():
        column = parts.get(Slot(slot.table, slot.column)) if slot.use == "key" else None
        if column is not None and column not in own:
            own.add(column)
            slot = Slot(table.name, column, "key")
        out[name] = slot
    return out


class ToolIndex:
    """A toolset, looked up by name and by meaning."""

    def __init__(self, toolset: Toolset, catalog: Catalog) -> None:
        self.toolset = toolset
        self.inputs: dict[str, dict[str, Slot]] = {t.name: own_key_inputs(t, catalog) for t in toolset.tools}
        """Tool name → its inputs, with every part of a composite key as a part of that key."""
        self.by_name: dict[str, Tool] = {t.name: t for t in toolset.tools}
        self.groups: dict[str, tuple[Group, ...]] = {t.name: groups_of(t) for t in toolset.tools}
        self._by_meaning: dict[Meaning, Tool] = {}
        self._finders: dict[str, list[Tool]] = {}
        for tool in toolset.tools:
            if tool.meaning is None:
                continue
            self._by_meaning.setdefault(tool.meaning, tool)
            if tool.meaning.family in ("find", "search"):
                self._finders.setdefault(tool.meaning.table, []).append(tool)

    def serving(self, meaning: Meaning) -> Tool | None:
        """The tool with exactly this meaning."""
        return self._by_meaning.get(meaning)

    def getter(self, table: str) -> Tool | None:
        """The read that shows one row of the table by its key."""
        for meaning, tool in self._by_meaning.items():
            keys = {s.table for s in self.inputs[tool.name].values() if s.use == "key"}
            if meaning.family == "get" and meaning.table == table and keys == {table}:
                return tool
        return None

    def lookup(self, table: str, by: Mapping[str, Json]) -> tuple[Tool, dict[str, Json]] | None:
        """A read that finds rows of `table` from what is said of them, and its arguments; None where no tool can.

        `@name` needs a text parameter that matches names. Other columns are given to an `equals` filter, or to a pair of
        `from`/`to`; what the tool cannot filter by is left for the reader of its results, as long as one value is used.
        """
        for tool in sorted(self._finders.get(table, ()), key=lambda t: t.meaning is None or t.meaning.family != "find"):
            arguments = _filters(tool, table, by)
            required = tool.parameters.get("required", ())
            if arguments and all(r in arguments for r in required):
                return tool, arguments
        return None


def _filters(tool: Tool, table: str, by: Mapping[str, Json]) -> dict[str, Json]:
    out: dict[str, Json] = {}
    for name, slot in tool.inputs.items():
        if slot.table == table and slot.column in by and slot.use in ("match", "equals", "from", "to"):
            out[name] = by[slot.column]
    return out
