"""What the tests of re-telling stand on: the check of a library conversation in which every member and book was seen."""

from functools import cache

from msgspec import json
from msgspec.structs import replace

from duologue.simulate.retelling_check import Retold
from duologue.types import Json, Message, Turn
from played import scripted, tiny

SEEN: list[Json] = [
    {"rows": [{"name": n} for n in ("Ann Ashe", "Ben Bird", "Ida Irwin", "Kim Kerr")]},
    {"rows": [{"title": t} for t in ("Salt", "Bees", "North Light", "Rivers at Night")]},
    {"rows": [{"status": s} for s in ("open", "overdue", "returned")]},
]


@cache
def judge() -> Retold:
    """It has seen every member and book of the library."""
    listed = [Turn(Message("tool", json.encode(rows).decode())) for rows in SEEN]
    return Retold(replace(scripted(0), turns=(*scripted(0).turns, *listed)), tiny().environment, tiny().catalog)
