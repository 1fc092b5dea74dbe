"""Each rule of the network's policy, on both sides of its edge: kept, the tool goes through; broken, its own error comes back and
nothing has changed. It is half past ten on 16 October 2025."""

from domains.desk import Ask, refusal
from domains.tables import Rules, broken, elsewhere, every_guard, kept
from duologue.environment import SqliteSession

LINES = """
WITH at AS (
  SELECT l.*, c.first_name || ' ' || c.last_name AS name, c.date_of_birth, c.city, p.name AS plan, p.monthly_price_gbp AS price,
    (SELECT count(*) FROM bills b WHERE b.customer_id = l.customer_id AND b.status = 'overdue') AS owed
  FROM lines l JOIN customers c USING (customer_id) JOIN plans p USING (plan_id)
), sold AS (SELECT * FROM plans WHERE on_sale), due AS (
  SELECT b.*, c.first_name || ' ' || c.last_name AS name FROM bills b JOIN customers c USING (customer_id) WHERE status IN ('open', 'overdue')
)
"""
_DEARER = "at.price < sold.monthly_price_gbp AND at.plan_id <> sold.plan_id"
_CHEAPER = "at.price > sold.monthly_price_gbp"

# rule → tool, arguments that keep it, arguments that break it, the error. The arguments are a query's first row.
CASES: dict[str, tuple[str, str, str, str]] = {
    "plan_once_a_month": (
        "change_plan",
        f"SELECT line_id, sold.plan_id FROM at, sold WHERE at.name = 'Anjali Bose' AND {_DEARER}",
        f"SELECT line_id, sold.plan_id FROM at, sold WHERE at.name = 'Tom Ackroyd' AND {_DEARER}",
        "changed_recently",
    ),
    "least_term": (
        "change_plan",
        f"SELECT line_id, sold.plan_id FROM at, sold WHERE at.name = 'Rosie Marlow' AND {_CHEAPER}",
        f"SELECT line_id, sold.plan_id FROM at, sold WHERE at.name = 'Declan Furlong' AND {_CHEAPER}",
        "least_term",
    ),
    "one_of_a_kind": (
        "add_add_on",
        "SELECT line_id, add_on_id FROM at, extras a WHERE at.name = 'Megan Stroud' AND a.kind = 'phone cover'",
        "SELECT line_id, add_on_id FROM at, extras a WHERE at.name = 'Megan Stroud' AND a.name = 'World Pass'",
        "add_on_there",
    ),
    "three_top_ups": (
        "top_up_data",
        "SELECT line_id, 10 AS top_up_gb FROM at WHERE name = 'Folake Balogun'",
        "SELECT line_id, 10 AS top_up_gb FROM at WHERE name = 'Lewis Garrow'",
        "top_up_limit",
    ),
    "roaming_from_30_days": (
        "enable_roaming",
        "SELECT line_id FROM at WHERE name = 'Chiara Moretti'",
        "SELECT line_id FROM at WHERE name = 'Jonas Halvorsen'",
        "line_too_new",
    ),
    "nothing_overdue": (
        "enable_roaming",
        "SELECT line_id FROM at WHERE name = 'Helen Prowse'",
        "SELECT line_id FROM at WHERE name = 'Imran Aziz'",
        "bill_overdue",
    ),
    "new_sim_after_theft": (
        "resume_line",
        "SELECT line_id, security_pin FROM at WHERE name = 'Zara Chaudhry'",
        "SELECT line_id, security_pin FROM at WHERE name = 'Graham Tolley'",
        "new_sim_needed",
    ),
    "security_pin": (
        "swap_sim",
        "SELECT line_id, 'SIM card' AS sim_kind, security_pin FROM at WHERE name = 'Grace Hadley' AND city = 'Leeds'",
        """SELECT line_id, 'SIM card' AS sim_kind, substr('0' || (security_pin + 1), -4) AS security_pin FROM at
           WHERE name = 'Grace Hadley' AND city = 'Leeds'""",
        "identity_not_confirmed",
    ),
    "card_after_move": (
        "swap_sim",
        "SELECT line_id, 'SIM card' AS sim_kind, security_pin FROM at WHERE name = 'Ioana Marin'",
        "SELECT line_id, 'SIM card' AS sim_kind, security_pin FROM at WHERE name = 'Peter Winslade'",
        "address_is_new",
    ),
    "date_of_birth": (
        "correct_address",
        "SELECT customer_id, date_of_birth, '4 Heath View' AS line1, 'ls8 2qd' AS postcode FROM at WHERE name = 'Rosie Marlow'",
        "SELECT customer_id, date(date_of_birth, '+1 day') AS date_of_birth, '4 Heath View' AS line1, 'LS8 2QD' AS postcode FROM at WHERE name = 'Rosie Marlow'",
        "identity_not_confirmed",
    ),
    "instalment_amounts": (
        "arrange_payment",
        "SELECT bill_id, 3 AS instalments FROM due WHERE name = 'Kwame Ofori' AND amount_gbp = 30",
        "SELECT bill_id, 2 AS instalments FROM due WHERE name = 'Megan Stroud' AND amount_gbp = 29",
        "instalments_refused",
    ),
    "instalments_once": (
        "arrange_payment",
        "SELECT bill_id, 2 AS instalments FROM due WHERE name = 'Yusuf Karimi'",
        "SELECT bill_id, 2 AS instalments FROM due WHERE name = 'Ellen Marsden'",
        "arranged_recently",
    ),
    "a_day_of_outage": (
        "credit_outage",
        "SELECT line_id FROM at WHERE name = 'Morag Innes'",
        "SELECT line_id FROM at WHERE name = 'Jacob Trelawny'",
        "outage_too_short",
    ),
    "hand_over": (
        "transfer_to_human",
        "SELECT customer_id, 'complaint' AS reason FROM at WHERE customer_id NOT IN (SELECT customer_id FROM handovers)",
        "SELECT customer_id, reason FROM handovers WHERE status = 'open'",
        "already_handed_over",
    ),
}  # fmt: skip

