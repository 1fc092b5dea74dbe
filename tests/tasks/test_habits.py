"""What goes together in the rows there are, and what is written so that it fits."""

from functools import cache

import apsw
import pytest

from duologue.catalog import read_catalog
from duologue.catalog.model import Catalog, Column
from duologue.environment import Image
from duologue.ids import rng
from duologue.tasks.anchors import Anchors
from duologue.tasks.edits import Edits
from duologue.types import Json

_SCHEMA = """
CREATE TABLE country (country_id INTEGER PRIMARY KEY, name TEXT NOT NULL, code TEXT NOT NULL);
CREATE TABLE guest (
    guest_id INTEGER PRIMARY KEY, name TEXT NOT NULL, city TEXT NOT NULL, land TEXT NOT NULL, file_bytes INTEGER NOT NULL,
    booking_status TEXT NOT NULL, host_id INTEGER REFERENCES guest);
CREATE TABLE stay (
    stay_id INTEGER PRIMARY KEY, guest_id INTEGER NOT NULL REFERENCES guest, arrival_date TEXT NOT NULL, departure_date TEXT NOT NULL,
    rate REAL NOT NULL);
CREATE TABLE parcel (
    parcel_id INTEGER PRIMARY KEY, guest_id INTEGER NOT NULL REFERENCES guest, sent_date TEXT, status TEXT NOT NULL);
"""
_PLACES = (
    ("Lyon", "France"),
    ("Nice", "France"),
    ("Porto", "Portugal"),
    ("Braga", "Portugal"),
    ("Ghent", "Belgium"),
    ("Liege", "Belgium"),
)
_NAMES = ("Ann Ashe", "Ben Bird", "Cleo Cole", "Dan Dunn", "Eva Eton", "Finn Ford")


@cache
def inn() -> Anchors:
    db, dice = apsw.Connection(":memory:"), rng(3, "inn")
    db.execute(_SCHEMA)
    for i in range(1, 49):
        city, land = dice.choice(_PLACES)
        status = ("booked", "checked in", "cancelled")[i % 3]
        row = (i, f"{_NAMES[i % 6]} {i}" if i > 40 else _NAMES[i % 6], city, land, 1000 + i * 17, status, i - 1 or None)
        db.execute("INSERT INTO guest VALUES (?, ?, ?, ?, ?, ?, ?)", row)
        stay = (i, i, f"2024-03-{i % 20 + 1:02}", f"2024-03-{i % 20 + 1 + i % 4 + 1:02}", (40.0, 55.0, 70.0)[i % 3])
        db.execute("INSERT INTO stay VALUES (?, ?, ?, ?, ?)", stay)
        how, sent = (("packed", False), ("on hold", False), ("shipped", True), ("lost", True), ("lost", False))[i % 5]
        db.execute("INSERT INTO parcel VALUES (?, ?, ?, ?)", (i, i, f"2024-03-{i % 20 + 1:02}" if sent else None, how))
    image = Image.of(db.serialize("main"))
    return Anchors(read_catalog(image.connect(), "inn"), image)


def column(table: str, name: str) -> Column:
    catalog: Catalog = inn().catalog
    return catalog.table(table).column(name)


def edits() -> Edits:
    return Edits(inn(), "2024-04-02T09:00:00")


def test_a_city_says_its_country() -> None:
    assert inn().habits.bound(column("guest", "city")) == ("land",)
    fitting = inn().habits.fitting(column("guest", "city"), {"land": "Portugal"})
    assert fitting is not None
    assert {str(v) for v in fitting} == {"Braga", "Porto"}


def test_what_is_set_alone_fits_the_rest_of_its_row() -> None:
    row: dict[str, Json] = {"city": "Porto", "land": "Portugal"}
    assert {edits().fresh(column("guest", "city"), rng(n, "x"), {"land": "Belgium"}) for n in range(20)} == {
        "Ghent",
        "Liege",
    }
    assert all(edits().change(column("guest", "land"), "Portugal", rng(n, "x"), row) is None for n in range(20))


@pytest.mark.parametrize(
    ("day", "fits"), [("2024-03-06", True), ("2024-03-09", True), ("2024-03-19", False), ("2024-03-04", False)]
)
def test_a_stay_is_as_long_as_stays_are(day: str, fits: bool) -> None:
    row: dict[str, Json] = {"arrival_date": "2024-03-05", "departure_date": "2024-03-07"}
    assert edits().in_order(column("stay", "departure_date"), day, row) is fits


def test_a_rate_is_one_of_those_there_are() -> None:
    assert edits().sizes(column("stay", "rate")) == [40.0, 55.0, 70.0]


def test_what_has_come_to_its_end_goes_nowhere() -> None:
    ended = [edits().change(column("guest", "booking_status"), "cancelled", rng(n, "x")) for n in range(9)]
    assert ended == [None] * 9
    assert edits().change(column("guest", "booking_status"), "booked", rng(1, "x")) is not None


@pytest.mark.parametrize(
    ("row", "first", "then"),
    [
        ({}, {"packed", "on hold"}, {"on hold", "lost"}),
        ({"sent_date": "2024-03-05"}, {"shipped"}, {"shipped", "lost"}),
    ],
)
def test_a_status_goes_with_the_days_there_are(row: dict[str, Json], first: set[str], then: set[str]) -> None:
    status = column("parcel", "status")
    assert {edits().fresh(status, rng(n, "x"), row) for n in range(40)} == first
    changed = (edits().change(status, "packed", rng(n, "x"), row) for n in range(40))
    assert {edit.value for edit in changed if edit is not None} == then


def test_figures_of_machines_are_left_alone() -> None:
    assert edits().change(column("guest", "file_bytes"), 1017, rng(1, "x")) is None
    assert edits().fresh(column("guest", "file_bytes"), rng(1, "x")) is None


def test_nobody_comes_to_stand_above_themselves() -> None:
    table = inn().catalog.table("guest")
    rows = {int(str(r.values["guest_id"])): r.values for r in inn().rows(table)}
    assert inn().habits.loops(table, "host_id", rows[3], rows[7])
    assert not inn().habits.loops(table, "host_id", rows[7], rows[3])
