"""What the assistant can know by now, as far as the user may count on it.

People point at things in the way that they expect to be understood. The scripted user does so by folding the turns as the assistant does:
what has come up in results, what the talk has been about, which list was told last. It is asked which row a way of speaking would mean, and
nothing else; what a result showed and nobody told is not known to the user, so what they say is drawn from their goals and from what was told.
"""

from duologue.catalog.model import Catalog
from duologue.plans.index import ToolIndex
from duologue.plans.memory import Known, Memory
from duologue.simulate.agenda import Agenda
from duologue.types import Mention, Turn

__all__ = ["Mirror"]


class Mirror:
    """The other's memory, folded once it is asked for."""

    def __init__(self, catalog: Catalog, index: ToolIndex) -> None:
        self.catalog, self.index = catalog, index
        self._agenda: Agenda | None = None
        self._last: Turn | None = None

    def at(self, turns: tuple[Turn, ...]) -> Agenda:
        """The agenda after these turns. What was folded of them before is not folded again."""
        kept = self._agenda
        if kept is None or kept.read > len(turns) or (kept.read and turns[kept.read - 1] is not self._last):
            kept = self._agenda = Agenda(self.catalog, self.index, approved=False)
        kept.fold(turns)
        self._last = turns[-1] if turns else None
        return kept

    def memory(self, turns: tuple[Turn, ...]) -> Memory:
        """The rows seen so far."""
        return self.at(turns).memory

    def meant(self, mention: Mention, turns: tuple[Turn, ...]) -> Known | None:
        """The row that a way of speaking would mean in the next request; None where it isn't one."""
        agenda = self.at(turns)
        found = agenda.memory.candidates(mention, len(agenda.owed))
        return found[0] if len(found) == 1 else None
