"""Schemas as one meets them: software's own tables, amounts that look like references, names that are none."""

import apsw
import pytest

from duologue.catalog import Catalog, read_catalog

TRACKER = """
CREATE TABLE issues (id INTEGER PRIMARY KEY, title TEXT, body TEXT, state TEXT);
CREATE TABLE users (id INTEGER PRIMARY KEY, login TEXT);
CREATE TABLE audit_log (id INTEGER PRIMARY KEY, table_name TEXT, action TEXT, at TEXT);
CREATE TABLE schema_migrations (version TEXT PRIMARY KEY, applied_at TEXT);
CREATE TABLE sessions (token TEXT PRIMARY KEY, user_id INTEGER, expires_at INTEGER);
CREATE VIRTUAL TABLE issues_fts USING fts5(title, body, content=issues, content_rowid=id);
CREATE TABLE change_history (id INTEGER PRIMARY KEY, note TEXT);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20)
INSERT INTO issues SELECT i, 'Title ' || i, 'Body', CASE i % 2 WHEN 0 THEN 'open' ELSE 'closed' END FROM n;
INSERT INTO users SELECT id, 'user' || id FROM issues;
INSERT INTO audit_log SELECT id, 'issues', 'update', '2024-01-01' FROM issues;
INSERT INTO schema_migrations SELECT '2021' || id, '2021-01-01' FROM issues;
INSERT INTO sessions SELECT 'tok' || id, id, 1700000000 + id FROM issues;
INSERT INTO change_history SELECT id, 'note' FROM issues;
INSERT INTO issues_fts(issues_fts) VALUES ('rebuild');
"""


def catalog(script: str) -> Catalog:
    db = apsw.Connection(":memory:")
    db.execute(script)
    return read_catalog(db, "test")


def test_what_software_keeps_for_itself_is_left_out_and_noted() -> None:
    found = catalog(TRACKER)
    assert [t.name for t in found.tables] == ["issues", "users", "change_history"]
    assert sum("left out" in n for n in found.notes) >= 4


def test_an_audit_log_alone_is_a_database_of_audits() -> None:
    script = (
        "CREATE TABLE audit_log (id INTEGER PRIMARY KEY, action TEXT); INSERT INTO audit_log VALUES (1, 'a'), (2, 'b')"
    )
    assert [t.name for t in catalog(script).tables] == ["audit_log"]


def test_amounts_refer_to_nothing() -> None:
    found = catalog("""
        CREATE TABLE plan (code TEXT PRIMARY KEY, max_visits INTEGER, visit_count INTEGER);
        CREATE TABLE visit (id INTEGER PRIMARY KEY, plan TEXT);
        INSERT INTO plan VALUES ('a', 8, 3), ('b', 20, 4), ('c', 12, 5);
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40)
        INSERT INTO visit SELECT i, char(97 + i % 3) FROM n;
    """)
    assert [(x.table, x.columns) for x in found.links] == [("visit", ("plan",))]


PEOPLE = ["Mary Smith", "John Novak", "Linda Garcia", "James Brown", "Susan Miller", "Robert Davis"]
DISPLAYS = [
    ("review", "reviewer TEXT, stars INTEGER", [(p, i % 5) for i, p in enumerate(PEOPLE)], ()),
    ("message", "due TEXT, n INTEGER", [(f"April {i}th", i * i * 31) for i in range(4, 10)], ()),
    ("artikel", "preis TEXT, menge INTEGER", [(f"{i}{i},{i}0", i * i * 17) for i in range(1, 7)], ()),
    ("letter", "id2 TEXT, n INTEGER", [(f"m{i}", i * i * 13) for i in range(1, 7)], ()),
    ("planet", "name TEXT, n INTEGER", [(f"Planet {c}", 5) for c in "ABCDEF"], ("name",)),
]


@pytest.mark.parametrize(("table", "columns", "rows", "display"), DISPLAYS, ids=[d[0] for d in DISPLAYS])
def test_moments_amounts_and_people_behind_rows_are_not_their_names(
    table: str, columns: str, rows: list[tuple[object, ...]], display: tuple[str, ...]
) -> None:
    db = apsw.Connection(":memory:")
    db.execute(f"CREATE TABLE {table} (id INTEGER PRIMARY KEY, {columns})")
    db.executemany(f"INSERT INTO {table} VALUES (?, ?, ?)", [(i, *r) for i, r in enumerate(rows, 1)])
    assert read_catalog(db, "test").table(table).display == display


def test_a_booking_under_a_guests_name_is_no_person_and_an_address_is_no_readable_key() -> None:
    db = apsw.Connection(":memory:")
    db.execute("CREATE TABLE reservations (code INTEGER PRIMARY KEY, first_name TEXT, last_name TEXT, nights INTEGER)")
    db.execute("CREATE TABLE messages (message_id TEXT PRIMARY KEY, size INTEGER)")
    db.executemany(
        "INSERT INTO reservations VALUES (?, ?, ?, 2)", [(i, *p.split()) for i, p in enumerate(PEOPLE * 3, 10105)]
    )
    db.executemany("INSERT INTO messages VALUES (?, ?)", [(f"<abcdef{i}@mail.example>", i) for i in range(9)])
    found = read_catalog(db, "test")
    assert not found.table("reservations").person
    assert found.table("messages").display == ()


def test_moments_counted_in_seconds_give_the_present() -> None:
    rows = ", ".join(f"({i}, {1704067200 + 3600 * i})" for i in range(9))
    found = catalog(
        f"CREATE TABLE reading (id INTEGER PRIMARY KEY, last_seen INTEGER); INSERT INTO reading VALUES {rows}"
    )
    assert found.latest == "2024-01-01 08:00:00"


def test_another_languages_words_get_no_english_plural_and_its_names_are_names() -> None:
    rows = ", ".join(f"({i}, 'Uwe', 'Köhler{i}', 'Köln')" for i in range(9))
    table = catalog(
        f"CREATE TABLE Kunden (KundenNr INTEGER PRIMARY KEY, Vorname TEXT, Nachname TEXT, Ort TEXT); INSERT INTO Kunden VALUES {rows}"
    ).table("Kunden")
    assert (table.plural, table.display, table.person) == ("kunden", ("Vorname", "Nachname"), True)


@pytest.mark.parametrize(
    ("names", "person"),
    [
        (("Atelier Rouge", "Gift Depot Inc.", "Land of Toys", "Mini Wheels Co.", "Down Under Ltd"), False),
        (("Ann Ashe", "Ben Bird", "Cleo Cole", "Dan Company", "Eva Eton"), True),
        (("Anna Ashe", "Peter Bird", "Maria Cole", "Gift Depot Inc.", "Baker & Hill Ltd."), True),
    ],
)
def test_customers_with_names_of_firms_are_no_people(names: tuple[str, ...], person: bool) -> None:
    rows = ", ".join(f"({i}, '{name}', {i * 37})" for i, name in enumerate(names))
    sql = f"CREATE TABLE customers (id INTEGER PRIMARY KEY, customerName TEXT, credit INTEGER); INSERT INTO customers VALUES {rows}"
    table = catalog(sql).table("customers")
    assert (table.display, table.person) == (("customerName",), person)
