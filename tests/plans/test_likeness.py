"""Names close to what was said, and parts of names."""

import pytest

from duologue.plans.likeness import alike, pieces_of
from duologue.plans.rows import has_part

NAMES = ["Michael Rogers", "Michaela Rogers", "Ann Rogers", "27 New Street", "28 New Street", "Glass Houses"]


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("Micheal Rogers", ["Michael Rogers"]),
        ("27 New Steret", ["27 New Street"]),
        ("Glass Huoses", ["Glass Houses"]),
        ("Boris Lund", []),
        ("Rogers", []),
    ],
)
def test_what_comes_close_is_found(said: str, found: list[str]) -> None:
    assert alike(said, NAMES) == found


@pytest.mark.parametrize(
    ("name", "pieces"),
    [
        ("Micheal Rogers", ["Rogers", "Micheal"]),
        ("Metalica", ["Meta"]),
        ("Ian", []),
        ("The Best of Ed Mota", ["Mota", "Best"]),
        ("The Beatlse", ["Bea"]),
        ("27 New Steret", ["Steret", "New"]),
    ],
)
def test_a_name_that_finds_nothing_is_looked_for_in_pieces(name: str, pieces: list[str]) -> None:
    assert pieces_of(name) == pieces


@pytest.mark.parametrize(
    ("name", "part", "has"),
    [("Ann Rogers", "Rogers", True), ("Ann Rogers", "rogers", True), ("Ann Rogerson", "Rogers", False)],
)
def test_a_part_of_a_name_is_whole_words_of_it(name: str, part: str, has: bool) -> None:
    assert has_part(name, part) is has
