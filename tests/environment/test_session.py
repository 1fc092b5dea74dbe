"""What a call gives: results, errors as data, changes, states."""

import asyncio
import json
import time
from collections.abc import Iterator
from typing import Any

import apsw
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duologue.environment import Image, Limits, Sandbox, SqliteSession, open_session
from duologue.environment.programs import filled, styled
from duologue.errors import UserError
from duologue.types import Json, Problem, RowChange, Rule, Statement, Tool, ToolCall
from environment.kit import CLOCK, INTEGER, SHOP, TEXT, environment, image, missing, opened, read, tool, write

SHOP_IMAGE = image()

GET = tool(
    "get_order",
    (
        Statement("require", "SELECT 1 FROM orders WHERE id = :order_id", missing("order")),
        Statement("return", "SELECT * FROM orders WHERE id = :order_id", into="order", shape="object"),
    ),
    "orders",
    properties={"order_id": INTEGER},
)
SET = tool(
    "set_status",
    (
        Statement("bind", "SELECT status AS was FROM orders WHERE id = :order_id", missing("order")),
        Statement("require", "SELECT :was <> 'done'", Problem("not_allowed", "Order {order_id} is {was}.")),
        Statement("write", "UPDATE orders SET status = :status WHERE id = :order_id"),
        Statement("return", "SELECT id, status, :was AS was FROM orders WHERE id = :order_id", shape="object"),
    ),
    "orders",
    "orders",
    {"order_id": INTEGER, "status": TEXT},
)
CREATE = tool(
    "create_order",
    (
        Statement("write", "INSERT INTO orders(customer_id, status) VALUES (:customer_id, :status)"),
        Statement("return", "SELECT last_insert_rowid()", into="order_id", shape="value"),
    ),
    "orders",
    "orders",
    {"customer_id": INTEGER, "status": {"type": "string", "default": "new"}},
    ["customer_id"],
)


@pytest.fixture
def session() -> Iterator[SqliteSession]:
    with opened(SHOP_IMAGE, GET, SET, CREATE) as live:
        yield live


def error(outcome_result: Json) -> tuple[str, str]:
    return outcome_result["error"]["type"], outcome_result["error"]["message"]


# ── Results ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (Statement("return", "SELECT id, total FROM orders", into="rows"), {"rows": [{"id": 1, "total": 9.5}, {"id": 2, "total": 3.0}]}),
        (Statement("return", "SELECT id FROM orders WHERE 0", into="rows"), {"rows": []}),
        (Statement("return", "SELECT id FROM orders", into="order", shape="object"), {"order": {"id": 1}}),
        (Statement("return", "SELECT id FROM orders WHERE 0", into="order", shape="object"), {"order": None}),
        (Statement("return", "SELECT id, status FROM orders", shape="object"), {"id": 1, "status": "new"}),
        (Statement("return", "SELECT id FROM orders WHERE 0", shape="object"), {}),
        (Statement("return", "SELECT count(*) FROM orders", into="n", shape="value"), {"n": 2}),
        (Statement("return", "SELECT id FROM orders WHERE 0", into="n", shape="value"), {"n": None}),
        (Statement("return", "SELECT count(*) FROM orders", into="a.b.n", shape="value"), {"a": {"b": {"n": 2}}}),
        (Statement("return", "SELECT 1 AS a, 2 AS a, 3 AS b", shape="object"), {"a": 1, "a_2": 2, "b": 3}),
        (Statement("return", "SELECT 9e999 x, -9e999 y, NULL z", shape="object"), {"x": None, "y": None, "z": None}),
        (
            Statement("return", "SELECT photo FROM customers", shape="object"),
            {"photo": {"blob": {"bytes": 2, "sha256": "06eb7d6a69ee19e5"}}},
        ),
    ],
)  # fmt: skip
def test_shapes(statement: Statement, expected: Json) -> None:
    outcome = opened(SHOP_IMAGE, tool("t", statement, "orders customers")).execute("t", {})
    assert outcome.result == expected
    assert json.loads(outcome.text) == expected
    assert not outcome.failed


