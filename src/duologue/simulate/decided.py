"""The assistant's words where a change hangs on a condition, and where several changes are one request.

A change under a condition is proposed, or left alone, with how things stand, so that the user hears what decided. Changes of one request
are proposed in one question, which one yes answers, and reported in one sentence that names each row.
"""

import random
from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from msgspec.structs import replace

from duologue.language.clauses import YOU, as_what_it_is, of_the_speaker, pieces
from duologue.language.conditions import standing
from duologue.language.forms import form_of, is_assigned
from duologue.language.grammar import listed
from duologue.language.weighed import compares
from duologue.plans.rows import plain
from duologue.simulate.owed import Owed, told_of
from duologue.simulate.reconciling import reconciled
from duologue.simulate.weighing import weighed
from duologue.types import Act, Mention

if TYPE_CHECKING:
    from duologue.simulate.moves import Say
    from duologue.simulate.report import Reporter

__all__ = ["done", "joined", "left_as_it_is", "proposed", "recapped", "together"]


def left_as_it_is(teller: "Reporter", owed: Owed, slots: dict[str, str], dice: random.Random) -> tuple[str, Act]:
    """Nothing is changed, and why: how things stand beside what was asked."""
    text = teller.lines.line("left", dice, {**slots, "standing": _standing(teller, owed)})
    return text, Act("left as it is", owed.need, told_of(owed))


def proposed(teller: "Reporter", owed: Owed, dice: random.Random) -> str:
    """A change whose condition holds: how things stand, and what would be changed."""
    plain = replace(owed.need, when=None)
    slots = pieces(teller.phrases, plain, teller.rows(owed))
    own = of_the_speaker(teller.sayings.line("confirm", plain, teller.rows(owed), dice), YOU)
    if own:
        text = teller.lines.line("confirm.own", dice, {"confirm": own})
    else:
        text = teller.line("confirm", form_of(plain), slots, dice)
    return teller.lines.line("confirm.if", dice, {"standing": _standing(teller, owed), "confirm": text})


def done(teller: "Reporter", owed: Owed, slots: dict[str, str], part: str, dice: random.Random) -> str:
    """A change made under a condition: how things stood goes before it, unless it was said in proposing it."""
    plain = replace(owed.need, when=None)
    own = of_the_speaker(teller.sayings.line("done", plain, teller.rows(owed), dice), YOU)
    if own:
        text = teller.lines.line(f"{part}.own", dice, {"done": own})
    else:
        text = teller.line(part, form_of(plain), slots | {"when": ""}, dice)
    if not teller.agenda.approved:
        return text
    return teller.lines.line("changed.if", dice, {"standing": _standing(teller, owed), "done": text})


def _standing(teller: "Reporter", owed: Owed) -> str:
    condition = owed.need.when
    if condition is None:
        return ""
    row = next((i for i, m in enumerate(owed.need.mentions) if m.table == owed.need.meaning.table), -1)
    known = owed.was or teller.agenda.memory.known.get(owed.need.meaning.table, {}).get(owed.chosen.get(row, ()))
    value = known.values.get(condition.slot.removeprefix(f"{known.table}.")) if known is not None else None
    return standing(teller.phrases, condition, value, owed.need.meaning.table)


def joined(moves: Sequence["Say"]) -> list[list["Say"]]:
    """Moves that are said in one go: proposals of one request, and reports of what was done for one."""

    def name(move: "Say") -> tuple[int, str, int]:
        alike = move.owed.part >= 0 and move.kind in ("confirm?", "report")
        return move.owed.number, move.kind, -1 if alike else id(move)

    return [list(group) for _, group in groupby(moves, name)]


def together(teller: "Reporter", moves: Sequence["Say"], dice: random.Random) -> tuple[str, list[Act]]:
    """One text for the changes of one request, or for the rows that it compares, and an act for each."""
    if moves[0].kind == "report" and teller.agenda.owed[moves[0].owed.number].need.against is not None:
        return reconciled(teller, moves[0].owed, dice)
    if moves[0].kind == "report" and compares(teller.agenda.owed[moves[0].owed.number].need):
        return weighed(teller, [m.owed for m in moves], dice)
    kind, owed = "confirm?" if moves[0].kind == "confirm?" else "report change", moves[0].owed
    path = f"{'confirm' if kind == 'confirm?' else 'changed'}.together{'_moved' if is_assigned(owed.need) else ''}"
    slots = _of_all(teller, [m.owed for m in moves])
    whole = teller.agenda.owed[owed.number]
    each = next(m for m in whole.need.mentions if m.each)
    left = teller.agenda.memory.candidates(Mention(each.table, pick=each.pick), owed.number) if each.pick else []
    if len(left) == 1:
        slots["spared"] = teller.name_of(left[0])
    must = {s for s in ("all", "changes", "other_who", "spared") if slots.get(s)} if kind == "confirm?" else {"all"}
    text = teller.lines.find(path, dice, slots, must)
    return text, [Act(kind, m.owed.need, told_of(m.owed)) for m in moves]


def recapped(teller: "Reporter", owed: Owed, dice: random.Random) -> str:
    """What was changed of several rows by one request."""
    done = [p for p in owed.parts if p.answered_at >= 0 and not p.failed]
    slots = _of_all(teller, done)
    return teller.lines.line(f"recapped.together{'_moved' if is_assigned(owed.need) else ''}", dice, slots)


def _of_all(teller: "Reporter", parts: Sequence[Owed]) -> dict[str, str]:
    """The pieces of changes that are one request: what they have in common, and the rows by name."""
    slots = as_what_it_is(pieces(teller.phrases, parts[0].need, teller.rows(parts[0])))
    return slots | {
        "all": _all_by_name(teller, parts),
        "all_n": "both" if len(parts) == 2 else "all of them",
    }


def _all_by_name(teller: "Reporter", parts: Sequence[Owed]) -> str:
    """The rows that several changes are about; those whose key takes several columns each as a single one is called."""
    mentions = [_row(p) for p in parts]
    if len(mentions[0].by) < 2:
        return teller.phrases.rows(mentions)
    memory = teller.agenda.memory
    names = [teller.name_of(memory.known[m.table][tuple(map(plain, m.by.values()))]) for m in mentions]
    return _as_one(names, *teller.phrases.table(mentions[0].table))


def _as_one(names: Sequence[str], one: str, many: str) -> str:
    """Rows that belong to the same: "the languages Amhara and Oromo of the country Ethiopia"."""
    parts = [n.removeprefix(f"the {one} ").partition(" of ") for n in names]
    alike = all(n.startswith(f"the {one} ") and p[2] == parts[0][2] != "" for n, p in zip(names, parts, strict=True))
    return (
        f"the {many} {listed([p[0] for p in parts])} of {parts[0][2]}" if alike and len(names) > 1 else listed([*names])
    )


def _row(owed: Owed) -> Mention:
    """The row that one of several changes is about."""
    return next(m for m in owed.need.mentions if m.table == owed.need.meaning.table)
