"""What the guard, the recorder and the clock cost a call, and what a session costs to open, as ratios inside one run.

    python benchmarks/bench_session.py

Raw is apsw alone on a plain connection to the same image, inside a transaction: the same statements, and for reads the same
row dicts. Aims: a guarded read ≤ 4×, a guarded write with its change recorded ≤ 15×, reopening after twenty writes ≤ 2 ms,
opening over 100 MB ≤ 2× opening over 100 KB.
"""

import time
from collections.abc import Callable
from itertools import cycle

import apsw

from duologue.environment import Image, open_session
from duologue.ids import rng
from duologue.types import ClockSpec, Environment, Json, Statement, Tool, ToolCall, Toolset

CLOCK = ClockSpec("2024-05-01T10:00:00", 1)
ROUNDS = 7
CALLS = 4_000

SCHEMA = """
CREATE TABLE customers(id INTEGER PRIMARY KEY, name TEXT NOT NULL, city TEXT, email TEXT UNIQUE);
CREATE TABLE orders(id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL REFERENCES customers(id), status TEXT NOT NULL,
                    note TEXT, total REAL, items INTEGER, placed TEXT, updated TEXT);
CREATE INDEX orders_customer ON orders(customer_id);
"""

BY_KEY = "SELECT * FROM orders WHERE id = :order_id"
BY_CUSTOMER = "SELECT * FROM orders WHERE customer_id = :customer_id ORDER BY id"
SET_STATUS = "UPDATE orders SET status = :status WHERE id = :order_id"


