"""What lines used month by month, the bills that came of it, and who paid them."""

import datetime
import random

from duologue.domains.making import Row, hours
from duologue.domains.telecom.books import NOW, TODAY, Books, ago, months_on
from duologue.ids import rng

MONTHS = 6
"""Months that are remembered, this one among them."""
TERM = 14
"""Days to pay."""
TOP_UPS = {1: 4.0, 5: 8.0, 10: 12.0}
"""Gigabytes → pounds."""
MOST_TOP_UPS = 3
_PAY_LATE, _NEVER = 0.16, 0.2
_EMPTY = 0.09
"""How many lines have no data left this month."""


def measure(books: Books) -> None:
    """What each line used in each month. Most use a part of their plan, some all of it, and a few top it up."""
    r = rng("telecom", "usage")
    first = TODAY.replace(day=1)
    for line in books.rows["lines"]:
        plan = books.get("plans", line["plan_id"])
        more = sum(a["data_gb"] or 0 for a in books.extras.get(line["line_id"], ()))
        story = books.told.get(line["line_id"], {})
        habit = min(1.1, r.betavariate(1.5, 2.2) * 1.15)
        for back in range(MONTHS - 1, -1, -1):
            month = months_on(first, -back)
            if str(months_on(month, 1)) <= line["started_on"] or (line["status"] == "ended" and back < 2):
                continue
            allowance = float(plan["data_gb"] + more)
            through = 1.0 if back else (TODAY.day - 0.5) / 31
            used = allowance * habit * through * r.lognormvariate(0.0, 0.3) * (1.15 if month.month in (7, 8) else 1.0)
            if not back and (story.get("used_up") or (not story and r.random() < _EMPTY)):
                used = 10 * allowance
            ups = story.get("top_ups", 0) if story and not back else _top_ups(used, allowance, r)
            topped = float(sum(r.choice((1, 1, 5, 10)) for _ in range(ups)))
            books.add(
                "monthly_usage",
                line_id=line["line_id"],
                month=str(month)[:7],
                allowance_gb=allowance,
                used_gb=round(min(used, allowance + topped), 1),
                top_ups=ups,
                topped_up_gb=topped,
                call_minutes=int(r.lognormvariate(4.4, 0.9) * through),
            )


def _top_ups(used: float, allowance: float, r: random.Random) -> int:
    return r.choices((0, 1, 2, MOST_TOP_UPS), (4, 3, 2, 3))[0] if used > allowance else 0


def bill(books: Books) -> None:
    """A bill a month for each customer, on a day of the month that is theirs, and what was paid of it."""
    r = rng("telecom", "bills")
    for customer in books.rows["customers"]:
        lines = books.lines_of[customer["customer_id"]]
        story = books.told.get(lines[0]["line_id"], {})
        issue = ago(story["billed"]) if "billed" in story else TODAY.replace(day=r.randrange(1, 29))
        if issue > TODAY:
            issue = months_on(issue, -1)
        method = "card" if story else r.choices(("direct debit", "card", "bank transfer"), (62, 26, 12))[0]
        never = r.random() < _NEVER
        for back in range(MONTHS - 1, -1, -1):
            day = months_on(issue, -back) if back else issue
            made = _bill(books, customer, lines, day, (story, back), r)
            if made is not None:
                _settle(books, made, (method, never and back == 0, story if not back else {}), r)
        if story.get("arranged"):
            _arranged_before(books, customer, story["arranged"])
    books.renumber("bills", "issued_on", "bill_lines", "payments")
    books.renumber("payments", "paid_at")
    _suspend_for_debt(books, r)


