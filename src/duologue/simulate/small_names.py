"""The names, addresses and codes of a talk that are written small: those that results showed, and those that were spoken of."""

from collections.abc import Iterable

from duologue.language.written import is_small_name
from duologue.plans.memory import Memory
from duologue.types import Fact, Json, Need

__all__ = ["of_facts", "small_names"]


def small_names(memory: Memory, needs: Iterable[Need]) -> set[str]:
    """Those that the assistant knows of."""
    out = set[str]()
    for table, rows in memory.known.items():
        t = memory.catalog.table(table)
        columns = {c.name: c for c in t.columns}
        for row in rows.values():
            values = row.values.items()
            out |= {
                str(v) for c, v in values if is_small_name(v, columns.get(c), c == "@name" or c in (*t.display, *t.key))
            }
    return out | {str(v) for n in needs for m in n.mentions for v in m.by.values() if _is_name(v)}


def of_facts(facts: Iterable[Fact]) -> set[str]:
    """Those that the user knows of."""
    return {str(f.value) for f in facts if f.slot.endswith(".@name") and _is_name(f.value)}


def _is_name(value: Json) -> bool:
    return is_small_name(value, None, names=True)
