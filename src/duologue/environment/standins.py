"""Functions of a schema that would not repeat, replaced by ones that do.

No tool may call `random()`, and none may ask for local time. But a database comes with its own column defaults, triggers and
generated columns, and they may: `lower(hex(randomblob(16)))`, `datetime('now', 'localtime')`. A row must still get its value,
and a replay on another machine the same one. So random numbers are drawn from the call's number and instant, and the machine
is taken to stand in UTC. The second kind costs time, and is put in only where the schema speaks of local time at all.
"""

import re
from collections.abc import Callable
from random import Random
from typing import Any, Final

import apsw

from duologue.environment.pages import connect
from duologue.ids import rng

ZONED: Final = re.compile(r"'(?:localtime|utc)'", re.IGNORECASE)
"""A modifier that asks for the machine's time zone."""
DATE_FUNCTIONS: Final = ("date", "time", "datetime", "julianday", "strftime", "unixepoch")
_ZONES: Final = frozenset({"localtime", "utc"})


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


def take_utc_for_local(connection: apsw.Connection) -> None:
    """Let date functions of the connection ignore the machine's time zone."""
    plain = connect(b"", "calls")  # the same functions as they are, under the same clock
    for name in DATE_FUNCTIONS:
        connection.create_scalar_function(name, _zoneless(plain, name), deterministic=True, flags=apsw.SQLITE_INNOCUOUS)


def _zoneless(plain: apsw.Connection, name: str) -> Callable[..., Any]:
    def function(*values: Any) -> Any:
        kept = [v for v in values if not (isinstance(v, str) and v.strip().lower() in _ZONES)]
        rows = plain.execute(f"SELECT {name}({', '.join('?' * len(kept))})", kept).fetchall()
        return rows[0][0]

    return function
