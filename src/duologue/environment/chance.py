"""Random numbers for schemas that ask for them.

No tool may call `random()`. But a column's default may be `lower(hex(randomblob(16)))`, and a row must still get its value:
the functions are replaced by ones that draw from the call's number and instant, so that a replay gets the same value.
"""

from random import Random
from typing import Any

import apsw

from duologue.ids import rng


class Chance:
    """Replaces `random` and `randomblob` on a connection."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._call = (0, 0)
        self._random: Random | None = None
        connection.create_scalar_function("random", self._number, 0, flags=apsw.SQLITE_INNOCUOUS)
        connection.create_scalar_function("randomblob", self._blob, 1, flags=apsw.SQLITE_INNOCUOUS)

    def begin(self, call: tuple[int, int]) -> None:
        """A call begins: its number and its instant."""
        self._call, self._random = call, None

    def _draw(self) -> Random:
        if self._random is None:
            self._random = rng(*self._call, "chance")
        return self._random

    def _number(self, *nothing: Any) -> int:
        return self._draw().getrandbits(64) - 2**63

    def _blob(self, *sizes: Any) -> bytes:
        size = sizes[0]
        return self._draw().randbytes(min(max(int(size), 1), 65_536) if isinstance(size, int | float) else 1)
