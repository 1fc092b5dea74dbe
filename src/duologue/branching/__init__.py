"""Several continuations of one prefix: branches of a run's conversations, for preference and RL data (docs/branching.md)."""

from duologue.branching.asked import Asked
from duologue.branching.run import Summary, branch

__all__ = ["Asked", "Summary", "branch"]
