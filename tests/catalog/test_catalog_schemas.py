"""Small schemas: keys, links, kinds, names of rows, and what is left out."""

import apsw
import msgspec
import pytest

from duologue.catalog import Catalog, Link, read_catalog


def catalog(script: str, rows: dict[str, list[tuple[object, ...]]] | None = None) -> Catalog:
    """The catalog of a database made by a script and filled with rows."""
    db = apsw.Connection(":memory:")
    db.execute(script)
    for table, values in (rows or {}).items():
        quoted = table.replace('"', '""')
        db.executemany(f'INSERT INTO "{quoted}" VALUES ({", ".join("?" * len(values[0]))})', values)
    return read_catalog(db, "test")


def arrows(found: Catalog) -> list[str]:
    """Links as text, the undeclared with a question mark, roles in brackets."""
    out = []
    for x in found.links:
        mark = "" if x.declared else "?"
        role = f" [{x.role}]" if x.role else ""
        out.append(f"{x.table}({','.join(x.columns)}) -> {x.to}({','.join(x.to_columns)}){mark}{role}")
    return out


SHOP = """
CREATE TABLE customers (id INTEGER PRIMARY KEY, first_name TEXT, last_name TEXT, email TEXT);
CREATE TABLE categories (id INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE products (id INTEGER PRIMARY KEY, title TEXT, price REAL, category_id INT REFERENCES Categories(ID));
CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INT, ordered_on TEXT, status TEXT);
CREATE TABLE order_items (order_id INT, line INT, product_id INT, qty INT, PRIMARY KEY (order_id, line));
CREATE TABLE tags (id INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE product_tags (product_id INT REFERENCES products, tag_id INT REFERENCES tags, PRIMARY KEY (product_id, tag_id));
"""
SHOP_ROWS: dict[str, list[tuple[object, ...]]] = {
    "customers": [(i, f"First{i}", f"Last{i}", f"p{i}@x.org") for i in range(1, 21)],
    "categories": [(i, n) for i, n in enumerate(["Toys", "Books", "Food", "Tools"], 1)],
    "products": [(i, f"Product {i}", 1.5 * i, i % 4 + 1) for i in range(1, 31)],
    "orders": [(i, i % 20 + 1, f"2024-03-{i % 28 + 1:02d}", ["open", "paid", "shipped"][i % 3]) for i in range(1, 61)],
    "order_items": [(i, n, (i * n) % 30 + 1, n) for i in range(1, 61) for n in (1, 2)],
    "tags": [(i, f"tag {i}") for i in range(1, 6)],
    "product_tags": [(p, t) for p in range(1, 21) for t in (1 + p % 5, 1 + (p + 1) % 5)],
}


def test_a_shop() -> None:
    found = catalog(SHOP, SHOP_ROWS)
    assert arrows(found) == [
        "products(category_id) -> categories(id)",
        "product_tags(product_id) -> products(id)",
        "product_tags(tag_id) -> tags(id)",
        "orders(customer_id) -> customers(id)?",
        "order_items(order_id) -> orders(id)?",
        "order_items(product_id) -> products(id)?",
    ]
    assert {t.name: (t.kind, t.label, t.display) for t in found.tables} == {
        "customers": ("entity", "customer", ("first_name", "last_name")),
        "categories": ("lookup", "category", ("name",)),
        "products": ("entity", "product", ("title",)),
        "orders": ("event", "order", ()),
        "order_items": ("event", "order item", ()),
        "tags": ("lookup", "tag", ("name",)),
        "product_tags": ("link", "product tag", ()),
    }
    assert [t.name for t in found.tables if t.person] == ["customers"]
    assert found.latest == "2024-03-28"
    assert found.table("order_items").key == ("order_id", "line")


def test_a_catalog_is_the_same_each_time_and_survives_json() -> None:
    one, two = catalog(SHOP, SHOP_ROWS), catalog(SHOP, SHOP_ROWS)
    encoded = msgspec.json.encode(one)
    assert encoded == msgspec.json.encode(two)
    assert msgspec.json.decode(encoded, type=Catalog) == one


