"""The state behind a conversation, built again by making its calls, with what came out otherwise than it is recorded."""

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from duologue.environment import Image, open_session
from duologue.plans.trace import read_result
from duologue.types import ClockSpec, Environment, ToolCall, Turn
from duologue.verify.replay import difference

__all__ = ["Difference", "rebuilt"]


class Difference(Struct, frozen=True):
    """A call that gives something else now. `turn` is that of its result."""

    turn: int
    tool: str
    what: str


def rebuilt(
    path: Sequence[Turn], environment: Environment, image: Image, clock: ClockSpec
) -> tuple[tuple[Turn, ...], tuple[Difference, ...]]:
    """The turns with the state after each and what each call changed, and the differences. A call that met a fault on purpose is held to
    the answer that was held back, or is not made."""
    session = open_session(image, environment, clock)
    calls: dict[str, ToolCall] = {}
    turns, found = [], []
    try:
        for number, turn in enumerate(path):
            calls.update((c.id, c) for c in turn.message.tool_calls)
            call = calls.get(turn.message.tool_call_id) if turn.message.role == "tool" else None
            if call is None or (turn.fault is not None and not turn.fault.done):
                turns.append(replace(turn, state=session.state))
                continue
            outcome = session.execute(call.name, call.arguments)
            recorded = turn.fault.held if turn.fault is not None else turn.message.content
            if outcome.text != recorded and read_result(recorded) != outcome.result:
                found.append(Difference(number, call.name, difference(recorded, outcome.text)))
            elif turn.changes and turn.changes != outcome.changes:
                found.append(Difference(number, call.name, "it changes other rows"))
            turns.append(replace(turn, state=outcome.state, changes=outcome.changes))
    finally:
        session.close()
    return tuple(turns), tuple(found)
