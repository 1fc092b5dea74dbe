"""Calls of a guide that go wrong on purpose: asked again, looked up where it is in doubt whether they were made, and gone on from there."""

import asyncio
from functools import cache

import pytest
from msgspec.structs import replace

from duologue.checks import combine
from duologue.checks.blame import ruling
from duologue.simulate.faulty import Faults
from duologue.types import Dialogue, Message, Turn
from own_side.household import scenarios, shop

ITEMS = range(12)
KEPT_FROM_DOING = ("timeout", "lost_answer", "server_error", "hidden_columns", "schema_drift")


@cache
def played(kind: str, item: int) -> Dialogue:
    rate = 1.0 if kind in ("lost_answer", "schema_drift") else 0.1
    return asyncio.run(shop().meeting(Faults(rates={kind: rate})).play(scenarios(12)[item]))


def faulty(dialogue: Dialogue, write: bool = False) -> list[int]:
    return [
        n
        for n, t in enumerate(dialogue.turns)
        if t.fault and (called(dialogue, n) == "resume_subscription" or not write)
    ]


def called(dialogue: Dialogue, at: int) -> str:
    return next(
        c.name for t in dialogue.turns for c in t.message.tool_calls if c.id == dialogue.turns[at].message.tool_call_id
    )


@pytest.mark.parametrize("kind", KEPT_FROM_DOING)
def test_a_guide_goes_on_after_a_fault(kind: str) -> None:
    met = [i for i in ITEMS if faulty(played(kind, i))]
    lost = [played(kind, i) for i in met if not combine(shop().check(played(kind, i))).accepted]
    assert len(met) >= 2
    assert len(lost) <= len(met) // 3  # a call fails three times running now and then
    who = [ruling(shop().check(d), [t.message.role for t in d.path()]) for d in lost]
    assert {r.who for r in who if r is not None} <= {"tool"}


def in_doubt(kind: str) -> tuple[Dialogue, int]:
    """A conversation in which a change of the guide went unanswered, and that turn."""
    found = ((played(kind, i), faulty(played(kind, i), write=True)) for i in ITEMS)
    return next((dialogue, at[0]) for dialogue, at in found if at)


def test_what_a_look_shows_is_not_made_again() -> None:
    dialogue, at = in_doubt("lost_answer")
    later = [c.name for t in dialogue.turns[at:] for c in t.message.tool_calls if not c.own]
    assert later
    assert "resume_subscription" not in later
    assert dialogue.turns[at + 1].message.tool_calls[0].name == later[0]


def test_a_change_of_a_guide_made_again_without_a_look_is_found() -> None:
    dialogue, at = in_doubt("lost_answer")
    call = dialogue.turns[at - 1].message.tool_calls[0]
    again = Turn(Message("assistant", tool_calls=(replace(call, id="again"),)))
    went = Turn(Message("tool", content='{"ok":true}', tool_call_id="again"))
    turns = [*dialogue.turns[: at + 1], again, went, *dialogue.turns[at + 3 :]]
    spoiled = replace(dialogue, turns=tuple(replace(t, parent=n - 1 if n else None) for n, t in enumerate(turns)))
    assert "recovery" in [v.check for v in shop().check(spoiled) if v.passed is False]
