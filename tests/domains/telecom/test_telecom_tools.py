"""The support desk's tools: what they find, what they change, and that results are what they promise."""

from domains.desk import Ask, Do, changed
from domains.tables import mistakes, reads, the_set, writes
from duologue.environment import SqliteSession
from duologue.types import Json


def only_line(do: Do, name: str) -> Json:
    """The one line of somebody in the stories, with all that is known of it."""
    (customer,) = do("find_customer", name=name)["rows"]
    (line,) = do("list_lines", customer_id=customer["customer_id"])["rows"]
    return do("get_line", line_id=line["line_id"])


# ── Conversations the desk is made for ───────────────────────────────────────────────────────────────────────────────────


def test_a_cheaper_plan_on_the_day_the_term_ends(do: Do, session: SqliteSession) -> None:
    line = only_line(do, "Rosie Marlow")
    assert (line["plan"], line["least_term_ends_on"]) == ("Everyday 50", "2025-10-16")
    offers = do("search_plans", highest_price_gbp=12)["rows"]
    assert [o["plan_price_gbp"] for o in offers] == sorted(o["plan_price_gbp"] for o in offers)
    new = next(o for o in offers if o["plan"] == "Everyday 20")
    done = do("change_plan", line_id=line["line_id"], plan_id=new["plan_id"])
    assert done["least_term_ends_on"] == "2026-10-16"
    after = do("get_line", line_id=line["line_id"])
    assert after["allowance_gb"] == max(20, line["used_gb"])
    assert after["data_left_gb"] == round(after["allowance_gb"] - line["used_gb"], 1)
    again = session.execute("change_plan", {"line_id": line["line_id"], "plan_id": offers[0]["plan_id"]})
    assert again.result["error"]["type"] == "changed_recently"


def test_namesakes(do: Do) -> None:
    assert {p["city"] for p in do("find_customer", name="grace hadley")["rows"]} == {"Leeds", "Norwich"}
    assert len(do("find_customer", name="Hadley", city="leeds")["rows"]) == 1


def test_data_runs_out_and_comes_back(do: Do, session: SqliteSession) -> None:
    line = only_line(do, "Folake Balogun")
    assert (line["data_left_gb"], line["top_ups"]) == (0, 2)
    done = do("top_up_data", line_id=line["line_id"], top_up_gb=5)
    assert (done["data_left_gb"], done["top_ups"], done["top_up_price_gbp"]) == (5, 3, 8)
    more = do("add_add_on", line_id=line["line_id"], add_on_id=_add_on(session, line, "Extra 20 GB"))
    assert more["add_on"] == "Extra 20 GB"
    assert do("get_line", line_id=line["line_id"])["data_left_gb"] == 25


def _add_on(session: SqliteSession, line: Json, name: str) -> int:
    assert not line["add_ons"] or all(a["add_on_kind"] != "data" for a in line["add_ons"])
    return next(int(row[0]) for row in session.rows("extras") if row[1] == name)


def test_a_stolen_phone(do: Do, session: SqliteSession, ask: Ask) -> None:
    """Suspended at once, a new SIM for the PIN, and resumed."""
    line = only_line(do, "Rosie Marlow")["line_id"]
    assert do("suspend_line", line_id=line, reason="stolen")["line_status"] == "suspended"
    pin = ask(f"SELECT security_pin FROM lines WHERE line_id = {line}")[0]
    assert session.execute("resume_line", {"line_id": line, **pin}).result["error"]["type"] == "new_sim_needed"
    do("swap_sim", line_id=line, sim_kind="SIM card", **pin)
    assert do("resume_line", line_id=line, **pin)["line_status"] == "active"


def test_an_outage_is_told_and_credited(do: Do, session: SqliteSession, ask: Ask) -> None:
    now = ask(
        "SELECT line_id FROM lines JOIN network_areas a USING (area_id) WHERE a.name = 'London East' ORDER BY line_id LIMIT 1"
    )
    line = do("get_line", **now[0])
    assert (line["outage"], line["outage_expected_end_at"]) == ("mobile data", "2025-10-16 16:30:00")
    gone = do("credit_outage", line_id=only_line(do, "Susan Halliwell")["line_id"])
    assert (gone["credit_gbp"], gone["outage_cause"]) == (9, "damaged cable")
    twice = session.execute("credit_outage", {"line_id": gone["line_id"]})
    assert "already, on 2025-10-16" in twice.result["error"]["message"]


def test_leaving(do: Do, ask: Ask) -> None:
    """A new code, or the one that still holds."""
    old = ask(
        "SELECT line_id, security_pin, port_code FROM lines WHERE port_code_expires_on > '2025-10-16' AND status = 'active' AND customer_id NOT IN (SELECT customer_id FROM bills WHERE status = 'overdue')"
    )[0]
    again = do("get_port_code", line_id=old["line_id"], security_pin=old["security_pin"])
    assert again["port_code"] == old["port_code"]
    fresh = ask(
        "SELECT line_id, security_pin FROM lines WHERE port_code IS NULL AND status = 'active' AND customer_id NOT IN (SELECT customer_id FROM bills WHERE status = 'overdue')"
    )[0]
    first = do("get_port_code", **fresh)
    assert (first["port_code"] != again["port_code"], first["port_code_expires_on"]) == (True, "2025-11-15")


