"""What the assistant says where it goes no further: the reason as it is, and the nearest way that exists.

A refusal is told in the system's own words, or, where a change would change nothing, in the assistant's. An offer is made only of what a
tool can do (`plans.ways`); the act says that one was made, and the user takes it up or turns it down.
"""

import random
import re
from typing import TYPE_CHECKING

from duologue.language.grammar import sentence
from duologue.language.notices import passed_on
from duologue.plans.ways import IS_SO, TAKEN, also_of, error_kind, instead, loosest
from duologue.simulate.owed import Owed, told_of
from duologue.simulate.recovering import gave_up
from duologue.simulate.replies.firm import refusing_rule
from duologue.types import Act, Need

if TYPE_CHECKING:
    from duologue.simulate.report import Reporter

__all__ = ["is_so", "nothing_found", "refused", "so_already"]

_UNCHANGED = re.compile(r"\b(?:nothing|unchanged|not changed|as it is|stays)\b", re.IGNORECASE)
"""In a reason: that all is as it was."""
_NO_SUCH = "notfound"
"""How the kind of an error begins that says there is no such row."""


def refused(teller: "Reporter", owed: Owed, slots: dict[str, str], dice: random.Random) -> tuple[str, Act]:
    """A call failed: why, and what can be done instead."""
    values = told_of(owed)
    if owed.trouble.gave_up:
        return gave_up(teller, owed, slots, dice), Act("error", values={**values, "for_now": True})
    error = owed.result["error"]
    kind = error_kind(error)
    if kind == IS_SO and is_so(owed.need):
        return so_already(teller, owed, slots, dice)
    told = {**slots, "error": passed_on(str(error.get("message", "it was refused")), teller.phrases)}
    told["nothing"] = "" if _UNCHANGED.search(told["error"]) else "Nothing has been changed."
    told["also"] = " ".join(passed_on(text, teller.phrases) for text in also_of(error))
    other = instead(teller.index, teller.agenda.memory.catalog, owed.need, kind)
    if other is None:
        ruled = refusing_rule(teller, owed) is not None
        path = "error_missing" if kind.startswith(_NO_SUCH) else "refused_by_rule" if ruled else "error"
        path = "refused_for_several" if told["also"] else path
        return teller.lines.line(path, dice, told), Act("error", values=values)
    one, many = teller.phrases.table(other.meaning.table)
    path = "offer.existing" if kind == TAKEN else "offer.others"
    told["offer"] = sentence(teller.lines.line(path, dice, {"one": one, "many": many}))
    return teller.lines.line("refused", dice, told), Act("error", values={**values, "offer": True})


def so_already(teller: "Reporter", owed: Owed, slots: dict[str, str], dice: random.Random) -> tuple[str, Act]:
    """What is to be set is so already, or what is to be linked was."""
    if owed.need.meaning.family == "link":
        return teller.lines.line("linked_already", dice, slots), Act("so already", values=told_of(owed))
    key, value = next((k.rpartition(":")[0], v) for k, v in owed.need.values.items() if k.endswith(":value"))
    told = {
        **slots,
        "label": teller.phrases.noun(key, owed.need.meaning.table),
        "value": teller.phrases.value(key, value),
    }
    told["are"] = teller.phrases.are([key], owed.need.meaning.table)
    return teller.lines.line("so_already", dice, told), Act("so already", values=told_of(owed))


def is_so(need: Need) -> bool:
    """It sets one value, so that it can be said what is so already."""
    return need.meaning.family == "set" and sum(k.endswith(":value") for k in need.values) == 1


def nothing_found(teller: "Reporter", owed: Owed, slots: dict[str, str], dice: random.Random) -> tuple[str, Act]:
    """Nothing came back: said plainly; where there were two conditions, with the offer to leave one out."""
    family = owed.need.meaning.family
    path = f"empty.{family}" if f"empty.{family}" in teller.lines else "empty.other"
    text, values = teller.lines.line(path, dice, slots), told_of(owed)
    key = loosest(owed.need) if family == "search" else ""
    if not key:
        return text, Act("report empty", owed.need, values)
    label = teller.phrases.noun(key.rpartition(":")[0], owed.need.meaning.table)
    use = "bound" if key.endswith(":from") else "condition"
    offer = teller.lines.line(f"offer.{use}", dice, {"label": label})
    return f"{sentence(text)} {sentence(offer)}", Act("report empty", owed.need, {**values, "offer": True})
