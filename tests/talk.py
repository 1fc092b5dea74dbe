"""A sound conversation over a real database, and ways to spoil it.

The shop: two customers of the same name, orders with dates, totals and states. The user asks for Dana's orders, cancels one,
tries to cancel another that was delivered, and asks for a figure again. Every result comes from executing the call.
"""

import sqlite3
from collections.abc import Sequence
from functools import cache

from msgspec.structs import replace

from duologue.catalog import Catalog, read_catalog
from duologue.environment import Image, open_session
from duologue.ids import digest
from duologue.types import (
    Act,
    ClockSpec,
    Dialogue,
    Disclosure,
    Environment,
    Fact,
    Json,
    Message,
    Origin,
    PlanStep,
    Policy,
    Problem,
    RowChange,
    Scenario,
    Slot,
    Statement,
    Subtask,
    Task,
    Tool,
    ToolCall,
    Toolset,
    Turn,
)

SCHEMA = """
CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT NOT NULL, city TEXT, since TEXT);
CREATE TABLE orders (
    id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL REFERENCES customers (id),
    placed TEXT NOT NULL, status TEXT NOT NULL, total REAL NOT NULL, gift INTEGER NOT NULL
);
INSERT INTO customers VALUES
    (118, 'Dana Whitfield', 'Leeds', '2021-03-03'), (131, 'Dana Whitfield', 'Austin', '2023-05-02'),
    (140, 'Rita O''Brien', 'Leeds', '2022-10-10');
INSERT INTO orders VALUES
    (40211, 118, '2024-05-03', 'delivered', 54.9, 0), (40874, 118, '2024-06-09', 'processing', 112.35, 1),
    (40990, 131, '2024-06-11', 'processing', 20.0, 0), (41002, 140, '2024-06-12', 'processing', 77.0, 0);
"""


def _returns(**fields: str) -> dict[str, Json]:
    row = {"type": "object", "properties": {k: {"type": v} for k, v in fields.items()}, "required": list(fields)}
    rows = {"type": "array", "items": {**row, "additionalProperties": False}}
    return {"type": "object", "properties": {"rows": rows}, "required": ["rows"], "additionalProperties": False}


FIND = Tool(
    name="find_customers",
    description="Finds customers by name.",
    parameters={
        "type": "object",
        "properties": {"name": {"type": "string"}, "limit": {"type": "integer", "default": 10, "maximum": 50}},
        "required": ["name"],
        "additionalProperties": False,
    },
    returns=_returns(customer_id="integer", name="string", city="string", since="string"),
    effect="read",
    run=(
        Statement(
            "return",
            "SELECT id AS customer_id, name, city, since FROM customers WHERE name LIKE '%' || :name || '%' ORDER BY id LIMIT :limit",
            into="rows",
        ),
    ),
    reads=("customers",),
    inputs={"name": Slot("customers", "name", "match"), "limit": Slot(use="limit")},
    outputs={
        "rows[].customer_id": Slot("customers", "id"),
        "rows[].name": Slot("customers", "name"),
        "rows[].city": Slot("customers", "city"),
        "rows[].since": Slot("customers", "since"),
    },
)
ORDERS = Tool(
    name="list_orders",
    description="Lists a customer's orders, oldest first.",
    parameters={
        "type": "object",
        "properties": {
            "customer_id": {"type": "integer"},
            "status": {"enum": ["delivered", "processing", "cancelled"]},
        },
        "required": ["customer_id"],
        "additionalProperties": False,
    },
    returns=_returns(order_id="integer", placed="string", status="string", total="number", gift="integer"),
    effect="read",
    run=(
        Statement(
            "return",
            "SELECT id AS order_id, placed, status, total, gift FROM orders"
            " WHERE customer_id = :customer_id AND (:status IS NULL OR status = :status) ORDER BY placed, id",
            into="rows",
        ),
    ),
    reads=("orders",),
    inputs={"customer_id": Slot("customers", "id", "key"), "status": Slot("orders", "status", "equals")},
    outputs={
        "rows[].order_id": Slot("orders", "id"),
        "rows[].placed": Slot("orders", "placed"),
        "rows[].status": Slot("orders", "status"),
        "rows[].total": Slot("orders", "total"),
        "rows[].gift": Slot("orders", "gift"),
    },
)
CANCEL = Tool(
    name="cancel_order",
    description="Cancels an order that has not been delivered.",
    parameters={
        "type": "object",
        "properties": {"order_id": {"type": "integer"}},
        "required": ["order_id"],
        "additionalProperties": False,
    },
    returns={"type": "object", "properties": {"ok": {"type": "boolean"}}, "required": ["ok"]},
    effect="write",
    run=(
        Statement(
            "require",
            "SELECT status <> 'delivered' FROM orders WHERE id = :order_id",
            Problem("already_delivered", "Order {order_id} has been delivered."),
        ),
        Statement("write", "UPDATE orders SET status = 'cancelled' WHERE id = :order_id"),
    ),
    reads=("orders",),
    writes=("orders",),
    inputs={"order_id": Slot("orders", "id", "key")},
)
TOOLSET = Toolset("talk", (FIND, ORDERS, CANCEL))
CLOCK = ClockSpec("2024-06-14T09:10:00", seed=7)


