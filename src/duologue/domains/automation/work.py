"""What is run on the hosts: playbooks and their schedules, the runs by hand with what they rest on, and the approvals."""

import datetime

from duologue.domains.automation.books import NOW, TODAY, Books, ago, day, second
from duologue.domains.making import Hours, Row, Time, hours
from duologue.ids import rng

SINCE = 75
"""Days for which runs by hand are kept; those of schedules for less."""
CHANGES = 190
SCHEDULED = 7
_OFFICE = Hours(opens=8, closes=17, off=(5, 6))
_NIGHTLY, _WEEKLY, _MONTHLY = 1, 7, 28


def work(books: Books) -> None:
    """Everything that ran, is running and is planned."""
    for name, risk, disruptive, stoppable, minutes, _, purpose, steps in books.catalogue["playbooks"]:
        row = books.add(
            "playbooks",
            name=name,
            purpose=purpose,
            risk=risk,
            disruptive=disruptive,
            stoppable=stoppable,
            usual_minutes=minutes,
        )
        books.playbook[name], books.steps[name] = row, steps
    _schedules(books)
    _changes(books)
    _rehearsals(books)
    _stories(books)
    books.renumber("runs", "started_at")
    _Approvals(books).give()
    books.renumber("change_approvals", "requested_at")
    _steps(books)


class _Log:
    """Writes runs down; each part of the story has one, with dice of its own."""

    def __init__(self, books: Books, part: str) -> None:
        self.books, self.r = books, rng("automation", part)

    def run(self, playbook: str, group: Row, mode: str, at: Time, ends: str = "") -> Row:
        """One run, and its end: mostly well, seldom not."""
        books, r, about = self.books, self.r, self.books.playbook[playbook]
        status = ends or r.choices(("succeeded", "failed", "cancelled"), (90, 8, 2 * about["stoppable"]))[0]
        share = 1.0 if status == "succeeded" else r.uniform(0.1, 0.8)
        lasts = hours(r, 0.7, 1.4) * about["usual_minutes"] / 60 * share * (0.4 if mode == "dry run" else 1)
        team = books.service(group)["team"]
        crew = [e for e in books.rows["engineers"] if e["team"] == team and e["started_on"] < str(at)]
        return books.add(
            "runs",
            playbook_id=about["playbook_id"],
            group_id=group["group_id"],
            engineer_id=r.choice(crew)["engineer_id"] if crew else None,
            mode=mode,
            status=status,
            attempt=1,
            started_at=second(at),
            finished_at=second(min(at + lasts, NOW)),
        )

    def rehearsed(self, playbook: str, group: Row, mode: str, before: Time) -> None:
        """The dry run that a disruptive run in production had."""
        if mode == "real run" and group["environment"] == "production" and self.books.playbook[playbook]["disruptive"]:
            self.run(playbook, group, "dry run", before - hours(self.r, 2, 30), ends="succeeded")


# ── schedules ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _schedules(books: Books) -> None:
    """Backups at night, clean-ups and checks week by week, reviews month by month; and the runs they gave of late."""
    log = _Log(books, "schedules")
    r = log.r
    nightly = books.catalogue["nightly"]
    for group in books.rows["host_groups"]:
        service, production = books.service(group), group["environment"] == "production"
        if production:
            often = _NIGHTLY if service["name"] in nightly else _WEEKLY
            _schedule(log, group, "backup", often, 1)
            _schedule(log, group, "health check", _WEEKLY, 5)
        if r.random() < 0.6:
            _schedule(log, group, "log cleanup", _WEEKLY, 3)
        if production and service["tier"] == "critical":
            _schedule(log, group, "user access review", _MONTHLY, 6)


