"""What no tool can do is declined: why in a few words, and what comes near to what was wanted, where there is such a thing.

Who wants something sent, printed or in a file can have it written out to copy; who wants somebody rung up, what there is to reach them by.
To anything else there is nothing near, and then no is all.
"""

import random
from typing import TYPE_CHECKING

from duologue.language.grammar import listed
from duologue.simulate.agenda import WRITES, Owed
from duologue.types import Act

if TYPE_CHECKING:
    from duologue.simulate.report import Reporter

__all__ = ["decline"]

_ON_PAPER = frozenset({"email", "print", "export"})
"""Wishes for what was told in another form."""
_ENOUGH = 2
"""So many answers are worth putting together."""


def decline(teller: "Reporter", act: Act, dice: random.Random) -> tuple[str, Act]:
    """No, the reason, and an offer that holds where there is one near."""
    wish, lines = str(act.values["wish"]), teller.lines
    slots = {"offer": _offer(teller, wish, dice)}
    if f"declined.own.{wish}" in lines:
        return lines.line(f"declined.own.{wish}", dice), Act("decline")
    slots["deed"] = lines.line(f"declined.deed.{wish}", dice)
    return lines.fullest("declined.line", dice, slots, {"offer"} if slots["offer"] else ())[0], Act("decline")


def _offer(teller: "Reporter", wish: str, dice: random.Random) -> str:
    """What can be done that comes near the wish; empty where nothing does."""
    told = [o for o in teller.agenda.owed if o.told and not o.failed and o.answered_at >= 0]
    if wish in _ON_PAPER:
        return teller.lines.line("offer_recap" if len(told) >= _ENOUGH else "offer_again", dice)
    columns = _contacts(teller, told[-1]) if wish == "call" and told else []
    if not columns:
        return ""
    names = listed([f"the {teller.phrases.noun(c, told[-1].need.meaning.table)}" for c in columns[:2]])
    return teller.lines.line("offer_column", dice, {"columns": names})


def _contacts(teller: "Reporter", owed: Owed) -> list[str]:
    """By what the one person that an answer was about can be reached, as far as it was not told and a tool shows it."""
    need, answer = owed.need, owed.answer
    getter = teller.index.getter(need.meaning.table)
    if answer is None or len(answer.rows) != 1 or need.meaning.family in WRITES or getter is None:
        return []
    shown = {f"{s.table}.{s.column}" for s in getter.outputs.values() if not s.use}
    table = teller.agenda.memory.catalog.table(need.meaning.table)
    slots = [f"{table.name}.{c.name}" for c in table.columns if c.format in ("phone", "email")]
    return [s for s in slots if s in shown and s not in need.wanted]
