"""What all parts of the airline's story share: the rows made so far, the timetable, and the moment it is."""

import datetime
from typing import Any

from duologue.domains.making import Ledger, Row, Time, read_toml

NOW = Time(2025, 5, 21, 9, 0)
"""What was done was done before this moment (`now` in policy.toml); what is planned lies after it."""
TODAY = NOW.date()
FIRST_ID = {
    "routes": 11,
    "flights": 7001,
    "disruptions": 301,
    "fare_classes": 0,
    "fares": 0,
    "customers": 2001,
    "passengers": 12001,
    "bookings": 48001,
    "tickets": 61001,
    "luggage": 0,
    "hotels": 51,
    "room_types": 501,
    "stays": 3301,
    "payments": 90001,
    "vouchers": 0,
    "handovers": 901,
}
"""Every table, parents first, with its first key: keys of different tables can be told apart."""
Leg = tuple[str, str, datetime.date, str]
"""A flight as the stories name it: base, other end, day, `out` or `back`."""


class Books(Ledger):
    """The rows made so far, and what is looked up while making more."""

    def __init__(self) -> None:
        super().__init__(FIRST_ID, {"fare_classes": "fare_class"})
        self.network, self.stories = read_toml(__file__, "network.toml"), read_toml(__file__, "stories.toml")
        self.timetable: dict[Leg, Row] = {}
        """Every flight there is or was; the rows of the past are kept only where somebody was on board."""
        self.light: dict[int, float] = {}
        """Flight → what Light costs there."""
        self.companions: dict[int, list[Row]] = {}
        """Customer → the passengers of their account, the account holder first."""
        self.taken: dict[int, set[str]] = {}
        """Flight → seats given away."""
        self.full: dict[tuple[int, datetime.date], int] = {}
        """Kind of room and night → rooms given away."""

    def leg(self, base: str, end: str, days: int, way: str) -> Leg:
        """A flight as the stories name it, with its day for the distance from today."""
        return base, end, TODAY + datetime.timedelta(days=days), way

    def flight(self, leg: Leg) -> Row:
        """The row of a flight, made now where it is one of the past that nobody was on before."""
        row = self.timetable[leg]
        if "flight_id" not in row:
            row.update(self.add("flights", **row))
            self.rows["flights"][-1] = row
        return row


def moment(flight: Row, what: str = "scheduled_departure") -> Time:
    """When a flight departs or arrives."""
    return Time.fromisoformat(flight[what])


def spoken(day: datetime.date) -> str:
    """A day as it stands on a ticket: 3 June."""
    return f"{day.day} {day:%B}"


def without(row: Row, *columns: str) -> dict[str, Any]:
    """The row without some of its columns."""
    return {k: v for k, v in row.items() if k not in columns}
