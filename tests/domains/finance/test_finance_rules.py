"""Each rule of the finance team's policy, on both sides of its edge: kept, the tool goes through; broken, its own error comes back and
nothing has changed. It is the morning of 8 October 2025; the next runs pay on the 10th."""

import pytest

from domains.desk import Ask
from domains.tables import Rules, broken, elsewhere, every_guard, kept
from duologue.environment import SqliteSession

_WITH = """
WITH waiting AS (
  SELECT b.bill_id, b.net_gbp, b.total_gbp, (SELECT employee_id FROM employees WHERE name = b.entered_by) AS entered_by, b.order_id,
    (SELECT min(employee_id) FROM sign_offs a WHERE a.bill_id = b.bill_id) AS approved_by,
    round(b.net_gbp - o.quantity_received * o.unit_price_gbp, 2) AS over, round(o.quantity_received * o.unit_price_gbp * 0.02, 2) AS share
  FROM bills b LEFT JOIN purchase_orders o USING (order_id) WHERE b.status = 'awaiting approval'
), payable AS (
  SELECT b.bill_id, b.status, v.currency, v.details_changed_on FROM bills b JOIN vendors v USING (vendor_id)
  WHERE b.bill_id NOT IN (SELECT bill_id FROM handovers WHERE status = 'open')
), receipts AS (
  SELECT l.line_id, l.currency AS paid_in, i.invoice_id, c.currency, round(i.open_gbp - l.amount_gbp, 2) AS apart
  FROM statement_lines l, invoices i JOIN customers c USING (customer_id)
  WHERE l.kind = 'receipt' AND l.status = 'unmatched' AND i.status = 'open'
    AND substr(upper(c.company_name), 1, 12) = substr(l.counterparty, 1, 12)
), aged AS (
  SELECT invoice_id, total_gbp, open_gbp, julianday('2025-10-08') - julianday(issued_on) AS age, julianday('2025-10-08') - julianday(due_on) AS late
  FROM invoices WHERE status = 'open' AND credited_percent = 0
), drafts AS (
  SELECT j.journal_id, j.prepared_by, p.status AS period FROM journals j JOIN periods p USING (period_id)
  WHERE j.status = 'draft' AND (SELECT round(total(debit_gbp) - total(credit_gbp), 2) FROM journal_lines l WHERE l.journal_id = j.journal_id) = 0
), claims AS (
  SELECT claim_id, employee_id AS claimant, amount_gbp, receipt_attached, category, julianday(submitted_on) - julianday(spent_on) AS waited
  FROM expense_claims WHERE status = 'submitted'
)
"""


def _who(job: str) -> str:
    """The first employee with that job title."""
    return f"(SELECT min(employee_id) FROM employees WHERE job_title = '{job}') AS employee_id"


_ACCOUNTANT, _CONTROLLER, _DIRECTOR = (
    _who("management accountant"),
    _who("financial controller"),
    _who("finance director"),
)
_FITS = "ifnull(over, 0) <= 50 AND approved_by IS NULL AND (order_id NOT NULL OR net_gbp < 5000)"
_NEXT = "'BACS' AS method, '2025-10-10' AS payment_due"
_GOODS = "5 AS credited_percent, 'goods returned' AS credit_reason"
_OPEN = "period = 'open' AND prepared_by <> (SELECT min(employee_id) FROM employees WHERE job_title = 'financial controller')"

