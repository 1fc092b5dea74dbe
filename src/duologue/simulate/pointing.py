"""Whether the listener still has in mind what the user points at, and what is said where they don't.

"That order", "the second one", "the cheapest of those" reach as far as the talk has stayed with them: to the row or the list that the last
requests were about. What lies behind another matter is named again: a row by its name or number, where it was said aloud, a list by what it
was a list of ("back to the invoices of Dana Whitfield: …"). To a partner that is known by its words alone everything is said as the goals have
it, since what that one has in mind can't be told from acts.
"""

from msgspec.structs import replace

from duologue.language.reading import fold, has_phrase
from duologue.plans.memory import Known, Memory
from duologue.simulate.agenda import Owed
from duologue.simulate.behaviours.scene import Scene
from duologue.types import Json, Mention, Need

__all__ = ["in_mind", "is_about", "within_reach"]

_BETWEEN = 3
"""Requests about the same kind of thing that may come between a list and what points back at it."""
_LISTED = frozenset({"related", "search", "top", "missing"})


def within_reach(scene: Scene, need: Need) -> tuple[Need, str]:
    """The need as it can be said now, and the list that has to be brought up again for it; empty where none has."""
    if not _points(need) or scene.past.is_free:
        return need, ""
    agenda = scene.mirror.at(scene.view.turns)
    now, named, again = len(agenda.owed), [], ""
    for mention in need.mentions:
        if mention.by or scene.words.is_speaker(mention):
            named.append(mention)
        elif mention.pick is None and not mention.each:
            named.append(mention if in_mind(scene, mention.table) else _named(scene, mention))
        elif _is_fresh(agenda.owed, agenda.memory, mention.table):
            named.append(mention)
        else:
            ordinal = mention.pick is not None and mention.pick.kind == "ordinal" and not mention.each
            other = _named(scene, mention) if ordinal else mention
            listing = agenda.memory.latest(mention.table, now)
            if other == mention and listing is not None and not again:
                again = _list(scene, agenda.owed[listing.need].need)
            named.append(other)
    return (replace(need, mentions=tuple(named)) if tuple(named) != need.mentions else need), again


def in_mind(scene: Scene, table: str, meant: Mention | None = None) -> bool:
    """ "That order" is clear: the last requests were about it, and neither a list of orders nor another one came up since. Where the row
    that is `meant` is named, it is that one: an order placed just now is another."""
    if scene.past.is_free:
        return False
    agenda = scene.mirror.at(scene.view.turns)
    memory, now = agenda.memory, len(agenda.owed)
    row = memory.in_focus(table, now)
    if row is None or not memory.still_pointed_at(table, now):
        return False
    other = scene.mirror.meant(meant, scene.view.turns) if meant is not None else None
    if other is not None and other.key != row.key:
        return False
    last = [x for x in memory.listings if x.need == now - 1]
    shown = {memory.key_of(table, r) for x in last for r in x.rows} - {None}
    return not shown or row.key in shown


def _points(need: Need) -> bool:
    """Something in it is only pointed at; what takes a change back says so itself."""
    return not need.amends and any(not m.by for m in need.mentions)


def _is_fresh(owed: list[Owed], memory: Memory, table: str) -> bool:
    """The latest list of such rows is what the talk has stayed with since."""
    listing = memory.latest(table, len(owed))
    if listing is None:
        return True
    since = owed[listing.need + 1 :]
    return len(since) <= _BETWEEN and all(is_about(o.need, table) for o in since)


def is_about(need: Need, table: str) -> bool:
    """It stays with rows of that kind; figures worked out of them are another matter."""
    worked_out = need.meaning.family in ("total", "count", "ratio") or bool(need.meaning.group)
    return not worked_out and (need.meaning.table == table or any(m.table == table for m in need.mentions))


def _named(scene: Scene, mention: Mention) -> Mention:
    """The row by its name, else by its number, as far as one was said aloud and means no other; else as it was pointed at."""
    row = scene.mirror.meant(mention, scene.view.turns)
    if row is None:
        return mention
    said = fold("\n".join(t.message.content for t in scene.view.turns if t.message.role in ("user", "assistant")))
    for by in _ways(scene, row):
        slot, value = next(iter(by.items()))
        other = Mention(mention.table, by=by)
        if has_phrase(said, fold(scene.words.value(f"{mention.table}.{slot}", value))) and _means(scene, other, row):
            return other
    return mention


def _ways(scene: Scene, row: Known) -> list[dict[str, Json]]:
    name, keys = row.values.get("@name"), scene.catalog.table(row.table).key
    if isinstance(name, str) and name:
        return [{"@name": name}]
    return [{keys[0]: row.values[keys[0]]}] if len(keys) == 1 and row.values.get(keys[0]) is not None else []


def _means(scene: Scene, mention: Mention, row: Known) -> bool:
    found = scene.mirror.meant(mention, scene.view.turns)
    return found is not None and found.key == row.key


def _list(scene: Scene, need: Need) -> str:
    """What a list was a list of: "the invoices of Dana Whitfield"; empty where that takes too many words."""
    if need.meaning.family not in _LISTED or need.among is not None or any(not m.by for m in need.mentions):
        return ""
    slots = scene.words.slots(need, scene.past.names)
    family = "ranking" if need.meaning.family == "top" and need.meaning.group else need.meaning.family
    return scene.words.lines.find(f"list_of.{family}", scene.dice, slots)
