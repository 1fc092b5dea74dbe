"""What passes over the desk: tickets with their comments, known faults, articles, and what was handed over to others."""

import datetime
import random

from duologue.domains.helpdesk.desk import NOW, Desk, ago, at_work
from duologue.domains.making import Row, Time, hours
from duologue.ids import rng

TICKETS = 1350
SPAN = 365
OPENS = 21
HANDOVERS = 84
PRIORITIES = {
    "one person": (("low", "normal"), (24, 76)),
    "team": (("normal", "high"), (62, 38)),
    "whole office": (("high", "critical"), (55, 45)),
}
"""What an impact allows, the last of them at most."""
TEAMS = {
    "suspected phishing": "security",
    "lost equipment": "security",
    "data loss": "second line",
    "privileged access": "security",
    "a forgotten staff number": "security",
    "poor service": "service manager",
    "unsolved trouble": "second line",
}
"""Reason of a handover → who takes it over."""


def take_calls(desk: Desk) -> None:
    """A year of them, more of late, most on Mondays."""
    r = rng("helpdesk", "tickets")
    edge = list(desk.stories["resolved"])
    for nth in range(TICKETS):
        days = int(SPAN * r.random() ** 1.8)
        days += (ago(days).weekday() - r.choice((0, 0, 0, 1, 1, 2, 3, 4))) % 7
        at = at_work(_moment(ago(days), r))
        if at > NOW:
            at = NOW - hours(r, 0.2, 2.4)
        resolved = None
        if nth % 40 == 7 and edge:
            resolved = at_work(_moment(ago(edge.pop()), r, 10.6, 17))
            at = at_work(resolved - hours(r, 20, 120))
            at = min(at, resolved - datetime.timedelta(minutes=40))
        _ticket(desk, r.choice(desk.rows["employees"]), at, resolved, r)
    desk.renumber("tickets", "opened_at", "ticket_comments")
    desk.renumber("ticket_comments", "written_at")
    _outages(desk)
    _articles(desk)
    _handovers(desk)


def _moment(day: datetime.date, r: random.Random, first: float = 7.2, last: float = 17.5) -> Time:
    return Time(day.year, day.month, day.day) + hours(r, first, last)


def _ticket(desk: Desk, employee: Row, at: Time, resolved: Time | None, r: random.Random) -> None:
    faults = desk.catalogue["faults"]
    fault = r.choices(faults, [f["share"] for f in faults])[0]
    impact = r.choices([*PRIORITIES], (78, 16, 6))[0]
    values, odds = PRIORITIES[impact]
    priority = r.choices(values, odds)[0]
    if resolved is None:
        slow = {"critical": 12, "high": 110, "normal": 400, "low": 700}[priority]
        resolved = at_work(at + hours(r, 0.3, 1.5 + slow * r.random() ** 2))
    over = resolved <= NOW
    if not over and str(at.date()) < str(ago(OPENS)):
        at = at_work(_moment(ago(r.randrange(2, OPENS)), r))
    started = employee["started_on"] > str(at)[:10]
    if started and over:
        return
    ticket = desk.add(
        "tickets",
        employee_id=employee["employee_id"],
        category=fault["category"],
        summary=r.choice(fault["summaries"]),
        impact=impact,
        priority=priority,
        status="resolved" if over else r.choices(("open", "in progress", "waiting"), (50, 32, 18))[0],
        team="service desk" if r.random() < 0.45 else fault["team"],
        opened_at=str(at),
        resolved_at=str(resolved) if over else None,
        times_reopened=1 if over and r.random() < 0.05 else 0,
    )
    _comments(desk, ticket, at, resolved if over else NOW, r)


def _comments(desk: Desk, ticket: Row, at: Time, end: Time, r: random.Random) -> None:
    minutes = int((end - at).total_seconds() // 60)
    words = desk.catalogue["comments"]
    used = set[str]()
    for when in sorted(r.randrange(1, max(2, minutes)) for _ in range(r.choice((0, 0, 1, 1, 2, 3)))):
        who = r.choice(("desk", "desk", "caller"))
        body = r.choice([w for w in words[who] if w not in used])
        used.add(body)
        written = min(end, at_work(at + datetime.timedelta(minutes=when)))
        desk.add("ticket_comments", ticket_id=ticket["ticket_id"], written_by=who, body=body, written_at=str(written))


def _outages(desk: Desk) -> None:
    r = rng("helpdesk", "outages")
    for category, office, days, lasted, cause in sorted(desk.catalogue["outages"], key=lambda o: int(o[2])):
        first, last = (7.4, 10) if not days else (8, 15)
        began = _moment(ago(-days), r, first, last)
        ended = began + datetime.timedelta(hours=lasted) if lasted else None
        desk.add(
            "outages",
            category=category,
            office=office or None,
            cause=cause,
            started_at=str(began),
            ended_at=str(ended) if ended else None,
            status="over" if ended else "open",
        )


def _articles(desk: Desk) -> None:
    r = rng("helpdesk", "articles")
    for title, category, body in desk.catalogue["articles"]:
        desk.add(
            "articles",
            title=title,
            category=category,
            body=body,
            updated_on=str(ago(r.randrange(6, 900))),
            views=int(3000 * r.random() ** 3) + 4,
        )


def _handovers(desk: Desk) -> None:
    """Those of the last weeks may still be open."""
    r = rng("helpdesk", "handovers")
    reasons = [*TEAMS]
    for employee in r.sample(desk.rows["employees"], HANDOVERS):
        reason = r.choices(reasons, (5, 4, 3, 4, 2, 2, 6))[0]
        days = int(160 * r.random() ** 2)
        at = max(at_work(_moment(ago(days), r, 7.2, 10)), Time.fromisoformat(employee["started_on"]))
        desk.add(
            "handovers",
            employee_id=employee["employee_id"],
            reason=reason,
            team=TEAMS[reason],
            opened_at=str(min(at, NOW)),
            status="open" if days < 14 and r.random() < 0.7 else "closed",
        )
    desk.renumber("handovers", "opened_at")
