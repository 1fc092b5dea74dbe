"""Alerts and the incidents that grew out of them: who took them, what was done, what customers were told, how they ended."""

import datetime
import random
from typing import Any

from duologue.domains.making import Row, Time, hours
from duologue.domains.operations.books import NOW, Books, ago, called, drawn
from duologue.ids import rng

DAYS, KEPT = 90, 30
"""How far back incidents go, and alerts that belong to none."""
PAST, LOOSE = 128, 170
"""Incidents of the past beside those of the stories, and alerts that came to nothing."""
_BY_TIER = {1: (7, 24, 46, 23), 2: (1, 12, 50, 37), 3: (0, 1, 26, 73)}
"""Tier → how many incidents come to each severity, SEV1 first."""
_LASTS = {"SEV1": 1.6, "SEV2": 2.8, "SEV3": 6.5, "SEV4": 15.0}
"""Hours an incident usually takes."""
_PHASES = ("investigating", "identified", "monitoring", "resolved")
_BUSY = (2, 2, 1, 1, 1, 2, 3, 5, 8, 10, 9, 8, 8, 9, 9, 8, 8, 9, 10, 10, 8, 6, 4, 3)
"""By hour of the day, how much goes wrong."""
_NEXT_STATUS = {"investigating": 1, "identified": 2, "monitoring": 3, "resolved": 4}


def watch(books: Books) -> None:
    """Everything that went off, and what was made of it."""
    r = rng("operations", "incidents")
    told = [_story(story, r) for story in books.stories["open"]]
    told += [_resolved(one, r) for one in books.stories["resolved"]["certain"]]
    busy: dict[str, list[tuple[Time, Time]]] = {}
    for plan in told:
        busy.setdefault(plan["service"], []).append((plan["at"], plan["ends"] or NOW))
    while len(told) < PAST + len(busy):
        plan = _past(books, r)
        if all(
            plan["ends"] + datetime.timedelta(hours=3) < a or b < plan["at"] for a, b in busy.get(plan["service"], ())
        ):
            busy.setdefault(plan["service"], []).append((plan["at"], plan["ends"]))
            told.append(plan)
    for plan in sorted(told, key=lambda p: (p["at"], p["service"])):
        Course(books, plan, r).run()
    _nothing(books, r)
    for service, symptom, severity, status, since in books.stories["loose"]["certain"]:
        row = _alert(books, books.service[service], (symptom, severity), ago(since))
        _stands(books, row, status, r)
    books.renumber("alerts", "raised_at")
    books.renumber("timeline", "written_at")
    books.renumber("status_updates", "published_at")


def _story(story: Row, r: random.Random) -> Row:
    return {**story, "at": ago(story["hours"]), "ends": None, "symptom": story["alerts"][0][0]}


def _resolved(story: list[Any], r: random.Random) -> Row:
    service, severity, since = story
    ends = ago(since)
    at = ends - datetime.timedelta(seconds=int(3600 * _LASTS[severity] * r.uniform(0.6, 1.4)))
    return {"service": service, "severity": severity, "at": at, "ends": ends, "status": "resolved"}


def _past(books: Books, r: random.Random) -> Row:
    services = books.rows["services"]
    service = r.choices(services, [books.rate[s["service_id"]] for s in services])[0]
    severity = r.choices(("SEV1", "SEV2", "SEV3", "SEV4"), _BY_TIER[service["tier"]])[0]
    day = ago(24 * r.uniform(4, DAYS)).replace(hour=r.choices(range(24), _BUSY)[0], minute=r.randrange(60))
    lasts = _LASTS[severity] * r.lognormvariate(0, 0.55)
    ends = day + datetime.timedelta(seconds=int(3600 * min(lasts, 60)))
    return {"service": service["name"], "severity": severity, "at": day, "ends": ends, "status": "resolved"}


