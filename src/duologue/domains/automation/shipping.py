"""Releases, from the build over staging to production."""

import datetime
import random

from duologue.domains.automation.books import Books, ago, second
from duologue.domains.making import Hours, Row, Time, hours
from duologue.ids import rng

KEPT = 5
"""Releases kept of each service; older ones are pruned."""
_OFFICE = Hours(opens=9, closes=17, off=(5, 6))


def ship(books: Books) -> None:
    """Every release of every service. The newest is in staging, the one before it in production, as the stories say."""
    r = rng("automation", "releases")
    for nth, (service, about) in enumerate(zip(books.rows["services"], books.catalogue["services"], strict=True)):
        _service(books, r, nth, service, about[5])
    books.renumber("releases", "built_at", "deployments")
    books.renumber("deployments", "deployed_at")


def _service(books: Books, r: random.Random, nth: int, service: Row, pace: int) -> None:
    stories = books.stories
    newest, live = ago(stories["staging_hours"][nth]), ago(stories["production_hours"][nth])
    # when each came to staging, the newest last; the one before the newest is at least a day older than it is in production
    staged = [newest, min(newest - hours(r, 20, 60), live - hours(r, 25, 60))]
    while len(staged) < KEPT:
        staged.append(_OFFICE.next(staged[-1] - datetime.timedelta(days=pace * r.uniform(0.6, 1.5))))
    staged.reverse()
    major, minor, patch = r.randrange(1, 7), r.randrange(0, 30), 0
    for i, at in enumerate(staged):
        step = r.random()
        minor, patch = (minor, patch + 1) if step < 0.45 else (minor + 1, 0)
        last, before = i == KEPT - 1, i == KEPT - 2
        migrates = bool(stories["migrated"][nth]) if before else r.random() < 0.15
        version = f"{major}.{minor}.{patch}"
        release = books.add(
            "releases",
            service_id=service["service_id"],
            name=f"{service['name']} {version}",
            version=version,
            built_at=second(at - hours(r, 0.3, 5)),
            has_migration=int(migrates),
        )
        failed = stories["failed_tests"][nth] if last else 0 if before or r.random() < 0.85 else r.randrange(1, 5)
        gone = staged[i + 1] if not last else None
        _deployed(books, release, f"{service['name']}-staging", at, gone, failed)
        if last or failed:
            continue
        _to_production(books, r, release, at, live, current=before)


def _to_production(books: Books, r: random.Random, release: Row, staged: Time, live: Time, current: bool) -> None:
    """What was clean in staging for a day. The `current` one is live since then; what came before ends with the next."""
    group = books.group[f"{release['name'].partition(' ')[0]}-prod"]
    at = live if current else _OFFICE.next(staged + hours(r, 24.5, 50))
    while not current and books.frozen(group, at):
        at = _OFFICE.next(at + datetime.timedelta(days=1))
    earlier = [d for d in books.rows["deployments"] if d["group_id"] == group["group_id"]]
    if (at >= live - datetime.timedelta(hours=8) and not current) or (
        earlier and earlier[-1]["deployed_at"] >= str(at)
    ):
        return
    if earlier:
        earlier[-1].update(status="replaced", ended_at=second(at))
    row = _deployed(books, release, group["name"], at, None, 0)
    if earlier and not current and r.random() < 0.06 and not release["has_migration"]:
        back = at + hours(r, 0.5, 6)
        row.update(status="rolled back", ended_at=second(back), failed_tests=r.randrange(1, 4))
        old = books.get("releases", earlier[-1]["release_id"])
        _deployed(books, old, group["name"], back, None, 0)


def _deployed(books: Books, release: Row, group: str, at: Time, until: Time | None, failed: int) -> Row:
    return books.add(
        "deployments",
        release_id=release["release_id"],
        group_id=books.group[group]["group_id"],
        deployed_at=second(at),
        status="live" if until is None else "replaced",
        failed_tests=failed,
        ended_at=None if until is None else second(until),
    )
