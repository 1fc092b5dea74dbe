"""The user presses after a refusal by a rule: is let down, asks for an exception, has a reason that changes nothing, wants a supervisor.

Nothing new is said that could change the answer, so the assistant has to stay with it. Whoever is told so twice lets it be. Somebody asks for a
supervisor sooner where the goal goes on with the matter being handed over.
"""

from duologue.plans.deeds import hands_over
from duologue.protocols import Utterance
from duologue.simulate.behaviours.scene import Scene, say
from duologue.types import Act

__all__ = ["PRESS", "PushBack"]

PRESS = "press"
"""The kind of act."""
_FIRST = {"let_down": 3.0, "exception": 4.0, "reason": 3.0, "supervisor": 1.0}
_AGAIN = {"let_down": 1.0, "exception": 2.0, "reason": 2.0, "supervisor": 3.0}
"""Way → how readily it is taken, the first time and the second."""
_ONCE_MORE = 0.6
"""How readily somebody presses a second time, beside the first."""


class PushBack:
    """ "Can't you make an exception?" """

    by_words = True

    def take(self, scene: Scene) -> Utterance | None:
        """Press after the part just asked for was refused by a rule, or after the assistant has just held to that."""
        part, past = scene.part, scene.past
        if part is None or not part.subtask.refused or part.subtask.ruling is None:
            return None
        pressed = past.last == PRESS
        told = any(a.kind == ("stand firm" if pressed else "error") for a in past.heard)
        if not told or (pressed and past.is_free) or not scene.takes_up("push_back", _ONCE_MORE if pressed else 1.0):
            return None
        ways = dict(_AGAIN if pressed else _FIRST)
        if pressed:
            ways.pop(str(past.acts[-1].values.get("how")), None)
        if "supervisor" in ways and self._goes_to_somebody_else(scene):
            ways["supervisor"] *= 5
        how = scene.dice.choices(list(ways), list(ways.values()))[0]
        who = "own" if scene.words.speaker is not None else "desk"
        paths = [p for p in (f"press.{how}.{who}", f"press.{how}.any") if p in scene.words.lines]
        return say(scene.words.say(scene.dice.choice(paths), scene.dice), Act(PRESS, values={"how": how}), "push_back")

    def _goes_to_somebody_else(self, scene: Scene) -> bool:
        need = scene.following.subtask.need if scene.following is not None else None
        tool = scene.index.serving(need.meaning) if need is not None else None
        return tool is not None and hands_over(tool)
