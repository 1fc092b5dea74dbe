"""What the guard refuses, and what it must not refuse."""

import pytest

from duologue.environment import Limits, Sandbox
from duologue.errors import UserError
from duologue.types import Rule, Statement, Tool
from environment.kit import INTEGER, SHOP, environment, image, opened, read, tool, write

SHOP_IMAGE = image(
    SHOP + "CREATE VIRTUAL TABLE notes USING fts5(body); INSERT INTO notes VALUES ('a red bag'), ('a blue bag');"
    "CREATE TABLE tokens(id INTEGER PRIMARY KEY, token TEXT DEFAULT (lower(hex(randomblob(8)))), name TEXT);"
    "CREATE TABLE items(id INTEGER PRIMARY KEY, order_id INTEGER REFERENCES orders(id) ON DELETE CASCADE);"
)


@pytest.mark.parametrize(
    ("refused", "because"),
    [
        (read("ATTACH 'x.db' AS x", ""), "attaches"),
        (read("PRAGMA foreign_keys = OFF", ""), "pragma"),
        (read("SELECT * FROM pragma_table_info('orders')", ""), "pragma_table_info"),
        (read("SELECT load_extension('x')", ""), "load_extension"),
        (read("SELECT random()", ""), "random"),
        (read("SELECT hex(randomblob(8)) FROM tokens", "tokens"), "randomblob"),
        (read("SELECT total_changes()", ""), "total_changes"),
        (read("SELECT datetime('now', 'LocalTime')", ""), "time zone"),
        (read("SELECT sqlite_version()", ""), "sqlite_version"),
        (read("SELECT readfile('/etc/hosts')", ""), "readfile"),
        (read("SELECT fts3_tokenizer('simple')", ""), "fts3_tokenizer"),
        (read("SELECT word FROM secret", "orders"), "secret"),
        (read("SELECT id FROM orders WHERE EXISTS (SELECT 1 FROM secret)", "orders"), "secret"),
        (read("WITH w AS (SELECT word FROM secret) SELECT * FROM w", "orders"), "secret"),
        (read("WITH open_orders AS (SELECT word FROM secret) SELECT * FROM open_orders", "open_orders"), "secret"),
        (read("SELECT id FROM orders UNION ALL SELECT word FROM secret", "orders"), "secret"),
        (read("SELECT name FROM open_orders", "orders"), "customers"),
        (read("SELECT * FROM sqlite_schema", "orders"), "sqlite_master"),
        (read("SELECT * FROM temp.sqlite_schema", ""), "temp"),
        (tool("read", Statement("write", "DELETE FROM orders"), "orders"), "must not write"),
        (read("SELECT * FROM dbstat", ""), "dbstat"),
        (read("SELECT count(*) FROM dbstat", ""), "dbstat"),
        (read("SELECT count(*) FROM secret", ""), "secret"),
        (read("SELECT 1 FROM secret", ""), "secret"),
        (read("SELECT count(*) FROM sqlite_schema", ""), "sqlite_schema"),
        (read("SELECT id FROM orders; DELETE FROM orders", "orders"), "second statement"),
        (read("SELECT id FROM orders; SELECT word FROM secret", "orders"), "second statement"),
        (read("DELETE FROM orders", "orders"), "must not write"),
        (read("INSERT INTO log VALUES ('x') RETURNING line", "log"), "must not write"),
        (read("EXPLAIN SELECT 1", ""), "EXPLAIN"),
        (read("", ""), "no statement"),
        (read("-- nothing", ""), "no statement"),
        (read("SELEC 1", ""), "syntax"),
        (read("SELECT colour FROM orders", "orders"), "no such column"),
        (read("SELECT 1", "no_such_table"), "no_such_table"),
        (read("SELECT 1", "sqlite_schema"), "sqlite_schema"),
        (read("SELECT :other", ""), ":other"),
        (read("SELECT ?", ""), "must have names"),
        (read("VACUUM", ""), "not a SELECT"),
        (read("COMMIT", ""), "transaction"),
        (read("SAVEPOINT duologue_call", ""), "transaction"),
        (write("DELETE FROM secret", "orders"), "secret"),
        (write("INSERT INTO log SELECT word FROM secret", "log"), "secret"),
        (
            write(
                "WITH orders_log AS (SELECT word FROM secret) INSERT INTO log SELECT word FROM orders_log", "orders log"
            ),
            "secret",
        ),
        (write("DELETE FROM items", "orders"), "items"),
        (write("UPDATE log SET line = 'x'", "orders"), "log"),
        (write("SELECT 1", "orders"), "not an INSERT"),
        (write("DROP TABLE orders", "orders"), "schema"),
        (write("CREATE TABLE x(a)", "orders"), "schema"),
        (write("CREATE TEMP TABLE x(a)", "orders"), "schema"),
        (write("ALTER TABLE orders ADD COLUMN x", "orders"), "schema"),
        (write("REINDEX", "orders"), "schema"),
        (write("ANALYZE", "orders"), "schema"),
        (write("DELETE FROM sqlite_sequence", "orders"), "sqlite_sequence"),
        (write("INSERT INTO notes VALUES ('x')", "notes"), "virtual"),
        (write("DELETE FROM open_orders", "open_orders"), "cannot modify"),
        (write("INSERT INTO log VALUES (random())", "log"), "random"),
        (write("DETACH main", "log"), "detaches"),
    ],
    ids=lambda value: value.run[0].sql[:60] if isinstance(value, Tool) else None,
)
def test_refused(refused: Tool, because: str) -> None:
    with pytest.raises(UserError) as caught:
        Sandbox(SHOP_IMAGE, environment(SHOP_IMAGE, [refused]))
    assert because.lower() in caught.value.message.lower()
    assert repr(refused.name) in caught.value.message


