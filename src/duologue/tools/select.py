"""Which tools make a set: a few connected tables, every key within reach of something a person can say.

The choice starts from a centre, walks along the links to a handful of tables, takes the tools that the centre can't do
without, and fills up by weight, each pick making its like less wanted. Whenever a tool asks for a key that nothing gives,
a way to it is added first (find by name, else search, else a list under another row); without a way the tool is left out.
`expansion.py` then closes the gaps.
"""

from collections.abc import Callable
from random import Random

from msgspec import Struct, field
from msgspec.structs import replace

from duologue.tools.drafts import Draft, Query
from duologue.tools.families.common import Candidate
from duologue.tools.ground import Ground
from duologue.types import Tool

Key = tuple[str, str]
WAYS = ("find", "search", "related", "top", "missing")
"""Families that give keys, the most human first."""


class Pick(Struct, frozen=True):
    """A chosen tool: its draft, the keys it asks for and the keys its result gives."""

    candidate: Candidate
    draft: Draft
    asks: frozenset[Key]
    gives: frozenset[Key]


class Choice(Struct):
    """A set in the making."""

    ground: Ground
    focus: tuple[str, ...]
    pool: list[Candidate]
    """What may still be picked."""
    make: Callable[[Candidate], Draft | None]
    picks: list[Pick] = field(default_factory=list)
    start: frozenset[Key] = frozenset()
    """Keys within reach before anything is picked."""
    given: set[Key] = field(default_factory=set)
    """Keys within reach."""
    writes: int = 3
    """How many tools may change something."""

    def take(self, candidate: Candidate, depth: int = 0) -> bool:
        """Pick a tool, and before it whatever brings its keys within reach. False where that is impossible."""
        if candidate in self.pool:
            self.pool.remove(candidate)
        draft = self.make(candidate)
        if draft is None or (candidate.write and self.written >= self.writes):
            return False
        asks = asked(draft)
        before = len(self.picks)
        for key in sorted(asks - self.given):
            if key not in self.given and not (depth < 3 and self._reach(key, depth)):
                self._drop_after(before)
                return False
        pick = Pick(candidate, draft, asks, given(draft))
        self.picks.append(pick)
        self.given |= pick.gives
        return True

    @property
    def written(self) -> int:
        """How many of the picked tools change something."""
        return sum(p.candidate.write for p in self.picks)

    def _reach(self, key: Key, depth: int) -> bool:
        """Add a tool that gives the key."""
        ways = [c for c in self.pool if c.meaning.family in WAYS and c.meaning.table in self.focus]
        own = [c for c in ways if c.meaning.table == key[0]]
        own += [c for c in ways if c.meaning.table != key[0] and key[0] in c.touch]
        own.sort(key=lambda c: (c.meaning.table != key[0], WAYS.index(c.meaning.family)))
        for candidate in own[:6]:
            before = len(self.picks)
            if self.take(candidate, depth + 1):
                if key in self.given:
                    return True
                self._drop_after(before)
        return False

    def _drop_after(self, n: int) -> None:
        del self.picks[n:]
        self.given = {*self.start, *(k for p in self.picks for k in p.gives)}


def asked(draft: Draft) -> frozenset[Key]:
    """The keys a tool can't be called without."""
    return frozenset((p.slot.table, p.slot.column) for p in draft.params if p.required and p.slot.use == "key")


def given(draft: Draft) -> frozenset[Key]:
    """The columns that its result gives."""
    return frozenset(
        (f.slot.table, f.slot.column)
        for step in draft.steps
        if step.kind == "return" and isinstance(step.body, Query)
        for f in step.body.fields
        if not f.slot.use
    )


def sayable(ground: Ground) -> set[Key]:
    """The keys that people say: those that are a name or a category rather than a number."""
    return {
        (t.name, k)
        for t in ground.catalog.tables
        for k in t.key
        if k in t.display or ground.columns[t.name, k].role in ("name", "category", "date")
        or (len(t.key) > 1 and ground.link_of(t.name, k) is None)
    }  # fmt: skip


def focus_of(ground: Ground, rng: Random) -> tuple[str, ...]:
    """A handful of connected tables: a drawn centre, and its neighbours."""
    neighbours = neighbours_of(ground)
    out = [_centre(ground, neighbours, rng)]
    size = rng.choice((3, 4, 4, 5, 5, 6, 7))
    while len(out) < min(size, len(ground.tables)):
        near = [n for t in out for n in neighbours[t] if n not in out]
        if not near:
            rest = [t for t in ground.tables if t not in out]
            if len(out) >= 3 or not rest:
                break
            near = [_centre(ground, {t: neighbours[t] for t in rest}, rng)]
        out.append(rng.choices(near, [wanted_as_focus(ground, n, neighbours) for n in near])[0])
    return tuple(out)


