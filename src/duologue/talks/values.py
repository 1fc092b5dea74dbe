"""A conversation as some file holds it.

Nothing here is checked on the way in. A file of strangers may hold calls without a name, results without a call, arguments that
are no JSON; such things are kept as they were written, beside what could be made of them, because they are what an audit looks for.
"""

from typing import Literal

from msgspec import Struct

from duologue.types import Json

__all__ = ["Call", "Offered", "Place", "Talk", "Turn", "Unreadable"]


class Place(Struct, frozen=True):
    """Where in which file something stands. `line` counts from 1; `index` is the place in a list of conversations, from 0, or
    -1 where every line is one."""

    file: str
    line: int
    index: int = -1


class Unreadable(Struct, frozen=True):
    """A row that is no conversation, and why. `what` is ours, `evidence` the file's."""

    place: Place
    what: str
    evidence: str = ""


class Call(Struct, frozen=True):
    """A call as it was written. `arguments` is None where no object could be made of `text`, and `problem` says why."""

    id: str
    """The id given, or one made up by its place where the file has none."""
    name: str
    arguments: dict[str, Json] | None
    text: str
    problem: str = ""
    named: bool = False
    """The file gives an id."""


class Turn(Struct, frozen=True):
    """One message. `place` is its index in the file's own list of messages, -1 for a system text that stands outside of it."""

    role: Literal["system", "user", "assistant", "tool"]
    text: str
    place: int
    reasoning: str = ""
    calls: tuple[Call, ...] = ()
    answers: str = ""
    """Of a tool result: the id of the call it names; empty where it names none."""
    name: str = ""
    """Of a tool result: the tool it says it is from."""
    cut: bool = False
    """The file itself says that it was cut off."""
    other: bool = False
    """It holds something that is no text: an image, a sound."""


class Offered(Struct, frozen=True):
    """A tool as the conversation offers it."""

    name: str
    description: str
    parameters: dict[str, Json]
    returns: dict[str, Json] | None = None
    problems: tuple[str, ...] = ()
    """What is wrong with how it is declared."""
    doubts: tuple[str, ...] = ()
    odd: tuple[str, ...] = ()
    """Names it gives as types that are none."""


class Talk(Struct, frozen=True):
    """One conversation. `tools` is None where the file says nothing of tools."""

    place: Place
    form: str
    """openai · sharegpt · responses."""
    turns: tuple[Turn, ...]
    tools: tuple[Offered, ...] | None = None
    tools_problem: str = ""
    prompt: bool = False
    """It is there to be answered, and holds no answer by design."""
    metadata: dict[str, Json] | None = None
    """What the row says of itself beside the messages, as it stands there."""
