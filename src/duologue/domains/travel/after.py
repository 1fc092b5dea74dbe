"""What follows a journey: vouchers for long delays, and what was passed on to a colleague."""

import datetime

from duologue.domains.making import Time, hours
from duologue.domains.travel.books import NOW, Books, moment
from duologue.ids import rng

HANDOVERS = 34
_FIRST_VOUCHER = 4501
_REASONS = {
    "complaint": 30,
    "lost baggage": 22,
    "medical assistance": 16,
    "child travelling alone": 8,
    "group booking": 10,
    "pet or sports equipment": 14,
}


def make_good(books: Books) -> None:
    """Vouchers for most of those who could ask for one; the others may still do so."""
    r = rng("travel", "vouchers")
    stories = {tuple(s["customer"][:2]) for s in books.stories["booking"]}
    own = {p["passenger_id"] for p in books.rows["passengers"] if (p["first_name"], p["last_name"]) in stories}
    flights = {f["flight_id"]: f for f in books.rows["flights"]}
    late = {
        d["flight_id"]: d["delay_minutes"]
        for d in books.rows["disruptions"]
        if d["delay_minutes"] >= 180 and d["cause"] not in ("bad weather", "air traffic control")
    }
    issued = []
    for ticket in books.rows["tickets"]:
        delay = late.get(ticket["flight_id"], 0)
        if not delay or ticket["status"] != "flown" or ticket["passenger_id"] in own or r.random() < 0.25:
            continue
        at = moment(flights[ticket["flight_id"]]) + hours(r, 20, 700)
        if at < NOW:
            issued.append((at, ticket["ticket_id"], 150.0 if delay >= 300 else 75.0, r.random() < 0.3))
    for number, (at, ticket_id, amount, used) in enumerate(sorted(issued), _FIRST_VOUCHER):
        books.rows["vouchers"].append(
            {
                "code": f"SKV{number}",
                "ticket_id": ticket_id,
                "worth_gbp": amount,
                "status": "used" if used else "valid",
                "issued_at": str(at),
                "valid_until": at.date().replace(year=at.year + 1).isoformat(),
            }
        )


def hand_over(books: Books) -> None:
    """What colleagues were asked to look at in the last weeks; what is older than a few days is settled."""
    r = rng("travel", "handovers")
    since = NOW - datetime.timedelta(days=24)
    moments = sorted(since + (NOW - since) * r.random() for _ in range(HANDOVERS))
    for at in moments:
        known = [b for b in books.rows["bookings"] if b["booked_at"] < str(at) and b["status"] != "cancelled"]
        booking = r.choice(known[-240:])
        closed = at < NOW - datetime.timedelta(days=r.randrange(2, 9))
        books.add(
            "handovers",
            booking_id=booking["booking_id"],
            reason=r.choices([*_REASONS], [*_REASONS.values()])[0],
            status="closed" if closed else "open",
            opened_at=str(_second(at)),
        )


def _second(at: Time) -> Time:
    return at.replace(microsecond=0)
