"""A toolset, looked up by name and by meaning: which tool serves what people want.

Made once per toolset, for everybody who acts *without* a gold plan: the task sampler and the scripted agent. Nothing here knows a
task or a dialogue.
"""

from collections.abc import Mapping, Sequence

from duologue.catalog.model import Catalog
from duologue.plans.groups import reference_parts
from duologue.plans.rows import PART, reader_of
from duologue.types import Json, Meaning, Slot, Tool, Toolset


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

    def __init__(self, toolset: Toolset, catalog: Catalog, gone: Sequence[Tool] = ()) -> None:
        """`gone`: tools whose results may still be read, and which nothing is to be done with."""
        self.toolset = toolset
        self.inputs: dict[str, dict[str, Slot]] = {t.name: own_key_inputs(t, catalog) for t in (*toolset.tools, *gone)}
        """Tool name → its inputs, with every part of a composite key as a part of that key."""
        self.by_name: dict[str, Tool] = {t.name: t for t in (*toolset.tools, *gone)}
        self.reader = reader_of(catalog)
        self.known_by = {t.name: frozenset((*t.key, *t.display)) for t in catalog.tables}
        """Table → the columns that say which row it is: its key and its name."""
        self.days = _days(toolset.tools, catalog)
        """(table, column) of the moments that tools take, and show, as days: the midnight behind them is the database's own affair."""
        self._called = {t.name: t.display[0] for t in catalog.tables if len(t.display) == 1}
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

        `@name` and `@part` need a text parameter that matches names; a name that is one column is given to a filter of that column as
        well. Other columns are given to an `equals` filter, or to a pair of
        `from`/`to`; what the tool cannot filter by is left for the reader of its results, as long as one value is used.
        """
        if "@name" in by and table in self._called:
            by = {self._called[table]: by["@name"], **by}
        for tool in sorted(self._finders.get(table, ()), key=lambda t: t.meaning is None or t.meaning.family != "find"):
            arguments = _filters(tool, table, by)
            required = tool.parameters.get("required", ())
            if arguments and all(r in arguments for r in required):
                return tool, arguments
        return None


def _days(tools: Sequence[Tool], catalog: Catalog) -> frozenset[tuple[str, str]]:
    moments = {(t.name, c.name) for t in catalog.tables for c in t.columns if c.format == "datetime"}
    return frozenset(
        (slot.table, slot.column)
        for tool in tools
        for name, slot in tool.inputs.items()
        if slot.use == "value"
        and (slot.table, slot.column) in moments
        and tool.parameters.get("properties", {}).get(name, {}).get("format") == "date"
    )


def _filters(tool: Tool, table: str, by: Mapping[str, Json]) -> dict[str, Json]:
    out: dict[str, Json] = {}
    for name, slot in tool.inputs.items():
        if slot.table == table and slot.column in by and slot.use in ("match", "equals", "from", "to"):
            out[name] = by[slot.column]
        elif slot.table == table and slot.column == "@name" and slot.use == "match" and PART in by:
            out[name] = by[PART]
    return out
