"""Which tools are to be had at a turn, where some come or go midway."""

from collections.abc import Iterable, Sequence

from duologue.types import Offer, Toolset


def at_hand(toolset: Toolset, offers: Iterable[Offer]) -> frozenset[str]:
    """The tools of a set that are to be had once all that was announced holds."""
    names = {t.name for t in toolset.tools}
    for offer in offers:
        names = (names | set(offer.added)) - set(offer.withdrawn)
    return frozenset(names)


def spare(toolset: Toolset, there: frozenset[str]) -> frozenset[str]:
    """Of the tools that are there and do the same, all but the newest."""
    mine = [t for t in toolset.tools if t.name in there]
    newest = {t.meaning: t.name for t in mine if t.meaning is not None}
    return frozenset(t.name for t in mine if t.meaning is not None and newest[t.meaning] != t.name)


def not_offered(offers: Sequence[Offer], name: str, turn: int) -> str:
    """Why a tool is not to be had at a turn; empty where it is."""
    why = next((f"{name!r} is called before it is announced, at turn {o.at}" for o in offers if name in o.added), "")
    first = next((o for o in offers if name in (*o.added, *o.withdrawn)), None)
    if first is None or name in first.withdrawn:
        why = ""
    for offer in offers:
        if offer.at <= turn and name in offer.added:
            why = ""
        elif offer.at <= turn and name in offer.withdrawn:
            why = f"{name!r} is called after it was withdrawn, at turn {offer.at}"
    return why
