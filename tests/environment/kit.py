"""Small databases and tools for the tests of the environment."""

from collections.abc import Iterable
from typing import Literal

import apsw

from duologue.environment import Image, Limits, Sandbox, SqliteSession
from duologue.environment.limits import DEFAULT_LIMITS
from duologue.types import ClockSpec, Dialect, Environment, Json, Policy, Problem, Rule, Statement, Tool, Toolset

CLOCK = ClockSpec("2024-05-01T10:00:00", seed=7)

SHOP = """
CREATE TABLE customers(id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT UNIQUE, photo BLOB);
CREATE TABLE orders(id INTEGER PRIMARY KEY AUTOINCREMENT, customer_id INTEGER NOT NULL REFERENCES customers(id),
                    status TEXT NOT NULL CHECK (status IN ('new', 'sent', 'done')), total REAL,
                    placed TEXT DEFAULT (datetime('now')));
CREATE TABLE log(line TEXT);
CREATE TRIGGER orders_log AFTER UPDATE ON orders BEGIN
  INSERT INTO log VALUES ('order ' || new.id || ' ' || new.status || ' ' || datetime('now'));
END;
CREATE VIEW open_orders AS SELECT o.id, c.name FROM orders o JOIN customers c ON c.id = o.customer_id WHERE o.status <> 'done';
CREATE TABLE secret(word TEXT);
INSERT INTO customers VALUES (1, 'Ann', 'ann@example.org', x'00ff'), (2, 'Bob', NULL, NULL);
INSERT INTO orders(customer_id, status, total, placed) VALUES (1, 'new', 9.5, '2024-04-01'), (2, 'done', 3, '2024-04-02');
INSERT INTO secret VALUES ('swordfish');
"""

INTEGER: Json = {"type": "integer"}
TEXT: Json = {"type": "string"}


def image(sql: str = SHOP) -> Image:
    """The image of a database that `sql` makes."""
    connection = apsw.Connection(":memory:")
    connection.execute(sql)
    return Image.of(connection.serialize("main"))


def tool(
    name: str,
    run: Statement | Iterable[Statement],
    tables: str = "",
    writes: str = "",
    properties: dict[str, Json] | None = None,
    required: Iterable[str] | None = None,
) -> Tool:
    """A tool; it is a write tool when it declares `writes`. All parameters are required unless said otherwise."""
    properties = properties or {}
    effect: Literal["read", "write"] = "write" if writes else "read"
    schema = {
        "type": "object",
        "properties": properties,
        "required": list(properties if required is None else required),
        "additionalProperties": False,
    }
    statements = (run,) if isinstance(run, Statement) else tuple(run)
    return Tool(name, name, schema, {}, effect, statements, tuple(tables.split()), tuple(writes.split()))


def read(sql: str, tables: str, **properties: Json) -> Tool:
    """The tool `read`, which lists what a SELECT finds."""
    return tool("read", Statement("return", sql, into="rows"), tables, properties=properties)


def write(sql: str, tables: str, **properties: Json) -> Tool:
    """The tool `write`, which runs one statement."""
    return tool("write", Statement("write", sql), tables, tables, properties)


def environment(of: Image, tools: Iterable[Tool], rules: tuple[Rule, ...] = (), errors: str = "snake") -> Environment:
    """An environment of these tools."""
    return Environment(
        "test", "test", of.hash, Toolset("test", tuple(tools), Dialect(errors=errors)), Policy(rules=rules)
    )


def opened(of: Image, *tools: Tool, limits: Limits = DEFAULT_LIMITS, rules: tuple[Rule, ...] = ()) -> SqliteSession:
    """A session of its own sandbox."""
    return SqliteSession(Sandbox(of, environment(of, tools, rules), limits), CLOCK)


def missing(kind: str) -> Problem:
    """The usual domain error."""
    return Problem("not_found", f"There is no {kind} {{{kind}_id}}.")
