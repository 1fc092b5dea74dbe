"""Profiles: which behaviours there are, and how a person changes them."""

import re
from pathlib import Path

import pytest

from duologue.errors import UserError
from duologue.language.keyboard import HABITS
from duologue.simulate.profile import DEFAULT, behaviours, profile

PAGE = Path(__file__).parents[2] / "docs" / "behaviours.md"


def test_every_behaviour_stands_on_the_page_with_its_rate_and_maximum() -> None:
    rows = re.findall(r"^\| `(\w+)` \| ([\d.]+) \| (\d+) \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert {n: (float(r), int(m)) for n, r, m in rows} == {n: (b.rate, b.most) for n, b in behaviours().items()}


def test_habits_of_typing_are_behaviours_too() -> None:
    assert set(HABITS) <= set(behaviours())


@pytest.mark.parametrize(
    ("rates", "message"),
    [({"doubts": 0.1}, "There is no behaviour"), ({"doubt": 1.5}, "The rate of"), ({"doubt": -1}, "The rate of")],
)
def test_what_is_no_profile_is_refused(rates: dict[str, float], message: str) -> None:
    with pytest.raises(UserError, match=message):
        profile(rates)


def test_a_profile_holds_what_differs() -> None:
    assert profile({"doubt": behaviours()["doubt"].rate}) == DEFAULT
    assert profile({"doubt": 0}).rate("doubt") == 0
    assert profile({"doubt": 0}).rate("recap") == behaviours()["recap"].rate
