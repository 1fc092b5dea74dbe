"""Quotes with their lines and discounts, and the orders that come of them."""

import datetime
import random
from typing import Any

from duologue.domains.making import Row
from duologue.domains.sales.books import TODAY, Books, Day, days, quarter_of, working

_DISCOUNTS = {0: 26, 3: 4, 5: 20, 8: 8, 10: 16, 12: 8, 15: 9, 18: 3, 20: 4, 25: 2}
_FREE = 5
"""Up to this discount nobody has to approve."""
_OPEN = {
    "proposal": ("draft", "draft", "awaiting approval", "approved", "sent", "sent"),
    "negotiation": ("sent", "sent", "approved", "awaiting approval"),
}


def quote(books: Books, row: Row, given: list[Any], r: random.Random) -> None:
    """What was offered, where it came to that; `given` is what a story says of it. What was offered is what the opportunity is worth."""
    stage = row["stage"]
    told = bool(given) or row["name"] in _unquoted(books)
    if told and not given:
        return
    if not told and (stage in ("prospecting", "qualification") or (stage == "closed lost" and r.random() < 0.25)):
        return
    if not told and stage == "proposal" and r.random() < 0.3:
        return
    begun, ended = datetime.date.fromisoformat(row["created_on"]), row["closed_on"]
    until = datetime.date.fromisoformat(ended) if ended else TODAY
    made = working(max(begun, until - days(r.randrange(4, 26) if ended else r.randrange(2, 24))))
    discount = r.choices([*_DISCOUNTS], [*_DISCOUNTS.values()])[0]
    status = {"closed won": "accepted", "closed lost": r.choice(("declined", "declined", "expired"))}.get(stage, "")
    if given:
        status, discount = str(given[0]), int(given[1])
        made = TODAY - days(int(given[2])) if len(given) > 2 else made
    elif not status:
        status = r.choice(_OPEN[stage])
        if status == "awaiting approval" and discount <= _FREE:
            discount = r.choice((8, 10, 10, 12, 15, 18, 20, 22))
    if not told and r.random() < 0.16 and (made - begun).days > 20:
        _write(
            books, row, ("declined", max(0, discount - 5), working(made - days(15))), r
        )  # an earlier offer that was turned down
    offer = _write(books, row, (status, discount, made), r)
    row["amount_gbp"] = offer["total_gbp"]


def _unquoted(books: Books) -> set[str]:
    return {f"{s[0]} {s[1]}" for s in books.stories["opportunities"] if not s[5]}


def _write(books: Books, row: Row, what: tuple[str, int, Day], r: random.Random) -> Row:
    status, discount, made = what
    lines = _lines(books, row["amount_gbp"], made, r)
    total = round(sum(price * n for _, price, n in lines), 2)
    approver = (
        _approver(books, row, discount) if discount > _FREE and status not in ("draft", "awaiting approval") else None
    )
    valid = made + days(r.choice((30, 45, 60)))
    offer = books.add(
        "quotes",
        opportunity_id=row["opportunity_id"],
        representative_id=row["representative_id"],
        status=status,
        discount_percent=discount,
        list_total_gbp=total,
        total_gbp=round(total * (100 - discount) / 100, 2),
        created_on=made.isoformat(),
        valid_until=(valid if row["closed_on"] else max(valid, TODAY + days(9))).isoformat(),
        approved_by=approver["representative_id"] if approver else None,
        approver_role=approver["role"] if approver else None,
        approved_on=made.isoformat() if approver else None,
    )
    for product, price, n in lines:
        books.add("quote_lines", quote_id=offer["quote_id"], product_id=product, quantity=n, list_price_gbp=price)
    return offer


def _lines(books: Books, about: float, made: Day, r: random.Random) -> list[tuple[int, float, int]]:
    """Product, price and units of one to four lines that come to about that sum."""
    offered = [
        p
        for p in books.rows["products"]
        if p["launched_on"] <= made.isoformat() and (p["status"] == "on sale" or made.year == 2023)
    ]
    chosen = r.sample(offered, r.choice((1, 2, 2, 3, 3, 4)))
    return [
        (
            p["product_id"],
            p["list_price_gbp"],
            max(1, round(about * r.uniform(0.7, 1.2) / len(chosen) / p["list_price_gbp"])),
        )
        for p in chosen
    ]


def _approver(books: Books, row: Row, discount: int) -> Row:
    """The manager of whoever sells it, or the director where that is too little."""
    manager = books.get("representatives", books.get("representatives", row["representative_id"])["manager_id"])
    return (
        manager
        if discount <= manager["discount_limit_percent"]
        else books.get("representatives", manager["manager_id"])
    )


def book(books: Books, row: Row, r: random.Random) -> None:
    """The order of an opportunity that was won; a few were called off later."""
    won = datetime.date.fromisoformat(row["closed_on"])
    day = won + days(r.choice((0, 0, 0, 1, 2))) if won < TODAY - days(3) else won
    add_order(books, row["account_id"], row["representative_id"], (day, row["amount_gbp"], row["opportunity_id"]), r)


def add_order(books: Books, account: int, seller: int, what: tuple[Day, float, int | None], r: random.Random) -> None:
    """An order as it is booked; after some weeks it is invoiced."""
    day, amount, opportunity = what
    old = (TODAY - day).days > r.randrange(20, 45)
    books.add(
        "orders",
        account_id=account,
        representative_id=seller,
        opportunity_id=opportunity,
        booked_on=day.isoformat(),
        quarter=quarter_of(day),
        amount_gbp=amount,
        status=("cancelled" if r.random() < 0.02 else "invoiced") if old else "booked",
    )
