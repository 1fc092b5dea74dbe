"""What all parts of the clinic's story share: the rows made so far, the word lists, and the moment the data ends."""

import datetime
from typing import Any

from duologue.domains.making import Ledger, Row, Time, read_toml

NOW = Time(2025, 9, 11, 10, 0)
"""Nothing has happened after this moment, a Thursday morning; appointments are booked beyond it."""
TODAY = NOW.date()
FIRST_ID = {
    "specialties": 1,
    "clinicians": 11,
    "rota": 301,
    "slots": 50101,
    "plans": 1,
    "patients": 1001,
    "guardians": 201,
    "referrals": 20001,
    "authorisations": 30001,
    "appointments": 81001,
    "invoices": 70001,
    "instalments": 4001,
    "prescriptions": 61001,
    "waiting_list": 6001,
    "reminders": 90001,
    "handovers": 7001,
}
"""Every table, parents first, with its first key: keys of different tables can be told apart."""
KEYS = {"rota": "rota_id", "waiting_list": "entry_id"}


class Files:
    """The rows made so far, and what is looked up while making more."""

    def __init__(self) -> None:
        self.ledger = Ledger(FIRST_ID, KEYS)
        self.rows = self.ledger.rows
        self.catalogue = read_toml(__file__, "catalogue.toml")
        self.stories = read_toml(__file__, "stories.toml")
        self.specialties: dict[str, list[Any]] = {s[0]: s for s in self.catalogue["specialties"]}
        self.specialty_of: dict[int, str] = {}
        """Clinician → specialty."""
        self.clinician_of: dict[int, Row] = {}
        """Slot → clinician."""

    def add(self, table: str, **values: Any) -> Row:
        """A new row, under the next number of its table."""
        return self.ledger.add(table, **values)


def age(born_on: str, day: datetime.date) -> int:
    """Years lived on a day."""
    year, month, date = map(int, born_on.split("-"))
    return day.year - year - ((day.month, day.day) < (month, date))


def days(n: int) -> datetime.timedelta:
    """A number of days."""
    return datetime.timedelta(days=n)
