"""The user asks on about the row just shown."""

from duologue.catalog.model import Column
from duologue.language.breath import readily
from duologue.language.flags import is_what
from duologue.protocols import Utterance
from duologue.simulate.behaviours.scene import Scene, say
from duologue.simulate.told import told_rows
from duologue.types import Act, Mention, Need

__all__ = ["FollowUp", "further"]

_TOLD = frozenset({"measure", "date", "status", "category", "contact"})
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
        heard = {s for r in told_rows(report, scene.heard, scene.words.phrases) for s in r.facts}
        columns = [c for c in further(scene, need) if f"{c.table}.{c.name}" not in heard]
        columns += [c for c in _open(scene, need, "flag") if is_what(c) and not _is_own(scene, need)]
        shown = (
            {s.column for s in getter.outputs.values() if s.table == need.meaning.table}
            if getter is not None
            else set()
        )
        columns = [c for c in columns if c.name in shown]
        if getter is None or getter.meaning is None or not columns or not scene.takes_up("follow_up"):
            return None
        table = need.meaning.table
        told = [c for c in scene.catalog.table(table).columns if f"{table}.{c.name}" in need.wanted]
        column = scene.dice.choices(columns, [readily(c, told) for c in columns])[0]
        asked = Need(getter.meaning, (Mention(table),), wanted=(f"{table}.{column.name}",))
        if column.role == "flag":
            path = "follow_up_are" if scene.words.phrases.is_person(table) else "follow_up_is"
            text = scene.words.say(path, scene.dice, label=is_what(column))
        else:
            text = scene.words.say("follow_up", scene.dice, columns=scene.words.phrases.columns(asked))
        return say(text, Act("follow up", asked), "follow_up")


def further(scene: Scene, need: Need) -> list[Column]:
    """Columns worth asking on about: asked for neither before nor by what is still to be asked for, and no condition of the search."""
    return [c for role in sorted(_TOLD) for c in _open(scene, need, role)]


def _open(scene: Scene, need: Need, role: str) -> list[Column]:
    """Those of a role."""
    table = scene.catalog.table(need.meaning.table)
    ahead = [p.subtask.need.wanted for p in scene.parts[scene.past.asked :] if p.subtask.need]
    heard = [a.need for a in scene.past.acts if a.need]
    told = set(need.wanted).union(*ahead, *(n.wanted for n in heard))
    told |= {f"{m.table}.{c}" for m in need.mentions for c in m.by}
    entered = [a.values for a in scene.past.acts if a.kind == "inform"]
    told |= {k.rpartition(":")[0] for given in (need.values, *(n.values for n in heard), *entered) for k in given}
    return [c for c in table.columns if c.role == role and f"{table.name}.{c.name}" not in told and c.nulls == 0]


def _is_own(scene: Scene, need: Need) -> bool:
    """The answer is about the user."""
    return any(scene.words.is_speaker(m) for m in need.mentions)
