"""What is asked for makes sense: dates in order, keys nobody could say, lists that have gone stale."""

import random

import apsw
import pytest
from msgspec.structs import replace

from duologue.catalog import Column, Table, read_catalog
from duologue.environment import Image
from duologue.plans.index import ToolIndex
from duologue.plans.memory import Memory
from duologue.plans.rows import Listing, Row
from duologue.tasks.anchors import Anchors
from duologue.tasks.edits import Edits
from duologue.tasks.maker import ScriptedTasks
from duologue.tasks.moments import day_of
from duologue.tasks.pointing import fresh, places, speakable
from duologue.testing import tiny_environment
from duologue.types import Meaning

STAYS = """
CREATE TABLE stay (id INTEGER PRIMARY KEY, guest TEXT, check_in TEXT, check_out TEXT);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 25)
INSERT INTO stay SELECT i, 'Guest ' || i, date('2024-01-01', '+' || i || ' days'), date('2024-01-03', '+' || i || ' days') FROM n;
"""


def edits() -> Edits:
    db = apsw.Connection(":memory:")
    db.execute(STAYS)
    image = Image.of(db.serialize("main"))
    return Edits(Anchors(read_catalog(image.connect(), "stays"), image), "2024-02-01T09:00:00")


@pytest.mark.parametrize("seed", range(20))
def test_a_new_row_ends_after_it_begins(seed: int) -> None:
    made = edits()
    stay = made.anchors.catalog.table("stay")
    columns = [stay.column("check_in"), stay.column("check_out")]
    dates = made.dates(columns, random.Random(seed))
    begins, ends = (day_of(dates[c.name], c) for c in columns)
    assert begins is not None
    assert ends is not None
    assert (ends - begins).days == 2
    assert "2024-01-30" <= begins.isoformat() <= "2024-02-01", "a stay was, unless it is booked"


MOVES = [("check_in", "2024-01-04", True), ("check_in", "2024-01-09", False), ("check_out", "2024-01-01", False)]


@pytest.mark.parametrize(("column", "value", "fine"), MOVES)
def test_a_date_is_not_moved_past_another(column: str, value: str, fine: bool) -> None:
    made = edits()
    current = {"check_in": "2024-01-02", "check_out": "2024-01-05"}
    assert made.in_order(made.anchors.catalog.table("stay").column(column), value, current) is fine


WHY_ENTERED = [
    ({"guest": "Ann"}, "create"),
    ({"check_in": "2024-02-01"}, "create"),
    ({"check_in": "2024-01-30", "check_out": "2024-02-01"}, "create_before"),
    ({"check_in": "2024-01-30", "check_out": "2024-02-02"}, "create_ahead"),
    ({"check_in": "2024-02-03", "check_out": "2027-02-02"}, "create_ahead"),
]


@pytest.mark.parametrize(("row", "why"), WHY_ENTERED)
def test_why_a_row_is_entered_fits_the_days_it_is_about(row: dict[str, str], why: str) -> None:
    made = edits()
    assert made.why_entered(made.anchors.catalog.table("stay"), row) == why


@pytest.mark.parametrize(("current", "why"), [("2023-05-02", "correct"), ("2024-03-02", "move")])
def test_nobody_moves_a_day_that_is_over(current: str, why: str) -> None:
    made = edits()
    column = replace(made.anchors.catalog.table("stay").column("check_in"), label="due date")
    found = made.change(column, current, random.Random(1))
    assert found is not None
    assert found.reason == why


KEYS = [(1, 90000, True), ("C-1001", "C-1030", True), ("00T085HYWQNJ7V4", "00TZZZZYWQNJ7V4", False)]


@pytest.mark.parametrize(("least", "most", "said"), KEYS)
def test_long_codes_are_not_read_out(least: object, most: object, said: bool) -> None:
    key = Column("t", "id", "key", least=least, most=most)
    assert speakable(Table("t", "event", (key,), ("id",))) is said


LISTS = [(2, 2, 0, [1, 2]), (3, 40, 1, [1, 2, 3]), (10, 40, 1, [1, 2, 3]), (2, 2, 2, []), (1, 1, 0, [])]


@pytest.mark.parametrize(("rows", "total", "ago", "ordinals"), LISTS)
def test_places_are_for_rows_just_told(rows: int, total: int, ago: int, ordinals: list[int]) -> None:
    table = Table("t", "entity", (Column("t", "id", "key"),), ("id",))
    listing = Listing(1, 5, Meaning("search", "t"), tuple(Row({}, 1, i, None) for i in range(rows)), True, total)  # type: ignore[arg-type]
    assert [p.value for p in places(table, listing, 5 + ago)] == ordinals


def test_rows_listed_before_are_not_asked_for_in_other_words_and_lists_nobody_heard_are_not_pointed_at() -> None:
    tiny = tiny_environment(seed=2)
    index = ToolIndex(tiny.environment.toolset, tiny.catalog)
    tasks = ScriptedTasks(tiny.catalog, tiny.image, tiny.environment, 2)
    for item in range(20):
        for task in tasks.scenario(str(item), ()).tasks:
            for subtask in task.subtasks:
                for mention in subtask.need.mentions if subtask.need is not None else ():
                    assert mention.pick is None or mention.pick.use or mention.pick.table == mention.table
    listing = Listing(1, 0, Meaning("search", "t"), (Row({}, 1, 0, index),) * 2, True, 2)  # type: ignore[arg-type]
    assert fresh(Memory(tiny.catalog, index), "t", replace(listing, meaning=Meaning("get", "t")), 1) is False


DATES = [("check_in", False), ("due_date", True), ("created_at", False), ("end_date", True)]


@pytest.mark.parametrize(("name", "ahead"), DATES)
def test_what_is_planned_lies_ahead(name: str, ahead: bool) -> None:
    db = apsw.Connection(":memory:")
    db.execute(f"CREATE TABLE job (id INTEGER PRIMARY KEY, {name} TEXT)")
    db.execute("INSERT INTO job VALUES (1, '2024-01-01T10:00:00Z'), (2, '2024-01-05T10:00:00Z')")
    image = Image.of(db.serialize("main"))
    made = Edits(Anchors(read_catalog(image.connect(), "jobs"), image), "2024-02-01T09:00:00")
    column = made.anchors.catalog.table("job").column(name)
    values = [str(made.fresh(column, random.Random(seed))) for seed in range(12)]
    assert all(v.endswith("T10:00:00Z") for v in values), (
        "the writing of the column is kept, and the time of day that its rows have"
    )
    assert all((v[:10] > "2024-02-01") is ahead for v in values)


def test_figures_that_come_in_few_sizes_keep_to_them() -> None:
    db = apsw.Connection(":memory:")
    db.execute("CREATE TABLE client (id INTEGER PRIMARY KEY, terms_days INTEGER)")
    db.executemany("INSERT INTO client VALUES (?, ?)", [(i, (14, 30, 60)[i % 3]) for i in range(40)])
    image = Image.of(db.serialize("main"))
    made = Edits(Anchors(read_catalog(image.connect(), "clients"), image), "2024-02-01T09:00:00")
    column = made.anchors.catalog.table("client").column("terms_days")
    edits_made = [made.change(column, 30, random.Random(seed)) for seed in range(12)]
    assert {e.value for e in edits_made if e is not None} <= {14, 60}
