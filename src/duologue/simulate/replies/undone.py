"""Which changes of a conversation still stand at its end: what a later one reversed or replaced is not told as if it were so.

A change is held against those made after it, by the rows: one that removed the row or called it off, or what it belongs to, that wrote
another value where it had written, or whose result shows the row otherwise than this one left it. A new entry that was written to afterwards is told as it is by now. Only what
was asked for and what came back is gone by, so an assistant says no more than it can know.
"""

import re
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from duologue.catalog.model import Catalog
from duologue.language.forms import is_assigned
from duologue.plans.index import ToolIndex
from duologue.simulate.agenda import WRITES, Agenda
from duologue.simulate.owed import Owed
from duologue.simulate.replies.belonging import belongs_to
from duologue.simulate.replies.places import Place, place_of
from duologue.types import Json, Need

__all__ = ["Deed", "as_it_stands", "deed_of", "replaced"]

_SLOT = re.compile(r"\{(\w+)\}")
_MAKES = frozenset({"status", "date", "reference"})
"""Roles of columns that say how a row stands: where a later change left it otherwise in one of these, it stands otherwise."""
_ENDS = frozenset({"cancel", "drop", "revoke", "void", "withdraw"})
"""How the verb of a deed begins that calls its row off."""
_PAIRS = frozenset({("link", "unlink"), ("unlink", "link")})


class Deed(Struct, frozen=True):
    """What a change did, by the rows."""

    family: str
    table: str
    rows: tuple[Place, ...]
    """The rows it was about."""
    wrote: Mapping[str, Json] = {}
    """Column → the value that was asked for."""
    told: Mapping[Place, Mapping[str, Json]] = {}
    """Row → column → value, of what its words or its result say that it made so."""
    shown: Mapping[Place, Mapping[str, Json]] = {}
    """Row → column → value, as its result showed it."""
    assigned: bool = False
    """It made a row refer to another."""
    ends: bool = False
    """It called its row off, and with it what else was done to that."""
    belongs: frozenset[Place] = frozenset()
    """What the row it changed belongs to, as far as results have shown it (see `belonging`)."""

    @property
    def own(self) -> Place | None:
        """The row it changed, or entered."""
        return next((p for p in (*self.rows, *self.shown) if p[0] == self.table), None)


def replaced(deed: Deed, later: Deed) -> bool:
    """Whether what a change made so is so no longer after a later one."""
    about = later.own
    if (deed.family, later.family) in _PAIRS:
        return sorted(deed.rows) == sorted(later.rows) != []
    if about is None:
        return False
    own = about == deed.own or about in deed.shown
    if later.family == "remove" or later.ends:
        return (own or about in deed.belongs) and deed.family != "remove" and not deed.ends
    if not own:
        return False
    if deed.family == "set" and about == deed.own:
        if deed.assigned or not deed.wrote:
            return deed.assigned and later.assigned and deed.rows != later.rows
        return all(k in now and _differ(now[k], v) for now in [_left(later)] for k, v in deed.wrote.items())
    if deed.family != "act":
        return False
    now = _left(later)
    return any(k in now and _differ(now[k], v) for k, v in deed.told.get(about, {}).items())


def _left(deed: Deed) -> dict[str, Json]:
    """How a change left its row, as far as it is known."""
    return {**(deed.shown.get(deed.own, {}) if deed.own is not None else {}), **deed.wrote}


def _differ(one: Json, other: Json) -> bool:
    return str(one) != str(other)


def as_it_stands(owed: Owed, agenda: Agenda) -> Owed | None:
    """A change that was made, as it is to be told after all the others: None where a later one has replaced it."""
    if owed.parts:
        left = [p for p in owed.parts if p.answered_at < 0 or p.failed or as_it_stands(p, agenda) is not None]
        made = [p for p in left if p.answered_at >= 0 and not p.failed]
        return replace(owed, parts=left) if made else None
    changes = _after(owed, agenda.owed)
    if not changes:
        return owed
    deed, values = deed_of(owed, agenda), dict(owed.need.values)
    rows = deed.rows if deed.own is None else (deed.own,)
    deed = replace(deed, belongs=frozenset().union(*(belongs_to(agenda, row) for row in rows)))
    for later in changes:
        then = deed_of(later, agenda)
        if replaced(deed, then):
            return None
        if deed.family in ("set", "create") and deed.own is not None and then.own == deed.own:
            now = {f"{then.table}.{k}:value": v for k, v in then.wrote.items()}
            values |= {k: v for k, v in now.items() if k in values}
    return replace(owed, need=replace(owed.need, values=values)) if values != owed.need.values else owed


def _after(owed: Owed, changes: Iterable[Owed]) -> Sequence[Owed]:
    """The changes made later, in the order they were made."""
    each = (p for o in changes for p in (o.parts or [o]) if o.need.meaning.family in WRITES)
    return sorted((p for p in each if p.answered_at > owed.answered_at and not p.failed), key=lambda p: p.answered_at)


def deed_of(owed: Owed, agenda: Agenda) -> Deed:
    """What a change did, as far as it was asked for and as its result shows."""
    catalog, index = agenda.memory.catalog, agenda.index
    need, table = owed.need, owed.need.meaning.table
    rows = tuple(p for i in range(len(need.mentions)) if (p := place_of(owed, i, catalog)) is not None)
    wrote = {k.rpartition(":")[0].removeprefix(f"{table}."): v for k, v in need.values.items() if k.endswith(":value")}
    found = owed.answer.rows[0].shown if owed.answer is not None and owed.answer.rows else {}
    shown = {(t, key): columns for t, (key, columns) in found.items()}
    named = _named(need, index)
    told = {p: _told(p, columns, named, catalog) for p, columns in shown.items()}
    ends = need.meaning.family == "act" and need.meaning.verb.partition(" ")[0] in _ENDS
    assigned = need.meaning.family == "set" and is_assigned(need)
    return Deed(need.meaning.family, table, rows, wrote, told, shown, assigned, ends)


def _named(need: Need, index: ToolIndex) -> frozenset[str]:
    """The columns that the words of a deed say ("{line_id} is on {plan_id} now")."""
    tool = index.serving(need.meaning)
    if tool is None:
        return frozenset()
    slots = {**tool.outputs, **tool.inputs}
    said = {name for line in tool.wording.get("done", ()) for name in _SLOT.findall(line) if name in slots}
    return frozenset(f"{slots[name].table}.{slots[name].column}" for name in said)


def _told(row: Place, columns: Mapping[str, Json], named: frozenset[str], catalog: Catalog) -> dict[str, Json]:
    table = catalog.table(row[0])
    roles = {c.name: c.role for c in table.columns}
    meant = (k for k in columns if f"{row[0]}.{k}" in named or roles.get(k) in _MAKES)
    return {k: columns[k] for k in meant if k not in table.key and columns[k] is not None}
