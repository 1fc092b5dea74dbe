"""What the user said back is right, or is put right: from what was told, without another look."""

import random
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from duologue.language.verbs import is_deed
from duologue.plans.gist import gist
from duologue.simulate.listing import Rows
from duologue.simulate.told import spoken
from duologue.types import Act, Json

if TYPE_CHECKING:
    from duologue.simulate.report import Reporter

__all__ = ["check"]

_Told = Mapping[str, Json]


def check(teller: "Reporter", act: Act, dice: random.Random) -> tuple[str, Act]:
    """Yes; or what it really is, and what the value said belongs to."""
    ((slot, said),) = act.values["is"].items()
    by = act.values["rows"][0] if act.values.get("rows") else act.values["now"]
    done = Act("checked", act.need)
    for rows in _answers(teller, act):
        row = next((r for r in rows if r["by"] == by and slot in r["is"]), None)
        if row is not None:
            return _settled(teller, (slot, said, row), rows, dice), done
    return teller.lines.line("checked.unknown", dice), done


def _answers(teller: "Reporter", act: Act) -> Iterator[Sequence[_Told]]:
    """The rows of the answers that were of that kind, the latest first."""
    for owed in reversed(teller.agenda.owed):
        if owed.told and owed.answer is not None and act.need is not None and owed.need.meaning == act.need.meaning:
            yield Rows(teller.phrases, owed.need).told(gist(owed.need, owed.answer))


def _settled(teller: "Reporter", claim: tuple[str, Json, _Told], rows: Sequence[_Told], dice: random.Random) -> str:
    slot, said, row = claim
    phrases, value = teller.phrases, row["is"][slot]
    subject = phrases.slot(slot)[0].table
    slots = {
        "label": phrases.noun(slot, subject),
        "are": phrases.are([slot], subject),
        "value": phrases.short(slot, value),
    }
    if said == value or phrases.short(slot, said) == slots["value"]:
        alone = {} if is_deed(slots["value"]) else {"alone": slots["value"]}
        return teller.lines.line("checked.right", dice, slots | alone)
    told = {"said": phrases.short(slot, said)}
    other = next((r for r in rows if r["is"].get(slot) == said and spoken(phrases, r["by"])), None)
    field = next((s for s, v in row["is"].items() if s != slot and v == said), "")
    if other is not None:
        slots["who"] = spoken(phrases, row["by"])
        slots["slip"] = teller.lines.line("checked.slip.row", dice, told | {"other": spoken(phrases, other["by"])})
    elif field:
        label = phrases.noun(field, subject)
        slots["slip"] = teller.lines.line("checked.slip.field", dice, told | {"other": label})
    return teller.lines.find("checked.wrong", dice, slots, {"who"} & slots.keys())
