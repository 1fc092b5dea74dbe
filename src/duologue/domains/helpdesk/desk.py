"""What all parts of the service desk's story share: the rows made so far, the word lists, and the moment it is."""

import datetime

from duologue.domains.making import Hours, Ledger, Row, Time, read_toml

NOW = Time(2025, 10, 7, 10, 30)
"""A Tuesday morning; nothing has happened after it (`now` in policy.toml)."""
TODAY = NOW.date()
FIRST_ID = {
    "departments": 11,
    "employees": 1001,
    "printers": 401,
    "accounts": 1001,
    "user_groups": 701,
    "memberships": 20001,
    "software": 501,
    "installations": 30001,
    "group_requests": 8001,
    "devices": 50001,
    "tickets": 60001,
    "ticket_comments": 90001,
    "articles": 301,
    "outages": 201,
    "handovers": 4001,
    "workstations": 1001,
}
"""Every table, parents first, with its first key: keys of different tables can be told apart."""
_KEYS = {
    "accounts": "employee_id",
    "user_groups": "group_id",
    "software": "software_id",
    "group_requests": "request_id",
    "ticket_comments": "comment_id",
    "workstations": "employee_id",
}
_OFFICE = Hours(opens=7, closes=18, off=(5, 6))


class Desk(Ledger):
    """The rows made so far, and what is looked up while making more."""

    def __init__(self) -> None:
        super().__init__(FIRST_ID, _KEYS)
        self.catalogue, self.stories = read_toml(__file__, "catalogue.toml"), read_toml(__file__, "stories.toml")
        self.department: dict[str, Row] = {}
        """Department by its name."""
        self.managers: dict[str, list[str]] = {}
        """Department → the names of those who decide there."""
        self.staff: dict[str, list[Row]] = {}
        """Department → its people."""

    def home(self, employee: Row) -> str:
        """The department somebody belongs to."""
        return str(self.get("departments", employee["department_id"])["name"])


def ago(days: int) -> datetime.date:
    """The day so many days before today; after it where they are negative."""
    return TODAY - datetime.timedelta(days=days)


def at_work(at: Time) -> Time:
    """The moment itself, or soon after seven on the next working day."""
    return _OFFICE.next(at)
