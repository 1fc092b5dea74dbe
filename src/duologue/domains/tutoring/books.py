"""What all parts of the tuition centre's story share: the rows made so far, the word lists, and the moment the data ends."""

import datetime
from typing import Any

from duologue.domains.making import Ledger, Row, Time, read_toml

NOW = Time(2025, 10, 14, 10, 0)
"""Nothing has happened after this moment, a Tuesday morning; classes and lessons are planned beyond it."""
TODAY = NOW.date()
TERM = datetime.date(2025, 9, 15)
"""The Monday the autumn term begins."""
HALF_TERM = 6
"""The week of the term without classes."""
FIRST_ID = {
    "tutors": 11,
    "courses": 101,
    "classes": 401,
    "sessions": 50001,
    "guardians": 2001,
    "students": 1001,
    "enrolments": 30001,
    "waiting_list": 6001,
    "attendance": 80001,
    "assignments": 7001,
    "submissions": 90001,
    "slots": 20001,
    "packages": 4001,
    "lessons": 60001,
    "invoices": 70001,
    "handovers": 9001,
}
"""Every table, parents first, with its first key: keys of different tables can be told apart."""
KEYS = {"classes": "class_id", "waiting_list": "entry_id", "attendance": "attendance_id"}
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
Span = tuple[Time, Time]


class Books:
    """The rows made so far, and what is looked up while making more."""

    def __init__(self) -> None:
        self.ledger = Ledger(FIRST_ID, KEYS)
        self.rows = self.ledger.rows
        self.catalogue = read_toml(__file__, "catalogue.toml")
        self.stories = read_toml(__file__, "stories.toml")
        self.course_of: dict[int, Row] = {}
        """Class → course."""
        self.topics: dict[int, list[str]] = {}
        """Course → what its homework is about."""
        self.busy: dict[int, list[Span]] = {}
        """Student → when they sit in a session or a lesson."""

    def add(self, table: str, **values: Any) -> Row:
        """A new row, under the next number of its table."""
        return self.ledger.add(table, **values)

    def is_free(self, student: int, span: Span) -> bool:
        """Whether a student is nowhere else in that time."""
        return not any(overlap(span, other) for other in self.busy.get(student, ()))


def overlap(one: Span, two: Span) -> bool:
    """Whether two stretches of time share a moment."""
    return one[0] < two[1] and two[0] < one[1]


def age(born_on: str, day: datetime.date) -> int:
    """Years lived on a day."""
    year, month, date = map(int, born_on.split("-"))
    return day.year - year - ((day.month, day.day) < (month, date))


def days(n: int) -> datetime.timedelta:
    """A number of days."""
    return datetime.timedelta(days=n)


def at(day: datetime.date, clock: str) -> Time:
    """A moment from a day and a time as the timetable writes it."""
    hour, minute = map(int, clock.split(":"))
    return Time(day.year, day.month, day.day, hour, minute)


def spoken(moment: Time) -> str:
    """A day as people say it: Thu 16 October."""
    return f"{moment:%a} {moment.day} {moment:%B}"


def day_of(text: str) -> datetime.date:
    """The day of a stored date or moment."""
    return datetime.date.fromisoformat(text[:10])


def desk_time(moment: Time, minute: int) -> Time:
    """That day between eight and eight, when somebody is at the desk or books online; never after `NOW`."""
    moment = moment.replace(hour=8 + moment.hour % 12, minute=minute, second=(minute * 7) % 60, microsecond=0)
    return moment if moment < NOW else (moment - days(1))