def test_a_write_without_a_return_says_ok() -> None:
    outcome = opened(SHOP_IMAGE, write("DELETE FROM log", "log")).execute("write", {})
    assert (outcome.result, outcome.text, outcome.changes) == ({"ok": True}, '{"ok":true}', ())


def test_call_is_execute(session: SqliteSession) -> None:
    assert asyncio.run(session.call("get_order", {"order_id": 1})).result["order"]["status"] == "new"


NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :n) SELECT i, :text AS t FROM n"


@pytest.mark.parametrize(
    ("n", "text", "rows"), [(200, "", 200), (201, "", 200), (10_000, "", 200), (200, "x" * 1000, 64)]
)
def test_long_results_are_cut_and_say_so(n: int, text: str, rows: int) -> None:
    outcome = opened(SHOP_IMAGE, read(NUMBERS, "", n=INTEGER, text=TEXT)).execute("read", {"n": n, "text": text})
    assert len(outcome.result["rows"]) == rows
    assert outcome.result.get("truncated", False) == (rows < n)
    assert len(outcome.text.encode()) <= 65_536
    assert json.loads(outcome.text) == outcome.result


@pytest.mark.parametrize("shape", ["object", "value", "list"])
def test_a_huge_text_is_cut_and_says_so(shape: Any) -> None:
    statement = Statement("return", "SELECT replace(hex(zeroblob(20000)), '0', 'é') AS t", into="x", shape=shape)
    outcome = opened(SHOP_IMAGE, tool("t", statement)).execute("t", {})
    assert outcome.result["truncated"] is True
    assert len(outcome.text.encode()) <= 65_536


def test_values_longer_than_usual_are_read_where_the_data_holds_them() -> None:
    of = image("CREATE TABLE t(a, b); INSERT INTO t VALUES (zeroblob(300000), 1)")
    outcome = opened(of, read("SELECT a FROM t", "t")).execute("read", {})
    assert outcome.result["rows"][0]["a"]["blob"]["bytes"] == 300_000


def test_an_unfinished_list_does_not_stand_in_the_way_of_what_follows() -> None:
    both = tool(
        "both",
        (
            Statement("return", NUMBERS.replace(":text", "''"), into="rows"),
            Statement("write", "DELETE FROM orders"),
            Statement("return", NUMBERS.replace(":text", "''"), into="again"),
        ),
        "orders",
        "orders",
        {"n": INTEGER},
    )
    session = opened(SHOP_IMAGE, both, GET)
    for expected in (2, 0):
        outcome = session.execute("both", {"n": 500})
        assert len(outcome.changes) == expected
        assert len(outcome.result["again"]) == 200
    session.close()


