"""Customers, and whom they travel with."""

import datetime
import random

from duologue.domains import making
from duologue.domains.making import Row
from duologue.domains.travel.books import TODAY, Books
from duologue.ids import rng

CUSTOMERS = 236
_GREW_UP = 18


def register(books: Books) -> None:
    """Customers in the order they joined; those of the stories among them."""
    r = rng("travel", "people")
    certain = [tuple(s["customer"]) for s in books.stories["booking"]]
    taken = {(first, last) for first, last, _ in certain}
    people = [(*making.name(r, taken), making.city(r)) for _ in range(CUSTOMERS - len(certain))]
    for person in certain:
        people.insert(r.randrange(len(people)), person)
    days = sorted(TODAY - datetime.timedelta(days=int(120 + 1500 * r.random() ** 1.3)) for _ in people)
    phones, mails = making.mobiles(r, len(people)), set[str]()
    for i, ((first, last, city), joined) in enumerate(zip(people, days, strict=True)):
        customer = books.add(
            "customers",
            first_name=first,
            last_name=last,
            email=making.email(r, first, last, mails),
            phone=phones[i] if r.random() < 0.88 else None,
            home_city=city,
            joined_on=joined.isoformat(),
        )
        _account(books, customer, taken, r)


def _account(books: Books, customer: Row, taken: set[tuple[str, str]], r: random.Random) -> None:
    """The account holder flies; some have a partner or children saved with them."""
    number, last = customer["customer_id"], customer["last_name"]
    age = int(r.triangular(21, 78, 38))
    mine = [add_passenger(books, number, (customer["first_name"], last), _born(age, r), holder=True)]
    if r.random() < 0.42:
        first, other = making.name(r, taken)
        mine.append(add_passenger(books, number, (first, last if r.random() < 0.7 else other), _born(age - 2, r)))
    if 27 <= age <= 55 and r.random() < 0.38:
        for _ in range(r.choices((1, 2, 3), (5, 4, 1))[0]):
            young = r.randrange(2, min(age - 22, _GREW_UP))
            mine.append(add_passenger(books, number, (making.name(r, taken)[0], last), _born(young, r)))
    books.companions[number] = mine


def add_passenger(books: Books, customer: int, name: tuple[str, str], born: datetime.date, holder: bool = False) -> Row:
    """Somebody who flies on the tickets of an account."""
    return books.add(
        "passengers",
        customer_id=customer,
        first_name=name[0],
        last_name=name[1],
        date_of_birth=born.isoformat(),
        is_account_holder=int(holder),
        name_corrected_on=None,
    )


def _born(age: int, r: random.Random) -> datetime.date:
    return TODAY - datetime.timedelta(days=int(max(age, 2) * 365.25) + r.randrange(360))
