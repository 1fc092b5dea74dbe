"""Routes, the timetable of four months, fares, what went wrong, and the hotels."""

import datetime
import random

from duologue.domains.making import Row, Time, hours
from duologue.domains.travel.books import NOW, TODAY, Books, moment, spoken
from duologue.ids import rng

PAST, AHEAD = 66, 60
"""Days before today that are remembered, and days ahead that are on sale."""
FARES = {"Light": (1.0, 0), "Standard": (1.25, 22), "Flex": (1.7, 48)}
"""What a fare is worth: times Light, plus pounds."""
_CAUSES = ("technical fault", "crew shortage", "late incoming aircraft", "bad weather", "air traffic control")
_TURN = datetime.timedelta(minutes=50)
"""How long an aircraft stands at the other end."""


def fly(books: Books) -> None:
    """Routes, flights and fares. Flights of the past enter the timetable only."""
    r = rng("travel", "network")
    number = 100
    for base in books.network["base"]:
        for end, km, minutes, weekdays, departs, fare, sells, season in base["routes"]:
            ends = (base["city"], end)
            out, back = (
                books.add("routes", name=f"{a} to {b}", origin=a, destination=b, distance_km=km)
                for a, b in (ends, ends[::-1])
            )
            for n in range(-PAST, AHEAD + 1):
                day = TODAY + datetime.timedelta(days=n)
                if day.isoweekday() not in weekdays:
                    continue
                start = Time.combine(day, datetime.time.fromisoformat(departs))
                up = datetime.timedelta(minutes=minutes)
                for way, route, leaves in (("out", out, start), ("back", back, start + up + _TURN)):
                    code = f"SKR{number + (way == 'back')}"
                    books.timetable[(*ends, day, way)] = {
                        "route_id": route["route_id"],
                        "origin": route["origin"],
                        "destination": route["destination"],
                        "flight_number": code,
                        "name": f"{code} on {spoken(leaves.date())}",
                        "scheduled_departure": str(leaves),
                        "scheduled_arrival": str(leaves + up),
                        "status": "landed" if leaves + up < NOW else "scheduled",
                    }
            number += 2
            _price(books, ends, (fare, sells, season), r)
    for leg, row in sorted(books.timetable.items(), key=lambda pair: (pair[1]["scheduled_departure"], pair[0][:2])):
        if row["status"] == "scheduled":
            books.flight(leg)
    _fares(books, r)


def _price(books: Books, ends: tuple[str, str], about: tuple[int, int, str], r: random.Random) -> None:
    """What Light costs on each flight of a route: dearer as the day comes near, at weekends, and in the season."""
    fare, sells, season = about
    for leg, row in books.timetable.items():
        if leg[:2] == ends:
            ahead = (leg[2] - TODAY).days
            near = 1.5 if 0 <= ahead < 7 else 1.2 if 0 <= ahead < 21 else 1.0
            peak = 1.25 if season == "sun" and leg[2].month >= 6 else 1.0
            weekend = 1.15 if leg[2].isoweekday() in (5, 6, 7) else 1.0
            row["light"] = round(fare * near * peak * weekend * r.uniform(0.8, 1.15) * (0.9 + sells / 50)) - 0.01


def _fares(books: Books, r: random.Random) -> None:
    """Seats that are left on the flights ahead: the nearer the day, the fewer."""
    pinned = {
        (books.timetable[books.leg(*f)]["flight_id"], fare): n for f, fare, n in books.stories["seats"]["certain"]
    }
    for name, change, cancel, bags, seat in (
        ("Light", None, None, 0, 8.0),
        ("Standard", 35.0, 60.0, 1, 8.0),
        ("Flex", 0.0, 0.0, 2, 0.0),
    ):
        books.rows["fare_classes"].append(
            {
                "fare_class": name,
                "change_fee_gbp": change,
                "cancellation_fee_gbp": cancel,
                "bags_included": bags,
                "seat_fee_gbp": seat,
            }
        )
    for flight in books.rows["flights"]:
        light = flight["light"]
        days = (moment(flight) - NOW).days
        for (name, (times, plus)), most in zip(FARES.items(), (34, 28, 12), strict=True):
            left = int(most * min(1.0, (days + 3) / 40) * r.betavariate(2, 1.4))
            books.rows["fares"].append(
                {
                    "flight_id": flight["flight_id"],
                    "fare_class": name,
                    "price_gbp": round(round(light) * times + plus) - 0.01,
                    "seats_left": pinned.get((flight["flight_id"], name), left),
                }
            )


def disrupt(books: Books) -> None:
    """What was announced: some flights of the past came late, a few of the coming days are cancelled."""
    r = rng("travel", "disruptions")
    certain = {
        books.timetable[books.leg(*f)]["name"]: (kind, cause, late)
        for f, kind, cause, late in books.stories["disruptions"]["certain"]
    }
    for flight in books.rows["flights"]:
        leaves, past = moment(flight), flight["status"] == "landed"
        soon = not past and leaves < NOW + datetime.timedelta(days=5)
        if flight["name"] in certain:
            kind, cause, late = certain[flight["name"]]
        elif past and r.random() < 0.38:
            kind, cause, late = "delay", r.choices(_CAUSES, (26, 14, 30, 18, 12))[0], _minutes(r)
        elif soon and r.random() < 0.05:
            kind, cause, late = "cancellation", r.choice(_CAUSES), 0
        else:
            continue
        told = leaves - hours(r, 0.5, 4) if past else NOW - hours(r, 2, 40)
        books.add(
            "disruptions",
            flight_id=flight["flight_id"],
            kind=kind,
            cause=cause,
            delay_minutes=late,
            announced_at=str(told),
        )


def _minutes(r: random.Random) -> int:
    """How late: mostly an hour or so, sometimes half a day."""
    return min(640, int(5 * round(r.lognormvariate(4.6, 0.9) / 5)) + 15)


def accommodate(books: Books) -> None:
    """Hotels and the rooms the airline may give away there."""
    for entry in books.network["hotel"]:
        name, city, stars, breakfast = entry["place"]
        hotel = books.add("hotels", name=name, city=city, stars=stars, breakfast=breakfast)
        for kind, sleeps, rooms, rate in entry["rooms"]:
            books.add(
                "room_types",
                hotel_id=hotel["hotel_id"],
                name=f"{kind} at {name}",
                sleeps=sleeps,
                rooms=rooms,
                nightly_price_gbp=float(rate),
            )


def columns(row: Row) -> Row:
    """A flight as it is stored: what Light costs is in the fares. Delays come with what was announced."""
    return {k: v for k, v in row.items() if k != "light"}
