"""The user asks on about the row just shown."""

from duologue.catalog.model import Column
from duologue.protocols import Utterance
from duologue.simulate.behaviours.scene import Scene, say
from duologue.types import Act, Mention, Need

__all__ = ["FollowUp", "further"]

_TOLD = frozenset({"measure", "date", "status", "category", "contact", "flag"})
"""Roles of columns somebody would ask on about."""


class FollowUp:
    """ "And the email?" """

    by_words = True

    def take(self, scene: Scene) -> Utterance | None:
        """Ask for one more column of the one row that was told."""
        report = scene.past.reported
        if report is None or report.need is None or scene.past.last == "follow up" or not report.values.get("single"):
            return None
        need = report.need
        if need.meaning.family in ("total", "count", "ratio") or need.meaning.group:
            return None
        getter = scene.index.getter(need.meaning.table)
        columns = further(scene, need)
        if getter is None or getter.meaning is None or not columns or not scene.takes_up("follow_up"):
            return None
        table = need.meaning.table
        column = scene.dice.choice(columns)
        asked = Need(getter.meaning, (Mention(table),), wanted=(f"{table}.{column.name}",))
        text = scene.words.say("follow_up", scene.dice, columns=scene.words.phrases.columns(asked))
        return say(text, Act("follow up", asked), "follow_up")


def further(scene: Scene, need: Need) -> list[Column]:
    """Columns worth asking on about: asked for neither before nor by what is still to be asked for."""
    table = scene.catalog.table(need.meaning.table)
    ahead = [p.subtask.need.wanted for p in scene.parts[scene.past.asked :] if p.subtask.need]
    told = set(need.wanted).union(*ahead, *(a.need.wanted for a in scene.past.acts if a.need))
    return [c for c in table.columns if c.role in _TOLD and f"{table.name}.{c.name}" not in told and c.nulls == 0]
