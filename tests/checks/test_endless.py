"""Integers of hundreds of digits, in results and in words: nothing is worked out from them, and nothing crashes."""

import pytest

from duologue.checks.derived import derive
from duologue.checks.grounding import unfounded
from duologue.checks.sources import Sources
from duologue.language.reading import read

BIG = 10**330 + 7


@pytest.mark.parametrize(
    "result", [[{"a": BIG, "b": 2.5}, {"a": -BIG, "b": 8}], {"n": BIG, "m": 2.5, "k": 8}, [1e308, BIG]]
)
@pytest.mark.parametrize(
    ("said", "lacking"),
    [
        ("It is about 31.8.", ["31.8"]),
        ("That is 31.8%.", ["31.8%"]),
        ("Some 4.2 million of them.", ["4.2"]),
        (f"The number is {BIG}.", []),
        (f"About {BIG + 1} are left.", [str(BIG + 1)]),
        (f"It makes {BIG + 1} million.", [str(BIG + 1)]),
    ],
)
def test_a_figure_beside_an_endless_one_is_judged(result: object, said: str, lacking: list[str]) -> None:
    known = Sources()
    known.add_result(result, None)
    assert unfounded(read(said), known) == lacking


def test_what_follows_from_other_figures_still_does() -> None:
    found = derive([{"id": 1, "n": BIG, "price": 2.5}, {"id": 2, "n": BIG, "price": 8}])
    assert 10.5 in [total for column in found.columns for total in [sum(value for value, _ in column)]]
