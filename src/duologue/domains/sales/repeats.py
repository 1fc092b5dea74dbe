"""Repeat orders: what customers order again without anybody having to sell it, and accounts that have gone quiet."""

import datetime

from duologue.domains.sales.books import FIRST_DAY, TODAY, Books, days, working
from duologue.domains.sales.quotes import add_order
from duologue.ids import rng

REPEATS = 560
_KNOWN = "2022-07-01"
_QUIET = datetime.timedelta(days=430)


def order_again(books: Books) -> None:
    """Spare parts, recalibrations, one more of the same: by customers, some time after their first order."""
    r = rng("sales", "repeats")
    firsts: dict[int, datetime.date] = {}
    for order in books.rows["orders"]:
        firsts.setdefault(order["account_id"], datetime.date.fromisoformat(order["booked_on"]))
    for account in books.rows["sales_accounts"]:  # who was there before the records begin has bought before
        number = account["account_id"]
        if (
            account["created_on"] < _KNOWN
            and account["status"] == "prospect"
            and number in books.trade
            and r.random() < 0.7
        ):
            firsts[number] = FIRST_DAY
            account["status"] = "customer"
    customers = sorted(firsts)
    weights = [min(r.paretovariate(1.2), 10) for _ in customers]
    for name, day, amount in books.stories["orders"]:
        account = books.account(name)
        account["status"] = "customer"
        add_order(books, account["account_id"], account["representative_id"], (day, amount, None), r)
    for _ in range(REPEATS):
        account = books.get("sales_accounts", r.choices(customers, weights)[0])
        first = max(firsts[account["account_id"]], FIRST_DAY)
        day = working(first + days((TODAY - first).days * r.random()))
        amount = round(r.lognormvariate(7.9, 0.65), -1) + 5
        add_order(books, account["account_id"], account["representative_id"], (max(day, first), amount, None), r)
    _fall_quiet(books)


def _fall_quiet(books: Books) -> None:
    """Customers whose last order is long ago, with nothing open."""
    last: dict[int, str] = {}
    for order in books.rows["orders"]:
        last[order["account_id"]] = max(last.get(order["account_id"], ""), order["booked_on"])
    busy = {o["account_id"] for o in books.rows["opportunities"] if o["closed_on"] is None}
    long_ago = (TODAY - _QUIET).isoformat()
    for account in books.rows["sales_accounts"]:
        number = account["account_id"]
        if account["status"] == "customer" and last.get(number, "") < long_ago and number not in busy:
            account["status"] = "dormant"
