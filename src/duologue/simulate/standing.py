"""What the assistant says after a second look: that what was doubted stands, in a sentence, and nothing that nobody doubted.

An answer that came out otherwise than before is told anew.
"""

import random
from typing import TYPE_CHECKING

from msgspec.structs import replace

from duologue.plans.gist import Gist
from duologue.plans.rows import Listing
from duologue.simulate.agenda import Owed
from duologue.simulate.listing import Rows
from duologue.types import Json

if TYPE_CHECKING:
    from duologue.simulate.report import Reporter

__all__ = ["stands"]


_COUNT = ":count"
"""The slot of how many rows a list has."""
_COUNTED = frozenset({"related", "search", "missing"})


def stands(teller: "Reporter", owed: Owed, answer: Gist, dice: random.Random) -> tuple[str, Gist]:
    """The words, and what they tell of the answer; ("", answer) where it has to be told in whole: it has changed, or what was doubted is not
    said of one row alone."""
    if owed.answer is None or not _is_the_same(owed.doubted[1], owed.answer):
        return "", answer
    doubted = next(iter(owed.doubted[0].items()), None) or _main_figure(teller, answer)
    if doubted is None:
        return "", answer
    slot, value = doubted
    if slot == _COUNT and value == answer.total and owed.need.meaning.family in _COUNTED:
        count = f"{value:,} {teller.phrases.table(owed.need.meaning.table)[value != 1]}"
        return teller.lines.line("stands.count", dice, {"count": count}), replace(answer, lines=())
    lines = [line for line in answer.lines if (slot, value) in line.values]
    if len(lines) != 1:
        return "", answer
    rows = Rows(teller.phrases, owed.need)
    slots = rows.facts([(slot, value)])
    who = rows.name(lines[0]) if answer.many else ""
    if "label" not in slots or (answer.many and not who):
        return "", answer
    are = teller.phrases.are([slot], owed.need.meaning.table)
    text = teller.lines.line("stands.of" if who else "stands.one", dice, {**slots, "are": are, "name": who})
    return text, replace(answer, lines=(replace(lines[0], values=_named(lines[0].values, slot)),))


def _is_the_same(before: Listing | None, now: Listing) -> bool:
    return before is not None and [r.values for r in before.rows] == [r.values for r in now.rows]


def _main_figure(teller: "Reporter", answer: Gist) -> tuple[str, Json] | None:
    """The only figure of an answer: what is doubted, where it is not said what is."""
    found = [(s, v) for line in answer.lines for s, v in line.values if _is_figure(teller, s, v)]
    return found[0] if len(found) == 1 else None


def _is_figure(teller: "Reporter", slot: str, value: Json) -> bool:
    column = teller.phrases.slot(slot)[2]
    return isinstance(value, int | float) and column is not None and column.role == "measure"


def _named(values: tuple[tuple[str, Json], ...], slot: str) -> tuple[tuple[str, Json], ...]:
    """What is told of the row now: what it is called, and what was doubted."""
    return tuple((s, v) for s, v in values if s == slot or s.endswith(".@name"))