def test_a_move(do: Do, ask: Ask) -> None:
    who = ask("SELECT customer_id, date_of_birth, city FROM customers WHERE line2 IS NOT NULL")[0]
    arguments = {"customer_id": who["customer_id"], "date_of_birth": who["date_of_birth"]}
    done = do("correct_address", **arguments, line1=" 9 Glebe Street", postcode="ox4 1ab")
    assert (done["line1"], done["line2"], done["city"], done["postcode"]) == (
        "9 Glebe Street",
        None,
        who["city"],
        "OX4 1AB",
    )


def test_what_each_write_changes(do: Do, session: SqliteSession, ask: Ask) -> None:
    line = only_line(do, "Kwame Ofori")
    one = {"line_id": line["line_id"]}
    bill = next(b for b in do("list_bills", customer_id=line["customer_id"])["rows"] if b["bill_status"] == "open")
    assert changed(session, "arrange_payment", bill_id=bill["bill_id"], instalments=3) == {"bills": ["update"]}
    assert changed(session, "open_ticket", **one, topic="slow data") == {"tickets": ["insert"]}
    assert changed(session, "top_up_data", **one, top_up_gb=1) == {"monthly_usage": ["update"], "lines": ["update"]}
    assert changed(session, "suspend_line", **one, reason="lost") == {"lines": ["update"], "sims": ["update"]}
    pin = ask(f"SELECT security_pin FROM lines WHERE line_id = {line['line_id']}")[0]
    assert changed(session, "resume_line", **one, **pin) == {"lines": ["update"], "sims": ["update"]}
    assert changed(session, "swap_sim", **one, **pin, sim_kind="SIM card") == {"sims": ["update", "insert"]}
    assert changed(session, "transfer_to_human", customer_id=line["customer_id"], reason="complaint") == {
        "handovers": ["insert"]
    }


# ── Mistakes ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


test_mistakes = mistakes([
    ("list_lines", {"customer_id": 1}, "not_found"),
    ("get_line", {"line_id": 1}, "not_found"),
    ("list_bills", {"customer_id": 1}, "not_found"),
    ("get_bill", {"bill_id": 1}, "not_found"),
    ("change_plan", {"line_id": 1, "plan_id": 11}, "not_found"),
    ("change_plan", {"line_id": 21001, "plan_id": 1}, "not_found"),
    ("add_add_on", {"line_id": 1, "add_on_id": 41}, "not_found"),
    ("add_add_on", {"line_id": 21001, "add_on_id": 1}, "not_found"),
    ("top_up_data", {"line_id": 1, "top_up_gb": 5}, "not_found"),
    ("top_up_data", {"line_id": 21001, "top_up_gb": 2}, "invalid_arguments"),
    ("enable_roaming", {"line_id": 1}, "not_found"),
    ("suspend_line", {"line_id": 1, "reason": "lost"}, "not_found"),
    ("suspend_line", {"line_id": 21001, "reason": "unpaid bill"}, "invalid_arguments"),
    ("resume_line", {"line_id": 1, "security_pin": "0000"}, "not_found"),
    ("swap_sim", {"line_id": 1, "sim_kind": "eSIM", "security_pin": "0000"}, "not_found"),
    ("swap_sim", {"line_id": 21001, "sim_kind": "eSIM"}, "invalid_arguments"),
    ("correct_address", {"customer_id": 1, "date_of_birth": "1990-01-01", "line1": "1 The Green", "postcode": "YO10 1AA"}, "not_found"),
    ("arrange_payment", {"bill_id": 1, "instalments": 2}, "not_found"),
    ("arrange_payment", {"bill_id": 640001, "instalments": 7}, "invalid_arguments"),
    ("credit_outage", {"line_id": 1}, "not_found"),
    ("get_port_code", {"line_id": 1, "security_pin": "0000"}, "not_found"),
    ("open_ticket", {"line_id": 1, "topic": "slow data"}, "not_found"),
    ("transfer_to_human", {"customer_id": 1, "reason": "complaint"}, "not_found"),
    ("find_customer", {"name": ""}, "invalid_arguments"),
])  # fmt: skip


_OFF = "FROM lines WHERE status = 'suspended'"


