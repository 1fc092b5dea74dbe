"""Rows that go together: values by another value, rows referred to by name, numbers in the order of dates, and second looks."""

import copy
import datetime
from typing import Any

import pytest

from duologue.catalog import named_by, read_catalog
from duologue.ground import catalog_of
from duologue.ids import rng
from duologue.sources.invented.draw import Drawing, Parents
from duologue.sources.invented.grow import Growth, grow, rows_of
from duologue.sources.invented.recipes import RowsDesign, read
from duologue.sources.invented.rules import Limit, PolicyDesign, RuleDesign, establish
from duologue.sources.invented.schema import Design, Link, Shape, TableDesign, World, build
from duologue.sources.invented.sight import doubts, seen
from duologue.tools import DerivedTools
from sources import lab
from sources.test_invented import made

TODAY = datetime.date(2024, 5, 6)
BOATS = "CREATE TABLE boats (boat_id INTEGER PRIMARY KEY, name TEXT NOT NULL, built_on TEXT, places INTEGER)"
TRIPS = (
    "CREATE TABLE trips (trip_id INTEGER PRIMARY KEY, trip_number TEXT NOT NULL UNIQUE, boat_id INTEGER REFERENCES boats, "
    "leaves_on TEXT NOT NULL, back_on TEXT, status TEXT, after_id INTEGER REFERENCES trips)"
)
Columns = dict[str, dict[str, Any]]
BOAT: Columns = {
    "name": {"kind": "pick", "values": ["Petrel", "Skua", "Fulmar"]},
    "built_on": {"kind": "date", "first": "2001-01-01", "last": "2009-12-31"},
    "places": {"kind": "map", "of": "name", "to": {"Petrel": 8, "Skua": 12}},
}
TRIP: Columns = {
    "trip_number": {"kind": "serial", "prefix": "TR-", "width": 4, "start": 1, "by": "leaves_on"},
    "boat_id": {"kind": "parent"},
    "leaves_on": {"kind": "date", "first": "today-90", "last": "today+30"},
    "back_on": {"kind": "after", "of": "leaves_on", "least": 0, "most": 3},
    "status": {"kind": "pick", "values": ["planned", "done"]},
    "after_id": {"kind": "nothing"},
}


def empty() -> World:
    tables = (TableDesign("boats", 40, BOATS), TableDesign("trips", 160, TRIPS))
    world, problems = build(Design("Boats", tables, "Boats make trips."))
    assert world is not None, problems
    return world


def fill(world: World, table: str, columns: Columns, *examples: dict[str, Any]) -> Growth:
    recipe, problems = read(RowsDesign(columns, examples))
    assert not problems
    return grow(world, world.tables[table], recipe, TODAY, rng(1, table))


def filled(trip: Columns, *examples: dict[str, Any]) -> tuple[World, Growth]:
    world = empty()
    assert not fill(world, "boats", BOAT).problems
    return world, fill(world, "trips", TRIP | trip, *examples)


SHAPE = Shape("loans", "", 10, ("id", "a", "b", "c", "book_id"), ("id",), "id", (Link(("book_id",), "books", ("id",)),))
NO = {"kind": "nothing"}
YES = {"kind": "pick", "values": ["yes"]}


def when(**case: Any) -> dict[str, Any]:
    return {"kind": "when", "cases": [{"of": "a", "then": YES, **case}], "otherwise": NO}


