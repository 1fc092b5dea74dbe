"""What passes over the desk beside the teaching: invoices, waiting lists, and what was handed over to somebody else."""

import datetime
import random

from duologue.domains.making import Row, Time
from duologue.domains.tutoring.books import NOW, TODAY, Books, age, day_of, days
from duologue.ids import rng

TERMS = 14
"""Days to pay."""
HANDED_OVER = 64


def desk_work(books: Books) -> None:
    """All three."""
    _invoices(books)
    _waiting(books)
    _handovers(books)


def _invoices(books: Books) -> None:
    """One for each enrolment and each package. Most are paid in time; the stories' are open, and due about now."""
    r = rng("tutoring", "invoices")
    due = list(books.stories["due"])
    bills: list[tuple[datetime.date, int, float, Row]] = [
        (
            day_of(e["enrolled_at"]),
            e["student_id"],
            e["fee_gbp"],
            {"enrolment_id": e["enrolment_id"], "package_id": None},
        )
        for e in books.rows["enrolments"]
    ]
    bills += [
        (day_of(p["bought_on"]), p["student_id"], p["price_gbp"], {"enrolment_id": None, "package_id": p["package_id"]})
        for p in books.rows["packages"]
    ]
    edges: dict[int, int] = {}
    recent = [n for n, bill in enumerate(bills) if 30 > (TODAY - bill[0]).days >= 12]
    seen: set[int] = set()
    for n in r.sample(recent, len(recent)):
        if due and bills[n][1] not in seen:
            seen.add(bills[n][1])
            edges[n] = due.pop()
    for n, (issued, student, amount, what) in enumerate(bills):
        _invoice(books, (issued, student, amount, what), edges.get(n), r)
    books.ledger.renumber("invoices", "issued_on")


def _invoice(books: Books, bill: tuple[datetime.date, int, float, Row], edge: int | None, r: random.Random) -> None:
    issued, student, amount, what = bill
    due = issued + days(TERMS)
    paid = issued + days(int(r.choice((1, 4, 10, 14, 20)) * r.random() + 0.5))
    if edge is not None:
        due = TODAY + days(edge)
        issued = min(issued, due - days(TERMS))
    is_paid = edge is None and paid <= TODAY and (r.random() < 0.985 or due > TODAY)
    books.add(
        "invoices",
        student_id=student,
        **what,
        amount_gbp=amount,
        issued_on=str(issued),
        due_on=str(due),
        status="paid" if is_paid else "open",
        paid_on=str(paid) if is_paid else None,
    )


def _waiting(books: Books) -> None:
    """For every class that is full and has not gone too far."""
    r = rng("tutoring", "waiting")
    inside: dict[int, set[int]] = {}
    for enrolment in books.rows["enrolments"]:
        if enrolment["status"] != "dropped":
            inside.setdefault(enrolment["class_id"], set()).add(enrolment["student_id"])
    entries: list[tuple[Time, int, int, str]] = []
    for row in books.rows["classes"]:
        course, in_it = books.course_of[row["class_id"]], inside.get(row["class_id"], set())
        if row["status"] == "finished" or len(in_it) < row["capacity"]:
            continue
        able = [
            s
            for s in books.rows["students"]
            if course["youngest"] <= age(s["born_on"], TODAY) <= (course["oldest"] or 99)
            and s["student_id"] not in in_it
            and (s["stage"] == course["stage"] or course["stage"] == "adult")
            and s["registered_on"] < "2025-09-01"
        ]
        for student in r.sample(able, min(len(able), r.randrange(2, 8))):
            at = NOW - datetime.timedelta(seconds=int(r.uniform(3600 * 15, 86400 * 40)))
            at = at.replace(hour=8 + at.hour % 12)
            at = at if at < NOW else at - days(1)
            status = r.choices(("waiting", "offered", "left"), (82, 8, 10))[0]
            entries.append((at, student["student_id"], row["class_id"], status))
    for at, student_id, class_id, status in sorted(entries):
        books.add("waiting_list", student_id=student_id, class_id=class_id, joined_at=str(at), status=status)


def _handovers(books: Books) -> None:
    r = rng("tutoring", "handovers")
    words = books.catalogue["desk"]
    for back in sorted((r.random() * 120 for _ in range(HANDED_OVER)), reverse=True):
        day = TODAY - days(1 + int(back))
        while day.weekday() > 4:
            day -= days(1)
        at = Time(day.year, day.month, day.day, 8) + datetime.timedelta(seconds=int(r.random() * 36000))
        student = r.choice([s for s in books.rows["students"] if s["registered_on"] < str(day)])
        reason = r.choices([*words["reasons"]], [*words["reasons"].values()])[0]
        books.add(
            "handovers",
            student_id=student["student_id"],
            reason=reason,
            team=words["teams"][reason],
            opened_at=str(at),
            status="open" if (TODAY - day).days < 4 else "closed",
        )
