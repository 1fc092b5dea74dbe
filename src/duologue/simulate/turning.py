"""How the user turns to the next part: on with the same, to something new, away for a moment and back, along what was offered.

Where the talk stands follows from the parts asked for so far and from the assistant's last words. The frame says it aloud; what is
asked for is the affair of the clause in it (`asking.py`).
"""

from collections.abc import Sequence
from itertools import pairwise

from msgspec import Struct

from duologue.language.phrases import MANY
from duologue.plans.deeds import hands_over
from duologue.plans.rulings import CONDITION, OTHER_WAY
from duologue.plans.ways import wider
from duologue.simulate.agenda import WRITES
from duologue.simulate.behaviours.scene import Scene
from duologue.simulate.past import Part
from duologue.simulate.pointing import in_mind
from duologue.types import Mention, Need, Scenario, Subtask

__all__ = ["Turning", "declines", "in_order", "turn_to"]


_WAYS_ON = frozenset({CONDITION, OTHER_WAY})
_ANNOUNCED = 0.25
"""How often a new matter is announced; else it is simply asked about."""


class Turning(Struct):
    """A frame, what its lines may use beside the request, and the behaviours that it and the part are."""

    frame: str
    slots: dict[str, str]
    behaviours: list[str]
    same: Mention | None = None
    """How the row just spoken of is pointed at, where the request is about it again."""


def in_order(scenario: Scenario, switches: bool) -> list[tuple[int, Subtask]]:
    """The parts of a scenario with their tasks, in the order of asking: that of the tasks, or the scenario's own."""
    plain = [(n, p) for n, t in enumerate(scenario.tasks) for p in range(len(t.subtasks))]
    drawn = list(scenario.order) if switches and scenario.mode == "user" else []
    return [(n, scenario.tasks[n].subtasks[p]) for n, p in (drawn if sorted(drawn) == plain else plain)]


def turn_to(scene: Scene, part: Part) -> Turning:
    """The frame of the next request."""
    out = Turning("next", {}, _taken(part))
    last = scene.part
    if last is None:
        out.frame = "topic" if scene.past.met else "first"
    elif last.task != part.task:
        _to_another(scene, last, part, out)
    elif _offered(scene) and _is_offered(scene, last, part):
        out.frame = "accept"
    elif (
        last.subtask.refused and last.subtask.ruling is not None and not _WAYS_ON.isdisjoint(last.subtask.ruling.kinds)
    ):
        out.frame = "put_right" if _shows_who(last, part) else "instead"
    return out


def declines(scene: Scene, part: Part) -> bool:
    """The assistant offered a way, and the user goes on with something else."""
    return _offered(scene) and scene.part is not None and not _is_offered(scene, scene.part, part)


def _taken(part: Part) -> list[str]:
    """What the part itself is: a wish that can't be met, a search that brings nothing."""
    need = part.subtask.need
    if part.subtask.ruling is not None:
        return ["policy"]
    if part.subtask.refused:
        return ["impossible"]
    told = need is None or part.subtask.tell or need.meaning.family in WRITES
    return [] if told else ["empty_result"]


def _to_another(scene: Scene, last: Part, part: Part, out: Turning) -> None:
    before, after = scene.parts[: scene.past.asked], scene.parts[scene.past.asked :]
    begun = [p for p in before if p.task == part.task]
    out.frame = "plain"
    if begun:
        if _is_return(before, part):
            _back(scene, begun, part, out)
    elif any(p.task == last.task for p in after):
        out.frame = "break"
        out.behaviours.append("switch")
    else:
        same = _same(scene, part.subtask.need)
        if same is not None and same.by and in_mind(scene, same.table, same) and scene.takes_up("linked"):
            out.same = Mention(same.table)
            out.behaviours.append("linked")
        elif same is None and scene.dice.random() < _ANNOUNCED:
            out.frame = "topic"


def _is_return(before: Sequence[Part], part: Part) -> bool:
    """It goes back to what was broken off: the first time only, since after that both matters are under way."""
    changes = sum(a.task != b.task for a, b in pairwise([*before, part]))
    return changes == len({p.task for p in before})


def _back(scene: Scene, begun: list[Part], part: Part, out: Turning) -> None:
    out.frame = "back"
    need = part.subtask.need
    table = need.meaning.table if need is not None else ""
    if any(p.subtask.need is not None and p.subtask.need.meaning.table == table for p in begun):
        out.slots["old"] = scene.words.phrases.table(table)[1]
    out.behaviours.append("switch")


def _same(scene: Scene, need: Need | None) -> Mention | None:
    """The row of the need that was spoken of last among those of its table; None where it is about another, or about the user."""
    if need is None or need.meaning.family in MANY or len(need.mentions) != 1 or need.mentions[0].pick is not None:
        return None
    mention = need.mentions[0]
    if scene.words.is_speaker(mention):
        return None
    earlier = [m for a in reversed(scene.past.acts) if a.need for m in a.need.mentions if m.table == mention.table]
    return mention if not mention.by or (earlier and earlier[0].by == mention.by) else None


def _offered(scene: Scene) -> bool:
    return any(a.values.get("offer") for a in scene.past.heard)


def _shows_who(last: Part, part: Part) -> bool:
    """The same once more, with other proof of who somebody is."""
    before, need = last.subtask.need, part.subtask.need
    if before is None or need is None or before.meaning != need.meaning:
        return False
    return any(k.endswith(":proof") and need.values.get(k) != v for k, v in before.values.items())


def _is_offered(scene: Scene, last: Part, part: Part) -> bool:
    """The part goes the way that is left after the one before: `plans.ways`, as far as a person sees it."""
    before, need = last.subtask.need, part.subtask.need
    if before is None or need is None:
        return False
    tool = scene.index.serving(need.meaning)
    if tool is not None and hands_over(tool):
        return True
    if before.meaning.family not in WRITES:
        other = wider(before)
        return other is not None and (other.meaning, other.mentions, other.values) == (
            need.meaning,
            need.mentions,
            need.values,
        )
    hangs_on = need.meaning.family == "related" and need.meaning.parent == before.meaning.table
    named = [v for k, v in before.values.items() if k.startswith(f"{before.meaning.table}.")]
    shown = need.meaning.family == "get" and any(m.by.get("@name") in named for m in need.mentions if m.by)
    return hangs_on or (shown and need.meaning.table == before.meaning.table)
