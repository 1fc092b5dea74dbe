"""Row changes are the same where the columns would store the same, with bookkeeping and the order of new rows left aside."""

import sqlite3

import pytest
from msgspec.structs import replace

import talk
from duologue.catalog import Catalog, read_catalog
from duologue.checks.case import Case, columns_of
from duologue.checks.state import state
from duologue.environment import Image, open_session
from duologue.environment.changes import net_changes
from duologue.ids import digest
from duologue.plans.trace import staged
from duologue.protocols import Outcome
from duologue.types import Environment, Json, RowChange, Slot, Statement, Task, Tool, ToolCall, Toolset, Verdict

SCHEMA = """
CREATE TABLE items (id INTEGER PRIMARY KEY, price REAL, code TEXT, pieces INTEGER, loose, day TEXT, gift INTEGER, about TEXT,
    note TEXT, amount DECIMAL(8,2));
CREATE TABLE firm (id INTEGER PRIMARY KEY, any ANY, price REAL) STRICT;
INSERT INTO items VALUES (1, 99, '099', 5, 99, '2024-05-03', 1, '{"a": 1, "b": [true, 2]}', 'x', 5),
    (2, 98.5, '100', 6, 'q', '2024-05-04', 0, '{"a": 2, "c": "d"}', 'y', 6.5);
INSERT INTO firm VALUES (1, '099', 2.0);
"""


def catalog(script: str) -> tuple[Image, Catalog]:
    db = sqlite3.connect(":memory:")
    db.executescript(script)
    image = Image.of(db.serialize())
    return image, read_catalog(image.connect(), "test")


def judged(name: str, wanted: Json, found: Json, table: str = "items") -> Verdict:
    """The state check of one update."""
    change = RowChange(table, "update", {"id": 1}, {name: "before"}, {name: found})
    task = Task("t", "goal", target=(replace(change, after={name: wanted}),))
    call = ToolCall("c", "cancel_order", {"order_id": 1})
    made = staged([(call, Outcome({"ok": True}, '{"ok":true}', (change,), "s", False))], [], talk.TOOLSET)
    return state(Case(made, (task,), columns=columns_of(catalog(SCHEMA)[1])))


VALUES = [
    # column, wanted, found, whether it is the same
    ("price", 99, 99.0, True),
    ("price", 99, 99.1, False),
    ("price", "99", 99.0, True),
    ("pieces", 5.0, 5, True),
    ("pieces", 5, "5", True),
    ("pieces", 5, "5x", False),
    ("loose", 99, 99.0, False),
    ("loose", 99, 99, True),
    ("code", "099", "99", False),
    ("code", "099", 99, False),
    ("code", 99, "99", True),
    ("amount", "5.50", 5.5, True),
    ("amount", "5.50", "5,5", False),
    ("day", "2024-05-03", "2024-05-03 00:00:00", False),
    ("gift", 1, True, True),
    ("gift", 1, "yes", False),
    ("note", None, "", False),
    ("note", "", None, False),
    ("note", "a", "A", False),
    ("about", '{"a": 1, "b": [true, 2]}', '{"b":[true,2.0],"a":1}', True),
    ("about", '{"a": 1, "b": [true, 2]}', '{"a": 1, "b": [1, 2]}', False),
    ("about", '{"a": 1, "b": [true, 2]}', '{"a": 1, "b": [2, true]}', False),
    ("unheard_of", 99, 99.0, False),
]


@pytest.mark.parametrize(("name", "wanted", "found", "same"), VALUES)
def test_a_value_is_the_same_where_its_column_says_so(name: str, wanted: Json, found: Json, same: bool) -> None:
    assert judged(name, wanted, found).passed is same


def test_a_strict_table_that_takes_anything_keeps_types_apart() -> None:
    assert judged("any", "099", 99, "firm").passed is False
    assert judged("price", 2, 2.0, "firm").passed is True


def test_the_evidence_says_what_differed_and_in_which_type() -> None:
    assert judged("loose", 99, "99").evidence[0].what == "items(id=1): loose='99' (text) after, wanted 99 (integer)"
    assert judged("note", None, "").evidence[0].what == "items(id=1): note='' (text) after, wanted NULL"


# ── With a database that keeps books ─────────────────────────────────────────────────────────────────────────────────────

BOOKS = """
CREATE TABLE products (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT, price REAL, stock INTEGER, version INTEGER DEFAULT 1,
    updated_at TEXT DEFAULT CURRENT_TIMESTAMP);
CREATE TABLE lines (id INTEGER PRIMARY KEY, product_id INTEGER REFERENCES products (id), qty INTEGER, made TEXT DEFAULT CURRENT_TIMESTAMP);
CREATE TABLE journal (id INTEGER PRIMARY KEY, what TEXT, row INTEGER, old TEXT, new TEXT);
INSERT INTO products (name, price, stock) VALUES ('Kettle', 20.5, 40), ('Mug', 3, 90);
INSERT INTO lines (product_id, qty) VALUES (1, 2), (2, 1);
INSERT INTO journal (what, row) VALUES ('x', 1);
CREATE TRIGGER a AFTER UPDATE ON products WHEN NEW.updated_at IS OLD.updated_at BEGIN
    UPDATE products SET updated_at = datetime('now'), version = version + 1 WHERE id = NEW.id; END;
CREATE TRIGGER b AFTER UPDATE OF price ON products BEGIN
    INSERT INTO journal (what, row, old, new) VALUES ('price', NEW.id, OLD.price, NEW.price); END;
CREATE TRIGGER "updated_at of products" AFTER INSERT ON lines BEGIN
    UPDATE products SET stock = stock - NEW.qty WHERE id = NEW.product_id; END;
"""


