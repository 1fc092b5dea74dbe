"""What the tests of every built-in domain do: build it once, ask its image for rows, open a session with its own tools, and say of a call that it went
through or was refused.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import cache

import apsw
import jsonschema_rs

from duologue.environment import SqliteSession, open_session
from duologue.sources import Source, from_domain
from duologue.types import ClockSpec, Environment, Json, Toolset

Ask = Callable[[str], list[dict[str, Json]]]
Do = Callable[..., Json]
Promised = dict[str, jsonschema_rs.Validator]


@cache
def built(domain: str) -> Source:
    """A built-in domain, built once for all tests."""
    return from_domain(domain)


def asking(database: apsw.Connection) -> Ask:
    """Rows of a query on the image, as dicts."""

    def query(sql: str) -> list[dict[str, Json]]:
        cursor = database.execute(sql)
        return [dict(zip((c[0] for c in cursor.get_description()), row, strict=True)) for row in cursor]

    return query


def opened(source: Source, clock: ClockSpec) -> AbstractContextManager[SqliteSession]:
    """A session with the domain's own tools, at that moment."""
    assert source.policy is not None
    toolset = Toolset(source.name, source.tools, own=source.own_tools)
    environment = Environment(source.name, source.name, source.image.hash, toolset, source.policy)
    return open_session(source.image, environment, clock)


def goes_through(session: SqliteSession, tool: str, arguments: dict[str, Json]) -> None:
    """The call succeeds and changes something."""
    outcome = session.execute(tool, arguments)
    assert not outcome.failed, outcome.text
    assert outcome.changes


def refusal(session: SqliteSession, tool: str, **arguments: Json) -> str:
    """The kind of error a call comes back with: it says in words what is wrong, and nothing has changed."""
    outcome = session.execute(tool, arguments)
    assert outcome.failed, outcome.text
    error = outcome.result["error"]
    assert "{" not in error["message"]
    assert "None" not in error["message"]
    assert outcome.changes == ()
    return str(error["type"])


def changed(session: SqliteSession, tool: str, **arguments: Json) -> dict[str, list[str]]:
    """What a call does to which table."""
    outcome = session.execute(tool, arguments)
    assert not outcome.failed, outcome.text
    out: dict[str, list[str]] = {}
    for change in outcome.changes:
        out.setdefault(change.table, []).append(change.op)
    return out
