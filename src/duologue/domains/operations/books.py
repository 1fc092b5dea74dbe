"""What all parts of the desk's story share: the rows made so far, the word lists, and the moment the data ends."""

import datetime
import random
from typing import Any

from duologue.domains.making import Ledger, Row, Time, read_toml

NOW = Time(2025, 10, 16, 10, 0)
"""What was done was done before this moment (`now` in policy.toml), a Thursday morning; what is planned lies after it."""
TODAY = NOW.date()
FIRST_ID = {
    "teams": 1,
    "engineers": 101,
    "services": 301,
    "dependencies": 0,
    "runbooks": 501,
    "shifts": 11001,
    "incidents": 4101,
    "alerts": 20001,
    "timeline": 70001,
    "status_updates": 50001,
    "freezes": 1,
    "windows": 901,
    "changes": 30001,
    "postmortems": 0,
    "actions": 6001,
    "handovers": 801,
}
"""Every table, parents first, with its first key: keys of different tables can be told apart."""
KEYS = {"timeline": "entry_id", "status_updates": "update_id"}


class Books(Ledger):
    """The rows made so far, and what is looked up while making more."""

    def __init__(self) -> None:
        super().__init__(FIRST_ID, KEYS)
        self.catalogue = read_toml(__file__, "catalogue.toml")
        self.stories = read_toml(__file__, "stories.toml")
        self.service: dict[str, Row] = {}
        """By name."""
        self.relies_on: dict[int, list[int]] = {}
        """Service → the services it depends on."""
        self.crew: dict[int, list[Row]] = {}
        """Team → its people, the lead first."""
        self.rota: dict[tuple[int, str], int] = {}
        """Team and day → who is the primary."""
        self.rate: dict[int, int] = {}
        """Service → how often it alerts, against the others."""

    def pager(self, team: int, at: Time, r: random.Random) -> Row:
        """Who took it: the primary of the day as far as the rota is kept, mostly anybody of the team before."""
        day = str((at - datetime.timedelta(hours=9)).date())
        one = self.rota.get((team, day))
        return self.get("engineers", one) if one is not None else r.choice(self.crew[team])

    def told(self, incident: Row, at: Time, step: str, note: str) -> None:
        """An entry in an incident's timeline."""
        self.add("timeline", incident_id=incident["incident_id"], written_at=str(at), step=step, note=note)


def drawn(r: random.Random, shares: dict[str, Any]) -> str:
    """One of the keys, as often as its share says."""
    return r.choices([*shares], [*shares.values()])[0]


def spoken(day: datetime.date) -> str:
    """A day as people say it: 3 November."""
    return f"{day.day} {day:%B}"


def called(person: Row) -> str:
    """First and last name."""
    return f"{person['first_name']} {person['last_name']}"


def ago(hours: float) -> Time:
    """So many hours before now, not quite to the minute."""
    return NOW - datetime.timedelta(seconds=int(hours * 3600) + int(hours * 997) % 59)