# rule → tool, arguments that keep it, arguments that break it, the error. The arguments are a query's first row.
CASES: dict[str, tuple[str, str, str, str]] = {
    "approval_limit": (  # an accountant approves up to 2,000.00
        "approve_bill",
        f"SELECT bill_id, {_ACCOUNTANT} FROM waiting WHERE total_gbp = 2000",
        f"SELECT bill_id, {_ACCOUNTANT} FROM waiting WHERE total_gbp = 2000.02",
        "above_limit",
    ),
    "four_eyes": (
        "approve_bill",
        f"SELECT bill_id, {_CONTROLLER} FROM waiting WHERE total_gbp < 2000 AND {_FITS}",
        f"SELECT bill_id, entered_by AS employee_id FROM waiting JOIN employees ON employee_id = entered_by WHERE total_gbp < approval_limit_gbp AND {_FITS}",
        "own_work",
    ),
    "second_signature": (
        "approve_bill",
        f"SELECT bill_id, {_DIRECTOR} FROM waiting WHERE approved_by <> (SELECT min(employee_id) FROM employees WHERE job_title = 'finance director')",
        "SELECT bill_id, approved_by AS employee_id FROM waiting WHERE approved_by NOT NULL",
        "second_signature_needed",
    ),
    "three_way_match": (
        "approve_bill",
        f"SELECT bill_id, {_CONTROLLER} FROM waiting WHERE over = 50",
        f"SELECT bill_id, {_CONTROLLER} FROM waiting WHERE over = 50.01",
        "no_three_way_match",
    ),
    "ready_to_pay": (
        "schedule_payment",
        f"SELECT bill_id, {_NEXT} FROM payable WHERE status = 'approved' AND currency = 'GBP' AND details_changed_on IS NULL",
        f"SELECT bill_id, {_NEXT} FROM payable WHERE status = 'on hold' AND currency = 'GBP' AND details_changed_on IS NULL",
        "not_ready",
    ),
    "same_currency": (
        "schedule_payment",
        "SELECT bill_id, 'SEPA' AS method, '2025-10-24' AS payment_due FROM payable WHERE status = 'approved' AND currency = 'EUR'",
        "SELECT bill_id, 'SEPA' AS method, '2025-10-24' AS payment_due FROM payable WHERE status = 'approved' AND currency = 'GBP'",
        "other_currency",
    ),
    "changed_details": (
        "schedule_payment",
        "SELECT bill_id, 'BACS' AS method, '2025-10-17' AS payment_due FROM payable WHERE status = 'approved' AND currency = 'GBP' AND details_changed_on >= '2025-10-06'",
        f"SELECT bill_id, {_NEXT} FROM payable WHERE status = 'approved' AND currency = 'GBP' AND details_changed_on >= '2025-10-06'",
        "details_just_changed",
    ),
    "match_tolerance": (
        "match_bank_line",
        "SELECT line_id, invoice_id FROM receipts WHERE apart = 5 AND paid_in = 'GBP' AND currency = 'GBP'",
        "SELECT line_id, invoice_id FROM receipts WHERE apart = 5.01 AND paid_in = 'GBP' AND currency = 'GBP'",
        "amounts_differ",
    ),
    "credit_window": (
        "issue_credit_note",
        f"SELECT invoice_id, {_GOODS} FROM aged WHERE age = 90 AND open_gbp = total_gbp",
        f"SELECT invoice_id, {_GOODS} FROM aged WHERE age = 91 AND open_gbp = total_gbp",
        "credit_refused",
    ),
    "small_balance": (
        "write_off_balance",
        "SELECT invoice_id FROM aged WHERE open_gbp = 25 AND late = 60",
        "SELECT invoice_id FROM aged WHERE open_gbp = 25.01 AND late > 60",
        "no_write_off",
    ),
    "open_period": (
        "post_journal",
        f"SELECT journal_id, {_CONTROLLER} FROM drafts WHERE {_OPEN}",
        f"SELECT journal_id, {_CONTROLLER} FROM drafts WHERE {_OPEN.replace('open', 'closed')}",
        "period_not_open",
    ),
    "call_back": (
        "change_bank_details",
        f"SELECT vendor_id, {_DIRECTOR} FROM vendors WHERE called_back_by NOT NULL",
        f"SELECT vendor_id, {_DIRECTOR} FROM vendors WHERE new_bank_account NOT NULL AND called_back_by IS NULL",
        "call_back_missing",
    ),
    "accountants_only": (
        "post_journal",
        f"SELECT journal_id, {_CONTROLLER} FROM drafts WHERE {_OPEN}",
        f"SELECT journal_id, {_who('sales director')} FROM drafts WHERE {_OPEN}",
        "not_an_accountant",
    ),
    "receipts": (
        "approve_expense_claim",
        f"SELECT claim_id, {_CONTROLLER} FROM claims WHERE amount_gbp = 25 AND NOT receipt_attached AND waited <= 60",
        f"SELECT claim_id, {_CONTROLLER} FROM claims WHERE amount_gbp = 25.01 AND NOT receipt_attached AND waited <= 60",
        "claim_refused",
    ),
}  # fmt: skip

