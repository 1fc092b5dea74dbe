"""How a matter goes on that a rule refused: for a condition that is met, with another value, by another deed, or not at all.

Whether a way is open the guards say. Other deeds are those the rule itself speaks of ("it can only be returned") and, where there is one that takes
a complaint, the deed by which a matter is handed over.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING

from duologue.plans.deeds import hands_over, is_named_in
from duologue.plans.rulings import CONDITION, OTHER_WAY
from duologue.tasks.families import as_it_is
from duologue.tasks.proposal import Proposal
from duologue.tasks.reasons import after_refusal, is_reason, reason_of
from duologue.tasks.rules.occasions import judged_of
from duologue.tasks.rules.variants import changed_in, is_choice, slot_key, valued, variants
from duologue.types import Mention, Rule, Ruling, Subtask, Tool

if TYPE_CHECKING:
    from duologue.tasks.drawing import Drawing

__all__ = ["way_on"]

TRIES = 12
"""Proposals of another deed."""


Way = tuple[str, Tool, Proposal]


def way_on(drawing: "Drawing", tool: Tool, wish: Proposal, ruling: Ruling) -> tuple[str, list[Subtask]]:
    """The kind of decision it comes to and the part that takes the way on; no kind and no part where none is open, or found."""
    same = list(_same_deed(drawing, tool, wish, ruling))
    met = [way for way in same if way[0] == CONDITION]  # who gave a wrong date of birth first gives the right one
    rest: list[Iterable[Way]] = [[way for way in same if way[0] != CONDITION], _other_deed(drawing, tool, wish, ruling)]
    drawing.dice.shuffle(rest)
    for kind, other, proposal in chain(met, *rest):
        part = drawing.attempt(other, proposal, refusable=0)
        if part is not None:
            return kind, [part]
    return "", []


def _same_deed(drawing: "Drawing", tool: Tool, wish: Proposal, ruling: Ruling) -> Iterator[Way]:
    """The same with another value, or with a choice made that was left at its default: that nearest to the bound first."""
    found: list[tuple[bool, Proposal]] = []
    for other in chain(_shown(drawing, tool, wish), variants(drawing, tool, wish)):
        judged = judged_of(drawing, tool, other, ruling.rules)
        if judged and all(j.holds for j in judged):
            near = any(j.near for j in judged if j.rule in ruling.rules)
            if any(is_reason(tool, n) for n in changed_in(tool, wish, other)):
                continue  # nobody has another reason because the first one did not do
            found.append((not near, other))
    for _, other in sorted(found, key=lambda f: f[0]):
        names = changed_in(tool, wish, other)
        given = all(tool.inputs[n].use == "proof" or _is_made(tool, n, wish) for n in names)
        yield (CONDITION if given else OTHER_WAY), tool, other


def _shown(drawing: "Drawing", tool: Tool, wish: Proposal) -> Iterator[Proposal]:
    """The same, with all that shows who somebody is as it stands on file; nothing where it is so already."""
    row, right = as_it_is(drawing.proposer, tool, drawing.walk.memory, wish), wish
    for slot in tool.inputs.values():
        held = row.get(slot.column) if slot.use == "proof" else None
        if held is not None and held != right.need.values.get(slot_key(slot)):
            right = valued(drawing, right, slot, held)
    if right is not wish:
        yield right


def _is_made(tool: Tool, name: str, before: Proposal) -> bool:
    """A choice with a default that nothing was said of before."""
    return is_choice(tool, name) and slot_key(tool.inputs[name]) not in before.need.values


def _other_deed(drawing: "Drawing", tool: Tool, wish: Proposal, ruling: Ruling) -> Iterator[Way]:
    """Another deed on the same row."""
    rules = [r for r in drawing.maker.environment.policy.rules if r.id in ruling.rules]
    proposer, before, heard = drawing.proposer, dict(drawing.proposer.thread), drawing.proposer.heard
    for other in drawing.walk.index.toolset.tools:
        if other.effect != "write" or other.meaning == tool.meaning or other.meaning is None:
            continue
        if drawing.client is not None and not drawing.client.serves(other):
            continue
        named = any(is_named_in(other, r.text) for r in rules)
        if not named and not hands_over(other):
            continue
        rows = {m.table: m for m in wish.need.mentions}
        if not {s.table for s in other.inputs.values() if s.use == "key"} & set(rows):
            continue
        try:
            proposer.heard = None
            proposer.thread = {**before, **{t: _again(drawing, m) for t, m in rows.items()}}
            found = _on_the_row(drawing, other, rules)
            if found is not None:
                yield OTHER_WAY, other, found
        finally:
            proposer.thread, proposer.heard = before, heard


def _on_the_row(drawing: "Drawing", tool: Tool, rules: Sequence[Rule]) -> Proposal | None:
    """A wish for the deed that no rule has anything against, about the row that the talk should go on about."""
    for _ in range(TRIES):
        proposal = drawing.proposer.propose(tool, drawing.walk.memory, drawing.dice)
        if proposal is None or not _about(proposal, drawing.proposer.thread):
            continue
        fitting = _grieving(drawing, tool, proposal, rules) if hands_over(tool) else proposal
        judged = judged_of(drawing, tool, fitting) if fitting is not None else None
        if judged is not None and all(j.holds for j in judged):
            return fitting
    return None


def _again(drawing: "Drawing", mention: Mention) -> Mention:
    """The row once more, right after it was spoken of."""
    found = drawing.walk.memory.candidates(Mention(mention.table), drawing.walk.needs)
    meant = drawing.walk.memory.candidates(mention, drawing.walk.needs)
    same = len(found) == len(meant) == 1 and found[0].key == meant[0].key
    return Mention(mention.table) if same else mention


def _about(proposal: Proposal, rows: dict[str, Mention]) -> bool:
    """It is about the rows of the wish, as far as it is about such."""
    return all(m == rows[m.table] for m in proposal.need.mentions if m.table in rows)


def _grieving(drawing: "Drawing", tool: Tool, proposal: Proposal, rules: Sequence[Rule]) -> Proposal | None:
    """Handing over with a reason that fits a refusal; None where the list has none."""
    name = reason_of(tool)
    if not name:
        return proposal
    fitting = after_refusal(tool.parameters["properties"][name]["enum"], rules)
    return valued(drawing, proposal, tool.inputs[name], drawing.dice.choice(fitting)) if fitting else None
