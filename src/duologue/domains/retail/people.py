"""Customers and their addresses."""

import datetime
import random

from duologue.domains import making
from duologue.domains.making import Row, Time
from duologue.domains.retail.books import Books
from duologue.ids import rng

CUSTOMERS = 188
IDLE = 20
"""Customers who never ordered; every other one of them has given no address either."""
_FIRST_DAY = Time(2022, 1, 17)


def register(books: Books) -> None:
    """Customers in the order they joined, each with a name of their own but for the namesakes."""
    r = rng("retail", "customers")
    namesakes = [(first, last, city) for first, last, *two in books.words["namesakes"] for city in two]
    people = _crowd(namesakes, r)
    days = sorted(_FIRST_DAY + datetime.timedelta(days=int(1230 * r.random() ** 0.8)) for _ in range(CUSTOMERS))
    for person in namesakes:  # known to the shop well before the stories begin
        people.insert(r.randrange(10, 120), person)
    phones = making.mobiles(r, CUSTOMERS)
    idle = set(r.sample([i for i, p in enumerate(people) if p not in namesakes], IDLE))
    mails: set[str] = set()
    for i, ((first, last, city), joined) in enumerate(zip(people, days, strict=True)):
        customer = books.add(
            "customers",
            first_name=first,
            last_name=last,
            email=making.email(r, first, last, mails),
            phone=phones[i] if r.random() < 0.88 else None,
            joined_on=joined.date().isoformat(),
            newsletter=int(r.random() < 0.4),
        )
        if i not in idle:
            books.keenness[customer["customer_id"]] = min(r.paretovariate(1.6), 9)
        if i not in idle or i % 2:
            _settle(books, customer, city, r)


def _crowd(namesakes: list[tuple[str, str, str]], r: random.Random) -> list[tuple[str, str, str]]:
    taken = {(first, last) for first, last, _ in namesakes}
    return [*((*making.name(r, taken), making.city(r)) for _ in range(CUSTOMERS - len(namesakes)))]


def _settle(books: Books, customer: Row, city: str, r: random.Random) -> None:
    """One to three addresses; the first is where things go when nothing else is said."""
    labels = ["home", *(["work"] if r.random() < 0.28 else []), *(["family"] if r.random() < 0.09 else [])]
    for i, label in enumerate(labels):
        where = city if label != "family" else r.choice(making.people()["cities"])[0]
        address = books.add(
            "addresses",
            customer_id=customer["customer_id"],
            label=label,
            **making.address(r, where, work=label == "work"),
            is_default=int(i == 0),
        )
        books.addresses.setdefault(customer["customer_id"], []).append(address)
