"""A depot whose books say some things twice: where an order goes and where its customer is, what it comes to and what its lines come to. Here and there
the two don't agree."""

from functools import cache

import apsw

from duologue.catalog import read_catalog
from duologue.environment import Image
from duologue.ids import rng
from duologue.testing import Tiny
from duologue.tools import DerivedTools, default_policy, environment_for

_SCHEMA = """
CREATE TABLE customer (customer_id INTEGER PRIMARY KEY, name TEXT NOT NULL, city TEXT NOT NULL, phone TEXT NOT NULL);
CREATE TABLE delivery (
    delivery_id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL REFERENCES customer, ordered_on TEXT NOT NULL, due_on TEXT NOT NULL,
    ship_city TEXT NOT NULL, total REAL NOT NULL, parcel_count INTEGER NOT NULL);
CREATE TABLE delivery_line (
    line_id INTEGER PRIMARY KEY, delivery_id INTEGER NOT NULL REFERENCES delivery, article TEXT NOT NULL, quantity INTEGER NOT NULL,
    unit_price REAL NOT NULL);
CREATE TABLE parcel (
    parcel_id INTEGER PRIMARY KEY, delivery_id INTEGER NOT NULL REFERENCES delivery, weight REAL NOT NULL, packed_on TEXT NOT NULL);
"""
_NAMES = (
    "Ashe and Sons",
    "Birdwell",
    "Cole Works",
    "Dunn Trading",
    "Eton Supplies",
    "Fordham",
    "Grayling",
    "Harte Brothers",
)
_CITIES = ("Leeds", "York", "Hull", "Derby", "Truro", "Bath", "Ely", "Wells")
_ARTICLES = ("hinge", "bracket", "latch", "bolt", "spring")


@cache
def depot(seed: int = 1, variant: int = 0, without: tuple[str, ...] = ()) -> Tiny:
    """The depot with a toolset. `without`: tables that are left out, so that the tools are about the others."""
    db, dice = apsw.Connection(":memory:"), rng(11, "depot")
    db.execute(_SCHEMA)
    for i, (name, city) in enumerate(zip(_NAMES, _CITIES, strict=True), 1):
        db.execute("INSERT INTO customer VALUES (?, ?, ?, ?)", (i, name, city, f"0113 555 {1000 + 37 * i}"))
    for i in range(1, 61):
        who, day = dice.randint(1, 8), dice.randint(1, 28)
        lines = [
            (dice.choice(_ARTICLES), dice.randint(1, 9), dice.randint(4, 60) * 0.25) for _ in range(dice.randint(2, 4))
        ]
        total = sum(q * p for _, q, p in lines) + (3.5 if i % 5 == 0 else 0)
        parcels = dice.randint(1, 5)
        city = _CITIES[who % 8] if i % 4 == 0 else _CITIES[who - 1]
        said = parcels + (i % 6 == 0)
        row = (i, who, f"2024-05-{day:02}", f"2024-06-{day:02}", city, total, said)
        db.execute("INSERT INTO delivery VALUES (?, ?, ?, ?, ?, ?, ?)", row)
        for article, quantity, price in lines:
            db.execute("INSERT INTO delivery_line VALUES (NULL, ?, ?, ?, ?)", (i, article, quantity, price))
        for _ in range(parcels):
            db.execute("INSERT INTO parcel VALUES (NULL, ?, ?, ?)", (i, dice.randint(2, 80) * 0.5, f"2024-05-{day:02}"))
    for table in without:
        db.execute(f"DROP TABLE {table}")
    image = Image.of(db.serialize("main"))
    catalog = read_catalog(image.connect(), "depot")
    toolset = DerivedTools(catalog, image, seed).toolset(variant)
    policy = default_policy(catalog, rng(seed, "policy", variant), toolset.tools)
    return Tiny(environment_for("depot", image.hash, toolset, policy), image, catalog)
