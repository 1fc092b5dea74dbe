"""What the company is owed: invoices to customers, and the bank's statements that tell who has paid."""

import datetime
import random
from itertools import cycle

from duologue.domains.finance.books import BANKED, TODAY, Books, ago, days, monthly, pounds, spread, workday
from duologue.domains.making import Row
from duologue.ids import rng

UNMATCHED_FROM = 13
"""Statement lines of the last so many days are mostly not matched yet."""
REASONS = ("goods returned", "damaged in transit", "price error", "late delivery", "invoiced twice")
_SEASON = {1: 0.7, 2: 0.8, 4: 1.1, 5: 1.2, 6: 1.2, 7: 1.1, 8: 0.9, 9: 1.15, 12: 0.8}
_FIXED = (
    ("direct debit", "CARD TERMINAL HIRE", -64.8, (2, 16)),
    ("direct debit", "BOROUGH COUNCIL RATES", -2140.0, (15,)),
    ("bank charge", "ACCOUNT FEE", -38.5, (1,)),
    ("tax", "HMRC PAYE", -21460.8, (19,)),
    ("tax", "HMRC VAT", -33812.4, (7,)),
    ("payroll", "SALARIES", -68240.15, (26,)),
)
"""Kind, counterparty, amount and days of the month of what leaves the bank each month."""


def collect(books: Books) -> None:
    """Every invoice in the order they went out, then what came in for them."""
    r = rng("finance", "invoices")
    usual = {c["company_name"] + c["city"]: c for c in books.rows["customers"]}
    sold: list[tuple[datetime.date, int, float]] = []
    for name, city, _, _, size in books.catalogue["customers"]:
        for day in monthly(r, 1.4 + 0.7 * r.random(), lambda month: _SEASON.get(month, 1.0)):
            sold.append((day, usual[name + city]["customer_id"], size))
    for age in books.stories["ages"]:
        name, city, _, _, size = r.choice(books.catalogue["customers"])
        sold.append((ago(age), usual[name + city]["customer_id"], size))
    receipts: list[tuple[datetime.date, Row, float]] = []
    ages = {ago(a) for a in books.stories["ages"]}
    for day, customer, size in sorted(sold):
        invoice = _invoice(books, r, books.get("customers", customer), day, size)
        receipts += _paid(books, r, invoice, keep=day in ages)
    _leftovers(books, rng("finance", "leftovers"))
    _statements(books, receipts)


def _invoice(books: Books, r: random.Random, customer: Row, day: datetime.date, size: float) -> Row:
    total = spread(r, size, 0.6)
    return books.add(
        "invoices",
        customer_id=customer["customer_id"],
        issued_on=str(day),
        due_on=str(day + days(customer["terms_days"])),
        total_gbp=total,
        paid_gbp=0.0,
        credited_percent=0.0,
        credited_gbp=0.0,
        credit_reason=None,
        written_off_gbp=0.0,
        open_gbp=total,
        status="open",
    )


def settle(invoice: Row) -> None:
    """What is left open follows from what was paid, credited and written off."""
    gone = invoice["paid_gbp"] + invoice["credited_gbp"] + invoice["written_off_gbp"]
    invoice["open_gbp"] = pounds(invoice["total_gbp"] - gone)
    if invoice["open_gbp"] <= 0:
        done = "credited" if invoice["credited_gbp"] >= invoice["total_gbp"] else "paid"
        invoice["status"] = "written off" if invoice["written_off_gbp"] else done


def _paid(books: Books, r: random.Random, invoice: Row, keep: bool) -> list[tuple[datetime.date, Row, float]]:
    """What came in for an invoice since the statements begin; before that it is only noted as paid."""
    if keep:
        return []
    if r.random() < 0.05:
        percent = r.choice((5.0, 10.0, 10.0, 25.0, 100.0))
        credited = pounds(invoice["total_gbp"] * percent / 100)
        invoice.update(credited_percent=percent, credited_gbp=credited, credit_reason=r.choice(REASONS))
        settle(invoice)
    due = datetime.date.fromisoformat(invoice["due_on"])
    day = workday(due + days(int(r.triangular(-9, 24, 1))))
    if day >= TODAY or invoice["status"] != "open" or r.random() < 0.06:
        return []
    owed = invoice["open_gbp"]
    if day < BANKED:
        invoice["paid_gbp"] = owed
        settle(invoice)
        return []
    return [(day, invoice, owed)]


