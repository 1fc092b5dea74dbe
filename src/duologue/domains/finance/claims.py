"""Expense claims, and what was handed over to other teams."""

import datetime
import random

from duologue.domains.finance.books import NOW, OPENED, TODAY, Books, ago, days, pounds, workday
from duologue.domains.making import Row, hours
from duologue.ids import rng

CLAIMS = 330
UNPROVEN = 25.0
"""Pounds up to which a claim needs no receipt."""
TEAMS = {
    "suspected fraud": "internal audit",
    "dispute with the vendor": "purchasing",
    "VAT question": "tax",
    "exception to a rule": "financial control",
}


def claim(books: Books) -> None:
    """Those who travel claim most; the latest claims wait for an approval."""
    r = rng("finance", "claims")
    keen = [0.2 + 3 * r.random() ** 3 for _ in books.rows["employees"]]
    span = (TODAY - OPENED).days
    for spent in sorted(OPENED + days(int(span * r.random())) for _ in range(CLAIMS)):
        category = r.choice([*books.catalogue["expenses"]])
        low, high = books.catalogue["expenses"][category]
        amount = pounds(r.uniform(low, high))
        receipt = int(r.random() < (0.95 if amount > UNPROVEN else 0.6) and category != "mileage")
        who = r.choices(books.rows["employees"], keen)[0]
        _claimed(books, r, who, category, spent, (amount, receipt))
    for age, amount, receipt in books.stories["claims"]:
        who = r.choices(books.rows["employees"], keen)[0]
        category = r.choice(("rail", "client entertainment") if amount > 45 else ("meals", "rail"))
        row = _claimed(books, r, who, category, ago(age), (amount, receipt))
        row.update(submitted_on=str(TODAY if age > 50 else ago(r.choice((1, 2)))), status="submitted", approved_by=None)
    books.renumber("expense_claims", "submitted_on")
    hand_over(books)


def _claimed(
    books: Books, r: random.Random, who: Row, category: str, spent: datetime.date, what: tuple[float, int]
) -> Row:
    amount, receipt = what
    submitted = min(spent + days(int(1 + 40 * r.random() ** 3)), TODAY)
    age = (TODAY - submitted).days
    waits = r.random() < (0.95 if age < 6 else 0.5 if age < 16 else 0.03)
    fits = receipt or amount <= UNPROVEN or category == "mileage"
    status = (
        "submitted" if waits else "rejected" if not fits or r.random() < 0.02 else "paid" if age > 14 else "approved"
    )
    approved = status in ("approved", "paid")
    return books.add(
        "expense_claims",
        employee_id=who["employee_id"],
        category=category,
        spent_on=str(spent),
        submitted_on=str(submitted),
        amount_gbp=amount,
        receipt_attached=receipt,
        status=status,
        approved_by=books.approver(r, amount, who["employee_id"]) if approved else None,
    )


def hand_over(books: Books) -> None:
    """What other teams were asked to look at; the latest is still open."""
    r = rng("finance", "handovers")
    done = [b for b in books.rows["bills"] if b["status"] in ("paid", "on hold")]
    payable = [b for b in books.rows["bills"] if b["status"] == "approved"]
    about = [*r.sample(done, 37), *r.sample(payable, 5)]
    for bill in sorted(about, key=lambda b: (b["received_on"], b["bill_id"])):
        day = min(workday(datetime.date.fromisoformat(bill["received_on"]) + days(r.randrange(1, 9))), ago(1))
        at = NOW.fromisoformat(str(max(day, datetime.date.fromisoformat(bill["received_on"])))) + hours(r, 9, 17)
        reason = r.choices([*TEAMS], (2, 8, 6, 4))[0]
        fresh = bill["status"] != "paid" and (NOW - at).days < 40
        books.add(
            "handovers",
            bill_id=bill["bill_id"],
            reason=reason,
            team=TEAMS[reason],
            opened_at=str(at),
            status="open" if fresh else "closed",
        )
    books.renumber("handovers", "opened_at")
