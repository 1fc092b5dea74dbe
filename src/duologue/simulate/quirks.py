"""What goes otherwise than planned, once in a conversation: a slip put right, a no, a doubt, a favour that nobody can do.

A player who only follows the goal never says no, never errs and never wavers, and assistants learn nothing of such moments. So about half
of the conversations are given one, drawn from their seed among those the goals allow. The end is the goal's all the same: each line
says how it is put right, brings in no value of its own, and a slip in an order is drawn only where the assistant asks before it
writes. The lines are in `quirks.yaml`.
"""

from functools import cache
from importlib.resources import files

import yaml
from msgspec import Struct, convert

from duologue.ids import share_of
from duologue.types import Environment, Scenario

__all__ = ["RATE", "quirk"]

RATE = 0.5
"""Of the conversations in which one is possible, how many have one."""
_PARTS = 3


class Quirk(Struct, frozen=True, forbid_unknown_fields=True):
    """A line for the player, and what the goals must hold for it (empty: nothing)."""

    line: str
    needs: str = ""


@cache
def quirks() -> dict[str, Quirk]:
    """All there are, by name."""
    text = files("duologue.simulate").joinpath("quirks.yaml").read_text(encoding="utf-8")
    return convert(yaml.safe_load(text), dict[str, Quirk])


def quirk(scenario: Scenario, environment: Environment) -> str:
    """The name of what happens once in this conversation; empty for nothing. The same for the same scenario.

    Who asks for everything at once has none: the one message holds it all, and nobody asks back.
    """
    if scenario.mode == "task" or (drawn := share_of(scenario.seed, "quirk")) >= RATE:
        return ""
    possible = _possible(_held(scenario, environment))
    return possible[int(drawn / RATE * len(possible))]


@cache
def _possible(held: frozenset[str]) -> tuple[str, ...]:
    """Those that goals allow which hold this."""
    return tuple(name for name, q in quirks().items() if not q.needs or q.needs in held)


def _held(scenario: Scenario, environment: Environment) -> frozenset[str]:
    """What the goals hold, in the words of `needs`."""
    tasks, held = scenario.tasks, set()
    if environment.policy.confirm_writes:
        writing = {t.name for t in environment.toolset.tools if t.effect == "write"}
        if any(step.tool in writing for t in tasks for step in t.plan):
            held.add("change")
    if sum([len(t.subtasks) for t in tasks]) >= _PARTS:
        held.add("parts")
    if any(isinstance(f.value, str) and _is_name(f.value) for t in tasks for f in t.known):
        held.add("name")
    return frozenset(held)


def _is_name(value: str) -> bool:
    """Two to four words with capitals ("Ida Irwin"), and no sentence."""
    words = value.split()
    return 2 <= len(words) <= 4 and all(w.isalpha() and w[0].isupper() for w in words)
