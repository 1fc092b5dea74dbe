"""Tutors, students of all ages, and those who answer for the minors among them."""

import datetime
import random

from duologue.domains.making import Row, email, mobiles, name, names, plain
from duologue.domains.tutoring.books import TODAY, Books, age, days
from duologue.ids import rng

STUDENTS = 350
NAMESAKES = 18
"""Students who share their name with another, beside those of the stories."""
OF_AGE = 18


def register(books: Books) -> None:
    """Everybody the centre knows."""
    for tutor, subject, up_to, joined, _ in books.catalogue["staff"]["tutors"]:
        *_, first, last = tutor.split()
        address = f"{plain(first)}.{plain(last)}@lindenhouse.example"
        books.add("tutors", name=tutor, subject=subject, teaches_up_to=up_to, email=address, joined_on=joined)
    r = rng("tutoring", "students")
    stories = books.stories["students"]
    taken = {(s["first_name"], s["last_name"]) for s in stories}
    others = names(r, STUDENTS - NAMESAKES - len(stories), taken)
    others += r.sample(others, NAMESAKES)
    r.shuffle(others)
    crowd = [
        (one, born, r.choice(books.catalogue["desk"]["cities"]))
        for one, born in zip(others, _births(books, r, len(others)), strict=True)
    ]
    for s in stories:
        crowd.insert(r.randrange(20, len(crowd)), ((s["first_name"], s["last_name"]), s["born_on"], s["city"]))
    joined_on = sorted(TODAY - days(5 + int(1300 * r.random() ** 1.4)) for _ in crowd)
    phones, mails, families = mobiles(r, 1000), set[str](), dict[str, Row]()
    for ((first, last), born, city), day in zip(crowd, joined_on, strict=True):
        years = age(str(born), TODAY)
        guardian = _guardian(books, families, last, (r, phones, mails)) if years < OF_AGE else None
        reached = 0.93 if years >= OF_AGE else 0.75 if years >= 16 else 0.3
        books.add(
            "students",
            first_name=first,
            last_name=last,
            born_on=str(born),
            stage=stage(years),
            guardian_id=guardian["guardian_id"] if guardian else None,
            phone=phones.pop() if r.random() < reached else None,
            email=email(r, first, last, mails) if r.random() < reached else None,
            city=city,
            registered_on=str(max(day, born + days(3700))),
        )


def stage(years: int) -> str:
    """Where somebody of that age mostly stands."""
    if years < 14:
        return "lower secondary"
    return "GCSE" if years < 16 else "A level" if years < 19 else "adult"


def _births(books: Books, r: random.Random, count: int) -> list[datetime.date]:
    """Some children, more before their exams, sixth-formers most of all, adults of all ages; and the birthdays of the stories."""
    out: list[datetime.date] = []
    for _ in range(count):
        kind = r.choices(("child", "exams", "sixth form", "grown up"), (13, 30, 29, 28))[0]
        spans = {"child": (11.2, 14), "exams": (14, 16.2), "sixth form": (16.2, 18.9)}
        years = r.uniform(*spans[kind]) if kind in spans else 19 + 52 * r.betavariate(1.2, 1.9)
        out.append(TODAY - days(int(365.25 * years)))
    edge = books.stories["coming_of_age"]
    for where, years, later in zip(
        r.sample(range(count), len(edge["years"])), edge["years"], edge["days"], strict=True
    ):
        day = TODAY + days(later)
        out[where] = day.replace(year=day.year - years)
    return out


def _guardian(
    books: Books, families: dict[str, Row], last: str, chance: tuple[random.Random, list[str], set[str]]
) -> Row | None:
    """One for nearly all; brothers and sisters mostly share theirs."""
    r, phones, mails = chance
    if r.random() < 0.05:
        return None
    if last in families and r.random() < 0.6:
        return families[last]
    kinds = books.catalogue["desk"]["relationships"]
    first, other = name(r, set())
    own = last if r.random() < 0.8 else other
    families[last] = books.add(
        "guardians",
        first_name=first,
        last_name=own,
        relationship=r.choices([*kinds], [*kinds.values()])[0],
        phone=phones.pop() if r.random() < 0.95 else None,
        email=email(r, first, own, mails) if r.random() < 0.9 else None,
    )
    return families[last]
