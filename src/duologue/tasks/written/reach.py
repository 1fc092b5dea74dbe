"""What people can get at with the tools they have: by what they say, and by what calls return.

An author can't see this at a glance, and neither can a die: a change of a row that no tool finds is no task, and one that needs the
id of something with a name can't be made in one call. Where a parameter's meaning in the database is not known, its name must do.
"""

import re
from collections.abc import Iterable, Sequence

from duologue.catalog.model import Catalog, Table
from duologue.plans.outlines import outline
from duologue.types import Environment, Json, Slot, Tool

_OPAQUE = re.compile(r"-?\d+\Z|[0-9a-fA-F-]{16,}\Z")
_ID = re.compile(r"(?:\A|_)(?:id|ids)\Z|[a-z](?:Id|ID|Ids)\Z")
_FIELD = re.compile(r'"(\w+)":')
_SAID = ("key", "match", "equals", "from", "to")
COUNTING = frozenset({"top", "total", "count", "ratio", "missing"})
"""Families of tools that look at many rows at once."""


class Reach:
    """What can be got at in one environment.

    `named`: tables whose rows people call by a name. `direct`: tools that can be called with nothing but what people say.
    `doable`: those, and tools whose other arguments doable tools return. `ways`: for each table that a direct tool finds rows of by
    what is said of them, what that is.
    """

    def __init__(self, environment: Environment, catalog: Catalog) -> None:
        self._tables = {t.name: t for t in catalog.tables}
        self.named = frozenset(t.name for t in catalog.tables if t.display)
        tools = environment.toolset.tools
        self._returned = {t.name: frozenset(_FIELD.findall(outline(t.returns))) for t in tools}
        self._need = {t.name: self._needs(t) for t in tools}
        self._gives = {
            t.name: {("", f) for f in self._returned[t.name]} | {(s.table, s.column) for s in t.outputs.values()}
            for t in tools
        }
        self.direct = frozenset(name for name, needed in self._need.items() if not needed)
        self.doable = self._closure(tools)
        self.ways = self._ways(tools)
        vague = [t for t in tools if any(n not in t.inputs for n in t.parameters.get("properties", {}))]
        self.vague = frozenset(n for t in vague for n in (*t.reads, *t.writes))
        """Tables of tools that have parameters of unknown meaning: nothing certain can be said of them."""

    def nobody_says(self, slot: Slot, value: Json) -> bool:
        """Whether a value is a key that nobody knows by heart: opaque, of something that has a name."""
        return slot.table in self.named and _OPAQUE.match(str(value)) is not None

    def entries(self, table: str, tools: Iterable[Tool]) -> list[Tool]:
        """Of these, the reads that find rows of the table by what people say."""
        return [
            t
            for t in tools
            if t.effect == "read" and t.name in self.direct and any(self._finds(t, n, table) for n in t.inputs)
        ]

    def suppliers(self, tool: Tool, reads: Sequence[Tool]) -> list[list[Tool]]:
        """For each thing a tool needs that nobody can say: the reads that return it, those first that can be called at once."""
        out = []
        for need in sorted(self._need[tool.name]):
            giving = [t for t in reads if need in self._gives[t.name]]
            at_once = [t for t in giving if t.name in self.direct]
            out.append(at_once or giving)
        return [found for found in out if found]

    def _finds(self, tool: Tool, name: str, table: str) -> bool:
        """Whether rows of the table, and not only figures about them, come back for what is said in that parameter."""
        slot = tool.inputs[name]
        key = self._tables[table].key if table in self._tables else ()
        given = {s.column for s in tool.outputs.values() if s.table == table and s.use == ""}
        return (
            slot.table == table
            and slot.use in _SAID
            and bool(given & set(key) or (given and not key))
            and self._sayable(slot)
        )

    def _sayable(self, slot: Slot) -> bool:
        """Anything but the key of something that goes by another name: people say that, even where the key is a code that some know."""
        table = self._tables.get(slot.table)
        if table is None or slot.column not in table.key or slot.column in table.display:
            return True
        return not table.display and not _labelled(table, slot.column)

    def _needs(self, tool: Tool) -> frozenset[tuple[str, str]]:
        """What must be returned before the tool can be called: columns of tables, or fields by their names."""
        out = set()
        for name in tool.parameters.get("required", ()):
            slot = tool.inputs.get(name, Slot())
            if slot.table in self._tables:
                out |= set() if self._sayable(slot) else {(slot.table, slot.column)}
            elif _ID.search(name) and any(name in r for other, r in self._returned.items() if other != tool.name):
                out.add(("", name))
        return frozenset(out)

    def _closure(self, tools: Iterable[Tool]) -> frozenset[str]:
        reads = [t.name for t in tools if t.effect == "read"]
        had: set[tuple[str, str]] = set()
        while True:
            more = {g for name in reads if self._need[name] <= had for g in self._gives[name]}
            if more <= had:
                return frozenset(name for name, needed in self._need.items() if needed <= had)
            had |= more

    def _ways(self, tools: Iterable[Tool]) -> dict[str, tuple[str, ...]]:
        found: dict[str, dict[str, None]] = {}
        for tool in tools:
            for name, slot in tool.inputs.items():
                table = self._tables.get(slot.table)
                if (
                    table is not None
                    and tool in self.entries(slot.table, (tool,))
                    and self._finds(tool, name, slot.table)
                ):
                    found.setdefault(slot.table, {})[_said_as(slot, table)] = None
        return {table: tuple(ways) for table, ways in found.items()}


def _labelled(table: Table, key: str) -> bool:
    """Whether rows carry a number or label of their own beside a bare numeric key."""
    own = (c for c in table.columns if c.name not in table.key and c.unique and not c.nulls and c.type == "TEXT")
    return table.column(key).type == "INTEGER" and next(own, None) is not None


def _said_as(slot: Slot, table: Table) -> str:
    if slot.column == "@name":
        return "name"
    column = next((c for c in table.columns if c.name == slot.column), None)
    label = (column.label or column.name) if column is not None else slot.column
    return f"{label} (people know it)" if slot.column in table.key else label
