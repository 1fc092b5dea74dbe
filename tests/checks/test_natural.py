"""Two conversations in a human's wording, with nobody's annotations: not one word of them is objected to."""

from msgspec import Struct

from duologue.checks import CHECKS, Case
from duologue.ids import to_json
from duologue.plans.trace import trace
from duologue.types import Fact, Finding, Json, Message, Policy, RowChange, Task, Tool, ToolCall, Toolset, Turn

ANY: dict[str, Json] = {"type": "object"}


def tool(name: str, effect: str = "read") -> Tool:
    return Tool(name, name, ANY, ANY, effect)  # type: ignore[arg-type]


class Line(Struct):
    """Who speaks, what; or a call with its result."""

    who: str
    text: str = ""
    arguments: dict[str, Json] = {}
    result: Json = None
    changes: tuple[RowChange, ...] = ()


def call(name: str, result: Json, /, *changes: RowChange, **arguments: Json) -> Line:
    return Line("call", name, arguments, result, changes)


def objections(lines: list[Line], tools: tuple[Tool, ...], task: Task) -> dict[str, tuple[Finding, ...]]:
    turns: list[Turn] = []
    for n, line in enumerate(lines):
        if line.who != "call":
            done = line.who == "user" and n == len(lines) - 1
            turns.append(Turn(Message(line.who, line.text), done=done))  # type: ignore[arg-type]
            continue
        turns.append(Turn(Message("assistant", tool_calls=(ToolCall(f"c{n}", line.text, line.arguments),))))
        turns.append(Turn(Message("tool", to_json(line.result), tool_call_id=f"c{n}"), changes=line.changes))
    case = Case(trace(turns, Toolset("t", tools)), (task,), Policy(confirm_writes=True))
    return {v.check: v.evidence for v in (check(case) for check in CHECKS) if v.passed is not True}


def update(table: str, key: int, **after: Json) -> RowChange:
    return RowChange(table, "update", {"id": key}, dict.fromkeys(after), after)


SHOP = [
    Line("system", "You help the staff of a shop. Today is 14 June 2024, 09:30. Faults are exchanged within 60 days."),
    Line("user", "morning, got Dana Whitfield on the phone about a broken kettle. can you find her orders?"),
    call(
        "find_customers",
        {
            "rows": [
                {"customer_id": 118, "name": "Dana Whitfield", "city": "Leeds", "since": "2021-02-01"},
                {"customer_id": 131, "name": "Dana Whitfield", "city": "Austin", "since": "2023-07-15"},
            ]
        },
        name="Dana Whitfield",
    ),
    Line(
        "assistant", "There are two customers of that name: one in Leeds, since 2021, one in Austin since 2023. Which?"
    ),
    Line("user", "Leeds."),
    call(
        "list_orders",
        {
            "rows": [
                {"order_id": 40211, "placed": "2024-05-03", "status": "delivered"},
                {"order_id": 40874, "placed": "2024-06-09", "status": "processing"},
            ]
        },
        customer_id=118,
    ),
    Line(
        "assistant",
        "Dana in Leeds has two orders: one from 3 May, delivered, and one from 9 June, still processing. Which?",
    ),
    Line("user", "the may one i guess? about six weeks ago she says"),
    call(
        "get_order_lines",
        {
            "order_id": 40211,
            "delivered": "2024-05-06",
            "lines": [
                {
                    "line_id": 90233,
                    "product_id": 77,
                    "product": "Brevia kettle 1.7 l",
                    "colour": "white",
                    "price": 54.9,
                },
                {"line_id": 90234, "product_id": 78, "product": "mug", "colour": "blue", "price": 8.5},
            ],
        },
        order_id=40211,
    ),
    Line("assistant", "A white Brevia 1.7-litre kettle for £54.90, delivered on 6 May. A refund, or an exchange?"),
    Line("user", "exchange, same one but not white. what colours are there"),
    call(
        "list_variants",
        {
            "rows": [
                {"variant_id": 311, "colour": "black", "stock": 0, "price": 54.9},
                {"variant_id": 312, "colour": "slate", "stock": 4, "price": 54.9},
                {"variant_id": 313, "colour": "cream", "stock": 11, "price": 54.9},
            ]
        },
        product_id=77,
    ),
    Line("assistant", "Slate (4 left) and cream (11) are in stock; black has run out. Both cost the same £54.90."),
    Line("user", "black then... oh wait, you said it's out. slate"),
    Line(
        "assistant",
        "I can exchange the white kettle for slate at no extra cost: it was reported 39 days after delivery, within the"
        " 60 days for faults. Shall I go ahead?",
    ),
    Line("user", "yes please"),
    call(
        "exchange_line",
        {"exchange_id": 5507, "status": "booked"},
        update("variants", 312, stock=3),
        line_id=90233,
        variant_id=312,
    ),
    Line("assistant", "Done: exchange 5507 is booked, and one slate kettle is reserved."),
    Line("user", "great. the other order, can that go to her work? 12 Canal Wharf, LS11 5PS"),
    Line("assistant", "I'd send order 40874 to 12 Canal Wharf, LS11 5PS instead. All right?"),
    Line("user", "yep"),
    call(
        "update_shipping_address",
        {"error": {"type": "address_locked", "message": "The label was printed on 14 June at 09:10."}},
        order_id=40874,
        line1="12 Canal Wharf",
        postcode="LS11 5PS",
    ),
    Line(
        "assistant",
        "I couldn't change it: its label was printed this morning at 09:10. I can leave it as it is, or you call the courier.",
    ),
    Line("user", "ugh ok. leave it. so just the kettle, can you sum up what i tell her"),
    Line(
        "assistant",
        "The white kettle from 3 May is being exchanged for a slate one, exchange 5507. The June order goes to her home.",
    ),
    Line("user", "perfect, that's all"),
]
SHOP_TOOLS = (
    tool("find_customers"),
    tool("list_orders"),
    tool("get_order_lines"),
    tool("list_variants"),
    tool("exchange_line", "write"),
    tool("update_shipping_address", "write"),
)
SHOP_TASK = Task(
    "shop",
    "Dana Whitfield's kettle from May is exchanged for one of another colour; her other order goes to her work address,"
    " 12 Canal Wharf, LS11 5PS, if that can still be done.",
    known=(Fact("", "Dana Whitfield"), Fact("", "Leeds")),
    target=(update("variants", 312, stock=3),),
)


