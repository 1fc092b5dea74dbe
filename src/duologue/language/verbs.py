"""Verbs that fit the table: an order is placed, an invoice issued, an employee hired.

The words are in `verbs.yaml`, by verb. Everything here is a look-up by what a table or a date is called, so it works for any schema;
where nothing is listed there is no verb, and texts say it without one.
"""

from functools import cache

from msgspec import Struct

from duologue.catalog.nouns import is_participle
from duologue.language.grammar import word_file

__all__ = ["Turn", "done_on", "is_outstanding", "made", "made_by", "tied", "turn"]


class Turn(Struct, frozen=True):
    """What a date says happened to a row, or will: it was `placed`, it or its `thing` `ends`, somebody `joined`, it is due."""

    how: str
    """`done` (it was …), `goes` (it …s), `did` (somebody …ed), `due`."""
    verb: str
    """ "placed", "ends", "joined", "due"."""
    base: str = ""
    """ "end", "join"."""
    ing: str = ""
    """ "ending"."""
    thing: str = ""
    """What ends or is due where that is not the row itself: the "contract" of an employee."""


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
def tied(role: str) -> str:
    """How a thing is spoken of by what somebody, or a place, is to it: "written by" of its author, "going to" of its destination; empty where
    there is no such way."""
    words, people, places = role.lower().split(" "), word_file("verbs")["tied"], word_file("verbs")["tied_places"]
    assert isinstance(people, dict)
    assert isinstance(places, dict)
    found = places.get(words[0], "") if words[0] in places and len(words) < 3 else people.get(words[-1], "")
    return str(found)


@cache
def done_on(label: str, noun: str) -> str:
    """What a date of a thing says happened: "hired" for the hire date of an employee, "placed" for an order's date; empty where its name
    doesn't tell."""
    words = label.lower().removesuffix(" at").removesuffix(" on").removeprefix("date of ").split(" ")
    words = _named_for(words)
    if " ".join(words) in ("date", "day", noun.lower(), noun.lower().split(" ")[-1]):
        return made(noun)
    if len(words) > 1:
        return ""
    dates, word = word_file("verbs")["dates"], words[0]
    if isinstance(dates, dict) and word in dates:
        return str(dates[word])
    return word if is_participle(word) and word not in str(word_file("verbs")["not_done"]).split() else ""


def _named_for(words: list[str]) -> list[str]:
    """What a date is named for: of "hire date" and "date hired" the hire."""
    if len(words) > 1 and words[-1] in _DATE:
        return words[:-1]
    return words[1:] if len(words) == 2 and words[0] == "date" else words


_DATE = ("date", "time", "day", "timestamp")


@cache
def turn(label: str, noun: str, person: bool = False) -> Turn | None:
    """What the date called `label` says of a row that is called `noun`; None where its name doesn't tell."""
    *before, last = _named_for(
        label.lower().removesuffix(" at").removesuffix(" on").removeprefix("date of ").split(" ")
    )
    thing = "" if before == noun.lower().split(" ")[-1:] else " ".join(before)
    did, goes, went, due = _forms("did"), _forms("goes"), _forms("went"), _forms("due")
    if last in due and len(before) < 3:
        return Turn("due", due[last][0], thing=thing)
    if not before and last in went:
        return Turn("did", *went[last])
    if not before and person and last in did:
        return Turn("did", *did[last])
    verb = done_on(label, noun)
    if verb or (not before and person):
        return Turn("done", verb) if verb else None
    ends = last in goes and len(before) < 3 and all(w.isalpha() and w not in _NO_THING for w in before)
    if not ends:
        return None
    one, base, ing = goes[last]
    return Turn("goes", one, base, ing, thing)


@cache
def is_outstanding(verb: str) -> bool:
    """What has no date for it is simply still to come: shipped, paid; not born or founded, of which nobody knows when."""
    return verb in str(word_file("verbs")["outstanding"]).split()


@cache
def _forms(part: str) -> dict[str, list[str]]:
    tree = word_file("verbs")[part]
    assert isinstance(tree, dict)
    return {str(w): [str(f) for f in forms] if isinstance(forms, list) else [str(forms)] for w, forms in tree.items()}


_NO_THING = frozenset(
    {"actual", "planned", "expected", "estimated", "scheduled", "first", "last", "next", "early", "late"}
)
"""Words before an end or a start that are nothing that could end."""


@cache
def is_to_another(role: str) -> bool:
    """What somebody is called is what they are to somebody else: a parent, a follower, a trainee; not a student, nor an item."""
    last, words = role.lower().split(" ")[-1], word_file("verbs")
    kin = last in str(words["kin"]).split()
    return kin or (last.endswith(("er", "or", "ee")) and last not in str(words["of_nobody"]).split())


@cache
def is_deed(word: str) -> bool:
    """A word that, said alone, tells that something has just been done: "done", "cancelled"."""
    return word.lower() in str(word_file("verbs")["deeds"]).split()
