"""The finance team's rows: whole, and nowhere at odds with themselves."""

from domains.tables import never, there_are

NOW, TODAY = "2025-10-08 10:00:00", "2025-10-08"
_BALANCE = (
    "(SELECT round(total(debit_gbp) - total(credit_gbp), 2) FROM journal_lines l WHERE l.journal_id = j.journal_id)"
)

# What must never be found, whatever the dice say.
CONTRADICTIONS = {
    "a bill that came on a weekend": "SELECT 1 FROM bills WHERE strftime('%w', received_on) IN ('0', '6')",
    "an order after its bill, or of another vendor": """
        SELECT 1 FROM bills b JOIN purchase_orders o USING (order_id) WHERE o.ordered_on > b.received_on OR o.vendor_id <> b.vendor_id""",
    "a bill for an order that two bills are for": "SELECT 1 FROM bills WHERE order_id NOT NULL GROUP BY order_id HAVING count(*) > 1",
    "an approval beyond its limit": """
        SELECT 1 FROM bills JOIN sign_offs USING (bill_id) JOIN employees USING (employee_id) WHERE total_gbp > ifnull(approval_limit_gbp, 0)""",
    "a large bill that went through with one signature": """
        SELECT 1 FROM bills b WHERE total_gbp > 10000 AND status IN ('approved', 'scheduled', 'paid')
          AND (SELECT count(*) FROM sign_offs a WHERE a.bill_id = b.bill_id) <> 2""",
    "a large bill that no director approved": """
        SELECT 1 FROM bills b WHERE total_gbp > 10000 AND status IN ('approved', 'scheduled', 'paid') AND NOT EXISTS (
          SELECT 1 FROM sign_offs a JOIN employees USING (employee_id) WHERE a.bill_id = b.bill_id AND job_title LIKE '% director')""",
    "a bill that was paid or scheduled without approval": "SELECT 1 FROM bills WHERE status IN ('approved', 'scheduled', 'paid') AND bill_id NOT IN (SELECT bill_id FROM sign_offs)",
    "a bill approved by the clerk who entered it": """
        SELECT 1 FROM bills JOIN sign_offs USING (bill_id) JOIN employees USING (employee_id) WHERE name = entered_by""",
    "an approval before its bill": "SELECT 1 FROM sign_offs JOIN bills USING (bill_id) WHERE approved_on < received_on OR approved_on > ifnull(paid_on, approved_on)",
    "a clerk who does not work here": "SELECT 1 FROM bills WHERE entered_by NOT IN (SELECT name FROM employees)",
    "a bill on a run that pays in another currency": """
        SELECT 1 FROM bills JOIN payment_runs USING (run_id) JOIN vendors USING (vendor_id) WHERE payment_runs.currency <> vendors.currency""",
    "a bill whose payment disagrees with its run": """
        SELECT 1 FROM bills b JOIN payment_runs r USING (run_id) WHERE (b.status = 'paid') <> (r.status = 'sent') OR ifnull(paid_on, payment_due) <> payment_due""",
    "a bill scheduled for a vendor whose details have just changed": """
        SELECT 1 FROM bills b JOIN payment_runs USING (run_id) JOIN vendors USING (vendor_id)
        WHERE b.status = 'scheduled' AND julianday(payment_due) - julianday(details_changed_on) < 5""",
    "a run that is no Friday's, or sent before its day": f"""
        SELECT 1 FROM payment_runs WHERE strftime('%w', payment_due) <> '5' OR (status = 'sent') <> (payment_due < '{TODAY}')""",
    "a run that did not cost what its bills did": """
        SELECT 1 FROM statement_lines l WHERE run_id NOT NULL AND amount_gbp <> -(SELECT round(total(total_gbp), 2) FROM bills b WHERE b.run_id = l.run_id)""",
    "an invoice that does not add up": "SELECT 1 FROM invoices WHERE open_gbp <> round(total_gbp - paid_gbp - credited_gbp - written_off_gbp, 2)",
    "an invoice whose status disagrees with what is open": "SELECT 1 FROM invoices WHERE (status = 'open') <> (open_gbp > 0) OR open_gbp < 0",
    "a credit that is not its share": "SELECT 1 FROM invoices WHERE abs(credited_gbp - total_gbp * credited_percent / 100) > 0.0051",
    "a receipt on the wrong account": """
        SELECT 1 FROM statement_lines JOIN invoices USING (invoice_id) JOIN customers USING (customer_id) WHERE statement_lines.currency <> customers.currency""",
    "receipts above what was paid": """
        SELECT 1 FROM invoices JOIN statement_lines USING (invoice_id) GROUP BY invoice_id HAVING round(sum(amount_gbp), 2) > paid_gbp + 0.001""",
    "a posted journal that does not balance": f"SELECT 1 FROM journals j WHERE status <> 'draft' AND {_BALANCE} <> 0",
    "a journal without lines": "SELECT 1 FROM journals WHERE journal_id NOT IN (SELECT journal_id FROM journal_lines)",
    "a journal posted to a month that is not open yet": "SELECT 1 FROM journals j JOIN periods p USING (period_id) WHERE p.status = 'future' AND j.status <> 'draft'",
    "a draft that somebody reviewed, or a posting that nobody did": """
        SELECT 1 FROM journals WHERE (status <> 'draft') <> (reviewed_by NOT NULL) AND kind <> 'monthly batch'""",
    "a reversal of what is not reversed, or the other way round": """
        SELECT 1 FROM journals j LEFT JOIN journals r ON r.reverses_id = j.journal_id WHERE (j.status = 'reversed') <> (r.journal_id NOT NULL)""",
    "a reversal that does not take back what was entered": """
        SELECT 1 FROM journals r JOIN journal_lines a ON a.journal_id = r.reverses_id WHERE r.kind = 'reversal' AND NOT EXISTS (
          SELECT 1 FROM journal_lines b WHERE b.journal_id = r.journal_id AND b.account_id = a.account_id AND b.debit_gbp = a.credit_gbp)""",
    "a claim paid without its receipt": """
        SELECT 1 FROM expense_claims WHERE status IN ('approved', 'paid') AND amount_gbp > 25 AND NOT receipt_attached AND category <> 'mileage'""",
    "a claim approved beyond a limit": """
        SELECT 1 FROM expense_claims c JOIN employees e ON e.employee_id = c.approved_by WHERE c.amount_gbp > ifnull(approval_limit_gbp, 0)""",
    "a matter with the wrong team": """
        SELECT 1 FROM handovers GROUP BY reason HAVING count(DISTINCT team) > 1""",
    "two open handovers for one matter": "SELECT 1 FROM handovers WHERE status = 'open' GROUP BY bill_id, reason HAVING count(*) > 1",
}  # fmt: skip