INFERRED = [
    # by the key's own name
    ("a(customer_no TEXT PRIMARY KEY)", "b(customer_no TEXT, x REAL)", "b(customer_no) -> a(customer_no)? [customer]"),
    # by the other table's name
    (
        "stations(id INTEGER PRIMARY KEY)",
        "trips(home_station_id INT)",
        "trips(home_station_id) -> stations(id)? [home station]",
    ),
    ("employees(id INTEGER PRIMARY KEY)", "shops(manager_id INT)", "shops(manager_id) -> employees(id)? [manager]"),
    ("clubs(id INTEGER PRIMARY KEY)", "players(club INT)", "players(club) -> clubs(id)?"),
    ("countries(code TEXT PRIMARY KEY)", "cities(country_code TEXT)", "cities(country_code) -> countries(code)?"),
    # names that say nothing
    ("stations(id INTEGER PRIMARY KEY)", "trips(id INT)", ""),
    ("stations(id INTEGER PRIMARY KEY)", "trips(rating INT)", ""),
    ("stations(id INTEGER PRIMARY KEY)", "trips(place_id INT)", ""),
]


@pytest.mark.parametrize(("target", "source", "arrow"), INFERRED)
def test_links_are_inferred_from_names(target: str, source: str, arrow: str) -> None:
    keys: list[object] = [f"K{i}" if "TEXT PRIMARY" in target else i for i in range(1, 9)]
    extra = source.count(",")
    rows: dict[str, list[tuple[object, ...]]] = {
        target.split("(")[0]: [(k,) for k in keys],
        source.split("(")[0]: [(k, *[0.5] * extra) for k in keys[:5] * 2],
    }
    found = catalog(f"CREATE TABLE {target}; CREATE TABLE {source};", rows)
    assert arrows(found) == ([arrow] if arrow else [])


def test_a_name_does_not_make_a_link_without_the_values() -> None:
    rows: dict[str, list[tuple[object, ...]]] = {
        "stations": [(i,) for i in range(1, 9)],
        "trips": [(i,) for i in (1, 2, 3, 4, 99)],
    }
    found = catalog("CREATE TABLE stations(id INTEGER PRIMARY KEY); CREATE TABLE trips(station_id INT);", rows)
    assert arrows(found) == []


def test_a_zero_for_none_does_not_spoil_a_link() -> None:
    rows: dict[str, list[tuple[object, ...]]] = {
        "employees": [(i, f"n{i}", 0 if i < 103 else 100 + i % 3) for i in range(100, 115)],
    }
    found = catalog("CREATE TABLE employees(employee_id INT PRIMARY KEY, name TEXT, manager_id INT);", rows)
    assert arrows(found) == ["employees(manager_id) -> employees(employee_id)? [manager]"]
    assert found.links[0].coverage == 0.8


def test_rows_referred_to_by_name() -> None:
    rows: dict[str, list[tuple[object, ...]]] = {
        "grapes": [(i, n) for i, n in enumerate(["Merlot", "Malbec", "Syrah", "Gamay"], 1)],
        "wines": [(i, ["Merlot", "Malbec", "Syrah"][i % 3]) for i in range(1, 13)],
    }
    found = catalog(
        "CREATE TABLE grapes(id INTEGER PRIMARY KEY, name TEXT); CREATE TABLE wines(id INTEGER PRIMARY KEY, grape TEXT);",
        rows,
    )
    assert arrows(found) == ["wines(grape) -> grapes(name)?"]


