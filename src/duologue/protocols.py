"""The seams: each a protocol of one or two methods, so that a maker can be swapped without touching its neighbours.

`scripted` and `model` makers stand behind the same protocol and mix freely by role.
"""

from collections.abc import Container, Mapping
from typing import Protocol

from msgspec import Struct

from duologue.types import Act, Fault, Json, Message, Origin, RowChange, Scenario, Task, Tool, Toolset, Turn

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
    fault: Fault | None = None
    """What went wrong on purpose."""


class Session(Protocol):
    """One live, private, mutable copy of an environment."""

    @property
    def state(self) -> StateToken:
        """The state it is in now."""

    async def call(self, name: str, arguments: dict[str, Json], own: bool = False) -> Outcome:
        """Execute a tool: of the assistant's, or one that is the user's `own`. Errors the caller can cause come back in the outcome; only a
        broken environment raises."""

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
    maker: str = "scripted"
    """scripted, or the name of the model."""
    call: str = ""
    """Key of the model's call (see `Answer.key`); empty for a scripted utterance."""
    behaviours: tuple[str, ...] = ()
    """What a scripted user does beside going on with the goals."""


class View(Struct, frozen=True):
    """What a speaker sees: the turns so far. Acts of the partner hold nothing that the text does not say."""

    turns: tuple[Turn, ...]
    task: int
    """Index of the task being worked on."""


class Speaker(Protocol):
    """A user or an agent. What it knows beyond the view (the tasks; the tools) it got when it was made."""

    async def reply(self, view: View) -> Utterance:
        """The next message."""


class Journal(Protocol):
    """Where a conversation is written down while it is played, so that it can be gone on with after a crash."""

    @property
    def turns(self) -> tuple[Turn, ...]:
        """Those that were written before; empty where it begins."""

    def __call__(self, turns: tuple[Turn, ...]) -> None:
        """Take down the turns so far. Called after each move."""


class ToolMaker(Protocol):
    """Stages A, B and G: an environment's tools."""

    def toolset(self, variant: int) -> Toolset:
        """Toolset number `variant`; the same number always gives the same set."""


class Tried(Struct, frozen=True):
    """What became of an item's drafts of tasks before a scenario stood."""

    candidates: Mapping[str, int] = {}
    """Why drafts were given up → how many; empty = proven."""
    untried: Mapping[tuple[str, str], int] = {}
    """Of the proven ones: (kind of mutation, rule by which one was not made) → how many."""


class TaskMaker(Protocol):
    """Stages C and F: scenarios of proven tasks.

    An item's scenario comes in two moves. `prepare` may take its time (a model is asked) and knows nothing of other items, so
    many are prepared at once; `scenario` is called in the order of the items and sees what they have used up.
    """

    async def prepare(self, item: str, mode: str = "user") -> None:
        """Do what can be done for an item without knowing of the others. Raises `StageError` where nothing came of it."""

    def scenario(self, item: str, used: Container[str], mode: str = "user") -> Scenario:
        """The scenario of one item, without what is in `used`: ids of tasks, and what they asked. The same item always gives
        the same scenario.

        Raises `StageError` where no new task could be proven.
        """

    def asks(self, task: Task) -> list[str]:
        """What a task asks, part by part: names that go into `used` beside its id."""

    def tried(self, item: str) -> Tried:
        """What was drafted for an item since this was last asked, for the record."""


# ── Models ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


class Request(Struct, frozen=True, omit_defaults=True):
    """What a model is asked, in one call. `messages` begin with the system message.

    Everything in it, and nothing else, names the answer: the same request of the same run always gets the same recorded
    answer. `scope` and `draw` make two askings of the same words two requests.
    """

    role: str
    """The part played: questions · tools · expansion · returns · domain · tasks · user · agent · simulator · judge · wording."""
    messages: tuple[Message, ...]
    scope: str = ""
    """What it is for: an item and attempt ("17.0"), a toolset ("tools.2"). Calls of one scope go to one replica, in order."""
    tools: tuple[Tool, ...] = ()
    """Tools the model may call natively."""
    schema: dict[str, Json] | None = None
    """JSON Schema of the answer, where it is to be JSON."""
    prompt: str = ""
    """Hash of the prompt file it was written from."""
    draw: int = 0
    """Which drawing of an answer to the same words, from 0."""


class Usage(Struct, frozen=True, omit_defaults=True):
    """Tokens of one call. `cached` are those of `prompt` that the server had in its cache."""

    prompt: int = 0
    cached: int = 0
    completion: int = 0


class Answer(Struct, frozen=True, omit_defaults=True):
    """What a model answered. `message` is the assistant's: text, reasoning, tool calls with the ids the server gave."""

    message: Message
    model: str = ""
    usage: Usage = Usage()
    seconds: float = 0.0
    dollars: float = 0.0
    key: str = ""
    """Names the call in the record."""
    malformed: str = ""
    """What is wrong with its tool calls (arguments that are no JSON object), in words the model can act on; those calls are
    left out of `message`."""


class ChatModel(Protocol):
    """A language model behind a chat protocol."""

    async def ask(self, request: Request) -> Answer:
        """The answer.

        Raises `StageError` (stage: the request's role) where this one call can't be answered after the stated retries,
        `UserError` where no call could be (unreachable, key refused, unknown model), `LimitReachedError` where a limit of
        the person's forbids it.
        """
