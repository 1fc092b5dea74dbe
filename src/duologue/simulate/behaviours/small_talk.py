"""The user says a word about the day, in passing."""

import datetime

from duologue.protocols import Utterance
from duologue.simulate.agenda import WRITES
from duologue.simulate.behaviours.scene import Scene
from duologue.types import Act

__all__ = ["SmallTalk"]

_WITH = frozenset({"introduce", "request", "confirm", "inform"})
_USED_TO_IT = 3
"""So many parts asked for, somebody may say how it goes."""


class SmallTalk:
    """ "At least it's Friday." """

    name, by_words = "small_talk", True

    def remark(self, scene: Scene, said: Utterance) -> tuple[str, Act] | None:
        """One sentence, true at that hour of that day."""
        fits = {a.kind for a in said.acts} <= _WITH and bool(said.acts) and not scene.past.is_plain
        if not fits or "\n" in said.message.content or not scene.takes_up("small_talk"):
            return None
        kind = scene.dice.choice(_kinds(scene, said))
        return scene.words.say(f"small_talk.{kind}", scene.dice), Act("small talk", values={"about": kind})


def _kinds(scene: Scene, said: Utterance) -> list[str]:
    """What the day, the hour and the message give occasion for."""
    now = datetime.datetime.fromisoformat(scene.scenario.clock.start)
    day = {0: ["monday"], 4: ["friday"], 5: ["weekend"], 6: ["weekend"]}.get(now.weekday(), [])
    hour = ["morning"] if 5 <= now.hour < 10 else ["evening"] if now.hour >= 17 else []
    reads = all(a.need is not None and a.need.meaning.family not in WRITES for a in said.acts)
    praise = reads and scene.past.asked >= _USED_TO_IT
    return ["busy", *["self"] * reads, *day, *hour, *["praise"] * praise]