def test_declared_links_take_the_real_spelling() -> None:
    found = catalog(
        """CREATE TABLE Station (Code TEXT, Zone INT, PRIMARY KEY (Zone, Code));
        CREATE TABLE trip (id INTEGER PRIMARY KEY, z INT, c TEXT, gone INT REFERENCES nowhere(id),
            bad TEXT REFERENCES Station(colour), FOREIGN KEY (Z, C) REFERENCES STATION);""",
        {
            "Station": [("A", 1), ("B", 1), ("A", 2)],
            "trip": [(1, 1, "A", 1, "x"), (2, 2, "A", 1, "x"), (3, 2, "B", 1, "x")],
        },
    )
    assert found.links == (Link("trip", ("z", "c"), "Station", ("Zone", "Code"), coverage=0.6667),)
    assert [n.split(" left out")[0] for n in found.notes] == [
        "foreign key trip.gone → nowhere",
        "foreign key trip.bad → Station",
    ]


def test_two_links_to_one_table_are_told_apart() -> None:
    found = catalog(
        """CREATE TABLE club (id INTEGER PRIMARY KEY, name TEXT);
        CREATE TABLE game (id INTEGER PRIMARY KEY, club_id_1 INT REFERENCES club, club_id_2 INT REFERENCES club,
            liked INT REFERENCES club, winner INT REFERENCES club);""",
        {"club": [(1, "A"), (2, "B")], "game": [(1, 1, 2, 1, 2)]},
    )
    assert [x.role for x in sorted(found.links, key=lambda x: x.columns)] == [
        "first club",
        "second club",
        "liked club",
        "winner",
    ]


KEYS = [
    ("t(a INTEGER PRIMARY KEY, b TEXT)", ("a",), True),
    ("t(a INT PRIMARY KEY, b TEXT)", ("a",), False),
    ("t(a TEXT, b TEXT, PRIMARY KEY (b, a))", ("b", "a"), False),
    ("t(a INTEGER PRIMARY KEY, b TEXT) WITHOUT ROWID", ("a",), False),
    ("t(a INT, b TEXT UNIQUE)", ("b",), False),
    ("t(no INT, b TEXT)", ("no",), False),
    ("t(score INT, b TEXT)", (), False),
]


@pytest.mark.parametrize(("table", "key", "autokey"), KEYS)
def test_keys(table: str, key: tuple[str, ...], autokey: bool) -> None:
    found = catalog(f"CREATE TABLE {table}", {"t": [(i, f"b{i}") for i in range(9)]}).table("t")
    assert (found.key, found.autokey) == (key, autokey)


NAMES = [
    ("course(id INTEGER PRIMARY KEY, course TEXT, theme TEXT)", ("course",)),
    ("t(id INTEGER PRIMARY KEY, title TEXT, notes TEXT)", ("title",)),
    ("people(id INTEGER PRIMARY KEY, last_name TEXT, title TEXT, first_name TEXT)", ("first_name", "last_name")),
    ("customers(id INTEGER PRIMARY KEY, contact_name TEXT, company_name TEXT)", ("company_name",)),
    ("shows(id INTEGER PRIMARY KEY, series_name TEXT, director TEXT)", ("series_name",)),
    ("statuses(code TEXT PRIMARY KEY, description TEXT)", ("description",)),
    ("t(id INTEGER PRIMARY KEY, description TEXT, a INT, b INT, c INT)", ()),
    ("tags(tag TEXT PRIMARY KEY)", ("tag",)),
    ("orders(id INTEGER PRIMARY KEY, email TEXT, total REAL)", ()),
]


@pytest.mark.parametrize(("table", "display"), NAMES)
def test_what_people_call_a_row(table: str, display: tuple[str, ...]) -> None:
    words = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta"]
    columns = [c.split() for c in table[table.index("(") + 1 : -1].split(",")]
    rows = [tuple(_value(c[0], c[1], i, words) for c in columns) for i in range(8)]
    name = table[: table.index("(")]
    assert catalog(f"CREATE TABLE {table}", {name: rows}).table(name).display == display


def _value(column: str, type: str, i: int, words: list[str]) -> object:
    if column == "email":
        return f"{words[i]}@x.org"
    return {"TEXT": f"{words[i]} {words[i - 1]}", "INTEGER": i, "INT": i % 3, "REAL": i / 3}[type]


