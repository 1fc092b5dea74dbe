"""Backups, and what was handed over to people."""

import datetime

from duologue.domains.automation.books import NOW, Books, second
from duologue.domains.making import Time
from duologue.ids import rng

NIGHTS, WEEKS = 14, 6
HANDOVERS = 38


def keep(books: Books) -> None:
    """Both."""
    _backups(books)
    books.renumber("data_backups", "taken_at")
    _handovers(books)


def _backups(books: Books) -> None:
    """Where there is much data, one a night: a full one on Sundays, otherwise what has changed. The rest weekly."""
    r = rng("automation", "backups")
    nightly = books.catalogue["nightly"]
    for group in books.production():
        service = books.service(group)
        size = nightly.get(service["name"], r.choice((2, 3, 6, 11)))
        minute = r.randrange(60)
        weekday = r.randrange(5)
        for back in range(NIGHTS if service["name"] in nightly else 7 * WEEKS):
            on = NOW.date() - datetime.timedelta(days=back)
            if service["name"] not in nightly and on.weekday() != weekday:
                continue
            full = service["name"] not in nightly or on.weekday() == 6
            books.add(
                "data_backups",
                group_id=group["group_id"],
                name=f"{group['name']}-{on}",
                kind="full" if full else "incremental",
                taken_at=second(Time(on.year, on.month, on.day, 1, minute, r.randrange(60))),
                size_gb=round(size * (1 if full else 0.04) * r.uniform(0.9, 1.2) * (1 - back / 400), 1),
                verification=r.choices(("passed", "failed", "not done"), (78, 9, 13))[0],
                restored_at=None,
            )


def _handovers(books: Books) -> None:
    """Those of the last weeks; what is older than a few days is settled."""
    r = rng("automation", "handovers")
    reasons = books.catalogue["handovers"]
    since = NOW - datetime.timedelta(days=40)
    for at in sorted(since + (NOW - since) * r.random() for _ in range(HANDOVERS)):
        reason = r.choices([*reasons], [share for _, share in reasons.values()])[0]
        books.add(
            "handovers",
            group_id=r.choice(books.production())["group_id"],
            reason=reason,
            team=reasons[reason][0],
            opened_at=second(at),
            status="closed" if at < NOW - datetime.timedelta(days=r.randrange(2, 6)) else "open",
        )
