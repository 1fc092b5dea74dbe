"""The name of a model's call: the same request always has the same one, on any machine.

It is a digest over everything a `Request` holds. A conversation that grows is not hashed anew at every turn: the hash so far is
kept by role and scope, and takes in only the messages that came after. What is kept changes the cost, never the name.
"""

import hashlib
from collections.abc import Sequence
from typing import Any

from duologue.ids import canonical, digest
from duologue.protocols import Request
from duologue.types import Message, Tool

_KEPT = 4096
"""Conversations whose hash so far is kept."""
_Hash = Any  # hashlib names no type for its hash objects
_so_far: dict[tuple[str, str], tuple[tuple[Message, ...], _Hash]] = {}
_digests: dict[int, tuple[Any, str]] = {}


def request_key(request: Request, model: str = "") -> str:
    """Name a request; `model` tells calls apart that ask several models the same."""
    schema = "" if request.schema is None else _digest(request.schema, request.schema)
    tools = _digest(request.tools, [_shown(tool) for tool in request.tools]) if request.tools else ""
    state = _hash(request).copy()
    parts = (model, request.role, request.scope, str(request.draw), request.prompt, tools, schema)
    state.update("\x1f".join(parts).encode())
    return str(state.hexdigest())


def unchanged(old: Sequence[Message], new: Sequence[Message]) -> int:
    """How many messages two conversations have in common from the start.

    Messages with calls count as the same only where the calls are the same objects: 1, 1.0 and true are equal, and written
    differently.
    """
    count = 0
    for a, b in zip(old, new, strict=False):
        if a is not b and not (a.tool_calls is b.tool_calls and a == b):
            break
        count += 1
    return count


def _hash(request: Request) -> _Hash:
    """The hash of the messages, carried on from those of the call before in the same conversation."""
    place = (request.role, request.scope)
    before, state = _so_far.pop(place, ((), None))
    if state is None or unchanged(before, request.messages) < len(before):
        before, state = (), hashlib.blake2b(digest_size=16)
    for message in request.messages[len(before) :]:
        state.update(canonical(message))
        state.update(b"\n")
    if len(_so_far) >= _KEPT:
        del _so_far[next(iter(_so_far))]
    _so_far[place] = (request.messages, state)
    return state


def _digest(thing: Any, shown: Any) -> str:
    """The digest of a thing that comes again and again as the same object."""
    known = _digests.get(id(thing))
    if known is None or known[0] is not thing:
        if len(_digests) >= _KEPT:
            _digests.clear()
        known = _digests[id(thing)] = (thing, digest(shown))
    return known[1]


def _shown(tool: Tool) -> tuple[str, str, Any]:
    """What a model sees of a tool."""
    return tool.name, tool.description, tool.parameters
