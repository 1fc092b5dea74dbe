"""The assistant's words where rows are held against one another: which has more, what each has, and how far they are apart."""

import random
from collections.abc import Sequence
from typing import TYPE_CHECKING

from duologue.language.apart import apart
from duologue.language.grammar import listed
from duologue.language.phrases import Phrases
from duologue.language.weighed import compares, is_more
from duologue.plans.gist import Gist
from duologue.plans.rows import Row, pick_row
from duologue.simulate.listing import in_words
from duologue.simulate.owed import Owed, told_of
from duologue.types import Act, Mention, Need

if TYPE_CHECKING:
    from duologue.simulate.report import Reporter

__all__ = ["among", "counted", "weighed"]


def weighed(teller: "Reporter", parts: Sequence[Owed], dice: random.Random) -> tuple[str, list[Act]]:
    """Which of the rows is the one, with the figure of each; and an act for each."""
    whole = teller.agenda.owed[parts[0].number]
    acts = [Act("weighed", p.need, told_of(p)) for p in parts]
    rows = [(p, p.answer.rows[0]) for p in parts if p.answer is not None and p.answer.rows]
    best = pick_row([row for _, row in rows], whole.need.pick) if whole.need.pick is not None else None
    slot = whole.need.wanted[0]
    if best is None or len(rows) < len(whole.need.mentions) or not compares(whole.need):
        return teller.lines.line("compared.unknown", dice), acts
    first = next((p, row) for p, row in rows if row is best)
    rest = [(p, row) for p, row in rows if row is not best]
    slots = {
        "a": _name(teller, *first),
        "a_value": teller.phrases.short(slot, best.values[slot]),
        "is_more": is_more(teller.phrases, whole.need.pick) if whole.need.pick is not None else "",
        "rest": listed([f"{teller.phrases.short(slot, r.values[slot])} for {_name(teller, p, r)}" for p, r in rest]),
    }
    asked = whole.need.apart
    if len(rest) == 1:
        slots["gap"] = apart(teller.phrases, slot, best.values[slot], rest[0][1].values[slot], asked)
    form = "two" if len(rest) == 1 else "three"
    return teller.lines.fullest(f"weighed.{form}", dice, slots, {"gap"} if asked else ())[0], acts


def among(phrases: Phrases, need: Need, answer: Gist) -> dict[str, str]:
    """The pieces for several rows of a list: `n_word` how many, `sum` what they come to."""
    out = {"n_word": in_words(answer.total)}
    if need.among is None or answer.sum is None:
        return out
    return out | {"sum": phrases.short(need.among.slot, answer.sum[1])}


def counted(phrases: Phrases, need: Need, count: int) -> str:
    """So many of what is asked about: "four orders"; empty for none."""
    one, many = phrases.table(need.meaning.table)
    return f"{in_words(count)} {one if count == 1 else many}" if count else ""


def _name(teller: "Reporter", part: Owed, row: Row) -> str:
    """The row as it is called beside others of its kind."""
    table = part.need.meaning.table
    key = teller.agenda.memory.key_of(table, row)
    known = teller.agenda.memory.known.get(table, {}).get(key) if key is not None else None
    if known is None:
        return teller.rows(part)[0]
    name = known.values.get("@name")
    return teller.name_of(known) if name is None else teller.phrases.row(Mention(table, by={"@name": name}), bare=True)
