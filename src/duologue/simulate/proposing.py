"""How the assistant proposes a change: what would be done, and what the user should know before they agree to it (`beforehand.py`).

From what to what an entry changes, what a row holds that is to be deleted, the price that a transaction goes by, how things stand with what it
sets: as far as results have shown it, never more.
"""

import random
from typing import TYPE_CHECKING

from duologue.language.clauses import YOU, of_the_speaker
from duologue.language.forms import form_of
from duologue.simulate.beforehand import held, paid, standing
from duologue.simulate.decided import proposed
from duologue.simulate.listing import Rows
from duologue.simulate.owed import Owed
from duologue.types import Json

if TYPE_CHECKING:
    from duologue.simulate.report import Reporter

__all__ = ["proposal"]

_MOST = 2
"""Facts told beside a proposal."""


def proposal(teller: "Reporter", owed: Owed, slots: dict[str, str], dice: random.Random) -> tuple[str, dict[str, Json]]:
    """What would be changed, from what to what where the old value was seen, and what there is to know before it; and what the
    act says of that: the price, as it was said."""
    need = owed.need
    own = of_the_speaker(teller.sayings.line("confirm", need, teller.rows(owed), dice), YOU)
    if own:
        known, price = _known(teller, owed, own)
        path = "confirm.own_known" if known else "confirm.own"
        return teller.lines.line(path, dice, {"confirm": own, "known": known}), {"price": price} if price else {}
    if need.when is not None:
        return proposed(teller, owed, dice), {}
    if slots.get("changes") and need.amends != "undo":
        slots["changes"] = teller.phrases.changes(need, teller.agenda.stood(owed))
    form = form_of(need)
    if form == "remove" and (facts := held(teller.agenda, owed)):
        rows = Rows(teller.phrases, need)
        said = " and ".join(rows.pair(f"{f.row.table}.{f.column.name}", f.row.values[f.column.name]) for f in facts)
        slots, form = {**slots, "held": said}, "remove_held"
    return teller.line("confirm", form, slots, dice), {}


def _known(teller: "Reporter", owed: Owed, said: str) -> tuple[str, str]:
    """What a transaction goes by, or changes, as clauses: "the price is £24.95", and the price alone where it is one from a
    list; what the proposal says already goes without it."""
    tool = teller.index.serving(owed.need.meaning)
    if tool is None or owed.need.meaning.family != "act":
        return "", ""
    clauses: list[str] = []
    prices: list[str] = []
    for fact in (*paid(teller.agenda, owed, tool), *standing(teller.agenda, owed, tool)):
        slot, table = f"{fact.row.table}.{fact.column.name}", fact.row.table
        value, label = teller.phrases.value(slot, fact.row.values[fact.column.name]), teller.phrases.noun(slot, table)
        if value in said or any(f"the {label} " in c for c in clauses) or len(clauses) == _MOST:
            continue
        at_present = "at present " if fact.now and not any("at present" in c for c in clauses) else ""
        clauses.append(
            f"{at_present}the {label} {teller.phrases.are([slot], table)} {value}{' each' if fact.each else ''}"
        )
        prices += [] if fact.now or table in tool.writes else [value]
    return " and ".join(clauses), prices[0] if len(prices) == 1 else ""
