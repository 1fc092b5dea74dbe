"""A summary, when the user asks for one."""

import random
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from duologue.language.clauses import YOU, demanded, of_the_speaker
from duologue.language.grammar import capital, sentence
from duologue.plans.gist import FEW, FIRST, Gist, gist
from duologue.plans.guides import need_of
from duologue.plans.rows import Listing
from duologue.simulate.agenda import WRITES, Agenda
from duologue.simulate.owed import Owed
from duologue.simulate.replies.undone import as_it_stands, deed_of
from duologue.types import Act, Fix, Json, Need

if TYPE_CHECKING:
    from duologue.simulate.report import Reporter

__all__ = ["recap"]

_SHORTENED = frozenset({"related", "search", "missing", "total", "count"})
"""Families of lists that have words for a part of one."""
_RECAPPED = 4
"""Points a recap has, unless more was changed."""


def recap(teller: "Reporter", act: Act, dice: random.Random) -> tuple[str, Act]:
    """The points of the conversation so far: every change that still stands, and the last answers that still hold beside them, unless only
    the changes are asked for."""
    points: list[tuple[bool, str]] = []
    for made in teller.agenda.owed:
        if made.follow_up or not made.told or made.failed or made.answered_at < 0:
            continue
        if made.need.meaning.family == "mend":
            continue
        writes = made.need.meaning.family in WRITES
        owed = as_it_stands(made, teller.agenda) if writes else made
        if owed is None:
            continue
        slots = teller.slots(owed)
        if writes:
            points.append((True, teller.changed(owed, slots, dice, "recapped")))
        elif (
            _stands(teller.agenda, owed)
            and owed.answer is not None
            and (answer := _in_short(owed.need, owed.answer)).lines
        ):
            must = demanded(slots, "")
            points.append((False, teller.answer(owed.need, answer, slots, dice, must, "recapped")))
    if act.values.get("of") == "changes":
        points = [p for p in points if p[0]]
    points = [(True, text) for text in mended(teller, dice)] + points
    told = [sentence(p) for p in dict.fromkeys(_main(points))] or ["Nothing was changed."]
    text = " ".join(told) if len(told) < 3 else "\n" + "\n".join(f"- {p}" for p in told)
    return teller.lines.line("recap", dice, {"points": text}).replace(": \n", ":\n"), Act("recap")


def mended(teller: "Reporter", dice: random.Random) -> list[str]:
    """What became of troubles on the user's own side."""
    out = []
    for owed in teller.agenda.owed:
        if owed.need.meaning.family == "mend" and owed.told and isinstance(owed.result, str):
            out += [text for name, arguments in owed.mended if (text := _own_part(teller, owed, name, arguments, dice))]
            own = teller.agenda.is_speaker(owed.need.mentions[0])
            row = {} if own else {"row": teller.phrases.row(owed.need.mentions[0])}
            out.append(teller.lines.line(f"recapped.{owed.result.replace(' ', '_')}", dice, row))
    return out


def _own_part(teller: "Reporter", owed: Owed, name: str, arguments: Mapping[str, Json], dice: random.Random) -> str:
    """What the assistant itself changed about a trouble, as its tool says that it is done; empty where there are no words."""
    tool = teller.index.by_name[name]
    given = {k: v for k, v in arguments.items() if k in tool.inputs and tool.inputs[k].use not in ("key", "proof")}
    need = need_of(tool, Fix("agent", name, given), owed.need.mentions, owed.need.values)
    if need is None:
        return ""
    rows = [YOU if teller.agenda.is_speaker(m) else teller.phrases.row(m) for m in need.mentions]
    return capital(of_the_speaker(teller.sayings.line("done", need, rows, dice), YOU))


def _in_short(need: Need, listing: Listing) -> Gist:
    """An answer as it is told once more: of a long list only the first few."""
    answer = gist(need, listing)
    whole = len(answer.lines) <= FEW or need.meaning.family not in _SHORTENED or need.among is not None
    return answer if whole else replace(answer, lines=answer.lines[:FIRST])


def _stands(agenda: Agenda, owed: Owed) -> bool:
    """Nothing was changed since in the tables that the answer is about, nor was what it belongs to called off."""
    about = {owed.need.meaning.table, owed.need.meaning.other} - {""}
    changes = [
        o for o in agenda.owed if o.need.meaning.family in WRITES and o.answered_at > owed.answered_at and not o.failed
    ]
    if any(o.need.meaning.table == owed.need.meaning.parent and deed_of(o, agenda).ends for o in changes):
        return False
    return not any(about & {o.need.meaning.table, *(m.table for m in o.need.mentions)} for o in changes)


def _main(points: Sequence[tuple[bool, str]]) -> list[str]:
    """The points of a recap in their order: every change, and the last answers beside them."""
    changes = sum(1 for changed, _ in points if changed)
    answers = sum(1 for changed, _ in points if not changed)
    left = max(0, answers - max(1, _RECAPPED - changes))
    out = []
    for changed, text in points:
        if changed or left <= 0:
            out.append(text)
        else:
            left -= 1
    return out
