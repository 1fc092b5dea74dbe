"""The nominal ledger: what is entered by hand at each month's end, what is posted in one batch, and the drafts of the close under way."""

import calendar
import datetime
import random

from duologue.domains.finance.books import OPENED, TODAY, Books, days, pounds, spread, workday
from duologue.domains.making import Row
from duologue.ids import rng

Lines = list[tuple[int, str | None, float]]
"""Account, cost centre, amount: a debit, or a credit where it is negative."""

# memo, kind, debit, credit, usual amount, cost centre, how many a month
USUAL = [
    ("Electricity not billed yet", "accrual", 7200, 2150, 2450, "Warehouse", 1.0),
    ("Carriage not billed yet", "accrual", 5100, 2150, 1380, "Transport", 1.0),
    ("Audit fee", "accrual", 7600, 2150, 950, "Head office", 1.0),
    ("Agency staff not billed yet", "accrual", 7000, 2150, 3100, "Warehouse", 0.6),
    ("Sales bonus", "accrual", 7000, 2150, 5200, "Sales", 0.4),
    ("Insurance released", "prepayment", 7700, 1150, 1490, "Head office", 1.0),
    ("Software licences released", "prepayment", 7510, 1150, 820, "IT", 1.0),
    ("Exhibition deposit released", "prepayment", 6200, 1150, 2300, "Marketing", 0.3),
    ("Depreciation of warehouse equipment", "depreciation", 8000, 1025, 4160, "Warehouse", 1.0),
    ("Fuel booked to the wrong cost centre", "correction", 7300, 7400, 310, "Sales", 0.7),
    ("Parts booked as equipment", "correction", 5010, 5000, 740, "Workshop", 0.7),
    ("Legal fees not billed yet", "accrual", 7600, 2150, 1300, "Head office", 0.4),
    ("Telephone not billed yet", "accrual", 7500, 2150, 640, "IT", 0.5),
    ("Catalogue printing not billed yet", "accrual", 6200, 2150, 870, "Marketing", 0.4),
    ("Rent released", "prepayment", 7100, 1150, 3200, "Showrooms", 1.0),
    ("Maintenance contract released", "prepayment", 7800, 1150, 410, "Warehouse", 1.0),
    ("Travel booked as training", "correction", 7400, 8200, 275, "Sales", 0.4),
    ("Spare parts taken for the showroom", "correction", 8200, 5010, 160, "Showrooms", 0.5),
    ("Bank charges booked as sundries", "correction", 7900, 8200, 96, "Head office", 0.5),
]
BATCHES = [
    ("Sales of the month", 1100, 4000),
    ("Purchases of the month", 5000, 2100),
    ("Bank of the month", 1200, 1100),
]
NEXT, LAST = 9, 10
"""The month that is being closed, and the current one."""


def enter(books: Books) -> None:
    """Month by month: entries by hand, payroll, batches, and the accruals of the month before taken back."""
    r = rng("finance", "journals")
    accrued: list[Row] = []
    for month in range(OPENED.month, NEXT + 1):
        done = workday(datetime.date(TODAY.year, month, calendar.monthrange(TODAY.year, month)[1])) + days(0)
        if month < NEXT:
            _batches(books, r, month, done)
        _payroll(books, r, month, done, drafted=False)
        before, accrued = accrued, []
        for journal in before:
            _reverse(books, r, journal, month)
        for line in USUAL if month < NEXT else []:
            if r.random() < line[6]:
                journal = _entry(books, r, line, month, done, drafted=False)
                if line[1] == "accrual":
                    accrued.append(journal)
    _close(books, r)
    _forgotten(books, r)
    books.renumber("journals", "drawn_up_on", "journal_lines")
    _link(books)


def _close(books: Books, r: random.Random) -> None:
    """September under way: some of what is usual is posted, more is drafted; the first drafts for October are there too."""
    for n, line in enumerate(USUAL):
        day = workday(TODAY - days(r.randrange(1, 7)))
        journal = _entry(books, r, line, NEXT, day, drafted=n % 3 > 0)
        if n % 6 == 4:
            books.rows["journal_lines"][-1]["credit_gbp"] += r.choice((0.9, 9.0, 27.0))
        if journal["status"] == "posted":
            journal["drawn_up_on"] = str(workday(TODAY - days(r.randrange(5, 9))))
    for line in r.sample(USUAL, 10):
        _entry(books, r, line, LAST, workday(TODAY - days(r.randrange(1, 5))), drafted=True)


