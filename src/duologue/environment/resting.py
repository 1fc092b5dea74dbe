"""Sessions for thousands of conversations at once: only the few that were used last hold a live copy of the database.

A resting session is the calls made so far and the state they led to. Its next call opens it again (`open_session` makes the write
calls once more, which takes microseconds and is exact), and the one that was left alone longest goes to rest in its place. One in which
nothing was called yet has never been awake: where models speak, all begin long before their first calls.
"""

from collections import OrderedDict
from collections.abc import Iterable

from duologue.environment.session import SqliteSession, first_state, open_session
from duologue.environment.sqlite import Image
from duologue.protocols import Outcome, StateToken
from duologue.types import ClockSpec, Environment, Json, ToolCall

LIVE = 48
"""Live copies that are held at the same time."""


class Dormitory:
    """Wakes sessions and lets the longest unused rest. One for all conversations of a run."""

    def __init__(self, live: int = LIVE) -> None:
        self._most = live
        self._awake: OrderedDict[RestingSession, SqliteSession] = OrderedDict()

    def open(
        self, image: Image, environment: Environment, clock: ClockSpec, calls: Iterable[ToolCall] = ()
    ) -> "RestingSession":
        """A session in the state behind `calls` (see `open_session`). Raises `UserError` as `Sandbox` does."""
        return RestingSession(self, image, environment, clock, calls)

    def wake(self, session: "RestingSession") -> SqliteSession:
        """The live session behind a resting one."""
        live = self._awake.pop(session, None) or session.reopened()
        self._awake[session] = live
        while len(self._awake) > self._most:
            _, idle = self._awake.popitem(last=False)
            idle.close()
        return live

    def dismiss(self, session: "RestingSession") -> None:
        """Close what is live of a session."""
        live = self._awake.pop(session, None)
        if live is not None:
            live.close()


class RestingSession:
    """A `Session` that holds a copy of the database only while it is in use."""

    def __init__(
        self, home: Dormitory, image: Image, environment: Environment, clock: ClockSpec, calls: Iterable[ToolCall] = ()
    ) -> None:
        self._home, self._image, self._environment, self._clock = home, image, environment, clock
        self._calls = list(calls)
        self._state = home.wake(self).state if self._calls else first_state(image, environment, clock)

    @property
    def state(self) -> StateToken:
        """The state it is in now."""
        return self._state

    async def call(self, name: str, arguments: dict[str, Json], own: bool = False) -> Outcome:
        """Execute a tool; see `SqliteSession.execute`."""
        live = self._home.wake(self)
        outcome = live.execute(name, arguments, own)
        self._calls.append(ToolCall("", name, arguments, own))
        self._state = outcome.state
        return outcome

    def refuses(self, name: str, arguments: dict[str, Json]) -> bool:
        """Whether a call would fail now; see `SqliteSession.refuses`."""
        return self._home.wake(self).refuses(name, arguments)

    def around(
        self, name: str, arguments: dict[str, Json], look: tuple[str, dict[str, Json]]
    ) -> tuple[Json, Json] | None:
        """What a read would give before and after a call made now; see `SqliteSession.around`."""
        return self._home.wake(self).around(name, arguments, look)

    def earlier(self, name: str, arguments: dict[str, Json]) -> tuple[dict[str, Json], str] | None:
        """What a call gave right before the last change; see `SqliteSession.earlier`."""
        return self._home.wake(self).earlier(name, arguments)

    def reopened(self) -> SqliteSession:
        """A live session in the same state."""
        return open_session(self._image, self._environment, self._clock, self._calls)

    def close(self) -> None:
        """Let everything go."""
        self._home.dismiss(self)
