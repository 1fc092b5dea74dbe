"""The finance team's tools: what they find, what they change, and that results are what they promise."""

import pytest

from domains.desk import Ask, Do, changed
from domains.tables import mistakes, reads, the_set, writes
from duologue.environment import SqliteSession


def employee(ask: Ask, job: str) -> int:
    return int(ask(f"SELECT min(employee_id) AS id FROM employees WHERE job_title = '{job}'")[0]["id"])


# ── Days in the office ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_large_bill_takes_two_signatures(do: Do, session: SqliteSession, ask: Ask) -> None:
    """From its arrival to Friday's run."""
    vendor = do("find_vendor", name="solent ex")["rows"][0]
    assert (vendor["vendor"], vendor["currency"], vendor["details_changed_on"]) == (
        "Solent Extraction Systems",
        "GBP",
        None,
    )
    waiting = do("list_bills", vendor_id=vendor["vendor_id"], bill_status="awaiting approval")["rows"]
    bill = next(b for b in waiting if b["bill_total_gbp"] == 10000.01)
    controller, director = employee(ask, "financial controller"), employee(ask, "finance director")
    (found,) = do("find_employee", name=ask(f"SELECT name FROM employees WHERE employee_id = {controller}")[0]["name"])[
        "rows"
    ]
    assert (found["employee_id"], found["job_title"], found["approval_limit_gbp"]) == (
        controller,
        "financial controller",
        25000,
    )
    first = do("approve_bill", bill_id=bill["bill_id"], employee_id=controller)
    assert first["bill_status"] == "awaiting approval"
    assert do("approve_bill", bill_id=bill["bill_id"], employee_id=director)["bill_status"] == "approved"
    paid = do("schedule_payment", bill_id=bill["bill_id"], method="BACS", payment_due="2025-10-10")
    assert paid == {
        "bill_id": bill["bill_id"],
        "bill_status": "scheduled",
        "bill_total_gbp": 10000.01,
        "method": "BACS",
        "payment_due": "2025-10-10",
    }
    held = do("hold_bill", bill_id=bill["bill_id"], hold_reason="price query")
    assert (held["bill_status"], held["hold_reason"]) == ("on hold", "price query")
    assert next(r for r in session.rows("bills") if r[0] == bill["bill_id"])[-2] is None  # off the run


def test_a_receipt_that_is_five_pounds_short(do: Do, session: SqliteSession, ask: Ask) -> None:
    case = ask("""SELECT line_id, i.invoice_id, company_name, l.amount_gbp FROM statement_lines l JOIN invoices i ON round(i.open_gbp - l.amount_gbp, 2) = 5
        JOIN customers USING (customer_id) WHERE l.status = 'unmatched' AND l.currency = 'GBP' AND customers.currency = 'GBP' LIMIT 1""")[
        0
    ]
    offers = do("suggest_invoices", line_id=case["line_id"])["rows"]
    assert case["invoice_id"] in [o["open_invoice_id"] for o in offers]
    done = do("match_bank_line", line_id=case["line_id"], invoice_id=case["invoice_id"])
    assert (done["line_status"], done["open_gbp"], done["invoice_status"]) == ("matched", 5, "open")
    again = session.execute("match_bank_line", {"line_id": case["line_id"], "invoice_id": case["invoice_id"]})
    assert again.result["error"]["type"] == "already_matched"
    assert (
        session.execute("suggest_invoices", {"line_id": case["line_id"]}).result["error"]["type"] == "already_matched"
    )
    found = do("find_invoices", customer=case["company_name"], invoice_status="open")["rows"]
    assert next(i for i in found if i["invoice_id"] == case["invoice_id"])["open_gbp"] == 5


def test_a_receipt_that_pays_it_all(do: Do, ask: Ask) -> None:
    case = ask("""SELECT line_id, i.invoice_id FROM statement_lines l JOIN invoices i ON i.open_gbp = l.amount_gbp JOIN customers USING (customer_id)
        WHERE l.status = 'unmatched' AND l.currency = 'GBP' AND customers.currency = 'GBP' LIMIT 1""")[0]
    done = do("match_bank_line", **case)
    assert (done["open_gbp"], done["invoice_status"]) == (0, "paid")