def writing(called: str, sql: str, into: str, /, **inputs: str) -> Tool:
    """A tool that runs one statement; `inputs`: parameter → its use and column."""
    slots = {k: Slot(v.split(".")[1], v.split(".")[2], v.split(".")[0]) for k, v in inputs.items()}
    parameters: dict[str, Json] = {"type": "object", "properties": {k: {} for k in inputs}}
    run = (Statement("write", sql),)
    return Tool(called, called, parameters, {"type": "object"}, "write", run, (into,), (into,), None, slots)


PRICE = writing(
    "price",
    "UPDATE products SET price = :price WHERE id = :id",
    "products",
    id="key.products.id",
    price="value.products.price",
)
RENAME = writing(
    "rename",
    "UPDATE products SET name = :name WHERE id = :id",
    "products",
    id="key.products.id",
    name="value.products.name",
)
NEW = writing("new", "INSERT INTO products (name, price) VALUES (:name, 5)", "products", name="value.products.name")
LINE = writing(
    "line",
    "INSERT INTO lines (product_id, qty) VALUES (:id, :qty)",
    "lines",
    id="key.products.id",
    qty="value.lines.qty",
)
STEP = writing(
    "step",
    "UPDATE products SET version = :v WHERE id = :id",
    "products",
    id="key.products.id",
    v="value.products.version",
)
Calls = list[tuple[str, dict[str, Json]]]


def run(calls: Calls, tools: tuple[Tool, ...], start: str = "2024-06-14T09:10:00") -> tuple[list[RowChange], Case]:
    """The changes of some calls, and the case they make with no task."""
    image, found = catalog(BOOKS)
    draft = Environment("", "books", image.hash, Toolset("books", tools))
    clock = replace(talk.CLOCK, start=start)
    session = open_session(image, replace(draft, id=digest(draft)), clock)
    made = [
        (call := ToolCall(f"c{n}", name, args), session.execute(call.name, args))
        for n, (name, args) in enumerate(calls)
    ]
    session.close()
    changes = [c for _, outcome in made for c in outcome.changes]
    return changes, Case(staged(made, [], draft.toolset), (), columns=columns_of(found))


def compared(gold: Calls, other: Calls, *more: Tool) -> Verdict:
    """The state check of some calls against what others leave, a day later."""
    tools = (PRICE, RENAME, NEW, LINE, *more)
    target = net_changes(run(gold, tools)[0])
    case = run(other, tools, "2024-06-15T09:10:00")[1]
    for name in ("made", "updated_at"):  # what a proof finds to depend on the moment, of new rows
        target = tuple(
            replace(t, after={**t.after, name: {"$any": "clock"}})
            if t.after and t.op == "insert" and name in t.after
            else t
            for t in target
        )
    case.tasks = (Task("t", "goal", target=target),)
    return state(case)


GOLD: Calls = [("price", {"id": 1, "price": 30}), ("rename", {"id": 2, "name": "Cup"})]
ADD: Calls = [
    ("new", {"name": "Pan"}),
    ("line", {"id": 3, "qty": 2}),
    ("new", {"name": "Pot"}),
    ("line", {"id": 4, "qty": 7}),
]
RUNS = [
    # what was wanted, what was done, whether it is the same
    (GOLD, GOLD, True),
    (GOLD, GOLD[::-1], True),
    (
        GOLD,
        [("price", {"id": 1, "price": 31}), *GOLD],
        True,
    ),  # wrong, then right: two versions, two lines in the journal
    (GOLD, GOLD[:1], False),
    (GOLD, [*GOLD, ("price", {"id": 2, "price": 4})], False),
    (GOLD, [("price", {"id": 1, "price": 30.5}), GOLD[1]], False),
    ([("line", {"id": 1, "qty": 3})], [("line", {"id": 1, "qty": 3})], True),
    ([("line", {"id": 1, "qty": 3})], [("line", {"id": 2, "qty": 3})], False),
    ([("line", {"id": 1, "qty": 3})], [("line", {"id": 1, "qty": 4})], False),
    (ADD, ADD, True),
    (ADD, [ADD[2], ("line", {"id": 3, "qty": 7}), ADD[0], ("line", {"id": 4, "qty": 2})], True),
    (ADD, [ADD[0], ADD[2], ADD[3], ADD[1]], True),
    (ADD, [ADD[2], ("line", {"id": 3, "qty": 2}), ADD[0], ("line", {"id": 4, "qty": 7})], False),
    (ADD, [*ADD, ("new", {"name": "Pan"})], False),
]


@pytest.mark.parametrize(("gold", "done", "same"), RUNS)
def test_what_the_database_keeps_for_itself_is_not_held_against_anyone(gold: Calls, done: Calls, same: bool) -> None:
    assert compared(gold, done).passed is same, compared(gold, done)


def test_what_was_left_out_is_noted() -> None:
    notes = [f.what for f in compared(GOLD, GOLD).evidence]
    assert "noted: products.version is not compared: the trigger 'a' counts each change of the row" in notes
    assert any(n.startswith("noted: journal is not compared") for n in notes)
    assert (
        compared([("line", {"id": 1, "qty": 3})], [("line", {"id": 1, "qty": 4})]).evidence[0].what.startswith("lines(")
    )


def test_stock_that_a_trigger_lowers_is_graded_whatever_the_trigger_is_called() -> None:
    verdict = compared([("line", {"id": 1, "qty": 3})], [("line", {"id": 1, "qty": 4})])
    assert any("stock=36 after, wanted 37" in f.what for f in verdict.evidence)


def test_a_column_that_a_tool_lets_people_write_is_graded() -> None:
    wanted: Calls = [("step", {"id": 1, "v": 7})]
    assert compared(wanted, wanted, STEP).passed is True
    assert compared(wanted, [("step", {"id": 1, "v": 8})], STEP).passed is False
