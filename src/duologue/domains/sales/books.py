"""What all parts of the sales desk's story share: the rows made so far, the quarters, and the moment it is."""

import datetime
import random

from duologue.domains.making import Ledger, Row, Time, read_toml

NOW = Time(2025, 6, 12, 9, 0)
"""What was done was done before this moment (`now` in policy.toml); what is expected lies after it."""
TODAY = NOW.date()
FIRST_DAY = datetime.date(2023, 1, 3)
FIRST_ID = {
    "territories": 21,
    "representatives": 101,
    "quarters": 0,
    "sales_accounts": 2001,
    "contacts": 5001,
    "products": 301,
    "campaigns": 51,
    "opportunities": 30001,
    "stage_changes": 400001,
    "quotes": 7001,
    "quote_lines": 80001,
    "orders": 60001,
    "targets": 0,
    "sales_forecasts": 0,
    "activities": 900001,
    "sales_handovers": 951,
}
"""Every table, parents first, with its first key: keys of different tables can be told apart."""
_KEYS = {
    "territories": "territory_id",
    "sales_accounts": "account_id",
    "sales_handovers": "handover_id",
    "sales_forecasts": "quarter",
    "quarters": "quarter",
    "targets": "quarter",
    "opportunities": "opportunity_id",
    "activities": "activity_id",
    "stage_changes": "change_id",
    "quote_lines": "line_id",
}
Day = datetime.date


class Books(Ledger):
    """The rows made so far, and what is looked up while making more."""

    def __init__(self) -> None:
        super().__init__(FIRST_ID, _KEYS)
        self.words, self.stories = read_toml(__file__, "catalogue.toml"), read_toml(__file__, "stories.toml")
        self.sellers: dict[int, list[Row]] = {}
        """Territory → who has sold there, in the order they were hired."""
        self.skill: dict[int, float] = {}
        """Representative → how well they sell; 1 is as well as the others."""
        self.trade: dict[int, list[str]] = {}
        """Account → what it buys for and has not yet asked about."""

    def account(self, name: str) -> Row:
        """The first account of that name."""
        return next(row for row in self.rows["sales_accounts"] if row["name"] == name)

    def region(self, account: Row) -> str:
        """Where an account lies."""
        return str(self.get("territories", account["territory_id"])["region"])


def quarter_of(day: Day) -> str:
    """The quarter a day lies in: 2025 Q2."""
    return f"{day.year} Q{(day.month + 2) // 3}"


def working(day: Day) -> Day:
    """The day itself, or the Friday before a weekend."""
    return day - datetime.timedelta(days=max(0, day.weekday() - 4))


def days(count: float) -> datetime.timedelta:
    """A stretch of days."""
    return datetime.timedelta(days=int(count))


def at_work(day: Day, r: random.Random) -> str:
    """A moment of that day, as it is stored; today nobody has done anything later than now."""
    hour = r.randrange(8, 18) if day < TODAY else 8
    return str(Time(day.year, day.month, day.day, hour, r.randrange(60), r.randrange(60)))
