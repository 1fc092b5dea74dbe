"""What a model is told about a database, and the names it is to use.

A schema with meanings (what a column is, what it refers to, the values it takes), a few rows, and beside each column whose own name
would be ambiguous the name it goes by as a field of results: one vocabulary from the start is cheaper than renaming afterwards.
Secrets, blobs and nested data are not shown, long texts are cut, and so is a table with very many columns.
"""

from collections import Counter
from random import Random

from msgspec import Struct

from duologue.catalog.model import Column
from duologue.ids import to_json
from duologue.tools.confront import Samples
from duologue.tools.drafts import Concept
from duologue.tools.ground import WIDE, Ground
from duologue.tools.midnight import midnight_columns
from duologue.tools.naming import ascii_words, distinct, identifier
from duologue.tools.select import focus_of
from duologue.tools.vocabulary import ID_WORDS, column_words, noun_of
from duologue.tools.written.answers import NAMING
from duologue.types import Json, Slot, Tool

ALL_SHOWN = 16
"""A database with up to so many tables is shown whole, of a larger one a connected part."""
ROWS = 3
_LONGEST = 60
_VALUES = 12


def tables_shown(ground: Ground, rng: Random) -> tuple[str, ...]:
    """The tables that a set is about. A view only says again what the tables behind it say, and a statement can join them."""
    tables = tuple(t for t in ground.tables if ground.tables[t].writable) or tuple(ground.tables)
    if len(tables) <= ALL_SHOWN:
        return tables
    chosen = focus_of(ground, rng)
    return tuple(t for t in tables if t in chosen)


def field_names(ground: Ground, tables: tuple[str, ...]) -> dict[Concept, str]:
    """The field name of every concept that a column of the tables is shown under: the column's own name where it tells it
    from all others, else with its table's."""
    concepts = sorted({ground.concept(t, c.name) for t in tables for c in ground.tables[t].columns if ground.shown(c)})
    short: dict[Concept, tuple[str, ...]] = {}
    long: dict[Concept, tuple[str, ...]] = {}
    for concept in concepts:
        table, column, _ = concept
        noun = noun_of(ground, table)
        named = column == "@name"
        words = _words(ground, table, ground.tables[table].display[0] if named else column)
        long[concept] = words if set(noun) & set(words) else (*noun, *words)
        short[concept] = long[concept] if named else words
    often = Counter(short.values())
    taken: set[str] = set()
    once = [c for c in concepts if often[short[c]] == 1]
    out = {c: distinct(identifier(short[c], NAMING), taken) for c in once}
    return out | {c: distinct(identifier(long[c], NAMING), taken) for c in concepts if c not in out}


def _words(ground: Ground, table: str, column: str) -> tuple[str, ...]:
    """The words of a column's own name: what SQL says anyway is the easiest to keep to."""
    words = ascii_words(column) or column_words(ground, table, column)
    return (*words, "id") if ground.link_of(table, column) and words[-1] not in ID_WORDS else words


def schema_told(
    ground: Ground, tables: tuple[str, ...], samples: Samples, names: dict[Concept, str] | None = None
) -> str:
    """The tables as text; with the field names where those are given."""
    known = _Known(ground, tables, midnight_columns(ground, samples.image), names or {})
    return "\n\n".join(_table(known, t, samples) for t in tables)


class _Known(Struct, frozen=True):
    """What is known of a database when its tables are told."""

    ground: Ground
    tables: tuple[str, ...]
    """Those that are told; of a reference to another nothing is said, for there is no getting there."""
    midnight: dict[tuple[str, str], str]
    names: dict[Concept, str]


def _table(known: _Known, name: str, samples: Samples) -> str:
    ground = known.ground
    t = ground.tables[name]
    shown = [c for c in t.columns if ground.shown(c)][:WIDE]
    about = f"{t.rows} rows" if t.writable else f"{t.rows} rows, a view: read only"
    key = f"; key: {', '.join(t.key)}" if t.key else "; no key"
    key += ", numbered by the database" if t.autokey else ""
    lines = [f"### {name} ({about}{key})", *(_column(known, c) for c in shown), "Some rows:"]
    for row in samples.rows(name)[:ROWS]:
        lines.append(to_json({c.name: _cut(row[c.name]) for c in shown if c.name in row}))
    return "\n".join(lines)


def _column(known: _Known, c: Column) -> str:
    ground = known.ground
    said = [c.type if not c.format or ":" in c.format else f"{c.type} ({c.format})"]
    tail = known.midnight.get((c.table, c.name))
    if tail:
        said = [f"{c.type} (a day, always with {tail!r} behind it)"]
    link = ground.link_of(c.table, c.name)
    if link and link.to in known.tables:
        said.append(f"refers to {link.to}.{link.to_columns[0]}" + (f" ({link.role})" if link.role else ""))
    if c.name in ground.tables[c.table].display:
        said.append("what people call a row by")
    if c.unit:
        said.append(f"in {c.unit}")
    if c.nulls:
        said.append("may be NULL")
    if c.role in ("category", "status", "flag") and c.values and not link:
        values = to_json([_cut(v) for v in c.values[:_VALUES]])
        said.append(f"{'only' if c.closed and len(c.values) <= _VALUES else 'such as'} {values}")
    elif c.role in ("date", "measure") and c.least is not None:
        said.append(f"from {to_json(_cut(c.least))} to {to_json(_cut(c.most))}")
    if c.generated:
        said.append("generated, can't be written")
    field = known.names.get(ground.concept(c.table, c.name))
    if field and field != c.name:
        said.append(f"as a field: {field}")
    return f"- {c.name}: {'; '.join(said)}"


def _cut(value: Json) -> Json:
    return f"{value[:_LONGEST]}…" if isinstance(value, str) and len(value) > _LONGEST else value


def signatures(tools: tuple[Tool, ...]) -> str:
    """The tools, a line each: what they take and what they give."""
    return "\n".join(_signature(t) for t in tools) or "(none yet)"


def _signature(tool: Tool) -> str:
    required = tool.parameters["required"]
    takes = ", ".join(n if n in required else f"{n}?" for n in tool.parameters["properties"])
    return f"- {tool.name}({takes}) -> {_gives(tool)} [{tool.effect}] {tool.description}"


def _gives(tool: Tool) -> str:
    parts = []
    for name, schema in tool.returns["properties"].items():
        inner = schema.get("items", schema).get("properties")
        many = "[]" if "items" in schema else ""
        parts.append(f"{name}{many} {{{', '.join(inner)}}}" if inner else name)
    return ", ".join(parts)


def meaning_of(slot: Slot | None) -> str:
    """What a slot stands for, in words for a model."""
    if slot is None or not slot.table:
        return "computed"
    if not slot.column:
        return f"number of rows of {slot.table}"
    column = f"{slot.table}.{slot.column.replace('@name', 'name')}"
    return f"{slot.use} of {column}" if slot.use else column
