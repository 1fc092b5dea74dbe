"""Conversations of each shape as they are played, and spoiled: the assistant does or says the wrong thing, and a named check objects."""

import asyncio
import json
import re
from collections.abc import Callable, Mapping
from functools import cache

import pytest
from msgspec.structs import replace

from depot import depot
from duologue.checks import CHECKS
from duologue.checks.case import case_of, columns_of
from duologue.language.grammar import listed
from duologue.language.values import say, tells
from duologue.language.weighed import compares
from duologue.plans.index import ToolIndex
from duologue.protocols import View
from duologue.simulate.agent import ScriptedAgent
from duologue.simulate.scripted import converse
from duologue.tasks.maker import ScriptedTasks
from duologue.tasks.shapes import SHAPES
from duologue.testing import Tiny, tiny_environment
from duologue.types import Dialogue, Json, Turn
from played import SURE

ITEMS = 16
LIBRARIES = 3
"""Libraries that are looked through for an occasion, from the one named on."""
Spoil = Callable[[Dialogue, int], Dialogue]


@cache
def tiny(seed: int, shape: str = "") -> Tiny:
    return depot(seed, 0, ("parcel",)) if shape == "reconcile" else tiny_environment(seed=seed)


@cache
def conversations(shape: str, seed: int) -> tuple[Dialogue, ...]:
    """A library's conversations with one task of this shape, and of no other."""
    t = tiny(seed, shape)
    maker = ScriptedTasks(t.catalog, t.image, t.environment, 3, {s.name: 0.0 for s in SHAPES if s.name != shape})
    index = ToolIndex(t.environment.toolset, t.catalog)
    scenarios = (maker.scenario(str(n), ()) for n in range(ITEMS))
    own = [s for s in scenarios if [x.shape for x in s.tasks if x.shape] == [shape]]
    return tuple(asyncio.run(converse(s, t.environment, t.image, t.catalog, index, SURE)) for s in own)


def doing(kind: str, of: Callable[[Turn], bool] = lambda _: True) -> Callable[[Dialogue], list[int]]:
    """The turns in which the assistant does this."""
    return lambda d: [n for n, t in enumerate(d.turns) if any(a.kind == kind for a in t.acts) and of(t)]


def saying(text: str) -> Spoil:
    """It says something else there."""
    return lambda d, at: _with(d, at, replace(d.turns[at].message, content=text))


def calling_wrong(d: Dialogue, at: int) -> Dialogue:
    """It writes what was said first, in place of what is wanted now."""
    calls = d.turns[at].message.tool_calls
    same = [t for t in d.turns[:at] if t.message.tool_calls and t.message.tool_calls[0].name == calls[0].name]
    wrong = replace(calls[0], arguments=same[-1].message.tool_calls[0].arguments)
    return _with(d, at, replace(d.turns[at].message, tool_calls=(wrong,)))


def leaving_one_out(d: Dialogue, at: int) -> Dialogue:
    """One of several calls is never made, and nothing is said of it."""
    calls = d.turns[at].message.tool_calls
    less = _with(d, at, replace(d.turns[at].message, tool_calls=calls[:-1]))
    gone = next(n for n, t in enumerate(d.turns) if t.message.tool_call_id == calls[-1].id)
    turns = [t for n, t in enumerate(less.turns) if n != gone]
    return replace(less, turns=tuple(replace(t, parent=n - 1 if n else None) for n, t in enumerate(turns)))


def _with(d: Dialogue, at: int, message: object) -> Dialogue:
    turns = (*d.turns[:at], replace(d.turns[at], message=message), *d.turns[at + 1 :])
    return replace(d, turns=turns)


def failing(dialogue: Dialogue, seed: int, shape: str = "") -> set[str]:
    case = case_of(dialogue, tiny(seed, shape).environment, tiny(seed, shape).catalog)
    return {v.check for check in CHECKS for v in [check(case)] if v.passed is not True}


def calling_the_other_so(d: Dialogue, at: int) -> Dialogue:
    """It calls one of two rows what the other one is."""
    need = next(
        a.need for t in d.turns[:at] for a in t.acts if t.message.role == "user" and a.need and compares(a.need)
    )
    text = d.turns[at].message.content
    places = {
        m.start(): n
        for n in (spoken(m.by) for m in need.mentions)
        for m in [re.search(rf"\b{re.escape(n)}\b", text)]
        if m
    }
    names = [places[n] for n in sorted(places)[:2]]
    swapped = re.sub(rf"\b(?:{'|'.join(map(re.escape, names))})\b", lambda m: names[1 - names.index(m[0])], text)
    return saying(swapped)(d, at)


def spoken(by: Mapping[str, Json]) -> str:
    """A row by its name or its number, as the assistant gives it."""
    return str(next(iter(by.values())))


def telling_another(d: Dialogue, at: int) -> Dialogue:
    """It tells a row that is not one of those that are meant."""
    rows = next(iter(json.loads(d.turns[at - 1].message.content).values()))
    told = spoken(next(a.values["told"] for a in d.turns[at].acts if a.values.get("told"))[0]["by"])
    field = next(k for row in rows for k, v in row.items() if str(v) == told)
    other = next(str(row[field]) for row in rows if str(row[field]) not in d.turns[at].message.content)
    return saying(d.turns[at].message.content.replace(told, other))(d, at)


def saying_the_opposite(d: Dialogue, at: int) -> Dialogue:
    """It tells both sides as they are, and gets wrong whether they agree."""
    text = d.turns[at].message.content
    agrees = re.search(r"n't|\bnot\b|\bdiffer|^No\b", text) is None
    figures = listed(re.findall(r"\d[\d.,]*\d|\b\d\b|\b(?:one|two|three|four|five)\b", text))
    return saying(f"{'They do not agree' if agrees else 'They agree'}: I have {figures} here.")(d, at)


