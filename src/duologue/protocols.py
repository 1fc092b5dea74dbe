"""The seams: each a protocol of one or two methods, so that a maker can be swapped without touching its neighbours.

`scripted` and `model` makers stand behind the same protocol and mix freely by role.
"""

from collections.abc import Container
from typing import Protocol

from msgspec import Struct

from duologue.types import Act, Json, Message, Origin, RowChange, Scenario, Task, Toolset, Turn

StateToken = str
"""Names a state of an environment. Opaque: only the session that issued it can read it."""


class Outcome(Struct, frozen=True):
    """What a call gave: the result as JSON text (what the dialogue shows), the rows it changed, and the state after it."""

    result: Json
    text: str
    changes: tuple[RowChange, ...]
    state: StateToken
    failed: bool
    """The result is an error."""


class Session(Protocol):
    """One live, private, mutable copy of an environment."""

    @property
    def state(self) -> StateToken:
        """The state it is in now."""

    async def call(self, name: str, arguments: dict[str, Json]) -> Outcome:
        """Execute a tool. Errors the caller can cause come back in the outcome; only a broken environment raises."""

    def close(self) -> None:
        """Let its resources go. A closed session can be opened again from the path that led to its state."""


class Utterance(Struct, frozen=True):
    """What a speaker says: a message, what it does, and (for the record only) why."""

    message: Message
    acts: tuple[Act, ...] = ()
    rationale: str = ""
    origins: dict[str, dict[str, Origin]] = {}
    done: bool = False
    train: bool = True
    task: int = -1
    """Of a user: the task this turn opens or belongs to; -1 = the one under way."""


class View(Struct, frozen=True):
    """What a speaker sees: the turns so far. Acts of the partner hold nothing that the text does not say."""

    turns: tuple[Turn, ...]
    task: int
    """Index of the task being worked on."""


class Speaker(Protocol):
    """A user or an agent. What it knows beyond the view (the tasks; the tools) it got when it was made."""

    async def reply(self, view: View) -> Utterance:
        """The next message."""


class ToolMaker(Protocol):
    """Stages A, B and G: an environment's tools."""

    def toolset(self, variant: int) -> Toolset:
        """Toolset number `variant`; the same number always gives the same set."""


class TaskMaker(Protocol):
    """Stages C and F: scenarios of proven tasks."""

    def scenario(self, item: str, used: Container[str], mode: str = "user") -> Scenario:
        """The scenario of one item, without what is in `used`: ids of tasks, and what they asked. The same item always gives
        the same scenario.

        Raises `StageError` where no new task could be proven.
        """

    def asks(self, task: Task) -> list[str]:
        """What a task asks, part by part: names that go into `used` beside its id."""
