"""The pieces of a need that grammar lines are filled with.

Every family of needs uses the same names for its pieces, so that the grammar files can be read and extended without this code:

    subject, subjects, a_subject   the thing asked about: "invoice", "invoices", "an invoice"
    who, whose, of_who             the row it is about: "Dana Whitfield", "Dana Whitfield's", "of Dana Whitfield"
    other_who                      the second row, of a link or a reassignment
    columns                        what is to be told: "the city and the phone number"
    filters                        "with genre Rock"
    best                           the one row wanted: "the invoice with the highest total"; extreme: "highest total"
    measure, group, n              of a ranking or a total: "total price", "country", "3"
    changes, details, field        of a write: "the city to Porto"; "city Porto and date 3 May 2024"; "city"
    child, children, parent        the tables beside it
    verb                           of a hand-written tool: "cancel"
"""

import random

from duologue.language.grammar import Grammar, article, listed, possessive
from duologue.language.phrases import MANY, Phrases
from duologue.types import Json, Need

_ROWS = frozenset({"get", "set", "remove"})
"""Families about one row; where it is named by the rows it joins, those together are its name."""
_FUNCTIONS = {"sum": "total", "avg": "average", "min": "lowest", "max": "highest", "count": "number"}


def pieces(phrases: Phrases, need: Need, rows: tuple[str, ...] | None = None) -> dict[str, str]:
    """The pieces for a need. `rows` are the phrases for its mentions, where the speaker has better ones."""
    meaning = need.meaning
    subject, subjects = phrases.table(meaning.table)
    words = rows if rows is not None else tuple(phrases.row(m) for m in need.mentions)
    child, children = phrases.table(meaning.other) if meaning.other else ("", "")
    out = {
        "subject": subject,
        "subjects": subjects,
        "a_subject": article(subject),
        "columns": phrases.columns(need),
        "filters": phrases.filters(need),
        "child": child,
        "children": children,
        "parent": phrases.table(meaning.parent)[0] if meaning.parent else "",
        "group": phrases.group(need),
        "measure": _measure(phrases, need),
        "n": _limit(need),
        "changes": phrases.changes(need) if meaning.family == "set" else "",
        "details": phrases.details(need),
        "field": phrases.label(f"{meaning.table}.{meaning.column}", meaning.table) if meaning.column else "",
        "verb": meaning.verb,
    }
    if len(words) > 1 and meaning.family in _ROWS and all(m.table != meaning.table for m in need.mentions):
        words = (f"the {subject} of {listed(list(words))}",)
    if words and meaning.family not in MANY:
        out |= {"who": words[0], "of_who": f"of {words[0]}", "whose": _whose(words[0])}
    if len(words) > 1 and meaning.family not in MANY:
        out["other_who"] = listed(list(words[1:]))
    if need.pick is not None:
        out["best"] = phrases.pick(need.pick, subject if _names(need, meaning.table) else "one")
        out["extreme"] = phrases.extreme(need.pick)
    return out


def _names(need: Need, table: str) -> bool:
    return any(w.startswith(table + ".") and ":" not in w for w in need.wanted)


def _whose(name: str) -> str:
    """A possessive where it reads well: not behind long names or after a relative clause."""
    return possessive(name) if len(name) <= 28 and " with the " not in name else ""


def _measure(phrases: Phrases, need: Need) -> str:
    meaning = need.meaning
    if meaning.func == "count" or (meaning.func and not meaning.column):
        return f"number of {phrases.table(meaning.table)[1]}"
    if not meaning.column:
        return ""
    label = phrases.label(f"{meaning.table}.{meaning.column}", meaning.table)
    return f"{_FUNCTIONS[meaning.func]} {label}" if meaning.func in _FUNCTIONS else label


def _limit(need: Need) -> str:
    value: Json = next((v for k, v in need.values.items() if k.endswith(":limit")), None)
    return "" if value is None else str(value)


def form_of(need: Need) -> str:
    """Which lines of a grammar a need is worded by: its family, and what sets it apart within it."""
    family = need.meaning.family
    if family == "set" and len(need.mentions) > 1 and not any(k.endswith(":value") for k in need.values):
        return "assign"
    if family == "top" and need.meaning.group:
        return "ranking"
    if need.pick is not None and family in ("related", "search", "total", "count", "ratio", "missing"):
        return f"{family}_best"
    return family


def worded(lines: Grammar, part: str, slots: dict[str, str], form: str, dice: random.Random) -> str:
    """A line of the form, or of its plain family. What narrows or details the need is never left out.

    Raises `KeyError` where neither has a line that can be filled.
    """
    must = frozenset(s for s in ("who", "other_who", "n", "changes", "filters", "details") if slots.get(s))
    if slots.get("changes"):
        must -= {"details"}
    for demand in (must, must - {"filters"}, must - {"filters", "details"}):
        for path in dict.fromkeys((f"{part}.{form}", f"{part}.{form.partition('_')[0]}")):
            text = lines.find(path, dice, slots, demand)
            if text:
                return text + _left(slots, must - demand, text)
    raise KeyError(f"{part}.{form}: no line for {sorted(k for k, v in slots.items() if v)}")


def _left(slots: dict[str, str], left: frozenset[str], text: str) -> str:
    """What a line did not say, to be added to it."""
    out = f", only {slots['subjects']} {slots['filters']}" if "filters" in left and slots["filters"] not in text else ""
    return out + (f", with {slots['details']}" if "details" in left and slots["details"] not in text else "")