@pytest.mark.parametrize(
    "allowed",
    [
        read("SELECT * FROM Orders", "ORDERS"),
        read('SELECT "orders"."id" FROM main.orders', "orders"),
        read("SELECT name FROM open_orders ORDER BY 1", "open_orders"),
        read("SELECT count(*) n FROM open_orders", "open_orders"),
        read("SELECT body FROM notes WHERE notes MATCH 'red'", "notes"),
        read("SELECT value FROM json_each('[1, 2]')", ""),
        read("SELECT name FROM customers WHERE name = 'utc'", "customers"),
        read("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5) SELECT * FROM n", ""),
        read("SELECT id, row_number() OVER (ORDER BY id) AS place FROM orders", "orders"),
        read("SELECT * FROM tokens", "tokens"),
        read("SELECT id FROM orders; -- and nothing else", "orders"),
        write("UPDATE orders SET status = 'sent' WHERE id = 1", "orders"),
        write("DELETE FROM orders WHERE id = 1", "orders"),
        write("REPLACE INTO customers(id, name) VALUES (3, 'Cid')", "customers"),
        write("INSERT INTO tokens(name) VALUES ('x') RETURNING id", "tokens"),
        write(
            "INSERT INTO customers(id, name) VALUES (1, 'x') ON CONFLICT(id) DO UPDATE SET name = excluded.name",
            "customers",
        ),
    ],
    ids=lambda value: value.run[0].sql[:60],
)
def test_allowed(allowed: Tool) -> None:
    outcome = opened(SHOP_IMAGE, allowed).execute(allowed.name, {})
    assert not outcome.failed, outcome.text


def test_a_statement_cached_by_one_tool_is_still_refused_to_another() -> None:
    sql = "SELECT word FROM secret"
    tools = [
        tool("may", Statement("return", sql, into="rows"), "secret"),
        tool("may_not", Statement("return", sql, into="rows"), "orders"),
    ]
    with pytest.raises(UserError, match="may_not"):
        Sandbox(SHOP_IMAGE, environment(SHOP_IMAGE, tools))


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("SELECT hex(zeroblob(400000000)) x", "too large"),
        ("SELECT printf('%.*c', 400000000, 'x') x", "too large"),
        ("SELECT replace(hex(zeroblob(400000)), '0', hex(zeroblob(400000))) x", "too large"),
        ("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) x FROM n", "too expensive"),
        (
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 90000) SELECT count(*) x FROM n a, n b",
            "too expensive",
        ),
        ("SELECT abs(-9223372036854775808) x", "overflow"),
        ("SELECT json_extract('{', '$') x", "JSON"),
        ("SELECT CAST(x'ff' AS TEXT) x", "text"),
    ],
)
def test_what_runs_away_or_breaks_comes_back_as_data(sql: str, says: str) -> None:
    session = opened(SHOP_IMAGE, read(sql, ""), limits=Limits(steps=200_000))
    outcome = session.execute("read", {})
    assert outcome.failed
    assert says in outcome.result["error"]["message"]


def test_a_rule_that_does_not_fit_a_tool_is_refused() -> None:
    rule = Rule(
        "r1", "Only new orders change.", tools=("write",), sql="SELECT status = 'new' FROM orders WHERE id = :no"
    )
    bound = write("UPDATE orders SET status = 'sent' WHERE id = :id", "orders", id=INTEGER)
    with pytest.raises(UserError, match="r1"):
        Sandbox(SHOP_IMAGE, environment(SHOP_IMAGE, [bound], rules=(rule,)))


def test_an_environment_of_another_database_is_refused() -> None:
    other = image("CREATE TABLE t(a); INSERT INTO t VALUES (1)")
    with pytest.raises(UserError, match=other.hash):
        Sandbox(other, environment(SHOP_IMAGE, []))


def test_two_tools_of_one_name_are_refused() -> None:
    with pytest.raises(UserError, match="two tools"):
        Sandbox(SHOP_IMAGE, environment(SHOP_IMAGE, [read("SELECT 1", ""), read("SELECT 2", "")]))
