"""The user doubts a figure just told, so that the assistant looks it up once more."""

from duologue.protocols import Utterance
from duologue.simulate.behaviours.scene import Scene, say
from duologue.types import Act, Disclosure

__all__ = ["Doubt"]


class Doubt:
    """ "Are you sure? 214,021 sounds odd to me." """

    by_words = True

    def take(self, scene: Scene) -> Utterance | None:
        """Doubt the first figure of the answer, where the assistant told it after a call."""
        past, part = scene.past, scene.part
        if part is None or not past.reported or past.last == "follow up" or not past.called:
            return None
        figure = next((d for d in part.subtask.tell if self._is_figure(scene, d)), None)
        value = scene.words.value(figure.slot, figure.value) if figure is not None else ""
        if figure is None or value not in scene.heard or not scene.takes_up("doubt"):
            return None
        text = scene.words.say("doubt", scene.dice, value=value)
        return say(text, Act("doubt", values={figure.slot: figure.value} if value in text else {}), "doubt")

    def _is_figure(self, scene: Scene, told: Disclosure) -> bool:
        """A figure somebody could doubt: an amount or a count, not a number that names something."""
        slot, _, column = scene.words.phrases.slot(told.slot)
        return isinstance(told.value, int | float) and (
            bool(slot.use) or (column is not None and column.role == "measure")
        )
