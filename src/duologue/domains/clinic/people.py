"""Specialties, clinicians, plans, patients and their guardians."""

import datetime
import random

from duologue.domains.clinic.files import TODAY, Files, age, days
from duologue.domains.making import Row, email, mobiles, names, plain
from duologue.ids import rng

PATIENTS = 720
NAMESAKES = 26
"""Patients who share their name with another, beside those of the stories."""
MINORS = 0.1
_LETTERS = "ABDEFGHJLNPQRSTUWXYZ"


def register(files: Files) -> None:
    """Everybody the clinic knows."""
    _staff(files)
    for name, insurer, needed, phone, _ in files.catalogue["plans"]:
        files.add("plans", name=name, insurer=insurer, authorisation_needed=int(needed), claims_phone=phone)
    r = rng("clinic", "patients")
    taken = {(p["first_name"], p["last_name"]) for p in files.stories["patients"]}
    wanted = [(p["first_name"], p["last_name"], p["born_on"], p["city"]) for p in files.stories["patients"]]
    others = names(r, PATIENTS - NAMESAKES - len(wanted), taken)
    others += r.sample(others, NAMESAKES)
    r.shuffle(others)
    births = _births(files, r, len(others))
    crowd = [
        (first, last, born, r.choice(files.catalogue["cities"]))
        for (first, last), born in zip(others, births, strict=True)
    ]
    for person in wanted:
        crowd.insert(r.randrange(20, len(crowd)), person)
    joined = sorted(TODAY - days(int(2400 * r.random() ** 1.3)) for _ in crowd)
    phones, mails = mobiles(r, PATIENTS), set[str]()
    for (first, last, born, city), day, phone in zip(crowd, joined, phones, strict=True):
        day = max(day, born + days(5))
        patient = files.add(
            "patients",
            first_name=first,
            last_name=last,
            born_on=str(born),
            phone=phone if r.random() < 0.92 else None,
            email=email(r, first, last, mails) if r.random() < 0.86 else None,
            city=city,
            postcode=f"{files.catalogue['postcodes'][city]} {r.randrange(1, 10)}{r.choice(_LETTERS)}{r.choice(_LETTERS)}",
            plan_id=_plan(files, r),
            registered_on=str(min(day, TODAY - days(1))),
        )
        if age(str(born), TODAY) < 18:
            _guardians(files, patient, r)


def _staff(files: Files) -> None:
    for name, referral, youngest, oldest, first, follow_up, *_ in files.catalogue["specialties"]:
        files.rows["specialties"].append(
            {
                "specialty": name,
                "referral_needed": int(referral),
                "youngest": youngest,
                "oldest": oldest or None,
                "first_visit_fee_gbp": first,
                "follow_up_fee_gbp": follow_up,
            }
        )
    for name, specialty, joined, minutes, places, halves in files.catalogue["clinicians"]:
        *_, one, two = name.split()
        clinician = files.add(
            "clinicians",
            name=name,
            specialty=specialty,
            joined_on=joined,
            email=f"{plain(one)}.{plain(two)}@alderroad.example",
        )
        files.specialty_of[clinician["clinician_id"]] = specialty
        for half in halves:
            weekday, part, room = half.split()
            files.add(
                "rota",
                clinician_id=clinician["clinician_id"],
                weekday=weekday,
                half=part,
                room=room if room == "gym" else f"room {room}",
                slot_minutes=minutes,
                places=places,
            )


def _births(files: Files, r: random.Random, count: int) -> list[datetime.date]:
    """Mostly grown-ups, the middle-aged and the old above all; some children; and the birthdays of the stories."""
    out: list[datetime.date] = []
    for _ in range(count):
        years = r.uniform(0.3, 17.9) if r.random() < MINORS else 18 + 68 * r.betavariate(1.7, 1.6)
        out.append(TODAY - days(int(365.25 * years)))
    edge = files.stories["coming_of_age"]
    for at, years, later in zip(r.sample(range(count), len(edge["years"])), edge["years"], edge["days"], strict=True):
        day = TODAY + days(later)
        out[at] = day.replace(year=day.year - years)
    return out


def _plan(files: Files, r: random.Random) -> int | None:
    plans = files.rows["plans"]
    shares = [p[4] for p in files.catalogue["plans"]]
    found = r.choices([None, *plans], [files.catalogue["self_pay"], *shares])[0]
    return found["plan_id"] if found is not None else None


def _guardians(files: Files, patient: Row, r: random.Random) -> None:
    """One or two; for a few children nobody has been entered yet."""
    kinds = files.catalogue["relationships"]
    known: set[str] = set()
    for _ in range(r.choices((0, 1, 2), (15, 55, 30))[0]):
        kind = r.choices([*kinds], [*kinds.values()])[0]
        first = names(r, 1)[0][0]
        name = f"{first} {patient['last_name'] if r.random() < 0.8 else names(r, 1)[0][1]}"
        if kind in known or name in known or first == patient["first_name"]:
            continue
        known |= {kind, name}
        files.add(
            "guardians",
            patient_id=patient["patient_id"],
            name=name,
            relationship=kind,
            phone=f"07700 900{r.randrange(1000):03d}" if r.random() < 0.9 else None,
            added_on=patient["registered_on"],
        )
