"""Tasks that a model writes, held to the same proof as scripted ones."""

from duologue.tasks.written.dry import DryProof
from duologue.tasks.written.maker import WrittenTasks

__all__ = ["DryProof", "WrittenTasks"]