def _bill(
    books: Books, customer: Row, lines: list[Row], day: datetime.date, about: tuple[Row, int], r: random.Random
) -> Row | None:
    """The bill of a day with a line for each charge; none before there was a line."""
    story, back = about
    going = [n for n in lines if n["started_on"] <= str(day) and (n["status"] != "ended" or back > 2)]
    if not going:
        return None
    made = books.add(
        "bills",
        customer_id=customer["customer_id"],
        issued_on=str(day),
        due_on=str(day + datetime.timedelta(days=TERM)),
        status="open",
        instalments=None,
        arranged_on=None,
    )
    total = 0.0
    for line in going:
        charges = [("plan", books.get("plans", line["plan_id"])["monthly_price_gbp"])]
        extras = books.extras.get(line["line_id"], ())
        charges.append(("add-ons", sum(a["monthly_price_gbp"] for a in extras if a["started_on"] <= str(day))))
        if not story:
            charges.append(("data top-ups", r.choice((4.0, 8.0, 12.0, 16.0)) if r.random() < 0.05 else 0.0))
            charges.append(("use abroad", round(r.lognormvariate(2.6, 0.9), 2) if r.random() < 0.05 else 0.0))
            charges.append(("premium calls", round(r.uniform(1.2, 19), 2) if r.random() < 0.03 else 0.0))
        elif not back:
            charges.append(("use abroad", story.get("abroad_gbp", 0.0)))
        for charge, amount in charges:
            if amount:
                books.add(
                    "bill_lines",
                    bill_id=made["bill_id"],
                    line_id=line["line_id"],
                    name=f"{charge} in {day:%B} for {line['phone_number']}",
                    charge=charge,
                    amount_gbp=amount,
                )
                total += amount
    made["total"] = round(total, 2)
    return made


def _settle(books: Books, bill: Row, about: tuple[str, bool, Row], r: random.Random) -> None:
    """Direct debits go through on the day a bill is due; others pay early or late, and some not at all."""
    method, never, story = about
    due = datetime.date.fromisoformat(bill["due_on"])
    total = bill.pop("total")
    late = r.random() < _PAY_LATE
    day = (
        due
        if method == "direct debit"
        else due + datetime.timedelta(days=r.randrange(1, 24) if late else -r.randrange(12))
    )
    at = datetime.datetime.combine(day, datetime.time(r.randrange(6, 22), r.randrange(60), r.randrange(60)))
    if late and not story and ago(20) <= due <= ago(6):
        at = NOW - hours(r, 2, 60)  # the line is off still
    if story.get("paid") == "yesterday":
        at = NOW - datetime.timedelta(days=1, minutes=r.randrange(300))
    if at < NOW and not never and story.get("paid") != "no":
        bill["paid"] = True
        books.add("payments", bill_id=bill["bill_id"], method=method, amount_gbp=total, paid_at=str(at))
    elif due < TODAY:
        bill["status"] = "overdue"


def _arranged_before(books: Books, customer: Row, days: int) -> None:
    """An earlier bill of theirs was paid in instalments that were agreed on so many days ago."""
    day = str(ago(days))
    earlier = [b for b in books.rows["bills"] if b["customer_id"] == customer["customer_id"] and b["issued_on"] <= day]
    earlier[-1].update(instalments=2, arranged_on=day)


def _suspend_for_debt(books: Books, r: random.Random) -> None:
    """Lines of customers who owe are suspended after a while; a few of those who paid just now are off still."""
    for bill in books.rows["bills"]:
        paid = bill.pop("paid", False)
        lines = books.lines_of[bill["customer_id"]]
        story = books.told.get(lines[0]["line_id"], {})
        if story or bill["issued_on"] < str(ago(60)):
            continue
        due = datetime.date.fromisoformat(bill["due_on"])
        if bill["status"] == "overdue" and due <= ago(5) and r.random() < 0.75:
            if r.random() < 0.2:  # has asked to pay bit by bit
                bill.update(status="in instalments", instalments=r.choice((2, 3)), arranged_on=str(ago(r.randrange(3))))
            at = datetime.datetime.combine(due + datetime.timedelta(days=4), datetime.time(2, r.randrange(60)))
            for line in lines:
                if line["status"] == "active":
                    line.update(status="suspended", suspended_for="unpaid bill", suspended_at=str(at))
        elif paid:
            _still_off(books, bill, lines, due)


def _still_off(books: Books, bill: Row, lines: list[Row], due: datetime.date) -> None:
    """Paid late within the last three days: the line is suspended until somebody asks for it back."""
    payment = next((p for p in reversed(books.rows["payments"]) if p["bill_id"] == bill["bill_id"]), None)
    if payment is None or payment["paid_at"] < str(ago(4)) or due > ago(5) or lines[0]["status"] != "active":
        return
    at = datetime.datetime.combine(due + datetime.timedelta(days=4), datetime.time(2, 20))
    lines[0].update(status="suspended", suspended_for="unpaid bill", suspended_at=str(at))
