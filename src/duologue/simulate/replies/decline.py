"""What no tool can do is declined: why in a few words, and what can be done instead."""

import random
from typing import TYPE_CHECKING

from duologue.language.grammar import listed
from duologue.simulate.agenda import WRITES
from duologue.simulate.owed import Owed
from duologue.types import Act

if TYPE_CHECKING:
    from duologue.simulate.report import Reporter

__all__ = ["decline"]

_ENOUGH = 3
"""So many answers are worth a summary."""
_ASKED_ON = frozenset({"measure", "date", "status", "category", "contact"})


def decline(teller: "Reporter", act: Act, dice: random.Random) -> tuple[str, Act]:
    """No, the reason, and an offer that holds."""
    wish, lines = str(act.values["wish"]), teller.lines
    slots = {"offer": _offer(teller, dice)}
    if f"declined.own.{wish}" in lines:
        return lines.line(f"declined.own.{wish}", dice, slots), Act("decline")
    return lines.line("declined.line", dice, slots | {"deed": lines.line(f"declined.deed.{wish}", dice)}), Act(
        "decline"
    )


def _offer(teller: "Reporter", dice: random.Random) -> str:
    """A summary where there is enough of it, a field of the row just told, or another look at that kind of thing."""
    told = [o for o in teller.agenda.owed if o.told and not o.failed and o.answered_at >= 0]
    offers = ["recap"] if len(told) >= _ENOUGH else []
    last = told[-1] if told else None
    slots = teller.slots(last) if last is not None else {}
    columns = _untold(teller, last) if last is not None else []
    if last is not None and columns:
        chosen = dice.sample(columns, min(len(columns), 1 + (dice.random() < 0.3)))
        slots["columns"] = listed([f"the {teller.phrases.noun(c, last.need.meaning.table)}" for c in chosen])
        offers.append("column")
    return teller.lines.line(f"offer_{dice.choice(offers or ['more'])}", dice, slots)


def _untold(teller: "Reporter", owed: Owed) -> list[str]:
    """Fields of the one row that an answer was about, which it did not tell and a tool shows."""
    need, answer = owed.need, owed.answer
    getter = teller.index.getter(need.meaning.table)
    if answer is None or len(answer.rows) != 1 or need.meaning.family in WRITES or getter is None:
        return []
    shown = {f"{s.table}.{s.column}" for s in getter.outputs.values() if not s.use}
    table = teller.agenda.memory.catalog.table(need.meaning.table)
    slots = [f"{table.name}.{c.name}" for c in table.columns if c.role in _ASKED_ON and not c.bookkeeping]
    said = {f"{m.table}.{c}" for m in need.mentions for c in m.by}
    return [s for s in slots if s in shown and s not in need.wanted and s not in said]
