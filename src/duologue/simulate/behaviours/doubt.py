"""The user doubts a figure just told, and says why, so that the assistant looks it up once more.

Nobody doubts without a cause. What the answer itself gives rise to comes first: a row far above the others, a nought, very many rows or very few.
Else it is what the user believed, or that money hangs on it. Which cause it is says how readily the doubt is taken up.
"""

from duologue.protocols import Utterance
from duologue.simulate.behaviours.scene import Scene, say
from duologue.simulate.told import spoken, told_rows
from duologue.types import Act, Disclosure, Json

__all__ = ["Doubt", "cause_of"]

_READILY = {"peak": 3.0, "zero": 2.5, "many": 1.5, "few": 1.5, "money": 1.0, "figure": 0.6}
"""Cause → how many times as readily as by the profile's rate a doubt is taken up."""
_FEW, _MANY = 3, 20
"""Rows found."""
_ABOVE = 3
"""Times the next, of what can hardly be."""


class Doubt:
    """ "214,021? That's far more than the others. Can you check that again?" """

    by_words = True

    def take(self, scene: Scene) -> Utterance | None:
        """Doubt a figure of the answer, where the assistant told it after a call."""
        past, part = scene.past, scene.part
        if part is None or not past.reported or past.last == "follow up" or not past.called:
            return None
        cause, slot, figure, who = _peak(scene) or self._first(scene, part.subtask.tell)
        value = scene.words.phrases.short(slot, figure) if slot else ""
        if not slot or value not in scene.heard or not scene.takes_up("doubt", _READILY[cause]):
            return None
        text = scene.words.say(f"doubt.{cause}", scene.dice, value=value, who=who)
        return say(text, Act("doubt", values={slot: figure} if value in text else {}), "doubt")

    def _first(self, scene: Scene, told: tuple[Disclosure, ...]) -> tuple[str, str, Json, str]:
        """The first figure of what was to be told: cause, slot, value."""
        figure = next((d for d in told if _is_figure(scene, d.slot, d.value)), None)
        if figure is None:
            return "", "", None, ""
        return cause_of(scene, figure.slot, figure.value), figure.slot, figure.value, ""


def cause_of(scene: Scene, key: str, value: Json) -> str:
    """What there is to doubt about a figure by itself."""
    slot, _, column = scene.words.phrases.slot(key)
    if value == 0:
        return "zero"
    if slot.use == "count" and isinstance(value, int):
        return "few" if value <= _FEW else "many" if value >= _MANY else "figure"
    return "money" if column is not None and column.format == "money" else "figure"


def _peak(scene: Scene) -> tuple[str, str, Json, str] | None:
    """A row of a list whose figure is far above all others told."""
    report, phrases = scene.past.reported, scene.words.phrases
    rows = told_rows(report, scene.heard, phrases) if report is not None else []
    for slot in rows[0].facts if len(rows) > 2 else ():
        figures = sorted(
            (v for r in rows if isinstance(v := r.facts.get(slot), int | float) and not isinstance(v, bool)),
            reverse=True,
        )
        if len(figures) < len(rows) or figures[0] <= _ABOVE * max(figures[1], 0) or figures[0] <= 0:
            continue
        first = next(r for r in rows if r.facts[slot] == figures[0])
        who = spoken(phrases, first.by)
        if who and who in scene.heard and _is_figure(scene, slot, figures[0]):
            return "peak", slot, figures[0], who
    return None


def _is_figure(scene: Scene, key: str, value: Json) -> bool:
    """A figure somebody could doubt: an amount or a count, not a number that names something."""
    slot, _, column = scene.words.phrases.slot(key)
    return isinstance(value, int | float) and (bool(slot.use) or (column is not None and column.role == "measure"))
