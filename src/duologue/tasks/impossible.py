"""What can't be had: a change that the data or a rule refuses, asked for as people do who don't know that it can't be.

Somebody wants to remove what others still hang on, to add what is there already, to move on what has come to its end, to set what is so
already. Such a wish is drawn on purpose, tried on a copy of the session, and kept where it is refused: the user is to learn that it
can't be done, and why, and nothing may change. Often the goal goes on along the way that is left (`plans.ways`).
"""

from typing import TYPE_CHECKING

from duologue.language.values import is_blank
from duologue.plans.ways import IS_SO, LINKED_YET, TAKEN, error_kind, instead
from duologue.tasks.anchors import Anchor, sayable
from duologue.tasks.families import as_it_is
from duologue.tasks.proposal import Proposal
from duologue.tasks.walk import ACCIDENTS, Refused, Taken
from duologue.types import Fact, Json, Mention, Need, Slot, Subtask, Tool

if TYPE_CHECKING:
    from duologue.tasks.drawing import Drawing

__all__ = ["impossible", "on_condition"]

TRIES = 4
"""Wishes tried of each tool."""
AS_IS = 0.35
"""How often a value is set to what it is, where there is something else to try."""
WAY_OUT = 0.65
"""How often the goal goes on along the way that is left."""

_SEEN = (LINKED_YET, TAKEN)
"""Kinds of refusal that somebody who has just seen both rows would not run into."""


def impossible(drawing: "Drawing") -> list[Subtask]:
    """A part that is refused, mostly with the next one growing out of it; nothing where no wish comes to mind that would be."""
    tools = [t for t in drawing.walk.index.toolset.tools if t.effect == "write" and t.meaning is not None]
    drawing.dice.shuffle(tools)
    if any(t.weight != 1 for t in tools):
        tools = [
            t for t in tools if drawing.dice.random() < t.weight
        ]  # what is asked for seldom is seldom wished for in vain
        tools.sort(key=lambda t: -(drawing.dice.random() ** (1 / t.weight)))
    for tool in sorted(tools, key=_is_a_value):
        kinds = refusals(tool)
        for _ in range(TRIES if kinds else 0):
            wish = _wish(drawing, tool, only_as_it_is=kinds == {IS_SO})
            kind, ruled = _refused_as(drawing, tool, wish) if wish is not None else ("", False)
            if (
                wish is None
                or not kind
                or ruled  # those are sought on purpose (`rules`)
                or (kind == IS_SO and wish.reason)
                or (kind in _SEEN and not _brings_a_row(wish))
            ):
                continue
            part = drawing.attempt(tool, wish, refusable=1)
            if part is not None:
                return [part, *_way_out(drawing, wish, kind)]
    return []


def _brings_a_row(wish: Proposal) -> bool:
    """One of the rows is the user's own affair: nothing has shown it so far. So is a name for something new."""
    own = {(f.slot, str(f.value)) for f in wish.known}
    rows = [m for m in wish.need.mentions if m.by and all((f"{m.table}.{k}", str(v)) in own for k, v in m.by.items())]
    return bool(rows) or not wish.need.mentions


def _is_a_value(tool: Tool) -> bool:
    return tool.meaning is not None and tool.meaning.family == "set"


def refusals(tool: Tool) -> frozenset[str]:
    """The kinds of refusal that a write may meet (letters only) by its own conditions ("" where it has no kind of its own).
    Empty where nothing but an accident stops it: then no wish needs to be tried."""
    asked = [s.problem for s in tool.run if s.problem is not None or s.kind == "require"]
    return frozenset(error_kind({"type": p.type}) if p is not None else "" for p in asked) - frozenset(ACCIDENTS)


def _wish(drawing: "Drawing", tool: Tool, only_as_it_is: bool) -> Proposal | None:
    """Something to ask of a tool that may be refused; a value that is there already where nothing else is."""
    family = tool.meaning.family if tool.meaning is not None else ""
    if family == "create":
        return _taken_name(drawing, tool)
    proposal = drawing.proposer.propose(tool, drawing.walk.memory, drawing.dice)
    if proposal is None or family != "set":
        return proposal
    if drawing.dice.random() >= AS_IS:
        return None if only_as_it_is else proposal
    return _as_it_is(drawing, tool, proposal)


def _as_it_is(drawing: "Drawing", tool: Tool, proposal: Proposal) -> Proposal | None:
    """The same change, to the value that is there already: somebody was faster, or the papers are old."""
    slots = [s for s in tool.inputs.values() if s.use == "value"]
    held = as_it_is(drawing.proposer, tool, drawing.walk.memory, proposal)
    if len(slots) != 1 or not _can_be_said(held.get(slots[0].column)):
        return None
    mention = next((m for m in proposal.need.mentions if m.table == slots[0].table), None)
    if mention is None or (mention.pick is not None and mention.pick.column == slots[0].column):
        return None
    if any(
        t == slots[0].table and c == slots[0].column and v == str(held[c]) for t, _, c, v in drawing.walk.memory.heard
    ):
        return None  # they were just told that it is so
    old = proposal.need.values.get(_key(slots[0]))
    known = [f for f in proposal.known if f.value != old]
    out = Proposal(Need(proposal.need.meaning, proposal.need.mentions), known, proposal.meant)
    drawing.proposer.say(out, slots[0], held[slots[0].column])
    return out


