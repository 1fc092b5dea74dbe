"""What `ScenarioBrain` knows: scenarios with their environments, found again by a goal or by a user's words."""

from collections.abc import Sequence

from msgspec import Struct

from duologue.catalog import Catalog
from duologue.environment import Image
from duologue.testing.lines import AGAIN, ALSO, OPENS, request
from duologue.testing.protocol import Wire
from duologue.types import Environment, Scenario, Subtask, Task


class Shelf(Struct, frozen=True):
    """Scenarios over one environment."""

    environment: Environment
    image: Image
    catalog: Catalog
    scenarios: tuple[Scenario, ...]


class Known(Struct, frozen=True):
    """A task it knows, and where it stands."""

    shelf: Shelf
    scenario: Scenario
    task: Task


class Line(Struct, frozen=True):
    """A request of the user's, as it is said, and what it asks for."""

    words: str
    known: Known
    subtasks: tuple[Subtask, ...]


class Goals:
    """Finds known goals in texts, however many it knows."""

    def __init__(self, known: Sequence[Known]) -> None:
        self._depth = min((len(k.task.goal) for k in known), default=1)
        self._openings = sorted({k.task.goal[: min(8, self._depth)] for k in known})
        self._known: dict[str, list[Known]] = {}
        for k in known:
            self._known.setdefault(k.task.goal[: self._depth], []).append(k)

    def within(self, text: str) -> Known | None:
        """The task whose goal the text holds; the longest where several do."""
        best: Known | None = None
        for opening in self._openings:
            at = text.find(opening)
            while at >= 0:
                for k in self._known.get(text[at : at + self._depth], ()):
                    if text.startswith(k.task.goal, at) and (best is None or len(best.task.goal) < len(k.task.goal)):
                        best = k
                at = text.find(opening, at + 1)
        return best

    def last(self, messages: Sequence[Wire]) -> tuple[Known, int] | None:
        """The goal last given, and the index of the message that gave it."""
        for index in range(len(messages) - 1, -1, -1):
            if messages[index]["role"] != "assistant":
                known = self.within(messages[index]["content"])
                if known is not None:
                    return known, index
        return None


class Scripts:
    """Finds what a user has asked for so far by the words, in order, task by task."""

    def __init__(self, known: Sequence[Known]) -> None:
        self._by_first: dict[str, list[tuple[Line, ...]]] = {}
        for k in known:
            lines = script(k)
            self._by_first.setdefault(lines[0].words, []).append(lines)

    def followed(self, heard: Sequence[str]) -> list[list[tuple[Line, ...]]]:
        """For each task under way or done, what was asked of it; by each task it may be, where several begin alike. Nothing where
        something else is asked."""
        out: list[list[tuple[Line, ...]]] = []
        current: list[tuple[Line, ...]] = []
        reached = 0
        for said in heard:
            if OPENS not in said or said.startswith(AGAIN):
                continue
            words = said.replace(ALSO, "")
            on = [s for s in current if reached < len(s) and s[reached].words == words]
            if on:
                current, reached = on, reached + 1
                out[-1] = [s[:reached] for s in on]
            elif words in self._by_first:
                before, current = self._next(words, out[-1] if out else [])
                out[-1:] = [before] if before else []
                reached = 1
                out.append([s[:1] for s in current])
            else:
                return []
        return out

    def _next(
        self, words: str, before: list[tuple[Line, ...]]
    ) -> tuple[list[tuple[Line, ...]], list[tuple[Line, ...]]]:
        """The tasks that begin with these words, and the one before as far as they leave it open: those that follow it in its
        scenario, else those that begin one, else any."""
        every = self._by_first[words]
        for first in before:
            following = [s for s in every if _follows(s[0].known, first[0].known)]
            if following:
                return [first], following
        return before, [s for s in every if s[0].known.task is s[0].known.scenario.tasks[0]] or every


def _follows(later: Known, earlier: Known) -> bool:
    tasks = later.scenario.tasks
    return later.scenario is earlier.scenario and tasks.index(later.task) == tasks.index(earlier.task) + 1


def script(known: Known) -> tuple[Line, ...]:
    """All that the user asks of a task, in order."""
    parts = [known.task.subtasks] if known.scenario.mode == "task" else [(s,) for s in known.task.subtasks]
    return tuple(Line(request(part), known, part) for part in parts)
