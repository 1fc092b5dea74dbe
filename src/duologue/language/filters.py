"""Conditions as people say them, to follow the thing they are about: "orders placed since 3 May 2024", "users in Denver with a balance of 20
or more", "products that aren't discontinued".

Which lines of `filters.yaml` say a condition depends on what its column is: what it is called ("city", "price"), its role, its unit, and
for dates what they say happened (`verbs.py`). All lines of a kind mean the same, a bound always counts itself in, so any may be drawn. `Phrases.filters`
has the plain form, for goals and for the assistant.
"""

import random
from collections.abc import Iterator
from functools import cache
from itertools import pairwise

from duologue.catalog.model import Column, Table
from duologue.catalog.nouns import is_participle
from duologue.language.extremes import is_adjective, is_many, things
from duologue.language.flags import had, is_what
from duologue.language.grammar import Grammar, word_file
from duologue.language.naming import quoted, stands_alone
from duologue.language.phrases import MANY, Phrases
from duologue.language.saying import flag_of
from duologue.language.verbs import made_by, tied, turn
from duologue.types import Json, Mention, Need

__all__ = ["spoken_filters", "spoken_flags"]

_TIMES = frozenset({"milliseconds", "seconds", "minutes", "hours"})
_LATER = ("with", "that", "who", "whose", "where")
"""How conditions begin that come behind the short ones ("in Porto", "placed since May"), in their order."""


@cache
def _lines() -> Grammar:
    return Grammar(word_file("filters"))


@cache
def _classes() -> dict[str, str]:
    labels = word_file("filters")["labels"]
    assert isinstance(labels, dict)
    return {name.strip(): str(kind) for kind, names in labels.items() for name in str(names).split(",")}


def spoken_filters(phrases: Phrases, need: Need, dice: random.Random) -> str:
    """The filters of a need in one of the ways people have of saying them; empty without any."""
    return _joined(list(_said(phrases, need, dice)))


def spoken_flags(phrases: Phrases, key: str, value: Json) -> tuple[str, ...]:
    """The ways of saying a yes-or-no filter without a yes or no: "that aren't discontinued"; none where it is said by its value."""
    column = phrases.slot(key)[2]
    what = is_what(column)
    if column is None or not what:
        return ()
    yes = flag_of(value, column)
    kind = ("had" if yes else "not_had") if had(column) else "is" if yes else "is_not"
    slots = {
        "what": had(column) or what,
        "bare": column.label,
        "that": "who" if phrases.is_person(column.table) else "that",
    }
    return tuple(t.fill(slots, random.Random(0)) for t in _lines().templates(f"equals.{kind}"))


def _said(phrases: Phrases, need: Need, dice: random.Random) -> Iterator[str]:
    subject = need.meaning.table
    for key, value in phrases.said(need, "equals").items():
        yield _equal(phrases, key, value, subject, dice)
    for key, value in phrases.said(need, "match").items():
        slots = {"label": phrases.label(key, subject), "value": phrases.value(key, value)}
        yield _lines().line("match.any", dice, slots)
    bounds: dict[str, dict[str, Json]] = {}
    for use in ("from", "to"):
        for key, value in phrases.said(need, use).items():
            bounds.setdefault(key, {})[use] = value
    for key, ends in bounds.items():
        yield _bound(phrases, key, ends, subject, dice)
    if need.meaning.family in MANY:
        yield from (_belongs(phrases, m, subject, dice) for m in need.mentions if m.by)


def _equal(phrases: Phrases, key: str, value: Json, subject: str, dice: random.Random) -> str:
    slot, table, column = phrases.slot(key)
    if slot.column == "@name" and table is not None:
        if table.name == subject:
            return _lines().line("belongs.named", dice, {"name": quoted(phrases.value(key, value))})
        return _of(phrases, table.name, quoted(phrases.value(key, value)), subject, dice)
    text, noun = phrases.value(key, value), phrases.noun(key, subject)
    slots = _slots(phrases, key, subject) | {"value": text}
    kind = _kind(phrases, key, subject)
    if column is not None and column.role == "flag":
        ways = spoken_flags(phrases, key, value) if slot.table == subject else ()
        return dice.choice(ways) if ways else _lines().line("equals.flag", dice, slots)
    if kind in ("price", "time", "amount", "pay", "weight"):
        kind = "number"
    if kind in ("place", "towards", "birthplace"):
        kind = (
            "any"
            if not text[:1].isupper()
            else "person_place"
            if kind == "place" and phrases.is_person(slot.table)
            else kind
        )
    if kind == "state" and not _reads_as_state(text):
        kind = "any"
    return _lines().line(f"equals.{kind}", dice, slots | {"label": noun})


def _reads_as_state(text: str) -> bool:
    """A status that can follow "are": open, cancelled, under way; not "A3" or "Step 2"."""
    return text.islower() and (is_adjective(text) or text in str(word_file("names")["states"]).split(", "))


