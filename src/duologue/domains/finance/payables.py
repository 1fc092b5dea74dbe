"""What the company owes: purchase orders, vendors' bills, and the runs that pay them on Fridays."""

import datetime
import random
from typing import Any

from duologue.domains.finance.books import BANKED, OPENED, TODAY, Books, ago, days, monthly, pounds, spread, workday
from duologue.domains.making import Row
from duologue.ids import rng

FRIDAY = 4
AHEAD = 26
"""Days for which runs are set up ahead."""
ORDERED_FROM = 5000.0
"""Net amount from which a bill needs an order."""
TWO_SIGN = 10000.0
"""Total above which two people sign."""
HOLDS = ("price query", "goods not received", "quality complaint", "possible duplicate", "order number missing")
REGULAR = 1.0
"""Bills a month of a vendor that sends one each month."""
_SEASON = {5: 1.1, 6: 1.1, 8: 0.85, 9: 1.2, 10: 1.5}


def owe(books: Books) -> None:
    """Runs first, then every bill of every vendor, in the order they came."""
    for day in _fridays():
        _runs(books, day)
    r = rng("finance", "bills")
    ids = {v["name"]: v for v in books.rows["vendors"]}
    drafts: list[tuple[datetime.date, int, Row]] = []
    for vendor in books.rows["vendors"]:
        rate = books.about[vendor["vendor_id"]][6]
        regular = _each_month(r) if rate == REGULAR else monthly(r, rate, lambda month: _SEASON.get(month, 1.0))
        drafts += [(day, len(drafts) + n, vendor) for n, day in enumerate(regular)]
    wanted = [(ago(story[1]), len(drafts) + n, story) for n, story in enumerate(books.stories["bills"])]
    for day, _, what in sorted([*drafts, *wanted], key=lambda d: d[:2]):
        if isinstance(what, list):
            _story(books, r, ids[what[0]], day, what)
        else:
            _bill(books, r, what, day)
    books.renumber("purchase_orders", "ordered_on", "bills")
    books.renumber("sign_offs", "approved_on")


def _each_month(r: random.Random) -> list[datetime.date]:
    """About the same day of each month, as rents and subscriptions come."""
    nth = r.randrange(2, 27)
    wanted = (datetime.date(TODAY.year, month, nth) for month in range(OPENED.month, TODAY.month + 1))
    return [workday(day) for day in wanted if OPENED <= workday(day) < TODAY]


def _fridays() -> list[datetime.date]:
    return [BANKED + days(n) for n in range((TODAY - BANKED).days + AHEAD) if (BANKED + days(n)).weekday() == FRIDAY]


def _runs(books: Books, day: datetime.date) -> None:
    """One in pounds and one in euros."""
    status = "sent" if day < TODAY else "open"
    said = f"{day.day} {day:%B}"
    for method, currency in (("BACS", "GBP"), ("SEPA", "EUR")):
        name = f"{method} {said}"
        books.add("payment_runs", name=name, method=method, payment_due=str(day), currency=currency, status=status)


def _bill(books: Books, r: random.Random, vendor: Row, day: datetime.date) -> None:
    """A bill as most are: for what was ordered and came, or for a service; now and then for more than came."""
    line = books.about[vendor["vendor_id"]]
    net, item, price = spread(r, line[5]), line[8], line[9]
    order = None
    if item:
        paid_price = pounds(price * r.choice((0.95, 1.0, 1.0, 1.0, 1.03)))
        order, net = _delivered(books, r, vendor, day, (item, max(1, round(net / paid_price)), paid_price))
    elif net >= ORDERED_FROM and not ((TODAY - day).days < 12 and r.random() < 0.6):
        order = _order(books, r, vendor, day, ("call-off for the year", 12, 12, pounds(net)))
    bill = _entered(books, r, vendor, day, net, order)
    _played(books, r, bill, vendor)


