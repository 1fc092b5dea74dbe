"""A conversation as the checks read it: calls with their results, and who said what, each with its turn.

Turns are numbered by their place in the path (the system message is 0). A tool result is parsed once, and the same object for whoever
meets the same text (`ids.from_json`): proofs, the user gate and verification do so over and over. A trace
can also be staged from calls alone (`staged`), which is how a plan is put before the same checks as a conversation.
"""

from collections.abc import Iterable, Mapping, Sequence

import msgspec
from msgspec import Struct

from duologue.ids import from_json
from duologue.kept import Kept
from duologue.plans.hidden import HIDDEN_COLUMNS
from duologue.plans.renamed import SCHEMA_DRIFT
from duologue.protocols import Outcome
from duologue.types import Dialogue, Fault, Json, Message, Origin, RowChange, Tool, ToolCall, Toolset, Turn

__all__ = ["Executed", "Said", "Trace", "is_error", "read_result", "staged", "trace"]


class Executed(Struct, frozen=True):
    """A call that was answered."""

    index: int
    """Its place among the calls of the conversation, from 0."""
    at: int
    """The turn of the assistant's message that makes it."""
    turn: int
    """The turn of its result."""
    call: ToolCall
    result: Json
    """As it is meant: where its fields came under other names, under those that the tool promises."""
    text: str
    """The result as the dialogue shows it."""
    failed: bool
    effect: str
    """read · write; empty for a tool that is not in the toolset."""
    changes: tuple[RowChange, ...]
    before: str
    """The state it met."""
    state: str
    """The state after it."""
    task: int
    origins: dict[str, Origin]
    fault: Fault | None = None
    """What went wrong on purpose."""
    own: bool = False
    """The user made it, with a tool of their own."""

    @property
    def lost(self) -> bool:
        """What it was to give did not come, or not whole, through nobody's fault. What came under other names came."""
        return self.fault is not None and self.fault.kind != SCHEMA_DRIFT

    @property
    def partly(self) -> bool:
        """A read that answered, though without some of its fields."""
        return self.fault is not None and self.fault.kind == HIDDEN_COLUMNS and self.effect == "read"

    @property
    def worked(self) -> bool:
        """It did what it was to do, whether or not its answer came."""
        if self.fault is None or not self.lost:
            return not self.failed
        return self.fault.done and self.effect == "write"


class Said(Struct, frozen=True):
    """A text in the conversation."""

    turn: int
    text: str
    task: int


class Trace(Struct, frozen=True):
    """A conversation, sorted by kind; each part in the order of the conversation."""

    turns: tuple[Turn, ...]
    calls: tuple[Executed, ...]
    assistant: tuple[Said, ...]
    user: tuple[Said, ...]
    system: tuple[Said, ...]
    tools: dict[str, Tool]
    own: tuple[Executed, ...] = ()
    """Calls of the user's own tools, each with its place among these. `calls` holds none of them."""
    own_tools: Mapping[str, Tool] = {}
    """The user's own tools."""

    def of_task(self, task: int) -> tuple[Executed, ...]:
        """The calls that belong to one task."""
        return tuple(c for c in self.calls if c.task == task)

    @property
    def made(self) -> tuple[Executed, ...]:
        """All calls, the user's own among the assistant's, in the order in which they were made."""
        return tuple(sorted((*self.calls, *self.own), key=lambda c: c.turn)) if self.own else self.calls


def is_error(result: Json) -> bool:
    """Whether a result is an error as data: `{"error": {"type", "message", …}}`."""
    error = result.get("error") if isinstance(result, dict) else None
    return isinstance(error, dict) and "type" in error and "message" in error


_named: Kept[Toolset, dict[str, Tool]] = Kept(lambda toolset: {t.name: t for t in toolset.tools})
_owned: Kept[Toolset, dict[str, Tool]] = Kept(lambda toolset: {t.name: t for t in toolset.own})


def read_result(text: str) -> Json:
    """The value of a tool message; text that is no JSON stays text (the schema check objects to it)."""
    try:
        return from_json(text)
    except msgspec.DecodeError:
        return text


def trace(path: Dialogue | Sequence[Turn], toolset: Toolset) -> Trace:
    """Sort a conversation (a dialogue's main path, or a path of turns) for the checks."""
    turns = path.path() if isinstance(path, Dialogue) else tuple(path)
    tools = _named(toolset)
    said: dict[str, list[Said]] = {"assistant": [], "user": [], "system": []}
    calls: list[Executed] = []
    own: list[Executed] = []
    waiting: dict[str, tuple[int, ToolCall]] = {}
    state = ""
    for number, turn in enumerate(turns):
        message = turn.message
        if message.role == "tool":
            if message.tool_call_id in waiting:
                at, call = waiting.pop(message.tool_call_id)
                calls.append(_executed(len(calls), (at, number), call, turns, tools.get(call.name), state))
        elif message.role == "user_result":
            if message.tool_call_id in waiting:
                at, call = waiting.pop(message.tool_call_id)
                own.append(_executed(len(own), (at, number), call, turns, _owned(toolset).get(call.name), state))
        elif message.content and message.role != "user_call":
            said[message.role].append(Said(number, message.content, turn.task))
        for call in message.tool_calls:
            waiting[call.id] = (number, call)
        state = turn.state or state
    spoken = tuple(said["assistant"]), tuple(said["user"]), tuple(said["system"])
    return Trace(turns, tuple(calls), *spoken, tools, tuple(own), _owned(toolset))


def _executed(
    index: int, places: tuple[int, int], call: ToolCall, turns: Sequence[Turn], tool: Tool | None, before: str
) -> Executed:
    at, number = places
    turn = turns[number]
    shown = turn.fault is None or turn.fault.kind != SCHEMA_DRIFT
    result = read_result(turn.message.content if shown or turn.fault is None else turn.fault.held)
    return Executed(
        index=index,
        at=at,
        turn=number,
        call=call,
        result=result,
        text=turn.message.content,
        failed=is_error(result),
        effect=tool.effect if tool is not None else "",
        changes=turn.changes,
        before=before,
        state=turn.state or before,
        task=turn.task,
        origins=turns[at].origins.get(call.id, {}),
        fault=turn.fault,
        own=call.own,
    )


def staged(runs: Iterable[tuple[ToolCall, Outcome]], said: Sequence[str], toolset: Toolset, asked: str = "") -> Trace:
    """A trace of one task made of executed calls, one by one, and then the statements `said`, in one message.

    `asked` is the user's opening. This is how a plan that was run stands before the checks that need no wording.
    """
    turns = [Turn(Message("system")), Turn(Message("user", content=asked or "…"))]
    for call, outcome in runs:
        turns.append(Turn(Message("user_call" if call.own else "assistant", tool_calls=(call,)), state=turns[-1].state))
        answer = Message("user_result" if call.own else "tool", content=outcome.text, tool_call_id=call.id)
        turns.append(Turn(answer, state=outcome.state, changes=outcome.changes))
    if said:
        turns.append(Turn(Message("assistant", content="\n".join(said)), state=turns[-1].state))
    return trace(turns, toolset)