def _taken_name(drawing: "Drawing", tool: Tool) -> Proposal | None:
    """A new row under a name that is there already, where it belongs: somebody has entered it before."""
    proposer, dice = drawing.proposer, drawing.dice
    table = drawing.walk.catalog.table(tool.meaning.table if tool.meaning is not None else "")
    if len(table.display) != 1:
        return proposer.propose(tool, drawing.walk.memory, dice)
    anchor = proposer.anchors.named(table, dice)
    above = {m.table for m in _mentions_of(proposer.about(tool, drawing.walk.memory, dice))}
    out = _under(drawing, tool, anchor, above) if anchor is not None else None
    if anchor is None or out is None:
        return None
    for name in tool.parameters.get("required", ()):
        slot = tool.inputs.get(name)
        column = proposer.column(slot) if slot is not None else None
        if slot is None or slot.use != "value" or column is None:
            continue
        named = slot.column == table.display[0]
        value = anchor.values["@name"] if named else proposer.edits.fresh(column, dice)
        if value is None:
            return None
        proposer.say(out, slot, value)
    return out if f"{table.name}.{table.display[0]}:value" in out.need.values else None


def _under(drawing: "Drawing", tool: Tool, anchor: Anchor, above: set[str]) -> Proposal | None:
    """The rows that an existing one belongs to, by their names; None where one of them has none."""
    assert tool.meaning is not None
    catalog, anchors = drawing.walk.catalog, drawing.proposer.anchors
    mentions, known = [], []
    for link in catalog.links:
        if link.table != anchor.table or link.to not in above or len(link.columns) > 1:
            continue
        row = anchors.at(catalog.table(link.to), (str(anchor.values.get(link.columns[0])),))
        name = row.values.get("@name") if row is not None else None
        if not sayable(name):
            return None
        mentions.append(Mention(link.to, by={"@name": name}))
        known.append(Fact(f"{link.to}.@name", name, catalog.table(link.to).label))
    if {m.table for m in mentions} != above or len(mentions) > len(above):
        return None
    return Proposal(Need(tool.meaning, tuple(mentions)), known)


def _refused_as(drawing: "Drawing", tool: Tool, wish: Proposal) -> tuple[str, bool]:
    """The kind of refusal that the wish meets, found out on a copy, and whether the policy refuses; empty where it meets none."""
    walk = drawing.walk
    mark, live = walk.mark(), walk.session
    walk.session = live.fork()
    try:
        walk.take(tool, wish.need, wish.meant)
    except Refused as refusal:
        return refusal.kind, refusal.ruling is not None
    except Taken:
        return "", False
    finally:
        walk.rewind(mark, live)
    return "", False


def _way_out(drawing: "Drawing", wish: Proposal, kind: str) -> list[Subtask]:
    """The part that takes up what the assistant will offer, or what the refusal asks for."""
    other = instead(drawing.walk.index, drawing.walk.catalog, wish.need, kind)
    tool = drawing.walk.index.serving(other.meaning) if other is not None else None
    if other is None:
        return on_condition(drawing, wish)
    if tool is None or drawing.dice.random() >= WAY_OUT:
        return []
    part = drawing.attempt(tool, Proposal(other))
    return [part] if part is not None else []


def on_condition(drawing: "Drawing", wish: Proposal) -> list[Subtask]:
    """The same again with a choice made that was left at its default, where that is what it was refused for: a fee accepted."""
    tool = drawing.walk.index.serving(wish.need.meaning)
    for name, slot in tool.inputs.items() if tool is not None else ():
        schema = tool.parameters["properties"][name] if tool is not None else {}
        if tool is None or slot.use != "value" or "default" not in schema or _key(slot) in wish.need.values:
            continue
        for value in schema.get("enum", ()):
            again = Proposal(wish.need, list(wish.known), dict(wish.meant), wish.reason)
            drawing.proposer.say(again, slot, value)
            if value == schema["default"] or _refused_as(drawing, tool, again)[0] or drawing.dice.random() >= WAY_OUT:
                continue
            part = drawing.attempt(tool, again, refusable=0)
            if part is not None:
                return [part]
    return []


def _mentions_of(proposal: Proposal | None) -> tuple[Mention, ...]:
    return proposal.need.mentions if proposal is not None else ()


def _can_be_said(value: Json) -> bool:
    if is_blank(value) or isinstance(value, bool | list | dict):
        return False
    return not isinstance(value, str) or sayable(value) or value.replace(" ", "").replace("-", "").isalnum()


def _key(slot: Slot) -> str:
    return f"{slot.table}.{slot.column}:{slot.use}"
