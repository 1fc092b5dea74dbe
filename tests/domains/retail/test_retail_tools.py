"""The shop's tools: what they find, what they change, and that results are what they promise."""

from domains.desk import Ask, Do, changed
from domains.tables import mistakes, reads, the_set, writes
from duologue.environment import SqliteSession

# ── The conversation the shop is made for ────────────────────────────────────────────────────────────────────────────────


def test_a_broken_kettle(do: Do, session: SqliteSession) -> None:
    people = do("find_customer", name="dana hollis")["rows"]
    assert sorted(p["home_city"] for p in people) == ["Bristol", "Leeds"]
    dana = next(p["customer_id"] for p in people if p["home_city"] == "Leeds")
    orders = {o["ordered_at"][:10]: o for o in do("list_orders", customer_id=dana)["rows"]}
    may, june = orders["2025-05-07"], orders["2025-06-12"]
    assert (may["order_status"], june["order_status"]) == ("delivered", "processing")

    kettle, mugs = do("get_order_lines", order_id=may["order_id"])["rows"]
    assert (kettle["item"], kettle["unit_price_gbp"]) == ("Alder electric kettle, white, 1.7 l", 54.9)
    assert mugs["quantity"] == 2
    variants = do("list_variants", product_id=kettle["product_id"])["rows"]
    large = {v["colour"]: v for v in variants if v["size"] == "1.7 l"}
    assert {c: v["in_stock"] > 0 for c, v in large.items()} == {
        "white": True,
        "black": False,
        "slate": True,
        "cream": True,
    }

    refused = session.execute(
        "exchange_line", {"line_id": kettle["line_id"], "variant_id": large["black"]["variant_id"], "reason": "faulty"}
    )
    assert refused.result["error"] == {
        "type": "out_of_stock",
        "message": "Not enough in stock: Alder electric kettle, black, 1.7 l, 0 left, 1 needed.",
    }
    done = do("exchange_line", line_id=kettle["line_id"], variant_id=large["slate"]["variant_id"], reason="faulty")
    assert done["item"] == "Alder electric kettle, slate, 1.7 l"
    assert done["in_stock"] == large["slate"]["in_stock"] - 1
    assert done["refund_id"] is None
    assert do("get_order_lines", order_id=done["order_id"])["rows"][0]["line_status"] == "exchanged"

    locked = session.execute("change_shipping_address", {"order_id": june["order_id"], "line1": "12 Tannery Lane"})
    assert locked.result["error"]["type"] == "address_locked"
    assert "2025-06-14" in locked.result["error"]["message"]


# ── What changes ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_place_add_and_cancel(do: Do, session: SqliteSession, ask: Ask) -> None:
    buyer = ask("SELECT customer_id FROM addresses WHERE is_default LIMIT 1")[0]["customer_id"]
    throw, mug = (
        ask("""SELECT variant_id, price_gbp FROM variants JOIN stock USING (variant_id) JOIN products p USING (product_id)
        WHERE p.name IN ('Lambswool throw', 'Stoneware mug') AND quantity > 8 GROUP BY p.name ORDER BY price_gbp DESC""")
    )
    before = {r["variant_id"]: r["quantity"] for r in ask("SELECT variant_id, quantity FROM stock")}
    order = do(
        "place_order",
        customer_id=buyer,
        variant_id=throw["variant_id"],
        payment_method="card",
        delivery="express",
    )
    assert (order["order_status"], order["payment_status"], order["quantity"]) == ("processing", "paid", 1)
    assert (order["delivery_fee_gbp"], order["total_gbp"]) == (6.95, round(throw["price_gbp"] + 6.95, 2))
    more = do("add_to_order", order_id=order["order_id"], variant_id=mug["variant_id"], quantity=2)
    assert more["amount_gbp"] == round(2 * mug["price_gbp"], 2)
    assert more["total_gbp"] == round(order["total_gbp"] + more["amount_gbp"], 2)
    assert session.execute("cancel_order", {"order_id": order["order_id"]}).result["refund_gbp"] == more["total_gbp"]
    again = session.execute("cancel_order", {"order_id": order["order_id"]})
    assert again.result["error"]["type"] == "precondition_failed"
    assert {row[0]: row[1] for row in session.rows("stock")} == before


