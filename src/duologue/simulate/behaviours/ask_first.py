"""The user asks about the row that a change is about before they say yes to it."""

from collections.abc import Iterator

from duologue.catalog.model import Column
from duologue.protocols import Utterance
from duologue.simulate.behaviours.follow_up import further
from duologue.simulate.behaviours.scene import Scene
from duologue.types import Act, Meaning, Mention, Message, Need, Tool

__all__ = ["AskFirst"]

_ASKED = ("status", "date", "measure")
"""Roles of columns that bear on whether to agree."""
_AHEAD = 3
"""Parts ahead in which rows may be pointed at that were listed by now."""


class AskFirst:
    """ "Before you do that, what is the status of that order?" """

    def answer(self, scene: Scene, act: Act) -> Utterance | None:
        """At the question whether to go ahead, ask one thing about the row first. The assistant comes back to its question by itself."""
        need, part = act.need, scene.part
        if act.kind != "confirm?" or need is None or part is None or len(scene.past.heard) > 1:
            return None
        if need.when is not None or need.amends or scene.past.last in ("hold", "take up", "correct"):
            return None
        found = [(m, g, c) for m, g in _shown(scene, need) for c in _columns(scene, g, m.table, need, act)]
        if not found or not scene.takes_up("ask_first"):
            return None
        row, meaning, column = scene.dice.choice(found)
        phrases, words = scene.words.phrases, scene.words
        asked = Need(meaning, (row,), wanted=(f"{row.table}.{column.name}",))
        who = words.rows(asked, scene.past.names)[0] if row.by else f"that {phrases.table(row.table)[0]}"
        verb = phrases.are(list(asked.wanted), row.table)
        text = words.say("ask_first", scene.dice, columns=phrases.columns(asked), is_are=verb, who=who)
        acts = (Act("hold"), Act("follow up", asked))
        return Utterance(Message("user", content=text), acts=acts, behaviours=("ask_first",), task=part.task)


def _shown(scene: Scene, need: Need) -> Iterator[tuple[Mention, Meaning]]:
    """The rows that the change is about and that can be looked at: its own, else what else it names but people. One that was pointed
    at is pointed at once more."""
    named = [m for m in need.mentions if not m.each and not scene.words.is_speaker(m)]
    own = [m for m in named if m.table == need.meaning.table] or named
    for mention in own:
        getter = scene.index.getter(mention.table)
        alone = sum(m.table == mention.table for m in need.mentions) == 1
        if getter is None or getter.meaning is None or _misleads(scene, getter, mention):
            continue
        if alone and not scene.words.phrases.is_person(mention.table):
            pointed = mention.pick is not None or not mention.by
            yield Mention(mention.table) if pointed else mention, getter.meaning


def _misleads(scene: Scene, getter: Tool, row: Mention) -> bool:
    """Whether a look at the row would bring up others of a kind that the user is about to point at: "the first of those" would be
    another one then."""
    shown = {s.table for s in getter.outputs.values()} | set(getter.reads)
    ahead = [p.subtask.need for p in scene.parts[scene.past.asked : scene.past.asked + _AHEAD]]
    pointed = [m for n in ahead if n is not None for m in n.mentions if m.pick is not None or not m.by]
    return any(m.table in shown and (m.pick is not None or m.table != row.table) for m in pointed)


def _columns(scene: Scene, meaning: Meaning, table: str, need: Need, act: Act) -> list[Column]:
    """What could be asked of it: not told, not asked for later, not what is changed."""
    getter = scene.index.serving(meaning)
    outputs = getter.outputs.values() if getter is not None else ()
    shown = {s.column for s in outputs if s.table == table and not s.use}
    told = bool(act.values.get("price"))
    return [
        c
        for c in further(scene, Need(meaning, need.mentions, need.values))
        if c.role in _ASKED and c.name in shown and not c.bookkeeping and not (told and c.format == "money")
    ]