class Course:
    """One incident, from its first alert on."""

    def __init__(self, books: Books, plan: Row, r: random.Random) -> None:
        self.books, self.plan, self.r = books, plan, r
        self.service = books.service[plan["service"]]
        self.at: Time = plan["at"]
        self.end: Time = plan["ends"] or NOW

    def run(self) -> None:
        """The alerts, the incident, its timeline and what was published."""
        books, plan, r = self.books, self.plan, self.r
        alerts = plan.get("alerts") or self._drawn_alerts()
        pager = books.pager(self.service["team_id"], self.at, r)
        self.row = books.add(
            "incidents",
            service_id=self.service["service_id"],
            opened_at=str(self.at),
            symptom=alerts[0][0],
            severity=plan["severity"],
            status=plan["status"],
            assignee_id=pager["engineer_id"],
            escalated_to=self._escalated(),
            cause=drawn(r, books.catalogue["causes"]) if plan["ends"] else None,
            resolved_at=str(self.end) if plan["ends"] else None,
        )
        books.told(self.row, self.at, "opened", f"Opened as {self._first()}: {alerts[0][0]} on {self.service['name']}.")
        books.told(self.row, self._after(20), "assigned", f"Assigned to {called(pager)}, who is on call.")
        self._went_off(alerts)
        self._went_on()
        self._published()
        if plan["ends"]:
            books.told(self.row, self.end, "resolved", f"Resolved. Cause: {self.row['cause']}.")

    def _drawn_alerts(self) -> list[Any]:
        """What went off: the worse, the more of it was critical. All of it has been cleared."""
        r, worst = self.r, {"SEV1": 0.8, "SEV2": 0.6, "SEV3": 0.2, "SEV4": 0.0}[self.plan["severity"]]
        kinds = self.books.catalogue["symptoms"]
        symptoms = [s[0] for s in kinds]
        out: list[Any] = []
        for n in range(r.choices((1, 2, 3, 4), (30, 35, 22, 13))[0]):
            critical = r.random() < worst or (n == 0 and worst > 0.5)
            kind = "critical" if critical else r.choices(("warning", "info"), (4, 1 + n))[0]
            left = [s for s in symptoms if s not in {o[0] for o in out}]
            out.append((r.choices(left, [kinds[symptoms.index(s)][1] for s in left])[0], kind, "cleared"))
        return out

    def _escalated(self) -> str | None:
        dice = self.r.random()
        if self.plan["severity"] == "SEV1":
            return "duty manager" if dice < 0.9 else None
        if self.plan["severity"] == "SEV2":
            return "duty manager" if dice < 0.4 else "team lead" if dice < 0.65 else None
        return "team lead" if dice < 0.12 else None

    def _first(self) -> str:
        """The severity it was opened at: mostly what it is, sometimes one less."""
        worse = {"SEV1": "SEV2", "SEV2": "SEV3", "SEV3": "SEV4"}.get(self.plan["severity"])
        self.raised = worse is not None and self.r.random() < 0.3
        return worse if self.raised and worse else str(self.plan["severity"])

    def _after(self, most: float) -> Time:
        """Some minutes later, but not after it ended."""
        span = min(self.end - self.at, datetime.timedelta(minutes=most))
        return (self.at + span * self.r.uniform(0.1, 0.9)).replace(microsecond=0)

    def _went_off(self, alerts: list[Any]) -> None:
        """The first alert some minutes before it was opened, the others while it went on."""
        books, r = self.books, self.r
        for n, (symptom, severity, status) in enumerate(alerts):
            at = self.at - hours(r, 0.04, 0.3) if n == 0 else self._after(240)
            row = _alert(books, self.service, (symptom, severity), at)
            row["incident_id"] = self.row["incident_id"]
            row["engineer_id"] = self.row["assignee_id"] if status != "firing" else None
            if n:
                books.told(self.row, at, "alert added", f"Alert added: {symptom} ({severity}).")
            if status == "cleared":
                last = self.end - hours(r, 0.05, 0.2)
                row["status"], row["cleared_at"] = status, str(at + (max(last, at) - at) * r.uniform(0.6, 1))[:19]
            else:
                _stands(books, row, status, r)

    def _went_on(self) -> None:
        """Severity raised, somebody called in."""
        books, to = self.books, self.row["escalated_to"]
        if self.raised:
            books.told(self.row, self._after(60), "severity changed", f"Severity set to {self.row['severity']}.")
        if to:
            books.told(self.row, self._after(90), "escalated", f"Escalated to the {to}.")

    def _published(self) -> None:
        """What customers were told, step by step."""
        if self.service["audience"] != "public" or self.row["severity"] == "SEV4" or self.r.random() < 0.12:
            return
        phases = _PHASES[: _NEXT_STATUS[self.row["status"]]]
        words = next(s[3] for s in self.books.catalogue["symptoms"] if s[0] == self.row["symptom"])
        for n, phase in enumerate(phases):
            if 0 < n < len(phases) - 1 and self.r.random() < 0.35:
                continue
            share = (n + self.r.uniform(0.15, 0.85)) / 4
            at = self.end if phase == "resolved" else self.at + (self.end - self.at) * share
            self.books.add(
                "status_updates",
                incident_id=self.row["incident_id"],
                published_at=str(at)[:19],
                phase=phase,
                message=f"{phase.capitalize()}: {words}.",
            )


def _alert(books: Books, service: Row, what: tuple[str, str], at: Time) -> Row:
    return books.add(
        "alerts",
        service_id=service["service_id"],
        raised_at=str(at),
        symptom=what[0],
        severity=what[1],
        status="firing",
        engineer_id=None,
        incident_id=None,
        silence_hours=None,
        silenced_until=None,
        cleared_at=None,
    )


def _stands(books: Books, row: Row, status: str, r: random.Random) -> None:
    """An alert that is not cleared, as it stands now."""
    row["status"] = status
    if status == "firing":
        return
    team = books.get("services", row["service_id"])["team_id"]
    raised = Time.fromisoformat(row["raised_at"])
    row["engineer_id"] = row["engineer_id"] or books.pager(team, raised, r)["engineer_id"]
    if status == "silenced":
        row["silence_hours"] = {"critical": 2, "warning": 8, "info": 24}[row["severity"]]
        begun = max(raised + datetime.timedelta(minutes=4), NOW - datetime.timedelta(minutes=25))
        row["silenced_until"] = str(begun + datetime.timedelta(hours=row["silence_hours"]))


def _nothing(books: Books, r: random.Random) -> None:
    """Most alerts come to nothing: they clear by themselves or are put right before anybody calls it an incident."""
    kinds = books.catalogue["symptoms"]
    services = books.rows["services"]
    for _ in range(LOOSE):
        service = r.choices(services, [books.rate[s["service_id"]] for s in services])[0]
        symptom = r.choices(kinds, [k[1] for k in kinds])[0][0]
        at = ago(24 * r.uniform(0.4, KEPT)).replace(hour=r.choices(range(24), _BUSY)[0], second=r.randrange(60))
        at = min(at, ago(7))
        row = _alert(books, service, (symptom, r.choices(("critical", "warning", "info"), (8, 56, 36))[0]), at)
        row["status"], row["cleared_at"] = "cleared", str(at + hours(r, 0.05, 5))
        if r.random() < 0.55:
            row["engineer_id"] = books.pager(service["team_id"], at, r)["engineer_id"]
