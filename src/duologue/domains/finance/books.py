"""What all parts of the finance team's story share: the rows made so far, the catalogue, and the moment the data ends."""

import datetime
import random
from collections.abc import Callable
from typing import Any

from duologue.domains.making import Ledger, Row, Time, read_toml

NOW = Time(2025, 10, 8, 10, 0)
"""Nothing has happened after this moment, a Wednesday morning while September is being closed; payment runs lie ahead."""
TODAY = NOW.date()
OPENED = datetime.date(2025, 4, 1)
"""The first day of the financial year, from which on bills, invoices and journals are kept."""
BANKED = datetime.date(2025, 9, 1)
"""Statements and payment runs are kept from this day on."""
FIRST_ID = {
    "cost_centres": 1,
    "accounts": 0,
    "periods": 4,
    "employees": 101,
    "vendors": 301,
    "purchase_orders": 8001,
    "payment_runs": 501,
    "bills": 40001,
    "sign_offs": 50001,
    "customers": 2001,
    "invoices": 20001,
    "statement_lines": 61001,
    "journals": 7001,
    "journal_lines": 90001,
    "expense_claims": 3001,
    "handovers": 901,
}
"""Every table, parents first, with its first key: keys of different tables can be told apart."""
KEYS = {
    "purchase_orders": "order_id",
    "payment_runs": "run_id",
    "statement_lines": "line_id",
    "expense_claims": "claim_id",
}


class Books(Ledger):
    """The rows made so far, and what is looked up while making more."""

    def __init__(self) -> None:
        super().__init__(FIRST_ID, KEYS)
        self.catalogue, self.stories = read_toml(__file__, "catalogue.toml"), read_toml(__file__, "stories.toml")
        self.staff: dict[str, list[Row]] = {}
        """Job title → who has it."""
        self.about: dict[int, list[Any]] = {}
        """Vendor → its line in the catalogue."""

    def clerks(self) -> list[Row]:
        """Who enters bills."""
        jobs = ("accounts payable clerk", "accounts payable lead", "assistant accountant")
        return [e for job in jobs for e in self.staff[job]]

    def approver(self, r: random.Random, amount: float, *others: int) -> int:
        """Somebody whose limit reaches that far, and who is none of the others: mostly not far above it."""
        able = [e for e in self.rows["employees"] if (e["approval_limit_gbp"] or 0) >= amount]
        able = [e for e in able if e["employee_id"] not in others]
        return int(r.choices(able, [1 / e["approval_limit_gbp"] for e in able])[0]["employee_id"])


def days(n: int) -> datetime.timedelta:
    """A number of days."""
    return datetime.timedelta(days=n)


def ago(n: int) -> datetime.date:
    """So many days before today."""
    return TODAY - days(n)


def workday(day: datetime.date) -> datetime.date:
    """The day itself, or the Friday before where it is on a weekend."""
    return day - days(max(0, day.weekday() - 4))


def pounds(value: float) -> float:
    """An amount to the penny."""
    return round(value + 1e-9, 2)


def spread(r: random.Random, usual: float, width: float = 0.45) -> float:
    """An amount around the usual one, with a long tail."""
    return pounds(usual * r.lognormvariate(-width * width / 2, width))


def monthly(r: random.Random, rate: float, busy: Callable[[int], float]) -> list[datetime.date]:
    """Working days since `OPENED` on which something happens about so many times a month. `busy`: month → how busy it is."""
    out, day = [], OPENED
    while day < TODAY:
        chance = rate / 21.5 * busy(day.month)
        if day.weekday() < 5 and r.random() < chance:
            out.append(day)
        day += days(1)
    return out