def database(customers: int = 500) -> Image:
    """Customers with 20 orders each; 500 of them make about a megabyte."""
    draw = rng(1, "bench")
    connection = apsw.Connection(":memory:")
    connection.execute(SCHEMA)
    with connection:
        connection.executemany(
            "INSERT INTO customers VALUES(?, ?, ?, ?)",
            (
                (i, f"Customer {i}", draw.choice(["Rome", "Oslo", "Lima"]), f"c{i}@example.org")
                for i in range(1, customers + 1)
            ),
        )
        connection.executemany(
            "INSERT INTO orders VALUES(?, ?, ?, ?, ?, ?, ?, ?)",
            (
                (i, (i - 1) // 20 + 1, "new", "leave at the door " * 2, i * 1.25, i % 7, "2024-04-01", "2024-04-02")
                for i in range(1, customers * 20 + 1)
            ),
        )
    return Image.of(connection.serialize("main"))


def _tool(name: str, effect: str, statement: Statement, **properties: Json) -> Tool:
    parameters = {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
    return Tool(
        name=name,
        description=name,
        parameters=parameters,
        returns={},
        effect="write" if effect == "write" else "read",
        run=(statement,),
        reads=("orders",),
        writes=("orders",) if effect == "write" else (),
    )


def environment(image: Image) -> Environment:
    """Three tools: a row by key, twenty rows by foreign key, a write by key."""
    number = {"type": "integer"}
    tools = (
        _tool("get", "read", Statement("return", BY_KEY, into="order", shape="object"), order_id=number),
        _tool("list", "read", Statement("return", BY_CUSTOMER, into="orders"), customer_id=number),
        _tool(
            "set", "write", Statement("write", SET_STATUS), order_id=number, status={"enum": ["new", "sent", "done"]}
        ),
    )
    return Environment(id="bench", name="bench", image=image.hash, toolset=Toolset("bench", tools))


def microseconds(work: Callable[[int], object], calls: int = CALLS) -> float:
    """CPU time of one call, the best of some rounds."""
    best = float("inf")
    for _ in range(ROUNDS):
        start = time.process_time()
        for i in range(calls):
            work(i)
        best = min(best, (time.process_time() - start) / calls * 1e6)
    return best


def raw(image: Image) -> apsw.Connection:
    """A plain connection to the same image."""
    connection = apsw.Connection(":memory:")
    connection.deserialize("main", image.data)
    connection.execute("BEGIN")
    return connection


def main() -> None:
    """Print the ratios."""
    image = database()
    env = environment(image)
    plain, session = raw(image), open_session(image, env, CLOCK)

    def rows(sql: str, bindings: tuple[int]) -> list[dict[str, Json]]:
        cursor = plain.execute(sql, bindings)
        found = cursor.fetchall()
        return [dict(zip(names, row, strict=True)) for row in found]

    names = [column[0] for column in plain.execute("SELECT * FROM orders").get_description()]
    statuses = cycle(("new", "sent", "done"))  # CALLS is no multiple of three: every update changes its row
    print(f"image {image.size / 1e6:.2f} MB")
    pairs: list[tuple[str, Callable[[int], object], Callable[[int], object], float]] = [
        (
            "read, one row by key",
            lambda i: rows(BY_KEY, (i % 10_000 + 1,)),
            lambda i: session.execute("get", {"order_id": i % 10_000 + 1}),
            4,
        ),
        (
            "read, twenty rows by foreign key",
            lambda i: rows(BY_CUSTOMER, (i % 500 + 1,)),
            lambda i: session.execute("list", {"customer_id": i % 500 + 1}),
            4,
        ),
        (
            "write, one row by key, change recorded",
            lambda i: plain.execute(SET_STATUS, (next(statuses), i % 10_000 + 1)),
            lambda i: session.execute("set", {"status": next(statuses), "order_id": i % 10_000 + 1}),
            15,
        ),
    ]
    for label, bare, guarded, aim in pairs:
        a, b = microseconds(bare), microseconds(guarded)
        print(f"{label:<42} raw {a:6.2f} µs   guarded {b:6.2f} µs   {b / a:5.2f}×   (aim ≤ {aim:g}×)")
    reopening(image, env)
    opening()


def reopening(image: Image, env: Environment) -> None:
    """Print what it costs to open a session after twenty writes."""
    calls = [ToolCall(str(i), "set", {"order_id": i * 7 % 500 + 1, "status": "done"}) for i in range(20)]

    def reopen(_: int) -> None:
        open_session(image, env, CLOCK, calls).close()

    warm = microseconds(reopen, 200)
    held = [open_session(image, env, CLOCK)]

    def reopen_cold(_: int) -> None:
        held.append(open_session(image, env, CLOCK, calls))

    cold = microseconds(reopen_cold, 40)
    for label, cost in (("a copy is waiting", warm), ("a new copy is made", cold)):
        print(f"reopening after twenty writes, {label:<19} {cost / 1000:6.3f} ms   (aim ≤ 2 ms)")


def opening() -> None:
    """Print what a new copy and its first read cost over images of 100 KB to 100 MB, none of them waiting to be used again."""
    costs = []
    for customers in (50, 500, 5_000, 50_000):
        image = database(customers)
        env = environment(image)
        open_session(image, env, CLOCK).close()
        costs.append(min(_opened(image, env) for _ in range(ROUNDS)))
        print(
            f"opening and first read over {image.size / 1e6:6.2f} MB {costs[-1]:7.1f} µs   {costs[-1] / costs[0]:5.2f}×"
        )
    print(f"opening, the largest beside the smallest {costs[-1] / costs[0]:5.2f}×   (aim ≤ 2×)")


def _opened(image: Image, env: Environment, sessions: int = 40) -> float:
    """CPU microseconds of each of some sessions that are live at once, but for the copies that were waiting."""
    waiting = [open_session(image, env, CLOCK) for _ in range(20)]
    held = []
    start = time.process_time()
    for i in range(sessions):
        session = open_session(image, env, CLOCK)
        session.execute("get", {"order_id": i + 1})
        held.append(session)
    cost = (time.process_time() - start) / sessions * 1e6
    for session in held + waiting:
        session.close()
    return cost


if __name__ == "__main__":
    main()
