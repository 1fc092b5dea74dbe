"""Where a conversation is taken up: before a turn of the user's that comes with a request, or with their last words.

There everything asked before is settled, or the assistant has asked something; so whoever goes on begins with words of the user's. What
comes before stays as it is. The turns are counted with the system message as 0.
"""

import re
from collections.abc import Sequence

from duologue.errors import UserError
from duologue.types import Turn

LAST = "last"
_PARTING = re.compile(
    r"\b(?:thanks|thank you|thx|cheers|(?:good)?bye|good day|take care|all set|all sorted|nothing (?:else|more|further)"
    r"|no (?:more|other|further) questions|(?:i|we)(?:'m| am|'re| are) (?:all )?(?:done|set)|i(?:'ve)? (?:have|got) (?:all|everything|what) i need"
    r"|that(?:'s| is| was|'ll be| will be| should be) (?:all|everything|it)|have a (?:nice|good|great|lovely|wonderful))\b",
    re.IGNORECASE,
)
_SHORT = 120
"""Characters of a leave-taking, and of the answer to it."""
MOST = 100_000


def place(text: str) -> int | None:
    """Read what `--at` was given: `last` (None), or the number of a turn. Raises `UserError`."""
    word = text.strip()
    if word == LAST:
        return None
    if not (word.isascii() and word.isdigit() and 0 < int(word) < MOST):
        raise UserError(f"--at {text!r} is no place.", f"Give {LAST}, or the number of a turn from 1 on.")
    return int(word)


def cut(path: Sequence[Turn], at: int | None) -> int | None:
    """How many turns stay, None where the conversation is over before that turn, or has not begun."""
    found = [n for n, turn in enumerate(path) if turn.message.role == "user" and _opens(turn)]
    over = next((n for n in found if path[n].done), len(path))
    if at is None:
        return over if over > 1 else None
    return next((n for n in found if at <= n <= over and n > 1), None)


def parts(text: str, reply: str) -> bool:
    """Whether a user takes leave, by the words, in the last message before the assistant's last one."""
    short = len(text) <= _SHORT and len(reply) <= _SHORT and not any(c.isdigit() for c in reply)
    return short and "?" not in text + reply[:-1] and _PARTING.search(text.replace("’", "'")) is not None


def under_way(path: Sequence[Turn], at: int, tasks: int) -> bool:
    """Whether one of the first so many tasks is gone on with after that turn."""
    return any(t.message.role == "user" and not t.done and t.task < tasks for t in path[at:])


def _opens(turn: Turn) -> bool:
    """It is the user's to begin something there; of a model's user, whose turns have no acts, anywhere."""
    return turn.done or not turn.acts or any(act.kind == "request" for act in turn.acts)
