"""The turns of conversations under way, in the run's file until their items end.

Nearly every item is begun once and played once: that nothing is kept of it is known without a look into the file, as is where what is
kept of it ends.
"""

from functools import cached_property
from pathlib import Path

import apsw

from duologue.store.decoding import turns_of
from duologue.store.files import explained
from duologue.store.moments import Moments
from duologue.types import Turn

_UNKNOWN = -1
_KEEP = "INSERT INTO turns VALUES (?, ?, ?, ?)"
_CUT = "DELETE FROM turns WHERE item = ? AND number >= ?"
_DROP = "DELETE FROM turns WHERE item = ?"


class UnderWay:
    """Turns by item. `writes`: nobody else writes them."""

    def __init__(self, folder: Path, db: apsw.Connection, moments: Moments, writes: bool) -> None:
        self._folder, self._db, self._moments, self._writes = folder, db, moments, writes

    @cached_property
    def _kept_to(self) -> dict[int, int]:
        """Item of which turns are kept → how many, or `_UNKNOWN` where another process wrote them."""
        with explained(self._folder):
            return dict.fromkeys((item for (item,) in self._db.execute("SELECT DISTINCT item FROM turns")), _UNKNOWN)

    def find(self, item: int, scenario: str) -> tuple[Turn, ...]:
        """What is kept of an item's conversation, where that scenario was played."""
        if self._writes and item not in self._kept_to:
            return ()
        self._moments.flush()
        found = "SELECT body FROM turns WHERE item = ? AND scenario = ? ORDER BY number"
        return turns_of(self._folder, item, self._db.execute(found, (item, scenario)))

    def keep(self, item: int, scenario: str, first: int, count: int, turns: bytes) -> None:
        """Keep so many turns, a list as JSON, from number `first` on, where others were kept to or from. What was kept from there on
        goes: it is of another scenario."""
        moments, kept = self._moments, self._kept_to
        moments.begin()
        if kept.get(item, first) != first:
            moments.flush()  # rows of the same kind may be among those that go
            moments.add(_CUT, [(item, first)])
        moments.add(_KEEP, [(item, first, scenario, turns)])
        kept[item] = first + count

    def drop(self, item: int) -> None:
        """Delete what is kept of an item, which ends."""
        if item in self._kept_to:
            self._moments.drop(_KEEP, item)
            self._moments.add(_DROP, [(item,)])

    def dropped(self, item: int) -> None:
        """It has ended, and that can't be undone by itself any more."""
        self._kept_to.pop(item, None)
