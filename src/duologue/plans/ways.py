"""Where there is no way on, the nearest one that exists: after a refusal, after a search that brought nothing.

The task maker draws the next part of a goal along it, and the scripted assistant offers it; neither looks at the other, so both
ask here. Everything follows from what was asked and from the tools there are.
"""

from collections.abc import Mapping

from msgspec.structs import replace

from duologue.catalog.model import Catalog
from duologue.plans.index import ToolIndex
from duologue.types import Json, Mention, Need

__all__ = ["IS_SO", "LINKED_YET", "TAKEN", "USED", "also_of", "error_kind", "error_text", "instead", "loosest", "wider"]

USED = "hasdependents"
"""A row can't go while others refer to it."""
TAKEN = "alreadyexists"
"""Something of that name is there already."""
LINKED_YET = "alreadylinked"
"""The two are linked already."""
IS_SO = "unchanged"
"""It is what it was to become."""


def error_kind(error: Mapping[str, Json]) -> str:
    """The type of an error in letters only, the same in every dialect."""
    return "".join(c for c in str(error.get("type", "")).casefold() if c.isalpha()).removesuffix("error")


def error_text(error: Mapping[str, Json]) -> str:
    """What an error says, with all that stands against the call beside it."""
    parts = [str(error.get("message", "")), *map(str, also_of(error))]
    return " ".join(p if p.endswith((".", "!", "?")) else f"{p}." for p in parts) if len(parts) > 1 else parts[0]


def also_of(error: Mapping[str, Json]) -> list[str]:
    """What stands against a call that was refused, beside its first reason."""
    also = error.get("also")
    return [str(text) for text in also] if isinstance(also, list) else []


def instead(index: ToolIndex, catalog: Catalog, need: Need, kind: str) -> Need | None:
    """What can be looked at where a change was refused: what still refers to the row; the row that has the name already. None where
    nothing comes to mind, or no tool shows it."""
    table = need.meaning.table
    if kind == USED and any(m.table == table for m in need.mentions):
        for tool in index.toolset.tools:
            meaning = tool.meaning
            if meaning is not None and meaning.family == "related" and meaning.parent == table:
                return Need(meaning, (Mention(table),))
    if kind == TAKEN and need.meaning.family == "create":
        display = catalog.table(table).display
        name = need.values.get(f"{table}.{display[0]}:value") if len(display) == 1 else None
        getter = index.getter(table)
        if getter is not None and getter.meaning is not None and index.lookup(table, {"@name": name}) is not None:
            return Need(getter.meaning, (Mention(table, by={"@name": name}),)) if name is not None else None
    return None


def loosest(need: Need) -> str:
    """The condition of a search that is given up first: a bound of time or size, else the one said last; empty where there are not
    two of them."""
    said = [k for k in need.values if k.rpartition(":")[2] in ("equals", "from", "match")]
    if len(said) + len(need.mentions) < 2 or not said:
        return ""
    return next((k for k in said if k.endswith(":from")), said[-1])


def wider(need: Need) -> Need | None:
    """The search without its loosest condition; None where it has one only."""
    key = loosest(need)
    if not key:
        return None
    column = key.rpartition(":")[0]
    gone = {key, f"{column}:to"} if key.endswith(":from") else {key}
    return replace(need, values={k: v for k, v in need.values.items() if k not in gone}, wanted=(), pick=None)
