"""Reads of what nobody has changed, executed once.

While tasks are drawn and proven the same reads are made again and again of tables nobody has changed: the list a task is drawn from is
also what its proof reads. Such a read is executed the first time and remembered. What asks for the time, what writes, and what may
read a table that was written to is always executed; so is every call of a conversation, and every call of its replay.
"""

import re
from collections import OrderedDict

from duologue.environment import SqliteSession
from duologue.ids import to_json
from duologue.protocols import Outcome
from duologue.types import Environment, Json, Tool

LIMIT = 2000
"""Results kept; the longest unused goes first."""
_TIME = re.compile(r"(?i)\b(now|current_\w+|date|time|datetime|julianday|unixepoch|strftime|timediff)\b")
_QUOTED = re.compile(r'"[^"]*"')
"""Names of columns and fields: one that is called "date" asks no clock."""


class Recall:
    """The reads of one environment's image."""

    def __init__(self, environment: Environment) -> None:
        self._lasting = {t.name for t in environment.toolset.tools if t.effect == "read" and not asks_the_time(t)}
        self._kept: OrderedDict[str, Outcome] = OrderedDict()

    def execute(self, session: SqliteSession, name: str, arguments: dict[str, Json], own: bool = False) -> Outcome:
        """The outcome of a call, of the assistant's or the user's `own` (whose names differ)."""
        if own:
            return session.execute(name, arguments, own)
        if name not in self._lasting or not session.is_as_before(name):
            return session.execute(name, arguments)
        mark = f"{name} {to_json(dict(sorted(arguments.items())))}"
        if mark in self._kept:
            self._kept.move_to_end(mark)
        else:
            self._kept[mark] = session.execute(name, arguments)
            if len(self._kept) > LIMIT:
                self._kept.popitem(last=False)
        return self._kept[mark]


def asks_the_time(tool: Tool) -> bool:
    """One of its statements looks at the clock."""
    return any(_TIME.search(_QUOTED.sub('""', s.sql)) for s in tool.run)
