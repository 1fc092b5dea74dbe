"""Further tasks that a model writes for a conversation that is there.

The author is shown what the calls of the conversation returned, as before the second task of any exchange, and is asked for a task of the
same person's; or for the task behind a goal that somebody has given in words. Each is tried and proven from the state that the calls
have led to.
"""

from collections.abc import Sequence

from msgspec.structs import replace

from duologue.errors import StageError
from duologue.ids import digest, rng
from duologue.tasks.further import Beginning, history
from duologue.tasks.written.doubts import Scene
from duologue.tasks.written.focus import Corner, Focus
from duologue.tasks.written.maker import Exchange, Kept, WrittenTasks
from duologue.tasks.written.view import goal_request, next_request, onward_request
from duologue.types import Scenario

SHOWN = 12
"""Results that the author is shown, the latest."""


async def onward(maker: WrittenTasks, begun: Beginning, item: str, goals: int | Sequence[str], seed: int) -> Scenario:
    """The scenario with so many new tasks behind those it has, or with one for each goal.

    Raises `StageError` (stage `tasks`) where the first does not come to stand, or one that was given.
    """
    focus = maker.corners.draw(rng(seed, "onward"))
    given = () if isinstance(goals, int) else tuple(goals)
    wanted = goals if isinstance(goals, int) else len(given)
    corners = [focus.corners[n % len(focus.corners)] for n in range(wanted)]
    exchange = Onward(maker, item, begun, replace(focus, corners=tuple(replace(c, grows=True) for c in corners)), given)
    for number in range(wanted):
        try:
            await exchange.ask(number)
        except StageError:
            if number == 0 or given:
                raise
            break
    new = tuple(kept.task for kept in exchange.kept[1:])
    scenario = begun.scenario
    tasks = (*scenario.tasks, *new)
    return replace(scenario, id=digest([scenario.id, [t.id for t in tasks], seed]), tasks=tasks, order=())


class Onward(Exchange):
    """An exchange that begins where a conversation stands."""

    def __init__(
        self, maker: WrittenTasks, item: str, begun: Beginning, focus: Focus, goals: tuple[str, ...] = ()
    ) -> None:
        super().__init__(maker, item, begun.scenario.clock, focus)
        self.goals = goals
        self.kept = [Kept(history(begun.scenario.tasks, begun.done), tuple(done.result for done in begun.done))]

    def request(self, number: int) -> str:
        """What is asked for."""
        before = self.kept[-1]
        shown = before.task.plan[-SHOWN:], before.results[-SHOWN:]
        if self.goals:
            return goal_request(self.goals[number], self.clock, *shown)
        if number == 0:
            return onward_request(self.focus, self.clock, *shown)
        return next_request(self.focus.corners[number], before.task, before.results)

    def scene(self, corner: Corner) -> Scene:
        """What the answer is held against; a goal that was given may be of any size."""
        scene = super().scene(corner)
        return replace(scene, difficulty="", write=None) if self.goals else scene
