"""Which tools may stand beside each other: no two that do the same, no word with two meanings.

A set's vocabulary grows with each tool that is taken: a field keeps the name, the type and the meaning it had first. The names that
columns were given beforehand (`told.field_names`) bring it about that there is little to object to. Two tools are the same where their statements are; and as good as the same where they
take and give the same things of the same tables under the same conditions in the same order, or one gives only a part of the other.
"""

import sqlglot
from msgspec import Struct
from sqlglot import exp

from duologue.ids import digest
from duologue.tools.drafts import Concept
from duologue.tools.ground import Ground
from duologue.tools.written.answers import RefusedError
from duologue.tools.written.facts import words_of
from duologue.tools.written.promises import fields_of
from duologue.types import Json, Slot, Tool

_PAGING = ("limit", "offset")
_VALUES = ("key", "equals", "value")


class Likeness(Struct, frozen=True):
    """What makes a tool like another."""

    effect: str
    tables: frozenset[str]
    writes: frozenset[str]
    takes: frozenset[Slot]
    gives: frozenset[Slot]
    conditions: frozenset[str]
    """Constants of its statements, the columns they choose by, and what its lists are ordered by first."""

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
        conditions |= {type(e).__name__ for e in tree.find_all(exp.AggFunc, exp.Insert, exp.Update, exp.Delete)}
        conditions |= {
            c.name.lower() for e in tree.find_all(exp.Where, exp.Join, exp.Update) for c in e.find_all(exp.Column)
        }
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
    places = {f"{sign}{n}": f":{i}" for i, n in enumerate(tool.parameters["properties"]) for sign in ":@$"}
    return digest([[s.kind, *(places.get(w, _folded(w)) for w in words_of(s.sql) if w != ";")] for s in tool.run])


def _folded(word: str) -> str:
    """Case matters in what stands in quotes, and nowhere else."""
    return word if word[-1] in "'\"`]" else word.casefold()


class Kept:
    """The tools taken so far, and the vocabulary they share."""

    def __init__(self, ground: Ground, names: dict[Concept, str]) -> None:
        """`names` are what columns should be called, for what is shown back."""
        self._wanted = {Slot(c[0], c[1]): name for c, name in names.items()}
        self._meant: dict[str, Slot] = {}
        self._called: dict[Slot, str] = {}
        self._types: dict[str, set[str]] = {}
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
        shown = _shown(tool)
        for name, kind in _asked(tool).items():
            known = shown.get(name, set()) | self._types.get(name, set())
            if known and kind not in known:
                also = " or ".join(sorted(known))
                raise RefusedError("field clash", f"{name!r} is a {kind} as a parameter, but comes back as a {also}.")

    def take(self, tool: Tool) -> None:
        """The tool belongs to the set from now on."""
        self.tools.append(tool)
        self._prints[fingerprint(tool)] = tool.name
        self._likes.append((likeness(tool), tool.name))
        for name, slot in self._said(tool):
            self._meant.setdefault(name, slot)
            self._called.setdefault(slot, name)
        for name, kinds in _shown(tool).items():
            self._types.setdefault(name, set()).update(kinds)

    def twin(self, tool: Tool) -> str:
        """The name of a tool that makes this one needless; empty where there is none."""
        found = self._prints.get(fingerprint(tool), "")
        like = likeness(tool)
        return found or next((name for other, name in self._likes if other.covers(like)), "")

    def _said(self, tool: Tool) -> list[tuple[str, Slot]]:
        """Each field of the result with what it stands for."""
        return [(path.rpartition(".")[2].removesuffix("[]"), slot) for path, slot in tool.outputs.items()]

    def _check_meaning(self, name: str, slot: Slot, names: set[str]) -> None:
        meant, called = self._meant.get(name), self._called.get(slot)
        if meant is not None and meant != slot and not _counter(meant, slot):
            better = called or self._wanted.get(slot, name)
            call_it = (
                "Give it a name of its own." if better in self._meant and better != called else f"Call it {better!r}."
            )
            raise RefusedError(
                "field clash", f"The field {name!r} means {_named(meant)} in this set, not {_named(slot)}. {call_it}"
            )
        if called not in (None, name) and called not in names and not slot.use and not self._in_roles(slot.table):
            raise RefusedError("field clash", f"{_named(slot)} comes back as {called!r} in this set, not as {name!r}.")

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


def _shown(tool: Tool) -> dict[str, set[str]]:
    """Field of the result → its types. A column may have one in one table and another where it is referred to."""
    return {name: _plain(schema.get("type")) for name, schema in fields_of(tool.returns).items()}


def _asked(tool: Tool) -> dict[str, str]:
    """Parameter → its type, of those that take a field's value."""
    known = {n: tool.parameters["properties"][n]["type"] for n, s in tool.inputs.items() if s.use in _VALUES}
    return {name: next(iter(_plain(kind))) for name, kind in known.items()}


def _plain(kind: Json) -> set[str]:
    kinds = {str(k) for k in (kind if isinstance(kind, list) else [kind]) if k not in ("null", None)}
    return {"number" if k == "integer" else k for k in kinds}
