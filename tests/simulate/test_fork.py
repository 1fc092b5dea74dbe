"""A branch: the turns before its fork are its parent's, the dice after it are others', of those who are to differ."""

import asyncio
from functools import cache

import pytest
from msgspec.structs import replace

from duologue.errors import StageError
from duologue.simulate.dice import Dice
from duologue.testing import tiny_environment
from duologue.types import Dialogue, Fork
from duologue.workshop import Workshop

TINY = tiny_environment(seed=3)


@cache
def shop() -> Workshop:
    return Workshop(TINY.environment, TINY.image, TINY.catalog, 3)


@cache
def parent() -> Dialogue:
    return asyncio.run(shop().play(shop().tasks.scenario("1", ())))


def branch(at: int, differ: str, seed: int = 5) -> Dialogue:
    fork = Fork(parent().id, at, 1, differ, seed)  # type: ignore[arg-type]
    return asyncio.run(shop().go_on(replace(parent(), turns=parent().turns[:at], fork=fork)))


def decisions() -> list[int]:
    return [n for n, turn in enumerate(parent().turns) if turn.message.role in ("user", "assistant")]


@pytest.mark.parametrize(
    ("side", "differ", "turn", "same"),
    [
        ("user", "user", 3, True), ("user", "user", 4, False), ("user", "agent", 4, True), ("agent", "agent", 9, False),
        ("agent", "both", 4, False), ("agent", "user", 9, True),
    ],
)  # fmt: skip
def test_dice_are_others_from_the_fork_on_and_only_theirs_who_differ(
    side: str, differ: str, turn: int, same: bool
) -> None:
    plain = Dice(1, side)  # type: ignore[arg-type]
    forked = replace(plain, fork=Fork("p", 4, 1, differ, 7))  # type: ignore[arg-type]
    assert (plain.thrown("x", turn).random() == forked.thrown("x", turn).random()) is same


@pytest.mark.parametrize("differ", ["agent", "user", "both"])
def test_a_branch_shares_what_comes_before_its_fork_passes_every_check_and_says_something_else(differ: str) -> None:
    fresh = 0
    for at in decisions()[::4]:
        made = branch(at, differ)
        assert made.turns[:at] == parent().turns[:at]
        assert branch(at, differ) == made
        assert [v.check for v in shop().check(made) if v.passed is not True] == []
        fresh += made.turns[at:] != parent().turns[at:]
    assert fresh


def test_a_state_that_is_not_the_recorded_one_is_not_gone_on_from() -> None:
    at = next(n for n, turn in enumerate(parent().turns) if turn.message.role == "tool")
    turns = (*parent().turns[:at], replace(parent().turns[at], state="elsewhere"))
    with pytest.raises(StageError, match="another state"):
        asyncio.run(shop().go_on(replace(parent(), turns=turns)))
