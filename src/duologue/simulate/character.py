"""Who somebody is in a scripted conversation: how they speak, how patient they are, how they type. Drawn once, kept to the end.

A character bends how often behaviours are taken up (`lean`); what it says and how it types is the affair of the grammar's registers and
of the typing habits.
"""

from msgspec import Struct

from duologue.ids import rng
from duologue.language.keyboard import HABITS
from duologue.simulate.profile import DEFAULT, Profile

__all__ = ["Character", "assistant_register", "character"]

_REGISTERS = {"plain": 24, "terse": 13, "warm": 14, "formal": 12, "chatty": 14, "hurried": 14, "non_native": 9}
_ASSISTANT = {"plain": 40, "warm": 30, "formal": 30}
_LEANS: dict[str, dict[str, float]] = {
    "terse": {"reaction": 0.3, "reason": 0.5},
    "hurried": {"reaction": 0.4, "reason": 0.6},
    "chatty": {"reaction": 1.5, "follow_up": 1.2, "reason": 1.2},
    "warm": {"reaction": 1.5, "reason": 1.2},
    "formal": {},
    "plain": {},
    "non_native": {},
}
"""Register → behaviour → how much more or less readily it is taken up than by others."""


_TYPING: dict[str, float] = {"hurried": 2.0, "terse": 1.5, "chatty": 1.2, "formal": 0.1}
"""Register → how much more often than others those who speak so have a habit of typing."""


class Character(Struct, frozen=True):
    """A user of one conversation."""

    register: str
    """One of `language.grammar.REGISTERS`."""
    habits: tuple[str, ...] = ()
    """How the user types: names of `language.keyboard.HABITS`."""

    def lean(self, behaviour: str) -> float:
        """How much more (above 1) or less readily than others this one takes up a behaviour."""
        return _LEANS[self.register].get(behaviour, 1.0)


def character(seed: int, profile: Profile = DEFAULT) -> Character:
    """The user of the conversation with that seed. The profile's rates of the habits of typing are shares of users."""
    dice = rng(seed, "character")
    register = dice.choices(list(_REGISTERS), list(_REGISTERS.values()))[0]
    more = _TYPING.get(register, 1.0)
    return Character(register, tuple(name for name in HABITS if dice.random() < profile.rate(name) * more))


def assistant_register(seed: int) -> str:
    """How the assistant of that conversation speaks."""
    return rng(seed, "assistant").choices(list(_ASSISTANT), list(_ASSISTANT.values()))[0]
