"""Answers that take no call: the same was read before, and nothing was changed since.

Which turn an answer was taken from stands in the act that tells it, so that a conversation that is taken up again is read the same way.
"""

from typing import TYPE_CHECKING

from msgspec.structs import replace

from duologue.simulate.owed import Owed
from duologue.simulate.recovering import call_mark
from duologue.types import Json, Tool

if TYPE_CHECKING:
    from duologue.simulate.agenda import Agenda

__all__ = ["answer_from", "remembered"]


def remembered(agenda: "Agenda", tool: Tool, arguments: dict[str, Json]) -> int:
    """The turn of the answer to the same read, where nothing was changed since; -1 where there is none."""
    found = agenda.answers.get(call_mark(tool, arguments))
    return found[0] if found is not None and found[0] > agenda.last_write else -1


def answer_from(agenda: "Agenda", owed: Owed, at: int) -> None:
    """The result of turn `at` answers a request that was made later: the same rows, now told for it."""
    found = next((a for a in agenda.answers.values() if a[0] == at), None)
    if found is None:
        return
    owed.recalled, owed.answered_at, owed.result = at, at, found[1]
    owed.listings = [replace(x, need=owed.number) for x in found[2]]
    agenda.memory.listings.extend(owed.listings)
    agenda.attend(owed)
