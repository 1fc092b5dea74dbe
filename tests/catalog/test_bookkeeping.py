"""What the database keeps for itself is told from what a change brings about in earnest, by what triggers do and not by their names."""

import apsw
import pytest

from duologue.catalog import Catalog, read_catalog
from duologue.catalog.affinity import affinity, stored
from duologue.types import Json

TABLES = """
CREATE TABLE products (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT, price REAL, stock INTEGER, version INTEGER DEFAULT 1,
    updated_at TEXT, shipped_at TEXT, renewals INTEGER DEFAULT 0, earlier REAL, due TEXT, created_at TEXT DEFAULT CURRENT_TIMESTAMP);
CREATE TABLE lines (id INTEGER PRIMARY KEY, product_id INTEGER REFERENCES products (id), qty INTEGER);
CREATE TABLE journal (id INTEGER PRIMARY KEY, what TEXT, row INTEGER, old TEXT, new TEXT, at TEXT DEFAULT CURRENT_TIMESTAMP);
INSERT INTO products (name, price, stock) VALUES ('Kettle', 20.5, 4), ('Mug', 3, 9);
INSERT INTO lines VALUES (1, 1, 2), (2, 2, 1);
INSERT INTO journal (what, row) VALUES ('x', 1);
"""


def catalog(triggers: str) -> Catalog:
    db = apsw.Connection(":memory:")
    db.execute(TABLES + triggers)
    return read_catalog(db, "test")


def found(triggers: str) -> set[str]:
    """Columns (`table.column`) and tables that are bookkeeping."""
    result = catalog(triggers)
    marked = {f"{c.table}.{c.name}" for t in result.tables for c in t.columns if c.bookkeeping}
    return marked | {c.table for c in result.trails}


def trigger(head: str, body: str, name: str = "t") -> str:
    return f'CREATE TRIGGER "{name}" {head} BEGIN {body}; END;'


OWN = "UPDATE products SET {} WHERE id = NEW.id"
LOG = "INSERT INTO journal (what, row, old, new) VALUES ({})"
CASES = [
    # head, body, what is bookkeeping
    ("AFTER UPDATE ON products", OWN.format("updated_at = datetime('now')"), {"products.updated_at"}),
    ("AFTER UPDATE ON products", OWN.format("updated_at = strftime('%Y-%m-%d %H:%M', 'now')"), {"products.updated_at"}),
    (
        "AFTER UPDATE ON products WHEN NEW.updated_at IS OLD.updated_at",
        OWN.format("updated_at = CURRENT_TIMESTAMP, version = version + 1"),
        {"products.updated_at", "products.version"},
    ),
    ("AFTER UPDATE ON products", OWN.format("version = coalesce(OLD.version, 0) + 1"), {"products.version"}),
    (
        "AFTER UPDATE ON products",
        "UPDATE products SET version = version + 1 WHERE rowid = NEW.rowid",
        {"products.version"},
    ),
    ("AFTER UPDATE OF price ON products", OWN.format("earlier = OLD.price"), {"products.earlier"}),
    ("AFTER UPDATE ON products", OWN.format("due = date('now', '+3 days')"), set()),  # a deadline
    ("AFTER UPDATE ON products", OWN.format("version = version - 1"), set()),
    ("AFTER UPDATE ON products", OWN.format("renewals = renewals + 10"), set()),  # points that are earned
    ("AFTER UPDATE ON products", OWN.format("version = version + NEW.stock"), set()),
    ("AFTER UPDATE ON products", "UPDATE products SET version = version + 1", set()),  # of every row
    ("AFTER UPDATE OF stock ON products", OWN.format("renewals = renewals + 1"), set()),
    ("AFTER UPDATE ON products WHEN NEW.stock = 0", OWN.format("shipped_at = datetime('now')"), set()),
    ("AFTER INSERT ON lines", "UPDATE products SET stock = stock - NEW.qty WHERE id = NEW.product_id", set()),
    ("AFTER INSERT ON lines", "UPDATE products SET stock = stock + 1 WHERE id = NEW.product_id", set()),
    ("AFTER UPDATE ON products", LOG.format("'products', NEW.id, OLD.price, NEW.price"), {"journal"}),
    ("AFTER UPDATE OF price ON products", LOG.format("'price', NEW.id, OLD.price, NEW.price"), {"journal"}),
    ("AFTER INSERT ON products", LOG.format("'insert', NEW.id, NULL, NEW.name"), {"journal"}),
    (
        "AFTER UPDATE ON products WHEN OLD.price <> NEW.price",
        LOG.format("'U', NEW.id, json_object('price', OLD.price), json_object('price', NEW.price)"),
        {"journal"},
    ),
    ("AFTER UPDATE ON products WHEN NEW.stock < 0", LOG.format("'products', NEW.id, OLD.stock, NEW.stock"), set()),
    ("AFTER INSERT ON lines", LOG.format("'please pack it', NEW.id, NULL, NEW.qty"), set()),
    (
        "AFTER DELETE ON lines",
        "INSERT INTO journal (row, old, new) VALUES (OLD.id, OLD.product_id, OLD.qty)",
        set(),
    ),  # moved there
    ("AFTER DELETE ON lines", LOG.format("'deleted', OLD.id, OLD.product_id, OLD.qty"), {"journal"}),
    ("AFTER INSERT ON lines", "INSERT INTO journal (row, new) VALUES (NEW.id, 5)", set()),  # a fee
    ("AFTER UPDATE ON products", LOG.format("'products', NEW.id, 0, OLD.stock - NEW.stock"), set()),  # a movement
    (
        "AFTER INSERT ON lines",
        "INSERT INTO journal (what, new) SELECT 'insert', name FROM products WHERE id = NEW.product_id",
        set(),
    ),
]