def test_fees_and_transfers(do: Do, ask: Ask) -> None:
    buyer = ask("SELECT customer_id FROM addresses WHERE is_default LIMIT 1")[0]["customer_id"]
    mug = ask(
        """SELECT variant_id FROM variants JOIN stock USING (variant_id) WHERE price_gbp = 9.95 AND quantity > 11"""
    )[0]
    for quantity, fee in ((1, 3.95), (6, 0.0)):
        order = do("place_order", customer_id=buyer, **mug, quantity=quantity, payment_method="bank transfer")
        assert (order["order_status"], order["payment_status"], order["delivery_fee_gbp"]) == (
            "pending",
            "awaited",
            fee,
        )
    cancelled = do("cancel_order", order_id=order["order_id"])
    assert cancelled["refund_id"] is None
    assert do("get_order", order_id=order["order_id"])["payment_status"] == "void"


def test_cancelling_an_order_with_a_label(do: Do, session: SqliteSession, ask: Ask) -> None:
    order = ask("SELECT order_id FROM orders JOIN shipments USING (order_id) WHERE status = 'processing'")[0]
    done = changed(session, "cancel_order", **order)
    assert done["shipments"] == ["delete"]
    assert done["refunds"] == ["insert"]
    assert do("get_order", **order)["label_printed_at"] is None


def test_an_address_is_new_or_known(do: Do, session: SqliteSession, ask: Ask) -> None:
    order = ask("SELECT order_id, customer_id FROM orders WHERE status = 'pending'")[0]
    move = {"order_id": order["order_id"], "line1": " 12 Tannery Lane ", "city": "Leeds", "postcode": "ls11 5ps"}
    assert changed(session, "change_shipping_address", **move) == {"addresses": ["insert"], "orders": ["update"]}
    assert do("get_order", order_id=order["order_id"])["postcode"] == "LS11 5PS"
    home = ask(
        f"SELECT line1, line2, city, postcode FROM addresses WHERE is_default AND customer_id = {order['customer_id']}"
    )[0]
    given = {k: v for k, v in home.items() if v is not None}
    assert changed(session, "change_shipping_address", order_id=order["order_id"], **given) == {"orders": ["update"]}


def test_returning_bit_by_bit(do: Do, ask: Ask) -> None:
    line = ask("""SELECT line_id, order_id, l.unit_price_gbp FROM order_lines l JOIN orders o USING (order_id) JOIN shipments USING (order_id)
        WHERE o.status = 'delivered' AND l.quantity = 2 AND l.status = 'active' AND delivered_at > '2025-05-20'
          AND (SELECT count(*) FROM order_lines m WHERE m.order_id = l.order_id) = 1""")[0]
    first = do("return_line", line_id=line["line_id"], reason="changed mind", quantity=1)
    assert (first["order_status"], first["refund_gbp"]) == ("partly returned", line["unit_price_gbp"])
    second = do("return_line", line_id=line["line_id"], reason="faulty")
    assert (second["order_status"], second["units_returned"]) == ("returned", 1)
    assert second["return_id"] == first["return_id"] + 1
    assert do("get_order", order_id=line["order_id"])["refunded_gbp"] == round(2 * line["unit_price_gbp"], 2)


def test_a_cheaper_exchange_is_refunded(do: Do, ask: Ask) -> None:
    swap = ask("""SELECT l.line_id, n.variant_id, round(l.quantity * (v.price_gbp - n.price_gbp), 2) AS less
        FROM order_lines l JOIN shipments USING (order_id) JOIN variants v USING (variant_id)
          JOIN variants n ON n.product_id = v.product_id AND n.price_gbp < v.price_gbp JOIN stock k ON k.variant_id = n.variant_id
        WHERE delivered_at > '2025-05-20' AND l.status = 'active' AND k.quantity > 6""")[0]
    less = swap.pop("less")
    assert do("exchange_line", **swap, reason="wrong size")["refund_gbp"] == less


