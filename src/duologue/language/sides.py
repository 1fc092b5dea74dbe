"""Two sides of one matter in words: the ship address of an order and the customer's address; the total of an invoice and its lines."""

from typing import TYPE_CHECKING

from duologue.language.grammar import possessive
from duologue.types import Need

if TYPE_CHECKING:
    from duologue.language.phrases import Phrases

__all__ = ["sides"]


def sides(phrases: "Phrases", need: Need) -> dict[str, str]:
    """The pieces of a need that holds one side against another: `field` of the row; `theirs`, what the other side is called; of a total `parts`, what
    it is the total of, and `are`/`theirs_are`, "is" or "are"."""
    against, about = need.against, need.meaning.table
    if against is None:
        return {}
    slot = need.wanted[0]
    out = {"field": phrases.noun(slot, about), "are": phrases.are([slot], about)}
    _, table, column = phrases.slot(against.slot)
    if table is None:
        return out
    there = table.name
    if against.how == "same":
        owner = phrases.joined(table, about)
        noun = phrases.noun(against.slot, there).removeprefix(f"{table.label} ")
        return out | {
            "theirs": f"{possessive(f'the {owner}')} {noun}",
            "theirs_are": phrases.are([against.slot], there),
        }
    children = phrases.table(there)[1]
    told = column is not None and column.format != "money" and not against.times
    return out | {"parts": f"{column.plural or column.label} of the {children}" if told and column else children}