def _bound(phrases: Phrases, key: str, ends: dict[str, Json], subject: str, dice: random.Random) -> str:
    kind = _kind(phrases, key, subject)
    use = "between" if len(ends) == 2 else next(iter(ends))
    slots = _slots(phrases, key, subject)
    slots |= {name: phrases.value(key, ends[end]) for end, name in (("from", "first"), ("to", "last")) if end in ends}
    return _lines().line(f"{use}.{kind if f'{use}.{kind}' in _lines() else 'number'}", dice, slots)


def _slots(phrases: Phrases, key: str, subject: str) -> dict[str, str]:
    noun = phrases.noun(key, subject)
    column, table = phrases.slot(key)[2], phrases.table(subject)[0]
    out = {
        "label": noun,
        "a_label": phrases.indefinite(key, subject),
        "is": "are" if is_many(noun) else "is",
        "that": "who" if phrases.is_person(subject) else "that",
        "verb": "",
    }
    if column is not None and column.table == subject and column.role == "measure":
        out["things"] = things(noun) or noun
    if column is None or column.table != subject or column.role != "date":
        return out
    if column.format == "year":
        return out | {"verb": column.label.lower().removeprefix("year ")}
    happened = turn(column.label, table, phrases.is_person(subject))
    if happened is None:
        return out
    return out | {"verb": happened.verb, "base": happened.base, "ing": happened.ing, "thing": happened.thing}


def _kind(phrases: Phrases, key: str, subject: str) -> str:
    """Which lines say a condition on this column."""
    slot, table, column = phrases.slot(key)
    if column is None or slot.use or table is None:
        return "any"
    if column.role == "date" and column.format != "year":
        return _dated(column, table, subject)
    if slot.table != subject:
        return "number" if column.role == "measure" else "day" if column.role == "date" else "any"
    if column.format == "year":
        year, _, done = column.label.lower().partition(" ")
        return "built" if year == "year" and is_participle(done) and not table.person else "year"
    if column.role == "status":
        return "state"
    return _figure(column, table) if column.role == "measure" else _word(column, table)


def _figure(column: Column, table: Table) -> str:
    found = _classes().get(column.label.lower(), "any")
    fits = {
        "age": table.person,
        "pay": table.person,
        "weight": not table.person and table.kind == "entity",
        "time": column.unit in _TIMES,
        "price": table.kind == "entity",
        "amount": table.kind == "event" and (column.format == "money" or column.label != "value"),
    }
    if found in fits and not fits[found]:
        found = "any"
    if found != "any":
        return found
    counts = is_many(column.label) or things(column.label)
    return "many" if counts and not column.unit and column.format != "money" else "number"


def _word(column: Column, table: Table) -> str:
    """The kind of a column that holds words: a place by the last word of its label, else by all of it."""
    words = column.label.lower().split(" ")
    if _classes().get(words[-1]) == "place" and len(words) == 2:
        ways = word_file("filters")["ways"]
        assert isinstance(ways, dict)
        return next((str(kind) for kind, names in ways.items() if words[0] in str(names).split(", ")), "any")
    found = _classes().get(" ".join(words), "any")
    return "any" if found == "age" and not table.person else found


def _dated(column: Column, table: Table, subject: str) -> str:
    if table.name != subject:
        return "day"
    happened = turn(column.label, table.label, table.person)
    if happened is not None:
        return f"{happened.how}_thing" if happened.thing else happened.how
    first = next((c for c in table.columns if c.role == "date"), None)
    return "own_day" if table.kind == "event" and column == first and column.label.lower().endswith("date") else "day"


def _belongs(phrases: Phrases, mention: Mention, subject: str, dice: random.Random) -> str:
    name = phrases.row(mention, bare=True)
    if name.startswith(f"{phrases.table(mention.table)[0]} "):
        return dice.choice([f"for {name}", f"of {name}", f"that belong to {name}"])
    return _of(phrases, mention.table, name, subject, dice)


def _of(phrases: Phrases, table: str, name: str, subject: str, dice: random.Random) -> str:
    """What belongs to a row of another table, by its name. Where the row plays a part of its own (a manager), that is said, and no verb."""
    label = phrases.table(table)[0]
    part = phrases.label(f"{table}.@name", subject) if table != subject else label
    verb = made_by(phrases.table(subject)[0], label) if part == label else ""
    slots = {"table": part, "name": name, "verb": verb}
    if verb and dice.random() < 0.6:
        return _lines().line("belongs.done_by", dice, slots)
    if part != label and tied(part):
        return f"{tied(part)} {name}"
    alone = part == label and (phrases.is_person(table) or stands_alone(label, name))
    return _lines().line("belongs.alone" if alone else "belongs.any" if part == label else "belongs.part", dice, slots)


def _joined(parts: list[str]) -> str:
    """Conditions one behind the other: short ones first, an "and" between those that begin alike."""
    ordered = sorted(parts, key=lambda p: _LATER.index(_lead(p)) + 1 if _lead(p) in _LATER else 0)
    out = "".join(ordered[:1])
    for before, part in pairwise(ordered):
        if _lead(part) != _lead(before):
            out += f" and {part}" if _lead(before) in _LATER else f" {part}"
        elif part.startswith(("with a ", "with an ", "where the ")):
            out += f" and {part.partition(' ')[2]}"
        else:
            out += f" and {part}"
    return out


def _lead(part: str) -> str:
    return part.partition(" ")[0]
