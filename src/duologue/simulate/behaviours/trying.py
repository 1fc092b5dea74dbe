"""The user wants once more what could not be had because calls kept failing: at once, or after something else.

There is occasion for it only where the assistant has just said that something could not be done for now. What else is to come may build on what was
not shown, so it is asked for again at once, unless both can stand by themselves. Who is let down again lets it be.
"""

from duologue.protocols import Utterance
from duologue.simulate.behaviours.scene import Scene, say
from duologue.simulate.past import Part
from duologue.types import Act, Message, Turn

__all__ = ["TRY_AGAIN", "ComeBack", "TryAgain"]

TRY_AGAIN = "try again"
"""The kind of act."""
_LATER = 0.4
"""How often what can wait is let wait."""


class TryAgain:
    """ "Could you give it another try?" """

    by_words = False

    def take(self, scene: Scene) -> Utterance | None:
        """Ask for it at once."""
        past, waits = scene.past, _can_wait(scene)
        if not _failed(past.heard) or past.last in (TRY_AGAIN, "take up"):
            return None
        if (waits and scene.dice.random() < _LATER) or not scene.takes_up("try_again"):
            return None
        return say(scene.words.say("try_again", scene.dice), Act(TRY_AGAIN), "try_again")


class ComeBack:
    """ "About what didn't work before: please …" """

    by_words = False

    def take(self, scene: Scene) -> Utterance | None:
        """Ask for it once one thing more was asked for."""
        part = _let_wait(scene)
        need = part.subtask.need if part is not None else None
        if part is None or need is None or not scene.takes_up("try_again"):
            return None
        clause = scene.words.clause(need, scene.past.names, scene.dice)
        text = scene.words.say("come_back", scene.dice, do=clause)
        return Utterance(
            Message("user", content=text), acts=(Act("take up", need),), behaviours=("try_again",), task=part.task
        )


def _failed(acts: tuple[Act, ...]) -> bool:
    """The assistant says that something could not be done for now."""
    return any(a.kind == "error" and a.values.get("for_now") for a in acts)


def _can_wait(scene: Scene) -> bool:
    """What was asked for last can as well come after what comes next."""
    part, following = scene.part, scene.following
    return (
        part is not None and following is not None and scene.past.last == "request" and _apart(scene, part, following)
    )


def _apart(scene: Scene, part: Part, following: Part) -> bool:
    """Whether two parts of one task stand by themselves: neither points at what was told, and the second only reads, nothing that the first
    changes."""
    one, other = part.subtask.need, following.subtask.need
    if one is None or other is None or part.task != following.task or not (_is_plain(part) and _is_plain(following)):
        return False
    first, second = scene.index.serving(one.meaning), scene.index.serving(other.meaning)
    if first is None or second is None or second.effect == "write":
        return False
    return first.effect == "read" or (bool(second.reads) and not set(second.reads) & set(first.writes))


def _is_plain(part: Part) -> bool:
    need = part.subtask.need
    if need is None or part.subtask.ruling is not None or part.subtask.refused:
        return False
    bound = need.amends or need.when or need.pick or need.against or need.among
    return not bound and bool(need.mentions) and all(m.by and m.pick is None and not m.each for m in need.mentions)


def _let_wait(scene: Scene) -> Part | None:
    """The part that failed one request ago and was not asked for again."""
    turns, since = scene.view.turns, 0
    for n in range(len(turns) - 1, -1, -1):
        turn = turns[n]
        if turn.message.role == "assistant" and _failed(turn.acts):
            before = _user_before(turns, n)
            alone = before is not None and [a.kind for a in before.acts if a.kind != "introduce"] == ["request"]
            after = next((t for t in turns[n:] if t.message.role == "user"), None)
            went_on = after is not None and [a.kind for a in after.acts] == ["request"]
            part, following = scene.parts[scene.past.asked - since - 1], scene.part
            apart = following is not None and _apart(scene, part, following)
            return part if since == 1 and alone and went_on and apart else None
        if turn.message.role == "user":
            since += sum(a.kind == "request" for a in turn.acts)
            if since > 1 or any(a.kind in (TRY_AGAIN, "take up", "put off") for a in turn.acts):
                return None
    return None


def _user_before(turns: tuple[Turn, ...], at: int) -> Turn | None:
    return next((t for t in reversed(turns[:at]) if t.message.role == "user"), None)