CLAIMED = saying("Done, I've changed it.")
TABLE: list[tuple[str, str, int, str, Spoil, set[str]]] = [
    (
        "claims a change that its condition forbids",
        "conditional",
        3,
        "left as it is",
        CLAIMED,
        {"honesty", "disclosure"},
    ),
    ("leaves one of several rows out", "bulk", 6, "fetch", leaving_one_out, {"state"}),
    ("puts back what was to be taken back", "undo", 3, "fetch", calling_wrong, {"calls"}),
    ("calls the wrong one the cheaper one", "choose", 3, "weighed", calling_the_other_so, {"attribution"}),
    ("tells one that lacks nothing", "gaps", 3, "report many", telling_another, {"attribution"}),
    ("tells one that goes beyond the budget", "budget", 3, "report many", telling_another, {"attribution"}),
    ("gets wrong whether two sides agree", "reconcile", 3, "reconciled", saying_the_opposite, {"attribution"}),
    ("writes the value that was taken back", "instead", 3, "fetch", calling_wrong, {"calls"}),
]
"""What is done wrong, the shape, the first library, the turn, how it is spoiled, and the checks of which one objects at least."""


@pytest.mark.parametrize(
    ("shape", "seed", "kind", "spoil", "checks"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE]
)
def test_a_spoiled_conversation_is_caught(shape: str, seed: int, kind: str, spoil: Spoil, checks: set[str]) -> None:
    tried = 0
    for library in range(seed, seed + LIBRARIES):
        for dialogue in conversations(shape, library):
            spots = [n for n in doing(kind)(dialogue) if _is_the_point(dialogue, n, shape)]
            if spots and not failing(dialogue, library, shape):
                tried += 1
                at = spots[0] if shape in ("gaps", "budget") else spots[-1]  # what was told may be asked for once more
                assert checks & failing(spoil(dialogue, at), library, shape)
        if tried:
            return
    pytest.fail("no library has an occasion for it")


def _is_the_point(dialogue: Dialogue, at: int, shape: str) -> bool:
    turn = dialogue.turns[at]
    if dialogue.scenario.tasks[turn.task].shape != shape:
        return False
    calls = turn.message.tool_calls
    if shape == "choose":  # of whole numbers below 13 nothing is said in docs/checks.md
        return re.search(r"\d\d", turn.message.content) is not None
    if shape in ("gaps", "budget"):
        return any(a.need is not None and a.need.among is not None and a.values.get("told") for a in turn.acts)
    if shape == "bulk":
        return len(calls) > 1 and len({c.name for c in calls}) == 1
    if shape in ("undo", "instead"):
        earlier = [c.name for t in dialogue.turns[:at] if t.task == turn.task for c in t.message.tool_calls]
        writes = {t.name for t in tiny(3).environment.toolset.tools if t.effect == "write"}
        return bool(calls) and calls[0].name in writes and calls[0].name in earlier
    return True


def test_how_far_apart_two_are_is_told_where_it_is_asked() -> None:
    """With both figures and which of them is the one, and no more, `disclosure` objects."""
    found = 0
    for seed in range(3, 3 + LIBRARIES):
        columns = columns_of(tiny(seed).catalog)
        for dialogue in conversations("choose", seed):
            part = next(s for x in dialogue.scenario.tasks for s in x.subtasks if s.need and compares(s.need))
            gap = [d for d in part.tell if d.slot.endswith(":apart")]
            assert len(gap) == (part.need is not None and part.need.apart)
            for at in doing("weighed")(dialogue) if gap else []:
                assert not failing(dialogue, seed)
                assert tells(dialogue.turns[at].message.content, gap[0].value)
                if gap[0].value in range(13):  # a figure that small is heard in any other
                    continue
                found += 1
                rest = [say(d.value, columns.get(d.slot)) for d in part.tell if d not in gap]
                assert "disclosure" in failing(saying(f"I looked: {', '.join(rest)}.")(dialogue, at), seed)
    assert found


def test_several_changes_are_proposed_together_and_made_together() -> None:
    found = 0
    for dialogue in conversations("bulk", 6):
        for at in doing("confirm?", lambda t: [a.kind for a in t.acts].count("confirm?") > 1)(dialogue):
            found += 1
            proposed, yes, made = dialogue.turns[at], dialogue.turns[at + 1], dialogue.turns[at + 2]
            if [a.kind for a in yes.acts] != ["confirm"]:
                continue
            assert len(made.message.tool_calls) == len(proposed.acts)
            told = dialogue.turns[at + 3 + len(proposed.acts)]
            assert [a.kind for a in told.acts] == ["report change"] * len(proposed.acts)
    assert found


def test_what_is_taken_back_need_not_be_said() -> None:
    for dialogue in conversations("undo", 3):
        back = next(a for t in dialogue.turns for a in t.acts if t.message.role == "user" and a.need and a.need.amends)
        assert back.need is not None
        assert not back.need.values
        assert not failing(dialogue, 3)


@pytest.mark.parametrize(("shape", "seed"), [("conditional", 3), ("bulk", 6), ("undo", 3)])
def test_the_assistant_says_the_same_when_it_is_taken_up_at_any_turn(shape: str, seed: int) -> None:
    t = tiny(seed)
    dialogue = conversations(shape, seed)[0]
    for at, turn in enumerate(dialogue.turns):
        if turn.message.role == "assistant":
            agent = ScriptedAgent(
                t.catalog, ToolIndex(t.environment.toolset, t.catalog), t.environment, dialogue.scenario
            )
            said = asyncio.run(agent.reply(View(dialogue.turns[:at], dialogue.turns[at - 1].task)))
            assert (said.message, said.acts) == (turn.message, turn.acts)
