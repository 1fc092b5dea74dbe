"""Three small worlds with sound conversations in them: a lending library, a depot with text and composite keys, the shop.

Everything follows from fixed seeds, so conversation 4 of the depot is the same in every run of one version.
"""

import asyncio
from collections.abc import Iterator
from functools import cache
from itertools import count

import apsw
from msgspec.structs import replace

from duologue.catalog import read_catalog
from duologue.environment import Image
from duologue.errors import StageError
from duologue.ids import rng
from duologue.pipeline import Workshop, catalog_of, make_tools, open_source
from duologue.testing import tiny_environment
from duologue.tools import DerivedTools, default_policy, environment_for
from duologue.types import Dialogue, Turn

SEED = 1
_DEPOT = """
CREATE TABLE site (site_code TEXT PRIMARY KEY, name TEXT NOT NULL, city TEXT NOT NULL, opened_on TEXT NOT NULL);
CREATE TABLE part (part_no TEXT PRIMARY KEY, name TEXT NOT NULL, colour TEXT NOT NULL, weight REAL NOT NULL,
    unit_price REAL NOT NULL);
CREATE TABLE stock (site_code TEXT NOT NULL REFERENCES site, part_no TEXT NOT NULL REFERENCES part,
    quantity INTEGER NOT NULL, shelf TEXT NOT NULL, PRIMARY KEY (site_code, part_no)) WITHOUT ROWID;
CREATE TABLE delivery (delivery_no TEXT PRIMARY KEY, site_code TEXT NOT NULL REFERENCES site, carrier TEXT NOT NULL,
    due_on TEXT NOT NULL, status TEXT NOT NULL);
CREATE TABLE delivery_line (delivery_no TEXT NOT NULL REFERENCES delivery, line INTEGER NOT NULL,
    part_no TEXT NOT NULL REFERENCES part, ordered INTEGER NOT NULL, PRIMARY KEY (delivery_no, line));
"""
_SITES = (("BRS-1", "Avonside", "Bristol"), ("GLA-2", "Clyde Yard", "Glasgow"), ("LDS-1", "Aire Park", "Leeds"),
          ("CDF-3", "Bay Gate", "Cardiff"))  # fmt: skip
_PARTS = ("Hinge", "Bracket", "Corner plate", "Wood screw", "Cable clip", "Drawer runner", "Door stop", "Shelf pin",
          "Coach bolt", "Hook")  # fmt: skip
_COLOURS = ("black", "zinc", "brass")
_CARRIERS = ("Northway", "Fenn & Sons", "Quayline")
_STATUSES = ("planned", "on the way", "received", "received")


def _depot_image() -> Image:
    """4 sites, 10 parts, stock of seven parts at each site, 24 deliveries with 1 to 3 lines."""
    db = apsw.Connection(":memory:")
    db.execute(_DEPOT)
    dice = rng(SEED, "depot")
    for i, site in enumerate(_SITES):
        db.execute("INSERT INTO site VALUES (?, ?, ?, ?)", (*site, f"201{i}-0{i + 2}-1{i}"))
    parts = [f"P-{1040 + 37 * i}" for i in range(len(_PARTS))]
    for i, (number, name) in enumerate(zip(parts, _PARTS, strict=True)):
        weight, price = dice.randint(2, 90) * 5.0, dice.randint(15, 999) / 20
        db.execute("INSERT INTO part VALUES (?, ?, ?, ?, ?)", (number, name, _COLOURS[i % 3], weight, price))
    for code, _, _ in _SITES:
        for part in dice.sample(parts, 7):
            shelf = f"{dice.choice('ABCD')}{dice.randint(10, 49)}"
            db.execute("INSERT INTO stock VALUES (?, ?, ?, ?)", (code, part, dice.randint(14, 880), shelf))
    for i in range(24):
        number = f"D24-{310 + 7 * i}"
        day = f"2024-{dice.randint(3, 9):02}-{dice.randint(1, 28):02}"
        code, carrier = dice.choice(_SITES)[0], dice.choice(_CARRIERS)
        db.execute("INSERT INTO delivery VALUES (?, ?, ?, ?, ?)", (number, code, carrier, day, _STATUSES[i % 4]))
        for line, part in enumerate(dice.sample(parts, dice.randint(1, 3)), 1):
            db.execute("INSERT INTO delivery_line VALUES (?, ?, ?, ?)", (number, line, part, dice.randint(20, 400)))
    return Image.of(db.serialize("main"))


class World:
    """An environment, and its sound conversations, played when they are asked for."""

    def __init__(self, name: str, workshop: Workshop) -> None:
        self.name, self.workshop = name, workshop
        self._played: list[Dialogue] = []
        self._more = self._play()

    def dialogues(self, first: int = 0) -> Iterator[Dialogue]:
        """Conversations from number `first` on, as they come: none is left out for what checks say of it."""
        for number in count(first):
            while len(self._played) <= number:
                self._played.append(next(self._more))
            yield self._played[number]

    def _play(self) -> Iterator[Dialogue]:
        used: set[str] = set()
        for item in count():
            scenario = self.workshop.tasks.scenario(str(item), used)
            used.update(t.id for t in scenario.tasks)
            try:
                yield asyncio.run(self.workshop.play(scenario))
            except StageError:
                continue


def as_model(dialogue: Dialogue, users_too: bool) -> Dialogue:
    """The conversation as models would have left it: no acts, no record of where arguments came from."""

    def bare(turn: Turn) -> Turn:
        if turn.message.role != "assistant" and not users_too:
            return turn
        return replace(
            turn, acts=(), origins={}, rationale="", maker="model" if turn.maker == "scripted" else turn.maker
        )

    return replace(dialogue, turns=tuple(map(bare, dialogue.turns)))


def _library() -> Workshop:
    tiny = tiny_environment(SEED, variant=5)
    return Workshop(tiny.environment, tiny.image, tiny.catalog, SEED)


def _depot() -> Workshop:
    image = _depot_image()
    catalog = read_catalog(image.connect(), "depot")
    toolset = DerivedTools(catalog, image, SEED).toolset(0)
    policy = default_policy(catalog, rng(SEED, "policy", 0), toolset.tools)
    return Workshop(environment_for("depot", image.hash, toolset, policy), image, catalog, SEED)


def _shop() -> Workshop:
    source = open_source(None, None)
    catalog = catalog_of(source)
    return Workshop(make_tools(source, catalog, SEED, range(1))[0], source.image, catalog, SEED)


@cache
def worlds() -> dict[str, World]:
    """The three worlds by name."""
    return {name: World(name, make()) for name, make in (("library", _library), ("depot", _depot), ("shop", _shop))}