# What must be there for people to talk about.
EDGE_CASES = {
    "two customers of one name": (1, "SELECT 1 FROM customers GROUP BY company_name HAVING count(*) = 2"),
    "vendors without a telephone": (3, "SELECT 1 FROM vendors WHERE phone IS NULL"),
    "bills that await approval": (40, "SELECT 1 FROM bills WHERE status = 'awaiting approval'"),
    "bills that await a second signature": (4, "SELECT 1 FROM bills WHERE status = 'awaiting approval' AND bill_id IN (SELECT bill_id FROM sign_offs)"),
    "bills on hold": (8, "SELECT 1 FROM bills WHERE status = 'on hold'"),
    "approved bills that no run pays yet": (20, "SELECT 1 FROM bills WHERE status = 'approved'"),
    "vendors paid in euros": (5, "SELECT 1 FROM vendors WHERE currency = 'EUR'"),
    "changes of bank details asked for": (6, "SELECT 1 FROM vendors WHERE new_bank_account NOT NULL AND called_back_by IS NULL"),
    "changes of bank details that were rung back": (6, "SELECT 1 FROM vendors WHERE called_back_by NOT NULL"),
    "receipts to match": (25, "SELECT 1 FROM statement_lines WHERE kind = 'receipt' AND status = 'unmatched'"),
    "receipts that are exactly five pounds short": (2, """
        SELECT 1 FROM statement_lines l JOIN invoices i ON round(i.open_gbp - l.amount_gbp, 2) = 5 JOIN customers USING (customer_id)
        WHERE l.status = 'unmatched' AND upper(company_name) LIKE counterparty || '%'"""),
    "balances of 25 pounds": (3, "SELECT 1 FROM invoices WHERE open_gbp = 25"),
    "invoices on their last day to be credited": (1, "SELECT 1 FROM invoices WHERE issued_on = date('2025-10-08', '-90 days') AND status = 'open'"),
    "drafts to post": (15, "SELECT 1 FROM journals j JOIN periods p USING (period_id) WHERE j.status = 'draft' AND p.status = 'open'"),
    "drafts that do not balance": (2, f"SELECT 1 FROM journals j WHERE status = 'draft' AND {_BALANCE} <> 0"),
    "drafts for a closed month": (5, "SELECT 1 FROM journals j JOIN periods p USING (period_id) WHERE j.status = 'draft' AND p.status = 'closed'"),
    "claims to approve": (40, "SELECT 1 FROM expense_claims WHERE status = 'submitted'"),
    "claims above 25 pounds without a receipt": (3, "SELECT 1 FROM expense_claims WHERE status = 'submitted' AND amount_gbp > 25 AND NOT receipt_attached"),
    "matters with another team": (3, "SELECT 1 FROM handovers WHERE status = 'open'"),
}  # fmt: skip

test_never, test_there_are = never(CONTRADICTIONS), there_are(EDGE_CASES)
