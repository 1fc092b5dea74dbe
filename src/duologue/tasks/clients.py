"""Users who speak for themselves: a customer about their own orders, a student about their own courses.

Whether a table's people are such is a question of what they are called (`clients` in the catalog's word list). A client knows and is told what
is theirs: their own row, what hangs on it, and what anybody may see (products, courses). Figures over everybody, other people, and entries that
only staff keep are not asked for.
"""

import random
from collections.abc import Sequence

from msgspec import Struct

from duologue.catalog.model import Catalog, Column, Table
from duologue.catalog.words import words
from duologue.errors import StageError
from duologue.plans.memory import LATER, Memory
from duologue.tasks.anchors import Anchor, Anchors, sayable
from duologue.types import Fact, Mention, Need, Subtask, Tool

__all__ = ["Client", "client", "speaking"]

SHARE = 0.4
"""How often a client is the user, where the data knows any and the tools serve them."""
_EVERYBODY = frozenset({"top", "total", "count", "ratio", "missing"})
_KEEPING = frozenset({"remove", "link", "unlink"})
OWN_ENTRIES = frozenset({"contact", "name"})
"""Roles of columns that clients may have changed in what is theirs."""
_LEAST_TOOLS = 3
OF_AGE = 16
"""Years from which people see to their own affairs."""


class Client(Struct, frozen=True):
    """A user who is a row of the data."""

    table: str
    name: str
    key: tuple[str, ...]
    own: frozenset[str]
    """Tables whose rows belong to somebody."""
    people: frozenset[str]
    """Tables of people."""
    requested: frozenset[str] = frozenset()
    """Tables whose rows people ask to have entered for them."""

    @property
    def mention(self) -> Mention:
        """How the row is spoken of in a need."""
        return Mention(self.table, by={"@name": self.name})

    @property
    def fact(self) -> Fact:
        """What the user knows of themselves from the start."""
        return Fact(f"{self.table}.@name", self.name, "name")

    def serves(self, tool: Tool) -> bool:
        """Whether a client could want what the tool does."""
        meaning = tool.meaning
        if meaning is None or meaning.family in _EVERYBODY | _KEEPING:
            return False
        touched = {meaning.table, meaning.parent, *(s.table for s in tool.inputs.values() if s.use == "key")}
        if meaning.family == "act":
            return bool(touched & (self.own | {self.table}))
        if meaning.family == "related":
            return meaning.table not in self.own or meaning.parent in self.own | {self.table}
        if meaning.family == "set":
            return meaning.table == self.table and self._may_enter(tool)
        if meaning.family == "create":
            return self.table in touched and meaning.table in self.requested
        return meaning.table == self.table or meaning.table not in self.own | self.people or meaning.family == "get"

    def _may_enter(self, tool: Tool) -> bool:
        return all(s.table == self.table for s in tool.inputs.values() if s.use == "value")

    def concerns(self, tool: Tool) -> bool:
        """The tool is about the client or what is theirs."""
        meaning = tool.meaning
        return meaning is not None and bool({meaning.table, meaning.parent} & (self.own | {self.table}))

    def allows(self, tool: Tool, need: Need, memory: Memory, catalog: Catalog) -> bool:
        """Whether the need is about what is theirs, or anybody's."""
        if not self.serves(tool):
            return False
        for mention in need.mentions:
            if mention.table == self.table and mention.by and mention.by != self.mention.by:
                return False
            if mention.table in self.people - {self.table}:
                return False
            if mention.table in self.own and mention.by and not memory.candidates(mention, 1 << 30):
                return False
        if need.meaning.family == "search" and need.meaning.table in self.own | self.people | {self.table}:
            return False
        if need.meaning.family == "create" and self.mention not in need.mentions:
            return False
        if need.meaning.family != "set":
            return True
        table = catalog.table(need.meaning.table)
        entered = [k.rpartition(":")[0].removeprefix(f"{table.name}.") for k in need.values if k.endswith(":value")]
        return all(table.column(c).role in OWN_ENTRIES for c in entered if any(c == x.name for x in table.columns))