def neighbours_of(ground: Ground) -> dict[str, tuple[str, ...]]:
    """The tables that each table is linked with."""
    near = {t: [li.to for li in ground.links_from[t]] + [li.table for li in ground.links_to[t]] for t in ground.tables}
    return {t: tuple(n for n in dict.fromkeys(others) if n != t) for t, others in near.items()}


def wanted_as_focus(ground: Ground, table: str, neighbours: dict[str, tuple[str, ...]]) -> float:
    """How much a set would be about the table: what happens and what there is before look-up lists and joins."""
    t = ground.tables[table]
    kind = {"entity": 3.0, "event": 3.0, "link": 1.5, "lookup": 1.0}[t.kind]
    if not t.writable:
        kind *= 0.2 if sum(x.writable for x in ground.tables.values()) <= 1 else 0.05
    return kind * (1 + len(neighbours.get(table, ()))) * min(1.0, 0.1 + t.rows / 10) * (1.0 if t.key else 0.4)


def _centre(ground: Ground, neighbours: dict[str, tuple[str, ...]], rng: Random) -> str:
    tables = list(neighbours)
    return rng.choices(tables, [wanted_as_focus(ground, t, neighbours) for t in tables])[0]


def choose(choice: Choice, size: int, rng: Random, centres: int = 2) -> None:
    """Pick up to `size` tools: first what the tables in the centre need, then by weight."""
    for table in choice.focus[:centres]:
        for families in (("find", "search"), ("get",), ("related",)):
            options = [c for c in choice.pool if c.meaning.family in families and table in c.touch[:2]]
            options = [c for c in options if c.meaning.table == table or c.meaning.parent == table]
            if options and len(choice.picks) < size:
                choice.take(rng.choices(options, [c.weight for c in options])[0])
    tries = 0
    while len(choice.picks) < size and choice.pool and tries < 200:
        tries += 1
        options = choice.pool
        weights = [wanted(choice.picks, c) for c in options]
        choice.take(rng.choices(options, weights)[0])


def wanted(picks: list[Pick], c: Candidate) -> float:
    """How much a candidate is wanted beside what was picked: less for every tool like it."""
    weight = c.weight
    m = c.meaning
    for p in picks:
        other = p.draft.meaning
        if other.family == m.family:
            weight *= 0.72
            if other.table == m.table:
                weight *= 0.2 if m.family in ("get", "find", "search") else 0.45
        elif other.table == m.table:
            weight *= 0.9
        if m.column and other.column == m.column and other.table == m.table:
            weight *= 0.6
    return max(weight, 1e-6)


def ordered(choice: Choice) -> tuple[Draft, ...]:
    """The drafts in an order that reads well: reads before writes, table by table."""
    picks = sorted(choice.picks, key=lambda p: (p.candidate.write, choice.focus.index(p.candidate.touch[0])))
    return tuple(p.draft for p in picks)


def within_reach(tools: tuple[Tool, ...], start: set[Key]) -> tuple[Tool, ...]:
    """The tools whose keys can be had: from what is sayable at the `start`, or from results of tools that can be called."""
    return reached(tools, start)[0]


def reached(tools: tuple[Tool, ...], start: set[Key]) -> tuple[tuple[Tool, ...], set[Key]]:
    """The tools whose keys can be had, and all keys that can."""
    reach, waiting = set(start), list(tools)
    while ready := [t for t in waiting if _asks(t) <= reach]:
        waiting = [t for t in waiting if t not in ready]
        reach |= {(s.table, s.column) for t in ready for s in t.outputs.values() if not s.use}
    return tuple(t for t in tools if t not in waiting), reach


def _asks(tool: Tool) -> set[Key]:
    required = tool.parameters.get("required", ())
    return {(s.table, s.column) for name, s in tool.inputs.items() if s.use == "key" and name in required}


def repeats(ground: Ground, c: Candidate) -> bool:
    """Whether a tool over a view only says again what the tables behind it say, or adds up what the view repeats.

    A view with links shows rows of other tables: it may be searched, counted and ranked, but its rows are not things of their
    own, and a sum over it counts a value once for every row it was joined to.
    """
    m = c.meaning
    views = [t for t in (m.table, m.other) if t and not ground.tables[t].writable and ground.links_from[t]]
    return bool(views) and not (m.family in ("search", "count") or (m.family == "top" and not m.group))


def weighed(ground: Ground, c: Candidate) -> Candidate:
    """Tables that only join others, and views, are seldom what people ask about: they come in through what they join."""
    t = ground.tables[c.meaning.table]
    real = sum(x.writable for x in ground.tables.values())
    factor = 1.0
    if t.kind == "link" and c.meaning.family in ("search", "get", "top", "total", "missing", "count"):
        factor = 0.3
    if not t.writable and real > 1:
        factor = 0.15
    return c if factor == 1.0 else replace(c, weight=c.weight * factor)
