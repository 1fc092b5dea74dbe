"""Opportunities, from the first call to the order: stages, dates that are put off, quotes, activities."""

import datetime
import random
from typing import Any

from msgspec import Struct

from duologue.domains.making import Row
from duologue.domains.sales.books import FIRST_DAY, TODAY, Books, Day, at_work, days, working
from duologue.domains.sales.quotes import book, quote
from duologue.ids import rng

OPPORTUNITIES = 700
STAGES = ("prospecting", "qualification", "proposal", "negotiation")
_REACHED = (0.0, 0.18, 0.42, 0.74)
"""At which part of its way an opportunity gets into each stage."""
_SIZES = {"enterprise": 29_000, "mid-market": 16_000, "small business": 7_500}
_REASONS = {"price": 26, "competitor": 22, "no budget": 20, "no decision": 22, "requirements": 10}
_KINDS = {"call": 40, "e-mail": 28, "meeting": 18, "demonstration": 8, "site visit": 6}
_FIRST = datetime.date(2022, 9, 1)
_MONTHS = (0.8, 1.0, 1.25, 0.95, 1.05, 1.2, 0.8, 0.5, 1.2, 1.1, 1.15, 0.7)
"""How much is begun in each month, compared to the others."""


class Way(Struct):
    """How an opportunity goes: when it began, when it was first to close, when it did or is expected to."""

    begun: Day
    first: Day
    closes: Day
    pushed: int
    stage: str
    ended: Day | None = None


def sell(books: Books) -> None:
    """Every opportunity in the order it was begun, those of the stories among them."""
    r = rng("sales", "deals")
    told = [_told(books, story, r) for story in books.stories["opportunities"]]
    drawn: list[tuple[Row, str, Way, list[Any]]] = []
    accounts = [a for a in books.rows["sales_accounts"] if a["account_id"] in books.trade]
    keen = [min(r.paretovariate(1.3), 8) for _ in accounts]
    while len(told) + len(drawn) < OPPORTUNITIES:
        account = r.choices(accounts, keen)[0]
        if books.trade[account["account_id"]]:
            way = _way(books, account, r)
            drawn.append((account, books.trade[account["account_id"]].pop(), way, []))
        elif not any(books.trade[a["account_id"]] for a in accounts):
            break
        else:
            keen[accounts.index(account)] = 0
    for account, wish, way, given in sorted(told + drawn, key=lambda d: (d[2].begun, d[0]["account_id"], d[1])):
        _enter(books, (account, wish, way, given), r)


def _told(books: Books, story: list[Any], r: random.Random) -> tuple[Row, str, Way, list[Any]]:
    name, wish, stage, ahead, pushed, given = story
    account = books.account(str(name))
    if wish in books.trade[account["account_id"]]:
        books.trade[account["account_id"]].remove(str(wish))
    closes = TODAY + days(ahead)
    begun = working(TODAY - days(r.randrange(95, 140)))
    return account, str(wish), Way(begun, closes - days(30 * pushed), closes, pushed, str(stage)), given


