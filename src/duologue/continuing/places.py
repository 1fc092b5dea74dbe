"""Where a conversation is taken up: before a turn of the user's that comes with a request, or with their last words.

There everything asked before is settled, or the assistant has asked something; so whoever goes on begins with words of the user's. What
comes before stays as it is. The turns are counted with the system message as 0.
"""

import re
from collections.abc import Sequence

from duologue.errors import UserError
from duologue.types import Turn

LAST = "last"
_KIND = r"(?:so|very|really|quite|super|just|extremely|incredibly|truly)"
_GOOD = r"(?:helpful|great|good|perfect|useful|wonderful|awesome|excellent|amazing|fantastic|lovely|kind|clear|nice|correct|reasonable|beautiful|interesting|fair)"
_WITH = (
    r"(?:help|assistance|information|info|time|support|advice|updates?|service|patience|explanations?|clarifications?|details"
    r"|recommendations?|suggestions?|tips?|response|reply|answers?|confirmation|effort|efforts|everything|that|this|it"
    r"|(?:letting me know|helping|checking|explaining|confirming|clarifying)(?: (?:me|us|that|this|it|out|with that))*)"
)
_WHAT = r"(?: (?:that )?(?:i|we)(?:'ve| have)? (?:need(?:ed)?|want(?:ed)?|had|have|got)(?: to know| help with)?)?(?: for (?:now|today|the moment))?"
_LEAVE = re.compile(
    rf"\b(?:(?:many )?(?:thanks|thank you|thx|cheers)(?: {_KIND}? ?much| a (?:lot|million|bunch|ton)| again| once more| anyway)*"
    rf"(?: for (?:all |your |the |this |that |of |quick |kind |great |prompt )*{_WITH})?"
    r"|(?:good)?bye(?:-bye)?(?: for now)?|good (?:day|night|evening)|take care|see you(?: (?:later|soon|then))?"
    rf"|(?:(?:i|we)(?:'m| am|'re| are) (?:all )?(?:set|sorted|done)|all (?:set|sorted|done))(?: for (?:now|today))?"
    rf"|(?:nothing (?:else|more|further)|no (?:more|other|further) questions){_WHAT}"
    r"|(?:i|we)(?:'ve)? (?:have|got)? ?(?:all|everything|what) (?:i|we) need(?:ed)?(?: for (?:now|today))?"
    rf"|that(?:'s| is| was|'ll be| will be| should be) (?:all|everything|it|the lot){_WHAT}"
    r"|have a (?:(?:nice|good|great|lovely|wonderful) )+(?:day|evening|night|weekend|time|one|week)(?: ahead)?)(?![\w'])",
    re.IGNORECASE,
)
"""Words that take leave, with all that belongs to them."""
_BESIDE = re.compile(
    rf"\b(?:(?:that|this|it|you)(?:'s| is| was|'re| are|'ve been| have been)(?: {_KIND})? {_GOOD}(?: to (?:know|hear))?|that (?:really )?helps(?: a lot)?"
    r"|(?:i |we )?(?:really )?appreciate (?:it|that|(?:all )?your (?:help|time|assistance))|you(?:'ve| have) been (?:a (?:great|big|huge) help)"
    rf"|sounds (?:good|great|perfect)|(?:i )?got it|{_GOOD}|very|ok(?:ay)?|all ?right|alright|cool|brilliant|super|no|nope|oh|ah|i see|well"
    r"|wow|fine|right|and|then|now|for now|for today|you too|same to you|everyone|all|everything|again|i think|i guess|i believe|so much)(?![\w'])",
    re.IGNORECASE,
)
"""What may stand beside them. A yes may not: it takes up an offer."""
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
    """Whether a user takes leave, by the words, in the last message before the assistant's last one, and says nothing but that."""
    short = len(text) <= _SHORT and len(reply) <= _SHORT and not any(c.isdigit() for c in reply)
    said = text.replace("’", "'")
    left = _LEAVE.sub(" ", said)
    only = left != said and not any(c.isalnum() for c in _BESIDE.sub(" ", left))
    return short and "?" not in text + reply[:-1] and only


def under_way(path: Sequence[Turn], at: int, tasks: int) -> bool:
    """Whether one of the first so many tasks is gone on with after that turn."""
    return any(t.message.role == "user" and not t.done and t.task < tasks for t in path[at:])


def _opens(turn: Turn) -> bool:
    """It is the user's to begin something there; of a model's user, whose turns have no acts, anywhere."""
    return turn.done or not turn.acts or any(act.kind == "request" for act in turn.acts)
