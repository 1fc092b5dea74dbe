"""Bookings, from the sale to the gate: tickets, seats, bags, hotel stays, and the money."""

import datetime
import random
from typing import Any

from msgspec import Struct

from duologue.domains.making import Row, Time, hours
from duologue.domains.travel.books import NOW, TODAY, Books, Leg, moment
from duologue.domains.travel.network import AHEAD, FARES, PAST
from duologue.domains.travel.people import add_passenger
from duologue.ids import rng

BOOKINGS = 520
_BASES = {
    "Manchester": ("Manchester", "Leeds", "Sheffield", "Liverpool", "Bradford", "York", "Birmingham", "Nottingham", "Leicester", "Hebden Bridge"),
    "Bristol": ("Bristol", "Bath", "Cardiff", "Exeter", "Swansea", "Plymouth", "London", "Oxford", "St Ives"),
    "Edinburgh": ("Edinburgh", "Glasgow", "Aberdeen", "Inverness", "Newcastle upon Tyne", "Belfast"),
}  # fmt: skip
"""From where people fly, by where they live."""
_METHODS = {"card": 68, "PayPal": 22, "bank transfer": 10}
_BAG = {15: 28.0, 23: 38.0, 32: 55.0}
_SIDES = {"A": "window", "B": "middle", "C": "aisle", "D": "aisle", "E": "middle", "F": "window"}
_EXITS = (12, 13)


class Plan(Struct, frozen=True):
    """A trip to be booked."""

    at: Time
    customer: int
    legs: tuple[Leg, ...]
    party: tuple[Row, ...]
    fare: str
    story: Row
    """What the stories say of it; empty for any other."""


def travel(books: Books) -> None:
    """Every booking in the order they were made."""
    r = rng("travel", "trips")
    plans = [_told(books, story) for story in books.stories["booking"]]
    told = {plan.customer for plan in plans}  # one booking each: what is on an edge is easily found
    others = [c for c in books.rows["customers"] if c["customer_id"] not in told]
    while len(plans) < BOOKINGS:
        plan = _drawn(books, r.choice(others), r)
        if plan is not None:
            plans.append(plan)
    for plan in sorted(plans, key=lambda p: (p.at, p.customer)):
        Trip(books, plan, r).book()


def _told(books: Books, story: Row) -> Plan:
    first, last, city = story["customer"]
    customer = next(
        c["customer_id"]
        for c in books.rows["customers"]
        if (c["first_name"], c["last_name"], c["home_city"]) == (first, last, city)
    )
    party = books.companions[customer][:1]
    if "with" in story:
        one, two, *born = story["with"]
        party = [*party, add_passenger(books, customer, (one, two), datetime.date(*born))]
        books.companions[customer].append(party[-1])
    at = NOW - datetime.timedelta(hours=story["booked"])
    return Plan(at, customer, (books.leg(*story["flight"]),), tuple(party), story["fare"], story)


def _drawn(books: Books, customer: Row, r: random.Random) -> Plan | None:
    """Somebody's trip, mostly there and back; None where nothing flies as they would like."""
    base = next((b for b, places in _BASES.items() if customer["home_city"] in places), "Manchester")
    if r.random() < 0.07:
        base = r.choice([*_BASES])
    routes = next(b["routes"] for b in books.network["base"] if b["city"] == base)
    end = r.choices(routes, [e[6] for e in routes])[0][0]
    days = int(r.triangular(-PAST, 0, -8) if r.random() < 0.24 else r.triangular(-3, AHEAD, 5))
    legs = _legs(books, (base, end), days, r)
    if not legs:
        return None
    leaves = moment(books.timetable[legs[0]])
    at = (leaves - datetime.timedelta(days=1 + min(150, int(r.lognormvariate(3.4, 0.8))))).replace(
        hour=r.choices(range(6, 24), (1, 3, 6, 8, 9, 8, 9, 8, 7, 6, 6, 7, 9, 11, 11, 8, 4, 2))[0],
        minute=r.randrange(60),
        second=r.randrange(60),
    )
    while at > NOW - datetime.timedelta(minutes=20):
        at -= datetime.timedelta(days=r.randrange(1, 30))
    at = max(at, Time.fromisoformat(customer["joined_on"]) + hours(r, 9, 20))
    mine = books.companions[customer["customer_id"]]
    party = mine if r.random() < 0.6 else mine[:1]
    fare = r.choices([*FARES], (42, 41, 17))[0]
    return Plan(at, customer["customer_id"], legs, tuple(party), fare, {})


