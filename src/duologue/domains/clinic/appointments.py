"""The diary: the slots that the rota gives, the appointments in them, and the referrals and authorisations these rest on."""

import datetime
import random

from duologue.domains.clinic.files import NOW, TODAY, Files, age, days
from duologue.domains.making import Row, Time
from duologue.ids import rng

OPENED = datetime.date(2025, 8, 4)
"""The diary begins on this Monday; of what was before, only the slots that somebody came to are kept."""
CLOSES = datetime.date(2025, 10, 17)
KEPT_FROM = datetime.date(2024, 2, 1)
HOLIDAYS = (datetime.date(2025, 8, 25),)
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_STARTS = {"morning": 9, "afternoon": 14}
_HALF_DAY = 180
"""Minutes."""
AWAY = 0.02
"""How often a clinician is away for a half day; its slots are closed."""
SOON, LATER = days(6), days(25)
"""Nobody comes to the same specialty again earlier: for a course of treatment, and otherwise."""
COURSES = ("physiotherapy", "psychology")
FULL_FOR = 20
"""Days for which the fullest diaries have no place left."""


class Diary:
    """Slots and appointments in the order of their time."""

    def __init__(self, files: Files) -> None:
        self.files, self.r = files, rng("clinic", "diary")
        self.last: dict[tuple[int, str], datetime.date] = {}
        """Patient and specialty → the latest day they came or are to come."""
        self.seen: set[tuple[int, str]] = set()
        """Patient and specialty: they have attended."""
        self.taken: set[tuple[int, str]] = set()
        """Patient and moment: they are somewhere else then."""
        self.coming: set[tuple[int, str]] = set()
        self.groups = list(self.files.stories["group_places"])
        """Places to be left in the group slots to come."""
        self.pools = {s: self._pool(s) for s in files.specialties}

    def fill(self) -> None:
        """Every half day of the rota from first to last, then the papers that nobody used."""
        self._history()
        rota: dict[str, list[Row]] = {}
        for session in self.files.rows["rota"]:
            rota.setdefault(session["weekday"], []).append(session)
        day = OPENED
        while day <= CLOSES:
            for session in rota.get(_WEEKDAYS[day.weekday()], ()) if day not in HOLIDAYS else ():
                self._half_day(session, day)
            day += days(1)
        self._papers()

    def _pool(self, specialty: str) -> list[Row]:
        """The patients who come for a specialty."""
        _, _, youngest, oldest, _, _, share, _, _ = self.files.specialties[specialty]
        able = [p for p in self.files.rows["patients"] if _fits(p, TODAY, youngest, oldest)]
        wanted = max(3, len(able) * int(share) // 100)
        return sorted(self.r.sample(able, min(wanted, len(able))), key=lambda p: int(p["patient_id"]))

    def _history(self) -> None:
        """Visits of earlier days: one for about half of those who have been patients for long."""
        r = rng("clinic", "history")
        rota: dict[str, list[Row]] = {}
        for session in self.files.rows["rota"]:
            rota.setdefault(self.files.specialty_of[session["clinician_id"]], []).append(session)
        visits: dict[tuple[str, int], tuple[Row, Row, Time]] = {}
        for specialty, pool in self.pools.items():
            _, _, youngest, oldest, *_ = self.files.specialties[specialty]
            for patient in pool:
                first = max(KEPT_FROM, datetime.date.fromisoformat(patient["registered_on"]) + days(4))
                if (OPENED - first).days < 40 or r.random() < 0.45:
                    continue
                session = r.choice(rota[specialty])
                day = first + days(r.randrange((OPENED - first).days - 14))
                day += days((_WEEKDAYS.index(session["weekday"]) - day.weekday()) % 7)
                nth = r.randrange(_HALF_DAY // session["slot_minutes"])
                at = _start(session, day, nth)
                if _fits(patient, day, youngest, oldest) and (patient["patient_id"], str(at)) not in self.taken:
                    visits.setdefault((str(at), session["rota_id"]), (patient, session, at))
        for (_, _), (patient, session, at) in sorted(visits.items(), key=lambda item: item[0]):
            slot, specialty = self._slot(session, at, "over")
            self._appointment(patient, slot, specialty, at)

    def _slot(self, session: Row, at: Time, status: str) -> tuple[Row, str]:
        clinician = self.files.ledger.get("clinicians", session["clinician_id"])
        year = "" if at.year == NOW.year else f" {at.year}"
        slot = self.files.add(
            "slots",
            rota_id=session["rota_id"],
            name=f"{at:%a} {at.day} {at:%B}{year} {at:%H:%M} with {clinician['name']}",
            scheduled_at=str(at),
            capacity=session["places"],
            booked=0,
            status=status,
        )
        self.files.clinician_of[slot["slot_id"]] = clinician
        return slot, clinician["specialty"]

    def _half_day(self, session: Row, day: datetime.date) -> None:
        closed = self.r.random() < AWAY
        for nth in range(_HALF_DAY // session["slot_minutes"]):
            at = _start(session, day, nth)
            slot, specialty = self._slot(session, at, "closed" if closed else "over" if at < NOW else "open")
            if not closed:
                self._book(slot, specialty, at, session["places"])

    def _book(self, slot: Row, specialty: str, at: Time, places: int) -> None:
        """Fill the places: nearly all in the past, fewer the farther ahead. What is cancelled is often taken by somebody else."""
        fullness, ahead = float(self.files.specialties[specialty][8]), max(0, (at.date() - TODAY).days)
        full = fullness >= 1 and ahead <= FULL_FOR
        chance = 1.0 if full else fullness * max(0.08, 0.92 - ahead / 45) if ahead else fullness
        free, least, tries = places, 0, places + (20 if full else 1)
        if places > 1 and at > NOW and self.groups:
            least, tries, chance = self.groups.pop(0), 40, 1.0
        for _ in range(tries):
            if free > least and self.r.random() < chance:
                patient = self._patient(specialty, at)
                if patient is not None:
                    free -= self._appointment(patient, slot, specialty, at)

    def _patient(self, specialty: str, at: Time) -> Row | None:
        """Somebody whose turn it is."""
        _, _, youngest, oldest, *_ = self.files.specialties[specialty]
        back = float(self.files.specialties[specialty][7])
        for _ in range(6):
            patient = self.r.choice(self.pools[specialty])
            key = (patient["patient_id"], specialty)
            if key in self.coming or (patient["patient_id"], str(at)) in self.taken:
                continue
            if patient["registered_on"] > str(at.date() - days(3)) or not _fits(patient, at.date(), youngest, oldest):
                continue
            last = self.last.get(key)
            gap = SOON if specialty in COURSES else LATER
            if last is None or (at.date() - last >= gap and self.r.random() < back):
                return patient
        return None

    def _appointment(self, patient: Row, slot: Row, specialty: str, at: Time) -> int:
        """One appointment, played through; the places that it holds."""
        files, r, key = self.files, self.r, (patient["patient_id"], specialty)
        booked = _desk_hours(min(at, NOW) - datetime.timedelta(hours=r.uniform(4, 24 * r.choice((2, 8, 30)))), r)
        booked = max(booked, Time.fromisoformat(patient["registered_on"]) + datetime.timedelta(hours=10))
        visit = "follow-up" if key in self.seen else "first visit"
        past = at < NOW
        status = (
            r.choices(("attended", "missed", "cancelled"), (88, 5, 7))[0]
            if past
            else r.choices(("booked", "cancelled"), (95, 5))[0]
        )
        before = min(90.0, r.uniform(0.1, 1) * _hours(min(at, NOW) - booked))
        cancelled = max(booked, _desk_hours(min(at, NOW) - datetime.timedelta(hours=before), r))
        late = status == "cancelled" and _hours(at - cancelled) < 24
        files.add(
            "appointments",
            patient_id=patient["patient_id"],
            slot_id=slot["slot_id"],
            scheduled_at=str(at),
            visit=visit,
            status=status,
            late_fee=r.choice(("accepted", "accepted", "waived")) if late else None,
            booked_at=str(booked.replace(microsecond=0)),
            cancelled_at=str(cancelled.replace(microsecond=0)) if status == "cancelled" else None,
        )
        self._rests_on(patient, specialty, visit, booked, status)
        if status == "cancelled":
            return 0
        self.last[key] = at.date()
        self.taken.add((patient["patient_id"], str(at)))
        if status == "attended":
            self.seen.add(key)
        if not past:
            self.coming.add(key)
        return 1

    def _rests_on(self, patient: Row, specialty: str, visit: str, booked: Time, status: str) -> None:
        """The referral of a first visit."""
        if visit == "first visit" and self.files.specialties[specialty][1]:
            issued = booked.date() - days(self.r.randrange(2, 40))
            self._referral(patient, specialty, issued, "open" if status == "cancelled" else "used")

    def _referral(
        self, patient: Row, specialty: str, issued: datetime.date, status: str, expires: datetime.date | None = None
    ) -> None:
        self.files.add(
            "referrals",
            patient_id=patient["patient_id"],
            specialty=specialty,
            referred_by=self.r.choice(self.files.catalogue["surgeries"]),
            issued_on=str(issued),
            expires_on=str(expires or issued + days(self.r.choice((90, 90, 180)))),
            status=status,
        )

    # ── papers ───────────────────────────────────────────────────────────────────────────────────────────────────────────

    def _papers(self) -> None:
        """Referrals waiting to be used, some about to run out, and the insurers' authorisations."""
        r = rng("clinic", "papers")
        by_referral = [s for s, about in self.files.specialties.items() if about[1]]
        for out in [*self.files.stories["referrals_out"], *(r.randrange(-60, 150) for _ in range(130))]:
            specialty = r.choice(by_referral)
            fresh = [p for p in self.pools[specialty] if (p["patient_id"], specialty) not in self.last]
            grown = [p for p in self.files.rows["patients"] if age(p["born_on"], TODAY) >= 18]
            patient = r.choice(fresh if fresh and r.random() < 0.5 else grown)
            if (patient["patient_id"], specialty) not in self.last:
                expires = TODAY + days(out)
                status = "withdrawn" if r.random() < 0.05 else "open"
                self._referral(patient, specialty, expires - days(90 if out < 84 else 180), status, expires)
        self._authorisations(r, by_referral)

    def _authorisations(self, r: random.Random, by_referral: list[str]) -> None:
        strict = {p["plan_id"] for p in self.files.rows["plans"] if p["authorisation_needed"]}
        wanting = sorted(
            {(a["patient_id"], a["specialty"]) for a in self.files.rows["referrals"] if a["specialty"] in by_referral}
        )
        left = list(self.files.stories["visits_left"])
        for patient_id, specialty in wanting:
            if self.files.ledger.get("patients", patient_id)["plan_id"] not in strict or r.random() < 0.15:
                continue
            status = "approved" if left else r.choices(("approved", "requested", "declined"), (82, 11, 7))[0]
            visits = r.choice((2, 4, 6, 6))
            used = min(visits, r.randrange(0, 3)) if status == "approved" else 0
            if left:
                used = visits - left.pop()
            requested = TODAY - days(r.randrange(1, 110))
            self.files.add(
                "authorisations",
                patient_id=patient_id,
                specialty=specialty,
                status=status,
                visits_approved=visits,
                visits_used=used,
                requested_on=str(requested),
                expires_on=str(requested + days(r.choice((120, 180)))),
            )


def _fits(patient: Row, day: datetime.date, youngest: int, oldest: int) -> bool:
    years = age(patient["born_on"], day)
    return youngest <= years and (not oldest or years <= oldest)


def _start(session: Row, day: datetime.date, nth: int) -> Time:
    """When the nth slot of a half day begins."""
    start = Time(day.year, day.month, day.day, _STARTS[session["half"]])
    return start + datetime.timedelta(minutes=nth * session["slot_minutes"])


def _hours(stretch: datetime.timedelta) -> float:
    return stretch.total_seconds() / 3600


def _desk_hours(at: Time, r: random.Random) -> Time:
    """The last moment up to then when somebody was at the desk, more or less."""
    if at.hour < 8:
        return (at - days(1)).replace(hour=r.randrange(8, 18))
    return at if at.hour < 18 else at.replace(hour=r.randrange(8, 18))
