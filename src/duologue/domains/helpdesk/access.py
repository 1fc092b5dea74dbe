"""Groups and software: who is in, who has what installed, and the requests that ask for more."""

import random

from duologue.domains.helpdesk.desk import Desk, ago
from duologue.domains.making import Row
from duologue.ids import rng

REQUESTS = 420
SPAN = 150
"""Days over which they were made; most of them lately."""
COUNTS = 30
"""Days for which an approval counts."""


def grant(desk: Desk) -> None:
    """Everything that people have, and then what they have asked for beyond it."""
    r = rng("helpdesk", "access")
    held: set[tuple[int, int]] = set()
    _groups(desk, r, held)
    _software(desk, r)
    _requests(desk, held)
    _number(desk)


def _groups(desk: Desk, r: random.Random, held: set[tuple[int, int]]) -> None:
    for name, owner, opens, access in desk.catalogue["groups"]:
        group = desk.add(
            "user_groups",
            name=name,
            department_id=desk.department[owner]["department_id"],
            opens=opens,
            access=access,
        )
        for employee in desk.rows["employees"]:
            own = desk.home(employee) == owner
            city = name.split()[0]
            chance = (0.55 if own else 0.03) if access == "restricted" else 0.12
            if city in ("Leeds", "Bristol", "Glasgow") and opens == "distribution list":
                chance = 0.4 if employee["office"] == city else 0.02
            if r.random() < (0.93 if name == "All Staff News" else chance):
                held.add((group["group_id"], employee["employee_id"]))
                _join(desk, group["group_id"], employee, r.randrange(40, 1800))


def _join(desk: Desk, group_id: int, employee: Row, days: int) -> None:
    since = max(str(ago(days)), employee["started_on"])
    desk.add("memberships", group_id=group_id, employee_id=employee["employee_id"], granted_on=since)


def _software(desk: Desk, r: random.Random) -> None:
    for name, purpose, owner, cost, share, left, homes in desk.catalogue["software"]:
        title = desk.add(
            "software",
            name=name,
            purpose=purpose,
            department_id=desk.department[owner]["department_id"] if owner else None,
            yearly_cost_gbp=float(cost),
            seats=None,
            seats_left=None if left < 0 else left,
        )
        for employee in desk.rows["employees"]:
            chance = share / 100 if not homes or desk.home(employee) in homes else 0.0 if owner else 0.015
            if r.random() < chance:
                _install(desk, title["software_id"], employee, r)


def _install(desk: Desk, software_id: int, employee: Row, r: random.Random) -> None:
    since = max(str(ago(r.randrange(1, 1500))), employee["started_on"])
    used = str(ago(int(120 * r.random() ** 3)))
    desk.add(
        "installations",
        software_id=software_id,
        employee_id=employee["employee_id"],
        installed_on=since,
        last_used_on=used if used >= since and r.random() < 0.9 else None,
    )


# ── Requests ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _requests(desk: Desk, held: set[tuple[int, int]]) -> None:
    """What is approved is soon granted; not always, and what nobody took up runs out."""
    r = rng("helpdesk", "requests")
    groups = [g for g in desk.rows["user_groups"] if g["access"] == "restricted"]
    edge = list(desk.stories["approvals"])
    for days in [*edge, *(int(SPAN * r.random() ** 1.7) for _ in range(REQUESTS))]:
        employee, group = r.choice(desk.rows["employees"]), r.choice(groups)
        decides = r.choice(desk.managers[str(desk.get("departments", group["department_id"])["name"])])
        key = (group["group_id"], employee["employee_id"])
        if key in held or decides == f"{employee['first_name']} {employee['last_name']}":
            continue
        wanted = bool(edge)
        status = "approved" if wanted else r.choices(("approved", "declined", "waiting"), _odds(days))[0]
        if edge:
            edge.pop()
        held.add(key)
        before = 0 if status == "waiting" else r.choice((0, 1, 1, 2, 3, 6))
        asked = max(str(ago(days + before)), employee["started_on"])
        desk.add(
            "group_requests",
            employee_id=employee["employee_id"],
            group_id=group["group_id"],
            status=status,
            requested_on=asked,
            decided_on=None if status == "waiting" else max(str(ago(days)), asked),
            decided_by=None if status == "waiting" else decides,
        )
        if status == "approved" and not wanted and r.random() < (0.3 if days <= COUNTS else 0.8):
            _join(desk, group["group_id"], employee, max(0, days - r.choice((0, 1, 3))))


def _odds(days: int) -> tuple[int, int, int]:
    return (55, 12, 33) if days < 10 else (80, 17, 3)


def _number(desk: Desk) -> None:
    """Seats are those taken and those left; everything is numbered by its day."""
    taken: dict[int, int] = {}
    for installation in desk.rows["installations"]:
        taken[installation["software_id"]] = taken.get(installation["software_id"], 0) + 1
    for title in desk.rows["software"]:
        if title["seats_left"] is not None:
            title["seats"] = title["seats_left"] = title["seats_left"] + taken.get(title["software_id"], 0)
    desk.renumber("memberships", "granted_on")
    desk.renumber("installations", "installed_on")
    desk.renumber("group_requests", "requested_on")
