"""A few words to what the user remarked on the side, before going on with the work."""

import random
from typing import TYPE_CHECKING

from duologue.types import Act

if TYPE_CHECKING:
    from duologue.simulate.report import Reporter

__all__ = ["hurry", "small_talk"]


def small_talk(teller: "Reporter", act: Act, dice: random.Random) -> tuple[str, Act]:
    """Half a sentence, and nothing about itself."""
    return teller.lines.line(f"small_talked.{act.values['about']}", dice), Act("small talk")


def hurry(teller: "Reporter", act: Act, dice: random.Random) -> tuple[str, Act]:
    """Hardly a word, or none where a short answer was asked for: being brief is the reply."""
    return teller.lines.find(f"hurried.{act.values['for']}", dice, {}), Act("acknowledge")