@pytest.mark.parametrize(("head", "body", "expected"), CASES)
def test_bookkeeping_is_known_by_what_a_trigger_writes(head: str, body: str, expected: set[str]) -> None:
    assert found(trigger(head, body)) == expected


STAMP = trigger("AFTER UPDATE ON products", OWN.format("updated_at = datetime('now')"), "a")
VERSION = trigger("AFTER UPDATE ON products", OWN.format("version = version + 1"), "a")
TRAIL = trigger("AFTER UPDATE ON products", LOG.format("'products', NEW.id, OLD.price, NEW.price"), "a")
TOGETHER = [
    (VERSION, "AFTER INSERT ON lines", OWN.format("version = version + 1"), {"products.version"}),
    (STAMP, "AFTER INSERT ON lines", OWN.format("updated_at = 'never'"), set()),  # a second writer that is no clock
    (VERSION, "AFTER DELETE ON lines", "UPDATE products SET version = 0", set()),
    (TRAIL, "AFTER INSERT ON lines", "INSERT INTO journal (new) VALUES (NEW.qty * 2)", set()),
    (TRAIL, "AFTER INSERT ON lines", "DELETE FROM journal WHERE row = NEW.id", set()),
    (TRAIL, "AFTER INSERT ON lines", "UPDATE journal SET new = 1", set()),
]


@pytest.mark.parametrize(("first", "head", "body", "expected"), TOGETHER)
def test_one_write_that_is_more_makes_it_no_bookkeeping(first: str, head: str, body: str, expected: set[str]) -> None:
    assert found(first + trigger(head, body, "b")) == expected


@pytest.mark.parametrize("name", ["set_updated_at", "audit log", "bump version; END"])
def test_a_misleading_name_changes_nothing(name: str) -> None:
    lowers = trigger(
        "AFTER INSERT ON lines", "UPDATE products SET stock = stock - NEW.qty WHERE id = NEW.product_id", name
    )
    assert found(lowers) == set()
    assert found(trigger("AFTER UPDATE ON products", OWN.format("stock = stock + 1"), name)) == {"products.stock"}


def test_a_trail_that_others_refer_to_is_none() -> None:
    child = "CREATE TABLE notes (id INTEGER PRIMARY KEY, entry INTEGER REFERENCES journal (id)); INSERT INTO notes VALUES (1, 1);"
    assert found(TRAIL) == {"journal"}
    assert found(child + TRAIL) == set()


def test_a_default_is_bookkeeping_where_its_name_says_it_is_of_the_last_change() -> None:
    table = "CREATE TABLE films (id INTEGER PRIMARY KEY, title TEXT, {} TEXT DEFAULT CURRENT_TIMESTAMP); INSERT INTO films (title) VALUES ('A'), ('B');"
    for name in ("last_update", "updatedAt", "DateModified", "last_edited_on"):
        assert found(table.format(name)) == {f"films.{name}"}
    for name in ("bought_on", "exchange_date", "credited_on", "refreshment_at"):
        assert found(table.format(name)) == set()


def test_the_finding_says_why_and_the_person_is_told_what_was_left_out() -> None:
    result = catalog(STAMP + TRAIL.replace('"a"', '"b"'))
    assert (
        result.table("products").column("updated_at").bookkeeping
        == "the trigger 'a' sets it to the moment of each change"
    )
    assert any("'journal'" in note and "trail of 'products'" in note for note in result.notes)


AFFINITIES = [
    # declared, strict, what is stored, as what
    ("REAL", False, 99, 99.0),
    ("DOUBLE PRECISION", False, "99", 99.0),
    ("INT", False, 99.0, 99),
    ("INT", False, 99.5, 99.5),
    ("DECIMAL(10,2)", False, "99.50", 99.5),
    ("DECIMAL(10,2)", False, "099", 99),
    ("VARCHAR(9)", False, 99, "99"),
    ("TEXT", False, "099", "099"),
    ("", False, 99.0, 99.0),
    ("ANY", True, "099", "099"),
    ("ANY", False, "099", 99),
    ("TEXT", False, None, None),
    ("INT", False, "", ""),
    ("NUMERIC", False, "1e3", 1000),
    ("INT", False, "9223372036854775808", 9.223372036854776e18),
]


@pytest.mark.parametrize(("declared", "strict", "value", "kept"), AFFINITIES)
def test_values_are_stored_as_sqlite_stores_them(declared: str, strict: bool, value: Json, kept: Json) -> None:
    ours = stored(value, affinity(declared, strict))
    assert (ours, type(ours)) == (kept, type(kept))
    db = apsw.Connection(":memory:")
    db.execute(f"CREATE TABLE t (id INTEGER PRIMARY KEY, v {declared}) {'STRICT' if strict else ''}")
    db.execute("INSERT INTO t (v) VALUES (?)", (value,))
    ((theirs,),) = db.execute("SELECT v FROM t").fetchall()
    assert (theirs, type(theirs)) == (kept, type(kept))
