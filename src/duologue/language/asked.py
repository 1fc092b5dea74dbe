"""Questions about one fact of one row that have words of their own: how much, how long, when, who, whether.

The words are in `asked.yaml`, by what the fact is: told from what its column is called, its unit and its role, so it works for any
schema. Where nothing fits, a fact is asked for by its name.
"""

import random
from functools import cache

from msgspec.structs import replace

from duologue.catalog.model import Column, Table
from duologue.catalog.nouns import is_participle
from duologue.language.counted import head_of
from duologue.language.extremes import is_many, things
from duologue.language.flags import is_what
from duologue.language.grammar import Grammar, word_file
from duologue.language.phrases import Phrases
from duologue.language.verbs import turn
from duologue.types import Need

__all__ = ["asked_for", "asked_whether", "is_who"]

_TIMES = frozenset({"milliseconds", "seconds", "minutes", "hours"})
_OF_IT = frozenset(
    {"price", "time", "weight", "population", "total", "done", "built", "goes", "did", "due", "count", "stock"}
)
_OF_IT |= {"colour", "size", "sort", "genre", "high", "wide", "deep"}
"""Questions that can follow another one with "it"."""
_INVERTED, _LONG = frozenset({"person", "someone", "money"}), 30
"""Questions whose told form ends behind the row, which has to be short for that."""
_SORTS = frozenset({"colour", "size", "sort", "genre"})
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
    """The pieces `how` (as a question) and `how_told` (behind "tell me") for a need that asks one fact of one row, or two of which one has words
    of its own: "how much is Chai, and what's the category?"; none where nothing has."""
    asked = phrases.asked(need)
    if need.meaning.family != "get" or not who or not 0 < len(asked) < 3:
        return {}
    for key, *rest in [asked] if len(asked) == 1 else [asked, asked[::-1]]:
        found = _one_fact(phrases, need, key, who, dice)
        if rest and _told_alone(phrases, key):
            continue
        if found and rest:
            found = _beside(phrases, need, rest[0], found, dice)
        if found:
            return found
    return {}


def _told_alone(phrases: Phrases, key: str) -> bool:
    """What is not asked for together with another fact: a yes or no, and money that has only its own name."""
    _, table, column = phrases.slot(key)
    return column is not None and table is not None and (column.role == "flag" or _kind(column, table) == "money")


def _one_fact(phrases: Phrases, need: Need, key: str, who: str, dice: random.Random) -> dict[str, str]:
    slot, table, column = phrases.slot(key)
    subject = need.meaning.table
    kind = ""
    if table is not None and table.name != subject and slot.column == "@name":
        kind = "person" if table.person else ""
    elif table is not None and column is not None and not slot.use and table.name == subject:
        kind = _kind(column, table)
    if not kind or (kind in _INVERTED and len(who) > _LONG):
        return {}
    if kind == "sort" and phrases.table(subject)[0] in who:
        kind = "colour"  # nobody asks what type of pass pass 109 is
    label = (is_what(column) or column.label) if column is not None else phrases.label(key, subject)
    slots = {"who": who, "label": label, "of": f"of {who}", "for": f"for {who}", "table": phrases.table(subject)[0]}
    slots |= _verbs(kind, column, table)
    return {
        "how": _lines().line(f"{kind}.ask", dice, slots),
        "how_told": _lines().line(f"{kind}.told", dice, slots),
    }


def _beside(phrases: Phrases, need: Need, key: str, found: dict[str, str], dice: random.Random) -> dict[str, str]:
    """The question with a second fact behind it, which goes by its name; none where that is a name, a person or a yes or no."""
    slot, table, column = phrases.slot(key)
    if column is None or table is None or column.role in ("flag", "name") or slot.use:
        return {}
    subject = need.meaning.table
    second = _kind(column, table) if slot.table == subject else ""
    if second in _OF_IT and not table.person:
        own = _one_fact(phrases, need, key, "it", dice)
        return {"how": f"{found['how']}, and {own['how']}", "how_told": f"{found['how_told']} and {own['how_told']}"}
    noun, are = phrases.noun(key, subject), phrases.are([key], subject)
    its = "their" if phrases.is_person(subject) else "its"
    if slot.table != subject:
        its = "the"
    return {
        "how": f"{found['how']}, and {'what is' if are == 'is' else 'what are'} {its} {noun}",
        "how_told": f"{found['how_told']} and what {its} {noun} {are}",
    }


def _verbs(kind: str, column: Column | None, table: Table | None) -> dict[str, str]:
    """The pieces that only dates and counts have: what happened, and what there is so much of."""
    if column is None or table is None:
        return {}
    if kind == "built":
        return {"verb": column.label.lower().removeprefix("year ")}
    if kind in ("count", "count_state"):
        counted = things(column.label)
        words, at = counted.split(" "), head_of(counted)
        return {
            "label": " ".join(words[: at + 1]) if kind == "count_state" else counted,
            "state": " ".join(words[at + 1 :]),
        }
    happened = turn(column.label, table.label, table.person) if column.role == "date" else None
    if happened is None:
        return {}
    base = happened.verb if happened.how in ("done", "due") else happened.base
    return {"verb": base, "verbs": happened.verb, "past": happened.verb, "thing": happened.thing}


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
    if column is None or need.meaning.family != "get" or column.table != subject:
        return {}
    if not is_what(column):
        return {}
    rest = replace(need, wanted=tuple(k for k in need.wanted if k != flags[0]))
    left = phrases.asked(rest)
    people, are = phrases.is_person(subject), phrases.are(left, subject)
    return {
        "flag": is_what(column),
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
    if column.role == "date":
        return _dated(column, table)
    if column.role == "flag":
        return "flag" if is_what(column) else ""
    kind = _kinds().get(column.label.lower(), "")
    if column.role in ("category", "name", "text", "status") and kind in _SORTS | {"place"}:
        return kind if column.label != table.label else ""
    if column.format == "person" and not table.person and column.role == "text" and not column.label.endswith("name"):
        return "someone"
    if column.role != "measure":
        return ""
    return _measured(kind, column, table) or _counted(column)


def _dated(column: Column, table: Table) -> str:
    if column.format == "year":
        year, _, done = column.label.lower().partition(" ")
        return "built" if year == "year" and is_participle(done) and not table.person else ""
    happened = turn(column.label, table.label, table.person)
    if happened is None:
        return ""
    return f"{happened.how}_thing" if happened.thing else happened.how


def _measured(kind: str, column: Column, table: Table) -> str:
    if kind in _OF_PERSONS and not table.person:
        return ""
    if kind == "owed":
        return "owed" if table.person else "owing"
    if kind in ("tall", "high"):
        return "tall" if table.person else "high"
    if kind in _OF_THINGS and (table.person or table.kind != "entity"):
        return _counted(column)
    if (kind == "time" and column.unit not in _TIMES) or (kind == "total" and table.kind != "event"):
        return ""
    money = column.format == "money" and not is_many(column.label)
    return kind if kind and kind not in _SORTS else "money" if money else ""


def _counted(column: Column) -> str:
    """Of what there are so many of: how many of them, in what state."""
    label = things(column.label)
    if column.unit or column.format or column.type != "INTEGER" or not label:
        return ""
    parts, at = label.split(" "), head_of(label)
    if at == len(parts) - 1:
        return "count"
    return "count_state" if len(parts) - 1 - at == 1 or parts[at + 1] in ("in", "on") else ""
