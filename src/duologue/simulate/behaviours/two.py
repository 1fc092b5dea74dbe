"""The user asks for two things in one message."""

from duologue.language.weighed import compares
from duologue.simulate.agenda import WRITES
from duologue.simulate.behaviours.scene import Request, Scene
from duologue.types import Need

__all__ = ["TwoAtOnce"]


class TwoAtOnce:
    """ "…, and also the albums of Cidade Negra, please." """

    by_words = True

    def shape(self, scene: Scene, request: Request) -> None:
        """Add the part after the next, where it stands on its own."""
        other = self._other(scene, request) if not request.unsettled else None
        if other is not None and scene.takes_up("two_at_once"):
            request.more.append(other)
            request.behaviours.append("two_at_once")

    def _other(self, scene: Scene, request: Request) -> Need | None:
        at = scene.past.asked + 1
        if at >= len(scene.parts) or compares(request.need) or request.need.against is not None:
            return None  # what comes next hangs on which is chosen
        if "empty_result" in request.behaviours:
            return None  # … or on what is not found
        part = scene.parts[at]
        need = part.subtask.need
        if need is None or part.task != request.part.task or need.meaning.family in WRITES or not part.subtask.tell:
            return None  # of a search that brings nothing the assistant has more to say
        free = all(m.pick is None and m.by for m in need.mentions)
        return need if free and request.need.meaning.family not in WRITES else None
