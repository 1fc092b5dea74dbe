"""The assistant's words where two tables say something about the same: what each side says, and whether they agree."""

import random
from typing import TYPE_CHECKING

from duologue.language.apart import apart
from duologue.language.clauses import pieces
from duologue.plans.against import Held, held
from duologue.simulate.listing import in_words
from duologue.simulate.owed import Owed, told_of
from duologue.types import Act

if TYPE_CHECKING:
    from duologue.simulate.report import Reporter

__all__ = ["reconciled"]


def reconciled(teller: "Reporter", owed: Owed, dice: random.Random) -> tuple[str, list[Act]]:
    """Both sides and whether they agree, and an act for each question that was asked for it. `owed`: the request, or a part of it."""
    whole = teller.agenda.owed[owed.number]
    parts = whole.parts or [whole]
    acts = [Act("reconciled", p.need, told_of(p)) for p in parts]
    both = held(whole.need, parts[0].listings or (), (parts[1].listings or ()) if len(parts) > 1 else ())
    against = whole.need.against
    if both is None or against is None:
        return teller.lines.line("held.unknown", dice), acts
    slots = pieces(teller.phrases, whole.need, teller.rows(parts[0], plain=True)) | _sides(teller, whole, both)
    path = f"held.{against.how}_{'agree' if both.agrees else 'differ'}"
    return teller.lines.line(path, dice, slots), acts


def _sides(teller: "Reporter", whole: Owed, both: Held) -> dict[str, str]:
    """The pieces of what came back."""
    phrases, need, against, count = teller.phrases, whole.need, whole.need.against, len(both.rows)
    out = {"a": phrases.value(need.wanted[0], both.one), "b": phrases.value(need.wanted[0], both.other)}
    if against is None:
        return out
    if against.how == "same":
        out["b"] = phrases.value(against.slot, both.other)
    else:
        one, many = phrases.table(phrases.slot(against.slot)[0].table)
        counted = f"{in_words(count)} {one if count == 1 else many}"
        whose = pieces(phrases, need)["parts"].partition(" of the ")
        out["parts"] = f"{whose[0]} of the {counted}" if whose[1] else counted
        out["come"] = "comes" if count == 1 and not whose[1] else "come"
        out["there_are"] = "there is" if count == 1 else "there are"
    gap = apart(phrases, need.wanted[0], both.one, both.other) if not both.agrees else ""
    return {**out, "gap": gap}
