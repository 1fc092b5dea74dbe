"""Courses, their classes and sessions, and who sits in them: last summer's, which others build on, and this autumn's."""

import datetime
import random
from typing import Any

from duologue.domains.making import Row, Time
from duologue.domains.tutoring.books import (
    HALF_TERM,
    NOW,
    TERM,
    TODAY,
    WEEKDAYS,
    Books,
    Span,
    age,
    at,
    day_of,
    days,
    desk_time,
    overlap,
    spoken,
)
from duologue.ids import rng

LENGTH = datetime.timedelta(minutes=90)
SUMMER = datetime.date(2025, 4, 28)
"""The Monday last summer's classes began; each had ten sessions."""
PASS = 50
"""The final mark that lets somebody go on."""
DROPPED = 0.06
HESITANT = 0.35


class Timetable:
    """Classes with a tutor and a room each, nobody and nothing in two places."""

    def __init__(self, books: Books) -> None:
        self.books, self.r = books, rng("tutoring", "classes")
        self.marks = list(books.stories["final_marks"])
        self.passed: dict[int, set[int]] = {}
        """Course → the students who completed it well enough to go on."""
        self.hesitant: set[int] = set()
        """Those of them who have not gone on yet."""
        self.spans: dict[int, list[Span]] = {}
        """Class → its sessions."""
        self.given: dict[tuple[str, str, str], list[Span]] = {}
        """Term, and a tutor or room → when it is needed, on the days of the term's first week."""

    def fill(self) -> None:
        """Everything, then the enrolments in the order they were made."""
        for name, subject, stage, youngest, oldest, before, price, topics in self.books.catalogue["courses"]:
            builds_on = next((c for c in self.books.rows["courses"] if c["name"] == before), None)
            course = self.books.add(
                "courses",
                name=name,
                subject=subject,
                stage=stage,
                youngest=youngest,
                oldest=oldest or None,
                builds_on_id=builds_on["course_id"] if builds_on else None,
                session_price_gbp=price,
            )
            self.books.topics[course["course_id"]] = topics
        self._keep_free()
        for name, weekday, clock, students in self.books.catalogue["summer"]["classes"]:
            self._past(self._course(name), weekday, clock, students)
        wanted = [self._class(*about) for about in self.books.catalogue["autumn"]["classes"]]
        for row, left in wanted:
            self._fill(row, left)
        self.books.ledger.renumber("enrolments", "enrolled_at")

    def _course(self, name: str) -> Row:
        return next(c for c in self.books.rows["courses"] if c["name"] == name)

    def _keep_free(self) -> None:
        """Tutors teach no class in the hours of their one-to-one lessons."""
        for tutor, *_, hours in self.books.catalogue["staff"]["tutors"]:
            for hour in hours:
                weekday, clock = hour.split()
                start = at(TERM + days(WEEKDAYS.index(weekday)), f"{clock}:00")
                self.given.setdefault(("autumn", "tutor", tutor), []).append(
                    (start, start + datetime.timedelta(hours=1))
                )

    # ── who teaches, and where ───────────────────────────────────────────────────────────────────────────────────────────

    def _taught(self, term: str, course: Row, weekday: str, clock: str) -> tuple[Row, str]:
        """A tutor of the subject and a room, both free then."""
        start = at(TERM + days(WEEKDAYS.index(weekday)), clock)
        span = (start, start + LENGTH)
        able = [
            t
            for t in self.books.rows["tutors"]
            if t["subject"] == course["subject"] and (course["stage"] != "A level" or t["teaches_up_to"] == "A level")
        ]
        overqualified = "A level" if course["stage"] != "A level" else ""
        able.sort(
            key=lambda t: (t["teaches_up_to"] == overqualified, len(self.given.get((term, "tutor", t["name"]), ())))
        )
        tutor = next(t for t in able if self._free(term, "tutor", t["name"], span))
        rooms = self.books.catalogue["staff"]["rooms"]
        if course["subject"] == "computing":
            rooms = [*rooms[-1:], *rooms]
        else:
            rooms = sorted(rooms[:-1], key=lambda room: len(self.given.get((term, "room", room), ())))
        room = next(room for room in rooms if self._free(term, "room", room, span))
        for kind, name in (("tutor", tutor["name"]), ("room", room)):
            self.given.setdefault((term, kind, name), []).append(span)
        return tutor, room

    def _free(self, term: str, kind: str, name: str, span: Span) -> bool:
        return not any(overlap(span, other) for other in self.given.get((term, kind, name), ()))

    # ── last summer ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def _past(self, course: Row, weekday: str, clock: str, students: int) -> None:
        """A finished class with its marks; its sessions are not kept."""
        first = SUMMER + days(WEEKDAYS.index(weekday))
        tutor, room = self._taught("summer", course, weekday, clock)
        row = self.books.add(
            "classes",
            name=f"{course['name']} on {weekday}s at {clock}, summer term",
            course_id=course["course_id"],
            tutor_id=tutor["tutor_id"],
            weekday=weekday,
            begins_at=clock,
            room=room,
            first_session_on=str(first),
            last_session_on=str(first + days(63 if weekday != "Monday" else 70)),
            capacity=12,
            enrolled=0,
            status="finished",
        )
        self.books.course_of[row["class_id"]] = course
        able = [
            s for s in self.books.rows["students"] if self._fits(s, course, first) and s["registered_on"] < str(first)
        ]
        able = [s for s in able if not any(s["student_id"] in known for known in self.passed.values())]
        for student in self.r.sample(able, min(students, len(able))):
            self._completed(student, row, first)

    def _completed(self, student: Row, row: Row, first: datetime.date) -> None:
        course, r = self.books.course_of[row["class_id"]], self.r
        builds = any(c["builds_on_id"] == course["course_id"] for c in self.books.rows["courses"])
        told = builds and bool(self.marks) and r.random() < 0.4
        mark = self.marks.pop(0) if told else max(22, min(98, round(r.gauss(66, 14))))
        when = max(at(first - days(r.randrange(4, 40)), "10:00"), at(day_of(student["registered_on"]), "09:00"))
        self._enrol(student, row, when, 10, ("completed", mark))
        known = self.passed.setdefault(course["course_id"], set())
        if mark >= PASS:
            known.add(student["student_id"])
            if r.random() < HESITANT:
                self.hesitant.add(student["student_id"])

    # ── this autumn ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def _class(self, *about: Any) -> tuple[Row, int]:
        """A class with its sessions, and the places that are to be left."""
        name, weekday, clock, week, count, capacity, left = about
        course = self._course(name)
        weeks = [w for w in range(week, week + count + 1) if w != HALF_TERM][:count]
        dates = [TERM + days(7 * w + WEEKDAYS.index(weekday)) for w in weeks]
        tutor, room = self._taught("autumn", course, weekday, clock)
        row = self.books.add(
            "classes",
            name=f"{name} on {weekday}s at {clock}",
            course_id=course["course_id"],
            tutor_id=tutor["tutor_id"],
            weekday=weekday,
            begins_at=clock,
            room=room,
            first_session_on=str(dates[0]),
            last_session_on=str(dates[-1]),
            capacity=capacity,
            enrolled=0,
            status="running" if at(dates[0], clock) < NOW else "planned",
        )
        self.books.course_of[row["class_id"]] = course
        for number, day in enumerate(dates, 1):
            start = at(day, clock)
            self.spans.setdefault(row["class_id"], []).append((start, start + LENGTH))
            self.books.add(
                "sessions",
                class_id=row["class_id"],
                number=number,
                name=f"{name} on {spoken(start)} at {clock}",
                starts_at=str(start),
                ends_at=str(start + LENGTH),
            )
        return row, left

    def _fill(self, row: Row, left: int) -> None:
        """Enrol students who may be in it; a few have dropped out again, and then somebody else may have come."""
        course, r = self.books.course_of[row["class_id"]], self.r
        first = day_of(row["first_session_on"])
        spans = self._spans(row)
        before = self.passed.get(course["builds_on_id"], set()) if course["builds_on_id"] else None
        able = [
            s
            for s in self.books.rows["students"]
            if self._fits(s, course, min(first, TODAY))
            and (before is None or s["student_id"] in before - self.hesitant)
            and len(self.books.busy.get(s["student_id"], ())) < 30
            and s["student_id"] not in self.passed.get(course["course_id"], ())
            and not self._in_course(s["student_id"], course)
            and all(self.books.is_free(s["student_id"], span) for span in spans)
        ]
        r.shuffle(able)
        wanted = row["capacity"] - (left if left >= 0 else r.choice((0, 1, 1, 2, 3)))
        for student in able:
            if wanted <= 0:
                break
            wanted -= self._joins(student, row, r)

    def _joins(self, student: Row, row: Row, r: random.Random) -> int:
        """One enrolment, a few weeks before the class begins or soon after; the places that it holds."""
        spans, known_since = self._spans(row), at(day_of(student["registered_on"]), "09:00")
        begins = min(spans[0][0], NOW)
        when = begins - days(r.choice((1, 3, 6, 10, 15, 24, 40))) - datetime.timedelta(hours=r.randrange(10))
        when = max(
            desk_time(when, r.randrange(60)),
            known_since + datetime.timedelta(hours=r.randrange(8), minutes=r.randrange(60)),
        )
        held = sum(1 for span in spans if span[0] < when)
        if held > 2:
            return 0
        left = len(spans) - held
        gone = [span for span in spans if span[0] < NOW]
        if len(gone) >= 2 and r.random() < DROPPED:
            dropped = desk_time(gone[1][0] + days(1), r.randrange(60))
            if dropped > when:
                self._enrol(student, row, when, left, ("dropped", 0), dropped)
                return 0
        self._enrol(student, row, when, left, ("active", 0))
        self.books.busy.setdefault(student["student_id"], []).extend(spans)
        return 1

    def _enrol(
        self, student: Row, row: Row, when: Time, left: int, came: tuple[str, int], dropped: Time | None = None
    ) -> None:
        price = self.books.course_of[row["class_id"]]["session_price_gbp"]
        status, mark = came
        after = sum(1 for span in self._spans(row) if dropped is not None and span[0] > dropped)
        self.books.add(
            "enrolments",
            student_id=student["student_id"],
            class_id=row["class_id"],
            enrolled_at=str(when),
            fee_gbp=price * left,
            status=status,
            dropped_at=str(dropped) if dropped else None,
            given_back_gbp=round(price * after / 2, 2) if dropped else None,
            final_mark=mark or None,
        )

    def _spans(self, row: Row) -> list[Span]:
        return self.spans.get(row["class_id"], [])

    def _in_course(self, student: int, course: Row) -> bool:
        return any(
            e["student_id"] == student
            and e["status"] == "active"
            and self.books.course_of[e["class_id"]]["course_id"] == course["course_id"]
            for e in self.books.rows["enrolments"]
        )

    def _fits(self, student: Row, course: Row, day: datetime.date) -> bool:
        years = age(student["born_on"], day)
        if not course["youngest"] <= years <= (course["oldest"] or 99):
            return False
        near = {"adult": ("adult", "A level")}.get(course["stage"], (course["stage"],))
        return student["stage"] in near or (course["stage"] != "adult" and self.r.random() < 0.25)