def _balanced(session: SqliteSession, journal: int) -> float:
    lines = [r for r in session.rows("journal_lines") if r[1] == journal]
    assert len(lines) >= 2
    assert round(sum(r[4] for r in lines) - sum(r[5] for r in lines), 2) == 0
    return float(round(sum(r[4] for r in lines), 2))


def test_credit_and_write_off_are_posted(do: Do, session: SqliteSession, ask: Ask) -> None:
    fresh = ask(
        "SELECT invoice_id, total_gbp FROM invoices WHERE open_gbp = total_gbp AND issued_on > '2025-09-01' LIMIT 1"
    )[0]
    note = do("issue_credit_note", invoice_id=fresh["invoice_id"], credited_percent=25, credit_reason="price error")
    assert note["credited_gbp"] == pytest.approx(fresh["total_gbp"] / 4, abs=0.006)
    assert note["open_gbp"] == round(fresh["total_gbp"] - note["credited_gbp"], 2)
    assert _balanced(session, note["journal_id"]) == note["credited_gbp"]
    twice = {"invoice_id": fresh["invoice_id"], "credited_percent": 5, "credit_reason": "price error"}
    assert session.execute("issue_credit_note", twice).result["error"]["type"] == "already_credited"
    old = ask("SELECT invoice_id FROM invoices WHERE open_gbp = 25 AND due_on < '2025-08-01' LIMIT 1")[0]
    off = do("write_off_balance", **old)
    assert (off["invoice_status"], off["written_off_gbp"], off["open_gbp"]) == ("written off", 25, 0)
    assert off["journal_id"] == note["journal_id"] + 1
    assert _balanced(session, off["journal_id"]) == 25


def test_a_journal_is_posted_and_taken_back(do: Do, session: SqliteSession, ask: Ask) -> None:
    draft = ask(
        "SELECT journal_id, prepared_by FROM journals WHERE status = 'draft' AND memo = 'Audit fee, September'"
    )[0]
    others = [employee(ask, job) for job in ("financial controller", "finance director")]
    other = next(e for e in others if e != draft["prepared_by"])
    done = do("post_journal", journal_id=draft["journal_id"], employee_id=other)
    assert (done["journal_status"], done["period"]) == ("posted", "September 2025")
    assert done["debits_gbp"] == _balanced(session, draft["journal_id"])
    back = do("reverse_journal", journal_id=draft["journal_id"])
    assert (back["journal_status"], back["period"]) == ("reversed", "October 2025")
    assert _balanced(session, back["reversal_id"]) == done["debits_gbp"]
    one, two = (
        [r for r in session.rows("journal_lines") if r[1] == j] for j in (draft["journal_id"], back["reversal_id"])
    )
    assert [(r[2], r[4], r[5]) for r in one] == [(r[2], r[5], r[4]) for r in two]
    assert (
        session.execute("reverse_journal", {"journal_id": draft["journal_id"]}).result["error"]["type"]
        == "already_reversed"
    )
    assert (
        session.execute("reverse_journal", {"journal_id": back["reversal_id"]}).result["error"]["type"]
        == "not_reversible"
    )


def test_new_bank_details_stop_the_next_run(do: Do, session: SqliteSession, ask: Ask) -> None:
    """Once they are in place the vendor can be paid from the fifth day on."""
    asked = ask("""SELECT v.vendor_id, v.new_bank_account, b.bill_id FROM vendors v JOIN bills b USING (vendor_id)
        WHERE called_back_by NOT NULL AND b.status = 'approved' AND currency = 'GBP' LIMIT 1""")[0]
    done = do("change_bank_details", vendor_id=asked["vendor_id"], employee_id=employee(ask, "finance director"))
    assert (done["bank_account"], done["details_changed_on"]) == (asked["new_bank_account"], "2025-10-08")
    soon = session.execute(
        "schedule_payment", {"bill_id": asked["bill_id"], "method": "BACS", "payment_due": "2025-10-10"}
    )
    assert soon.result["error"]["type"] == "details_just_changed"
    assert "2025-10-13" in soon.result["error"]["message"]
    assert (
        do("schedule_payment", bill_id=asked["bill_id"], method="BACS", payment_due="2025-10-17")["bill_status"]
        == "scheduled"
    )