KINDS = [
    ("visits", "CREATE TABLE visits(a_id INT REFERENCES a, b_id INT REFERENCES b, spent REAL)", (1, 1, 2.5), "event"),
    ("has_b", "CREATE TABLE has_b(a_id INT REFERENCES a, b_id INT REFERENCES b)", (1, 1), "link"),
    ("a_b", "CREATE TABLE a_b(a_id INT REFERENCES a, b_id INT REFERENCES b, since INT)", (1, 1, 2001), "link"),
    (
        "payments",
        "CREATE TABLE payments(id INTEGER PRIMARY KEY, a_id INT REFERENCES a, paid_on TEXT)",
        (1, 1, "2024-01-01"),
        "event",
    ),
    ("pets", "CREATE TABLE pets(id INTEGER PRIMARY KEY, name TEXT, a_id INT REFERENCES a)", (1, "Rex", 1), "entity"),
]


@pytest.mark.parametrize(("name", "script", "row", "kind"), KINDS)
def test_kinds(name: str, script: str, row: tuple[object, ...], kind: str) -> None:
    found = catalog(
        f"CREATE TABLE a(id INTEGER PRIMARY KEY, name TEXT); CREATE TABLE b(id INTEGER PRIMARY KEY, name TEXT); {script}",
        {"a": [(1, "x")], "b": [(1, "y")], name: [row]},
    )
    assert found.table(name).kind == kind


def test_a_link_table_with_a_mere_verb_is_called_by_both_sides() -> None:
    found = catalog(
        """CREATE TABLE student(id INTEGER PRIMARY KEY, name TEXT); CREATE TABLE pet(id INTEGER PRIMARY KEY, name TEXT);
        CREATE TABLE has_pet(student_id INT REFERENCES student, pet_id INT REFERENCES pet);""",
        {"student": [(1, "x")], "pet": [(1, "y")], "has_pet": [(1, 1)]},
    )
    assert (found.table("has_pet").label, found.table("has_pet").plural) == ("student pet", "student pets")


DATES = [
    ("a TEXT", ["2024-01-05", "2023-01-01", "9999-12-31"], "2024-01-05"),
    ("a TEXT", ["2024-01-05T10:00:00.123Z", "2024-01-04T10:00:00.123Z"], "2024-01-05T10:00:00"),
    ("a TEXT", ["14 April 2005", "1 May 2004"], "2005-04-14"),
    ("a TEXT", ["05/14/2005 13:00", "01/30/2004 10:00"], "2005-05-14 13:00:00"),
    ("year INT", [1999, 2004], "2004-12-31"),
    ("a TEXT", ["x", "y"], ""),
]


@pytest.mark.parametrize(("column", "values", "latest"), DATES)
def test_the_latest_date(column: str, values: list[object], latest: str) -> None:
    assert catalog(f"CREATE TABLE t({column})", {"t": [(v,) for v in values]}).latest == latest


def test_what_is_planned_and_when_people_were_born_is_not_the_present() -> None:
    script = "CREATE TABLE t(birth_date TEXT, due_date TEXT, paid_on TEXT)"
    row = ("2001-05-05", "2031-01-01", "1999-01-01")
    assert catalog(script, {"t": [row]}).latest == "1999-01-01"
    assert catalog(script, {"t": [(*row[:2], None)]}).latest == "2031-01-01"


def test_odd_names_and_shapes() -> None:
    found = _odd()
    assert [(t.name, t.writable) for t in found.tables] == [
        ('a "b".c', True),
        ("g", True),
        ("self", True),
        ("v", False),
        ("f", False),
    ]
    odd = found.tables[0]
    labels = [c.label for c in odd.columns]
    assert labels == ["select", "x y z", "a b c value", "名前", "name", "a b c name"]
    assert [c.generated for c in found.table("g").columns] == [False, True, True]
    assert found.links == ()
    notes = [n.split(":")[0] for n in found.notes if "storage of a virtual table" not in n]
    assert notes == ["view 'broken' left out", "table 'empty_one' left out"]


