"""What the scripted assistant decides to do next about a request: a call, something to say, or nothing yet."""

from msgspec import Struct

from duologue.plans.binding import Bound
from duologue.plans.guides import Move
from duologue.plans.memory import Known
from duologue.simulate.owed import Owed
from duologue.types import Tool

__all__ = ["Call", "Say", "Wait"]


class Call(Struct, frozen=True):
    """A call to make for a request."""

    owed: Owed
    kind: str
    tool: Tool
    bound: dict[str, Bound]
    mention: int = -1


class Say(Struct, frozen=True):
    """Something to say about a request: a question that stops it, or the end of it."""

    owed: Owed
    kind: str
    """choices · suggest · ask · confirm? · report · known · not found · error · so already · cannot · left as it is; in a guide: instruct ·
    propose · mended · passed on"""
    mention: int = -1
    rows: tuple[Known, ...] = ()
    slot: str = ""
    move: Move | None = None
    """Of the guide that is followed."""


class Wait(Struct, frozen=True):
    """Nothing yet: an earlier request comes first."""
