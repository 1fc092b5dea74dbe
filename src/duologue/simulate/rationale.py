"""Why the assistant makes a call: what is known, what is missing, why this tool. For the record only, never said.

The words are in `language/agent/rationales.yaml`. Template thoughts must not be trained on, so they go to the metadata; they are there for
people who read a conversation, and for models that are to put them into their own words.
"""

import random
from typing import TYPE_CHECKING

from duologue.language.grammar import listed, sentence
from duologue.simulate.agenda import CHECK, LOOKUP
from duologue.simulate.owed import Owed
from duologue.simulate.recovering import reason
from duologue.types import Need, Tool

if TYPE_CHECKING:
    from duologue.simulate.report import Reporter

__all__ = ["rationale", "together"]


def rationale(teller: "Reporter", owed: Owed, what: tuple[str, int, Tool], dice: random.Random) -> str:
    """Why this call is made for a request. `what`: the kind of call, the mention it looks up, the tool."""
    (kind, mention, tool), phrases = what, teller.phrases
    trouble = reason(owed, tool)
    if trouble:
        return sentence(teller.lines.line(f"rationale.{trouble}", dice, {"tool": tool.name}))
    if kind == LOOKUP:
        sought = owed.need.mentions[mention]
        told = {"who": phrases.row(sought), "subjects": phrases.table(sought.table)[1], "tool": tool.name}
        return sentence(teller.lines.line("rationale.lookup", dice, told))
    if kind == CHECK:
        slots = teller.slots(owed)
        path = "check" if slots.get("when") else "look" if owed.need.meaning.family != "act" else "price"
        return sentence(teller.lines.line(f"rationale.{path}", dice, {**slots, "tool": tool.name}))
    slots = teller.slots(owed)
    keys = [(k.rpartition(":")[0], v) for k, v in owed.need.values.items()]
    given = [f"{phrases.noun(k, owed.need.meaning.table)} {phrases.value(k, v)}" for k, v in keys]
    known = listed([*teller.rows(owed), *given])
    path = "fetch" if known else "fetch_plain"
    if owed.again:
        path = "again"
    elif tool.effect == "write":
        path = "write_asked" if teller.agenda.approved else "write"
    told = slots | {"known": known or "nothing beyond the request", "tool": tool.name, "wish": _wish(owed.need, slots)}
    return sentence(teller.lines.line(f"rationale.{path}", dice, told))


def together(teller: "Reporter", n: int, dice: random.Random) -> str:
    """Why several calls go out at once."""
    return teller.lines.line("rationale.together", dice, {"n": str(n)})


def _wish(need: Need, slots: dict[str, str]) -> str:
    """What a request wants to know, in a few words."""
    family = need.meaning.family
    if need.pick is not None and slots.get("best"):
        return slots["best"]
    if family in ("get", "find") and slots.get("columns"):
        return slots["columns"]
    if family in ("total", "count", "ratio", "top") and slots.get("measure"):
        by = slots.get("group") if family != "top" else ""
        return f"the {slots['measure']}" + (f" by {by}" if by else "")
    return f"the {slots['subjects']}"