# ── Errors as data ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "arguments", "kind", "says"),
    [
        ("get_orders", {}, "unknown_tool", "create_order, get_order, set_status"),
        ("", {}, "unknown_tool", "There is no tool ''"),
        (None, {}, "unknown_tool", "None"),
        ("get_order", {}, "invalid_arguments", "order_id"),
        ("get_order", {"order_id": "1"}, "invalid_arguments", "'order_id': \"1\" is not of type \"integer\""),
        ("get_order", {"order_id": None}, "invalid_arguments", "order_id"),
        ("get_order", {"order_id": True}, "invalid_arguments", "order_id"),
        ("get_order", {"order_id": 1.5}, "invalid_arguments", "order_id"),
        ("get_order", {"order_id": 2**63}, "invalid_arguments", "too large"),
        ("get_order", {"order_id": -(2**200)}, "invalid_arguments", "too large"),
        ("get_order", {"order_id": 1e300}, "invalid_arguments", "too large"),
        ("get_order", {"order_id": float("nan")}, "invalid_arguments", "order_id"),
        ("get_order", {"order_id": 1, "x": 1}, "invalid_arguments", "Valid parameters: order_id"),
        ("get_order", [], "invalid_arguments", "object"),
        ("get_order", None, "invalid_arguments", "object"),
        ("get_order", {1: 2}, "invalid_arguments", "not JSON"),
        ("get_order", {"order_id": {"a": [{}]}}, "invalid_arguments", "order_id"),
        ("set_status", {"order_id": 1, "status": "\ud800"}, "invalid_arguments", "not JSON"),
        ("set_status", {"order_id": 1, "status": "x" * 100_000}, "invalid_arguments", "too long"),
        ("set_status", {"order_id": 1, "status": "a\0b"}, "constraint_violated", "CHECK"),
        ("set_status", {"order_id": 1, "status": "lost"}, "constraint_violated", "status IN ('new', 'sent', 'done')"),
        ("set_status", {"order_id": 2, "status": "new"}, "not_allowed", "Order 2 is done."),
        ("set_status", {"order_id": 9, "status": "new"}, "not_found", "There is no order 9."),
        ("create_order", {"customer_id": 9}, "constraint_violated", "orders.customer_id → customers.id"),
        ("create_order", {"customer_id": 1, "status": None}, "invalid_arguments", "status"),
    ],
)  # fmt: skip
def test_errors(session: SqliteSession, name: Any, arguments: Any, kind: str, says: str) -> None:
    before = session.rows("orders")
    outcome = session.execute(name, arguments)
    assert outcome.failed
    assert error(outcome.result)[0] == kind
    assert says in error(outcome.result)[1]
    assert outcome.changes == ()
    assert session.rows("orders") == before
    assert not session.execute("get_order", {"order_id": 1}).failed


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.text(st.characters(categories=["Cs", "L"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)
ANY_SET = SET.__class__(
    **{f: getattr(SET, f) for f in SET.__struct_fields__ if f != "parameters"},
    parameters={"type": "object", "properties": {"order_id": {}, "status": {}}},
)


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(["order_id", "status", "was", "x"]), JSON, max_size=4))
def test_nothing_a_caller_passes_crashes(arguments: dict[str, Json]) -> None:
    with opened(SHOP_IMAGE, GET, CREATE, ANY_SET) as session:
        for name in ("get_order", "set_status", "create_order"):
            outcome = session.execute(name, arguments)
            json.loads(outcome.text)
            outcome.text.encode()


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("INSERT INTO t(a) VALUES (NULL)", "t.a must have a value"),
        ("INSERT INTO t(a, b) VALUES (9, 1)", "A row with the same t.b exists already"),
        ("INSERT INTO t(id, a) VALUES (1, 1)", "A row with the same t.id exists already"),
        ("INSERT INTO t(id, a) VALUES ('x', 1)", "wrong type"),
        ("INSERT INTO s VALUES ('x')", "cannot store TEXT value in INTEGER column s.n"),
        ("INSERT INTO t(a) VALUES (13)", "no thirteens"),
        ("UPDATE t SET a = 14", "never fourteen"),
        ("INSERT INTO r VALUES (1)", "A row with the same r.a exists already"),
        ("INSERT OR ROLLBACK INTO t(id, a) VALUES (1, 1)", "A row with the same t.id exists already"),
        ("INSERT INTO t(id, a) VALUES (2, 1), (1, 1)", "exists already"),
        ("INSERT OR FAIL INTO t(id, a) VALUES (2, 1), (1, 1)", "exists already"),
        ("DELETE FROM p", "c.p → p.id"),
    ],
)
def test_broken_constraints_leave_nothing_behind(sql: str, says: str) -> None:
    of = image("""
        CREATE TABLE t(id INTEGER PRIMARY KEY, a NOT NULL, b UNIQUE);
        CREATE TABLE s(n INTEGER) STRICT;
        CREATE TABLE r(a UNIQUE ON CONFLICT ROLLBACK);
        CREATE TABLE p(id INTEGER PRIMARY KEY);
        CREATE TABLE c(p REFERENCES p(id) DEFERRABLE INITIALLY DEFERRED);
        CREATE TRIGGER t1 BEFORE INSERT ON t WHEN new.a = 13 BEGIN SELECT RAISE(ABORT, 'no thirteens'); END;
        CREATE TRIGGER t2 AFTER UPDATE ON t WHEN new.a = 14 BEGIN SELECT RAISE(ROLLBACK, 'never fourteen'); END;
        INSERT INTO t VALUES (1, 1, 1); INSERT INTO r VALUES (1); INSERT INTO p VALUES (1); INSERT INTO c VALUES (1);
    """)
    tables = "t s r p c"
    good = tool("good", Statement("write", "INSERT INTO t(a) VALUES (7)"), "t", "t")
    session = opened(of, write(sql, tables), good)
    assert not session.execute("good", {}).failed
    before = {table: session.rows(table) for table in tables.split()}
    outcome = session.execute("write", {})
    assert error(outcome.result)[0] == "constraint_violated"
    assert says in error(outcome.result)[1]
    assert {table: session.rows(table) for table in tables.split()} == before
    assert session.execute("good", {}).changes[0].key == {"id": 3}


