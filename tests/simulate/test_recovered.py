"""Each kind of fault, over built-in domains and small databases: nine in ten are recovered from in the first play, and for the rest nobody but the
tool is blamed.

Only conversations that are accepted where nothing goes wrong are counted, so that what is found is the faults' doing. The same wishes are played
in several ways (the scenario's seed): other words, and other calls that fail. What would be drawn again counts as not recovered.
"""

import asyncio
from collections import Counter
from collections.abc import Iterator
from functools import cache
from itertools import count, islice

import pytest
from msgspec.structs import replace

from depot import depot
from duologue.checked import Checked, abandoned, judged
from duologue.ground import catalog_of, make_tools
from duologue.plans.faults import KINDS
from duologue.simulate.faulty import Faults
from duologue.simulate.play import GivenUpError
from duologue.sources import from_domain
from duologue.testing import Tiny, tiny_environment
from duologue.types import Dialogue, Scenario
from duologue.workshop import Workshop

pytestmark = pytest.mark.long

DOMAINS = ("retail", "clinic", "travel")
RATE, SCENES, ENOUGH, MOST = 0.1, 6, 40, 3000


@cache
def worlds() -> tuple[Workshop, ...]:
    sources = [from_domain(name) for name in DOMAINS]
    made = [(make_tools(s, catalog_of(s), 1, [0])[0], s.image, catalog_of(s)) for s in sources]
    small: list[Tiny] = [depot(), tiny_environment(seed=9)]
    return tuple(Workshop(*w, 1) for w in [*made, *((t.environment, t.image, t.catalog) for t in small)])


@cache
def wishes(world: int) -> tuple[Scenario, ...]:
    used: set[str] = set()
    out = []
    for item in range(SCENES):
        drawn = worlds()[world].tasks.scenario(f"{item}.0", used)
        used |= {name for task in drawn.tasks for name in (task.id, *worlds()[world].tasks.asks(task))}
        out.append(drawn)
    return tuple(out)


Place = tuple[int, int, int]
"""World, item, way."""


def places() -> Iterator[Place]:
    """Of each world in turn; each wish in one way after the other."""
    return ((world, item, way) for way in count() for item in range(SCENES) for world in range(len(worlds())))


def scenario(at: Place) -> Scenario:
    drawn = wishes(at[0])[at[1]]
    return replace(drawn, seed=drawn.seed + at[2])


def played(shop: Workshop, wished: Scenario) -> Dialogue | Checked:
    """Unchecked as yet, unless it was given up."""
    try:
        return asyncio.run(shop.play(wished))
    except GivenUpError as error:
        return abandoned(error)


def checked(shop: Workshop, found: Dialogue | Checked) -> Checked:
    return found if isinstance(found, Checked) else judged(found, shop.check(found))


@cache
def stands(at: Place) -> bool:
    """It is accepted where nothing goes wrong."""
    shop = worlds()[at[0]]
    return not checked(shop, played(shop, scenario(at))).code


def outcomes(rates: Faults, enough: int = ENOUGH) -> Counter[str]:
    """What became of the conversations that met a fault: recovered, or who is blamed."""
    out: Counter[str] = Counter()
    for at in islice(places(), MOST):
        shop = worlds()[at[0]].meeting(rates)
        found = played(shop, scenario(at))
        turns = (found.dialogue if isinstance(found, Checked) else found).turns
        if any(t.fault is not None for t in turns) and stands(at):
            out[checked(shop, found).blame or "recovered"] += 1
        if out.total() == enough:
            break
    return out


@pytest.mark.parametrize("kind", [*KINDS, "all"])
def test_nine_in_ten_are_recovered_from_and_the_rest_is_the_tools_doing(kind: str) -> None:
    found = outcomes(Faults(share=RATE) if kind == "all" else Faults(rates={kind: RATE}))
    assert found.total() == ENOUGH
    assert found["recovered"] >= 0.9 * ENOUGH, found
    assert found.keys() <= {"recovered", "tool"}, found
