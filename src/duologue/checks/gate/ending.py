"""The end: when everything is done, not before, and not long after."""

from collections.abc import Callable, Iterable, Sequence

from duologue.checks.case import Case
from duologue.checks.findings import IDLE, OPEN, TOO_LONG, UNASKED
from duologue.checks.reliance import was_told
from duologue.plans.match import Missing
from duologue.plans.trace import Trace
from duologue.types import Task, Turn

__all__ = ["See", "ending"]

MOST_AFTER = 6
"""User turns that may follow the last call: thanks, a recap, a doubt, a goodbye."""
MOST_WAITING = 12
"""User turns without a call while something is open: an assistant that only asks is not the user's fault, but has to end."""

See = Callable[[], Case]
"""Gives the conversation as a case; called only where it is needed."""

_BY_WORDS = frozenset({"trust", "give up"})
"""Acts of an ending on the assistant's word, or for want of it. What stays open then is the assistant's failure: `calls` and
`disclosure` find it."""
_WALLS = frozenset({"error", "cannot", "not found", "refuse"})


def ending(tasks: Sequence[Task], turns: Sequence[Turn], at: int, see: See) -> list[str]:
    """What is wrong with how a turn ends the conversation, or does not."""
    turn = turns[at]
    if turn.done and any(a.kind in _BY_WORDS for a in turn.acts):
        return _unasked(tasks, turns, at)
    if turn.done:
        return _too_early(tasks, turns, at, see())
    after = 0
    for earlier in reversed(turns[: at + 1]):
        if earlier.message.role in ("tool", "user_result"):
            break
        after += earlier.message.role == "user"
    if after <= MOST_AFTER:
        return []
    recent = turns[max(at - 2 * after, 0) : at + 1]
    if any(a.kind in ("request", "follow up") for t in recent for a in t.acts):
        return []
    seen = see()
    if not any(_open(n, seen) for n in range(turn.task + 1)):
        return [TOO_LONG()]
    if after > MOST_WAITING:
        return [IDLE()]
    return []


def _too_early(tasks: Sequence[Task], turns: Sequence[Turn], at: int, seen: Case) -> list[str]:
    """What is open where the user ends. Who was told that it is done, or can't be, has no way to know better."""
    final = _is_final(turns, at, len(tasks))
    numbers = range(len(tasks)) if final else range(turns[at].task + 1)
    missing = [(n, m) for n in numbers for m in _open(n, seen)]
    if missing and _met_a_wall(tasks, turns[: at + 1]):
        return []
    if missing:
        missing = [(n, m) for n, m in missing if not was_told(tasks[n], m.step, n, turns[:at], seen.columns)]
    late = [m.reason for _, m in missing] or _done_later(seen.trace, at)
    return [OPEN(late[0])] if late else []


def _met_a_wall(tasks: Sequence[Task], turns: Sequence[Turn]) -> bool:
    """By acts: the user asked for everything, and something could not be found, done or told apart. That is not theirs to mend."""
    acts = [a.kind for t in turns for a in t.acts]
    return acts.count("request") >= sum(len(t.subtasks) for t in tasks) and not _WALLS.isdisjoint(acts)


def _open(number: int, seen: Case) -> list[Missing]:
    return [m for m in seen.match(number).missing if m.weight == "critical"]


def _unasked(tasks: Sequence[Task], turns: Sequence[Turn], at: int) -> list[str]:
    """Of a user who goes by the assistant's words: whether it asked for everything before it was content."""
    if any(a.kind == "give up" for a in turns[at].acts):
        return []
    asked = sum(1 for t in turns[: at + 1] for a in t.acts if a.kind == "request")
    parts = sum(len(t.subtasks) for t in tasks)
    return [UNASKED(parts - asked)] if asked < parts else []


def _done_later(seen: Trace, at: int) -> list[str]:
    return [f"{c.call.name} comes after" for c in seen.calls if c.at > at and c.task <= seen.turns[at].task][:1]


def _is_final(turns: Sequence[Turn], at: int, tasks: int) -> bool:
    """Whether nothing of the user's follows, or the last task has been reached."""
    later: Iterable[Turn] = turns[at + 1 :]
    return turns[at].task >= tasks - 1 or not any(t.message.role == "user" for t in later)