# The same rules for the other tools they bind, and from their other side.
MORE: list[tuple[str, str, str]] = [
    ("approve_bill", f"SELECT bill_id, {_who('accounts payable clerk')} FROM waiting WHERE total_gbp < 2000", "above_limit"),
    ("approve_bill", f"SELECT bill_id, {_CONTROLLER} FROM waiting WHERE net_gbp = 5000 AND order_id IS NULL", "no_three_way_match"),
    ("approve_bill", f"SELECT bill_id, {_DIRECTOR} FROM waiting WHERE net_gbp = 4999.99 AND order_id IS NULL", ""),
    ("approve_bill", f"SELECT bill_id, {_CONTROLLER} FROM waiting WHERE over > 50 AND over <= share", ""),
    ("approve_bill", f"SELECT bill_id, {_CONTROLLER} FROM waiting WHERE over > max(50, share) AND total_gbp < 25000", "no_three_way_match"),
    ("approve_bill", f"SELECT bill_id, {_CONTROLLER} FROM waiting WHERE approved_by NOT NULL AND total_gbp < 25000 AND approved_by <> (SELECT min(employee_id) FROM employees WHERE job_title = 'financial controller')", "second_signature_needed"),
    ("approve_expense_claim", f"SELECT claim_id, {_who('warehouse manager')} FROM claims WHERE waited = 60 AND amount_gbp > 25 AND receipt_attached", ""),
    ("approve_expense_claim", f"SELECT claim_id, {_DIRECTOR} FROM claims WHERE waited = 61", "claim_refused"),
    ("approve_expense_claim", f"SELECT claim_id, {_DIRECTOR} FROM claims WHERE category = 'mileage' AND NOT receipt_attached AND amount_gbp > 25", ""),
    ("approve_expense_claim", f"SELECT claim_id, {_who('accounts payable clerk')} FROM claims WHERE receipt_attached AND waited < 50", "above_limit"),
    ("approve_expense_claim", """SELECT claim_id, claimant AS employee_id FROM claims JOIN employees ON employee_id = claimant
        WHERE amount_gbp < approval_limit_gbp AND receipt_attached""", "own_work"),
    ("post_journal", "SELECT journal_id, prepared_by AS employee_id FROM drafts WHERE period = 'open'", "own_work"),
    ("post_journal", f"SELECT journal_id, {_CONTROLLER} FROM drafts WHERE {_OPEN.replace('open', 'future')}", "period_not_open"),
    ("change_bank_details", "SELECT vendor_id, called_back_by AS employee_id FROM vendors WHERE called_back_by NOT NULL", "call_back_missing"),
    ("change_bank_details", f"SELECT vendor_id, {_who('managing director')} FROM vendors WHERE called_back_by NOT NULL", "not_an_accountant"),
    ("match_bank_line", "SELECT line_id, invoice_id FROM receipts WHERE apart BETWEEN 0 AND 5 AND paid_in = 'GBP' AND currency = 'EUR'", "other_currency"),
    ("match_bank_line", "SELECT line_id, invoice_id FROM receipts WHERE apart BETWEEN 0 AND 5 AND paid_in = 'EUR' AND currency = 'EUR'", ""),
    ("schedule_payment", f"SELECT bill_id, {_NEXT} FROM payable WHERE status = 'awaiting approval' AND currency = 'GBP' AND details_changed_on IS NULL", "not_ready"),
    ("issue_credit_note", f"SELECT invoice_id, {_GOODS} FROM aged WHERE age < 90 AND open_gbp < total_gbp * 0.05", "credit_refused"),
    ("match_bank_line", "SELECT line_id, invoice_id FROM receipts WHERE apart < 0 AND paid_in = 'GBP' AND currency = 'GBP'", "amounts_differ"),
    ("schedule_payment", f"SELECT bill_id, {_NEXT} FROM bills b JOIN handovers h USING (bill_id) JOIN vendors v USING (vendor_id) WHERE b.status = 'approved' AND h.status = 'open' AND currency = 'GBP'", "not_ready"),
    ("write_off_balance", "SELECT invoice_id FROM aged WHERE open_gbp <= 25 AND late BETWEEN 58 AND 59", "no_write_off"),
]  # fmt: skip

RULES = Rules(CASES, MORE, _WITH)
test_kept, test_broken = kept(RULES), broken(RULES)
test_elsewhere, test_every_guard_has_its_case = elsewhere(RULES), every_guard(RULES)


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        ("approval_limit", "may approve up to £2,000.00, and bill"),
        ("four_eyes", "entered bill 4"),
        ("three_way_match", "is worth £768.00 (20 of 20 at £38.40)."),
        ("match_tolerance", "that is less than that by more than £5.00."),
        ("call_back", "nobody has rung the vendor back yet."),
        ("changed_details", "the vendor can be paid only from 2025-10-1"),
        ("same_currency", "is paid in pounds, but a SEPA run pays in euros."),
        ("accountants_only", "(sales director) can't review journals"),
    ],
)
def test_what_refusals_say(ask: Ask, session: SqliteSession, rule: str, says: str) -> None:
    tool, _, breaks, _ = CASES[rule]
    assert says in session.execute(tool, RULES.arguments(ask, breaks)).result["error"]["message"]
