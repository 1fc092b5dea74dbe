"""The user gives only a part of a name: a surname, the first words of a title."""

from msgspec.structs import replace

from duologue.language.naming import ordinal
from duologue.plans.memory import LATER
from duologue.plans.rows import PART, has_part
from duologue.protocols import Utterance
from duologue.simulate.behaviours.scene import Request, Scene, say
from duologue.types import Act, Mention, Need

__all__ = ["ShortName", "WhichName"]

_LETTERS = 4
_EVERYDAY = frozenset(
    [
        "about",
        "after",
        "album",
        "black",
        "blue",
        "book",
        "for",
        "from",
        "great",
        "green",
        "house",
        "live",
        "love",
        "more",
        "music",
        "new",
        "night",
        "of",
        "part",
        "red",
        "set",
        "some",
        "song",
        "that",
        "the",
        "this",
        "time",
        "track",
        "two",
        "volume",
        "white",
        "with",
        "world",
        "your",
    ]
)
_FEW = 5
_BY_PLACE = 0.35


class ShortName:
    """ "What did Rogers order?" """

    by_words = False

    def shape(self, scene: Scene, request: Request) -> None:
        """Shorten the name of a row, where that means nobody else who was talked about."""
        need = request.need
        if request.unsettled or request.more or len({m.table for m in need.mentions}) != len(need.mentions):
            return
        for i, mention in enumerate(need.mentions):
            short = self._shortened(scene, mention)
            if short is not None and scene.takes_up("short_name"):
                mentions = (*need.mentions[:i], short, *need.mentions[i + 1 :])
                request.need = replace(need, mentions=mentions)
                request.behaviours.append("short_name")
                request.unsettled = True
                return

    def _shortened(self, scene: Scene, mention: Mention) -> Mention | None:
        name = mention.by.get("@name")
        if not isinstance(name, str) or len(mention.by) != 1 or scene.words.is_speaker(mention):
            return None
        part = part_of(name, scene.words.phrases.is_person(mention.table))
        label = scene.words.phrases.table(mention.table)[0]
        if not part or set(part.casefold().split()) & set(label.casefold().split()):
            return None
        if scene.index.lookup(mention.table, {PART: part}) is None:
            return None
        memory = scene.mirror.memory(scene.view.turns)
        shown = memory.candidates(mention, LATER)
        if shown and not any(memory.was_talked_about(k) for k in shown):
            return None  # who reads a name off a list says it whole
        others = [k for k in memory.candidates(Mention(mention.table, {PART: part}), 0) if k.values["@name"] != name]
        return None if any(memory.was_talked_about(k) for k in others) else Mention(mention.table, {PART: part})


class WhichName:
    """ "Ann Rogers." "The second one." """

    def answer(self, scene: Scene, act: Act) -> Utterance | None:
        """To the question which of several: the whole name, or its place among those offered."""
        if act.kind != "choices" or scene.part is None or scene.past.wish is None or scene.past.last == "select":
            return None
        goal: Need | None = scene.part.subtask.need
        asked, at = scene.past.wish.mentions, int(act.values["mention"])
        if goal is None or at >= len(asked) or PART not in asked[at].by:
            return None  # of several requests another one is asked about
        meant = asked[at]
        right = next(
            (m for m in goal.mentions if m.table == meant.table and has_part(str(m.by.get("@name")), meant.by[PART])),
            None,
        )
        if right is None:
            return None
        name, names = right.by["@name"], act.values.get("names", [])
        if names.count(name) == 1 and 1 < len(names) <= _FEW and scene.dice.random() < _BY_PLACE:
            place = names.index(name) + 1
            word = ordinal(place)
            return say(scene.words.say("select_place", scene.dice, nth=word), Act("select", values={"place": place}))
        value = scene.words.phrases.row(right, bare=True)
        return say(scene.words.say("select_name", scene.dice, value=value), Act("select", values={"@name": name}))


def part_of(name: str, person: bool) -> str:
    """What people say for a long name: of a person the surname, of a thing its first words; empty where nothing short would do."""
    words = name.split()
    if person:
        last = words[-1]
        return last if len(words) == 2 and len(last) >= _LETTERS and last.isalpha() and last[0].isupper() else ""
    while words and (
        words[0].casefold() in ("the", "a", "an", "el", "la", "le", "les", "die", "der", "das", "o", "os")
    ):
        words = words[1:]
    own = [w for w in words if w.isalpha() and len(w) >= _LETTERS and w.casefold() not in _EVERYDAY]
    if len(words) < 2 or not own or not words[0].isalpha():
        return ""
    if own[0] == words[0]:
        return own[0] if len(words) < 4 or len(own) < 2 or own[1] != words[1] else " ".join(words[:2])
    return ""
