"""What the assistant says to what the user does beside asking for things: by the kind of the user's act.

A reply is words only. What needs a look at the records is a request (or a follow-up) and goes through the agenda; an act that settles
what the assistant asked (yes, no, a value, a choice) is the agenda's as well.
"""

import random
from collections.abc import Callable
from typing import TYPE_CHECKING

from duologue.simulate.replies.check import check
from duologue.simulate.replies.compare import compare
from duologue.simulate.replies.decline import decline
from duologue.simulate.replies.firm import stand_firm
from duologue.simulate.replies.recap import recap
from duologue.simulate.replies.remarks import hurry, small_talk
from duologue.simulate.replies.wonder import wonder
from duologue.types import Act

if TYPE_CHECKING:
    from duologue.simulate.report import Reporter

__all__ = ["AFTER", "BEFORE", "Reply"]

Reply = Callable[["Reporter", Act, random.Random], tuple[str, Act]]
"""From the user's act to words and the act they are."""
BEFORE: dict[str, Reply] = {
    "check": check,
    "compare": compare,
    "impatience": hurry,
    "out of scope": decline,
    "press": stand_firm,
    "small talk": small_talk,
}
"""Kind of act → reply, said before what is reported in the same message."""
AFTER: dict[str, Reply] = {"recap": recap, "wonder": wonder}
"""Kind of act → reply, said after it."""
