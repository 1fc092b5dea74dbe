"""Who failed, where an item is rejected."""

from typing import Literal, get_args

Blame = Literal["user", "agent", "tool", "task", "judge undecided", "limits"]
BLAMES: tuple[Blame, ...] = get_args(Blame)
