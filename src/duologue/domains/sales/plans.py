"""Quarters, what is to be sold in them, what people think will be, and what was handed to others."""

import datetime
import random

from duologue.domains.making import Time
from duologue.domains.sales.books import NOW, TODAY, Books, at_work, days, quarter_of, working
from duologue.ids import rng

_AHEAD = ("2025 Q3", "2025 Q4")
_TEAMS = {
    "special discount": "sales director",
    "contract terms": "legal",
    "credit limit": "finance",
    "commission query": "sales operations",
    "data protection request": "legal",
    "faulty product": "customer care",
    "exception to a rule": "sales operations",
}


def keep_quarters(books: Books) -> None:
    """Twelve quarters: forecasts lock at six in the evening on the 11th of the last month, books close in the month after the end."""
    for year in (2023, 2024, 2025):
        for n in range(1, 5):
            first = datetime.date(year, 3 * n - 2, 1)
            last = datetime.date(year + n // 4, (3 * n) % 12 + 1, 1) - days(1)
            books.add(
                "quarters",
                quarter=quarter_of(first),
                starts_on=first.isoformat(),
                ends_on=last.isoformat(),
                forecast_locks_at=str(Time(last.year, last.month, 11, 18)),
                books="closed" if last < TODAY else "open",
            )


def plan(books: Books) -> None:
    """A target for everybody who sells in every quarter, and the forecast they gave; both follow, more or less, what they sell."""
    r = rng("sales", "plans")
    sold: dict[tuple[int, str], float] = {}
    for order in books.rows["orders"]:
        if order["status"] != "cancelled":
            key = order["representative_id"], order["quarter"]
            sold[key] = sold.get(key, 0.0) + order["amount_gbp"]
    quarters = [q["quarter"] for q in books.rows["quarters"]]
    running = quarters.index(quarter_of(TODAY))
    for person in books.rows["representatives"]:
        number = person["representative_id"]
        own = [q for q in quarters[:running] if (number, q) in sold]
        if not own:
            continue
        gone = person["status"] == "left"
        usual = max(12_000, sum(sold[number, q] for q in own) / (len(own) if gone else running))
        target = round(usual * r.uniform(0.5, 0.62), -3)
        for i, q in enumerate(quarters):
            if gone and q > "2024 Q1":
                break
            if q == _AHEAD[1] and r.random() < 0.35:
                continue
            target = round(target * r.uniform(1.05, 1.14), -3)
            start = datetime.date.fromisoformat(books.rows["quarters"][i]["starts_on"])
            books.add(
                "targets",
                representative_id=number,
                quarter=q,
                target_gbp=float(target),
                raised_percent=r.choice((0, 0, 0, 5, 10, 20)),
                set_on=min(working(start - days(21)), TODAY - days(2)).isoformat(),
            )
            _foresee(books, (number, q, start), sold.get((number, q), 0.0) or target * 0.4, r)


def _foresee(books: Books, whose: tuple[int, str, datetime.date], about: float, r: random.Random) -> None:
    number, q, start = whose
    now = quarter_of(TODAY)
    if q > now and (q == _AHEAD[1] or r.random() < 0.45):
        return
    day = working(start + days(r.randrange(20, 68)) if q <= now else TODAY - days(r.randrange(1, 12)))
    books.add(
        "sales_forecasts",
        representative_id=number,
        quarter=q,
        commit_gbp=float(max(2000, round(about * r.uniform(0.8, 1.2), -2))),
        revision=r.choice((1, 1, 2, 3)),
        submitted_at=at_work(min(day, TODAY - days(1)), r),
    )


def hand_over(books: Books) -> None:
    """Matters that somebody else decides: those of the stories."""
    r = rng("sales", "handovers")
    for name, reason, ago, still in sorted(books.stories["handovers"], key=lambda s: -int(s[2])):
        books.add(
            "sales_handovers",
            account_id=books.account(name)["account_id"],
            reason=reason,
            team=_TEAMS[reason],
            opened_at=at_work((NOW - datetime.timedelta(days=ago)).date(), r),
            status="open" if still else "closed",
        )
