"""The turns of a conversation under way, stored as they come, so that one that is cut short goes on from the last of them.

A model's turn is stored, with all before it, before the next is asked for: a run that is made with the same command again takes the
conversation up there, and asks for none of them again. What nobody waited for is not stored: it is played again.
"""

from collections.abc import Sequence

from duologue.store import Tally
from duologue.types import Turn


class Turns:
    """The `Journal` of one item's conversation. It is gone once the item has ended."""

    def __init__(self, store: Tally, item: int, name: str, prefix: Sequence[Turn] = (), behind: int = 0) -> None:
        """`name`: what is played; turns of anything else are not gone on from. `prefix`: turns it begins with, which are another
        conversation's and stored there. `behind`: so many turns of the item's are stored before its own."""
        self._store, self._item, self._name, self._behind = store, item, name, behind
        kept = store.kept_turns(item, name)
        self.turns = (*prefix, *kept) if kept else ()
        self._prefix, self.kept = len(prefix), len(kept)
        """How many of its own turns are stored."""

    def __call__(self, turns: tuple[Turn, ...]) -> None:
        """Store those that are not stored yet, where the last of them is a model's."""
        if turns[-1].call:
            new = turns[self._prefix + self.kept :]
            self._store.keep_turns(self._item, self._name, self._behind + self.kept, new)
            self.kept += len(new)
