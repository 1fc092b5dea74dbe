"""How a matter goes on that a rule refused: for a condition that is met, with another value, by another deed, or not at all.

Whether a way is open the guards say. Other deeds are those the rule itself speaks of ("it can only be returned") and, where there is one that takes
a complaint, the deed by which a matter is handed over.
"""

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from duologue.plans.deeds import hands_over, is_named_in
from duologue.plans.rulings import CONDITION, OTHER_WAY
from duologue.tasks.proposal import Proposal
from duologue.tasks.rules.occasions import judged_of
from duologue.tasks.rules.variants import changed_in, is_choice, slot_key, variants
from duologue.types import Mention, Rule, Ruling, Subtask, Tool

if TYPE_CHECKING:
    from duologue.tasks.drawing import Drawing

__all__ = ["way_on"]

TRIES = 12
"""Proposals of another deed."""
_GRIEVANCE = re.compile(r"complain|dispute|exception|refus|appeal|disagree|escalat|policy", re.IGNORECASE)
"""Of the reasons for handing a matter over, those that fit one that was refused."""


_LONG_WORD = re.compile(r"[a-z]{6,}")


def way_on(drawing: "Drawing", tool: Tool, wish: Proposal, ruling: Ruling) -> tuple[str, list[Subtask]]:
    """The kind of decision it comes to and the part that takes the way on; no kind and no part where none is open, or found."""
    ways = [_same_deed, _other_deed]
    drawing.dice.shuffle(ways)
    for way in ways:
        for kind, other, proposal in way(drawing, tool, wish, ruling):
            part = drawing.attempt(other, proposal, refusable=0)
            if part is not None:
                return kind, [part]
    return "", []


Way = tuple[str, Tool, Proposal]


def _same_deed(drawing: "Drawing", tool: Tool, wish: Proposal, ruling: Ruling) -> Iterator[Way]:
    """The same with another value, or with a choice made that was left at its default: that nearest to the bound first."""
    found: list[tuple[bool, Proposal]] = []
    for other in variants(drawing, tool, wish):
        judged = judged_of(drawing, tool, other)
        if judged and all(j.holds for j in judged):
            near = any(j.near for j in judged if j.rule in ruling.rules)
            found.append((not near, other))
    for _, other in sorted(found, key=lambda f: f[0]):
        names = changed_in(tool, wish, other)
        given = all(tool.inputs[n].use == "proof" or _is_made(tool, n, wish) for n in names)
        yield (CONDITION if given else OTHER_WAY), tool, other


def _is_made(tool: Tool, name: str, before: Proposal) -> bool:
    """A choice with a default that nothing was said of before."""
    return is_choice(tool, name) and slot_key(tool.inputs[name]) not in before.need.values


def _other_deed(drawing: "Drawing", tool: Tool, wish: Proposal, ruling: Ruling) -> Iterator[Way]:
    """Another deed on the same row."""
    rules = [r for r in drawing.maker.environment.policy.rules if r.id in ruling.rules]
    proposer, before = drawing.proposer, dict(drawing.proposer.thread)
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
            proposer.thread = {**before, **{t: _again(drawing, m) for t, m in rows.items()}}
            for _ in range(TRIES):
                proposal = proposer.propose(other, drawing.walk.memory, drawing.dice)
                if proposal is None or not _about(proposal, proposer.thread):
                    continue
                if hands_over(other) and not _grieves(proposal, rules):
                    continue
                judged = judged_of(drawing, other, proposal)
                if judged is not None and all(j.holds for j in judged):
                    yield OTHER_WAY, other, proposal
                    break
        finally:
            proposer.thread = before


def _again(drawing: "Drawing", mention: Mention) -> Mention:
    """The row once more, right after it was spoken of."""
    found = drawing.walk.memory.candidates(Mention(mention.table), drawing.walk.needs)
    meant = drawing.walk.memory.candidates(mention, drawing.walk.needs)
    same = len(found) == len(meant) == 1 and found[0].key == meant[0].key
    return Mention(mention.table) if same else mention


def _about(proposal: Proposal, rows: dict[str, Mention]) -> bool:
    """It is about the rows of the wish, as far as it is about such."""
    return all(m == rows[m.table] for m in proposal.need.mentions if m.table in rows)


def _grieves(proposal: Proposal, rules: Sequence[Rule]) -> bool:
    """The reason that is given for handing over fits: it is about a refusal, or about what the rule is about."""
    said = [v for v in proposal.need.values.values() if isinstance(v, str)]
    about = {w for r in rules for w in _LONG_WORD.findall(r.id.replace("_", " ").lower())}
    return any(_GRIEVANCE.search(v) or about & set(_LONG_WORD.findall(v.lower())) for v in said)
