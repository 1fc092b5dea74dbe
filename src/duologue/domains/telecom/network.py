"""What is sold, the areas of the network, and what went wrong there."""

import datetime
import random

from duologue.domains.making import hours
from duologue.domains.making import people as shared
from duologue.domains.telecom.books import NOW, Books
from duologue.ids import rng

OUTAGES = 58
_BACK = 130
"""Days that outages are remembered."""


def build(books: Books) -> None:
    """Plans, add-ons, areas and outages."""
    for name, price, data, term, sold, _ in books.catalogue["plans"]:
        books.plans[name] = books.add(
            "plans", name=name, monthly_price_gbp=price, data_gb=data, least_term_months=term, on_sale=int(sold)
        )
    for name, kind, price, _ in books.catalogue["add_ons"]:
        data = int(name.split()[1]) if kind == "data" else None
        books.add_ons[name] = books.add("extras", name=name, kind=kind, monthly_price_gbp=price, data_gb=data)
    r = rng("telecom", "network")
    for city, _, _ in shared()["cities"]:
        parts = books.catalogue["parts"][: books.catalogue["areas"].get(city, 1)]
        for part in parts:
            name = f"{city} {part}" if len(parts) > 1 else city
            books.areas.setdefault(city, []).append(books.add("network_areas", name=name, city=city))
    _fail(books, r)


def _fail(books: Books, r: random.Random) -> None:
    """Outages of the last months, in order; a few go on, and those of the stories have the length that is told."""
    causes = books.catalogue["causes"]
    made = []
    for story in books.stories["outage"]:
        start = NOW - datetime.timedelta(hours=story["began"])
        end = start + datetime.timedelta(hours=story["lasted"]) if story["lasted"] else None
        until = NOW + datetime.timedelta(hours=story["for"]) if end is None else None
        made.append((start, story["area"], story["services"], story["cause"], end, until))
    told = {story["area"] for story in books.stories["outage"]}
    others = [a["name"] for areas in books.areas.values() for a in areas if a["name"] not in told]
    for _ in range(OUTAGES):
        start = NOW - hours(r, 70, 24 * _BACK)
        length = datetime.timedelta(minutes=int(min(60 * 66, max(35, r.lognormvariate(6.8, 1.0)))))
        services = r.choices(("mobile data", "calls and texts", "all services"), (5, 2, 4))[0]
        cause = r.choices([*causes], [*causes.values()])[0]
        made.append((start, r.choice(others), services, cause, start + length, None))
    numbers = {area["name"]: area["area_id"] for areas in books.areas.values() for area in areas}
    for start, area, services, cause, end, until in sorted(made, key=lambda m: (m[0], m[1])):
        books.add(
            "outages",
            area_id=numbers[area],
            services=services,
            cause=cause,
            started_at=str(start),
            ended_at=str(end) if end else None,
            expected_end_at=str(until) if until else None,
        )
