"""What comes of the classes: the register, and homework with its deadlines."""

import random

from duologue.domains.making import Row
from duologue.domains.tutoring.books import NOW, TODAY, Books, day_of, days
from duologue.ids import rng

REASONS = {"illness": 60, "medical appointment": 14, "family emergency": 6, "school event": 14, "holiday": 6}


def mark_work(books: Books) -> None:
    """Registers of all sessions held, then the homework."""
    inside: dict[int, list[Row]] = {}
    for enrolment in books.rows["enrolments"]:
        if enrolment["status"] != "completed":
            inside.setdefault(enrolment["class_id"], []).append(enrolment)
    _registers(books, inside)
    homework = Homework(books, inside)
    for row in books.rows["classes"]:
        if row["class_id"] in inside:
            homework.give(row)
    books.ledger.renumber("assignments", "set_on", "submissions")


def _registers(books: Books, inside: dict[int, list[Row]]) -> None:
    """Most are there; some stay away more often than others, and mostly for a reason."""
    r = rng("tutoring", "registers")
    careless = {s["student_id"]: r.choice((0.05, 0.08, 0.12, 0.2, 0.35)) for s in books.rows["students"]}
    for session in books.rows["sessions"]:
        if session["starts_at"] > str(NOW):
            continue
        for enrolment in inside.get(session["class_id"], ()):
            came = enrolment["enrolled_at"] < session["starts_at"] < (enrolment["dropped_at"] or "9")
            if not came:
                continue
            absent = r.random() < careless[enrolment["student_id"]]
            told = absent and r.random() < 0.35
            reason = r.choices([*REASONS], [*REASONS.values()])[0] if told else None
            books.add(
                "attendance",
                enrolment_id=enrolment["enrolment_id"],
                session_id=session["session_id"],
                mark="absent" if absent else "late" if r.random() < 0.06 else "present",
                excused=int(told and reason != "holiday"),
                reason=reason,
            )


class Homework:
    """Assignments of each class, and what was handed in."""

    def __init__(self, books: Books, inside: dict[int, list[Row]]) -> None:
        self.books, self.inside, self.r = books, inside, rng("tutoring", "homework")
        self.titles: set[str] = set()
        self.deadlines = list(books.stories["deadlines"])

    def give(self, row: Row) -> None:
        """After every other session, to be done in nearly two weeks; the first for classes to come is to prepare."""
        held = [s for s in self.books.rows["sessions"] if s["class_id"] == row["class_id"]]
        for session in held[:5:2]:
            set_on = day_of(session["starts_at"])
            if session["starts_at"] < str(NOW):
                self._assign(row, set_on, set_on + days(self.r.choice((7, 10, 13, 14, 14))))

    def _title(self, row: Row) -> str:
        course = self.books.course_of[row["class_id"]]
        while True:
            topic = self.r.choice(self.books.topics[course["course_id"]])
            title = f"{topic} {self.r.choice(self.books.catalogue['forms'][course['subject']])}"
            if title not in self.titles:
                self.titles.add(title)
                return title

    def _assign(self, row: Row, set_on: object, due: object) -> None:
        assignment = self.books.add(
            "assignments", class_id=row["class_id"], title=self._title(row), set_on=str(set_on), due_on=str(due)
        )
        for enrolment in self.inside[row["class_id"]]:
            if enrolment["enrolled_at"] < str(set_on) and (enrolment["dropped_at"] or "9") > str(set_on):
                self._submission(assignment, enrolment["student_id"], self.r)

    def _submission(self, assignment: Row, student: int, r: random.Random) -> None:
        due, set_on = day_of(assignment["due_on"]), day_of(assignment["set_on"])
        extra = r.choice((2, 3, 5, 7)) if r.random() < 0.12 else 0
        due += days(extra)
        done = r.random() < (0.86 if due < TODAY else 0.25)
        day = due - days(int((due - set_on).days * r.random() ** 2)) + days(r.random() < 0.06)
        handed_in = day if done and day < TODAY else None
        if not extra and handed_in is None and self.deadlines and abs((due - TODAY).days) <= 6:
            due = TODAY + days(self.deadlines.pop())
            due = max(due, set_on + days(1))
        marked = handed_in is not None and (TODAY - handed_in).days >= 3
        self.books.add(
            "submissions",
            assignment_id=assignment["assignment_id"],
            student_id=student,
            due_on=str(due),
            extra_days=extra,
            handed_in_on=str(handed_in) if handed_in else None,
            mark=max(8, min(100, round(r.gauss(68, 15)))) if marked else None,
        )
