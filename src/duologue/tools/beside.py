"""Derived tools beside hand-written ones: which tables they are about, and what need not be derived again.

Hand-written tools know what a desk does; derived ones complete them where a desk would have more to look at. So each variant draws a
handful of connected tables, what nobody can look up yet before what somebody has written a tool for, events and people's things before look-up
lists; over several variants all tables of weight come up. A look-up by name is one tool, whether it is called find or search.
"""

from collections.abc import Iterable, Sequence
from random import Random

from duologue.tools.drafts import Draft
from duologue.tools.ground import Ground
from duologue.tools.select import Key, neighbours_of, reached, sayable, wanted_as_focus
from duologue.types import Meaning, Slot, Tool

__all__ = ["drawn_tables", "given_by", "says_again", "seeks_again"]

BARE = 4.0
"""How much more readily a table is drawn that no hand-written tool shows."""
_LOOKUPS = frozenset({"find", "search"})
_WRITES = frozenset({"set", "create", "remove"})


def drawn_tables(ground: Ground, tools: Sequence[Tool], rng: Random) -> tuple[str, ...]:
    """The tables that a variant's derived tools are about, the one in the middle first. They hang together, and by that or by what the
    hand-written tools deal with also with those."""
    shown = {t.meaning.table for t in tools if t.meaning is not None and t.effect == "read"}
    near = neighbours_of(ground)
    weights = {t: wanted_as_focus(ground, t, near) * (1.0 if t in shown else BARE) for t in ground.tables}
    out: list[str] = []
    size = rng.choice((3, 4, 4, 5))
    while len(out) < min(size, len(weights)):
        options = [t for t in weights if t not in out and (not out or any(t in near[o] for o in out))]
        options = options or [t for t in weights if t not in out]
        out.append(rng.choices(options, [weights[t] for t in options])[0])
    return tuple(out)


def given_by(ground: Ground, tools: Sequence[Tool]) -> set[Key]:
    """The keys within reach before any tool is derived: what people say, and what hand-written tools give."""
    return reached(tuple(tools), sayable(ground))[1]


def says_again(meaning: Meaning, tool: Tool) -> bool:
    """Whether a hand-written tool already does what the meaning says."""
    own = tool.meaning
    if own is None:
        return False
    if own.family == "act":
        return meaning.family in _WRITES and meaning.table in tool.writes
    if own.family in ("get", "find", "search"):
        alike = own.family == meaning.family or (meaning.family == "find" and _by_name(tool.inputs.values(), own.table))
        return alike and own.table == meaning.table
    return own == meaning


def seeks_again(draft: Draft, tools: Sequence[Tool]) -> bool:
    """Whether a derived look-up goes by the names that a hand-written one goes by."""
    table = draft.meaning.table
    if draft.meaning.family not in _LOOKUPS or not _by_name([p.slot for p in draft.params], table):
        return False
    return any(
        t.meaning is not None
        and (t.meaning.family in _LOOKUPS and t.meaning.table == table)
        and _by_name(t.inputs.values(), table)
        for t in tools
    )


def _by_name(slots: Iterable[Slot], table: str) -> bool:
    return any(s == Slot(table, "@name", "match") for s in slots)
