"""Who works here, who is owed and who owes, and the plain tables that all else refers to."""

import calendar
import datetime
import random

from duologue.domains.finance.books import TODAY, Books, ago
from duologue.domains.making import mobiles, names, plain
from duologue.ids import rng

MONTHS = range(4, 13)
"""The months of the financial year until December; a period's number is its month's."""
CLOSED, FUTURE = 8, 11
"""The last month that is closed, and the first that is not open yet."""


def set_up(books: Books) -> None:
    """Everything that was there before the first bill."""
    for centre in books.catalogue["cost_centres"]:
        books.add("cost_centres", name=centre)
    books.rows["accounts"] += [{"account_id": c, "name": n, "kind": k} for c, n, k in books.catalogue["accounts"]]
    for month in MONTHS:
        books.add(
            "periods",
            name=f"{calendar.month_name[month]} {TODAY.year}",
            starts_on=str(datetime.date(TODAY.year, month, 1)),
            ends_on=str(datetime.date(TODAY.year, month, calendar.monthrange(TODAY.year, month)[1])),
            status="closed" if month <= CLOSED else "future" if month >= FUTURE else "open",
        )
    _employees(books)
    _vendors(books)
    _customers(books)


def _employees(books: Books) -> None:
    r = rng("finance", "employees")
    centres = {c["name"]: c["cost_centre_id"] for c in books.rows["cost_centres"]}
    jobs = [(title, centre, limit) for title, centre, limit, count in books.catalogue["jobs"] for _ in range(count)]
    people = names(r, len(jobs))
    order = sorted(range(len(jobs)), key=lambda i: (books.catalogue["cost_centres"].index(jobs[i][1]), r.random()))
    for i in order:
        (first, last), (title, centre, limit) = people[i], jobs[i]
        employee = books.add(
            "employees",
            name=f"{first} {last}",
            job_title=title,
            cost_centre_id=centres[centre],
            email=f"{plain(first)}.{plain(last)}@lowtherbay.example",
            approval_limit_gbp=float(limit) if limit else None,
        )
        books.staff.setdefault(title, []).append(employee)


def _vendors(books: Books) -> None:
    """Most have never changed their bank; some have just asked to, and of these some were rung back."""
    r, stories = rng("finance", "vendors"), books.stories
    team = [e["employee_id"] for title in ("accounts payable lead", "assistant accountant") for e in books.staff[title]]
    phones = mobiles(r, len(books.catalogue["vendors"]))
    for line, phone in zip(sorted(books.catalogue["vendors"]), phones, strict=True):
        name, currency, terms = line[:3]
        called, asked = stories["called_back"].get(name), stories["asked"].get(name)
        since = called or asked
        rung = r.choice(team) if called else None
        vendor = books.add(
            "vendors",
            name=name,
            currency=currency,
            terms_days=terms,
            phone=phone if r.random() < 0.88 else None,
            bank_account=_account(r),
            details_changed_on=str(ago(stories["changed"][name])) if name in stories["changed"] else None,
            new_bank_account=_account(r) if since else None,
            change_requested_on=str(ago(since)) if since else None,
            called_back_by=rung,
            called_back_on=str(ago(r.randrange(since))) if called else None,
        )
        books.about[vendor["vendor_id"]] = line


def _account(r: random.Random) -> str:
    """A bank account as it is shown on a screen."""
    return f"account ending {r.randrange(1000, 10000)}"


def _customers(books: Books) -> None:
    r = rng("finance", "customers")
    known = books.catalogue["customers"]
    for (name, city, currency, terms, usual), phone in zip(known, mobiles(r, len(known)), strict=True):
        books.add(
            "customers",
            company_name=name,
            city=city,
            currency=currency,
            terms_days=terms,
            credit_limit_gbp=float(max(1000, round(usual * 4, -3))),
            phone=phone if r.random() < 0.85 else None,
        )
