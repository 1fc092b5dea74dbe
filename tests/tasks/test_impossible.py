"""Which writes may be refused at all, by what their tools and the rules say."""

import pytest

from duologue.tasks.impossible import refusals
from duologue.types import Problem, Statement, Tool

MISSING = Problem("NotFoundError", "No such row.")
SAME = Problem("unchanged", "It is so already.")


def tool(*problems: Problem | None) -> Tool:
    run = tuple(Statement("require", "SELECT 1", p) for p in problems)
    return Tool(name="put", description="", parameters={}, returns={}, effect="write", run=run)


@pytest.mark.parametrize(
    ("problems", "kinds"),
    [((), set()), ((MISSING,), set()), ((MISSING, SAME), {"unchanged"}), ((None,), {""})],
)
def test_a_write_is_refused_by_a_condition_never_by_accident(
    problems: tuple[Problem | None, ...], kinds: set[str]
) -> None:
    assert refusals(tool(*problems)) == kinds
