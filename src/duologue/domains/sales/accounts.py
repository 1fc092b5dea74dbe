"""Accounts and the people there."""

import datetime
import random

from duologue.domains import making
from duologue.domains.making import Row
from duologue.domains.sales.books import TODAY, Books
from duologue.ids import rng

ACCOUNTS = 172
_SEGMENTS = {"enterprise": 18, "mid-market": 44, "small business": 38}
_EMPLOYEES = {"enterprise": 1400, "mid-market": 210, "small business": 26}
_FIRST = datetime.date(2016, 2, 1)


def open_accounts(books: Books) -> None:
    """Companies in the order they were entered, then those that were entered twice."""
    r = rng("sales", "accounts")
    cities = {c: t["territory_id"] for t in books.rows["territories"] for c in _cities(books, t["name"])}
    days = sorted(_FIRST + datetime.timedelta(days=int(3310 * r.random() ** 0.7)) for _ in range(ACCOUNTS))
    places = [*books.rows["territories"]]
    sellers = [sum(s["status"] == "active" for s in books.sellers[t["territory_id"]]) for t in places]
    companies = _companies(books, r)
    for (name, trade, city), day in zip(companies, days, strict=True):
        city = city or r.choice(_cities(books, r.choices(places, sellers)[0]["name"]))
        _open(books, (name, trade, city, cities[city]), day, r)
    for name, of, flagged in books.stories["duplicates"]:
        first = books.account(of)
        day = datetime.date.fromisoformat(first["created_on"]) + datetime.timedelta(days=r.randrange(200, 300))
        again = _open(books, (name, first["industry"], first["city"], first["territory_id"]), min(day, TODAY), r)
        again.update(
            segment=first["segment"], employees=first["employees"], status="duplicate" if flagged else "prospect"
        )
        again["duplicate_of"] = first["account_id"] if flagged else None
        books.trade.pop(again["account_id"])  # what it buys, it buys under its first name
    _meet(books, r)


def _cities(books: Books, territory: str) -> list[str]:
    return next(cities for _, own in books.words["regions"] for name, cities in own if name == territory)


def _companies(books: Books, r: random.Random) -> list[tuple[str, str, str]]:
    """Names with what they are in, and where that is certain: those of the stories, the namesakes, and others drawn."""
    words, industries = books.words, books.words["industries"]
    of = {ending: i[0] for i in industries for ending in i[2]}
    told = sorted({s[0] for s in books.stories["opportunities"]} | {s[0] for s in books.stories["orders"]})
    out = [(name, of[name.split()[-1]], "") for name in told]
    out += [(name, trade, city) for name, trade, *two in words["namesakes"] for city in two]
    taken = {name for name, _, _ in out}
    while len(out) < ACCOUNTS:
        industry = r.choices(industries, [i[1] for i in industries])[0]
        name = f"{r.choice(words['stems'])} {r.choice(industry[2])}"
        if name not in taken:
            taken.add(name)
            out.append((name, industry[0], ""))
    r.shuffle(out)
    return out


def _open(books: Books, what: tuple[str, str, str, int], day: datetime.date, r: random.Random) -> Row:
    name, trade, city, territory = what
    active = [s for s in books.sellers[territory] if s["status"] == "active"]
    row = books.add(
        "sales_accounts",
        name=name,
        industry=trade,
        segment=r.choices([*_SEGMENTS], [*_SEGMENTS.values()])[0],
        employees=0,
        city=city,
        territory_id=territory,
        representative_id=r.choice(active)["representative_id"],
        status="prospect",
        duplicate_of=None,
        created_on=day.isoformat(),
    )
    row["employees"] = int(_EMPLOYEES[row["segment"]] * r.lognormvariate(0, 0.45))
    wishes = list(next(i[3] for i in books.words["industries"] if i[0] == trade))
    r.shuffle(wishes)
    books.trade[row["account_id"]] = wishes
    return row


def _meet(books: Books, r: random.Random) -> None:
    """One to four people at each account, fewer where it is small."""
    titles = books.words["titles"]
    most = {"enterprise": 4, "mid-market": 3, "small business": 2}
    for account in books.rows["sales_accounts"]:
        taken: set[tuple[str, str]] = set()
        host = f"{making.plain(account['name'])}.example"
        for _ in range(r.randrange(1, most[account["segment"]] + 1)):
            first, last = making.name(r, taken)
            books.add(
                "contacts",
                account_id=account["account_id"],
                first_name=first,
                last_name=last,
                job_title=r.choices([t[0] for t in titles], [t[1] for t in titles])[0],
                email=f"{making.plain(first)[0]}.{making.plain(last)}@{host}",
                phone=f"01632 960{r.randrange(1000):03d}" if r.random() < 0.82 else None,
            )
