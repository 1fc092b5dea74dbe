"""The shop's rows: whole, and nowhere at odds with themselves."""

from domains.tables import never, there_are

# What must never be found, whatever the dice say.
CONTRADICTIONS = {
    "an order before its customer joined": "SELECT 1 FROM orders JOIN customers USING (customer_id) WHERE date(ordered_at) < joined_on",
    "an order to somebody else's address": "SELECT 1 FROM orders o JOIN addresses a USING (address_id) WHERE a.customer_id <> o.customer_id",
    "an order without lines": "SELECT 1 FROM orders WHERE order_id NOT IN (SELECT order_id FROM order_lines)",
    "a total that does not add up": """
        SELECT 1 FROM orders o WHERE total_gbp <> round(delivery_fee_gbp +
          (SELECT sum(quantity * unit_price_gbp) FROM order_lines l WHERE l.order_id = o.order_id), 2)""",
    "payments that do not add up to the total": """
        SELECT 1 FROM orders o WHERE total_gbp <>
          (SELECT round(total(amount_gbp), 2) FROM payments p WHERE p.order_id = o.order_id)""",
    "a payment before its order": "SELECT 1 FROM payments JOIN orders USING (order_id) WHERE paid_at < ordered_at",
    "a pending order that is paid": "SELECT 1 FROM orders o JOIN payments p USING (order_id) WHERE (o.status = 'pending') <> (p.status = 'awaited')",
    "a label before the payment": "SELECT 1 FROM shipments JOIN payments USING (order_id) WHERE paid_at IS NULL OR label_printed_at < paid_at",
    "something shipped that was not packed": """
        SELECT 1 FROM orders o LEFT JOIN shipments s USING (order_id)
        WHERE (o.status IN ('pending', 'cancelled') AND s.order_id IS NOT NULL) OR (o.status = 'packed' AND s.label_printed_at IS NULL)
          OR (o.status = 'shipped') <> (s.shipped_at IS NOT NULL AND s.delivered_at IS NULL)
          OR (o.status IN ('delivered', 'returned', 'partly returned')) <> (s.delivered_at IS NOT NULL)""",
    "a delivery on Christmas Day or a Sunday": """
        SELECT 1 FROM shipments WHERE strftime('%w', delivered_at) = '0' OR strftime('%m-%d', delivered_at) = '12-25'""",
    "a return before delivery or beyond its window": """
        SELECT 1 FROM returns JOIN order_lines USING (line_id) JOIN shipments USING (order_id)
        WHERE requested_at <= delivered_at OR julianday(date(requested_at)) - julianday(date(delivered_at)) >
          iif(reason IN ('faulty', 'damaged', 'wrong item'), 60, 30)""",
    "an exchange before delivery or beyond its window": """
        SELECT 1 FROM exchanges e JOIN order_lines USING (line_id) JOIN shipments USING (order_id)
        WHERE requested_at <= delivered_at OR julianday(date(requested_at)) - julianday(date(delivered_at)) >
          iif(reason IN ('faulty', 'damaged', 'wrong item'), 60, 30)""",
    "more units back than bought": """
        SELECT 1 FROM order_lines l WHERE quantity < (SELECT total(quantity) FROM returns r WHERE r.line_id = l.line_id)
          + (SELECT total(quantity) FROM exchanges e WHERE e.line_id = l.line_id)""",
    "an exchange for another product, or a dearer variant": """
        SELECT 1 FROM exchanges e JOIN order_lines l USING (line_id) JOIN variants new ON new.variant_id = e.variant_id
          JOIN variants old ON old.variant_id = l.variant_id WHERE new.product_id <> old.product_id OR new.price_gbp > old.price_gbp""",
    "a line whose status disagrees with its returns": """
        SELECT 1 FROM order_lines l LEFT JOIN (SELECT line_id, sum(quantity) AS back FROM returns GROUP BY line_id) r USING (line_id)
        WHERE (l.status = 'returned') <> (ifnull(back, 0) = quantity)
          OR (l.status = 'partly returned') <> (ifnull(back, 0) BETWEEN 1 AND quantity - 1)
          OR (l.status = 'exchanged') <> EXISTS (SELECT 1 FROM exchanges e WHERE e.line_id = l.line_id)""",
    "an order whose status disagrees with its lines": """
        SELECT 1 FROM orders o JOIN order_lines l USING (order_id) GROUP BY o.order_id
        HAVING (o.status = 'returned') <> (min(l.status = 'returned') = 1)
          OR (o.status = 'partly returned') <> (max(l.status LIKE '%returned') = 1 AND min(l.status = 'returned') = 0)
          OR (o.status = 'cancelled') <> (min(l.status = 'cancelled') = 1)""",
    "a refund to another method": "SELECT 1 FROM refunds r JOIN payments p USING (order_id) WHERE r.method <> p.method",
    "a return without its refund": """
        SELECT 1 FROM returns t JOIN order_lines l USING (line_id) LEFT JOIN refunds r USING (return_id)
        WHERE r.amount_gbp IS NOT round(t.quantity * l.unit_price_gbp, 2) OR r.order_id <> l.order_id""",
    "more refunded than paid": """
        SELECT 1 FROM payments p WHERE amount_gbp < (SELECT total(amount_gbp) FROM refunds r WHERE r.order_id = p.order_id) - 0.001""",
    "a cancelled and paid order without its refund": """
        SELECT 1 FROM orders o JOIN payments p USING (order_id) LEFT JOIN refunds r USING (order_id)
        WHERE o.status = 'cancelled' AND p.status = 'paid' AND r.amount_gbp IS NOT o.total_gbp""",
    "more than six of one variant in an order": "SELECT 1 FROM order_lines GROUP BY order_id, variant_id HAVING sum(quantity) > 6",
    "something sold before its launch": """
        SELECT 1 FROM order_lines JOIN orders USING (order_id) JOIN variants USING (variant_id) JOIN products USING (product_id)
        WHERE date(ordered_at) < launched_on""",
    "a price that ends oddly": "SELECT 1 FROM variants WHERE round(price_gbp * 100) % 100 NOT IN (90, 95, 99, 0)",
    "a customer with addresses but no default one": "SELECT 1 FROM addresses GROUP BY customer_id HAVING sum(is_default) <> 1",
}

