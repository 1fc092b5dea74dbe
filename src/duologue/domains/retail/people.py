"""Customers and their addresses."""

import datetime
import random

from duologue.domains.retail.books import Books, Row, Time
from duologue.ids import rng

CUSTOMERS = 188
IDLE = 20
"""Customers who never ordered; every other one of them has given no address either."""
_PLAIN = str.maketrans("łóąęśńżźćíáéúñêãâøöäüşığç", "loaesnzzciaeuneaaooausigc", " '-")
_INWARD = "ABDEFGHJLNPQRSTUWXYZ"
_FIRST_DAY = Time(2022, 1, 17)


def register(books: Books) -> None:
    """Customers in the order they joined, each with a name of their own but for the namesakes."""
    r = rng("retail", "customers")
    namesakes = [(first, last, city) for first, last, *two in books.words["namesakes"] for city in two]
    people = _crowd(books, namesakes, r)
    days = sorted(_FIRST_DAY + datetime.timedelta(days=int(1230 * r.random() ** 0.8)) for _ in range(CUSTOMERS))
    for person in namesakes:  # known to the shop well before the stories begin
        people.insert(r.randrange(10, 120), person)
    phones = r.sample(range(1000), CUSTOMERS)
    idle = set(r.sample([i for i, p in enumerate(people) if p not in namesakes], IDLE))
    mails: set[str] = set()
    for i, ((first, last, city), joined) in enumerate(zip(people, days, strict=True)):
        customer = books.add(
            "customers",
            first_name=first,
            last_name=last,
            email=_email(books, first, last, mails, r),
            phone=f"07700 900{phones[i]:03d}" if r.random() < 0.88 else None,
            joined_on=joined.date().isoformat(),
            newsletter=int(r.random() < 0.4),
        )
        if i not in idle:
            books.keenness[customer["customer_id"]] = min(r.paretovariate(1.6), 9)
        if i not in idle or i % 2:
            _settle(books, customer, city, r)


def _crowd(books: Books, namesakes: list[tuple[str, str, str]], r: random.Random) -> list[tuple[str, str, str]]:
    origins, cities = books.words["people"]["names"], books.words["people"]["cities"]
    taken = {(first, last) for first, last, _ in namesakes}
    people: list[tuple[str, str, str]] = []
    while len(people) + len(namesakes) < CUSTOMERS:
        _, firsts, lasts = r.choices(origins, [n[0] for n in origins])[0]
        first, last = r.choice(firsts), r.choice(lasts)
        if (first, last) not in taken:
            taken.add((first, last))
            people.append((first, last, r.choices(cities, [c[1] for c in cities])[0][0]))
    return people


def _email(books: Books, first: str, last: str, taken: set[str], r: random.Random) -> str:
    one, two = first.lower().translate(_PLAIN), last.lower().translate(_PLAIN)
    while True:
        year = r.randrange(60, 99)
        local = r.choice((f"{one}.{two}", f"{one}.{two}", f"{one[0]}.{two}", f"{one}{two[0]}{year}", f"{two}.{one}"))
        email = f"{local}@{r.choice(books.words['mail'])}"
        if email not in taken:
            taken.add(email)
            return email


def _settle(books: Books, customer: Row, city: str, r: random.Random) -> None:
    """One to three addresses; the first is where things go when nothing else is said."""
    words, places = books.words, books.words["people"]["cities"]
    labels = ["home", *(["work"] if r.random() < 0.28 else []), *(["family"] if r.random() < 0.09 else [])]
    for i, label in enumerate(labels):
        where = city if label != "family" else r.choice(places)[0]
        districts = next(c[2] for c in places if c[0] == where)
        inward = f"{r.randrange(1, 10)}{r.choice(_INWARD)}{r.choice(_INWARD)}"
        work = ("offices", "floors", 0.4, 40)
        street, part, share, most = work if label == "work" else ("streets", "parts", 0.22, 140)
        address = books.add(
            "addresses",
            customer_id=customer["customer_id"],
            label=label,
            line1=f"{int(1 + most * r.random() ** 2)} {r.choice(words[street])}",
            line2=r.choice(words[part]) if r.random() < share else None,
            city=where,
            postcode=f"{r.choice(districts)} {inward}",
            is_default=int(i == 0),
        )
        books.addresses.setdefault(customer["customer_id"], []).append(address)