@pytest.mark.parametrize("style", ["snake", "upper", "class"])
def test_error_types_follow_the_dialect(style: str) -> None:
    expected = {"snake": "unknown_tool", "upper": "UNKNOWN_TOOL", "class": "UnknownToolError"}
    session = SqliteSession(Sandbox(SHOP_IMAGE, environment(SHOP_IMAGE, [GET], errors=style)), CLOCK)
    assert error(session.execute("?", {}).result)[0] == expected[style]


@pytest.mark.parametrize(
    ("type", "snake", "upper", "as_class"),
    [
        ("not_found", "not_found", "NOT_FOUND", "NotFoundError"),
        ("NOT_FOUND", "not_found", "NOT_FOUND", "NotFoundError"),
        ("NotFoundError", "not_found_error", "NOT_FOUND_ERROR", "NotFoundError"),
        ("notFound", "not_found", "NOT_FOUND", "NotFoundError"),
        ("", "error", "ERROR", "ErrorError"),
    ],
)
def test_styles(type: str, snake: str, upper: str, as_class: str) -> None:
    assert (styled(type, "snake"), styled(type, "upper"), styled(type, "class")) == (snake, upper, as_class)


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ("no {a}", "no 1"),
        ("{b} and {c}", "x{a} and null"),
        ("{missing} {} {0} {a.b} {a!r}", "{missing} {} {0} {a.b} {a!r}"),
        ("{d}", "2 bytes"),
        ("{{a}}", "{1}"),
    ],
)
def test_messages_are_filled_safely(message: str, text: str) -> None:
    assert filled(message, {"a": 1, "b": "x{a}", "c": None, "d": b"xy"}) == text


# ── Statements and rules ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("value", "holds"),
    [("1", True), ("'no'", True), ("0", False), ("0.0", False), ("NULL", False), ("1 WHERE 0", False)],
)
def test_what_a_require_takes_as_holding(value: str, holds: bool) -> None:
    outcome = opened(SHOP_IMAGE, tool("t", Statement("require", f"SELECT {value}", Problem("no", "No.")))).execute(
        "t", {}
    )
    assert outcome.failed is not holds


def test_bind_without_a_row_binds_null_and_a_write_of_no_row_can_be_an_error() -> None:
    run = (
        Statement("bind", "SELECT id AS found, status AS s FROM orders WHERE id = :id"),
        Statement("write", "UPDATE orders SET total = 1 WHERE id = :found", missing("order")),
        Statement("return", "SELECT :found AS found, :s AS s", shape="object"),
    )
    session = opened(SHOP_IMAGE, tool("t", run, "orders", "orders", {"id": INTEGER, "order_id": INTEGER}, ["id"]))
    assert session.execute("t", {"id": 1}).result == {"found": 1, "s": "new"}
    assert error(session.execute("t", {"id": 9, "order_id": 9}).result) == ("not_found", "There is no order 9.")


