"""Who somebody is in a chat: how they write, how patient, how precise and how expert they are.

Drawn once for a conversation, from its seed, and kept to the end. The lines are in `personas.yaml`.
"""

from functools import cache
from importlib.resources import files

import yaml

from duologue.ids import rng

__all__ = ["persona"]


@cache
def _traits() -> dict[str, list[str]]:
    loaded: dict[str, list[str]] = yaml.safe_load(
        files("duologue.simulate").joinpath("personas.yaml").read_text(encoding="utf-8")
    )
    return loaded


def persona(seed: int) -> tuple[str, ...]:
    """A line for each trait, the same for the same seed."""
    return tuple(rng(seed, "persona", trait).choice(lines) for trait, lines in _traits().items())
