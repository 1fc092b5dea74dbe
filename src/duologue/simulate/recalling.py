"""Answers that take no call: the same was read before, or a result has shown the row with all that is asked of it, and nothing was changed since.

The verdict counts such a read as made (`plans/answered`). Which turn an answer was taken from stands in the act that tells it, so that a conversation
that is taken up again is read the same way.
"""

from typing import TYPE_CHECKING

from msgspec.structs import replace

from duologue.plans.rows import Listing, Row
from duologue.simulate.owed import Owed
from duologue.simulate.recovering import call_mark
from duologue.types import Json, Tool

if TYPE_CHECKING:
    from duologue.simulate.agenda import Agenda

__all__ = ["answer_from", "recalled", "remembered"]


def remembered(agenda: "Agenda", tool: Tool, arguments: dict[str, Json]) -> int:
    """The turn of the answer to the same read, where nothing was changed since; -1 where there is none."""
    found = agenda.answers.get(call_mark(tool, arguments))
    return found[0] if found is not None and found[0] > agenda.last_write else -1


def recalled(agenda: "Agenda", owed: Owed, tool: Tool, arguments: dict[str, Json]) -> int:
    """The turn of a result that answers a request as its own call would; -1 where none does."""
    at = remembered(agenda, tool, arguments)
    row = _shown(agenda, owed) if at < 0 else None
    return row.source if row is not None else at


def answer_from(agenda: "Agenda", owed: Owed, at: int) -> None:
    """The result of turn `at` answers a request that was made later: the same rows, or the one of them that is asked about, now told for it."""
    found = next((a for a in agenda.answers.values() if a[0] == at), None)
    if found is None:
        return
    listings = [replace(x, need=owed.number) for x in found[2]]
    row = _shown(agenda, owed) if not any(x.meaning == owed.need.meaning for x in listings) else None
    if row is not None:
        listings = [Listing(row.source, owed.number, owed.need.meaning, (row,), many=False, total=1)]
    owed.recalled, owed.answered_at, owed.result, owed.listings = at, at, found[1], listings
    agenda.memory.listings.extend(listings)
    agenda.attend(owed)


def _shown(agenda: "Agenda", owed: Owed) -> Row | None:
    """The latest row of a result that shows all that is asked of one row, in its own columns: the name of a row that it is joined with may stand there
    for another role ("the employee", "the manager"). Of what is only known from before this assistant spoke nobody has followed what was changed
    since. Beside other requests nothing is told so: which of them comes first is not settled until all are answered."""
    meaning, key = owed.need.meaning, owed.chosen.get(0)
    if (
        meaning.family != "get"
        or key is None
        or not owed.need.wanted
        or owed.trouble.doubtful
        or len(agenda.open()) > 1
    ):
        return None
    own = {at for at, _, _ in agenda.answers.values() if at > agenda.last_write}
    columns = {s.removeprefix(f"{meaning.table}."): s for s in owed.need.wanted}
    for row in (r for x in reversed(agenda.memory.listings) if x.source in own for r in x.rows):
        at, shown = row.shown.get(meaning.table, ((), {}))
        if at == key and all(shown.get(c) is not None and row.values.get(s) == shown[c] for c, s in columns.items()):
            return row
    return None