# The same rules for the other tools they bind, and from their other side; no error where they are kept.
MORE: list[tuple[str, str, str]] = [
    ("change_plan", f"SELECT line_id, sold.plan_id FROM at, sold WHERE at.name = 'Declan Furlong' AND {_DEARER}", ""),
    ("resume_line", "SELECT line_id, security_pin FROM at WHERE name = 'Nicola Tranter'", ""),
    ("resume_line", "SELECT line_id, security_pin FROM at WHERE name = 'Rhys Madoc'", "bill_overdue"),
    ("resume_line", "SELECT line_id, security_pin FROM at WHERE suspended_for = 'lost' AND owed = 0", ""),
    ("resume_line", "SELECT line_id, '' || security_pin || '0' AS security_pin FROM at WHERE name = 'Nicola Tranter'", "identity_not_confirmed"),
    ("get_port_code", "SELECT line_id, security_pin FROM at WHERE name = 'Helen Prowse'", ""),
    ("get_port_code", "SELECT line_id, security_pin FROM at WHERE name = 'Imran Aziz'", "bill_overdue"),
    ("get_port_code", "SELECT line_id, '' || security_pin || '0' AS security_pin FROM at WHERE name = 'Helen Prowse'", "identity_not_confirmed"),
    ("swap_sim", """SELECT line_id, 'eSIM' AS sim_kind, security_pin FROM at JOIN customers c USING (customer_id)
        WHERE c.address_changed_on > '2025-10-02' AND c.email IS NOT NULL""", ""),
    ("arrange_payment", "SELECT bill_id, 4 AS instalments FROM due WHERE name = 'Kwame Ofori'", "instalments_refused"),
    ("arrange_payment", "SELECT bill_id, 2 AS instalments FROM due WHERE status = 'overdue' AND amount_gbp > 30 AND name = 'Rhys Madoc'", ""),
    ("transfer_to_human", "SELECT customer_id, 'suspected fraud' AS reason FROM handovers WHERE status = 'closed' AND reason = 'suspected fraud' AND customer_id NOT IN (SELECT customer_id FROM handovers WHERE status = 'open')", ""),
]  # fmt: skip

RULES = Rules(CASES, MORE, LINES)
test_kept, test_broken = kept(RULES), broken(RULES)
test_elsewhere, test_every_guard_has_its_case = elsewhere(RULES), every_guard(RULES)


def test_instalments_make_way_for_the_line(ask: Ask, session: SqliteSession) -> None:
    """A line that is off for an unpaid bill is resumed once instalments are agreed."""
    line = RULES.arguments(ask, "SELECT line_id, security_pin FROM at WHERE name = 'Rhys Madoc'")
    assert refusal(session, "resume_line", **line) == "bill_overdue"
    bill = RULES.arguments(
        ask, "SELECT bill_id, 2 AS instalments FROM due WHERE name = 'Rhys Madoc' AND status = 'overdue'"
    )
    assert not session.execute("arrange_payment", bill).failed
    assert session.execute("resume_line", line).result["line_status"] == "active"
