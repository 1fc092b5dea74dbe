"""What the desk did: credits for outages, codes for leaving, tickets, and what was passed on to a colleague."""

import datetime

from duologue.domains.making import Hours, Time
from duologue.domains.telecom.books import NOW, TODAY, Books
from duologue.ids import rng

TICKETS, HANDOVERS = 130, 64
_DESK = Hours(8, 20)
_TOPICS = {"no signal": 24, "no mobile data": 30, "slow data": 20, "failing calls": 16, "number transfer": 10}
_TEAMS = {
    "complaint": ("customer relations team", 34),
    "bereavement": ("care team", 6),
    "suspected fraud": ("fraud team", 14),
    "payment difficulties": ("payments team", 20),
    "trouble not solved": ("second-line team", 26),
}


def work(books: Books) -> None:
    """The desk's own rows, in the order they were made."""
    _credit(books)
    _leave(books)
    _tickets(books)
    _hand_over(books)


def _credit(books: Books) -> None:
    """About a third of those who lost a whole day of service have asked for their credit; stories still may."""
    r = rng("telecom", "credits")
    found = []
    for outage in books.rows["outages"]:
        if outage["ended_at"] is None:
            continue
        start, end = map(Time.fromisoformat, (outage["started_at"], outage["ended_at"]))
        days = int((end - start).total_seconds() // 86400)
        for line in books.rows["lines"]:
            if line["area_id"] == outage["area_id"] and days and line["line_id"] not in books.told:
                at = _DESK.next(end + datetime.timedelta(hours=r.uniform(2, 300)))
                if r.random() < 0.35 and at < NOW and line["started_on"] < outage["started_at"]:
                    found.append(
                        (at.replace(microsecond=0), line["line_id"], outage["outage_id"], min(15.0, 3.0 * days))
                    )
    for at, line_id, outage_id, amount in sorted(found):
        books.add("credits", line_id=line_id, outage_id=outage_id, amount_gbp=amount, granted_at=str(at))


def _leave(books: Books) -> None:
    """Codes given to those who mean to take their number elsewhere; some ran out."""
    r = rng("telecom", "codes")
    able = [n for n in books.rows["lines"] if n["status"] == "active" and n["line_id"] not in books.told]
    for i, line in enumerate(r.sample(able, 9)):
        expires = TODAY + datetime.timedelta(days=r.randrange(-40, 27))
        line.update(port_code=f"FBM{480113 + 7 * i}", port_code_expires_on=str(expires))


def _moments(books: Books, name: str, count: int, days: int) -> list[Time]:
    r = rng("telecom", name)
    since = NOW - datetime.timedelta(days=days)
    found = [_DESK.next((since + (NOW - since) * r.random()).replace(microsecond=0)) for _ in range(count)]
    return sorted(at for at in found if at < NOW)


def _tickets(books: Books) -> None:
    r = rng("telecom", "topics")
    open_ones = set[tuple[int, str]]()
    for at in _moments(books, "tickets", TICKETS, 150):
        known = [n for n in books.rows["lines"] if n["started_on"] < str(at) and n["line_id"] not in books.told]
        line, topic = r.choice(known), r.choices([*_TOPICS], [*_TOPICS.values()])[0]
        done = at + datetime.timedelta(hours=int(min(300, r.lognormvariate(3.2, 0.9))), minutes=r.randrange(60))
        closed = done < NOW
        if closed or (line["line_id"], topic) not in open_ones:
            books.add(
                "tickets",
                line_id=line["line_id"],
                topic=topic,
                status="closed" if closed else "open",
                opened_at=str(at),
                closed_at=str(done) if closed else None,
            )
            if not closed:
                open_ones.add((line["line_id"], topic))


def _hand_over(books: Books) -> None:
    r = rng("telecom", "handovers")
    for at in _moments(books, "handed over", HANDOVERS, 60):
        known = [c for c in books.rows["customers"] if c["joined_on"] < str(at)]
        reason = r.choices([*_TEAMS], [weight for _, weight in _TEAMS.values()])[0]
        closed = at < NOW - datetime.timedelta(days=r.randrange(5, 40))
        books.add(
            "handovers",
            customer_id=r.choice(known)["customer_id"],
            reason=reason,
            team=_TEAMS[reason][0],
            status="closed" if closed else "open",
            opened_at=str(at),
        )
