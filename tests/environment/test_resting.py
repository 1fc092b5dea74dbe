"""Sessions at rest give what live ones give, however many share a few copies."""

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duologue.environment import open_session
from duologue.environment.resting import Dormitory
from duologue.errors import UserError
from duologue.ids import rng
from duologue.testing import tiny_environment
from duologue.tools.confront import Samples, arguments_for
from duologue.tools.ground import Ground
from duologue.types import ClockSpec
from environment.kit import image

CLOCK = ClockSpec("2024-06-03T09:00:00", seed=7)
TINY = tiny_environment()


def _calls(seed: int) -> list[tuple[str, dict[str, object]]]:
    """Forty calls of tools drawn by seed, on sample arguments: some read, some write, some fail."""
    dice = rng(seed, "calls")
    samples = Samples(Ground(TINY.catalog), TINY.image)
    out = []
    for _ in range(40):
        tool = dice.choice(TINY.environment.toolset.tools)
        arguments = arguments_for(tool, samples, dice.randint(0, 2), everything=False)
        out.append((tool.name, arguments if arguments is not None else {}))
    return out


@given(live=st.integers(1, 3), seed=st.integers(0, 50), order=st.randoms(use_true_random=False))
@settings(max_examples=15, deadline=None)
def test_resting_changes_nothing(live: int, seed: int, order: object) -> None:
    """Five sessions, their calls interleaved, on at most three copies: each gives what it gives alone."""
    home = Dormitory(live)
    scripts = [_calls(seed * 5 + n) for n in range(5)]
    alone = []
    for script in scripts:
        with open_session(TINY.image, TINY.environment, CLOCK) as session:
            alone.append([session.execute(name, arguments) for name, arguments in script])

    async def interleaved() -> list[list[object]]:
        resting = [home.open(TINY.image, TINY.environment, CLOCK) for _ in scripts]
        found: list[list[object]] = [[] for _ in scripts]
        turns = [n for n, script in enumerate(scripts) for _ in script]
        order.shuffle(turns)  # type: ignore[attr-defined]
        for n in turns:
            name, arguments = scripts[n][len(found[n])]
            found[n].append(await resting[n].call(name, arguments))
        for session in resting:
            session.close()
        return found

    assert asyncio.run(interleaved()) == alone


def test_a_session_in_which_nothing_was_called_has_the_state_of_a_live_one() -> None:
    with open_session(TINY.image, TINY.environment, CLOCK) as live:
        assert Dormitory().open(TINY.image, TINY.environment, CLOCK).state == live.state


def test_a_session_of_another_image_is_refused_before_any_call() -> None:
    other = image("CREATE TABLE other (id INTEGER PRIMARY KEY)")
    with pytest.raises(UserError, match="was made from database"):
        Dormitory().open(other, TINY.environment, CLOCK)
