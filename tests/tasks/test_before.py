"""Whether a draft asks for anything that was not asked before."""

import pytest

from duologue.tasks.before import Before, together

USED = {"a", "b", "c", "d", *together(["a", "b", "c"])}


@pytest.mark.parametrize(
    ("asked", "known"),
    [
        ([], True),
        ([""], True),
        (["a"], True),
        (["a", "b"], True),
        (["a", "", "e"], False),
        (["a", "d"], False),
        (["b", "a", "b"], True),
        (["c", "b", "a"], True),
        (["a", "b", "c", "d"], True),  # three pairs of six are new
        (["e"], False),
        (["x"], True),
    ],
)
def test_a_draft_is_new_by_a_part_or_by_most_of_its_pairs(asked: list[str], known: bool) -> None:
    assert Before(USED, ["x"]).holds(asked) is known


def test_nothing_came_before_the_first() -> None:
    assert not Before().holds(["a"])