test_preconditions = mistakes([
    ("change_plan", f"SELECT line_id, 14 AS plan_id {_OFF}", "line_not_active"),
    ("change_plan", "SELECT line_id, plan_id FROM lines WHERE status = 'active'", "not_found"),
    ("change_plan", "SELECT line_id, p.plan_id FROM lines l, plans p WHERE status = 'active' AND on_sale = 0 AND l.plan_id <> p.plan_id", "not_on_sale"),
    ("add_add_on", f"SELECT line_id, 41 AS add_on_id {_OFF}", "line_not_active"),
    ("top_up_data", f"SELECT line_id, 5 AS top_up_gb {_OFF}", "line_not_active"),
    ("enable_roaming", f"SELECT line_id {_OFF}", "line_not_active"),
    ("enable_roaming", "SELECT line_id FROM lines WHERE status = 'active' AND roaming = 'enabled'", "precondition_failed"),
    ("suspend_line", f"SELECT line_id, 'lost' AS reason {_OFF}", "not_found"),
    ("resume_line", "SELECT line_id, security_pin FROM lines WHERE status = 'active'", "not_found"),
    ("resume_line", "SELECT line_id, security_pin FROM lines WHERE status = 'ended'", "not_found"),
    ("swap_sim", "SELECT line_id, security_pin, 'eSIM' AS sim_kind FROM lines WHERE status = 'ended'", "not_found"),
    ("swap_sim", "SELECT line_id, security_pin, 'eSIM' AS sim_kind FROM lines JOIN customers USING (customer_id) WHERE email IS NULL AND status = 'active'", "no_email"),
    ("arrange_payment", "SELECT bill_id, 2 AS instalments FROM bills WHERE status = 'paid' AND amount_gbp > 40", "not_found"),
    ("get_port_code", f"SELECT line_id, security_pin {_OFF}", "line_not_active"),
    ("credit_outage", "SELECT line_id FROM lines WHERE area_id NOT IN (SELECT area_id FROM outages)", "no_outage"),
    ("credit_outage", "SELECT c.line_id FROM credits c JOIN outages o USING (outage_id) WHERE o.ended_at > '2025-08-18' ORDER BY o.ended_at DESC", "precondition_failed"),
    ("open_ticket", "SELECT line_id, topic FROM tickets WHERE status = 'open'", "ticket_open"),
])  # fmt: skip


# ── Promises ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

EVERY = {
    "find_customer": "SELECT DISTINCT last_name AS name FROM customers",
    "find_line": "SELECT phone_number FROM lines",
    "list_lines": "SELECT customer_id FROM customers",
    "get_line": "SELECT line_id FROM lines",
    "list_bills": "SELECT DISTINCT customer_id FROM bills",
    "get_bill": "SELECT bill_id FROM bills WHERE bill_id % 5 = 0",
    "search_add_ons": "SELECT name FROM extras",
    "search_plans": "SELECT DISTINCT data_gb AS least_data_gb FROM plans WHERE on_sale",
}


test_reads_keep_their_promise = reads(EVERY)


_ACTIVE = "FROM lines l JOIN customers c USING (customer_id) WHERE l.status = 'active' AND customer_id NOT IN (SELECT customer_id FROM bills WHERE status = 'overdue')"
WRITES = {
    "change_plan": f"SELECT line_id, 19 AS plan_id {_ACTIVE} AND plan_id <> 19 AND ifnull(plan_changed_on, '') < '2025-09-01'",
    "add_add_on": f"SELECT line_id, 44 AS add_on_id {_ACTIVE} AND line_id NOT IN (SELECT line_id FROM line_add_ons)",
    "top_up_data": f"SELECT line_id, 1 AS top_up_gb {_ACTIVE} AND data_left_gb > 1",
    "enable_roaming": f"SELECT line_id {_ACTIVE} AND roaming = 'disabled' AND started_on < '2025-09-01'",
    "suspend_line": f"SELECT line_id, 'lost' AS reason {_ACTIVE}",
    "resume_line": "SELECT line_id, security_pin FROM lines WHERE suspended_for = 'lost'",
    "swap_sim": f"SELECT line_id, 'eSIM' AS sim_kind, security_pin {_ACTIVE} AND c.email IS NOT NULL",
    "correct_address": "SELECT customer_id, date_of_birth, '1 The Green' AS line1, 'YO24 3BB' AS postcode, 'York' AS city FROM customers",
    "arrange_payment": "SELECT bill_id, 2 AS instalments FROM bills WHERE status = 'open' AND amount_gbp BETWEEN 30 AND 150",
    "credit_outage": "SELECT line_id FROM lines JOIN outages o USING (area_id) WHERE ended_at > '2025-09-01' AND julianday(ended_at) - julianday(o.started_at) > 1",
    "get_port_code": f"SELECT line_id, security_pin {_ACTIVE}",
    "open_ticket": "SELECT line_id, 'no signal' AS topic FROM lines WHERE line_id NOT IN (SELECT line_id FROM tickets)",
    "transfer_to_human": "SELECT customer_id, 'bereavement' AS reason FROM customers WHERE customer_id NOT IN (SELECT customer_id FROM handovers)",
}  # fmt: skip


test_writes_keep_their_promise = writes(WRITES, some=("resume_line", "credit_outage"))


test_the_set = the_set(EVERY, WRITES)