RULES = (
    Rule("first", "Only new orders change.", ("set_total",), "before",
         "SELECT status = 'new' FROM orders WHERE id = :id", Problem("policy_violation", "Order {id} is not new.")),
    Rule("last", "No total above 100.", ("set_total",), "after", "SELECT NOT EXISTS (SELECT 1 FROM orders WHERE total > 100)"),
    Rule("other", "Never.", ("another",), "before", "SELECT 0"),
    Rule("words", "Be kind.", ("set_total",)),
)  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"id": 1, "total": 50}, None),
        ({"id": 2, "total": 50}, "Order 2 is not new."),
        ({"id": 1, "total": 500}, "No total above 100."),
    ],
)
def test_rules_guard_before_and_after_the_writes(arguments: dict[str, Json], expected: str | None) -> None:
    set_total = tool(
        "set_total",
        (
            Statement("write", "UPDATE orders SET total = :total, status = 'sent' WHERE id = :id"),
            Statement("return", "SELECT 1 AS done", shape="object"),
        ),
        "orders",
        "orders",
        {"id": INTEGER, "total": INTEGER},
    )
    session = opened(SHOP_IMAGE, set_total, rules=RULES)
    before = session.rows("orders")
    outcome = session.execute("set_total", arguments)
    assert (error(outcome.result)[1] if outcome.failed else None) == expected
    assert (session.rows("orders") == before) is outcome.failed


def test_a_rule_guards_a_read_before_it_returns() -> None:
    rule = Rule("r", "Nobody reads {this}.", ("read",), "before", "SELECT 0")
    outcome = opened(SHOP_IMAGE, read("SELECT id FROM orders", "orders"), rules=(rule,)).execute("read", {})
    assert error(outcome.result) == ("policy_violation", "Nobody reads (this).")


@pytest.mark.parametrize(
    ("schema", "given", "bound"),
    [
        ({"type": "integer"}, 3.0, 3),
        ({"type": "number"}, 3.5, 3.5),
        ({"type": "boolean"}, True, 1),
        ({"type": "array"}, [1, "a"], '[1,"a"]'),
        ({"type": "object"}, {"a": None}, '{"a":null}'),
        ({"type": ["integer", "null"]}, None, None),
        ({"type": "string"}, "a\0b", "a\0b"),
        ({"type": "string", "format": "date"}, "2024-02-29", "2024-02-29"),
        ({"type": "string", "format": "date-time"}, "2024-02-29 10:00", "2024-02-29 10:00"),
        ({}, 2**63 - 1, 2**63 - 1),
        ({"default": [1]}, ..., "[1]"),
        ({"default": True}, ..., 1),
        ({}, ..., None),
    ],
)
def test_arguments_are_bound(schema: Json, given: Any, bound: Any) -> None:
    echo = tool("t", Statement("return", "SELECT :x", into="x", shape="value"), properties={"x": schema}, required=())
    outcome = opened(SHOP_IMAGE, echo).execute("t", {} if given is ... else {"x": given})
    assert outcome.result == {"x": bound}


@pytest.mark.parametrize("schema", [{"type": "string", "format": "date"}, {"type": "string", "format": "date-time"}])
def test_dates_are_checked(schema: Json) -> None:
    echo = tool("t", Statement("return", "SELECT :x", into="x", shape="value"), properties={"x": schema})
    assert opened(SHOP_IMAGE, echo).execute("t", {"x": "tomorrow"}).failed


@pytest.mark.parametrize(
    "broken",
    [
        Tool("t", "", {"type": "array"}, {}, "read"),
        Tool("t", "", {"type": "object", "properties": {"x": {"type": "colour"}}}, {}, "read"),
        Tool("t", "", {"type": "object", "properties": {"x": {"default": 2**70}}}, {}, "read"),
        Tool("t", "", {"type": "object", "properties": []}, {}, "read"),
        Tool("t", "", {"type": "object", "properties": {"x": {"$ref": "http://127.0.0.1:1/x.json"}}}, {}, "read"),
        tool("t", Statement("return", "SELECT 1", shape="list")),
    ],
)
def test_a_tool_that_is_not_valid_is_the_persons_to_mend(broken: Tool) -> None:
    with pytest.raises(UserError, match="'t'"):
        opened(SHOP_IMAGE, broken)


