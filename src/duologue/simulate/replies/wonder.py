"""Why something is as it is, where the record gives no reason: said plainly, after what it does hold."""

import random
from typing import TYPE_CHECKING

from duologue.types import Act

if TYPE_CHECKING:
    from duologue.simulate.report import Reporter

__all__ = ["wonder"]


def wonder(teller: "Reporter", act: Act, dice: random.Random) -> tuple[str, Act]:
    """That the record holds no reason."""
    return teller.lines.line("wondered", dice), Act("no reason")
