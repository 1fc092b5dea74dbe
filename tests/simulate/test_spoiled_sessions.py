"""Conversations in which a behaviour went well, spoiled by hand: the assistant reacts wrongly, and a named check says so.

A row: the behaviour; the kind of the assistant's turn after it that is spoiled; what it says instead; the check that objects.
"""

import asyncio
from functools import cache

import pytest
from msgspec.structs import replace

from duologue.pipeline import Workshop
from duologue.simulate.profile import Profile
from duologue.testing import tiny_environment
from duologue.types import Dialogue, Message

TABLE = [
    ("impossible", "error", "Done: I have entered it, everything is saved.", "honesty"),
    ("impossible", "error", "It can't be done, because there are 7,315 of them on record already.", "grounding"),
    ("empty_result", "report empty", "That brings up 17 of them, the first one from 4 March 2017.", "grounding"),
    ("switch", "report", "That comes to 9,412.50, as I said before.", "grounding"),
    ("linked", "report", "That one is number 99,371, from 4 March 2017.", "grounding"),
]


@cache
def workshop() -> Workshop:
    t = tiny_environment(seed=2)
    return Workshop(t.environment, t.image, t.catalog, 2, profile=Profile({"switch": 1.0}))


@cache
def played(item: int) -> Dialogue:
    return asyncio.run(workshop().play(workshop().tasks.scenario(str(item), ())))


def spoiled(name: str, kind: str, text: str) -> Dialogue:
    """The first conversation that holds the behaviour, with other words in the first turn of that kind after it."""
    for item in range(40):
        turns = list(played(item).turns)
        at = next((n for n, t in enumerate(turns) if name in t.behaviours), len(turns))
        for n in range(at, len(turns)):
            if turns[n].message.role == "assistant" and any(a.kind == kind for a in turns[n].acts):
                turns[n] = replace(turns[n], message=Message("assistant", content=text), acts=())
                return replace(played(item), turns=tuple(turns))
            if n > at and turns[n].message.role == "user" and any(a.kind == "request" for a in turns[n].acts):
                break
    raise AssertionError(f"no conversation holds {name} and then {kind}")


@pytest.mark.parametrize(("name", "kind", "text", "check"), TABLE)
def test_a_wrong_reaction_is_found(name: str, kind: str, text: str, check: str) -> None:
    failed = [v.check for v in workshop().check(spoiled(name, kind, text)) if v.passed is False]
    assert check in failed