@pytest.mark.parametrize(
    ("recipe", "given", "value"),
    [
        ({"kind": "map", "of": "a", "to": {"gull": "Larus", "auk": "Alca"}}, {"a": "auk"}, "Alca"),
        ({"kind": "map", "of": "a", "to": {"3": True}}, {"a": 3}, 1),
        ({"kind": "map", "of": "a", "to": {"gull": "Larus"}}, {"a": "tern"}, None),
        ({"kind": "map", "of": "a", "to": {"gull": "Larus"}, "otherwise": YES}, {"a": "tern"}, "yes"),
        ({"kind": "map", "of": "book_id.title", "to": {"Salt": 7}}, {"book_id": 1}, 7),
        ({"kind": "after", "of": ["a", "b"], "least": 1, "most": 1}, {"a": "2024-01-09", "b": "2024-02-01"}, "2024-02-02"),
        ({"kind": "after", "of": ["a", "b"], "least": 1, "most": 1}, {"a": "2024-01-09", "b": None}, "2024-01-10"),
        ({"kind": "after", "of": ["a", "b"], "least": 1, "most": 1}, {"a": None, "b": None}, None),
        ({"kind": "after", "of": ["a", "book_id.since"], "least": 0, "most": 0}, {"a": "2024-01-09", "book_id": 1}, "2024-03-01"),
        ({"kind": "after", "of": "a", "least": 9, "most": 9, "until": "b"}, {"a": "2024-01-09", "b": "2024-01-12"}, "2024-01-12"),
        ({"kind": "after", "of": "a", "least": 9, "most": 9, "until": "b"}, {"a": "2024-01-09", "b": None}, "2024-01-18"),
        ({"kind": "after", "of": "a", "least": 9, "most": 9, "until": "b"}, {"a": "2024-01-09 08:00:00", "b": "2024-01-12 07:30:00"}, "2024-01-12 07:30:00"),
        (when(before={"of": "b"}), {"a": "2024-01-09", "b": "2024-02-01"}, "yes"),
        (when(before={"of": "b"}), {"a": "2024-02-09", "b": "2024-02-01"}, None),
        (when(after={"of": "book_id.since"}), {"a": "2024-03-02", "book_id": 1}, "yes"),
        (when(before={"of": "b"}), {"a": "2024-01-09", "b": None}, None),
    ],
)  # fmt: skip
def test_one_value(recipe: dict[str, Any], given: dict[str, Any], value: object) -> None:
    parents = {SHAPE.links[0]: Parents([{"id": 1, "title": "Salt", "since": "2024-03-01"}], rng(1))}
    found, problems = read(RowsDesign({"c": recipe}))
    assert not problems
    drawing = Drawing(SHAPE, parents, TODAY, rng(2))
    drawing.begin(0, given)
    assert drawing.value(found.columns["c"], "c") == value


def test_a_catalogue_may_have_forty_cases() -> None:
    case = {"of": "a", "among": ["x"], "then": YES}
    assert not read(RowsDesign({"c": {"kind": "when", "cases": [case] * 40, "otherwise": NO}}))[1]


def test_numbers_rise_with_the_dates() -> None:
    world, growth = filled({}, {"trip_number": "TR-0007", "leaves_on": "2024-12-24"}, {"leaves_on": "2020-01-01"})
    assert growth.rows == 160
    rows = rows_of(world, "trips")
    numbered = sorted((r for r in rows if r["trip_number"] != "TR-0007"), key=lambda r: str(r["trip_number"]))
    assert [r["leaves_on"] for r in numbered] == sorted(r["leaves_on"] for r in numbered)
    assert (numbered[0]["trip_number"], numbered[0]["leaves_on"]) == ("TR-0001", "2020-01-01")
    assert next(r["leaves_on"] for r in rows if r["trip_number"] == "TR-0007") == "2024-12-24"
    assert len({r["trip_number"] for r in rows}) == 160
    assert [r["trip_id"] for r in rows] == list(range(1, 161))


def test_a_row_referred_to_is_found_by_what_it_holds() -> None:
    world, growth = filled({}, {"boat_id": {"name": "Skua", "places": 12}, "leaves_on": "2024-01-01"})
    assert growth.rows == 160
    boat = rows_of(world, "trips")[0]["boat_id"]
    assert next(b["name"] for b in rows_of(world, "boats") if b["boat_id"] == boat) == "Skua"


def test_a_row_written_before_is_found_too() -> None:
    world, _ = filled(
        {}, {"leaves_on": "2024-01-01"}, {"after_id": {"leaves_on": "2024-01-01"}, "leaves_on": "2024-01-02"}
    )
    assert rows_of(world, "trips")[1]["after_id"] == 1