# ── Budgets ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_write_that_runs_out_of_budget_leaves_the_session_where_it_was() -> None:
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) INSERT INTO log SELECT i FROM n"
    many = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 300) INSERT INTO log SELECT i FROM n"
    tools = [
        tool("endless", Statement("write", endless), "log", "log"),
        tool("many", Statement("write", many), "log", "log"),
    ]
    session = opened(SHOP_IMAGE, CREATE, *tools, limits=Limits(steps=50_000, changes=200))
    session.execute("create_order", {"customer_id": 1})
    before = {table: session.rows(table) for table in ("orders", "log", "sqlite_sequence")}
    for name in ("endless", "many", "endless"):
        assert error(session.execute(name, {}).result)[0] == "budget_exceeded"
        assert {table: session.rows(table) for table in ("orders", "log", "sqlite_sequence")} == before
    assert session.execute("create_order", {"customer_id": 1}).result == {"order_id": 4}


def test_what_steps_cannot_see_ends_in_the_net() -> None:
    search = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(instr(hex(zeroblob(9000)), hex(zeroblob(4000)) || i)) FROM n"
    outcome = opened(SHOP_IMAGE, read(search, ""), limits=Limits(steps=10**12, seconds=0.2)).execute("read", {})
    assert error(outcome.result)[0] == "budget_exceeded"


@pytest.mark.parametrize("n", range(600, 1100, 20))
def test_the_budget_cuts_at_the_same_place_whatever_came_before(n: int) -> None:
    """Cached statements count on; near the limit the verdict must not depend on it."""
    counting = read(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :n) SELECT max(i) FROM n",
        "",
        n=INTEGER,
    )
    limits = Limits(steps=15_000)
    fresh = opened(SHOP_IMAGE, counting, limits=limits).execute("read", {"n": n}).result
    used = opened(SHOP_IMAGE, counting, limits=limits)
    for past in (3, 77, 251):
        used.execute("read", {"n": past})
        assert used.execute("read", {"n": n}).result == fresh


# ── Changes and states ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_changes_tell_everything_that_happened(session: SqliteSession) -> None:
    outcome = session.execute("set_status", {"order_id": 1, "status": "sent"})
    line = f"order 1 sent {session.now.replace('T', ' ')}"
    assert outcome.result == {"id": 1, "status": "sent", "was": "new"}
    assert outcome.changes == (
        RowChange("log", "insert", {"rowid": 1}, after={"line": line}),
        RowChange("orders", "update", {"id": 1}, {"status": "new"}, {"status": "sent"}),
    )


def test_states_name_what_was_done(session: SqliteSession) -> None:
    start = session.state
    read_one = session.execute("get_order", {"order_id": 1}).state
    read_two = session.execute("get_order", {"order_id": 2}).state
    write_one = session.execute("set_status", {"order_id": 1, "status": "sent"}).state
    assert [state.split(".")[0] for state in (start, read_one, read_two, write_one)] == ["0", "1", "2", "3"]
    assert len({state.split(".")[1] for state in (start, read_one, read_two)}) == 1
    assert write_one.split(".")[1] != read_two.split(".")[1]
    assert session.state == write_one


def test_a_session_is_opened_again_from_its_calls() -> None:
    env = environment(SHOP_IMAGE, [GET, SET, CREATE])
    made: list[tuple[str, dict[str, Json]]] = [
        ("get_order", {"order_id": 1}),
        ("create_order", {"customer_id": 2}),
        ("create_order", {"customer_id": 77}),
        ("nonsense", {}),
        ("set_status", {"order_id": 3, "status": "sent"}),
        ("set_status", {"order_id": "x"}),
    ]
    calls = [ToolCall(str(i), name, dict(arguments)) for i, (name, arguments) in enumerate(made)]
    first = open_session(SHOP_IMAGE, env, CLOCK)
    for call in calls:
        first.execute(call.name, call.arguments)
    again, fork = open_session(SHOP_IMAGE, env, CLOCK, calls), first.fork()
    for other in (again, fork):
        assert (other.state, other.now) == (first.state, first.now)
        assert {t: other.rows(t) for t in ("orders", "log")} == {t: first.rows(t) for t in ("orders", "log")}
    assert fork.execute("create_order", {"customer_id": 1}) == again.execute("create_order", {"customer_id": 1})
    assert len(first.rows("orders")) == 3


