"""A need under way, on its way from a tool to something that can be spoken."""

from msgspec import Struct, field

from duologue.plans.rows import RowKey
from duologue.types import Fact, Need


class Proposal(Struct):
    """A need under way, with what the user must know to speak it."""

    need: Need
    known: list[Fact] = field(default_factory=list)
    meant: dict[str, RowKey] = field(default_factory=dict)
    reason: str = ""
    """Why a write is wanted (see `edits.Edit.reason`)."""
    built_on: bool = False
    """It uses something an earlier result showed."""