@cache
def image() -> Image:
    """The shop's database."""
    db = sqlite3.connect(":memory:")
    db.executescript(SCHEMA)
    return Image.of(db.serialize())


@cache
def environment() -> Environment:
    """The shop with its three tools; changes need a yes."""
    policy = Policy("You look after the orders of a small shop.", confirm_writes=True)
    draft = Environment("", "talk", image().hash, TOOLSET, policy)
    return replace(draft, id=digest(draft))


@cache
def catalog() -> Catalog:
    """What the shop's schema means."""
    return read_catalog(image().connect(), "talk")


TASKS = (
    Task(
        id="orders",
        goal="The orders of Dana Whitfield in Leeds are known, with their dates, totals and states.",
        known=(Fact("customers.name", "Dana Whitfield"), Fact("customers.city", "Leeds")),
        hidden=(Fact("customers.id", 118, "customer id"), Fact("orders.id", 40211, "order id")),
        subtasks=(
            Subtask(
                "the orders",
                (1, 2),
                tell=(
                    Disclosure("2024-05-03", "orders.placed", 2),
                    Disclosure(54.9, "orders.total", 2),
                    Disclosure(112.35, "orders.total", 2),
                    Disclosure("processing", "orders.status", 2),
                ),
            ),
        ),
        plan=(
            PlanStep("find_customers", {"name": "Dana Whitfield"}, weight="structural"),
            PlanStep("list_orders", {"customer_id": "$1.rows[0].customer_id"}, (1,), bound={"customer_id": 118}),
        ),
    ),
    Task(
        id="cancel",
        goal="The latest order of Dana Whitfield in Leeds is cancelled.",
        known=(Fact("customers.name", "Dana Whitfield"),),
        hidden=(Fact("orders.id", 40874, "order id"),),
        subtasks=(Subtask("the cancellation", (1,)),),
        plan=(PlanStep("cancel_order", {"order_id": 40874}),),
        target=(RowChange("orders", "update", {"id": 40874}, {"status": "processing"}, {"status": "cancelled"}),),
    ),
)
SCENARIO = Scenario("talk", TASKS, CLOCK, seed=1)


