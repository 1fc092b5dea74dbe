"""The name of a model's call: the same request always has the same one, on any machine.

It is a digest over everything a `Request` holds. A conversation that grows is not hashed anew at every turn: the hash so far is
kept by role and scope until the conversation is `over`, and takes in only the messages that came after; what the pages of a role have in common is hashed once. What is kept
changes the cost, never the name.
"""

import hashlib
from collections.abc import Callable, Sequence
from operator import is_
from typing import Any, Generic, TypeVar
from weakref import WeakSet

from duologue.ids import canonical_lines, digest
from duologue.protocols import Request
from duologue.types import Message, Tool

T = TypeVar("T")
Place = tuple[str, str]
"""A role and a scope: one conversation, as a rule."""
_Hash = Any  # hashlib names no type for its hash objects
_THINGS = 1024
"""Tools and schemas whose digests are kept."""
_MEGABYTES = 48
_digests: dict[int, tuple[Any, str]] = {}
_all: "WeakSet[Recent[Any]]" = WeakSet()
"""All that keep conversations."""
_ALIKE = 1024
"""Bytes that the conversations of a role must have in common from the start, or nothing is kept of that."""
_alike: dict[str, tuple[bytes, _Hash]] = {}
"""Role → how its conversations begin, and the hash of that."""


class Recent(Generic[T]):
    """Conversations as they were last seen, and something made from each, until they are `over`; the longest unused go where it gets too
    much."""

    def __init__(self, megabytes: int) -> None:
        self._most, self._size = megabytes * 2**20, 0
        self._kept: dict[Place, tuple[tuple[Message, ...], T, int]] = {}
        self._roles: dict[str, None] = {}
        _all.add(self)

    def take(self, place: Place, messages: Sequence[Message]) -> tuple[int, T | None]:
        """How many of the messages are covered by what was made, and that; nothing where they don't carry on from it."""
        kept = self._kept.pop(place, None)
        if kept is None:
            return 0, None
        before, made, size = kept
        self._size -= size
        covered = len(before)
        return (covered, made) if unchanged(before, messages) == covered else (0, None)

    def put(self, place: Place, messages: tuple[Message, ...], made: T, size: int) -> None:
        """Keep what was made from the messages. `size` is roughly what that holds in bytes."""
        self._kept[place] = (messages, made, size)
        self._roles[place[0]] = None
        self._size += size
        while self._size > self._most:
            self._size -= self._kept.pop(next(iter(self._kept)))[2]

    def forget(self, scope: str) -> None:
        """Let go what was said within a scope, whatever the role."""
        for role in self._roles:
            kept = self._kept.pop((role, scope), None)
            if kept is not None:
                self._size -= kept[2]


def over(scope: str) -> None:
    """Nothing more is asked within a scope: what was kept of its conversations goes."""
    for recent in _all:
        recent.forget(scope)


_so_far: Recent[tuple[_Hash, int]] = Recent(_MEGABYTES)


def request_key(request: Request, model: str = "") -> str:
    """Name a request; `model` tells calls apart that ask several models the same."""
    schema = "" if request.schema is None else _digest(request.schema, digest)
    tools = _digest(request.tools, _tools) if request.tools else ""
    state = _hash(request).copy()
    parts = (model, request.role, request.scope, str(request.draw), request.prompt, tools, schema)
    state.update("\x1f".join(parts).encode())
    return str(state.hexdigest())


def unchanged(old: Sequence[Message], new: Sequence[Message]) -> int:
    """How many messages two conversations have in common from the start.

    Messages with calls count as the same only where the calls are the same objects: 1, 1.0 and true are equal, and written
    differently.
    """
    shared = min(len(old), len(new))
    if all(map(is_, old, new)):  # as nearly always: a conversation that went on
        return shared
    count = 0
    for a, b in zip(old, new, strict=False):
        if a is not b and not (a.tool_calls is b.tool_calls and a == b):
            break
        count += 1
    return count


def _hash(request: Request) -> _Hash:
    """The hash of the messages, carried on from those of the call before in the same conversation."""
    place, messages = (request.role, request.scope), request.messages
    covered, kept = _so_far.take(place, messages)
    new = canonical_lines(messages[covered:])
    if kept is None:
        state, size = _from_the_start(request.role, new), 500
    else:
        state, size = kept
        state.update(new)
    size += len(new)
    _so_far.put(place, messages, (state, size), size)
    return state


def _from_the_start(role: str, data: bytes) -> _Hash:
    """The hash of a conversation that begins. The pages of a role are the same for thousands of characters: those are not hashed again."""
    alike, state = _alike.get(role, (b"", None))
    if state is None or not data.startswith(alike):
        alike = data[: _in_common(alike, data)]
        if len(alike) < _ALIKE:
            alike = data
        state = hashlib.blake2b(alike, digest_size=16)
        _alike[role] = alike, state
    found = state.copy()
    found.update(data[len(alike) :])
    return found


def _in_common(a: bytes, b: bytes) -> int:
    """How many bytes two texts have in common from the start."""
    least, most = 0, min(len(a), len(b))
    while least < most:
        half = (least + most + 1) // 2
        if a[least:half] == b[least:half]:
            least = half
        else:
            most = half - 1
    return least


def _digest(thing: Any, work_out: Callable[[Any], str]) -> str:
    """The digest of a thing that comes again and again as the same object."""
    known = _digests.get(id(thing))
    if known is None or known[0] is not thing:
        if len(_digests) >= _THINGS:
            _digests.clear()
        known = _digests[id(thing)] = (thing, work_out(thing))
    return known[1]


def _tools(tools: Sequence[Tool]) -> str:
    """What a model sees of tools."""
    return digest([(tool.name, tool.description, tool.parameters) for tool in tools])