test_mistakes = mistakes([
    ("list_orders", {"customer_id": 1}, "not_found"),
    ("get_order", {"order_id": 1}, "not_found"),
    ("get_order_lines", {"order_id": 1}, "not_found"),
    ("list_variants", {"product_id": 1}, "not_found"),
    ("cancel_order", {"order_id": 1}, "not_found"),
    ("change_shipping_address", {"order_id": 1, "line1": "1 High Street"}, "not_found"),
    ("return_line", {"line_id": 1, "reason": "faulty"}, "not_found"),
    ("exchange_line", {"line_id": 1, "variant_id": 5001, "reason": "faulty"}, "not_found"),
    ("exchange_line", {"line_id": 90001, "variant_id": 1, "reason": "faulty"}, "not_found"),
    ("add_to_order", {"order_id": 1, "variant_id": 5001}, "not_found"),
    ("add_to_order", {"order_id": 40112, "variant_id": 1}, "not_found"),
    ("place_order", {"customer_id": 1, "variant_id": 5001, "payment_method": "card"}, "not_found"),
    ("place_order", {"customer_id": 1001, "variant_id": 1, "payment_method": "card"}, "not_found"),
    ("place_order", {"customer_id": 1001, "variant_id": 5001, "payment_method": "cash"}, "invalid_arguments"),
    ("return_line", {"line_id": 90001, "reason": "ugly"}, "invalid_arguments"),
    ("find_customer", {"name": ""}, "invalid_arguments"),
    ("find_customer", {}, "invalid_arguments"),
])  # fmt: skip


test_preconditions = mistakes([
    ("place_order", """SELECT customer_id, 5001 AS variant_id, 'card' AS payment_method FROM customers
        WHERE customer_id NOT IN (SELECT customer_id FROM addresses)""", "precondition_failed"),
    ("place_order", """SELECT 1001 AS customer_id, variant_id, 'card' AS payment_method FROM variants JOIN products USING (product_id)
        WHERE status = 'discontinued'""", "discontinued"),
    ("add_to_order", """SELECT order_id, variant_id FROM orders o, variants JOIN products p USING (product_id)
        WHERE o.status = 'pending' AND p.status = 'discontinued'""", "discontinued"),
    ("add_to_order", "SELECT order_id, 5001 AS variant_id FROM orders WHERE status = 'shipped'", "precondition_failed"),
    ("add_to_order", """SELECT order_id, 5001 AS variant_id FROM orders JOIN shipments USING (order_id)
        WHERE status = 'processing'""", "precondition_failed"),
    ("return_line", """SELECT line_id, 'faulty' AS reason FROM order_lines JOIN orders o USING (order_id)
        WHERE o.status = 'shipped'""", "precondition_failed"),
    ("exchange_line", """SELECT line_id, variant_id, 'faulty' AS reason FROM order_lines JOIN orders o USING (order_id)
        WHERE o.status = 'processing'""", "precondition_failed"),
    ("change_shipping_address", "SELECT order_id, '1 High Street' AS line1 FROM orders WHERE status = 'cancelled'", "precondition_failed"),
    ("change_shipping_address", "SELECT order_id FROM orders WHERE status = 'pending'", "precondition_failed"),
    ("change_shipping_address", "SELECT order_id, address_id, '1 High Street' AS line1 FROM orders WHERE status = 'pending'", "precondition_failed"),
    ("change_shipping_address", "SELECT order_id, 1 AS address_id FROM orders WHERE status = 'pending'", "not_found"),
])  # fmt: skip


# ── Promises ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

EVERY = {
    "find_customer": "SELECT DISTINCT last_name AS name FROM customers",
    "list_orders": "SELECT customer_id FROM customers",
    "get_order": "SELECT order_id FROM orders",
    "get_order_lines": "SELECT order_id FROM orders",
    "find_products": "SELECT name, category FROM products",
    "list_variants": "SELECT product_id FROM products",
}


test_reads_keep_their_promise = reads(EVERY, empty=("list_orders",))


WRITES = {
    "place_order": "SELECT 1001 AS customer_id, variant_id, 'paypal' AS payment_method FROM stock WHERE quantity > 9",
    "add_to_order": "SELECT order_id, 5004 AS variant_id FROM orders WHERE status = 'pending'",
    "change_shipping_address": "SELECT order_id, '4 Ferry Lane' AS line1 FROM orders WHERE status = 'pending'",
    "cancel_order": "SELECT order_id FROM orders WHERE status IN ('pending', 'processing')",
    "return_line": """SELECT line_id, 'faulty' AS reason FROM order_lines JOIN shipments USING (order_id)
        WHERE delivered_at > '2025-05-01' AND status = 'active' ORDER BY line_id""",
    "exchange_line": """SELECT line_id, variant_id, 'faulty' AS reason FROM order_lines l JOIN shipments USING (order_id)
        JOIN stock s USING (variant_id) WHERE delivered_at > '2025-05-01' AND status = 'active' AND s.quantity >= l.quantity
        ORDER BY line_id DESC""",
}  # fmt: skip
test_writes_keep_their_promise = writes(WRITES)


test_the_set = the_set(EVERY, WRITES)
