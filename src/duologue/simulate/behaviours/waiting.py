"""The user lets a change wait: something else comes first, or they want to think about it and come back to it."""

from duologue.protocols import Utterance
from duologue.simulate.agenda import WRITES
from duologue.simulate.behaviours.scene import Scene, say
from duologue.types import Act, Message, Need

__all__ = ["HoldOn", "PutOff", "TakeUp"]


class HoldOn:
    """ "Hold on, first tell me …" """

    def answer(self, scene: Scene, act: Act) -> Utterance | None:
        """At the question whether to go ahead, ask for the next part first. The assistant comes back to its question by itself."""
        need = _apart(scene) if act.kind == "confirm?" else None
        following = scene.following
        if need is None or following is None or _waited(scene) or not scene.takes_up("hold_on"):
            return None
        text = scene.words.say(
            "hold", scene.dice, request=scene.words.request(need, "hold", scene.past.names, scene.dice)
        )
        return Utterance(
            Message("user", content=text),
            acts=(Act("hold"), Act("request", need)),
            behaviours=("hold_on",),
            task=following.task,
        )


class PutOff:
    """ "No, leave that for now." """

    def answer(self, scene: Scene, act: Act) -> Utterance | None:
        """At the question whether to go ahead, say no for the moment."""
        if act.kind != "confirm?" or _apart(scene) is None or _waited(scene) or not scene.takes_up("put_off"):
            return None
        return say(scene.words.say("put_off", scene.dice), Act("put off"), "put_off")


class TakeUp:
    """ "About that phone number: please change it after all." """

    by_words = False

    def take(self, scene: Scene) -> Utterance | None:
        """Ask again for what was put off, once something else has been asked for since."""
        past = scene.past
        off = next((n for n in range(len(past.acts) - 1, -1, -1) if past.acts[n].kind in ("put off", "take up")), -1)
        if off < 0 or past.acts[off].kind != "put off":
            return None
        since = sum(a.kind == "request" for a in past.acts[off:])
        if not since:
            return None
        part = scene.parts[past.asked - since - 1]
        need = part.subtask.need
        if need is None:
            return None
        clause = scene.words.clause(need, past.names, scene.dice)
        text = scene.words.say("take_up", scene.dice, do=clause)
        return Utterance(
            Message("user", content=text), acts=(Act("take up", need),), behaviours=("put_off",), task=part.task
        )


def _waited(scene: Scene) -> bool:
    """The change under way was let wait before, or is wished for otherwise than the goal has it."""
    return scene.past.last in ("hold", "take up", "correct")


def _apart(scene: Scene) -> Need | None:
    """The next part, where it can as well come before the change that is being proposed: it reads, names its rows, and looks at
    nothing that the change touches."""
    part, following = scene.part, scene.following
    if part is None or following is None or following.task != part.task:
        return None
    change, need = part.subtask.need, following.subtask.need
    if change is None or need is None or need.meaning.family in WRITES:
        return None
    writing, reading = scene.index.serving(change.meaning), scene.index.serving(need.meaning)
    if writing is None or reading is None or not reading.reads or set(reading.reads) & set(writing.writes):
        return None
    free = all(m.by and m.pick is None for m in need.mentions)
    by_name = all(m.by and m.pick is None for m in change.mentions)
    return need if free and by_name else None