def test_what_each_write_changes(session: SqliteSession, ask: Ask) -> None:
    bill = ask("SELECT bill_id FROM bills WHERE status = 'approved' LIMIT 1")[0]["bill_id"]
    assert changed(session, "hold_bill", bill_id=bill, hold_reason="quality complaint") == {"bills": ["update"]}
    waits = ask(
        "SELECT bill_id FROM bills WHERE status = 'awaiting approval' AND total_gbp < 2500 AND order_id IS NULL LIMIT 1"
    )[0]["bill_id"]
    signed = changed(session, "approve_bill", bill_id=waits, employee_id=employee(ask, "managing director"))
    assert signed == {"sign_offs": ["insert"], "bills": ["update"]}
    assert changed(session, "transfer_to_human", bill_id=bill, reason="VAT question") == {"handovers": ["insert"]}
    case = ask("""SELECT line_id, i.invoice_id FROM statement_lines l JOIN invoices i ON i.open_gbp = l.amount_gbp JOIN customers USING (customer_id)
        WHERE l.status = 'unmatched' AND l.currency = 'GBP' AND customers.currency = 'GBP' LIMIT 1""")[0]
    assert changed(session, "match_bank_line", **case) == {"statement_lines": ["update"], "invoices": ["update"]}
    journal = ask("SELECT journal_id FROM journals WHERE status = 'posted' AND kind = 'payroll' LIMIT 1")[0]
    assert changed(session, "reverse_journal", **journal) == {
        "journals": ["update", "insert"],
        "journal_lines": ["insert"] * 3,
    }


test_mistakes = mistakes([
    ("list_bills", "SELECT 1 AS vendor_id", "not_found"),
    ("suggest_invoices", "SELECT 1 AS line_id", "not_found"),
    ("suggest_invoices", "SELECT line_id FROM statement_lines WHERE kind = 'payroll'", "not_a_receipt"),
    ("approve_bill", "SELECT 1 AS bill_id, 101 AS employee_id", "not_found"),
    ("approve_bill", "SELECT bill_id, 1 AS employee_id FROM bills", "not_found"),
    ("approve_bill", "SELECT bill_id, 101 AS employee_id FROM bills WHERE status = 'paid'", "precondition_failed"),
    ("hold_bill", "SELECT 1 AS bill_id, 'price query' AS hold_reason", "not_found"),
    ("hold_bill", "SELECT bill_id, 'late' AS hold_reason FROM bills", "invalid_arguments"),
    ("hold_bill", "SELECT bill_id, 'price query' AS hold_reason FROM bills WHERE status = 'paid'", "already_paid"),
    ("hold_bill", "SELECT bill_id, 'price query' AS hold_reason FROM bills WHERE status = 'on hold'", "already_on_hold"),
    ("schedule_payment", "SELECT bill_id, 'SEPA' AS method, '2025-10-18' AS payment_due FROM bills", "invalid_arguments"),
    ("schedule_payment", "SELECT 1 AS bill_id, 'BACS' AS method, '2025-10-17' AS payment_due", "not_found"),
    ("change_bank_details", "SELECT vendor_id, 101 AS employee_id FROM vendors WHERE new_bank_account IS NULL", "no_change_asked_for"),
    ("change_bank_details", "SELECT 1 AS vendor_id, 101 AS employee_id", "not_found"),
    ("match_bank_line", "SELECT 1 AS line_id, 20001 AS invoice_id", "not_found"),
    ("match_bank_line", "SELECT line_id, 20001 AS invoice_id FROM statement_lines WHERE kind = 'tax'", "not_a_receipt"),
    ("match_bank_line", """SELECT line_id, i.invoice_id FROM statement_lines l JOIN customers ON upper(company_name) = counterparty
        JOIN invoices i USING (customer_id) WHERE l.status = 'unmatched' AND i.status = 'paid'""", "nothing_open"),
    ("match_bank_line", "SELECT line_id, (SELECT max(invoice_id) FROM invoices) AS invoice_id FROM statement_lines WHERE status = 'unmatched' AND kind = 'receipt'", "other_payer"),
    ("issue_credit_note", "SELECT 1 AS invoice_id, 5 AS credited_percent, 'price error' AS credit_reason", "not_found"),
    ("issue_credit_note", "SELECT invoice_id, 5 AS credited_percent, 'price error' AS credit_reason FROM invoices WHERE status = 'paid'", "nothing_open"),
    ("write_off_balance", "SELECT 1 AS invoice_id", "not_found"),
    ("write_off_balance", "SELECT invoice_id FROM invoices WHERE status = 'paid'", "nothing_open"),
    ("post_journal", "SELECT 1 AS journal_id, 101 AS employee_id", "not_found"),
    ("post_journal", "SELECT journal_id, 101 AS employee_id FROM journals WHERE status = 'posted'", "precondition_failed"),
    ("post_journal", """SELECT journal_id, 101 AS employee_id FROM journals j WHERE status = 'draft' AND (
        SELECT round(total(debit_gbp) - total(credit_gbp), 2) FROM journal_lines l WHERE l.journal_id = j.journal_id) <> 0""", "not_balanced"),
    ("reverse_journal", "SELECT journal_id FROM journals WHERE status = 'draft'", "precondition_failed"),
    ("reverse_journal", "SELECT journal_id FROM journals WHERE kind = 'monthly batch'", "not_reversible"),
    ("approve_expense_claim", "SELECT 1 AS claim_id, 101 AS employee_id", "not_found"),
    ("approve_expense_claim", "SELECT claim_id, 101 AS employee_id FROM expense_claims WHERE status = 'paid'", "precondition_failed"),
    ("transfer_to_human", "SELECT 1 AS bill_id, 'VAT question' AS reason", "not_found"),
    ("transfer_to_human", "SELECT bill_id, 'exception to a rule' AS reason FROM bills WHERE status = 'paid'", "already_paid"),
    ("transfer_to_human", "SELECT bill_id, reason FROM handovers WHERE status = 'open'", "already_handed_over"),
    ("find_employee", "SELECT '' AS name", "invalid_arguments"),
    ("find_vendor", "SELECT 'x' AS name", "invalid_arguments"),
])  # fmt: skip