def _schedule(log: _Log, group: Row, playbook: str, every: int, hour: int) -> None:
    books, r = log.books, log.r
    frequency = {_NIGHTLY: "nightly", _WEEKLY: "weekly", _MONTHLY: "monthly"}[every]
    first = TODAY + datetime.timedelta(days=r.randrange(1, every + 1))
    at = Time(first.year, first.month, first.day, hour, r.randrange(0, 60, 5))
    paused = playbook != "backup" and r.random() < 0.12
    length = r.choice((2, 3, 7)) if paused else None
    until = None if length is None else day(r.randrange(1, length + 1))
    books.add(
        "schedules",
        playbook_id=books.playbook[playbook]["playbook_id"],
        group_id=group["group_id"],
        name=f"{group['name']} {frequency} {playbook}",
        frequency=frequency,
        next_run_at=str(at),
        status="paused" if paused else "active",
        pause_days=length,
        paused_until=None if until is None else str(until),
    )
    past = at - datetime.timedelta(days=every)
    while past > NOW - datetime.timedelta(days=SCHEDULED if every == _NIGHTLY else 5 * SCHEDULED):
        if past < NOW:
            log.run(playbook, group, "real run", past)["engineer_id"] = None
        past -= datetime.timedelta(days=every)


# ── runs by hand ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _changes(books: Books) -> None:
    """Changes as they are made: on staging, then a dry run in production, then the run itself. Fewer at weekends."""
    log = _Log(books, "changes")
    r = log.r
    names = [(p[0], p[5]) for p in books.catalogue["playbooks"]]
    production = books.production()
    for _ in range(CHANGES):
        playbook = r.choices([n for n, _ in names], [w for _, w in names])[0]
        group = r.choices(production, [3 if books.service(g)["tier"] == "critical" else 2 for g in production])[0]
        at = _OFFICE.next(NOW - datetime.timedelta(hours=24 * (2 + (SINCE - 2) * r.random())))
        staging = books.group[group["name"].replace("-prod", "-staging")]
        if r.random() < 0.7:
            log.run(playbook, staging, "real run", at)
        if r.random() < 0.25:
            continue
        if books.playbook[playbook]["disruptive"]:
            log.run(playbook, group, "dry run", at + hours(r, 1.5, 4), ends="succeeded")
        change = _OFFICE.next(at + hours(r, 6, 30))
        if change > NOW - datetime.timedelta(hours=3) or books.frozen(group, change):
            continue
        run = log.run(playbook, group, "real run", change)
        if run["status"] == "failed" and r.random() < 0.6:
            again = Time.fromisoformat(run["finished_at"]) + hours(r, 0.2, 3)
            if again < NOW - datetime.timedelta(hours=3) and not books.frozen(group, again):
                second_try = log.run(playbook, group, "real run", again)
                second_try["attempt"] = 2


def _rehearsals(books: Books) -> None:
    """Dry runs that nothing has followed yet, of about half of what could be run in production: some are too old by now."""
    log = _Log(books, "rehearsals")
    r = log.r
    disruptive = [p for p in books.rows["playbooks"] if p["disruptive"] and p["name"] != "backup restore"]
    for group in books.production():
        for playbook in disruptive:
            if r.random() < 0.55:
                back = r.choice(
                    (166, 167, 169, 170, 24 * r.uniform(0.1, 6.5), 24 * r.uniform(0.1, 6.5), 24 * r.uniform(0.1, 12))
                )
                ends = "failed" if r.random() < 0.08 else "succeeded"
                log.run(playbook["name"], group, "dry run", ago(back), ends=ends)


def _stories(books: Books) -> None:
    """What is going on, and what failed within a day or a little more."""
    log = _Log(books, "stories")
    r = log.r
    for playbook, name, mode, minutes in books.stories["running"]:
        group = books.group[name]
        run = log.run(playbook, group, mode, ago(minutes / 60), ends="succeeded")
        run.update(status="running", finished_at=None)
        log.rehearsed(playbook, group, mode, ago(minutes / 60))
    for playbook, name, mode, back, attempt in books.stories["failed"]:
        group = books.group[name]
        for nth in range(1, attempt + 1):
            at = ago(back + (attempt - nth) * r.uniform(0.6, 1.4) + 0.2)
            run = log.run(playbook, group, mode, at, ends="failed")
            run.update(attempt=nth, finished_at=second(at + datetime.timedelta(minutes=r.randrange(2, 11))))
        log.rehearsed(playbook, group, mode, ago(back + 3))


