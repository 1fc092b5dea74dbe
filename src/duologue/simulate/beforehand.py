"""What there is to know before a change is agreed to, as far as results have shown it, and the look that shows it.

Of an entry that is changed what stands there; of a row that is deleted what it holds; of a transaction the amounts of money it goes by, and how
things stand with what it sets. What a transaction goes by is read off the tool itself: the rows whose whole key the call gives, and of these
the amounts that its statements name. What no result has shown yet is looked at first, where one read shows it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from duologue.catalog.model import Catalog, Column, Table
from duologue.kept import Kept
from duologue.plans.binding import Bound, bind
from duologue.plans.memory import Known
from duologue.plans.rows import RowKey, plain
from duologue.simulate.agenda import CHECK, Agenda
from duologue.simulate.moves import Call
from duologue.simulate.owed import Owed
from duologue.types import Json, Meaning, Need, Slot, Tool

if TYPE_CHECKING:
    from duologue.plans.index import ToolIndex

__all__ = ["Fact", "held", "look_first", "paid", "standing"]

_CURRENCIES = frozenset({"USD", "GBP", "EUR", "JPY", "US$", "$", "£", "€", "¥"})
_HELD = ("status", "date", "measure", "category", "contact", "text")
"""Roles of columns that say what is lost with a row, in the order in which they are told."""
_MOST = 2
"""Facts told of a row that is to be deleted."""
_LONGEST = 40
"""Characters of a text that is told of it."""
_READS = ("get", "related")
"""Families of reads by which something is looked at, the nearest first."""

Given = Mapping[tuple[str, str], Bound]
"""What a call gives: (table, column) → the argument."""


class Fact(Struct, frozen=True):
    """A value that results have shown of a row, and how it bears on a change."""

    row: Known
    column: Column
    now: bool = False
    """It is how things stand and will not stay so."""
    each: bool = False
    """It counts as often as the call says."""


# ── looking first ────────────────────────────────────────────────────────────────────────────────────────────────────────


def look_first(agenda: Agenda, owed: Owed, rows: Sequence[Known | None]) -> Call | None:
    """A read to be made before a change is proposed: nothing has been looked at for it, and no result has shown what is to be
    changed, anything of what is to be deleted, or the price that it goes by. None where there is nothing to look at."""
    need = owed.need
    if owed.checked or owed.part >= 0 or need.amends:
        return None
    tool = agenda.index.serving(need.meaning)
    if need.meaning.family == "act" and tool is not None:
        return _price(agenda, owed, tool, rows)
    return _entry(agenda, owed, rows) if need.meaning.family in ("set", "remove") else None


def _entry(agenda: Agenda, owed: Owed, rows: Sequence[Known | None]) -> Call | None:
    need = owed.need
    name = need.meaning.table
    getter = agenda.index.getter(name)
    if getter is None:
        return None
    row = next((r for r in rows if r is not None and r.table == name), None)
    values = row.values if row is not None else {}
    shown = {s.column for s in getter.outputs.values() if s.table == name and not s.use}
    if need.meaning.family == "set":
        wanted = {k.rpartition(":")[0].removeprefix(f"{name}.") for k in need.values} & shown
        known = wanted <= values.keys()
    else:
        wanted = {c.name for c in _telling(agenda.memory.catalog.table(name)) if c.name in shown}
        known = any(values.get(c) is not None for c in wanted)
    if known or not wanted:
        return None
    look = Need(Meaning("get", name), need.mentions)
    bound, missing = bind(getter, agenda.index.inputs[getter.name], look, rows)
    return None if missing else Call(owed, CHECK, getter, bound)


def _price(agenda: Agenda, owed: Owed, tool: Tool, rows: Sequence[Known | None]) -> Call | None:
    given = _given(agenda.index, owed, tool, rows)
    for table, columns in _amounts(agenda.memory.catalog, tool):
        key = _key(agenda.memory.catalog, table, given)
        if key is None:
            continue
        row = agenda.memory.known.get(table.name, {}).get(key)
        if row is not None and any(_fresh(agenda, row, c) for c in columns):
            continue
        look = _reading(agenda, (table, columns), given, row)
        if look is not None and agenda.remembered(look[0], {k: b.value for k, b in look[1].items()}) is None:
            return Call(owed, CHECK, *look)
    return None


def _reading(
    agenda: Agenda, what: tuple[Table, Sequence[Column]], given: Given, row: Known | None
) -> tuple[Tool, dict[str, Bound]] | None:
    """A read that shows one of the columns of a row, by keys that the call gives or that were shown beside the row, and its arguments."""
    table, columns = what
    wanted = {(table.name, c.name) for c in columns}
    by_family: dict[str, tuple[Tool, dict[str, Bound]]] = {}
    for tool in agenda.index.toolset.tools:
        family = tool.meaning.family if tool.meaning is not None else ""
        if family not in _READS or tool.meaning is None or tool.meaning.table != table.name or family in by_family:
            continue
        if wanted.isdisjoint((s.table, s.column) for s in tool.outputs.values() if not s.use):
            continue
        inputs = agenda.index.inputs[tool.name]
        keys = {
            k: _part(agenda.memory.catalog, s.table, s.column, given) or _beside(agenda, row, s)
            for k, s in inputs.items()
            if s.use == "key"
        }
        filled = {k: b for k, b in keys.items() if b is not None}
        if filled and len(filled) == len(keys) and set(tool.parameters.get("required", ())) <= filled.keys():
            by_family[family] = tool, filled
    return next((by_family[f] for f in _READS if f in by_family), None)


def _beside(agenda: Agenda, row: Known | None, slot: Slot) -> Bound | None:
    """A key of the row that this one refers to, where a result showed both together."""
    links = [x for x in agenda.memory.catalog.links if row is not None and (x.table, x.to) == (row.table, slot.table)]
    if row is None or len(links) != 1:
        return None
    keys = (source.shown[slot.table][0] for source in row.sources.values() if slot.table in source.shown)
    found = next((f for key in keys if (f := agenda.memory.known.get(slot.table, {}).get(key)) is not None), None)
    value = found.values.get(slot.column) if found is not None else None
    return Bound(value, found, slot.column) if value is not None else None


# ── what is known ────────────────────────────────────────────────────────────────────────────────────────────────────────


def held(agenda: Agenda, owed: Owed) -> list[Fact]:
    """What a row that is to be deleted holds, beside what the request itself says of it."""
    table = owed.need.meaning.table
    at = next((i for i, m in enumerate(owed.need.mentions) if m.table == table), -1)
    row = agenda.memory.known.get(table, {}).get(owed.chosen.get(at, ()))
    if row is None:
        return []
    said, roles, out = owed.need.mentions[at].by, set[str](), list[Fact]()
    for column in _telling(agenda.memory.catalog.table(table)):
        value = row.values.get(column.name)
        long = isinstance(value, str) and len(value) > _LONGEST
        if value not in (None, "") and not long and column.name not in said and column.role not in roles:
            roles.add(column.role)
            out.append(Fact(row, column))
    return out[:_MOST]


def _telling(table: Table) -> list[Column]:
    """The columns of a table that say what a row of it holds, beside its name."""
    found = [c for c in table.columns if c.role in _HELD and not c.bookkeeping and c.name not in table.display]
    return sorted(found, key=lambda c: _HELD.index(c.role))


def paid(agenda: Agenda, owed: Owed, tool: Tool) -> Iterator[Fact]:
    """The amounts of money that a transaction goes by: of the rows whose whole key the call gives."""
    need, known = owed.need, agenda.memory.known
    rows = [known.get(m.table, {}).get(owed.chosen.get(i, ())) for i, m in enumerate(need.mentions)]
    given = _given(agenda.index, owed, tool, rows)
    for table, columns in _amounts(agenda.memory.catalog, tool):
        key = _key(agenda.memory.catalog, table, given)
        row = known.get(table.name, {}).get(key) if key is not None else None
        for column in columns if row is not None else ():
            if row is not None and _fresh(agenda, row, column) and row.values[column.name] > 0:
                yield Fact(row, column, _is_set(tool, column.name), _counts(tool, column.name, need))


def standing(agenda: Agenda, owed: Owed, tool: Tool) -> Iterator[Fact]:
    """What the rows hold now in what a transaction sets, where that is something else."""
    for slot in tool.inputs.values():
        new = owed.need.values.get(f"{slot.table}.{slot.column}:value") if slot.use == "value" else None
        at = next((i for i, m in enumerate(owed.need.mentions) if m.table == slot.table), -1)
        row = agenda.memory.known.get(slot.table, {}).get(owed.chosen.get(at, ())) if new is not None else None
        if row is None or row.values.get(slot.column) in (None, "", new) or slot.table not in tool.writes:
            continue
        column = next((c for c in agenda.memory.catalog.table(slot.table).columns if c.name == slot.column), None)
        if column is not None and row.source(slot.column) >= agenda.written.get(slot.table, -1):
            yield Fact(row, column, now=True)


def _fresh(agenda: Agenda, row: Known, column: Column) -> bool:
    """A number that was shown, and that nothing can have changed since."""
    shown = isinstance(row.values.get(column.name), int | float)
    return shown and row.source(column.name) >= agenda.written.get(row.table, -1)


# ── what a transaction goes by ───────────────────────────────────────────────────────────────────────────────────────────


def _given(index: "ToolIndex", owed: Owed, tool: Tool, rows: Sequence[Known | None]) -> Given:
    bound, _ = bind(tool, index.inputs[tool.name], owed.need, rows)
    return {(tool.inputs[k].table, tool.inputs[k].column): b for k, b in bound.items()}


def _key(catalog: Catalog, table: Table, given: Given) -> RowKey | None:
    """The whole key of a table's row, as a call gives it."""
    parts = [_part(catalog, table.name, column, given) for column in table.key]
    return tuple(plain(b.value) for b in parts if b is not None) if parts and None not in parts else None


