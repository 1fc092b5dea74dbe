"""What the guards said to a call, as a decision to be written down."""

from collections.abc import Mapping, Sequence

from duologue.environment.copies import Judged
from duologue.plans.rulings import BOUNDARY, FORBIDDEN, SEVERAL
from duologue.types import Json, Ruling

__all__ = ["letting_through", "refusing"]


def refusing(judged: Sequence[Judged], tool: str, arguments: Mapping[str, Json]) -> Ruling | None:
    """The decision of the rules that refuse a call; None where none does. On the bound it stands where that alone would let it through."""
    against = [j for j in judged if not j.holds]
    if not against:
        return None
    kinds = [FORBIDDEN]
    if len(against) > 1:
        kinds.append(SEVERAL)
    if all(j.near for j in against):
        kinds.append(BOUNDARY)
    return Ruling(tuple(j.rule for j in against), tuple(kinds), tool, dict(arguments))


def letting_through(judged: Sequence[Judged]) -> Ruling | None:
    """The decision of the rules that let a call through only just; None where none stands on its bound."""
    near = tuple(j.rule for j in judged if j.holds and j.near)
    return Ruling(near, (BOUNDARY,)) if near else None
