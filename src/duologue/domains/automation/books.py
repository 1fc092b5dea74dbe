"""What all parts of the desk's story share: the rows made so far, the word lists, and the moment it is."""

import datetime

from duologue.domains.making import Ledger, Row, Time, read_toml

NOW = Time(2025, 10, 15, 14, 0)
"""Nothing has happened after this moment, a Wednesday afternoon (`now` in policy.toml); what is planned lies after it."""
TODAY = NOW.date()
FIRST_ID = {
    "engineers": 301,
    "services": 11,
    "host_groups": 101,
    "hosts": 2001,
    "freezes": 71,
    "releases": 5001,
    "deployments": 8001,
    "playbooks": 41,
    "runs": 40001,
    "run_steps": 200001,
    "schedules": 601,
    "change_approvals": 7001,
    "certificates": 901,
    "credentials": 3001,
    "data_backups": 60001,
    "handovers": 1201,
}
"""Every table, parents first, with its first key: keys of different tables can be told apart."""
KEYS = {
    "host_groups": "group_id",
    "run_steps": "step_id",
    "change_approvals": "approval_id",
    "data_backups": "backup_id",
}


class Books(Ledger):
    """The rows made so far, and what is looked up while making more."""

    def __init__(self) -> None:
        super().__init__(FIRST_ID, KEYS)
        self.catalogue, self.stories = (read_toml(__file__, f) for f in ("catalogue.toml", "stories.toml"))
        self.group: dict[str, Row] = {}
        """Host groups by name."""
        self.playbook: dict[str, Row] = {}
        """Playbooks by name."""
        self.steps: dict[str, list[str]] = {}
        """Playbook → the names of its steps."""

    def service(self, group: Row) -> Row:
        """The service that a group of hosts is for."""
        return self.get("services", group["service_id"])

    def production(self) -> list[Row]:
        """The groups in production."""
        return [g for g in self.rows["host_groups"] if g["environment"] == "production"]

    def frozen(self, group: Row, at: Time) -> bool:
        """Whether a change freeze lies over a group at a moment."""
        return any(
            f["group_id"] == group["group_id"] and f["starts_at"] <= str(at) <= f["ends_at"]
            for f in self.rows["freezes"]
        )


def ago(hours: float) -> Time:
    """A moment so many hours before `NOW`, to the second."""
    return NOW - datetime.timedelta(seconds=round(hours * 3600))


def day(away: int) -> datetime.date:
    """A day so many days from today."""
    return TODAY + datetime.timedelta(days=away)


def second(at: Time) -> str:
    """A moment as it is stored."""
    return str(at.replace(microsecond=0))
