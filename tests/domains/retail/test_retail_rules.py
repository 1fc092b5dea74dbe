"""Each rule of the policy: kept, the tool goes through; broken, its own error comes back and nothing has changed.

`lines` has one row per line that was delivered and of which something can still come back.
"""

from domains.tables import Rules, broken, elsewhere, every_guard, kept

LINES = """
WITH lines AS (
  SELECT l.line_id, l.order_id, l.quantity, l.variant_id, v.product_id, v.price_gbp, p.status AS sold,
    julianday('2025-06-14') - julianday(date(s.delivered_at)) AS days,
    l.quantity - (SELECT total(quantity) FROM returns r WHERE r.line_id = l.line_id)
      - (SELECT total(quantity) FROM exchanges e WHERE e.line_id = l.line_id) AS left_units,
    (SELECT method FROM payments y WHERE y.order_id = l.order_id) AS method
  FROM order_lines l JOIN variants v USING (variant_id) JOIN products p USING (product_id) JOIN shipments s USING (order_id)
  WHERE s.delivered_at IS NOT NULL
), offers AS (
  SELECT v.variant_id, v.product_id, v.price_gbp, s.quantity AS in_stock, p.status AS sold
  FROM variants v JOIN stock s USING (variant_id) JOIN products p USING (product_id)
)
"""
_SWAP = """FROM lines l JOIN offers o ON o.product_id = l.product_id AND o.price_gbp <= l.price_gbp AND o.variant_id <> l.variant_id
           WHERE l.left_units > 0 AND l.days <= 30 AND l.sold = 'active'"""

# rule → tool, arguments that keep it, arguments that break it, the error. The arguments are a query's first row.
CASES: dict[str, tuple[str, str, str, str]] = {
    "cancel_before_packing": (
        "cancel_order",
        "SELECT order_id FROM orders WHERE status = 'processing'",
        "SELECT order_id FROM orders WHERE status = 'packed'",
        "precondition_failed",
    ),
    "address_before_label": (
        "change_shipping_address",
        "SELECT order_id, '12 Weaver''s Row' AS line1 FROM orders WHERE status = 'pending'",
        "SELECT order_id, '12 Weaver''s Row' AS line1 FROM orders JOIN shipments USING (order_id) WHERE status = 'processing'",
        "address_locked",
    ),
    "own_address": (
        "change_shipping_address",
        """SELECT order_id, a.address_id FROM orders o JOIN addresses a USING (customer_id)
           WHERE o.status IN ('pending', 'processing') AND a.address_id <> o.address_id AND order_id NOT IN (SELECT order_id FROM shipments)""",
        """SELECT order_id, a.address_id FROM orders o JOIN addresses a ON a.customer_id <> o.customer_id
           WHERE o.status IN ('pending', 'processing') AND order_id NOT IN (SELECT order_id FROM shipments)""",
        "policy",
    ),
    "delivery_area": (
        "change_shipping_address",
        "SELECT order_id, '12 Weaver''s Row' AS line1, 'Leeds' AS city, 'ls11 5ps' AS postcode FROM orders WHERE status = 'pending'",
        "SELECT order_id, 'Rue Haute 12' AS line1, 'Bruxelles' AS city, '1000' AS postcode FROM orders WHERE status = 'pending'",
        "outside_delivery_area",
    ),
    "return_window": (
        "return_line",
        "SELECT line_id, 'faulty' AS reason FROM lines WHERE left_units > 0 AND days BETWEEN 31 AND 60 AND sold = 'active'",
        "SELECT line_id, 'changed mind' AS reason FROM lines WHERE left_units > 0 AND days BETWEEN 31 AND 60 AND sold = 'active'",
        "window_closed",
    ),
    "final_sale": (
        "return_line",
        "SELECT line_id, 'damaged' AS reason FROM lines WHERE left_units > 0 AND days <= 30 AND sold = 'clearance'",
        "SELECT line_id, 'changed mind' AS reason FROM lines WHERE left_units > 0 AND days <= 30 AND sold = 'clearance'",
        "final_sale",
    ),
    "same_product": (
        "exchange_line",
        f"SELECT l.line_id, o.variant_id, 'changed mind' AS reason {_SWAP} AND o.in_stock > 9",
        """SELECT l.line_id, o.variant_id, 'changed mind' AS reason FROM lines l JOIN offers o ON o.product_id <> l.product_id
           WHERE l.left_units > 0 AND l.days <= 30 AND l.sold = 'active' AND o.in_stock > 9 AND o.price_gbp < l.price_gbp""",
        "different_product",
    ),
    "no_dearer": (
        "exchange_line",
        f"SELECT l.line_id, o.variant_id, 'wrong size' AS reason {_SWAP} AND o.in_stock > 9 AND o.price_gbp < l.price_gbp",
        """SELECT l.line_id, o.variant_id, 'wrong size' AS reason FROM lines l JOIN offers o USING (product_id)
           WHERE l.left_units > 0 AND l.days <= 30 AND l.sold = 'active' AND o.in_stock > 9 AND o.price_gbp > l.price_gbp""",
        "dearer_variant",
    ),
    "units_bought": (
        "return_line",
        "SELECT line_id, 'faulty' AS reason, 1 AS quantity FROM lines WHERE left_units = 2 AND days <= 30",
        "SELECT line_id, 'faulty' AS reason, 3 AS quantity FROM lines WHERE left_units = 2 AND days <= 30",
        "quantity_exceeded",
    ),
    "original_method": (
        "return_line",
        "SELECT line_id, 'faulty' AS reason, 'paypal' AS refund_to FROM lines WHERE left_units > 0 AND days <= 30 AND method = 'paypal'",
        "SELECT line_id, 'faulty' AS reason, 'gift card' AS refund_to FROM lines WHERE left_units > 0 AND days <= 30 AND method = 'card'",
        "policy",
    ),
    "quantity_limit": (
        "place_order",
        """SELECT customer_id, variant_id, 6 AS quantity, 'card' AS payment_method FROM addresses, offers
           WHERE is_default AND in_stock > 20 AND sold = 'active'""",
        """SELECT customer_id, variant_id, 7 AS quantity, 'card' AS payment_method FROM addresses, offers
           WHERE is_default AND in_stock > 20 AND sold = 'active'""",
        "quantity_limit",
    ),
    "in_stock": (
        "place_order",
        """SELECT customer_id, variant_id, 2 AS quantity, 'card' AS payment_method FROM addresses, offers
           WHERE is_default AND in_stock = 2 AND sold = 'active'""",
        """SELECT customer_id, variant_id, 3 AS quantity, 'card' AS payment_method FROM addresses, offers
           WHERE is_default AND in_stock = 2 AND sold = 'active'""",
        "out_of_stock",
    ),
}