def client(catalog: Catalog, tools: Sequence[Tool], anchors: Anchors, dice: random.Random) -> Client | None:
    """A client to be the user; None where the data knows none whom these tools serve, or mostly by chance."""
    if dice.random() >= SHARE:
        return None
    tables = [t for t in catalog.tables if t.display and t.key and _are_clients(t)]
    if not tables:
        return None
    table = dice.choice(tables)
    anchor = anchors.named(table, dice)
    if anchor is None or _is_child(anchor, table, catalog.latest):
        return None
    found = _of(anchor, table, catalog)
    theirs = [t for t in tools if found.serves(t) and found.concerns(t)]
    return found if len(theirs) >= _LEAST_TOOLS else None


def owner(anchor: Anchor, catalog: Catalog, anchors: Anchors) -> Client | None:
    """Whose a row is, where it is a client's: the row itself, or the one that it refers to. None where it is nobody's, or somebody's who
    has namesakes."""
    table = catalog.table(anchor.table)
    if not _are_clients(table):
        links = (x for x in catalog.links if x.table == table.name and len(x.columns) == 1)
        link = next((x for x in links if _are_clients(catalog.table(x.to))), None)
        key = anchor.values.get(link.columns[0]) if link is not None else None
        if link is None or key is None:
            return None
        table = catalog.table(link.to)
        found = anchors.at(table, (str(key),))
        if found is None:
            return None
        anchor = found
    name = anchor.values.get("@name")
    alone = sum(1 for a in anchors.rows(table) if a.values.get("@name") == name) == 1
    return _of(anchor, table, catalog) if alone and sayable(name) else None


def _is_child(anchor: Anchor, table: Table, today: str) -> bool:
    """Somebody else speaks for them, going by the date of birth, where there is one."""
    born = (
        str(anchor.values.get(c.name, "")) for c in table.columns if c.format in ("date", "datetime") and _is_birth(c)
    )
    return any(b[:4].isdigit() and f"{int(b[:4]) + OF_AGE}{b[4:10]}" > today[:10] for b in born)


def _is_birth(column: Column) -> bool:
    return bool(set(column.label.lower().split()) & words()["birth"] - {"death", "died"})


def speaking(mention: Mention | None, catalog: Catalog, anchors: Anchors, memory: Memory) -> Client | None:
    """The client that a user said they are; None for somebody at the desk. Of namesakes it is the one that was understood. Raises
    `StageError` where nobody is called so."""
    if mention is None:
        return None
    table, name = catalog.table(mention.table), mention.by.get("@name")
    meant = {k.key for k in memory.candidates(mention, LATER)}
    named = [a for a in anchors.rows(table) if a.values.get("@name") == name]
    known = [a for a in named if tuple(str(a.values.get(k)) for k in table.key) in meant]
    anchor = next(iter(known or named), None)
    if anchor is None:
        raise StageError("tasks", "nobody knows who the user is", f"{mention.table} {name!r}")
    return _of(anchor, table, catalog)


def _are_clients(table: Table) -> bool:
    said = table.label.lower().split()
    return table.person and bool(said) and (said[-1] in words()["clients"] or " ".join(said[-2:]) in words()["clients"])


def _of(anchor: Anchor, table: Table, catalog: Catalog) -> Client:
    own: set[str] = set()
    while True:
        more = {x.table for x in catalog.links if x.to in own | {table.name}} - own - {table.name}
        if not more:
            break
        own |= more
    requested = frozenset(
        t.name for t in catalog.tables if t.label and t.label.lower().split()[-1] in words()["requested"]
    )
    people = frozenset(t.name for t in catalog.tables if t.person)
    key = tuple(str(anchor.values.get(k)) for k in table.key)
    return Client(table.name, str(anchor.values["@name"]), key, frozenset(own), people, requested)


def role_of(subtasks: Sequence[Subtask]) -> str:
    """Who at the desk would ask this: an analyst for figures over many rows, a member of staff otherwise."""
    families = {s.need.meaning.family for s in subtasks if s.need is not None}
    return "analyst" if families <= {"top", "total", "count", "ratio", "missing"} else "staff"