def _part(catalog: Catalog, table: str, column: str, given: Given) -> Bound | None:
    """A part of a row's key as a call gives it: itself, or the row it refers to."""
    if (table, column) in given:
        return given[table, column]
    for link in catalog.links:
        if link.table == table and column in link.columns:
            to = (link.to, link.to_columns[link.columns.index(column)])
            if to in given:
                return given[to]
    return None


def _amounts(catalog: Catalog, tool: Tool) -> list[tuple[Table, list[Column]]]:
    """Of each table that a tool reads the amounts of money that its statements name; nothing of a tool that gives back no money."""
    tables = {t.name: t for t in catalog.tables}
    back = [
        c for s in tool.outputs.values() if s.table in tables for c in tables[s.table].columns if c.name == s.column
    ]
    if not any(_is_money(c) for c in back):
        return []
    read = [tables[n] for n in dict.fromkeys(tool.reads) if n in tables]
    found = [(t, [c for c in t.columns if _is_money(c) and c.name in _named(tool)]) for t in read]
    return [(t, columns) for t, columns in found if columns and t.key]


def _find_named(tool: Tool) -> frozenset[str]:
    return frozenset(w for s in tool.run if s.kind != "return" for w in re.findall(r"\w+", s.sql))


_named: Kept[Tool, frozenset[str]] = Kept(_find_named, 256)
"""The words of the statements by which a tool decides and writes."""


def _is_money(column: Column) -> bool:
    return column.role == "measure" and (column.format == "money" or column.unit in _CURRENCIES)


def _is_set(tool: Tool, column: str) -> bool:
    """Whether a tool puts something else in a column."""
    return any(s.kind == "write" and re.search(rf"(?:\bSET|,)\s+{column} =", s.sql) for s in tool.run)


def _counts(tool: Tool, column: str, need: Need) -> bool:
    """Whether a tool multiplies a column by a number that the need gives, and that is more than one."""
    sql = "\n".join(s.sql for s in tool.run)
    for name, slot in tool.inputs.items():
        value: Json = need.values.get(f"{slot.table}.{slot.column}:{slot.use}")
        if not isinstance(value, int | float) or value <= 1:
            continue
        names = "|".join((name, *re.findall(rf":{name} AS (\w+)", sql)))
        if re.search(rf":(?:{names}) \* :?(?:\w+\.)?{column}\b|\b{column} \* :(?:{names})\b", sql):
            return True
    return False