# The same rules for the other tools they bind, where the case above shows one of them.
MORE: list[tuple[str, str, str]] = [
    ("exchange_line", f"SELECT l.line_id, o.variant_id, 'faulty' AS reason {_SWAP} AND o.in_stock = 0", "out_of_stock"),
    ("exchange_line", """SELECT line_id, variant_id, 'changed mind' AS reason FROM lines WHERE left_units > 0 AND days > 60""", "window_closed"),
    ("exchange_line", """SELECT line_id, variant_id, 'wrong size' AS reason FROM lines WHERE days <= 30 AND sold = 'clearance'""", "final_sale"),
    ("exchange_line", """SELECT line_id, variant_id, 'faulty' AS reason FROM lines WHERE left_units = 0 AND days <= 30""", "quantity_exceeded"),
    ("return_line", """SELECT line_id, 'faulty' AS reason FROM lines WHERE left_units = 0 AND days <= 30""", "quantity_exceeded"),
    ("return_line", """SELECT line_id, 'faulty' AS reason FROM lines WHERE days BETWEEN 61 AND 70""", "window_closed"),
    ("add_to_order", """SELECT order_id, variant_id, 5 AS quantity FROM orders JOIN order_lines l USING (order_id) JOIN offers USING (variant_id)
        WHERE orders.status = 'processing' AND order_id NOT IN (SELECT order_id FROM shipments) AND l.quantity = 2 AND in_stock > 9""", "quantity_limit"),
    ("add_to_order", """SELECT order_id, variant_id, 1 AS quantity FROM orders, offers WHERE in_stock = 0 AND sold = 'active'
        AND status = 'pending'""", "out_of_stock"),
    ("cancel_order", "SELECT order_id FROM orders WHERE status = 'delivered'", "precondition_failed"),
    ("change_shipping_address", "SELECT order_id, '3 High Street' AS line1 FROM orders WHERE status = 'delivered'", "address_locked"),
]  # fmt: skip

RULES = Rules(CASES, MORE, LINES)
test_kept, test_broken = kept(RULES), broken(RULES)
test_elsewhere, test_every_guard_has_its_case = elsewhere(RULES), every_guard(RULES)
