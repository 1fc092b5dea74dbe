"""A part of a goal whose words all stand in other parts: was it asked for, before the user left?"""

import pytest

from duologue.checks.reliance import was_told
from duologue.types import Disclosure, Message, Subtask, Task, Turn

TASK = Task(
    "t",
    "the moorings of the boat Tern are known; the owner of the boat Tern is known; and the moorings of that boat are known",
    subtasks=(
        Subtask("the user knows which moorings belong to the boat Tern", (1,), tell=(Disclosure("Leith", step=1),)),
        Subtask("the user knows the owner of the boat Gull", (2,), tell=(Disclosure("Omar Reyes", step=2),)),
        Subtask("the user knows which moorings belong to that boat", (3,), tell=(Disclosure("Mill Lane", step=3),)),
    ),
)
TERN = ("Which moorings does the boat Tern have?", "One, at Leith.")
GULL = ("And who owns the boat Gull, the owner?", "Omar Reyes.")
THAT = ("Now the moorings of that boat.", "There are none on record.")
TALKS = [
    ((*TERN, *GULL), False),
    ((*TERN, *GULL, *THAT), True),
    ((*TERN, "yes, go ahead", "All right.", *GULL), False),
    ((TERN[0] + " Please list the moorings of that boat as well: who is the owner of the boat Gull?", "One, at Leith."), False),
    ((TERN[0] + " Who is the owner of the boat Gull? And its moorings, please.", "One, at Leith."), True),
]  # fmt: skip


@pytest.mark.parametrize(("talk", "asked"), TALKS, ids=[str(n) for n in range(len(TALKS))])
def test_it_was_asked_for_only_where_more_was_asked_than_the_others(talk: tuple[str, ...], asked: bool) -> None:
    turns = [Turn(Message("assistant" if n % 2 else "user", text)) for n, text in enumerate(talk)]
    assert was_told(TASK, 3, 0, turns, {}) is asked
