"""Repeat prescriptions: what is taken for long, issued again each time the supply runs out, until a review is due."""

import random

from duologue.domains.clinic.files import TODAY, Files, age, days
from duologue.domains.making import Row
from duologue.ids import rng

TAKE = 0.32
"""Share of grown-up patients who take something for long."""


def prescribe(files: Files) -> None:
    """One to three medicines for those who take any; the stories' reviews and supplies run out day by day."""
    r = rng("clinic", "medicines")
    doctors = [c for c in files.rows["clinicians"] if c["specialty"] == "general practice"]
    reviews, supplies = list(files.stories["reviews_due"]), list(files.stories["supplies_out"])
    for patient in files.rows["patients"]:
        if age(patient["born_on"], TODAY) < 18 or r.random() >= TAKE:
            continue
        doctor, pharmacy = r.choice(doctors), r.choice(files.catalogue["pharmacies"])
        common = [m[3] for m in files.catalogue["medicines"]]
        picked = {m[0]: m for m in r.choices(files.catalogue["medicines"], common, k=r.choice((1, 1, 2, 3)))}
        for medicine in picked.values():
            row = _prescription(medicine, r)
            if reviews and not medicine[1]:
                _review_due(row, reviews.pop(), r)
            elif supplies and medicine[2] == 28 and not medicine[1]:
                row["last_issued_on"] = str(TODAY + days(supplies.pop() - 28))
            files.add(
                "prescriptions",
                patient_id=patient["patient_id"],
                clinician_id=doctor["clinician_id"],
                medicine=medicine[0],
                controlled=int(medicine[1]),
                pharmacy=pharmacy,
                **row,
            )


def _prescription(medicine: list[object], r: random.Random) -> Row:
    supply = int(str(medicine[2]))
    times = r.randrange(0, 9 if supply == 28 else 5)
    last = TODAY - days(int(supply * (r.random() if r.random() < 0.4 else r.uniform(0.75, 1.25))))
    issued = last - days(times * (supply - 2))
    review = issued + days(r.choice((182, 365)))
    if review < last:
        review = last + days(r.randrange(1, 60))
    return {
        "issued_on": str(issued),
        "supply_days": supply,
        "last_issued_on": str(last),
        "review_due_on": str(review),
        "times_renewed": times,
    }


def _review_due(row: Row, later: int, r: random.Random) -> None:
    """The review is due so many days from now, and the supply has nearly run out by then."""
    row["supply_days"] = 28
    row["last_issued_on"] = str(TODAY + days(later) - days(r.randrange(max(22, later), 28)))
    row["review_due_on"] = str(TODAY + days(later))
    row["issued_on"], row["times_renewed"] = str(TODAY + days(later - 182)), 5
