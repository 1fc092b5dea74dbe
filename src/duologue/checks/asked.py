"""What the gate found of each turn while a conversation was played, and which calls it matched, for who judges it when it is over.

What is wrong with a turn follows from who is asked (tasks, tools, columns, mode), from the turns before it and from the turn itself. So it need
not be worked out again of the finished conversation, where exactly that was asked: after the same turns, of a turn that says the same. It
goes with the conversation's first turn: nothing is kept of a conversation that nobody holds any more, and of one that was read from a
file nothing has been asked.

The same holds for the calls that a plan was matched with, where nothing was missing: that hangs on the calls made, and on no words of
the assistant that follow.
"""

from collections.abc import Container, Mapping, Sequence
from weakref import ref

from msgspec import Struct

from duologue.catalog.model import Column
from duologue.plans.match import Match
from duologue.types import Task, Tool, Turn

__all__ = ["Asked", "Who", "asked_of", "known_of"]


class Who(Struct, frozen=True):
    """Whom the gate is asked about: what it goes by beside the turns."""

    tasks: tuple[Task, ...]
    tools: tuple[Tool, ...]
    columns: Mapping[str, Column]
    mode: str
    own: tuple[Tool, ...] = ()
    """The user's own tools."""

    def same(self, other: "Who") -> bool:
        """Whether that is the same user. Columns are told apart by identity, since to compare them costs more than to ask again."""
        return (
            self.columns is other.columns
            and self.mode == other.mode
            and self.tasks == other.tasks
            and self.tools == other.tools
            and self.own == other.own
        )


class Asked:
    """What was asked about one conversation. Its first turn stands here nowhere, so that this ends with it."""

    def __init__(self) -> None:
        self._heard: list[Turn] = []
        self._found: dict[int, tuple[Turn, tuple[str, ...], Who]] = {}
        self._matches: dict[int, Match] = {}

    def keep(self, path: Sequence[Turn], found: Sequence[str], who: Who) -> dict[int, Match]:
        """What was found of the turn that a path ends with. A path that leaves the one before begins anew. Returns the place for how each
        plan, by the number of its task, compares with the calls on the path."""
        before = list(path[1:-1])
        if self._heard != before[: len(self._heard)]:
            self._found.clear()
        self._heard = before
        self._found[len(path) - 1] = (path[-1], tuple(found), who)
        self._matches = {}
        return self._matches

    def found(self, turns: Sequence[Turn], who: Who) -> dict[int, tuple[str, ...]]:
        """What was found of a conversation's turns, by their index: of those that were asked of the same user after the same turns."""
        if self._heard != list(turns[1 : len(self._heard) + 1]):
            return {}
        return {
            at: found
            for at, (turn, found, asked) in self._found.items()
            if at < len(turns) and _says_the_same(turn, turns[at]) and asked.same(who)
        }

    def matches(self, turns: Sequence[Turn], found: Container[int]) -> dict[int, Match]:
        """The plans of a conversation of which nothing is missing, by the number of their task, with the calls that they were matched with:
        as known since the turn that was asked about latest, where nothing but words of the assistant follows it. `found`: the turns of which
        that counts (see there)."""
        at = len(self._heard) + 1
        if at not in found or any(t.message.role != "assistant" or t.message.tool_calls for t in turns[at + 1 :]):
            return {}
        return {number: match for number, match in self._matches.items() if not match.missing}


def _says_the_same(one: Turn, other: Turn) -> bool:
    """Whether two turns are alike in all that the gate goes by."""
    return (
        one.message.content == other.message.content
        and one.message.role == other.message.role
        and one.task == other.task
        and one.done == other.done
        and one.acts == other.acts
        and one.behaviours == other.behaviours
    )


_conversations: dict[int, tuple[ref[Turn], Asked]] = {}
"""By the identity of the first turn, and for as long as that is held by anybody."""


def known_of(first: Turn) -> Asked | None:
    """What was asked about the conversation that begins with this very turn; None where nothing was."""
    found = _conversations.get(id(first))
    return found[1] if found is not None and found[0]() is first else None


def asked_of(first: Turn) -> Asked:
    """The place for what is asked about the conversation that begins with this very turn."""
    found = known_of(first)
    if found is None:
        mark, found = id(first), Asked()
        _conversations[mark] = (ref(first, lambda _: _conversations.pop(mark, None)), found)
    return found