def test_open_sessions_do_not_see_each_other() -> None:
    env = environment(SHOP_IMAGE, [CREATE])
    sessions = [open_session(SHOP_IMAGE, env, CLOCK) for _ in range(40)]
    for n, session in enumerate(sessions):
        for _ in range(n % 3):
            session.execute("create_order", {"customer_id": 1})
    assert [len(session.rows("orders")) for session in sessions] == [2 + n % 3 for n in range(40)]
    for session in sessions:
        session.close()
        session.close()
    assert len(open_session(SHOP_IMAGE, env, CLOCK).rows("orders")) == 2


def test_a_closed_session_says_so(session: SqliteSession) -> None:
    session.close()
    with pytest.raises(RuntimeError, match="closed"):
        session.execute("get_order", {"order_id": 1})


def test_random_defaults_repeat_but_differ_from_call_to_call() -> None:
    of = image(
        "CREATE TABLE t(id TEXT DEFAULT (lower(hex(randomblob(8)))), n DEFAULT (random())); INSERT INTO t VALUES ('a', 1)"
    )
    insert = tool("add", Statement("write", "INSERT INTO t DEFAULT VALUES"), "t", "t")
    one, two = (opened(of, insert) for _ in range(2))
    for session in (one, two):
        session.execute("add", {})
        session.execute("add", {})
    assert one.rows("t") == two.rows("t")
    assert len(set(one.rows("t"))) == 3


def test_full_text_kept_by_triggers_is_searched_and_kept() -> None:
    of = image(
        SHOP
        + """
        CREATE VIRTUAL TABLE names USING fts5(name, content='customers', content_rowid='id');
        INSERT INTO names(names) VALUES ('rebuild');
        CREATE TRIGGER names_add AFTER INSERT ON customers BEGIN INSERT INTO names(rowid, name) VALUES (new.id, new.name); END;
        """
    )
    add = tool(
        "add",
        Statement("write", "INSERT INTO customers(name) VALUES (:name)"),
        "customers",
        "customers",
        {"name": TEXT},
    )
    find = read("SELECT rowid, name FROM names WHERE names MATCH :name", "names", name=TEXT)
    session = opened(of, add, find)
    outcome = session.execute("add", {"name": "Zoe"})
    assert [change.table for change in outcome.changes] == ["customers"]
    assert session.execute("read", {"name": "zoe"}).result == {"rows": [{"rowid": 3, "name": "Zoe"}]}
    fork = session.fork()
    assert fork.execute("read", {"name": "zoe"}).result == {"rows": [{"rowid": 3, "name": "Zoe"}]}
    session.close()
    assert fork.execute("read", {"name": "ann"}).result == {"rows": [{"rowid": 1, "name": "Ann"}]}


def test_local_time_in_a_schema_is_utc(monkeypatch: pytest.MonkeyPatch) -> None:
    of = image("""
        CREATE TABLE t(a, at TEXT DEFAULT (datetime('now', 'localtime')), day TEXT AS (date(a, '+1 day')) STORED,
                       s TEXT DEFAULT (strftime('%H:%M:%S', 'now')), CHECK (unixepoch(a) > 0));
        INSERT INTO t(a, at, s) VALUES ('2024-01-01', 'x', 'y');
    """)
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        session = opened(of, tool("add", Statement("write", "INSERT INTO t(a) VALUES ('2024-02-28')"), "t", "t"))
        session.execute("add", {})
        now = session.now.replace("T", " ")
        assert session.rows("t")[1] == ("2024-02-28", now, "2024-02-29", now[11:])
    finally:
        monkeypatch.undo()
        time.tzset()


