"""A request after the user has put something right in it: another value, or another way to speak of a row.

An act of kind `correct` carries what takes the place of what was said: `values` by slot and use, and in its need the mentions that are put
right. What it does not hold stays as it was.
"""

from collections.abc import Iterator

from msgspec.structs import replace

from duologue.types import Act, Mention, Need

__all__ = ["introduced", "revised", "spoken_slots"]

_USES = ("match", "equals", "from", "to", "key")
"""What a word said of a row may be used for in a call."""


def revised(need: Need, act: Act) -> Need:
    """The need as the act leaves it."""
    mentions = list(need.mentions)
    for mention in act.need.mentions if act.need is not None else ():
        at = _replaced(mentions, mention)
        if at >= 0:
            mentions[at] = mention
    return replace(need, mentions=tuple(mentions), values={**need.values, **act.values})


def _replaced(mentions: list[Mention], right: Mention) -> int:
    """Which mention the right one takes the place of: one of its table, said in the same way where there is one; -1 for none."""
    same = [i for i, m in enumerate(mentions) if m.table == right.table]
    alike = [i for i in same if mentions[i].by.keys() == right.by.keys()]
    return next(iter(alike or same), -1)


def spoken_slots(act: Act) -> Iterator[str]:
    """The slots, with each use they may have, of what an act says."""
    yield from act.values
    for mention in act.need.mentions if act.need is not None else ():
        for column in mention.by:
            yield from (f"{mention.table}.{column}:{use}" for use in _USES)


def introduced(act: Act) -> Mention:
    """The row that somebody said they are."""
    by = {slot.rpartition(".")[2]: value for slot, value in act.values.items()}
    return Mention(next(iter(act.values)).rpartition(".")[0], by=by)
