"""How people type: the words around may change, what is said stays."""

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duologue.language.keyboard import HABITS, typed

TEXT = (
    "Good day! I'm going through old records. Could you pull up the orders for Dana Whitfield since 3 May? "
    'The note says "Call first". NATO wants them. I need invoice 411, too.'
)
PIECES = ("Dana Whitfield", "3 May", "411")


@pytest.mark.parametrize(
    ("habit", "expected"),
    [
        ("lower_case", "good day! i'm going through old records. could you pull up the orders for Dana Whitfield since 3 May? "
                       'the note says "Call first". NATO wants them. i need invoice 411, too.'),
        ("no_full_stop", TEXT[:-1]),
    ],
)  # fmt: skip
def test_a_habit_shows_in_the_words_around(habit: str, expected: str) -> None:
    assert typed(TEXT, [habit], PIECES, frozenset(), random.Random(1)) == (expected, (habit,))


def test_sentences_run_into_one_another() -> None:
    text, shown = typed(
        "Thanks. That helps. I see. Dana Whitfield is next.", ["run_on"], PIECES, frozenset(), random.Random(3)
    )
    assert shown == ("run_on",)
    assert "Dana Whitfield" in text
    assert re.search(r"(?i)(thanks|helps|see),? [a-z]", text)


def test_at_most_two_words_are_mistyped_and_none_that_names_a_thing() -> None:
    plain = "please could somebody somehow gather everything about these shiny records quickly"
    for seed in range(200):
        text, _ = typed(plain, ["typos"], [], frozenset({"records"}), random.Random(seed))
        changed = [a for a, b in zip(plain.split(), text.split(), strict=True) if a != b]
        assert len(changed) <= 2
        assert "records" not in changed
        assert "these" not in changed


@given(st.integers(0, 10_000), st.sets(st.sampled_from(sorted(HABITS))))
def test_what_is_meant_stays(seed: int, habits: set[str]) -> None:
    text, shown = typed(TEXT, sorted(habits), PIECES, frozenset({"orders"}), random.Random(seed))
    assert all(piece in text for piece in (*PIECES, '"Call first"', "orders"))
    assert set(shown) <= habits
    assert (text == TEXT) == (not shown)
