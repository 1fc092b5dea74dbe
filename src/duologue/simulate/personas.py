"""Who somebody is in a chat: how they write, how patient, how precise and how expert they are.

Drawn once for a conversation, from its seed, and kept to the end. The lines are in `personas.yaml`.
"""

from functools import cache
from importlib.resources import files

import yaml

from duologue.ids import derive_seed

__all__ = ["persona"]


@cache
def _traits() -> dict[str, list[str]]:
    loaded: dict[str, list[str]] = yaml.safe_load(
        files("duologue.simulate").joinpath("personas.yaml").read_text(encoding="utf-8")
    )
    return loaded


def persona(seed: int) -> tuple[str, ...]:
    """A line for each trait, the same for the same seed. All there can be are numbered, and the seed draws a number."""
    number, drawn = derive_seed(seed, "persona"), []
    for lines in _traits().values():
        number, place = divmod(number, len(lines))
        drawn.append(lines[place])
    return tuple(drawn)
