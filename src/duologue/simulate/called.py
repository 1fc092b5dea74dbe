"""What the assistant calls a row that results have shown: by its name, else by its key in the words people have for it.

Few people speak of "the country language with country Azerbaijan and language Armenian". A key that takes several columns mostly joins
something of the row's own with the row it belongs to ("the country language Armenian of Azerbaijan", "order item 2 of order 40211"), or joins
two rows ("the order detail for order 40211 and the product Chai"). What fits neither is called by its columns.
"""

from duologue.catalog.model import Column
from duologue.language.grammar import listed
from duologue.language.phrases import Phrases
from duologue.plans.memory import Known, Memory
from duologue.types import Json, Mention

__all__ = ["called"]

_OWN = frozenset({"key", "name", "category", "text"})
"""Roles of a part of a key that says by itself what the row is."""


def called(phrases: Phrases, memory: Memory, row: Known) -> str:
    """A row as it is spoken of; empty where nothing is known that it could go by."""
    name = row.values.get("@name")
    if name is not None:
        return phrases.row(Mention(row.table, by={"@name": name}))
    table = memory.catalog.table(row.table)
    keys = {k: row.values[k] for k in table.key if row.values.get(k) is not None}
    if len(keys) < 2:
        return phrases.row(Mention(row.table, by=keys)) if keys else ""
    joined = {k: text for k, v in keys.items() if (text := _joined(phrases, memory, (row.table, k, v)))}
    own = [(table.column(k), v) for k, v in keys.items() if k not in joined]
    if joined and not own:
        return f"the {table.label} for {listed(list(joined.values()))}"
    if joined and len(own) == 1 and (text := _own(phrases, table.label, *own[0], listed(list(joined.values())))):
        return text
    parts = [f"{phrases.label(key := f'{row.table}.{k}', row.table)} {phrases.value(key, v)}" for k, v in keys.items()]
    return f"the {table.label} with {listed(parts)}"


def _own(phrases: Phrases, label: str, column: Column, value: Json, others: str) -> str:
    """By a part of its own, and what it belongs to."""
    text = phrases.value(f"{column.table}.{column.name}", value)
    if column.role == "date":
        return f"the {label} of {others} from {text}"
    if isinstance(value, int) or text.isdigit():
        return f"{label} {text} of {others}"
    return f"the {label} {text} of {others}" if column.role in _OWN else ""


def _joined(phrases: Phrases, memory: Memory, part: tuple[str, str, Json]) -> str:
    """The row that a part of a key refers to: by its name where that is known, else by its number."""
    table, column, value = part
    link = next((x for x in memory.catalog.links if x.table == table and x.columns == (column,)), None)
    if link is None:
        return ""
    known = memory.known.get(link.to, {}).get((str(value),))
    name = known.values.get("@name") if known is not None else None
    if name is not None:
        return phrases.row(Mention(link.to, by={"@name": name}))
    return phrases.row(Mention(link.to, by={link.to_columns[0]: value}))
