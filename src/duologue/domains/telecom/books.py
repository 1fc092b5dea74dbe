"""What all parts of the network's story share: the rows made so far, the word lists, and the moment it is."""

import datetime
from typing import Any

from duologue.domains.making import Ledger, Row, Time, read_toml

NOW = Time(2025, 10, 16, 10, 30)
"""Nothing has happened after this moment (`now` in policy.toml)."""
TODAY = NOW.date()
FIRST_ID = {
    "plans": 11,
    "extras": 41,
    "network_areas": 101,
    "outages": 701,
    "customers": 3001,
    "lines": 21001,
    "line_add_ons": 0,
    "sims": 51001,
    "monthly_usage": 200001,
    "bills": 640001,
    "bill_lines": 800001,
    "payments": 910001,
    "credits": 6001,
    "tickets": 33001,
    "handovers": 8001,
    "handsets": 95001,
}
"""Every table, parents first, with its first key: keys of different tables can be told apart."""
KEYS = {"extras": "add_on_id", "network_areas": "area_id", "monthly_usage": "usage_id", "handsets": "device_id"}


class Books(Ledger):
    """The rows made so far, and what is looked up while making more."""

    def __init__(self) -> None:
        super().__init__(FIRST_ID, KEYS)
        self.catalogue, self.stories = read_toml(__file__, "catalogue.toml"), read_toml(__file__, "stories.toml")
        self.plans: dict[str, Row] = {}
        self.add_ons: dict[str, Row] = {}
        """By name."""
        self.areas: dict[str, list[Row]] = {}
        """City → its areas."""
        self.told: dict[int, Row] = {}
        """Line → what the stories say of it."""
        self.lines_of: dict[int, list[Row]] = {}
        """Customer → their lines, the first of them the oldest."""
        self.extras: dict[int, list[Row]] = {}
        """Line → its add-ons."""


def ago(days: float) -> datetime.date:
    """The day as many days before today."""
    return TODAY - datetime.timedelta(days=days)


def months_on(day: datetime.date, months: int) -> datetime.date:
    """The same day of a later month, or the 28th where a month may have no such day."""
    year, month = divmod(day.month - 1 + months, 12)
    return day.replace(year=day.year + year, month=month + 1, day=min(day.day, 28))


def without(row: Row, *columns: str) -> dict[str, Any]:
    """The row without some of its columns."""
    return {k: v for k, v in row.items() if k not in columns}
