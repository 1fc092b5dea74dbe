"""The one row of several that is meant, in words: "the cheapest product", "the order placed last", "whoever joined first", "the second one".

Three things say the same in different places of a sentence: `pick` names the row ("the pass that expires first"), `has_most` says it of the row
("expires first", "has the highest total"), `extreme` is the bare figure ("highest total"), behind "with the".
"""

from typing import TYPE_CHECKING

from duologue.catalog.nouns import plural
from duologue.language.extremes import is_many, measure_word, things
from duologue.language.naming import ordinal
from duologue.language.verbs import Turn, is_outstanding, turn
from duologue.language.weighed import chosen, own_word
from duologue.types import Pick

if TYPE_CHECKING:
    from duologue.language.phrases import Phrases

__all__ = ["extreme", "has_most", "not_yet", "of_those", "pick_row", "turn_of"]

_COUNTING = {"max": "most", "min": "fewest"}
_AT_ENDS = {"latest": "last", "earliest": "first"}
_RECENT = {"latest": "most recent", "earliest": "least recent"}
"""Of a date that is the last of its kind ("last inspection date")."""


def turn_of(phrases: "Phrases", key: str) -> Turn | None:
    """What the date of a slot says happened; None for anything else."""
    slot, table, column = phrases.slot(key)
    if table is None or column is None or column.role != "date" or column.format == "year" or slot.use:
        return None
    return turn(column.label, table.label, table.person)


def not_yet(phrases: "Phrases", key: str) -> str:
    """What rows without a date have not had done, or not done: "haven't been returned", "haven't arrived"; empty where that isn't known."""
    happened = turn_of(phrases, key)
    if happened is None or happened.thing or happened.how not in ("done", "did") or not is_outstanding(happened.verb):
        return ""
    return f"haven't been {happened.verb}" if happened.how == "done" else f"haven't {happened.verb}"


def pick_row(phrases: "Phrases", pick: Pick, noun: str) -> str:
    """The row as it is spoken of, `noun` being what it is."""
    key = _picked(pick)
    if pick.kind == "ordinal":
        return f"the {ordinal(int(pick.value))} {noun}"
    if pick.kind == "where":
        value = phrases.value(key, pick.value)
        return f"the {noun} {value}" if pick.column == "@name" else f"the {noun} with {phrases.label(key)} {value}"
    if pick.value is not None:
        return chosen(phrases, pick)
    if pick.kind == "only":
        return f"the {noun}"
    if pick.kind in _AT_ENDS and _is_the_date(phrases, key):
        return f"the {pick.kind} {noun}"
    own = own_word(phrases, pick)
    if own and noun in ("one", phrases.table(pick.table)[0]):
        return f"the {own} {noun}"
    happened = turn_of(phrases, key)
    if pick.kind in _AT_ENDS and happened is not None:
        return f"the {noun} {_when(happened, phrases.is_person(pick.table), _AT_ENDS[pick.kind])}"
    return f"the {noun} with the {extreme(phrases, pick)}"


def _when(happened: Turn, person: bool, end: str) -> str:
    """Behind a noun: "placed last", "who joined first", "that ends last", "whose contract ends first"."""
    if happened.thing:
        return f"whose {happened.thing} {'is ' if happened.how == 'due' else ''}{happened.verb} {end}"
    if happened.how in ("did", "goes"):
        return f"{'who' if person else 'that'} {happened.verb} {end}"
    return f"{happened.verb} {end}"


def of_those(phrases: "Phrases", pick: Pick, noun: str) -> str:
    """A row picked from the list just told: the cheapest of those need not be the cheapest there is."""
    text = pick_row(phrases, pick, noun)
    if pick.kind not in (*_COUNTING, *_AT_ENDS) or pick.value is not None:
        return text
    return f"{text.removesuffix(noun)}of those {plural(noun)}" if _ends_in(text, noun) else f"{text} among those"


def _ends_in(text: str, noun: str) -> bool:
    return text.endswith(f" {noun}") and " with the " not in text


def has_most(phrases: "Phrases", pick: Pick) -> str:
    """What is said of the row picked: "is the cheapest", "was placed last", "expires first", "has the highest total"."""
    key = _picked(pick)
    own = own_word(phrases, pick)
    if own:
        return f"is the {own}"
    happened = turn_of(phrases, key)
    if pick.kind not in _AT_ENDS or happened is None or happened.thing:
        return f"has the {extreme(phrases, pick)}"
    to_be = {"done": "was ", "due": "is "}.get(happened.how, "")
    return f"{to_be}{happened.verb} {_AT_ENDS[pick.kind]}"


def extreme(phrases: "Phrases", pick: Pick) -> str:
    """What the row picked has: "highest total", "longest duration", "most tracks", "latest hire date"."""
    key = _picked(pick)
    slot, _, column = phrases.slot(key)
    if pick.kind not in (*_COUNTING, *_AT_ENDS):
        return ""
    if slot.use == "count":
        return f"{_COUNTING.get(pick.kind, pick.kind)} {phrases.table(slot.table)[1]}"
    label = phrases.noun(key, pick.table)
    if pick.kind in _AT_ENDS and label.startswith("last "):
        return f"{_RECENT[pick.kind]} {label[5:]}"
    if pick.kind in _COUNTING and (things(label) or is_many(label)) and not slot.use and not (column and column.unit):
        return f"{_COUNTING[pick.kind]} {things(label) or label}"
    return f"{measure_word(pick.kind, label, column.unit if column else '')} {label}"


def _is_the_date(phrases: "Phrases", key: str) -> bool:
    """The first date of its table: the one people mean when they name none. Who the latest customer is would be anybody's guess."""
    _, table, column = phrases.slot(key)
    if table is None or table.kind != "event":
        return False
    return column == next((c for c in table.columns if c.role == "date"), None)


def _picked(pick: Pick) -> str:
    return f"{pick.table}.{pick.column}" + (f":{pick.use}" if pick.use else "")