@pytest.mark.parametrize(
    ("trip", "example", "said"),
    [
        ({}, {"boat_id": {"name": "Heron"}}, 'Example 1 is refused: there is no row of boats with {"name":"Heron"}'),
        ({}, {"boat_id": {"colour": "red"}}, "'boats' has no column 'colour'"),
        ({}, {"status": {"name": "Skua"}}, "'status' refers to no other table"),
        ({"status": {"kind": "text", "pattern": "{trip_number}"}}, {}, "'trip_number', which is numbered last"),
        ({"status": {"kind": "same", "of": "after_id.trip_number"}}, {}, "'after_id.trip_number', which is numbered last"),
        ({"trip_number": {"kind": "serial", "prefix": "T", "by": "day"}}, {}, "names another column"),
        ({"trip_number": {"kind": "serial", "prefix": "T", "by": "trip_number"}}, {}, "names another column"),
        ({"trip_number": when(among=["x"], of="status", then=TRIP["trip_number"])}, {}, "stands in no other recipe"),
        ({"back_on": {"kind": "after", "of": "leaves_on", "least": 1, "most": 2, "until": "today+x"}}, {}, "is no day"),
        ({"back_on": {"kind": "after", "of": "leaves_on", "least": 1, "most": 2, "until": "home_on"}}, {}, "no column 'home_on'"),
        ({"back_on": {"kind": "after", "of": "leaves_on", "least": 1, "most": 2, "until": "status"}}, {}, "is no day"),
        ({"status": when(of="leaves_on", before={"of": "home_on"})}, {}, "no column 'home_on'"),
        ({"status": {"kind": "map", "of": "mood", "to": {"x": 1}}}, {}, "no column 'mood'"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_told(trip: Columns, example: dict[str, Any], said: str) -> None:
    world, growth = filled(trip, *([example] if example else []))
    assert said in " ".join(growth.problems)
    assert rows_of(world, "trips") == []


def test_states_are_counted_with_what_lies_ahead() -> None:
    world, _ = filled({"leaves_on": {"kind": "pick", "values": ["2024-05-05", "2024-05-07"]}})
    text = seen(world, world.tables["trips"], TODAY)
    rows = rows_of(world, "trips")
    for status in ("planned", "done"):
        mine = [r for r in rows if r["status"] == status]
        ahead = sum(r["leaves_on"] == "2024-05-07" for r in mine)
        assert f"{status} {len(mine)} (leaves_on after today in {ahead}" in text
    assert "trips now has 160 rows" in text
    assert "trip_number:" not in text


def dated(of: str) -> dict[str, Any]:
    """A date after `of`, and in a row whose status is `slip` before it."""
    usual = {"kind": "after", "of": of, "least": 5, "most": 9}
    slip = {"kind": "after", "of": of, "least": -9, "most": -5}
    return {"kind": "when", "cases": [{"of": "status", "among": ["slip"], "then": slip}], "otherwise": usual}


HALF = {"kind": "pick", "values": ["done", "slip"], "weights": [5, 3]}


@pytest.mark.parametrize(
    ("trip", "said"),
    [
        ({"status": HALF, "leaves_on": dated("boat_id.built_on")}, "leaves_on lies before boat_id.built_on in"),
        ({"status": HALF, "back_on": dated("leaves_on")}, ""),
        ({"back_on": dated("leaves_on")}, "leaves_on lies after back_on in"),
        ({"leaves_on": dated("boat_id.built_on")}, "leaves_on lies before boat_id.built_on in"),
        ({}, ""),
        ({"back_on": {"kind": "date", "first": "today-90", "last": "today+30"}}, ""),
    ],
)  # fmt: skip
def test_few_rows_in_another_order_are_asked_about(trip: Columns, said: str) -> None:
    status = {"kind": "pick", "values": ["done", "slip"], "weights": [9, 1]}
    world, growth = filled({"status": status, **trip})
    assert not growth.problems
    found = " ".join(doubts(world, world.tables["trips"]))
    assert said in found if said else not found


SLIP = copy.deepcopy(lab.ROWS["samples"])
SLIP["columns"]["analysed_on"] = {
    "kind": "when",
    "cases": [
        {"of": "status", "among": ["frozen"], "then": NO},
        {"of": "status", "among": ["discarded"], "then": {"kind": "after", "of": "taken_at", "least": -2, "most": 9}},
    ],
    "otherwise": {"kind": "after", "of": "taken_at", "least": 1, "most": 30},
}


def test_it_is_asked_once_and_mended() -> None:
    world, model = made({"samples": SLIP})
    asked = [r.messages[-1].content for r in model.requests if "if that is a slip" in r.messages[-1].content]
    assert len([text for text in asked if "taken_at lies after analysed_on in" in text]) == 1
    assert world.source.image == made()[0].source.image


def test_what_is_meant_stays() -> None:
    kept = made({"samples": SLIP, "animals": {"columns": {}}})[0]
    answers = lab.answers({"samples": SLIP})

    def stubborn(request: Any) -> Any:
        return {"columns": {}} if "if that is a slip" in request.messages[-1].content else answers(request)

    world, model = made(reply=stubborn)
    early = "SELECT count(*) FROM samples WHERE analysed_on < date(taken_at)"
    assert world.source.image.connect().execute(early).get > 0
    assert kept.source.image.connect().execute(early).get == 0
    later = next(r for r in model.requests if lab.kind_of(r) == "tank_checks")
    recipe = next(m.content for m in later.messages if m.role == "assistant" and "sample_code" in m.content)
    assert '"analysed_on"' in recipe  # the author still sees what the table stands by


def test_mending_that_fails_costs_nothing() -> None:
    """The table of before stays, when every answer to the question is worse than it."""
    answers = lab.answers({"samples": SLIP})
    asked: list[Any] = []

    def clumsy(request: Any) -> Any:
        if "if that is a slip" in request.messages[-1].content or 0 < len(asked) < 3:
            asked.append(request)
            return {"columns": {"sample_code": {"kind": "code", "mask": "S@-####"}}}
        return answers(request)

    world, _ = made(reply=clumsy)
    assert len(asked) == 3
    assert world.rows == made()[0].rows
    early = "SELECT count(*) FROM samples WHERE analysed_on < date(taken_at)"
    assert world.source.image.connect().execute(early).get > 0


# ── What rows are called by ──────────────────────────────────────────────────────────────────────────────────────────


def design(**called: list[str]) -> dict[str, Any]:
    out = copy.deepcopy(lab.DESIGN)
    for table in out["tables"]:
        table["called_by"] = called.get(table["name"], [])
    return out


def test_the_design_says_what_rows_are_called_by() -> None:
    plain, named = catalog_of(made()[0].source), made({"design": design(samples=["sample_code"])})[0].source
    assert plain.table("samples").display == ()
    catalog = catalog_of(named)
    assert catalog.table("samples").display == ("sample_code",)
    assert catalog.table("animals").display == plain.table("animals").display
    finds = {
        t.meaning.table
        for variant in range(12)
        for t in DerivedTools(catalog, named.image, 3).toolset(variant).tools
        if t.meaning is not None and t.meaning.family == "find"
    }
    assert "samples" in finds


@pytest.mark.parametrize(
    ("table", "columns", "display"),
    [
        ("trips", ["trip_number"], ("trip_number",)),
        ("trips", ["status"], ()),
        ("trips", ["trip_id"], ()),
        ("trips", ["colour"], ()),
        ("boats", ["built_on"], ("built_on",)),
        ("ships", ["name"], ()),
    ],
)
def test_only_what_tells_rows_apart_is_a_name(table: str, columns: list[str], display: tuple[str, ...]) -> None:
    world, _ = filled({})
    catalog = named_by(read_catalog(world.db, "boats"), {table: columns})
    if table in world.tables:
        assert catalog.table(table).display == display
    else:
        assert catalog == read_catalog(world.db, "boats")


@pytest.mark.parametrize("column", ["colour", "tank_id"])
def test_a_name_that_is_none_is_shown_back(column: str) -> None:
    _, model = made({"design": design(tanks=[column])})
    assert f"{column!r} is none" in model.requests[1].messages[-1].content


# ── Rules ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_rule_may_hold_for_new_and_changed_rows_alike() -> None:
    world, _ = filled({})
    limit = Limit("trips", "insert or update", "NEW.status <> 'lost'", "A trip is never lost.", ("status",))
    conduct = tuple(RuleDesign(f"conduct_{i}", "Ask for a clear yes first.") for i in range(4))
    policy, problems = establish(
        world, PolicyDesign("You help. " * 8, (RuleDesign("none_lost", "No trip is lost.", limit), *conduct))
    )
    assert (policy is not None, problems) == (True, [])
    for sql in (
        "UPDATE trips SET status = 'lost' WHERE trip_id = 1",
        "INSERT INTO trips (trip_number, leaves_on, status) VALUES ('X', '2024-01-01', 'lost')",
    ):
        with pytest.raises(Exception, match="never lost"):
            world.db.execute(sql)
    world.db.execute("UPDATE trips SET back_on = '2024-09-09' WHERE trip_id = 1")
    world.db.execute("UPDATE trips SET status = 'done' WHERE trip_id = 1")


def test_the_author_of_the_policy_knows_what_day_it_is() -> None:
    world, model = made()
    asked = next(r for r in model.requests if lab.kind_of(r) == "policy")
    assert f"Today, in this world: {world.source.today} (" in asked.messages[-1].content
