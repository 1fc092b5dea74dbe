"""A profile: which behaviours the scripted user has, and how often each is taken up.

`profile.yaml` holds the defaults. A profile only changes rates; what a behaviour is stands in its module.
"""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import yaml
from msgspec import Struct, convert

from duologue.errors import UserError

__all__ = ["DEFAULT", "Behaviour", "Profile", "behaviours", "profile"]


class Behaviour(Struct, frozen=True, forbid_unknown_fields=True):
    """What the defaults say of a behaviour."""

    rate: float
    """How often it is taken up where there is occasion for it, 0…1."""
    most: int
    """How often in one conversation, at most."""
    what: str
    """In a few words, what the user does."""


@cache
def behaviours() -> dict[str, Behaviour]:
    """All there are, by name, with their defaults."""
    text = files("duologue.simulate").joinpath("profile.yaml").read_text(encoding="utf-8")
    return convert(yaml.safe_load(text), dict[str, Behaviour])


class Profile(Struct, frozen=True):
    """Rates that differ from the defaults, by the behaviour's name, 0…1."""

    rates: dict[str, float] = {}

    def rate(self, name: str) -> float:
        """How often a behaviour is taken up where there is occasion for it."""
        return self.rates[name] if name in self.rates else behaviours()[name].rate

    def most(self, name: str) -> int:
        """How often in one conversation, at most."""
        return behaviours()[name].most


DEFAULT = Profile()


def profile(rates: Mapping[str, float]) -> Profile:
    """A profile with these rates. Raises `UserError` for a name there is none of, or a rate that is none."""
    for name, rate in rates.items():
        if name not in behaviours():
            raise UserError(f"There is no behaviour {name!r}.", f"Behaviours: {', '.join(behaviours())}.")
        if not 0 <= rate <= 1:
            raise UserError(f"The rate of {name!r} is {rate:g}.", "Give a number from 0 (never) to 1.")
    return Profile({n: float(r) for n, r in sorted(rates.items()) if r != behaviours()[n].rate})