def test_a_view_that_takes_rows_is_written_through_its_trigger() -> None:
    of = image(
        SHOP
        + """CREATE TRIGGER take INSTEAD OF INSERT ON open_orders WHEN new.name <> 'nobody' BEGIN
          INSERT INTO orders(customer_id, status) SELECT id, 'new' FROM customers WHERE name = new.name;
        END;"""
    )
    insert = Statement(
        "write", "INSERT INTO open_orders(name) VALUES (:name)", Problem("nothing", "No order for {name}.")
    )
    session = opened(of, tool("order", insert, "", "open_orders", {"name": TEXT}))
    outcome = session.execute("order", {"name": "Bob"})
    assert [(change.table, change.key) for change in outcome.changes] == [("orders", {"id": 3})]
    assert error(session.execute("order", {"name": "nobody"}).result) == ("nothing", "No order for nobody.")


def test_row_numbers_are_never_given_out_at_random() -> None:
    of = image(
        "CREATE TABLE t(id INTEGER PRIMARY KEY, a); CREATE TABLE full(id INTEGER PRIMARY KEY, a); INSERT INTO t VALUES (1, 1);"
        "CREATE TABLE auto(id INTEGER PRIMARY KEY AUTOINCREMENT, a); INSERT INTO auto VALUES (9223372036854775806, 1);"
        "INSERT INTO full VALUES (9223372036854775807, 1)"
    )
    insert = Statement("write", "INSERT INTO t VALUES (:id, 1)")
    add = tool("add", insert, "t", "t", {"id": INTEGER}, ())
    auto = tool("auto", Statement("write", "INSERT INTO auto(a) VALUES (1)"), "auto", "auto")
    move = tool("move", Statement("write", "UPDATE t SET id = :id"), "t", "t", {"id": INTEGER})
    session = opened(of, add, auto, move)
    for name in ("add", "move", "auto"):
        assert (
            error(session.execute(name, {} if name == "auto" else {"id": 2**63 - 1}).result)[1]
            == "The row's number is too large."
        )
    assert session.execute("add", {}).changes[0].key == {"id": 2}
    with pytest.raises(UserError, match="used up"):
        opened(of, write("INSERT INTO full(a) VALUES (1)", "full"))


def test_a_damaged_image_is_no_callers_fault() -> None:
    of = image(
        "CREATE TABLE t(a); INSERT INTO t SELECT zeroblob(3000) FROM json_each('[1,2,3,4]'); CREATE TABLE u(a); INSERT INTO u VALUES (1)"
    )
    damaged = bytearray(of.data)
    damaged[4096 * 2 :] = b"\x99" * (len(damaged) - 4096 * 2)
    session = opened(Image.of(bytes(damaged)), read("SELECT * FROM t", "t"))
    with pytest.raises(apsw.CorruptError):
        session.execute("read", {})


def test_declared_writes_of_a_read_tool_are_only_reads() -> None:
    peek = Tool(
        "peek",
        "",
        {"type": "object"},
        {},
        "read",
        (Statement("return", "SELECT id FROM orders", into="rows"),),
        ("orders",),
        ("orders",),
    )
    assert not opened(SHOP_IMAGE, peek).execute("peek", {}).failed


@pytest.mark.parametrize(
    ("given", "says"),
    [(object(), "not JSON"), ({"a": object()}, "not JSON"), (["\ud800"], "not JSON"), ({"a": [1, {"b": 2**80}]}, "")],
)
def test_values_that_no_json_can_hold(given: Any, says: str) -> None:
    echo = tool("t", Statement("return", "SELECT :x", into="x", shape="value"), properties={"x": {}})
    outcome = opened(SHOP_IMAGE, echo).execute("t", {"x": given})
    assert outcome.failed is bool(says)
    assert says in outcome.text