def _delivered(
    books: Books, r: random.Random, vendor: Row, day: datetime.date, what: tuple[str, int, float]
) -> tuple[Row, float]:
    """An order that came in part or in whole, and what the vendor charges for it."""
    item, quantity, price = what
    short = quantity > 3 and r.random() < 0.18
    came = quantity - r.randrange(1, 1 + quantity // 3) if short else quantity
    order = _order(books, r, vendor, day, (item, quantity, came, price))
    charged = quantity if short and r.random() < 0.6 else came
    dearer = r.choice((1.03, 1.08)) if r.random() < 0.07 else 1.0
    return order, pounds(charged * price * dearer)


def _order(books: Books, r: random.Random, vendor: Row, day: datetime.date, what: tuple[str, int, int, float]) -> Row:
    item, quantity, came, price = what
    jobs = ("purchasing manager", "operations director", "warehouse manager")
    buyers = [e for job in jobs for e in books.staff[job]]
    return books.add(
        "purchase_orders",
        vendor_id=vendor["vendor_id"],
        ordered_by=r.choice(buyers)["employee_id"],
        ordered_on=str(day - days(r.randrange(5, 40))),
        item=item,
        quantity_ordered=quantity,
        quantity_received=came,
        unit_price_gbp=price,
    )


def _entered(books: Books, r: random.Random, vendor: Row, day: datetime.date, net: float, order: Row | None) -> Row:
    line = books.about[vendor["vendor_id"]]
    centres = {c["name"]: c["cost_centre_id"] for c in books.rows["cost_centres"]}
    vat = pounds(net * line[7] / 100)
    return books.add(
        "bills",
        vendor_id=vendor["vendor_id"],
        vendor_reference=f"{''.join(w[0] for w in vendor['name'].split())[:2].upper()}-{len(books.rows['bills']) * 7 + r.randrange(7) + 10211}",
        received_on=str(day),
        due_on=str(day + days(vendor["terms_days"])),
        order_id=order["order_id"] if order else None,
        account_id=line[3],
        cost_centre_id=centres[line[4]],
        net_gbp=net,
        vat_gbp=vat,
        total_gbp=pounds(net + vat),
        status="awaiting approval",
        hold_reason=None,
        entered_by=r.choice(books.clerks())["name"],
        run_id=None,
        paid_on=None,
    )


def _story(books: Books, r: random.Random, vendor: Row, day: datetime.date, story: list[Any]) -> None:
    _, _, net, ordered, status = story
    item = books.about[vendor["vendor_id"]][8] or "call-off for the year"
    order = _order(books, r, vendor, day, (item, *ordered)) if ordered else None
    bill = _entered(books, r, vendor, day, net, order)
    if status == "signed once":
        _approve(books, r, bill)


def _played(books: Books, r: random.Random, bill: Row, vendor: Row) -> None:
    """What became of a bill by today: young ones wait, most are paid with the run after they fall due."""
    age, due = (TODAY - datetime.date.fromisoformat(bill["received_on"])).days, bill["due_on"]
    if r.random() < (1.0 if age < 3 else 0.5 if age < 11 else 0.12 if age < 30 else 0.01):
        return
    if r.random() < (0.08 if age < 40 else 0.015):
        bill.update(status="on hold", hold_reason=r.choice(HOLDS))
        return
    _sign(books, r, bill)
    fridays = (datetime.date.fromisoformat(due) + days(n) for n in range(15))
    day = next(d for d in fridays if d.weekday() == FRIDAY)
    run = next((p for p in _of(books, vendor) if p["payment_due"] == str(day)), None)
    if day < TODAY:
        bill.update(status="paid", paid_on=str(day), run_id=run["run_id"] if run else None)
    elif run is not None and r.random() < 0.3 and "changed" not in _story_of(books, vendor):
        bill.update(status="scheduled", run_id=run["run_id"])


def _sign(books: Books, r: random.Random, bill: Row) -> None:
    bill["status"] = "approved"
    first = _approve(books, r, bill)
    if bill["total_gbp"] > TWO_SIGN:
        titles = ("finance director", "managing director", "operations director")
        _approve(
            books, r, bill, first, *(e["employee_id"] for e in books.rows["employees"] if e["job_title"] not in titles)
        )


def _approve(books: Books, r: random.Random, bill: Row, *others: int) -> int:
    """Somebody's signature, some days after the bill came: not the clerk's who entered it, nor that of the others."""
    clerk = next(e["employee_id"] for e in books.clerks() if e["name"] == bill["entered_by"])
    one = books.approver(r, bill["total_gbp"], clerk, *others)
    day = datetime.date.fromisoformat(bill["received_on"]) + days(r.randrange(1, 12))
    while day.weekday() > FRIDAY or day > TODAY:
        day -= days(1)
    books.add("sign_offs", bill_id=bill["bill_id"], employee_id=one, approved_on=str(day))
    return one


def _of(books: Books, vendor: Row) -> list[Row]:
    """The runs in a vendor's currency."""
    return [p for p in books.rows["payment_runs"] if p["currency"] == vendor["currency"]]


def _story_of(books: Books, vendor: Row) -> set[str]:
    return {what for what in ("changed", "asked", "called_back") if vendor["name"] in books.stories[what]}
