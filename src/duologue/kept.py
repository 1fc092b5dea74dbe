"""What follows from a large, unchanging value, worked out once for each value: validators of a tool, columns of a catalog.

Values are told apart by identity, since comparing a catalog costs more than what it saves; each is held as long as its entry.
"""

from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

__all__ = ["Kept"]

T = TypeVar("T")
V = TypeVar("V")


class Kept(Generic[T, V]):
    """A function of one argument that remembers its latest answers."""

    def __init__(self, make: Callable[[T], V], most: int = 64) -> None:
        self._make, self._most = make, most
        self._found: OrderedDict[int, tuple[T, V]] = OrderedDict()

    def __call__(self, thing: T) -> V:
        """The answer for this very object."""
        found = self._found.get(id(thing))
        if found is None or found[0] is not thing:
            found = self._found[id(thing)] = (thing, self._make(thing))
            if len(self._found) > self._most:
                self._found.popitem(last=False)
        return found[1]
