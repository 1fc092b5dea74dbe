"""Where conversations are forked: before a turn in which somebody decides.

The assistant decides in each message by which it calls or answers, but for the words after a user who is done; a user decides where
they come with a request. Where a call is to go wrong, it is the message that makes it. A place is the index of that message, the system message being 0: what comes before is shared.
"""

from collections.abc import Sequence
from typing import Literal, get_args

from msgspec import Struct

from duologue.errors import UserError
from duologue.types import Turn

Differ = Literal["agent", "user", "both", "fault"]
DIFFER: tuple[str, ...] = get_args(Differ)
FAULT = "fault"
EVERY, FIRST, LAST = "every-decision", "first", "last"


class Places(Struct, frozen=True):
    """What `--at` asks for. Of `turns`, each means the first decision from that turn on."""

    every: bool = False
    first: bool = False
    last: bool = False
    turns: tuple[int, ...] = ()


def places(text: str) -> Places:
    """Read what `--at` was given: `every-decision`, or names and numbers of turns with commas. Raises `UserError`."""
    words = [word.strip() for word in text.split(",")]
    turns = [int(word) for word in words if word.isascii() and word.isdigit() and 0 < int(word) < 100_000]
    if len(turns) + sum(word in (EVERY, FIRST, LAST) for word in words) < len(words):
        raise UserError(
            f"--at {text!r} is not a place.",
            f"Give {EVERY}, {FIRST}, {LAST}, or numbers of turns from 1 on; several with commas: {FIRST},20,{LAST}.",
        )
    return Places(EVERY in words, FIRST in words, LAST in words, tuple(turns))


def decisions(path: Sequence[Turn], differ: str) -> list[int]:
    """The turns of a conversation in which those who are to differ decide, in order."""
    if differ == FAULT:
        return [at for at, turn in enumerate(path) if turn.message.role == "assistant" and turn.message.tool_calls]
    sides = {"agent": ("assistant",), "user": ("user",)}.get(differ, ("user", "assistant"))
    found, over = [], False
    for at, turn in enumerate(path):
        if turn.message.role == "user":
            over = turn.done
        if turn.message.role in sides and not over and (turn.message.role == "assistant" or _requests(turn)):
            found.append(at)
    return found


def _requests(turn: Turn) -> bool:
    """A user comes with a request; of a model's user, whose turns have no acts, any turn may hold one."""
    return any(act.kind == "request" for act in turn.acts) or not turn.acts


def forks(path: Sequence[Turn], differ: str, where: Places, own: int = 0) -> list[int]:
    """The places of a conversation that were asked for, in order, each once, from turn `own` on."""
    found = [at for at in decisions(path, differ) if at >= own]
    if where.every:
        return found
    from_turns = (next((at for at in found if at >= turn), None) for turn in where.turns)
    chosen = {at for at in from_turns if at is not None}
    chosen.update(found[:1] if where.first else ())
    chosen.update(found[-1:] if where.last else ())
    return sorted(chosen)
