"""What passes over the desk beside appointments: reminders, the waiting list, and what was handed over to somebody else."""

import datetime

from duologue.domains.clinic.files import NOW, TODAY, Files, age, days
from duologue.domains.making import Row, Time
from duologue.ids import rng

WAITING, HANDED_OVER = 84, 62
_REMINDED_FROM = str(TODAY - days(35))


def desk_work(files: Files) -> None:
    """All three."""
    _reminders(files)
    _waiting(files)
    _handovers(files)


def _reminders(files: Files) -> None:
    """Two days before, to whoever can be reached; older ones are not kept."""
    r = rng("clinic", "reminders")
    for appointment in files.rows["appointments"]:
        at = Time.fromisoformat(appointment["scheduled_at"]) - datetime.timedelta(hours=48)
        gone = appointment["cancelled_at"] is not None and appointment["cancelled_at"] < str(at)
        if gone or not _REMINDED_FROM <= str(at) <= str(NOW) or appointment["booked_at"] > str(at):
            continue
        patient = files.ledger.get("patients", appointment["patient_id"])
        files.add(
            "reminders",
            appointment_id=appointment["appointment_id"],
            channel="text message" if patient["phone"] else "e-mail" if patient["email"] else "letter",
            sent_at=str(at.replace(hour=8, minute=r.randrange(30), second=r.randrange(60))),
            delivered=int(r.random() < 0.95),
        )


def _waiting(files: Files) -> None:
    """Mostly for what is full for weeks."""
    r = rng("clinic", "waiting")
    wanted = {
        "dermatology": 30,
        "psychology": 34,
        "cardiology": 8,
        "gynaecology": 8,
        "orthopaedics": 6,
        "general practice": 8,
    }
    moments = sorted(_moment(r.random() ** 1.5 * 90, r.random()) for _ in range(WAITING))
    on_it: set[tuple[int, str]] = set()
    grown = [p for p in files.rows["patients"] if age(p["born_on"], TODAY) >= 18]
    for at in moments:
        patient, specialty = r.choice(grown), r.choices([*wanted], [*wanted.values()])[0]
        if (patient["patient_id"], specialty) in on_it or patient["registered_on"] > str(at.date()):
            continue
        on_it.add((patient["patient_id"], specialty))
        old = (TODAY - at.date()).days > 30
        files.add(
            "waiting_list",
            patient_id=patient["patient_id"],
            specialty=specialty,
            preference=r.choices(("any time", "mornings", "afternoons"), (6, 2, 2))[0],
            joined_at=str(at),
            status=r.choices(("waiting", "offered", "booked", "left"), (4, 1, 4, 1) if old else (9, 1, 0, 0))[0],
        )


def _handovers(files: Files) -> None:
    r = rng("clinic", "handovers")
    reasons = files.catalogue["reasons"]
    for at in sorted(_moment(r.random() * 66, r.random()) for _ in range(HANDED_OVER)):
        patient: Row = r.choice(files.rows["patients"])
        reason = r.choices([*reasons], [*reasons.values()])[0]
        files.add(
            "handovers",
            patient_id=patient["patient_id"],
            reason=reason,
            team=files.catalogue["teams"][reason],
            opened_at=str(
                max(at, Time.fromisoformat(patient["registered_on"]) + datetime.timedelta(hours=12, minutes=7))
            ),
            status="open" if (TODAY - at.date()).days < 3 else "closed",
        )


def _moment(back: float, hour: float) -> Time:
    """A moment so many days back, on a working day between eight and half past five."""
    day = TODAY - days(1 + int(back))
    while day.weekday() > 4:
        day -= days(1)
    return Time(day.year, day.month, day.day, 8) + datetime.timedelta(seconds=int(hour * 34000))