# What must be there for people to talk about.
EDGE_CASES = {
    "variants out of stock whose sisters are not": (5, """
        SELECT 1 FROM variants v JOIN stock s USING (variant_id) WHERE s.quantity = 0 AND EXISTS (
          SELECT 1 FROM variants w JOIN stock t USING (variant_id) WHERE w.product_id = v.product_id AND t.quantity > 0)"""),
    "two people of one name in different cities": (5, """
        SELECT 1 FROM customers JOIN addresses USING (customer_id) WHERE is_default GROUP BY first_name, last_name
        HAVING count(*) = 2 AND count(DISTINCT city) = 2"""),
    "customers without orders": (20, "SELECT 1 FROM customers WHERE customer_id NOT IN (SELECT customer_id FROM orders)"),
    "customers without an address": (5, "SELECT 1 FROM customers WHERE customer_id NOT IN (SELECT customer_id FROM addresses)"),
    "orders partly returned": (20, "SELECT 1 FROM orders WHERE status = 'partly returned'"),
    "lines partly returned": (5, "SELECT 1 FROM order_lines WHERE status = 'partly returned'"),
    "orders that can be cancelled": (20, "SELECT 1 FROM orders WHERE status IN ('pending', 'processing')"),
    "orders being processed whose label is printed": (3, "SELECT 1 FROM orders JOIN shipments USING (order_id) WHERE status = 'processing'"),
    "orders being packed": (5, "SELECT 1 FROM orders WHERE status = 'packed'"),
    "orders delivered within 30 days": (30, "SELECT 1 FROM shipments WHERE delivered_at > datetime('2025-06-14', '-29 days')"),
    "orders delivered 31 to 60 days ago": (10, """
        SELECT 1 FROM shipments WHERE delivered_at BETWEEN datetime('2025-06-14', '-59 days') AND datetime('2025-06-14', '-32 days')"""),
    "orders beyond all windows": (200, "SELECT 1 FROM shipments WHERE delivered_at < datetime('2025-06-14', '-61 days')"),
    "clearance goods": (2, "SELECT 1 FROM products WHERE status = 'clearance'"),
    "goods no longer sold": (2, "SELECT 1 FROM products WHERE status = 'discontinued'"),
    "refunds on their way": (3, "SELECT 1 FROM refunds WHERE status = 'pending'"),
    "names beyond ASCII": (5, "SELECT 1 FROM customers WHERE last_name GLOB '*[^ -~]*' OR first_name GLOB '*[^ -~]*'"),
}  # fmt: skip

test_never, test_there_are = never(CONTRADICTIONS), there_are(EDGE_CASES)
