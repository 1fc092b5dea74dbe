"""What the tests of every built-in domain do: ask its image for rows, and open a session with its own tools."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import apsw

from duologue.environment import SqliteSession, open_session
from duologue.sources import Source
from duologue.types import ClockSpec, Environment, Json, Toolset

Ask = Callable[[str], list[dict[str, Json]]]


def asking(database: apsw.Connection) -> Ask:
    """Rows of a query on the image, as dicts."""

    def query(sql: str) -> list[dict[str, Json]]:
        cursor = database.execute(sql)
        return [dict(zip((c[0] for c in cursor.get_description()), row, strict=True)) for row in cursor]

    return query


def opened(name: str, source: Source, start: str) -> AbstractContextManager[SqliteSession]:
    """A session at that moment."""
    assert source.policy is not None
    toolset = Toolset(name, source.tools, own=source.own_tools)
    environment = Environment(name, source.name, source.image.hash, toolset, source.policy)
    return open_session(source.image, environment, ClockSpec(start, seed=1))
