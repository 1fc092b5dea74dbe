"""What follows an incident: the change it is put down to, the post-mortem and its actions, what colleagues were asked to look at."""

import datetime

from duologue.domains.making import Row, Time
from duologue.domains.operations.books import NOW, TODAY, Books, ago, drawn
from duologue.ids import rng

HANDOVERS = 26
_DUE = {"high": 14, "medium": 30, "low": 90}
"""Days an action may take, by its priority."""


def blame(books: Books) -> None:
    """Incidents that came of a faulty change, linked to one made in the three days before, as far as it is known."""
    r = rng("operations", "links")
    for incident in books.rows["incidents"]:
        opened = Time.fromisoformat(incident["opened_at"])
        near = {incident["service_id"], *books.relies_on[incident["service_id"]]}
        found = [
            c
            for c in books.rows["changes"]
            if c["done_at"]
            and c["service_id"] in near
            and c["incident_id"] is None
            and datetime.timedelta() < opened - Time.fromisoformat(c["done_at"]) < datetime.timedelta(hours=72)
        ]
        if found and incident["status"] == "resolved" and r.random() < 0.6:
            found[-1]["incident_id"], incident["cause"] = incident["incident_id"], "faulty change"
            at = min(opened + datetime.timedelta(minutes=50), Time.fromisoformat(incident["resolved_at"]))
            books.told(incident, at, "change linked", f"Change {found[-1]['change_id']} linked: {found[-1]['work']}.")
            _say_cause(books, incident)
    books.renumber("timeline", "written_at")


def _say_cause(books: Books, incident: Row) -> None:
    for entry in books.rows["timeline"]:
        if entry["incident_id"] == incident["incident_id"] and entry["step"] == "resolved":
            entry["note"] = f"Resolved. Cause: {incident['cause']}."


def learn(books: Books) -> None:
    """A post-mortem for what was SEV1 or SEV2, sometimes for less; written within days, published within weeks."""
    r = rng("operations", "lessons")
    for incident in books.rows["incidents"]:
        bad = incident["severity"] in ("SEV1", "SEV2")
        if incident["status"] != "resolved" or not (bad or r.random() < 0.14):
            continue
        ended = Time.fromisoformat(incident["resolved_at"]).date()
        age = (TODAY - ended).days
        status = "draft" if age < 5 else "in review" if age < 11 else "published" if r.random() < 0.9 else "in review"
        team = books.get("services", incident["service_id"])["team_id"]
        books.rows["postmortems"].append(
            {
                "incident_id": incident["incident_id"],
                "author_id": incident["assignee_id"],
                "status": status,
                "due_on": str(ended + datetime.timedelta(days=5)),
                "published_on": str(ended + datetime.timedelta(days=r.randrange(4, 11)))
                if status == "published"
                else None,
            }
        )
        _act(books, incident, team, ended, status)


def _act(books: Books, incident: Row, team: int, ended: datetime.date, status: str) -> None:
    r = rng("operations", "actions", incident["incident_id"])
    count = r.choices((0, 1, 2, 3), (3, 4, 2, 1))[0] if status == "draft" else r.choices((1, 2, 3, 4), (3, 4, 3, 1))[0]
    for task in r.sample([*books.catalogue["tasks"]], count):
        priority = r.choices(("high", "medium", "low"), (4, 5, 2))[0]
        begun = ended + datetime.timedelta(days=r.randrange(0, 5))
        begun = min(begun, TODAY)
        due = begun + datetime.timedelta(days=_DUE[priority])
        done = begun + datetime.timedelta(days=int(_DUE[priority] * r.uniform(0.3, 1.5)))
        ready = done < TODAY and r.random() < 0.75
        people = [p for p in books.crew[team] if p["status"] == "available"]
        books.add(
            "actions",
            incident_id=incident["incident_id"],
            owner_id=r.choice(people)["engineer_id"],
            task=task,
            priority=priority,
            status="done" if ready else "dropped" if due < TODAY and r.random() < 0.2 else "open",
            due_on=str(due),
            done_on=str(done) if ready else None,
        )


def hand_over(books: Books) -> None:
    """What went to a colleague in the last weeks; what is older than a few days is settled."""
    r = rng("operations", "handovers")
    moments = sorted(ago(5 + 900 * r.random() ** 2) for _ in range(HANDOVERS))
    seen: set[tuple[int, str]] = set()
    for at in moments:
        known = [i for i in books.rows["incidents"] if i["opened_at"] < str(at)]
        incident = r.choice(known[-12:])
        reason = drawn(r, books.catalogue["reasons"])
        if (incident["incident_id"], reason) in seen:
            continue
        seen.add((incident["incident_id"], reason))
        closed = at < NOW - datetime.timedelta(days=r.randrange(2, 9))
        books.add(
            "handovers",
            incident_id=incident["incident_id"],
            reason=reason,
            status="closed" if closed else "open",
            opened_at=str(at),
        )
