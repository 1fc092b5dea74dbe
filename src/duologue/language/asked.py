"""Questions about one fact of one row that have words of their own: how much, how long, when, who, whether.

The words are in `asked.yaml`, by what the fact is: told from what its column is called, its unit and its role, so it works for any
schema. Where nothing fits, a fact is asked for by its name.
"""

import random
from functools import cache

from msgspec.structs import replace

from duologue.catalog.model import Column, Table
from duologue.language.extremes import is_adjective
from duologue.language.grammar import Grammar, word_file
from duologue.language.phrases import Phrases
from duologue.language.verbs import done_on
from duologue.types import Need

__all__ = ["asked_for", "asked_whether", "is_who"]

_TIMES = frozenset({"milliseconds", "seconds", "minutes", "hours"})
_OF_PERSONS = frozenset({"age", "salary"})
_OF_THINGS = frozenset({"price", "time", "stock", "population"})


@cache
def _lines() -> Grammar:
    return Grammar(word_file("asked"))


@cache
def _kinds() -> dict[str, str]:
    return {
        label.strip(): str(kind)
        for kind, entry in word_file("asked").items()
        if isinstance(entry, dict)
        for label in str(entry.get("labels", "")).split(",")
        if label
    }


def asked_for(phrases: Phrases, need: Need, who: str, dice: random.Random) -> dict[str, str]:
    """The pieces `how` (as a question) and `how_told` (behind "tell me") for a need that asks one fact of one row; none where it has no
    words of its own."""
    asked = phrases.asked(need)
    if need.meaning.family != "get" or len(asked) != 1 or not who:
        return {}
    slot, table, column = phrases.slot(asked[0])
    kind = ""
    if table is not None and table.name != need.meaning.table and slot.column == "@name":
        kind = "person" if table.person else ""
    elif table is not None and column is not None and not slot.use and table.name == need.meaning.table:
        kind = _kind(column, table)
    if not kind:
        return {}
    subject = need.meaning.table
    label = column.label if kind == "flag" and column is not None else phrases.label(asked[0], subject)
    verb = done_on(column.label, phrases.table(subject)[0]) if kind == "done" and column is not None else ""
    slots = {"who": who, "label": label, "verb": verb}
    return {
        "how": _lines().line(f"{kind}.ask", dice, slots),
        "how_told": _lines().line(f"{kind}.told", dice, slots),
    }


def is_who(phrases: Phrases, need: Need) -> bool:
    """It asks for nothing but a person: for whom one asks with "who", never with "what"."""
    asked = phrases.asked(need) if need.meaning.family == "get" else []
    slot, table, _ = phrases.slot(asked[0]) if len(asked) == 1 else (None, None, None)
    return (
        slot is not None
        and table is not None
        and slot.column == "@name"
        and table.person
        and table.name != need.meaning.table
    )


def asked_whether(phrases: Phrases, need: Need) -> dict[str, str]:
    """The pieces of a request that also asks a yes or no, where there is one and people say it so: `flag` ("discontinued", "the default one"),
    `it_is`, `is_it` and `its`, and `columns`, `columns_bare`, `is_are` and `whats` of the rest."""
    asked = phrases.asked(need)
    flags = [
        k for k in asked if (c := phrases.slot(k)[2]) is not None and c.role == "flag" and not phrases.slot(k)[0].use
    ]
    subject = need.meaning.table
    column = phrases.slot(flags[0])[2] if len(flags) == 1 else None
    if column is None or need.meaning.family != "get" or column.table != subject or not is_adjective(column.label):
        return {}
    rest = replace(need, wanted=tuple(k for k in need.wanted if k != flags[0]))
    left = phrases.asked(rest)
    people, are = phrases.is_person(subject), phrases.are(left, subject)
    return {
        "flag": f"the {column.label} one"
        if column.label.lower() in str(word_file("names")["one"]).split()
        else column.label,
        "it_is": "they're" if people else "it's",
        "is_it": "are they" if people else "is it",
        "its": "their" if people else "its",
        "columns": phrases.columns(rest) if left else "",
        "columns_bare": phrases.columns(rest, "") if left else "",
        "is_are": are if left else "",
        "whats": ("what's" if are == "is" else "what are") if left else "",
        "how": "",
        "how_told": "",
    }


def _kind(column: Column, table: Table) -> str:
    """Which question asks for a column; empty where its name does."""
    if column.role == "date" and column.format != "year":
        return "done" if done_on(column.label, table.label) else ""
    if column.role == "flag":
        return "flag" if is_adjective(column.label) else ""
    kind = _kinds().get(column.label.lower(), "")
    if kind == "place":
        return kind if column.role in ("category", "name", "text") and column.label != table.label else ""
    if column.role != "measure" or (kind in _OF_PERSONS and not table.person):
        return ""
    if kind in _OF_THINGS and (table.person or table.kind != "entity"):
        return ""
    if (kind == "time" and column.unit not in _TIMES) or (kind == "total" and table.kind != "event"):
        return ""
    return kind