def test_a_day_in_the_shop() -> None:
    assert objections(SHOP, SHOP_TOOLS, SHOP_TASK) == {}


STORES = {
    "rows": [
        {"store_id": 3, "store": "Ghent", "sales": 61020},
        {"store_id": 5, "store": "Utrecht", "sales": 55870},
        {"store_id": 6, "store": "Lille", "sales": 49115},
        {"store_id": 9, "store": "Namur", "sales": 8240},
    ]
}
DAYS = {"rows": [{"day": f"2024-06-{d:02}", "sales": 740 + d} for d in range(1, 12)]}
FIGURES = [
    Line("system", "You answer questions about a chain of stores. Today is 1 July 2024."),
    Line("user", "Morning. Could you list June sales by store?"),
    call("sales_by_store", STORES, month="2024-06"),
    Line(
        "assistant",
        "June came to €174,245 over 4 stores. The strongest were Ghent (€61,020), Utrecht (€55,870) and Lille (€49,115);"
        " the weakest was Namur with €8,240. Do you want all of them in one list?",
    ),
    Line("user", "No, top three is fine. But Namur at 8k? That sounds off, they did 20 in May. Are you sure?"),
    call("sales_by_day", DAYS, store_id=9, month="2024-06"),
    call("sales_by_store", {"rows": [{"store_id": 9, "store": "Namur", "sales": 20480}]}, month="2024-05", store_id=9),
    Line(
        "assistant",
        "That is what the records hold, but they stop on 11 June: only 11 days have sales, against a full month in May"
        " (€20,480). So June is probably incomplete for Namur rather than weak.",
    ),
    Line("user", "Right, the till was down. next thing: best seller overall?"),
    call(
        "top_products",
        {"rows": [{"product_id": 512, "product": "Linen throw", "units": 1204, "list_price": 3.99}]},
        limit=1,
    ),
    Line("assistant", "The linen throw, 1,204 units. Its list price is €3.99, which looks low."),
    Line("user", "good catch, that's a typo. should be 39.90. please fix"),
    Line(
        "assistant",
        "I'd change the linen throw from €3.99 to €39.90; orders already placed keep their price. Go ahead?",
    ),
    Line("user", "yep"),
    call("update_price", {"ok": True}, update("products", 512, price=39.9), product_id=512, price=39.9),
    call("get_product", {"product_id": 512, "product": "Linen throw", "list_price": 39.9}, product_id=512),
    Line("assistant", "Changed and checked: €39.90."),
    Line("user", "Thanks. Give me the summary and we're done."),
    Line(
        "assistant",
        "1. June: €174,245, Ghent first with €61,020.\n2. Utrecht €55,870 and Lille €49,115 follow.\n"
        "3. Namur is incomplete: €8,240 on 11 days.\n4. The linen throw now costs €39.90 instead of €3.99.",
    ),
    Line("user", "perfect"),
]
FIGURES_TOOLS = (
    tool("sales_by_store"),
    tool("sales_by_day"),
    tool("top_products"),
    tool("get_product"),
    tool("update_price", "write"),
)
FIGURES_TASK = Task(
    "figures",
    "There is a correct June summary of sales by store with the top three named, and the wrong price of the best-selling"
    " product is put right: it should be 39.90.",
    known=(Fact("", "Namur did about 20 thousand in May, June says 8k"),),
    target=(update("products", 512, price=39.9),),
)


def test_a_morning_with_figures() -> None:
    assert objections(FIGURES, FIGURES_TOOLS, FIGURES_TASK) == {}
