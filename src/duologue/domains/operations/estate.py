"""Services, what they depend on, their runbooks; change freezes, the windows in which things are changed, and the changes."""

import datetime
import random

from duologue.domains.making import Row, Time, hours
from duologue.domains.operations.books import NOW, TODAY, Books, spoken
from duologue.ids import rng

WEEKS_BEHIND, WEEKS_AHEAD = 2, 4
PLACES = 3
WAITING = 46
"""Changes that are approved and have no window yet."""
_SLOTS = {1: (23,), 3: (23,), 4: (5, 23), 5: (23,), 6: (5, 23)}
"""Weekday (0 is Monday) → hours at which a window begins."""
_LASTS = datetime.timedelta(hours=3)


def build(books: Books) -> None:
    """What runs, and how to bring it back when it does not."""
    r = rng("operations", "estate")
    teams = {t["name"]: t["team_id"] for t in books.rows["teams"]}
    for name, team, tier, public, launched, rate, _ in books.catalogue["services"]:
        row = books.add(
            "services",
            name=name,
            team_id=teams[team],
            tier=tier,
            audience="public" if public else "internal",
            launched_on=launched,
        )
        books.service[name], books.rate[row["service_id"]] = row, rate
    for name, *_, needs in books.catalogue["services"]:
        one = books.service[name]["service_id"]
        books.relies_on[one] = [books.service[other]["service_id"] for other in needs]
        books.rows["dependencies"] += [{"service_id": one, "depends_on_id": o} for o in sorted(books.relies_on[one])]
        for symptom, _, minutes, _ in r.sample(books.catalogue["symptoms"], 5 - books.service[name]["tier"]):
            books.add(
                "runbooks",
                service_id=one,
                name=f"{symptom.capitalize()} on {name}",
                minutes_needed=minutes + r.choice((-5, 0, 0, 5, 10)),
                reviewed_on=str(TODAY - datetime.timedelta(days=int(8 + 500 * r.random() ** 2))),
            )


def open_windows(books: Books) -> None:
    """The nights on which things are changed, and the days on which hardly anything is."""
    for name, first, last in books.catalogue["freezes"]:
        books.add("freezes", name=name, starts_on=str(first), ends_on=str(last))
    monday = TODAY - datetime.timedelta(days=TODAY.weekday())
    for n in range(-7 * WEEKS_BEHIND, 7 * WEEKS_AHEAD):
        day = monday + datetime.timedelta(days=n)
        for hour in _SLOTS.get(day.weekday(), ()):
            starts = Time(day.year, day.month, day.day, hour)
            books.add(
                "windows",
                name=f"{day:%A} {spoken(day)} at {hour:02d}:00",
                scheduled_start=str(starts),
                scheduled_end=str(starts + _LASTS),
                places=PLACES,
                status="open" if starts > NOW else "closed",
            )


def change(books: Books) -> None:
    """Changes are raised, put into a window, made; about one in fourteen is taken back. The nearer a window, the fuller."""
    r = rng("operations", "changes")
    certain = {tuple(k): n for *k, n in books.stories["windows"]}
    for window in books.rows["windows"]:
        starts = Time.fromisoformat(window["scheduled_start"])
        days = (starts - NOW).days
        frozen = any(f["starts_on"] <= str(starts.date()) <= f["ends_on"] for f in books.rows["freezes"])
        full = r.choices(range(PLACES + 1), (1, 3, 5, 4))[0] if days < 0 else _booked(days, r)
        full = certain.get((str(starts.date()), starts.hour), full)
        for _ in range(full):
            _planned(books, window, starts, frozen, r)
    for _ in range(WAITING):
        service, work, risk = _drawn(books, r)
        _raised(books, service, (work, risk), NOW - hours(r, 3, 220), r)
    books.renumber("changes", "raised_at")


def _booked(days: int, r: random.Random) -> int:
    return sum(r.random() < max(0.08, 0.85 - days / 22) for _ in range(PLACES))


def _planned(books: Books, window: Row, starts: Time, frozen: bool, r: random.Random) -> None:
    service, work, risk = _drawn(books, r)
    while frozen and risk != "low":
        service, work, risk = _drawn(books, r)
    raised = min(starts, NOW) - hours(r, 100, 400)
    row = _raised(books, service, (work, risk), raised, r)
    row["window_id"], row["status"] = window["window_id"], "scheduled"
    if starts < NOW:
        row["status"] = "rolled back" if r.random() < 0.07 else "done"
        row["done_at"] = str(starts + hours(r, 0.3, 2.9))


def _drawn(books: Books, r: random.Random) -> tuple[Row, str, str]:
    services = books.rows["services"]
    service = r.choices(services, [books.rate[s["service_id"]] + 1 for s in services])[0]
    works = books.catalogue["work"]
    work, risk, _ = r.choices(works, [w[2] for w in works])[0]
    return service, work, risk


def _raised(books: Books, service: Row, what: tuple[str, str], at: Time, r: random.Random) -> Row:
    return books.add(
        "changes",
        service_id=service["service_id"],
        owner_id=r.choice(books.crew[service["team_id"]])["engineer_id"],
        raised_at=str(at),
        work=what[0],
        risk=what[1],
        status="approved",
        window_id=None,
        done_at=None,
        incident_id=None,
    )
