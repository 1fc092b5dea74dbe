"""What could not be had because calls kept failing is asked for once more, at once or after something else; what was agreed to stays agreed to."""

import asyncio
from collections.abc import Iterator
from functools import cache
from itertools import islice

import pytest
from msgspec.structs import replace

from duologue.checks.blame import ruling
from duologue.checks.combine import combine
from duologue.pipeline import Workshop
from duologue.simulate.faulty import Faults
from duologue.simulate.profile import profile
from duologue.testing import tiny_environment
from duologue.types import Dialogue, Turn

ITEMS, SEEDS = 6, 10


@cache
def workshop(asks: float = 1.0) -> Workshop:
    t = tiny_environment(seed=9)
    return Workshop(t.environment, t.image, t.catalog, 9, profile=profile({"try_again": asks}))


@cache
def played(item: int, seed: int = 0, rate: float = 0.4, asks: float = 1.0, mode: str = "user") -> Dialogue:
    """The item's wishes in other words each time: other calls fail."""
    shop = workshop(asks).meeting(Faults(rates={"server_error": rate}))
    wishes = workshop().tasks.scenario(str(item), (), mode)
    return asyncio.run(shop.play(replace(wishes, seed=wishes.seed + seed)))


def every() -> Iterator[Dialogue]:
    return (played(item, seed) for item in range(ITEMS) for seed in range(SEEDS))


def accepted(dialogue: Dialogue) -> bool:
    return combine(workshop().check(dialogue)).accepted


def blamed(dialogue: Dialogue) -> str:
    found = ruling(workshop().check(dialogue), [t.message.role for t in dialogue.path()])
    return found.who if found is not None else ""


def gives_up(turn: Turn) -> bool:
    return any(a.kind == "error" and a.values.get("for_now") for a in turn.acts)


def asked_again(dialogue: Dialogue, kind: str) -> list[int]:
    return [n for n, t in enumerate(dialogue.turns) if "try_again" in t.behaviours and t.acts[0].kind == kind]


@pytest.mark.parametrize("kind", ["try again", pytest.param("take up", marks=pytest.mark.long)])
def test_what_failed_is_asked_for_again_and_had(kind: str) -> None:
    found = ((d, n) for d in every() for n in asked_again(d, kind))
    had = list(islice((d for d, n in found if not any(gives_up(t) for t in d.turns[n + 1 :])), 1))
    assert had
    assert all(map(accepted, had))


def test_who_is_let_down_again_lets_it_be() -> None:
    whole = played(0, rate=1.0)
    ups, asked = [n for n, t in enumerate(whole.turns) if gives_up(t)], asked_again(whole, "try again")
    assert ups
    assert len(asked) <= len(ups) / 2
    assert blamed(whole) == "tool"


def test_nobody_asks_again_who_is_not_to() -> None:
    assert not any(asked_again(played(i, asks=0.0), kind) for i in range(6) for kind in ("try again", "take up"))


def test_the_whole_of_a_task_asked_for_at_once_is_asked_for_again() -> None:
    found = [d for d in (played(i, mode="task") for i in range(8)) if asked_again(d, "try again")]
    assert found
    assert any(map(accepted, found))


def writes_tried_again() -> Iterator[tuple[Dialogue, int]]:
    writing = {t.name for t in workshop().environment.toolset.tools if t.effect == "write"}
    for dialogue in every():
        for n in asked_again(dialogue, "try again"):
            calls = dialogue.turns[n + 1].message.tool_calls
            if calls and calls[0].name in writing and accepted(dialogue):
                yield dialogue, n


LEAVE: list[tuple[str, bool]] = [
    # what the user says once a change that was agreed to could not be made, whether it may be made then
    ("Could you try once more?", True),
    ("Please give it another try.", True),
    ("No, leave it as it is.", False),
    ("No, don't try it again.", False),
    ("What is the price of Salt?", False),
]


@pytest.mark.parametrize(("text", "may"), LEAVE)
def test_what_was_agreed_to_is_still_agreed_to_when_it_is_tried_again(text: str, may: bool) -> None:
    dialogue, n = next(writes_tried_again())
    turns = [replace(t, acts=()) for t in dialogue.turns]
    turns[n] = replace(turns[n], message=replace(turns[n].message, content=text))
    said = replace(dialogue, turns=tuple(turns))
    verdict = next(v for v in workshop().check(said) if v.check == "policy")
    assert verdict.passed is may
