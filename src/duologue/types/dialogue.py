"""The dialogue: a tree of messages, each bound to the state after it."""

from typing import Literal

from msgspec import Struct, field

from duologue.types.needs import Act
from duologue.types.tasks import RowChange, Scenario
from duologue.types.tools import Json


class ToolCall(Struct, frozen=True, omit_defaults=True):
    """A call of a tool. `id` is unique in its dialogue."""

    id: str
    name: str
    arguments: dict[str, Json]
    own: bool = False
    """The user makes it, with a tool of their own (`Toolset.own`)."""


class Message(Struct, frozen=True, omit_defaults=True):
    """One message of the OpenAI chat format, and two kinds that it has no place for: what users do with tools of their own (`user_call`)
    and what they see then (`user_result`). The assistant is given neither, and no export holds them as messages."""

    role: Literal["system", "user", "assistant", "tool", "user_call", "user_result"]
    content: str = ""
    reasoning: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str = ""

    @property
    def is_own(self) -> bool:
        """What the user does, or sees, with a tool of their own: nothing that the assistant is given."""
        return self.role in ("user_call", "user_result")


class Origin(Struct, frozen=True, omit_defaults=True):
    """Where an argument's value came from. `kind`: user · result · policy · default · inference.
    `turn` is the index of the turn that said or returned it; `path` where in a result."""

    kind: str
    turn: int = -1
    path: str = ""


class Fault(Struct, frozen=True, omit_defaults=True):
    """What went wrong on purpose with the call behind a tool result; docs/faults.md lists the kinds."""

    kind: str
    done: bool = False
    """The call was carried out all the same, and its answer was held back."""
    held: str = ""
    """The answer held back, as the tool gave it."""


class Turn(Struct, frozen=True, omit_defaults=True, weakref=True):
    """A message in its place. `state` is the state of the environment after it (opaque, see `Session`)."""

    message: Message
    parent: int | None = None
    state: str = ""
    maker: str = "scripted"
    call: str = ""  # key of the model's call that made it
    task: int = 0
    """Index of the scenario's task it belongs to."""
    acts: tuple[Act, ...] = ()
    behaviours: tuple[str, ...] = ()
    """Of a scripted user's turn: what the user did beside going on with the goals, by the names in `simulate.behaviours`."""
    rationale: str = ""
    origins: dict[str, dict[str, Origin]] = field(default_factory=dict)
    """Call id → parameter → where its value came from."""
    changes: tuple[RowChange, ...] = ()
    """What the call behind a tool result changed."""
    fault: Fault | None = None
    """Of a tool result: what went wrong with the call on purpose."""
    train: bool = True
    done: bool = False
    """Of a user turn: the user declares the goal reached (`is_task_complete`)."""


class Fork(Struct, frozen=True, omit_defaults=True):
    """Where a branch leaves the conversation it was made from. Turns before `at` are its parent's, the others its own."""

    parent: str
    """Id of that conversation."""
    at: int
    number: int
    """Which of the branches at this place, from 1."""
    differ: Literal["agent", "user", "both", "fault"]
    """Whose dice are others from there on; fault: nobody's, but the first call there goes wrong on purpose."""
    seed: int
    """What those dice are thrown with, beside the scenario's seed."""
    mistake: str = ""
    """The mistake that the assistant was made to make at the fork, in words; empty where it made none on purpose."""
    noticed: tuple[str, ...] = ()
    """The checks that object to that mistake."""
    fault: str = ""
    """The kind of fault that the first call from the fork on is to meet; empty where none is to."""


class Offer(Struct, frozen=True, omit_defaults=True):
    """Tools that come or go midway. Turn `at` is a system message that says so; before it the assistant has none of those added, after it
    none of those withdrawn."""

    at: int
    added: tuple[str, ...] = ()
    withdrawn: tuple[str, ...] = ()


class Continued(Struct, frozen=True, omit_defaults=True):
    """Where a conversation that goes on leaves the one it goes on from. Turns before `at` are that one's, the others its own."""

    parent: str
    """Id of that conversation, or what it is called in its file."""
    at: int
    seed: int
    """What the dice are thrown with from there on, beside the scenario's seed."""
    task: int = 0
    """The first of the scenario's tasks that is new; those before it are the parent's, as far as they were begun."""
    offers: tuple[Offer, ...] = ()
    """Changes of the tools, also those of the conversations it goes on from, in order."""
    differing: tuple[int, ...] = ()
    """Turns before `at` that hold a result which the call does not give any more, and that was to be gone on with all the same."""
    settled: bool = False
    """What was said before `at` is one task without parts, since nothing more is known of it, or could be read."""
    moments: tuple[int, ...] = ()
    """Turns before `at` that hold a result which the call gives with other dates, times or numbers, since it is made at another moment."""


class Dialogue(Struct, frozen=True, omit_defaults=True):
    """A tree of turns, flat: a turn names its parent by index. Turn 0 is the system message."""

    id: str
    environment: str
    scenario: Scenario
    turns: tuple[Turn, ...] = ()
    fork: Fork | None = None
    """Of a branch: what it was made from."""
    continued: Continued | None = None
    """Of a conversation that goes on from another: what it goes on from."""

    def path(self, at: int = -1) -> tuple[Turn, ...]:
        """The conversation that ends at turn `at` (the last by default), root first."""
        index: int | None = at if at >= 0 else len(self.turns) + at
        out: list[Turn] = []
        while index is not None and index >= 0:
            turn = self.turns[index]
            out.append(turn)
            index = turn.parent
        return tuple(reversed(out))