def _way(books: Books, account: Row, r: random.Random) -> Way:
    """When it begins and how it ends, or how far it is."""
    while True:
        begun = working(_FIRST + days(r.random() ** 0.9 * ((TODAY - _FIRST).days - 3)))
        if r.random() * 1.25 < _MONTHS[begun.month - 1]:
            break
    begun = max(begun, working(datetime.date.fromisoformat(account["created_on"]) + days(3)))
    planned = min(200, 24 + r.lognormvariate(3.95, 0.5))
    first = _quarters_end(working(begun + days(planned)), r)
    taken = max(12, planned * r.lognormvariate(0.12, 0.42))
    ends = _quarters_end(working(begun + days(taken)), r)
    seller = books.skill[account["representative_id"]]
    if ends < FIRST_DAY:  # what was decided before the records begin is not in them
        return _way(books, account, r)
    if ends < TODAY:
        won = r.random() < 0.4 * seller * (1.15 if account["segment"] == "small business" else 1.0)
        late = (ends - first).days
        pushed = 0 if late <= 3 else min(3, 1 + late // 38)
        return Way(begun, first, ends, pushed, "closed won" if won else "closed lost", ends)
    part = (TODAY - begun).days / max(1, (ends - begun).days)
    stage = [s for s, share in zip(STAGES, _REACHED, strict=True) if share <= part][-1]
    closes, pushed = first, 0
    while closes <= TODAY + days(2) and pushed < 3 and r.random() < 0.96:
        closes, pushed = working(closes + days(r.choice((21, 28, 30, 42, 60)))), pushed + 1
    return Way(begun, first, closes, pushed, stage)


def _quarters_end(day: Day, r: random.Random) -> Day:
    """What would come in the first days of a quarter is brought home in the last days of the one before."""
    if day.month % 3 == 1 and day.day <= 16 and r.random() < 0.6:
        return working(day.replace(day=1) - days(r.randrange(1, 9)))
    return day


def _enter(books: Books, deal: tuple[Row, str, Way, list[Any]], r: random.Random) -> None:
    account, wish, way, given = deal
    seller = _seller(books, account, way)
    estimate = round(_SIZES[account["segment"]] * r.lognormvariate(-0.1, 0.45), -2)
    row = books.add(
        "opportunities",
        name=_called(books, account, wish),
        account_id=account["account_id"],
        representative_id=seller["representative_id"],
        campaign_id=_campaign(books, way.begun, r),
        stage=way.stage,
        amount_gbp=max(900.0, estimate),
        created_on=way.begun.isoformat(),
        original_close_on=max(way.first, way.begun).isoformat(),
        close_due_on=(way.ended or max(way.closes, way.begun)).isoformat(),
        times_pushed=way.pushed,
        closed_on=way.ended.isoformat() if way.ended else None,
        lost_reason=r.choices([*_REASONS], [*_REASONS.values()])[0] if way.stage == "closed lost" else None,
    )
    _move(books, row, way, r)
    _work(books, row, way, r)
    quote(books, row, given, r)
    if way.stage == "closed won":
        account["status"] = "customer"
        book(books, row, r)


def _called(books: Books, account: Row, wish: str) -> str:
    """What the opportunity is called; with the city where another company of that name wants the same."""
    name = f"{account['name']} {wish}"
    taken = any(row["name"] == name for row in books.rows["opportunities"])
    return f"{account['name']} {account['city']} {wish}" if taken else name


def _seller(books: Books, account: Row, way: Way) -> Row:
    """Whoever has the account; of the past, somebody who has left may have had it."""
    gone = [s for s in books.sellers[account["territory_id"]] if s["status"] == "left"]
    if gone and way.ended and way.ended < datetime.date(2024, 4, 1):
        return gone[0]
    return books.get("representatives", account["representative_id"])


def _campaign(books: Books, begun: Day, r: random.Random) -> int | None:
    """The campaign that brought it, mostly none."""
    near = [
        c["campaign_id"]
        for c in books.rows["campaigns"]
        if 0 <= (begun - datetime.date.fromisoformat(c["starts_on"])).days <= 90
    ]
    return r.choice(near) if near and r.random() < 0.4 else None


def _move(books: Books, row: Row, way: Way, r: random.Random) -> None:
    """The stages it went through, each with its moment."""
    until = way.ended or TODAY - days(1)
    reached = STAGES.index(way.stage) + 1 if way.stage in STAGES else len(STAGES)
    if way.stage == "closed lost":
        reached = r.choice((2, 3, 4, 4))
    at = []
    for i in range(reached):
        share = _REACHED[i] if way.ended else i / reached * r.uniform(0.8, 1)
        at.append(at_work(max(working(way.begun + days((until - way.begun).days * share)), way.begun), r))
    stages = list(STAGES[:reached])
    if way.ended:
        stages.append(way.stage)
        at.append(at_work(way.ended, r))
    for old, new, moment in zip((None, *stages), stages, sorted(at), strict=False):
        books.add(
            "stage_changes", opportunity_id=row["opportunity_id"], from_stage=old, to_stage=new, changed_at=moment
        )


def _work(books: Books, row: Row, way: Way, r: random.Random) -> None:
    """Calls, mails and visits until it closed, or until lately; of some nothing was heard for a while."""
    until = way.ended or TODAY - days(r.choice((0, 1, 2, 3, 5, 8, 13, 21, 45)))
    length = max(0, (until - way.begun).days)
    people = [c["contact_id"] for c in books.rows["contacts"] if c["account_id"] == row["account_id"]]
    for _ in range(r.choice((2, 3, 3, 4, 5, 6))):
        books.add(
            "activities",
            opportunity_id=row["opportunity_id"],
            contact_id=r.choice(people) if people and r.random() < 0.85 else None,
            kind=r.choices([*_KINDS], [*_KINDS.values()])[0],
            held_on=working(max(way.begun, way.begun + days(length * r.random()))).isoformat(),
        )