def _leftovers(books: Books, r: random.Random) -> None:
    """Balances that nobody chases: charges that a bank or a customer took off."""
    old = [i for i in books.rows["invoices"] if i["status"] == "paid" and i["paid_gbp"] > 200]
    overdue = {n: [i for i in old if i["due_on"] == str(ago(n))] for n in range(30, 200)}
    taken: set[int] = set()
    plain = [(pounds(r.uniform(0.5, 34)), r.randrange(45, 150)) for _ in range(34)]
    for left, late in [*books.stories["leftovers"], *plain]:
        near = [
            i
            for n in sorted(range(late - 6, late + 7), key=lambda n: abs(n - late))
            for i in overdue.get(n, [])
            if i["invoice_id"] not in taken
        ]
        invoice = near[0] if near else r.choice([i for i in old if i["invoice_id"] not in taken])
        taken.add(invoice["invoice_id"])
        if near:
            invoice["due_on"] = str(ago(late))
        invoice.update(paid_gbp=pounds(invoice["paid_gbp"] - left), status="open")
        settle(invoice)


def _statements(books: Books, receipts: list[tuple[datetime.date, Row, float]]) -> None:
    """The statements, line by line: what came in, what the runs paid, what leaves each month."""
    r = rng("finance", "bank")
    short, astray = cycle(books.stories["short_by"]), cycle((False, True, False))
    for day, invoice, owed in sorted(receipts, key=lambda x: (x[0], x[1]["invoice_id"])):
        customer = books.get("customers", invoice["customer_id"])
        fresh = (TODAY - day).days <= UNMATCHED_FROM
        matched = not fresh or r.random() < 0.12
        amount = owed
        if not matched and r.random() < 0.3:
            less = next(short)
            amount = pounds(owed - less) if owed > 100 else owed
        elif not matched and r.random() < 0.1:
            amount = pounds(owed * r.choice((0.5, 0.75)))
        elif matched and r.random() < 0.08:
            amount = pounds(owed - r.choice((1.5, 2.0, 3.5)))
        abroad = customer["currency"] == "EUR"
        wrong = not matched and (next(astray) if abroad else r.random() < 0.06)
        known = r.random() < 0.62
        _line(books, day, "EUR" if abroad != wrong else "GBP", "receipt", customer["company_name"].upper(), amount)
        books.rows["statement_lines"][-1].update(
            payment_reference=f"INV {invoice['invoice_id']}" if known else None,
            invoice_id=invoice["invoice_id"] if matched else None,
            status="matched" if matched else "unmatched",
        )
        if matched:
            invoice["paid_gbp"] = pounds(invoice["paid_gbp"] + amount)
            settle(invoice)
    _outgoing(books)
    books.renumber("statement_lines", "booked_on")


def _outgoing(books: Books) -> None:
    for run in books.rows["payment_runs"]:
        paid = [b["total_gbp"] for b in books.rows["bills"] if b["run_id"] == run["run_id"] and b["status"] == "paid"]
        if paid:
            day = datetime.date.fromisoformat(run["payment_due"])
            line = _line(books, day, run["currency"], "payment run", run["method"], -pounds(sum(paid)))
            line.update(run_id=run["run_id"], status="matched")
    day = BANKED
    while day < TODAY:
        for kind, counterparty, amount, when in _FIXED:
            if day.day in when:
                line = _line(books, workday(day), "GBP", kind, counterparty, amount)
                line["status"] = "matched" if (TODAY - day).days > UNMATCHED_FROM else "unmatched"
        day += days(1)


def _line(books: Books, day: datetime.date, currency: str, kind: str, counterparty: str, amount: float) -> Row:
    return books.add(
        "statement_lines",
        currency=currency,
        booked_on=str(day),
        kind=kind,
        counterparty=counterparty[:22].strip(),
        payment_reference=None,
        amount_gbp=amount,
        invoice_id=None,
        run_id=None,
        status="unmatched",
    )