# ── Promises ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

EVERY = {
    "find_employee": "SELECT name FROM employees",
    "find_vendor": "SELECT name FROM vendors",
    "list_bills": "SELECT vendor_id FROM vendors",
    "find_invoices": "SELECT company_name AS customer FROM customers",
    "suggest_invoices": "SELECT line_id FROM statement_lines WHERE kind = 'receipt' AND status = 'unmatched'",
}


test_reads_keep_their_promise = reads(EVERY, empty=("list_bills",))


_DIRECTOR = "(SELECT min(employee_id) FROM employees WHERE job_title = 'finance director') AS employee_id"
WRITES = {
    "approve_bill": f"SELECT bill_id, {_DIRECTOR} FROM bills WHERE status = 'awaiting approval'",
    "schedule_payment": "SELECT bill_id, 'BACS' AS method, '2025-10-24' AS payment_due FROM bills JOIN vendors USING (vendor_id) WHERE status = 'approved' AND currency = 'GBP'",
    "hold_bill": "SELECT bill_id, 'price query' AS hold_reason FROM bills WHERE status = 'approved'",
    "change_bank_details": f"SELECT vendor_id, {_DIRECTOR} FROM vendors WHERE called_back_by NOT NULL",
    "match_bank_line": "SELECT line_id, i.invoice_id FROM statement_lines l JOIN invoices i ON i.open_gbp = l.amount_gbp WHERE l.status = 'unmatched'",
    "issue_credit_note": "SELECT invoice_id, 10 AS credited_percent, 'late delivery' AS credit_reason FROM invoices WHERE open_gbp = total_gbp AND issued_on > '2025-09-20'",
    "write_off_balance": "SELECT invoice_id FROM invoices WHERE status = 'open' AND open_gbp < 20 AND due_on < '2025-08-01'",
    "post_journal": f"SELECT journal_id, {_DIRECTOR} FROM journals WHERE status = 'draft' AND period_id = 10",
    "reverse_journal": "SELECT journal_id FROM journals WHERE status = 'posted' AND kind IN ('accrual', 'prepayment')",
    "approve_expense_claim": f"SELECT claim_id, {_DIRECTOR} FROM expense_claims WHERE status = 'submitted' AND receipt_attached",
    "transfer_to_human": "SELECT bill_id, 'dispute with the vendor' AS reason FROM bills WHERE status = 'on hold'",
}  # fmt: skip
test_writes_keep_their_promise = writes(WRITES, some=("schedule_payment", "match_bank_line"))


test_the_set = the_set(EVERY, WRITES)
