"""One-to-one lessons: the hours that tutors give, who has them week by week, and the packages of credits they are paid from."""

import datetime
import random

from duologue.domains.making import Row, Time
from duologue.domains.tutoring.books import (
    HALF_TERM,
    NOW,
    TERM,
    TODAY,
    WEEKDAYS,
    Books,
    at,
    day_of,
    days,
    desk_time,
    spoken,
)
from duologue.ids import rng

WEEKS = 10
"""Weeks of the term that can be booked."""
KEPT = 2
"""From this week on; what was before is not kept."""
REGULAR = 0.85
"""Share of a tutor's hours that belong to somebody."""
SIZES = {5: 190.0, 10: 360.0, 20: 680.0}
"""What a package costs by its credits."""
LASTS = 180
"""Days that a package lasts."""
LONG_KNOWN = 260
"""Days since somebody registered who has had earlier packages."""
STAGES = {"GCSE": ("lower secondary", "GCSE", "adult"), "A level": ("lower secondary", "GCSE", "A level", "adult")}
_HOUR = datetime.timedelta(hours=1)


class Diary:
    """Slots and lessons, week by week, and the packages behind them."""

    def __init__(self, books: Books) -> None:
        self.books, self.r = books, rng("tutoring", "lessons")
        self.booked: list[tuple[Time, Row]] = []
        """Lessons by the moment they were booked."""

    def fill(self) -> None:
        """Every hour of every tutor, then the packages."""
        hours: list[tuple[Time, Row, Row | None]] = []
        for tutor, (*_, weekly) in zip(self.books.rows["tutors"], self.books.catalogue["staff"]["tutors"], strict=True):
            for hour in weekly:
                hours += self._hours(tutor, *hour.split())
        for start, tutor, student in sorted(hours, key=lambda h: (h[0], h[1]["tutor_id"])):
            if start > NOW or student is not None:
                self._slot(start, tutor, student)
        self._pay()
        self._more_packages()
        self.books.ledger.renumber("packages", "bought_on", "lessons")

    def _hours(self, tutor: Row, weekday: str, clock: str) -> list[tuple[Time, Row, Row | None]]:
        """One hour of the week through the term, with the student who has it then."""
        r = self.r
        starts = [at(TERM + days(7 * week + WEEKDAYS.index(weekday)), f"{clock}:00") for week in range(KEPT, WEEKS)]
        student = self._regular(tutor, starts, int(clock)) if r.random() < REGULAR else None
        since, until = r.choice((0, 0, 0, 1, 2, 3)), r.choice((4, 5, 5, 6, 7, 8))
        out: list[tuple[Time, Row, Row | None]] = []
        for n, start in enumerate(starts):
            away = r.random() < (0.5 if n + KEPT == HALF_TERM else 0.08)
            out.append((start, tutor, student if since <= n < until and not away else None))
        return out

    def _regular(self, tutor: Row, starts: list[Time], hour: int) -> Row | None:
        """A student whom the tutor can teach, and who is free in that hour each week."""
        for _ in range(30):
            student = self.r.choice(self.books.rows["students"])
            at_school = hour < 15 and starts[0].weekday() < 5 and student["stage"] != "adult"
            known = student["registered_on"] < str(starts[0] - days(8))
            if at_school or not known or student["stage"] not in STAGES[tutor["teaches_up_to"]]:
                continue
            spans = [(start, start + _HOUR) for start in starts]
            if all(self.books.is_free(student["student_id"], span) for span in spans):
                self.books.busy.setdefault(student["student_id"], []).extend(spans)
                return student
        return None

    def _slot(self, start: Time, tutor: Row, student: Row | None) -> None:
        slot = self.books.add(
            "slots",
            tutor_id=tutor["tutor_id"],
            name=f"{spoken(start)} at {start:%H:%M} with {tutor['name']}",
            starts_at=str(start),
            ends_at=str(start + _HOUR),
            taken=0,
        )
        if student is not None:
            self._lesson(slot, start, tutor, student)

    def _lesson(self, slot: Row, start: Time, tutor: Row, student: Row) -> None:
        r = self.r
        when = desk_time(min(start, NOW) - days(r.choice((3, 5, 8, 12, 18))), r.randrange(60))
        when = max(when, at(day_of(student["registered_on"]), "12:00"))
        status = r.choices(("completed", "missed", "cancelled"), (90, 4, 6))[0]
        if start > NOW:
            status = "cancelled" if r.random() < 0.03 else "booked"
        off = desk_time(min(start, NOW) - days(r.choice((2, 2, 3))), r.randrange(60))
        lesson = self.books.add(
            "lessons",
            title=f"{tutor['subject'][:1].upper()}{tutor['subject'][1:]} with {tutor['name']} on {spoken(start)} at {start:%H:%M}",
            student_id=student["student_id"],
            slot_id=slot["slot_id"],
            package_id=0,
            scheduled_at=str(start),
            status=status,
            booked_at=str(when),
            cancelled_at=str(max(off, when)) if status == "cancelled" else None,
        )
        self.booked.append((when, lesson))

    # ── packages ─────────────────────────────────────────────────────────────────────────────────────────────────────────

    def _pay(self) -> None:
        """Each lesson is paid from a package of its student; where none is left, one is bought that day."""
        mine: dict[int, Row] = {}
        for when, lesson in sorted(self.booked, key=lambda pair: (pair[0], pair[1]["lesson_id"])):
            package = mine.get(lesson["student_id"])
            if package is None or not package["credits_left"] or package["expires_on"] < lesson["scheduled_at"][:10]:
                size = self.r.choices((5, 10, 20), (45, 45, 10))[0]
                package = mine[lesson["student_id"]] = self._package(lesson["student_id"], size, when.date(), self.r)
            lesson["package_id"] = package["package_id"]
            package["credits_left"] -= lesson["status"] != "cancelled"

    def _package(
        self, student: int, size: int, bought: datetime.date, r: random.Random, left: int | None = None
    ) -> Row:
        return self.books.add(
            "packages",
            student_id=student,
            size=f"{size} lessons",
            credits=size,
            credits_left=size if left is None else left,
            price_gbp=SIZES[size],
            bought_on=str(bought),
            expires_on=str(bought + days(LASTS)),
        )

    def _more_packages(self) -> None:
        """Those of the spring, some with credits that run out about now, and some bought for lessons not booked yet."""
        r, stories = rng("tutoring", "packages"), self.books.stories["expiring"]
        holders = {p["student_id"] for p in self.books.rows["packages"]}
        others = [s for s in self.books.rows["students"] if s["student_id"] not in holders]
        others = [s for s in others if s["registered_on"] < str(TODAY - days(LONG_KNOWN))]
        r.shuffle(others)
        for later, left in zip(stories["days"], stories["credits"], strict=True):
            self._package(others.pop()["student_id"], r.choice((5, 10)), TODAY + days(later - LASTS), r, left)
        for student in others[:34]:
            size = r.choice((5, 5, 10))
            self._package(
                student["student_id"], size, TODAY - days(r.randrange(30, LONG_KNOWN)), r, r.choice((0, 0, 0, 1, 2))
            )
        for student in others[34:78]:
            self._package(student["student_id"], r.choice((5, 5, 10, 20)), TODAY - days(r.randrange(1, 60)), r)
