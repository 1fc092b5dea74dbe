"""Products, their variants, and how many of each there are."""

import datetime
import random

from duologue.domains.making import Row
from duologue.domains.retail.books import NOW, Books
from duologue.ids import rng


def fill_shelves(books: Books) -> None:
    """Everything in the catalogue, a variant for each colour and size."""
    r = rng("retail", "stock")
    pinned = {tuple(p[:3]): p[3] for p in books.stories["stock"]["pinned"]}
    for category in books.catalogue["category"]:
        for n, entry in enumerate(category["products"], 1):
            product = books.add(
                "products",
                name=entry["name"],
                brand=entry["brand"],
                category=category["name"],
                description=entry["about"],
                status=entry.get("status", "active"),
                launched_on=entry["since"],
            )
            books.shelf.append((product, entry))
            for m, (size, colour) in enumerate(((s, c) for s in entry["sizes"] for c in entry["colours"]), 1):
                variant = books.add(
                    "variants",
                    product_id=product["product_id"],
                    sku=f"{category['code']}-{n:02d}-{m:02d}",
                    name=", ".join(part for part in (product["name"], colour, size) if part),
                    colour=colour,
                    size=size or None,
                    price_gbp=entry["sizes"][size],
                )
                books.variants.setdefault(product["product_id"], []).append(variant)
                stock = _stock(product["status"] == "discontinued", entry["sells"], r)
                stock["quantity"] = pinned.get((product["name"], colour, size), stock["quantity"])
                books.add("stock", **stock)


def _stock(discontinued: bool, sells: int, r: random.Random) -> Row:
    """Mostly enough, sometimes nearly none, sometimes none: the emptier, the longer since the last delivery."""
    level = max(2, round(sells * 0.9))
    quantity = int(level * r.lognormvariate(0.9, 0.6)) + 1
    age = r.randrange(3, 45)
    if discontinued or r.random() < 0.09:
        quantity, age = 0, r.randrange(40, 110)
    elif r.random() < 0.1:
        quantity, age = r.randrange(1, 4), r.randrange(30, 90)
    restocked = (NOW - datetime.timedelta(days=age)).date()
    return {"quantity": quantity, "reorder_level": level, "restocked_on": restocked.isoformat()}
