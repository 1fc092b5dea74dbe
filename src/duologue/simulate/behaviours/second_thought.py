"""The user asks for another value first, and thinks better of it when asked for a yes."""

from msgspec.structs import replace

from duologue.catalog.model import Column
from duologue.language.forms import is_special
from duologue.protocols import Utterance
from duologue.simulate.behaviours.scene import Request, Scene, say
from duologue.simulate.other_values import neighbour
from duologue.types import Act, Json

__all__ = ["FirstWish", "SecondThought"]

_REVISABLE = frozenset({"set", "create"})


class FirstWish:
    """ "Move the appointment of Ida Irwin to 3 May." (It is to be the 4th.)"""

    by_words = False

    def shape(self, scene: Scene, request: Request) -> None:
        """Put a neighbouring value in the place of one that is to be written."""
        need = request.need
        if not scene.asks_first or request.behaviours or need.meaning.family not in _REVISABLE or is_special(need):
            return
        if any(
            p.subtask.need is not None and p.subtask.need.amends and p.subtask.need.meaning == need.meaning
            for p in scene.parts
        ):
            return  # that change is to be thought better of once it is made
        said = {k: v for k, v in need.values.items() if k.endswith(":value")}
        others = {k: o for k, v in said.items() if (o := self._other(scene, k, v)) is not None}
        if not others or not scene.takes_up("second_thought"):
            return
        key = scene.dice.choice(sorted(others))
        request.need = replace(need, values={**need.values, key: others[key]})
        request.behaviours.append("second_thought")
        request.unsettled = True

    def _other(self, scene: Scene, key: str, value: Json) -> Json:
        """Another value that is also said otherwise."""
        slot = key.rpartition(":")[0]
        column: Column | None = scene.words.phrases.slot(slot)[2]
        other = neighbour(value, column, scene.dice)
        if (
            other is None
            or other in _standing(scene, column)
            or scene.words.value(slot, other) == scene.words.value(slot, value)
        ):
            return None
        return other


def _standing(scene: Scene, column: Column | None) -> list[Json]:
    """What the column holds now in the rows that the goals change: nobody asks for what is so already."""
    changes = [c for t in scene.scenario.tasks for c in t.target if column is not None and c.table == column.table]
    return [c.before[column.name] for c in changes if column is not None and c.before and column.name in c.before]


class SecondThought:
    """ "Wait, make that the 4th." """

    def answer(self, scene: Scene, act: Act) -> Utterance | None:
        """At the question whether to go ahead: the value that it is to be."""
        part, asked = scene.part, scene.past.wish
        goal = part.subtask.need if part is not None else None
        if act.kind != "confirm?" or goal is None or asked is None or goal.meaning != asked.meaning:
            return None
        wrong = {k: v for k, v in asked.values.items() if k in goal.values and goal.values[k] != v}
        if not wrong:
            return None
        key = next(iter(wrong))
        slot, table = key.rpartition(":")[0], goal.meaning.table
        several = sum(k.endswith(":value") for k in goal.values) > 1
        text = scene.words.say(
            "correct.labelled" if several else "correct.value",
            scene.dice,
            value=scene.words.value(slot, goal.values[key]),
            wrong=scene.words.value(slot, wrong[key]),
            label=scene.words.phrases.noun(slot, table),
        )
        return say(text, Act("correct", values={k: goal.values[k] for k in wrong}), "second_thought")
