"""What is said once more is held to what was said before."""

import pytest
from test_traced import conversation

from duologue.checks.again import said_otherwise

FIRST = "There are 13 parts; the first has 40 in stock."
AGAIN = [
    # the user's words, what is said then, whether it is steady
    ("Could you say that once more?", "There are 13 parts; the first has 40 in stock.", True),
    ("Could you say that once more?", "There are 16 parts; the first has 40 in stock.", False),
    ("Could you say that once more?", "I misread that: there are 16 parts.", True),
    ("And of the next list?", "There are 16 parts; the first has 40 in stock.", True),
]


@pytest.mark.parametrize(("asked", "text", "steady"), AGAIN)
def test_said_again(asked: str, text: str, steady: bool) -> None:
    case = conversation("which parts are there?", ("says", FIRST), ("user", asked), ("says", text))
    assert (said_otherwise(case, len(case.trace.turns) - 1) == "") is steady
