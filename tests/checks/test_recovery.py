"""Which reads are a look at what became of a change that went unanswered: those that name its row."""

from typing import Literal

import pytest

from duologue.checks.recovery import looks
from duologue.plans.trace import Executed
from duologue.types import Json, Slot, Tool, ToolCall

ORDER, CUSTOMER = Slot("orders", "id", "key"), Slot("customers", "id", "key")
LINE = {"order_id": ORDER, "product_id": Slot("products", "id", "key")}
STATUS = Slot("orders", "status", "equals")


def tool(name: str, effect: Literal["read", "write"], inputs: dict[str, Slot]) -> Tool:
    properties: Json = {n: {} for n in inputs} | {"include_lines": {"type": "boolean"}, "limit": {"default": 20}}
    return Tool(name, "", {"type": "object", "properties": properties}, {}, effect, inputs=inputs)


TOOLS = {
    t.name: t
    for t in (
        tool("set_order_status", "write", {"order_id": ORDER, "status": Slot("orders", "status", "value")}),
        tool("place_order", "write", {"customer_id": CUSTOMER, "note": Slot("orders", "note", "value")}),
        tool("move_money", "write", {"source": Slot("accounts", "id", "key"), "target": Slot("accounts", "id", "key")}),
        tool("set_line", "write", LINE | {"quantity": Slot("lines", "quantity", "value")}),
        tool("get_order", "read", {"order_id": ORDER, "status": STATUS}),
        tool("get_line", "read", LINE),
        tool("get_account", "read", {"account_id": Slot("accounts", "id", "key")}),
        tool("get_orders", "read", {"order_ids": ORDER}),
        tool("list_orders", "read", {"status": STATUS, "customer_id": Slot("customers", "id", "equals")}),
        tool("get_customer", "read", {"customer_id": CUSTOMER}),
    )
}


def made(name: str, arguments: dict[str, Json], at: int) -> Executed:
    effect = TOOLS[name].effect if name in TOOLS else ""
    call = ToolCall(f"c{at}", name, arguments)
    return Executed(at, at, at + 1, call, {}, "{}", False, effect, (), "", "", 0, {})


CANCEL = ("set_order_status", {"order_id": 5, "status": "cancelled"})
PLACE = ("place_order", {"customer_id": 5, "note": "gift"})
MOVE = ("move_money", {"source": 1, "target": 2})
LINES = ("set_line", {"order_id": 5, "product_id": 7, "quantity": 2})
CASES: list[tuple[tuple[str, dict[str, Json]], tuple[str, dict[str, Json]], bool]] = [
    (CANCEL, ("get_order", {"order_id": 5}), True),
    (CANCEL, ("get_order", {"order_id": 5, "include_lines": True}), True),
    (CANCEL, ("get_order", {"order_id": "5"}), True),
    (CANCEL, ("get_order", {"order_id": 5.0}), True),
    (CANCEL, ("get_order", {"order_id": 5, "status": None}), True),
    (CANCEL, ("get_order", {"order_id": 6}), False),
    (CANCEL, ("get_order", {}), False),
    (CANCEL, ("get_orders", {"order_ids": [5]}), True),
    (CANCEL, ("get_orders", {"order_ids": [4, 5]}), True),
    (CANCEL, ("get_orders", {"order_ids": [4]}), False),
    (CANCEL, ("list_orders", {"status": "cancelled"}), False),
    (CANCEL, ("get_customer", {"customer_id": 5}), False),
    (CANCEL, ("set_order_status", {"order_id": 5}), False),
    (CANCEL, ("another_tool", {"order_id": 5}), False),
    (PLACE, ("list_orders", {"customer_id": 5}), True),
    (PLACE, ("list_orders", {"customer_id": 5, "status": "open"}), True),
    (PLACE, ("list_orders", {"customer_id": 6}), False),
    (PLACE, ("get_order", {"order_id": 5}), False),
    (MOVE, ("get_account", {"account_id": 2}), True),
    (MOVE, ("get_account", {"account_id": 3}), False),
    (LINES, ("get_line", {"order_id": 5, "product_id": 7}), True),
    (LINES, ("get_line", {"order_id": 5, "product_id": 8}), False),
    (LINES, ("get_order", {"order_id": 5}), True),
]


@pytest.mark.parametrize(("change", "read", "is_one"), CASES)
def test_a_look_names_the_row_of_the_change(
    change: tuple[str, dict[str, Json]], read: tuple[str, dict[str, Json]], is_one: bool
) -> None:
    first, after, before = made(*change, 4), made(*read, 6), made(*read, 2)
    assert looks(first, (before, first, after), TOOLS) == [after] * is_one