def _odd() -> Catalog:
    db = apsw.Connection(":memory:")
    db.execute(
        """CREATE TABLE "a ""b"".c" ("" TEXT, "select" TEXT, "x y.z" INT, [__] INT, "名前" TEXT, "Name" TEXT, "name_" TEXT);
        INSERT INTO "a ""b"".c" VALUES ('e', 'f', 1, 2, 'x', 'n', 'm');
        CREATE TABLE empty_one (a INT);
        CREATE TABLE g (a INT, b INT AS (a * 2), c INT AS (a + 1) STORED) STRICT; INSERT INTO g (a) VALUES (1);
        CREATE TABLE self (id INTEGER PRIMARY KEY REFERENCES self(id)); INSERT INTO self VALUES (1);
        CREATE VIEW broken AS SELECT missing FROM nowhere; CREATE VIEW v AS SELECT a FROM g;
        CREATE VIRTUAL TABLE f USING fts5(body); INSERT INTO f VALUES ('some words here');"""
    )
    return read_catalog(db, "odd")


def test_text_that_is_not_utf8() -> None:
    found = catalog(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO t VALUES (1, 'ok'), (2, CAST(x'ff41' AS TEXT));"
    )
    assert found.table("t").column("name").values == ("ok",)
    assert "UTF-8" in found.notes[0]


def test_an_empty_database_has_an_empty_catalog() -> None:
    assert catalog("SELECT 1") == Catalog("test", ())


def test_a_view_that_never_ends_is_left_out() -> None:
    found = catalog(
        """CREATE VIEW endless AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n;
        CREATE TABLE t (id INTEGER PRIMARY KEY); INSERT INTO t VALUES (1);"""
    )
    assert [t.name for t in found.tables] == ["t"]
    assert found.notes[0].startswith("view 'endless' left out")


def test_a_large_table_is_sampled_and_its_limits_are_exact() -> None:
    count = 200_500
    found = catalog(
        f"""CREATE TABLE big (id INTEGER PRIMARY KEY, state TEXT, score INT, noted TEXT);
        WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < {count})
        INSERT INTO big SELECT x, iif(x % 2, 'open', 'closed'), x % 1000, 'n' || x FROM n;
        UPDATE big SET state = 'lost', score = -5 WHERE id = 77; UPDATE big SET noted = NULL WHERE id < 11;"""
    ).table("big")
    state, score = found.column("state"), found.column("score")
    assert (found.rows, found.column("noted").nulls) == (count, 10)
    assert (state.role, state.closed, set(state.values)) == ("status", True, {"open", "closed", "lost"})
    assert (score.least, score.most, score.sorts) == (-5, 999, True)
    assert found.column("id").unique
    assert found.column("noted").distinct == count - 10


def test_a_table_of_two_hundred_columns() -> None:
    names = ", ".join(f"c{i} INT" for i in range(200))
    found = catalog(f"CREATE TABLE wide ({names})", {"wide": [tuple(range(i, i + 200)) for i in range(6)]})
    assert len({c.label for c in found.table("wide").columns}) == 200


def test_a_table_of_a_missing_module_is_left_out() -> None:
    db = apsw.Connection(":memory:")
    db.execute("CREATE TABLE t (id INTEGER PRIMARY KEY); INSERT INTO t VALUES (1)")
    db.execute("PRAGMA writable_schema = ON")
    db.execute(
        "INSERT INTO sqlite_schema VALUES ('table', 'odd', 'odd', 0, 'CREATE VIRTUAL TABLE odd USING nosuch(a)')"
    )
    copy = apsw.Connection(":memory:")
    copy.deserialize("main", db.serialize("main"))
    found = read_catalog(copy, "test")
    assert [t.name for t in found.tables] == ["t"]
    assert [n.split(":")[0] for n in found.notes] == ["virtual table 'odd' left out"]
