"""What kind of thing a table holds: entities, events, links between others, or a lookup of values."""

from collections.abc import Sequence

from duologue.catalog.model import Column, Kind, Link
from duologue.catalog.nouns import head_index, singular_word
from duologue.catalog.words import words

LOOKUP_ROWS = 30
NAMED_LOOKUP_ROWS = 300


def kind(
    columns: Sequence[Column],
    key: tuple[str, ...],
    shown: tuple[str, ...],
    label: str,
    links: Sequence[Link],
    rows: int,
) -> Kind:
    """The kind of a table. `links` are all links of the schema that begin or end at it."""
    table = columns[0].table
    out = [x for x in links if x.table == table]
    referring = {c for x in out for c in x.columns}
    own = [c for c in columns if c.name not in referring and (c.role != "key" or c.name not in key)]
    said = label.lower().split()
    last = singular_word(said[head_index(said)])
    eventful = last in words()["event"] and (last not in {"line", "item"} or (len(said) > 1 and bool(out)))
    into = [x for x in links if x.to == table and x.table != table]
    if not shown and not into and _is_link(out, referring, own, key, eventful):
        return "link"
    if _is_event(out, own, shown, eventful):
        return "event"
    return "lookup" if not out and into and _is_lookup(columns, own, label, rows) else "entity"


def _is_link(
    out: Sequence[Link], referring: set[str], own: Sequence[Column], key: tuple[str, ...], eventful: bool
) -> bool:
    if len(out) < 2:
        return False
    mostly = len(own) <= 1 or (len(own) <= 2 and set(key) <= referring and len(key) != 1)
    measures = sum(c.role == "measure" for c in own)
    dated = any(c.role == "date" and c.format != "year" for c in own)
    return (
        mostly
        and not measures
        and not dated
        and not (eventful and (own or (len(key) > 1 and not set(key) <= referring)))
    )


def _is_event(out: Sequence[Link], own: Sequence[Column], shown: tuple[str, ...], eventful: bool) -> bool:
    dates = [c for c in own if c.role == "date" and not _birth(c)]
    happens = [c for c in dates if c.format != "year" and not _said(c) & (words()["planned"] | words()["bookkeeping"])]
    measures = [c for c in own if c.role == "measure"]
    if eventful and (dates or out):
        return True
    if shown:
        return False
    return bool((happens and out) or (len(out) >= 2 and (dates or measures)))


def _birth(column: Column) -> bool:
    return bool(_said(column) & words()["birth"])


def _said(column: Column) -> set[str]:
    return set(column.label.lower().split())


def _is_lookup(columns: Sequence[Column], own: Sequence[Column], label: str, rows: int) -> bool:
    if len(columns) > 4 or any(c.role in {"measure", "date"} for c in own):
        return False
    named = singular_word(label.split()[-1].lower()) in words()["lookup"]
    return rows <= (NAMED_LOOKUP_ROWS if named else LOOKUP_ROWS)