def _legs(books: Books, ends: tuple[str, str], days: int, r: random.Random) -> tuple[Leg, ...]:
    """The first flight out from that day on, and mostly one back some nights later."""
    out = _next(books, ends, days, "out")
    if out is None:
        return ()
    nights = r.choices((2, 3, 4, 5, 7, 10, 14), (12, 20, 16, 10, 26, 10, 6))[0]
    back = _next(books, ends, (out[2] - TODAY).days + nights, "back") if r.random() < 0.8 else None
    return (out, back) if back is not None else (out,)


def _next(books: Books, ends: tuple[str, str], days: int, way: str) -> Leg | None:
    legs = (books.leg(*ends, n, way) for n in range(days, min(days + 6, AHEAD + 1)))
    return next((leg for leg in legs if leg in books.timetable), None)


class Trip:
    """One booking being made, and what came of it."""

    def __init__(self, books: Books, plan: Plan, r: random.Random) -> None:
        self.books, self.plan, self.r = books, plan, r
        self.tickets: list[tuple[Row, Row]] = []
        """Each ticket with its flight."""
        self.stay: Row | None = None

    def book(self) -> None:
        """The sale, what was added later, and how far the journey is."""
        plan, books, r = self.plan, self.books, self.r
        self.row = books.add(
            "bookings",
            customer_id=plan.customer,
            booked_at=str(plan.at),
            status="confirmed",
            payment_method="card" if plan.story else r.choices([*_METHODS], [*_METHODS.values()])[0],
            cancelled_at=None,
        )
        total = 0.0
        for leg in plan.legs:
            flight = books.flight(leg)
            price = (
                round(round(flight["light"] * r.uniform(0.75, 1.05)) * FARES[plan.fare][0] + FARES[plan.fare][1]) - 0.01
            )
            for person in plan.party:
                self.tickets.append((self._ticket(flight, person, price), flight))
                total += price
        total += self._stay()
        self._paid("charge", "booking", total, plan.at)
        cancelled = self._cancel(total) if not plan.story else False
        for ticket, flight in self.tickets:
            self._bags(ticket, flight)
            if not cancelled:
                self._fly(ticket, flight)
        if not cancelled and moment(self.tickets[-1][1], "scheduled_arrival") < NOW and not self._staying():
            self.row["status"] = "completed"

    def _ticket(self, flight: Row, person: Row, price: float) -> Row:
        return self.books.add(
            "tickets",
            booking_id=self.row["booking_id"],
            passenger_id=person["passenger_id"],
            flight_id=flight["flight_id"],
            fare_class=self.plan.fare,
            fare_gbp=price,
            status="open",
            seat=None,
            seat_type=None,
            checked_in_at=None,
        )

    def _paid(self, kind: str, purpose: str, amount: float, at: Time) -> None:
        self.books.add(
            "payments",
            booking_id=self.row["booking_id"],
            kind=kind,
            purpose=purpose,
            amount_gbp=round(-amount if kind == "refund" else amount, 2),
            made_at=str(at),
        )

    # ── the hotel ────────────────────────────────────────────────────────────────────────────────────────────────────

    def _stay(self) -> float:
        """A room at the other end for the nights in between, where one is free; its price."""
        story, wish = self.plan.story, self._wish()
        if wish is None:
            return 0.0
        room, first, nights = wish
        days = [first + datetime.timedelta(days=n) for n in range(nights)]
        number = room["room_type_id"]
        if not story and any(self.books.full.get((number, day), 0) >= room["rooms"] for day in days):
            return 0.0
        for day in days:
            self.books.full[number, day] = self.books.full.get((number, day), 0) + 1
        ends = first + datetime.timedelta(days=nights)
        self.stay = self.books.add(
            "stays",
            booking_id=self.row["booking_id"],
            room_type_id=number,
            check_in_due=first.isoformat(),
            check_out_due=ends.isoformat(),
            guests=min(len(self.plan.party), room["sleeps"]),
            nightly_price_gbp=room["nightly_price_gbp"],
            status="completed" if ends <= TODAY else "booked",
        )
        return nights * float(room["nightly_price_gbp"])

    def _wish(self) -> tuple[Row, datetime.date, int] | None:
        books, story, legs = self.books, self.plan.story, self.plan.legs
        if "stay" in story:
            hotel, kind, days, nights = story["stay"]
            room = next(t for t in books.rows["room_types"] if t["name"] == f"{kind} at {hotel}")
            return room, TODAY + datetime.timedelta(days=days), nights
        if story or len(legs) < 2 or self.r.random() > 0.42:
            return None
        there = {h["hotel_id"] for h in books.rows["hotels"] if h["city"] == legs[0][1]}
        rooms = [
            t
            for t in books.rows["room_types"]
            if t["hotel_id"] in there and t["sleeps"] >= min(len(self.plan.party), 4)
        ]
        first = moment(books.timetable[legs[0]], "scheduled_arrival").date()
        nights = (moment(books.timetable[legs[1]]).date() - first).days
        return (self.r.choice(rooms), first, nights) if rooms and nights > 0 else None

    def _staying(self) -> bool:
        return self.stay is not None and self.stay["status"] == "booked"

    # ── bags, seats, the gate ────────────────────────────────────────────────────────────────────────────────────────

    def _bags(self, ticket: Row, flight: Row) -> None:
        """Those included in the fare, and sometimes one more."""
        r, story = self.r, self.plan.story
        included = {"Light": 0, "Standard": 1, "Flex": 2}[self.plan.fare]
        more = max(0, story["bags"] - included) if story else r.choices((0, 1, 2), (86, 13, 1))[0]
        for n in range(included + min(more, 3 - included)):
            extra = n >= included
            weight = r.choices((15, 23, 32), (3, 5, 1))[0] if extra else 23
            self.books.rows["luggage"].append(
                {
                    "ticket_id": ticket["ticket_id"],
                    "bag_number": n + 1,
                    "weight_kg": weight,
                    "price_gbp": _BAG[weight] if extra else 0.0,
                }
            )
            if extra:
                self._paid("charge", "bag", _BAG[weight], self._meanwhile(flight))

    def _meanwhile(self, flight: Row) -> Time:
        """Some time between the sale and the flight, or now."""
        last = min(moment(flight) - datetime.timedelta(hours=30), NOW - datetime.timedelta(minutes=25))
        span = max(last - self.plan.at, datetime.timedelta(minutes=2))
        return (self.plan.at + span * self.r.random()).replace(microsecond=0)

    def _fly(self, ticket: Row, flight: Row) -> None:
        """Choose a seat, check in, fly, as far as it has come."""
        r, leaves = self.r, moment(flight)
        gone, near = leaves < NOW, NOW + datetime.timedelta(hours=22) > leaves
        chosen = r.random() < (0.65 if self.plan.fare == "Flex" else 0.22)
        if "seat" in self.plan.story:
            self._sit(ticket, self.plan.story["seat"])
        elif chosen and not self.plan.story:
            self._sit(ticket, self._free(ticket, flight))
            if self.plan.fare != "Flex":
                exit_row = ticket["seat_type"] == "emergency exit"
                self._paid("charge", "seat", 18.0 if exit_row else 8.0, self._meanwhile(flight))
        if gone and r.random() < 0.03 and not self.plan.story:
            ticket["status"] = "no show"
        elif gone or (near and r.random() < 0.55 and not self.plan.story):
            at = leaves - hours(r, 2.2, 23.5)
            ticket["status"], ticket["checked_in_at"] = (
                "flown" if gone else "checked in",
                str(min(at, NOW - hours(r, 0.2, 2))),
            )
            if ticket["seat"] is None:
                self._sit(ticket, self._free(ticket, flight))

    def _free(self, ticket: Row, flight: Row) -> str:
        taken = self.books.taken.setdefault(flight["flight_id"], set())
        person = next(p for p in self.plan.party if p["passenger_id"] == ticket["passenger_id"])
        young = person["date_of_birth"] > str(moment(flight).date() - datetime.timedelta(days=16 * 366))
        while True:
            row, letter = self.r.randrange(1, 29), self.r.choices("ABCDEF", (5, 2, 4, 4, 2, 5))[0]
            if f"{row}{letter}" not in taken and not (young and row in _EXITS):
                return f"{row}{letter}"

    def _sit(self, ticket: Row, seat: str) -> None:
        self.books.taken.setdefault(ticket["flight_id"], set()).add(seat)
        ticket["seat"] = seat
        ticket["seat_type"] = "emergency exit" if int(seat[:-1]) in _EXITS else _SIDES[seat[-1]]

    # ── called off ───────────────────────────────────────────────────────────────────────────────────────────────────

    def _cancel(self, total: float) -> bool:
        """Some change their plans; the fare says what comes back. A day after the sale, and before the last day."""
        leaves = moment(self.tickets[0][1])
        latest = min(leaves - datetime.timedelta(days=3), NOW - datetime.timedelta(hours=1))
        earliest = self.plan.at + datetime.timedelta(days=1)
        if self.r.random() > 0.08 or latest <= earliest:
            return False
        at = (earliest + (latest - earliest) * self.r.random()).replace(microsecond=0)
        self.row["status"], self.row["cancelled_at"] = "cancelled", str(at)
        fee: Any = {"Light": None, "Standard": 60.0, "Flex": 0.0}[self.plan.fare]
        back = 0.0
        for ticket, _ in self.tickets:
            ticket["status"] = "cancelled"
            back += max(ticket["fare_gbp"] - fee, 0) if fee is not None else 0.0
            total -= ticket["fare_gbp"]
        if self.stay is not None:
            self.stay["status"] = "cancelled"
            back += total
        if back > 0:
            self._paid("refund", "cancellation", back, at)
        return True
