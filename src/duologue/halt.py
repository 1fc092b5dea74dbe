"""A person's wish that work stop soon: what is under way may end, nothing new is begun.

Whoever notices the wish (a handler of Ctrl-C) calls `ask`; whoever begins something costly calls `check` before it. What is
stopped so ends as where a limit is reached: nothing is wrong, and the same command goes on.
"""

from duologue.errors import LimitReachedError

__all__ = ["Halt", "HaltedError"]


class HaltedError(LimitReachedError):
    """Nothing new is begun, since the person asked to stop."""


class Halt:
    """Whether to stop. `begun`: there is something under way that is worth waiting for."""

    def __init__(self) -> None:
        self.asked = self.begun = False

    def ask(self) -> None:
        """Stop soon."""
        self.asked = True

    def check(self) -> None:
        """Raise `HaltedError` once stopping was asked for."""
        if self.asked:
            raise HaltedError("Interrupted.")
