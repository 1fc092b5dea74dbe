"""How two rows that were told compare: from what results showed, without another look."""

import random
from collections.abc import Mapping
from typing import TYPE_CHECKING

from duologue.language.apart import apart
from duologue.plans.gist import FIRST
from duologue.simulate.told import spoken
from duologue.types import Act, Json

if TYPE_CHECKING:
    from duologue.simulate.report import Reporter

__all__ = ["compare", "found"]


def compare(teller: "Reporter", act: Act, dice: random.Random) -> tuple[str, Act]:
    """The difference with both figures; or which is more, where they came in different answers."""
    slot = act.need.wanted[0] if act.need is not None else ""
    one, other = act.values["rows"] if len(act.values["rows"]) > 1 else (act.values["now"], act.values["rows"][0])
    a, b = found(teller, one, slot), found(teller, other, slot)
    said = Act("compared", act.need)
    if a is None or b is None:
        return teller.lines.line("compared.unknown", dice), said
    phrases = teller.phrases
    slots = {
        "a": spoken(phrases, one),
        "b": spoken(phrases, other),
        "a_value": phrases.short(slot, a),
        "b_value": phrases.short(slot, b),
    }
    date = isinstance(a, str)
    if len(act.values["rows"]) > 1:
        slots["gap"] = apart(phrases, slot, a, b)
        return teller.lines.line("compared.days" if date else "compared.gap", dice, slots), said
    kind = "same" if a == b else ("later" if a > b else "earlier") if date else "more" if a > b else "less"
    return teller.lines.line(f"compared.{kind}", dice, slots), said


def found(teller: "Reporter", by: Mapping[str, Json], slot: str) -> Json:
    """What results showed last for a row that goes by these values; None where they showed nothing, or several rows fit. Where others further
    down the list go by the same name, those told are meant."""
    for listing in reversed(teller.agenda.memory.listings):
        for rows in (listing.rows, listing.rows[:FIRST]):
            fitting = [r for r in rows if all(r.values.get(s) == v for s, v in by.items())]
            values = [r.values[slot] for r in fitting if r.values.get(slot) is not None]
            if values and all(v == values[0] for v in values):
                return values[0]
        if values:
            return None
    return None