class Talk:
    """Builds a conversation turn by turn; calls are executed as they are made."""

    def __init__(self, annotated: bool = True, clock: ClockSpec = CLOCK) -> None:
        """`annotated`: turns carry acts and origins, as scripted speakers leave them."""
        self.annotated = annotated
        self.session = open_session(image(), environment(), clock)
        self.turns: list[Turn] = [
            Turn(Message("system", "You look after the orders of a small shop. Today is Friday, 14 June 2024."))
        ]
        self.task = 0

    def _add(self, turn: Turn) -> None:
        self.turns.append(replace(turn, parent=len(self.turns) - 1, task=self.task, state=self.session.state))

    def user(self, text: str, *kinds: str, done: bool = False) -> "Talk":
        """The user speaks; `kinds` are the acts."""
        acts = tuple(Act(k) for k in kinds) if self.annotated else ()
        self._add(Turn(Message("user", text), acts=acts, done=done))
        return self

    def says(self, text: str, *kinds: str) -> "Talk":
        """The assistant speaks."""
        acts = tuple(Act(k) for k in kinds) if self.annotated else ()
        self._add(Turn(Message("assistant", text), acts=acts))
        return self

    def calls(self, *made: tuple[str, dict[str, Json], dict[str, Origin]]) -> "Talk":
        """The assistant calls tools, one after the other or at once; the results follow."""
        at = len(self.turns)
        calls = tuple(ToolCall(f"call_{at}_{n}", name, arguments) for n, (name, arguments, _) in enumerate(made))
        origins = {c.id: o for c, (_, _, o) in zip(calls, made, strict=True)} if self.annotated else {}
        self._add(Turn(Message("assistant", tool_calls=calls), origins=origins))
        for call in calls:
            outcome = self.session.execute(call.name, call.arguments)
            self._add(Turn(Message("tool", outcome.text, tool_call_id=call.id), changes=outcome.changes))
        return self

    def dialogue(self, scenario: Scenario = SCENARIO) -> Dialogue:
        """What was built."""
        self.session.close()
        return Dialogue("d", environment().id, scenario, tuple(self.turns))


def sound(annotated: bool = True) -> Dialogue:
    """The conversation as it should be. Turn numbers are in the margin."""
    talk = Talk(annotated)
    talk.user(
        "hi there, can you see which orders Dana Whitfield has? Dates, totals and how far they are", "request"
    )  # 1
    talk.calls(("find_customers", {"name": "Dana Whitfield"}, {"name": Origin("user", 1)}))  # 2, 3
    talk.says(
        "I see two customers called Dana Whitfield: one in Leeds, one in Austin. Which one is it?", "choices"
    )  # 4
    talk.user("Leeds", "select")  # 5
    talk.calls(
        ("list_orders", {"customer_id": 118}, {"customer_id": Origin("result", 3, "rows[0].customer_id")})
    )  # 6, 7
    talk.says(
        "Dana in Leeds has two orders: 40211 from 3 May 2024 for 54.90, delivered, and 40874 from 9 June 2024 for 112.35,"
        " which is still processing. That makes 167.25 in all.",
        "report many",
    )  # 8
    talk.task = 1
    talk.user("please cancel the second one", "request")  # 9
    talk.says("I can cancel order 40874, placed on 9 June. Shall I go ahead?", "confirm?")  # 10
    talk.user("yes please", "confirm")  # 11
    talk.calls(("cancel_order", {"order_id": 40874}, {"order_id": Origin("result", 7, "rows[1].order_id")}))  # 12, 13
    talk.says("Done: order 40874 has been cancelled.", "report change")  # 14
    talk.user("and the other one too?", "request")  # 15
    talk.says("I'd cancel order 40211 of 3 May then. Is that right?", "confirm?")  # 16
    talk.user("yes", "confirm")  # 17
    talk.calls(("cancel_order", {"order_id": 40211}, {"order_id": Origin("result", 7, "rows[0].order_id")}))  # 18, 19
    talk.says(
        "I couldn't cancel that one: order 40211 has been delivered. I can only leave it as it is.", "error"
    )  # 20
    talk.user("ok, leave it then. what was its total again?", "recap")  # 21
    talk.says("It was 54.90. The other one, 40874, has been cancelled.", "recap")  # 22
    talk.user("perfect, that's all", "done", done=True)  # 23
    talk.says("You're welcome.", "close")  # 24
    return talk.dialogue()


def with_turns(dialogue: Dialogue, turns: Sequence[Turn]) -> Dialogue:
    """The dialogue with other turns, renumbered."""
    numbered = tuple(replace(t, parent=n - 1 if n else None) for n, t in enumerate(turns))
    return replace(dialogue, turns=numbered)


def reworded(dialogue: Dialogue, at: int, text: str) -> Dialogue:
    """The dialogue with another text at a turn."""
    turns = list(dialogue.turns)
    turns[at] = replace(turns[at], message=replace(turns[at].message, content=text))
    return with_turns(dialogue, turns)


def without(dialogue: Dialogue, *gone: int) -> Dialogue:
    """The dialogue without some turns."""
    return with_turns(dialogue, [t for n, t in enumerate(dialogue.turns) if n not in gone])
