"""Who sells, where, and what: territories with their representatives and managers, the product list, campaigns."""

import datetime

from duologue.domains import making
from duologue.domains.making import Row
from duologue.domains.sales.books import TODAY, Books
from duologue.ids import rng

_LIMITS = {"representative": 0, "senior representative": 0, "regional manager": 20, "sales director": 30}
"""Up to which discount each may approve, in per cent."""
_SECOND = ("Yorkshire", "Greater London", "Central Belt")
"""Territories with two representatives at a time."""
_LEFT = ("East Midlands", "East Anglia")
"""Territories whose first representative has left."""


def hire(books: Books) -> None:
    """The sales director, a manager for each region, and who sells in its territories; some of them have left."""
    r = rng("sales", "team")
    taken: set[tuple[str, str]] = set()
    phones = iter(making.mobiles(r, 40))

    def join(role: str, region: str, where: Row | None, boss: Row | None, year: int, left: bool = False) -> Row:
        first, last = making.name(r, taken)
        day = datetime.date(year, r.randrange(1, 13), r.randrange(1, 28))
        row = books.add(
            "representatives",
            first_name=first,
            last_name=last,
            role=role,
            region=region,
            territory_id=where["territory_id"] if where else None,
            manager_id=boss["representative_id"] if boss else None,
            discount_limit_percent=_LIMITS[role],
            email=f"{making.plain(first)}.{making.plain(last)}@brackwater.example",
            phone=next(phones) if r.random() < 0.9 else None,
            hired_on=day.isoformat(),
            status="left" if left else "active",
        )
        books.skill[row["representative_id"]] = r.uniform(0.75, 1.3)
        if where:
            books.sellers.setdefault(where["territory_id"], []).append(row)
        return row

    director = join("sales director", "all regions", None, None, 2011)
    managers = {
        region: join("regional manager", region, None, director, r.randrange(2013, 2019))
        for region, _ in books.words["regions"]
    }
    for region, territories in books.words["regions"]:
        for name, _ in territories:
            where = books.add("territories", name=name, region=region)
            if name in _LEFT:
                join("representative", region, where, managers[region], 2019, left=True)
            senior = name in _SECOND or r.random() < 0.3
            join(
                "senior representative" if senior else "representative",
                region,
                where,
                managers[region],
                r.randrange(2015, 2022),
            )
            if name in _SECOND:
                join("representative", region, where, managers[region], r.randrange(2021, 2023))


def list_products(books: Books) -> None:
    """What is on the price list, and what was once."""
    r = rng("sales", "products")
    for name, line, price, year, sold in books.words["products"]:
        day = datetime.date(year, r.randrange(1, 13), 1)
        books.add(
            "products",
            name=name,
            line=line,
            list_price_gbp=float(price),
            launched_on=day.isoformat(),
            status="on sale" if sold else "discontinued",
        )


def advertise(books: Books) -> None:
    """The campaigns so far."""
    for name, channel, first, length, budget in books.words["campaigns"]:
        last = min(first + datetime.timedelta(days=length - 1), TODAY)
        books.add(
            "campaigns",
            name=name,
            channel=channel,
            starts_on=first.isoformat(),
            ends_on=last.isoformat(),
            budget_gbp=float(budget),
        )
