"""Verbs that fit the table: an order is placed, an invoice issued, an employee hired.

The words are in `verbs.yaml`, by verb. Everything here is a look-up by what a table or a date is called, so it works for any schema;
where nothing is listed there is no verb, and texts say it without one.
"""

from functools import cache

from duologue.catalog.nouns import is_participle
from duologue.language.grammar import word_file

__all__ = ["done_on", "made", "made_by"]


@cache
def _lists(part: str) -> dict[str, str]:
    """Of a part of the file, thing → verb."""
    tree = word_file("verbs")[part]
    assert isinstance(tree, dict)
    return {thing.strip(): str(verb) for verb, things in tree.items() for thing in str(things).split(",")}


@cache
def _doers(verb: str) -> frozenset[str]:
    tree = word_file("verbs")["by"]
    assert isinstance(tree, dict)
    return frozenset(name.strip() for name in str(tree.get(verb, "")).split(",")) - {""}


@cache
def made(noun: str) -> str:
    """The participle of what happens to a thing ("placed" for an order); empty where none is known. A compound goes by its last word."""
    things, words = _lists("made"), noun.lower().split(" ")
    return things.get(" ".join(words), "") or things.get(words[-1], "")


@cache
def made_by(noun: str, doer: str) -> str:
    """The participle where `doer` (a table's label) is one who does that: "placed" for the orders of a customer; empty for others."""
    verb = made(noun)
    return verb if verb and doer.lower().split(" ")[-1] in _doers(verb) | {doer.lower()} & _doers(verb) else ""


@cache
def done_on(label: str, noun: str) -> str:
    """What a date of a thing says happened: "hired" for the hire date of an employee, "placed" for an order's date; empty where its name
    doesn't tell."""
    words = label.lower().removesuffix(" at").removesuffix(" on").removeprefix("date of ").split(" ")
    if len(words) > 1 and words[-1] in ("date", "time", "day", "timestamp"):
        words = words[:-1]
    if " ".join(words) in ("date", "day", noun.lower(), noun.lower().split(" ")[-1]):
        return made(noun)
    if len(words) > 1:
        return ""
    dates, word = word_file("verbs")["dates"], words[0]
    if isinstance(dates, dict) and word in dates:
        return str(dates[word])
    return word if is_participle(word) and word not in str(word_file("verbs")["not_done"]).split() else ""