def _forgotten(books: Books, r: random.Random) -> None:
    """Drafts that came too late for a month that is closed, or are for one that is not open yet."""
    for n in range(12):
        month = (8, 8, 7, 8, 11, 8)[n % 6]
        _entry(books, r, r.choice(USUAL), month, TODAY - days(r.choice((1, 2, 5, 6, 7))), drafted=True)


def _accountants(books: Books) -> list[int]:
    titles = ("management accountant", "assistant accountant", "financial controller")
    return [e["employee_id"] for title in titles for e in books.staff[title]]


def _entry(
    books: Books,
    r: random.Random,
    usual: tuple[str, str, int, int, int, str, float],
    month: int,
    day: datetime.date,
    drafted: bool,
) -> Row:
    memo, kind, debit, credit, size, centre, _ = usual
    amount = 4160.0 if kind == "depreciation" else spread(r, size, 0.25)
    said = f"{memo}, {calendar.month_name[month]}"
    return _journal(books, r, (month, day, kind, said), [(debit, centre, amount), (credit, None, -amount)], drafted)


def _payroll(books: Books, r: random.Random, month: int, day: datetime.date, drafted: bool) -> None:
    gross = spread(r, 91000, 0.03)
    tax, net = pounds(gross * 0.24), pounds(gross - pounds(gross * 0.24))
    lines: Lines = [(7000, "Head office", gross), (2300, None, -tax), (2210, None, -net)]
    _journal(books, r, (month, day, "payroll", f"Salaries, {calendar.month_name[month]}"), lines, drafted)


def _batches(books: Books, r: random.Random, month: int, day: datetime.date) -> None:
    for memo, debit, credit in BATCHES:
        amount = spread(r, 148000, 0.12)
        row = _journal(
            books, r, (month, day, "monthly batch", memo), [(debit, None, amount), (credit, None, -amount)], False
        )
        row.update(prepared_by=None, reviewed_by=None)


def _reverse(books: Books, r: random.Random, journal: Row, month: int) -> None:
    """An accrual taken back on the first of the next month."""
    first = datetime.date(TODAY.year, month, 1)
    first += days((7 - first.weekday()) % 7 if first.weekday() > 4 else 0)
    lines = [x for x in books.rows["journal_lines"] if x["journal_id"] == journal["journal_id"]]
    centres = {c["cost_centre_id"]: c["name"] for c in books.rows["cost_centres"]}
    swapped = [(x["account_id"], centres.get(x["cost_centre_id"]), x["credit_gbp"] - x["debit_gbp"]) for x in lines]
    row = _journal(books, r, (month, first, "reversal", f"Reversal: {journal['memo']}"), swapped, False)
    row["reverses_id"] = journal
    journal["status"] = "reversed"


def _link(books: Books) -> None:
    """Reversals hold the journal they take back; now that all have their numbers, they hold its number."""
    for row in books.rows["journals"]:
        if row["reverses_id"] is not None:
            row["reverses_id"] = row["reverses_id"]["journal_id"]


def _journal(
    books: Books, r: random.Random, what: tuple[int, datetime.date, str, str], lines: Lines, drafted: bool
) -> Row:
    month, day, kind, memo = what
    centres = {c["name"]: c["cost_centre_id"] for c in books.rows["cost_centres"]}
    one = r.choice(_accountants(books))
    other = r.choice([e for e in (*_accountants(books), books.staff["finance director"][0]["employee_id"]) if e != one])
    journal = books.add(
        "journals",
        period_id=month,
        drawn_up_on=str(min(day, TODAY - days(1))),
        kind=kind,
        memo=memo,
        status="draft" if drafted else "posted",
        prepared_by=one,
        reviewed_by=None if drafted else other,
        reverses_id=None,
        invoice_id=None,
    )
    for account, centre, amount in lines:
        books.add(
            "journal_lines",
            journal_id=journal["journal_id"],
            account_id=account,
            cost_centre_id=centres[centre] if centre else None,
            debit_gbp=max(amount, 0.0),
            credit_gbp=max(-amount, 0.0),
        )
    return journal
