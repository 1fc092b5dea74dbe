"""A user played by a model that has tools of its own: how they stand on its page, what it returns to use one, and what may be wrong with that."""

from collections.abc import Mapping, Sequence
from itertools import takewhile
from typing import Any, Final

from msgspec import Struct

from duologue.checks.schema import validators
from duologue.ids import to_json
from duologue.plans.guides import own_values
from duologue.types import Json, Task, Tool, ToolCall, Turn

__all__ = ["SpokenOrDone", "misused", "on_page", "own_call", "shown_back"]

_MOST_USES: Final = 4
"""Uses of tools before the user has to say something."""


class SpokenOrDone(Struct, frozen=True, forbid_unknown_fields=True):
    """What the model returns: a message, or the use of a tool."""

    user_message: str = ""
    is_task_complete: bool = False
    tool: str = ""
    arguments: dict[str, Json] = {}


def on_page(tool: Tool) -> dict[str, Any]:
    """A tool as the page tells of it: without what is theirs anyway."""
    properties = tool.parameters.get("properties", {})
    return {
        "name": tool.name,
        "description": tool.description,
        "arguments": [f"{name}: {to_json(schema)}" for name, schema in properties.items() if name not in _own(tool)],
    }


def own_call(said: SpokenOrDone, tool: Tool, task: Task, at: int) -> ToolCall:
    """The call that a use comes to, as the message `at`."""
    return ToolCall(f"own_{at}_1", tool.name, {**said.arguments, **own_values(tool, task.own)}, own=True)


def misused(said: SpokenOrDone, tools: Mapping[str, Tool], task: Task, turns: Sequence[Turn]) -> tuple[str, str] | None:
    """What is wrong with a use: a code for the record, and words the model can act on. None where nothing is."""
    tool = tools.get(said.tool) if said.tool in task.user_tools else None
    if tool is None:
        return "no such tool", f"There is no {said.tool[:60]!r}. There are: {', '.join(task.user_tools)}."
    if not validators(tool)[0].is_valid(own_call(said, tool, task, 0).arguments):
        return (
            "wrong arguments",
            f"The arguments of {tool.name} don't fit. It takes: {', '.join(on_page(tool)['arguments']) or 'none'}.",
        )
    since = sum(bool(t.message.tool_calls) for t in takewhile(lambda t: t.message.is_own, reversed(turns)))
    if since >= _MOST_USES:
        return "says nothing", "You have done enough for now. Tell the assistant what you saw."
    return None


def shown_back(turn: Turn, tools: Mapping[str, Tool]) -> str:
    """A use as the model is shown that it returned it; of a result, what it showed."""
    if turn.message.role == "user_result":
        return turn.message.content
    call = turn.message.tool_calls[-1]
    own = _own(tools[call.name]) if call.name in tools else set()
    given = {name: value for name, value in call.arguments.items() if name not in own}
    return to_json(SpokenOrDone(tool=call.name, arguments=given))


def _own(tool: Tool) -> set[str]:
    return {name for name, slot in tool.inputs.items() if slot.use == "own"}
