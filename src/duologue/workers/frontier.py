"""Up to which item all have drawn, and whether what the next one went by is true.

Whether a name is used is all that an item asks of those before it. So what it has drawn follows from the answers, and where each of
them is what it would have been told at its turn, it has drawn what one process would have.
"""

from collections.abc import Collection, Iterable

from duologue.line import Past


class Frontier:
    """The first item that has not drawn for good, and what all before it have used."""

    def __init__(self, finished: Collection[int], past: Past) -> None:
        """`finished`: items that ended before; `past`: what they used."""
        self._finished, self._past = finished, past
        self._used: set[str] = set()
        """What was taken since."""
        self.log: list[str] = []
        """The same, in the order it was taken."""
        self.at = 0
        self._pass_finished()

    def stands(self, used: Iterable[str], unused: Iterable[str]) -> bool:
        """Whether the item at the frontier would have been told so."""
        return all(map(self._is_used, used)) and not any(map(self._is_used, unused))

    def take(self, names: Collection[str]) -> None:
        """The item at the frontier uses these; the next one is at it."""
        self._used.update(names)
        self.log += names
        self.at += 1
        self._pass_finished()

    def _is_used(self, name: str) -> bool:
        return name in self._used or self._past.holds(name, self.at)

    def _pass_finished(self) -> None:
        while self.at in self._finished:
            self.at += 1
