"""Which writes may be refused at all, by what their tools and the rules say."""

import pytest

from duologue.tasks.impossible import refusals
from duologue.types import Problem, Rule, Statement, Tool

MISSING = Problem("NotFoundError", "No such row.")
SAME = Problem("unchanged", "It is so already.")


def tool(*problems: Problem | None) -> Tool:
    run = tuple(Statement("require", "SELECT 1", p) for p in problems)
    return Tool(name="put", description="", parameters={}, returns={}, effect="write", run=run)


@pytest.mark.parametrize(
    ("problems", "rules", "kinds"),
    [
        ((), (), set()),
        ((MISSING,), (), set()),
        ((MISSING, SAME), (), {"unchanged"}),
        ((None,), (), {""}),
        ((MISSING,), (Rule("r", "Not on Sundays.", ("put",), sql="SELECT 0"),), {""}),
        ((MISSING,), (Rule("r", "Not now.", ("put",), sql="SELECT 0", problem=Problem("TooLate", "Late.")),), {"toolate"}),
        ((MISSING,), (Rule("r", "Only said.", ("put",)), Rule("s", "Others.", ("get",), sql="SELECT 0")), set()),
    ],
)  # fmt: skip
def test_a_write_is_refused_by_a_condition_or_a_rule_never_by_accident(
    problems: tuple[Problem | None, ...], rules: tuple[Rule, ...], kinds: set[str]
) -> None:
    assert refusals(tool(*problems), rules) == kinds
