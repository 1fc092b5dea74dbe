"""The network's rows: whole, and nowhere at odds with themselves."""

from domains.tables import never, there_are

NOW = "2025-10-16 10:30:00"

# What must never be found, whatever the dice say.
CONTRADICTIONS = {
    "a line before its customer": "SELECT 1 FROM lines JOIN customers USING (customer_id) WHERE started_on < joined_on",
    "a customer who is a child": "SELECT 1 FROM customers WHERE date(date_of_birth, '+18 years') > joined_on",
    "a customer without a line": "SELECT 1 FROM customers WHERE customer_id NOT IN (SELECT customer_id FROM lines)",
    "a line used in another city": "SELECT 1 FROM lines JOIN customers c USING (customer_id) JOIN network_areas a USING (area_id) WHERE a.city <> c.city",
    "a line that is not ended and has no phone": "SELECT 1 FROM lines l LEFT JOIN handsets h USING (line_id) WHERE (l.status = 'ended') <> (h.device_id IS NULL)",
    "two add-ons of a kind": "SELECT 1 FROM line_add_ons JOIN extras USING (add_on_id) GROUP BY line_id, kind HAVING count(*) > 1",
    "an add-on before its line": "SELECT 1 FROM line_add_ons x JOIN lines l USING (line_id) WHERE x.started_on < l.started_on",
    "a line without a SIM in use": "SELECT 1 FROM lines WHERE line_id NOT IN (SELECT line_id FROM sims WHERE status <> 'replaced')",
    "a SIM that is blocked on a line that is not lost or stolen": """
        SELECT 1 FROM sims s JOIN lines l USING (line_id) WHERE s.status = 'blocked' AND ifnull(l.suspended_for, '') NOT IN ('lost', 'stolen')""",
    "data left that is not what the month says": """
        SELECT 1 FROM lines l JOIN monthly_usage u ON u.line_id = l.line_id AND u.month = '2025-10'
        WHERE l.status <> 'ended' AND data_left_gb <> round(allowance_gb + topped_up_gb - used_gb, 1)""",
    "an active line without this month": """
        SELECT 1 FROM lines WHERE status <> 'ended' AND line_id NOT IN (SELECT line_id FROM monthly_usage WHERE month = '2025-10')""",
    "gigabytes of top-ups without a top-up": "SELECT 1 FROM monthly_usage WHERE (top_ups = 0) <> (topped_up_gb = 0) OR top_ups > 3",
    "use before the line": "SELECT 1 FROM monthly_usage JOIN lines USING (line_id) WHERE month < substr(started_on, 1, 7)",
    "a bill that does not add up": """
        SELECT 1 FROM bills b WHERE amount_gbp <> (SELECT round(total(amount_gbp), 2) FROM bill_lines x WHERE x.bill_id = b.bill_id)""",
    "a charge for somebody else's line": """
        SELECT 1 FROM bill_lines JOIN bills b USING (bill_id) JOIN lines l USING (line_id) WHERE l.customer_id <> b.customer_id""",
    "a bill that is due on another day": "SELECT 1 FROM bills WHERE due_on <> date(issued_on, '+14 days')",
    "a paid bill that was not paid": """
        SELECT 1 FROM bills b WHERE (status = 'paid') <> (amount_gbp <= (SELECT total(amount_gbp) FROM payments p WHERE p.bill_id = b.bill_id))""",
    "a payment before its bill": "SELECT 1 FROM payments JOIN bills USING (bill_id) WHERE paid_at < issued_on",
    "an overdue bill that is not due yet, or an open one that was": f"""
        SELECT 1 FROM bills WHERE (status = 'overdue' AND due_on >= date('{NOW}')) OR (status = 'open' AND due_on < date('{NOW}'))""",
    "a credit for too short an outage, or another area's": """
        SELECT 1 FROM credits c JOIN outages o USING (outage_id) JOIN lines l USING (line_id)
        WHERE l.area_id <> o.area_id OR granted_at < ended_at OR c.amount_gbp <> min(15, 3 * CAST(julianday(ended_at) - julianday(started_at) + 0.0001 AS INTEGER))""",
    "two outages of a kind at once": """
        SELECT 1 FROM outages a JOIN outages b USING (area_id) WHERE a.outage_id < b.outage_id AND a.ended_at IS NULL AND b.ended_at IS NULL""",
    "a ticket before its line": "SELECT 1 FROM tickets JOIN lines USING (line_id) WHERE opened_at < started_on",
    "two open tickets about one thing": "SELECT 1 FROM tickets WHERE status = 'open' GROUP BY line_id, topic HAVING count(*) > 1",
    "two open handovers for one matter": "SELECT 1 FROM handovers WHERE status = 'open' GROUP BY customer_id, reason HAVING count(*) > 1",
}  # fmt: skip

# What must be there for people to talk about.
EDGE_CASES = {
    "two people of one name in different cities": (4, "SELECT 1 FROM customers GROUP BY first_name, last_name HAVING count(DISTINCT city) = 2"),
    "customers without an e-mail address": (8, "SELECT 1 FROM customers WHERE email IS NULL"),
    "families with three lines or more": (15, "SELECT 1 FROM lines GROUP BY customer_id HAVING count(*) >= 3"),
    "lines within their least term": (60, "SELECT 1 FROM lines WHERE status = 'active' AND least_term_ends_on > '2025-10-16'"),
    "lines whose plan was changed a short while ago": (8, "SELECT 1 FROM lines WHERE plan_changed_on > '2025-09-16'"),
    "lines on a plan that is no longer sold": (15, "SELECT 1 FROM lines JOIN plans USING (plan_id) WHERE on_sale = 0"),
    "lines without data": (6, "SELECT 1 FROM lines WHERE data_left_gb = 0 AND status = 'active'"),
    "lines suspended for a bill": (8, "SELECT 1 FROM lines WHERE suspended_for = 'unpaid bill'"),
    "lines suspended for a bill that is settled": (3, """
        SELECT 1 FROM lines WHERE suspended_for = 'unpaid bill' AND customer_id NOT IN (SELECT customer_id FROM bills WHERE status = 'overdue')"""),
    "lost and stolen phones": (8, "SELECT 1 FROM lines WHERE suspended_for IN ('lost', 'stolen')"),
    "overdue bills": (12, "SELECT 1 FROM bills WHERE status = 'overdue'"),
    "open bills too small for instalments": (20, "SELECT 1 FROM bills WHERE status = 'open' AND amount_gbp < 30"),
    "outages that go on": (3, "SELECT 1 FROM outages WHERE ended_at IS NULL"),
    "addresses changed in the last fortnight": (2, "SELECT 1 FROM customers WHERE address_changed_on > '2025-10-02'"),
    "open tickets": (2, "SELECT 1 FROM tickets WHERE status = 'open'"),
    "matters with a colleague": (4, "SELECT 1 FROM handovers WHERE status = 'open'"),
    "names beyond ASCII": (3, "SELECT 1 FROM customers WHERE last_name GLOB '*[^ -~]*' OR first_name GLOB '*[^ -~]*'"),
    "phones abroad": (15, "SELECT 1 FROM handsets WHERE place = 'abroad'"),
}  # fmt: skip

test_never, test_there_are = never(CONTRADICTIONS), there_are(EDGE_CASES)
