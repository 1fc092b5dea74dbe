"""The user presses after a refusal: the assistant holds to it, kindly, says the rule in the words of the policy, and offers what there is.

Nothing is looked up or tried again, since nothing was said that would change the answer.
"""

import random
from typing import TYPE_CHECKING

from duologue.plans.deeds import hands_over
from duologue.plans.rulings import in_words, rule_of
from duologue.plans.ways import error_kind
from duologue.simulate.owed import Owed
from duologue.types import Act, Rule

if TYPE_CHECKING:
    from duologue.simulate.report import Reporter

__all__ = ["refusing_rule", "stand_firm"]


def stand_firm(teller: "Reporter", act: Act, dice: random.Random) -> tuple[str, Act]:
    """No once more, in other words."""
    how, agenda, lines = str(act.values["how"]), teller.agenda, teller.lines
    last = next((o for o in reversed(agenda.owed) if o.told and o.failed), None)
    rule = refusing_rule(teller, last) if last is not None else None
    again = last is not None and agenda.pressed > 1
    over = any(hands_over(t) for t in teller.index.toolset.tools) and how == "supervisor"
    slots = {
        "rule": in_words(rule) if rule is not None and not again else "",
        "handover": lines.line("firm_handover", dice) if over else "",
    }
    path = "firm.again" if again and how != "supervisor" else f"firm.{how}"
    must = {"handover"} if over else {"rule"} if slots["rule"] else set()
    text, _ = lines.fullest(path, dice, slots, must)
    return text, Act("stand firm", values={"offer": True} if over else {})


def refusing_rule(teller: "Reporter", owed: Owed) -> Rule | None:
    """The rule of the policy that refused a request; None where none did."""
    tool = teller.index.serving(owed.need.meaning)
    error = owed.result.get("error") if isinstance(owed.result, dict) else None
    if tool is None or not isinstance(error, dict):
        return None
    return rule_of(teller.rules, tool.name, error_kind(error))