# ── what runs rest on, and what they did ─────────────────────────────────────────────────────────────────────────────────


class _Approvals:
    """One that was used for each high-risk run in production; then those that are waiting, good for some days, or run out."""

    def __init__(self, books: Books) -> None:
        self.books, self.r = books, rng("automation", "approvals")
        self.may = [e for e in books.rows["engineers"] if e["role"] != "engineer"]
        risky = {p["playbook_id"] for p in books.rows["playbooks"] if p["risk"] == "high"}
        production = {g["group_id"] for g in books.production()}
        self.risky = [x for x in books.rows["runs"] if x["playbook_id"] in risky and x["group_id"] in production]
        """The high-risk runs in production, dry ones too."""

    def give(self) -> None:
        """All of them."""
        r = self.r
        for run in self.risky:
            if run["mode"] == "real run" and run["attempt"] == 1:
                at = Time.fromisoformat(run["started_at"])
                asked = at - hours(r, 1, 20)
                self._add(run, asked, "used", at.date() + datetime.timedelta(days=r.randrange(0, 5)))
        pairs = self._rehearsed()
        in_force = self.books.stories["approvals_out"]
        for run, out in zip(pairs, in_force, strict=False):
            self._add(run, ago(r.uniform(24, 30) if out < 1 else r.uniform(1, 24)), "approved", day(out))
        for run in pairs[len(in_force) :][:14]:
            self._add(run, ago(r.uniform(0.5, 20)), r.choice(("requested", "requested", "declined")), day(5))
        for run in r.sample(self.risky, 12):
            asked = ago(24 * r.uniform(9, 40))
            self._add(run, asked, "lapsed", asked.date() + datetime.timedelta(days=5))
        restore = self.books.playbook["backup restore"]["playbook_id"]
        for nth, name in enumerate(sorted(self.books.catalogue["nightly"])):
            wanted = {"playbook_id": restore, "group_id": self.books.group[f"{name}-prod"]["group_id"]}
            self._add(wanted, ago(r.uniform(25, 30)), "approved", day((1, -1, 0, 2)[nth % 4]))

    def _rehearsed(self) -> list[Row]:
        """A dry run of the last days for each playbook and group that had any, in any order."""
        recent = {
            (x["playbook_id"], x["group_id"]): x
            for x in self.risky
            if x["mode"] == "dry run" and x["status"] == "succeeded" and x["started_at"] > str(ago(165))
        }
        return self.r.sample([*recent.values()], len(recent))

    def _add(self, about: Row, asked: Time, status: str, until: datetime.date) -> None:
        decided = min(asked + hours(self.r, 0.1, 0.9), NOW)
        self.books.add(
            "change_approvals",
            playbook_id=about["playbook_id"],
            group_id=about["group_id"],
            engineer_id=self.r.choice(self.may)["engineer_id"],
            status=status,
            requested_at=second(asked),
            decided_at=None if status == "requested" else second(decided),
            valid_until=str(until),
        )


def _steps(books: Books) -> None:
    """How far each run came, step by step."""
    r = rng("automation", "steps")
    errors = books.catalogue["errors"]
    names = {p["playbook_id"]: p["name"] for p in books.rows["playbooks"]}
    for run in books.rows["runs"]:
        steps = books.steps[names[run["playbook_id"]]]
        status = run["status"]
        stop = len(steps) if status == "succeeded" else r.randrange(len(steps))
        for nth, step in enumerate(steps):
            after = "waiting" if status == "running" else "skipped"
            here = {"failed": "failed", "running": "running", "cancelled": "skipped"}.get(status, "succeeded")
            now = "succeeded" if nth < stop else here if nth == stop else after
            books.add(
                "run_steps",
                run_id=run["run_id"],
                position=nth + 1,
                name=step,
                status=now,
                error=r.choice([*errors.get(step, []), *errors["other"]]) if now == "failed" else None,
            )
