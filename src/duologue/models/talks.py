"""Conversations as models are asked to go on with them: what was made of one is kept until it is over, and grows with it.

Two things are made of the messages: the hash that names a call (`keys`), and the bytes that are sent (`wire`). Each message is
taken in once for either. The page that a conversation begins with is long, and for thousands of characters the same in all
conversations of a role: only what follows is encoded, for both at once. What is kept changes the cost, never the result.
"""

import hashlib
from collections.abc import Sequence
from operator import is_
from typing import Any

import msgspec
from msgspec import Struct

from duologue.ids import canonical_lines
from duologue.types import Message

__all__ = ["TALKS", "Talk", "Talks", "over"]

_Hash = Any  # hashlib names no type for its hash objects
_MEGABYTES = 144
_SIZE = 500
"""Bytes that a conversation takes up whatever is said in it."""
_ALIKE = 1024
"""Characters that the pages of a role must have in common from the start, or nothing is kept of that."""
_encode = msgspec.json.Encoder().encode


class Talk:
    """A conversation so far, and what was made of it."""

    __slots__ = ("hash", "messages", "page", "sent", "size")

    def __init__(self, messages: tuple[Message, ...], page: bytes, state: _Hash) -> None:
        self.messages = messages
        self.page = page
        """The content of the first message as JSON, where that is known; else empty."""
        self.hash = state
        """Of all messages, each a line of canonical JSON."""
        self.sent: dict[str, list[bytes]] = {}
        """Field of past reasoning → how messages from the start on are sent."""
        self.size = _SIZE
        """Roughly the bytes that it all takes up."""

    def is_continued_by(self, messages: Sequence[Message]) -> bool:
        """Whether these messages begin with all of its own.

        Messages with calls count as the same only where the calls are the same objects: 1, 1.0 and true are equal, and written
        differently.
        """
        before = self.messages
        if len(before) > len(messages):
            return False
        if all(map(is_, before, messages)):  # as nearly always: a conversation that went on
            return True
        pairs = zip(before, messages, strict=False)
        return all(a is b or (a.tool_calls is b.tool_calls and a == b) for a, b in pairs)


class _Opening(Struct, frozen=True):
    """How the pages of a role begin."""

    text: str
    encoded: bytes
    """As JSON, without the quotation mark at its end."""
    hash: _Hash
    """Of the canonical JSON of a message that begins so."""

    @classmethod
    def of(cls, text: str) -> "_Opening":
        """All of that text."""
        encoded = _encode(text)[:-1]
        return cls(text, encoded, hashlib.blake2b(b'{"content":' + encoded, digest_size=16))


class Talks:
    """Conversations by scope and role. Those of the scopes longest unused go where it gets too much."""

    def __init__(self, megabytes: int) -> None:
        self._most, self._size = megabytes * 2**20, 0
        self._kept: dict[str, dict[str, Talk]] = {}
        self._openings: dict[str, _Opening] = {}

    def at(self, role: str, scope: str, messages: tuple[Message, ...]) -> Talk:
        """The conversation of a role within a scope at the moment when it consists of these messages."""
        roles = self._kept.pop(scope, None) or {}
        self._kept[scope] = roles
        talk = roles.get(role)
        if talk is not None and talk.messages is messages:  # named a moment ago, and to be sent now
            return talk
        if talk is None or not talk.is_continued_by(messages):
            self._size -= talk.size if talk is not None else 0
            talk = roles[role] = self._begun(role, messages)
            self._size += talk.size
        else:
            new = canonical_lines(messages[len(talk.messages) :])
            talk.messages = messages
            talk.hash.update(new)
            talk.size += 2 * len(new)
            self._size += 2 * len(new)
        while self._size > self._most:
            self.forget(next(iter(self._kept)))
        return talk

    def forget(self, scope: str) -> None:
        """Let go what was said within a scope, whatever the role."""
        for talk in self._kept.pop(scope, {}).values():
            self._size -= talk.size

    def _begun(self, role: str, messages: tuple[Message, ...]) -> Talk:
        """One that nothing was made of before."""
        if messages and len(messages[0].content) >= _ALIKE and messages[0] == Message("system", messages[0].content):
            text = messages[0].content
            opening = self._opening(role, text)
            rest = _encode(text[len(opening.text) :])[1:]
            state = opening.hash.copy()
            state.update(rest + b',"role":"system"}\n')
            new = canonical_lines(messages[1:])
            talk = Talk(messages, opening.encoded + rest, state)
        else:
            new = canonical_lines(messages)
            talk = Talk(messages, b"", hashlib.blake2b(digest_size=16))
        talk.hash.update(new)
        talk.size += 2 * (len(new) + len(talk.page))
        return talk

    def _opening(self, role: str, text: str) -> _Opening:
        """How a text begins, as far as the last page of the role began so too; all of it, where that is next to nothing."""
        known = self._openings.get(role)
        if known is None or not text.startswith(known.text):
            alike = known.text[: _in_common(known.text, text)] if known is not None else ""
            known = self._openings[role] = _Opening.of(alike if len(alike) >= _ALIKE else text)
        return known


TALKS = Talks(_MEGABYTES)
"""All that are under way in this process."""


def over(scope: str) -> None:
    """Nothing more is asked within a scope: what was kept of its conversations goes."""
    TALKS.forget(scope)


def _in_common(a: str, b: str) -> int:
    """How many characters two texts have in common from the start."""
    least, most = 0, min(len(a), len(b))
    while least < most:
        half = (least + most + 1) // 2
        if a[least:half] == b[least:half]:
            least = half
        else:
            most = half - 1
    return least
