"""Teams, their people, and the on-call rota."""

import datetime
import random
from collections import Counter

from duologue.domains.making import Row, mobiles, names, plain
from duologue.domains.operations.books import TODAY, Books, called, spoken
from duologue.ids import rng

BEHIND, AHEAD = 7, 30
"""Days of the rota that are kept, and days it is planned for."""
ON_LEAVE = 5
_DAY = datetime.timedelta(days=1)


def hire(books: Books) -> None:
    """Everybody who works with the desk; two names are shared by two people each."""
    r = rng("operations", "crew")
    teams = books.catalogue["teams"]
    wanted = sum(count + 1 for _, _, count in teams) + books.catalogue["duty_managers"]
    twins = [tuple(t) for t in books.stories["namesakes"]]
    crowd = names(r, wanted - 2 * len(twins), set(twins))
    for twin in twins:
        crowd.insert(r.randrange(0, 20), twin)
        crowd.insert(r.randrange(30, len(crowd)), twin)
    phones, mails = mobiles(r, wanted), Counter[str]()
    people = iter(zip(crowd, phones, strict=True))
    for name, channel, count in [*teams, ["Operations", "#operations", books.catalogue["duty_managers"] - 1]]:
        team = books.add("teams", name=name, channel=channel)["team_id"]
        books.crew[team] = []
        for n in range(count + 1):
            (first, last), phone = next(people)
            local = f"{plain(first)}.{plain(last)}"
            mails[local] += 1
            duty = name == "Operations"
            position = "duty manager" if duty else "team lead" if n == 0 else drawn_position(r)
            books.crew[team].append(
                books.add(
                    "engineers",
                    first_name=first,
                    last_name=last,
                    team_id=team,
                    position=position,
                    email=f"{local}{mails[local] if mails[local] > 1 else ''}@thistledown.example",
                    phone=phone if r.random() < 0.9 else None,
                    status="available",
                    joined_on=str(TODAY - datetime.timedelta(days=int(40 + 3200 * r.random() ** 1.4))),
                )
            )


def drawn_position(r: random.Random) -> str:
    """Two in five have been at it for long."""
    return "senior engineer" if r.random() < 0.4 else "engineer"


def plan_rota(books: Books) -> None:
    """Each day a primary and a secondary of every team and a duty manager; nobody two days running, everybody about as often."""
    r = rng("operations", "rota")
    for team in books.rows["teams"]:
        number, duty = team["team_id"], team["name"] == "Operations"
        done: Counter[int] = Counter()
        resting: set[int] = set()
        for n in range(-BEHIND, AHEAD + 1):
            day, busy = TODAY + n * _DAY, set[int]()
            for level in ("duty manager",) if duty else ("primary", "secondary"):
                one = _next(books.crew[number], done, resting | busy, r)
                busy.add(one)
                done[one] += 1
                if level == "primary":
                    books.rota[number, str(day)] = one
                books.add(
                    "shifts",
                    team_id=number,
                    engineer_id=one,
                    name=f"{team['name']} {level} on {spoken(day)}" if not duty else f"Duty manager on {spoken(day)}",
                    level=level,
                    starts_at=f"{day} 09:00:00",
                    ends_at=f"{day + _DAY} 09:00:00",
                    status="over" if n < 0 else "running" if n == 0 else "planned",
                )
            resting = busy
    _leave(books, r)


def _next(crew: list[Row], done: Counter[int], resting: set[int], r: random.Random) -> int:
    free: list[int] = [p["engineer_id"] for p in crew if p["engineer_id"] not in resting]
    return min(free, key=lambda e: (done[e] + r.random() * 1.6, e))


def _leave(books: Books, r: random.Random) -> None:
    """Some have just gone on leave, with shifts ahead that somebody has to cover; nobody on call today."""
    today = {s["engineer_id"] for s in books.rows["shifts"] if s["starts_at"][:10] == str(TODAY)}
    others = [
        p
        for p in books.rows["engineers"]
        if p["engineer_id"] not in today
        and p["position"] not in ("team lead", "duty manager")
        and list(called(p).split(" ", 1)) not in books.stories["namesakes"]
    ]
    for person in r.sample(others, ON_LEAVE):
        person["status"] = "on leave"
