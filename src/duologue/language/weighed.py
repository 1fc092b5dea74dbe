"""How rows are held against one another in words: which of two is cheaper, which of three has the highest salary.

A need that compares is about two or three rows of one table, and picks one of them. Of two things one is cheaper, of three the cheapest;
so a pick among rows that were compared says in its `value` how many there were.
"""

from typing import TYPE_CHECKING

from duologue.language.extremes import measure_word, row_word
from duologue.language.grammar import listed
from duologue.language.verbs import Turn, turn
from duologue.types import Need, Pick

if TYPE_CHECKING:
    from duologue.language.phrases import Phrases

__all__ = ["chosen", "compared", "compares", "is_more", "own_word", "superiors"]

_AT_ENDS = {"latest": ("last", "later"), "earliest": ("first", "earlier")}
"""When it happened to one of three, and to one of two."""
_RECENT = {"latest": "most recent", "earliest": "least recent"}
_OF_YEARS = {"latest": "newest", "earliest": "oldest"}
_YEARS = frozenset(
    {
        "year",
        "model",
        "vintage",
        "built",
        "founded",
        "established",
        "opened",
        "made",
        "founding",
        "opening",
        "start",
        "open",
    }
)
_IRREGULAR = {"most": "more", "fewest": "fewer", "least": "less"}


def compares(need: Need) -> bool:
    """It asks which of several rows has the most or the least of something."""
    return need.meaning.family == "get" and need.pick is not None and len(need.mentions) > 1


def compared(phrases: "Phrases", need: Need) -> dict[str, str]:
    """The pieces of a need that compares: `who` (all rows), `either` ("Chai or Chang"), `which`, `is_more`, and `by` where it is asked how far they are apart."""
    rows = [phrases.row(m, bare=True) for m in need.mentions]
    out = {
        "who": phrases.rows(need.mentions),
        "either": listed(rows, "or"),
        "which": "who" if phrases.is_person(need.meaning.table) else "which",
        "other_who": "",
    }
    if need.pick is None:
        return out
    dated = need.pick.kind in ("latest", "earliest")
    column = phrases.slot(f"{need.pick.table}.{need.pick.column}")[2]
    unit = "years" if column is not None and column.format == "year" else "days"
    by = (f"by how many {unit}" if dated else "by how much") if need.apart else ""
    return out | {"is_more": is_more(phrases, need.pick), "by": by}


def is_more(phrases: "Phrases", pick: Pick) -> str:
    """What the chosen one does: "is cheaper", "has the lower salary", of three "is the cheapest"."""
    own = own_word(phrases, pick)
    two = pick.value == 2
    if own:
        return f"is {_of_two(own)}" if two else f"is the {own}"
    happened = _happened(phrases, pick)
    if happened is not None:
        to_be = {"done": "was ", "due": "is "}.get(happened.how, "")
        return f"{to_be}{happened.verb} {_AT_ENDS[pick.kind][two]}"
    most = phrases.extreme(pick)
    if two:
        more = _of_two(most)
        return f"has {more}" if more.startswith(("more ", "fewer ")) else f"has the {more}"
    return f"has the {most}"


def chosen(phrases: "Phrases", pick: Pick) -> str:
    """The chosen one, in words that point back: "the cheaper one", "the cheapest of the three", "the one with the lower salary"."""
    own = own_word(phrases, pick)
    most, two = phrases.extreme(pick), pick.value == 2
    if own:
        return f"the {_of_two(own)} one" if two else f"the {own} of the three"
    happened = _happened(phrases, pick)
    if happened is not None:
        that = "who " if phrases.is_person(pick.table) else "that "
        return f"the one {'' if happened.how in ('done', 'due') else that}{happened.verb} {_AT_ENDS[pick.kind][two]}"
    if two and most.startswith(("most ", "fewest ")):
        return f"the one with {_of_two(most)}"
    return f"the one with the {_of_two(most) if two else most}"


def own_word(phrases: "Phrases", pick: Pick) -> str:
    """What the row that has the most or the least is called itself: "cheapest", of a year it is from "newest"; empty where there is no such word."""
    if pick.use:
        return ""
    _, table, column = phrases.slot(f"{pick.table}.{pick.column}")
    if (
        pick.kind in _OF_YEARS
        and table is not None
        and column is not None
        and column.format == "year"
        and not table.person
    ):
        return _OF_YEARS[pick.kind] if set(column.label.lower().split()) <= _YEARS else ""
    return row_word(pick.kind, phrases.label(f"{pick.table}.{pick.column}", pick.table))


def _happened(phrases: "Phrases", pick: Pick) -> Turn | None:
    """What a date that rows are compared by says happened to them, where that needs no owner."""
    _, table, column = phrases.slot(f"{pick.table}.{pick.column}")
    if pick.kind not in _AT_ENDS or table is None or column is None or column.role != "date" or column.format == "year":
        return None
    found = turn(column.label, table.label, table.person)
    return None if found is None or found.thing else found


def superiors(kind: str, label: str, unit: str = "") -> tuple[str, ...]:
    """What a row that has the most, or the least, of something is called: "cheaper", "cheapest", "lower", "lowest"."""
    words = [
        w
        for w in (
            row_word(kind, label),
            measure_word(kind, label, unit),
            _AT_ENDS.get(kind, ("",))[0],
            _RECENT.get(kind, ""),
        )
        if w
    ]
    return tuple(dict.fromkeys(w for word in words for w in (_of_two(word), word)))


def _of_two(most: str) -> str:
    """A superlative, or a phrase that begins with one, as a comparative: "cheapest" → "cheaper", "most expensive" → "more expensive"."""
    first, space, rest = most.partition(" ")
    if first in _IRREGULAR:
        return f"{_IRREGULAR[first]}{space}{rest}"
    return f"{first[:-3]}er{space}{rest}" if first.endswith("est") else most
