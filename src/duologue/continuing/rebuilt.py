"""The state behind a conversation, built again by making its calls, with what came out otherwise than it is recorded.

Nobody knows to the second when a stranger's conversation took place. So its calls are made in a second session too, at another time: what
differs between the two hangs on the moment. There another date, time or number is no difference in the data; other words are one.
"""

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from duologue.environment import Image, open_session
from duologue.plans.placeholders import leaves
from duologue.plans.timeless import timeless
from duologue.plans.trace import read_result
from duologue.protocols import Outcome
from duologue.types import ClockSpec, Environment, Json, ToolCall, Turn
from duologue.verify.replay import difference

__all__ = ["Difference", "rebuilt"]

_LATER = "2101-03-04T05:06:07"


class Difference(Struct, frozen=True):
    """A call that gives something else now. `turn` is that of its result; `moment`: only in what hangs on the time of day."""

    turn: int
    tool: str
    what: str
    moment: bool = False


def rebuilt(
    path: Sequence[Turn], environment: Environment, image: Image, clock: ClockSpec
) -> tuple[tuple[Turn, ...], tuple[Difference, ...]]:
    """The turns with the state after each and what each call changed, and the differences. A call that met a fault on purpose is held to
    the answer that was held back, or is not made."""
    session = open_session(image, environment, clock)
    other = open_session(image, environment, replace(clock, start=_LATER))
    calls: dict[str, ToolCall] = {}
    turns: list[Turn] = []
    found: list[Difference] = []
    try:
        for number, turn in enumerate(path):
            calls.update((c.id, c) for c in turn.message.tool_calls)
            answers = turn.message.role in ("tool", "user_result")
            call = calls.get(turn.message.tool_call_id) if answers else None
            if call is None or (turn.fault is not None and not turn.fault.done):
                turns.append(replace(turn, state=session.state))
                continue
            outcome = session.execute(call.name, call.arguments, call.own)
            again = other.execute(call.name, call.arguments, call.own)
            found += _differences(number, turn, call, (outcome, again))
            turns.append(replace(turn, state=outcome.state, changes=outcome.changes))
    finally:
        session.close()
        other.close()
    return tuple(turns), tuple(found)


def _differences(number: int, turn: Turn, call: ToolCall, outcomes: tuple[Outcome, Outcome]) -> list[Difference]:
    outcome, later = outcomes
    recorded = turn.fault.held if turn.fault is not None else turn.message.content
    if outcome.text == recorded:
        known = not turn.changes or turn.changes == outcome.changes
        return [] if known else [Difference(number, call.name, "it changes other rows")]
    moment = _same(read_result(recorded), outcome.result, later.result)
    return [Difference(number, call.name, difference(recorded, outcome.text), moment)]


def _same(recorded: Json, now: Json, later: Json) -> bool:
    """Whether two results hold the same, but for dates, times and numbers that are others at another time."""
    if recorded == now:
        return True
    before, here, there = dict(leaves(recorded)), dict(leaves(now)), dict(leaves(later))
    return before.keys() == here.keys() and all(
        here[path] == value
        or (
            path in there
            and there[path] != here[path]
            and timeless(value) == timeless(here[path]) == timeless(there[path])
        )
        for path, value in before.items()
    )
