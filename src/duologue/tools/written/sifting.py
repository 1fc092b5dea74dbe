"""Which tools may stand beside each other: no two that do the same, no word with two meanings.

A set's vocabulary starts with the names its columns were given (`told.field_names`) and grows with each tool that is taken: a field
keeps the type and the meaning it had first. Two tools are the same where their statements are; and as good as the same where they
take and give the same things of the same tables under the same conditions in the same order, or one gives only a part of the other.
"""

import re

import sqlglot
from msgspec import Struct
from sqlglot import exp

from duologue.ids import digest
from duologue.tools.drafts import Concept
from duologue.tools.ground import Ground
from duologue.tools.written.answers import RefusedError
from duologue.tools.written.promises import fields_of
from duologue.types import Json, Slot, Tool

_PAGING = ("limit", "offset")
_SPACE = re.compile(r"\s+")


class Likeness(Struct, frozen=True):
    """What makes a tool like another."""

    effect: str
    tables: frozenset[str]
    writes: frozenset[str]
    takes: frozenset[Slot]
    gives: frozenset[Slot]
    conditions: frozenset[str]
    """Constants of its statements, and what its lists are ordered by first."""

    def covers(self, other: "Likeness") -> bool:
        """Whether the other gives nothing that this one does not."""
        same = (self.effect, self.writes, self.takes, self.conditions)
        if same != (other.effect, other.writes, other.takes, other.conditions) or not other.gives:
            return False
        if self.effect == "write":
            return self.tables == other.tables and bool(self.takes)
        return other.tables <= self.tables and other.gives <= self.gives


def likeness(tool: Tool) -> Likeness:
    """What makes the tool like another."""
    conditions: set[str] = set()
    for s in tool.run:
        tree = sqlglot.parse_one(s.sql, read="sqlite")
        if s.kind != "require":
            conditions |= {str(e.this) for e in tree.find_all(exp.Literal) if not isinstance(e.parent, _ORDERING)}
        conditions |= {f"{type(e).__name__}" for e in tree.find_all(exp.AggFunc)}
        order = tree.args.get("order")
        if s.kind == "return" and order:
            first = order.expressions[0]
            conditions.add(f"{first.this.name.lower()} {bool(first.args.get('desc'))}")
    return Likeness(
        tool.effect,
        frozenset(tool.reads),
        frozenset(tool.writes),
        frozenset(s for s in tool.inputs.values() if s.use not in _PAGING),
        frozenset(tool.outputs.values()),
        frozenset(conditions),
    )


_ORDERING = (exp.Ordered, exp.Limit, exp.Offset)


def fingerprint(tool: Tool) -> str:
    """The same for tools whose statements differ in nothing but spelling and the names of parameters."""
    names = {n: f":{i}" for i, n in enumerate(tool.parameters["properties"])}
    said = []
    for s in tool.run:
        text = _SPACE.sub(" ", s.sql).strip().rstrip(";").casefold()
        for name, place in names.items():
            text = re.sub(rf"[:@$]{re.escape(name.casefold())}\b", place, text)
        said.append(f"{s.kind} {text}")
    return digest(said)


class Kept:
    """The tools taken so far, and the vocabulary they share."""

    def __init__(self, ground: Ground, names: dict[Concept, str]) -> None:
        self._names = {Slot(c[0], c[1]): name for c, name in names.items()}
        self._meant = {name: Slot(c[0], c[1]) for c, name in names.items()}
        self._types: dict[str, str] = {}
        self.ground = ground
        self.tools: list[Tool] = []
        self._prints: dict[str, str] = {}
        self._likes: list[tuple[Likeness, str]] = []

    def check(self, tool: Tool) -> None:
        """Raises `RefusedError` where the tool repeats another, or uses a word that means something else."""
        twin = self.twin(tool)
        if twin:
            raise RefusedError("duplicate", f"It does nothing that {twin} does not do already.")
        if any(t.name.lower() == tool.name.lower() for t in self.tools):
            raise RefusedError(
                "name taken", f"There is a tool called {tool.name!r} already, which does something else."
            )
        said = self._said(tool)
        for name, slot in said:
            self._check_meaning(name, slot, {n for n, _ in said})
        for name, kind in _types(tool).items():
            before = self._types.get(name, kind)
            if before != kind:
                raise RefusedError("field clash", f"{name!r} is of the type {before} in other tools, but {kind} here.")

    def take(self, tool: Tool) -> None:
        """The tool belongs to the set from now on."""
        self.tools.append(tool)
        self._prints[fingerprint(tool)] = tool.name
        self._likes.append((likeness(tool), tool.name))
        for name, slot in self._said(tool):
            self._meant.setdefault(name, slot)
        for name, kind in _types(tool).items():
            self._types.setdefault(name, kind)

    def twin(self, tool: Tool) -> str:
        """The name of a tool that makes this one needless; empty where there is none."""
        found = self._prints.get(fingerprint(tool), "")
        like = likeness(tool)
        return found or next((name for other, name in self._likes if other.covers(like)), "")

    def _said(self, tool: Tool) -> list[tuple[str, Slot]]:
        """Each field of the result with what it stands for."""
        return [(path.rpartition(".")[2].removesuffix("[]"), slot) for path, slot in tool.outputs.items()]

    def _check_meaning(self, name: str, slot: Slot, names: set[str]) -> None:
        own = self._names.get(slot)
        meant = self._meant.get(name)
        if meant is not None and meant != slot and not _counter(meant, slot):
            better = f" Call it {own!r}." if own else " Give it a name of its own."
            raise RefusedError(
                "field clash", f"The field {name!r} means {_named(meant)} in this set, not {_named(slot)}.{better}"
            )
        if own is not None and name != own and own not in names and not slot.use and not self._in_roles(slot.table):
            raise RefusedError("field clash", f"{_named(slot)} comes back as {own!r} in this set, not as {name!r}.")

    def _in_roles(self, table: str) -> bool:
        """Whether rows of the table play several parts (manager, employee), so that fields are called by the part."""
        return any(li.role or self.ground.several(li) for li in self.ground.links_to.get(table, ()))


def _counter(a: Slot, b: Slot) -> bool:
    """Both say how many rows there are: of whatever the tool is about."""
    return not a.column and not b.column


def _named(slot: Slot) -> str:
    column = (
        f"{slot.table}.{slot.column.replace('@name', 'name')}" if slot.column else f"the number of {slot.table} rows"
    )
    return f"the {slot.use} of {column}" if slot.use and slot.column else column


def _types(tool: Tool) -> dict[str, str]:
    """Field or parameter name → its plain type, of those that have one and stand for something."""
    out: dict[str, str] = {}
    known = {path.rpartition(".")[2].removesuffix("[]") for path in tool.outputs}
    for name, schema in fields_of(tool.returns).items():
        if name in known:
            out[name] = _plain(schema.get("type"))
    for name, slot in tool.inputs.items():
        if slot.use in ("key", "equals", "value"):
            out.setdefault(name, _plain(tool.parameters["properties"][name]["type"]))
            if out[name] != _plain(tool.parameters["properties"][name]["type"]):
                raise RefusedError("field clash", f"{name!r} has one type as a parameter and another in the result.")
    return {name: kind for name, kind in out.items() if kind}


def _plain(kind: Json) -> str:
    kinds = [k for k in (kind if isinstance(kind, list) else [kind]) if k not in ("null", None)]
    if len(kinds) != 1:
        return ""
    return "number" if kinds[0] == "integer" else str(kinds[0])
