"""The user wants it to go faster: after a question, a long list, a second look."""

from duologue.protocols import Utterance
from duologue.simulate.behaviours.scene import Scene
from duologue.simulate.told import is_figure
from duologue.types import Act, Need

__all__ = ["Impatience"]

_ANSWERS = frozenset({"confirm", "inform", "select"})
_LONG = 220
"""Characters of an answer that is long for a chat."""


class Impatience:
    """ "Just the number, please." """

    name, by_words = "impatience", True

    def remark(self, scene: Scene, said: Utterance) -> tuple[str, Act] | None:
        """One sentence; what it asks for is something the assistant can do."""
        kind = _kind(scene, said)
        if not kind or scene.past.is_plain or not scene.takes_up("impatience"):
            return None
        return scene.words.say(f"impatience.{kind}", scene.dice), Act("impatience", values={"for": kind})


def _kind(scene: Scene, said: Utterance) -> str:
    kinds = {a.kind for a in said.acts}
    if kinds and kinds <= _ANSWERS and scene.past.heard:
        return "confirm" if "confirm" in kinds else "asked"
    if (
        len(said.acts) != 1
        or said.acts[0].kind != "request"
        or said.acts[0].need is None
        or "\n" in said.message.content
    ):
        return ""
    if scene.past.asked and len(scene.heard) > _LONG and _is_short(said.acts[0].need):
        return "figure" if _is_one_figure(scene, said.acts[0].need) else "short"
    return "again" if scene.past.last == "doubt" else ""


def _is_short(need: Need) -> bool:
    """It can be answered in a few words."""
    return need.meaning.family == "get" or need.pick is not None


def _is_one_figure(scene: Scene, need: Need) -> bool:
    return need.meaning.family == "get" and len(need.wanted) == 1 and is_figure(scene.words.phrases, need.wanted[0])
