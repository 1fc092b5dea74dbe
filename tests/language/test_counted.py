"""One of something is said in the singular, and a number goes before what there are so many of."""

import pytest

from duologue.language.cases import filled
from duologue.language.counted import counted, one_unit
from duologue.language.extremes import is_counted


@pytest.mark.parametrize(
    ("text", "label", "said"),
    [
        ("2", "places left", "2 places left"),
        ("1", "places left", "1 place left"),
        ("1", "units in stock", "1 unit in stock"),
        ("0", "loyalty points", "0 loyalty points"),
        ("1", "loyalty points", "1 loyalty point"),
        ("1", "copies", "1 copy"),
    ],
)
def test_a_number_and_what_it_counts(text: str, label: str, said: str) -> None:
    assert is_counted(label)
    assert counted(text, label) == said


@pytest.mark.parametrize("label", ["date left", "price", "number of places", "items of interest rate", "status open"])
def test_what_is_not_counted(label: str) -> None:
    assert is_counted(label) is (label == "items of interest rate")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("It was resolved 1 days ago.", "It was resolved 1 day ago."),
        ("It was resolved 11 days ago.", "It was resolved 11 days ago."),
        ("At most 0.1 hours or 1 minutes.", "At most 0.1 hours or 1 minute."),
        ("Level 1 basics", "Level 1 basics"),
    ],
)
def test_one_unit(text: str, said: str) -> None:
    assert one_unit(text) == said


@pytest.mark.parametrize(
    ("line", "value", "said"),
    [
        ("paused for {n} days", 1, "paused for 1 day"),
        ("paused for {n} days", 2, "paused for 2 days"),
        ("{n} is left", 1, "1 is left"),
        ("{n} hours, {n} boxes", 1, "1 hour, 1 box"),
        ("it says {n}", 1, "it says 1"),
    ],
)
def test_a_slot_with_a_unit(line: str, value: int, said: str) -> None:
    assert filled(line, {"n": value}) == said
