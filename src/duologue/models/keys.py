"""The name of a model's call: the same request always has the same one, on any machine.

It is a digest over everything a `Request` holds. A conversation that grows is not hashed anew at every turn (`talks`), nor are tools
and schemas that come again. What is kept changes the cost, never the name.
"""

from collections.abc import Callable, Sequence
from typing import Any

from duologue.ids import digest
from duologue.models.talks import TALKS
from duologue.protocols import Request
from duologue.types import Tool

_THINGS = 1024
"""Tools and schemas whose digests are kept."""
_digests: dict[int, tuple[Any, str]] = {}


def request_key(request: Request, model: str = "") -> str:
    """Name a request; `model` tells calls apart that ask several models the same."""
    schema = "" if request.schema is None else _digest(request.schema, digest)
    tools = _digest(request.tools, _tools) if request.tools else ""
    state = TALKS.at(request.role, request.scope, request.messages).hash.copy()
    parts = (model, request.role, request.scope, str(request.draw), request.prompt, tools, schema)
    state.update("\x1f".join(parts).encode())
    return str(state.hexdigest())


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
