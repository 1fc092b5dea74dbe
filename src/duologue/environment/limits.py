"""What one call may cost, in units that are the same on every machine.

VM steps instead of seconds, rows and bytes instead of patience: a call that is refused here is refused in every replay.
SQLite's own limits close what steps cannot see: one opcode could build a gigabyte, or search one text in another for hours.
Last comes a net of CPU seconds. It is no part of the budget (what it stops may pass on a faster machine); it lies ten times
beyond the longest that the steps allow in ordinary work, and only a statement made to waste time ever meets it.
"""

from typing import Final

import apsw
from msgspec import Struct


class Limits(Struct, frozen=True):
    """Budgets of one call."""

    steps: int = 20_000_000
    """SQLite VM steps, all statements of the call together (some tenths of a second)."""
    rows: int = 200
    """Rows of one list in a result."""
    bytes: int = 65_536
    """Size of a result as JSON text."""
    text: int = 8_192
    """Characters of one text value in a result that is too large otherwise."""
    changes: int = 20_000
    """Rows that one call may change."""
    arguments: int = 65_536
    """Size of the arguments as JSON text."""
    seconds: float = 10.0
    """CPU seconds of the net."""


DEFAULT_LIMITS: Final = Limits()

STEPS_PER_LOOK: Final = 1_000
"""How often the budget is looked at."""

VALUE_BYTES: Final = 100_000
"""Longest text or blob SQL may build, unless the image already holds longer ones."""

_SQLITE_LIMITS: Final = (
    (apsw.SQLITE_LIMIT_SQL_LENGTH, 100_000),
    (apsw.SQLITE_LIMIT_COMPOUND_SELECT, 50),
    (apsw.SQLITE_LIMIT_EXPR_DEPTH, 500),
    (apsw.SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 1_000),
    (apsw.SQLITE_LIMIT_VARIABLE_NUMBER, 500),
    (apsw.SQLITE_LIMIT_TRIGGER_DEPTH, 50),
    (apsw.SQLITE_LIMIT_WORKER_THREADS, 0),
    (apsw.SQLITE_LIMIT_ATTACHED, 0),
)


def set_limits(connection: apsw.Connection, value_bytes: int = VALUE_BYTES) -> None:
    """Apply SQLite's limits to a connection."""
    for limit, value in _SQLITE_LIMITS:
        connection.limit(limit, value)
    connection.limit(apsw.SQLITE_LIMIT_LENGTH, value_bytes)
