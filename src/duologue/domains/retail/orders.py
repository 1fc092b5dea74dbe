"""Orders, from the basket to the door."""

import datetime
import math
from itertools import accumulate

from duologue.domains.making import Row, Time, hours
from duologue.domains.retail.books import NOW, Books, happened, office
from duologue.domains.retail.comeback import Comeback
from duologue.ids import rng

ORDERS = 640
OPENED = Time(2024, 3, 4)
"""Orders are kept from this day on."""
DEARER = Time(2024, 10, 1)
"""When prices rose."""
SOLD_UNTIL = "2025-02-10"
"""When the last of the discontinued things were sold."""
CARRIERS = {"standard": ("Parcelway", "Red Kite Couriers"), "express": ("Swiftline",)}
METHODS = {"card": 60, "paypal": 23, "gift card": 7, "bank transfer": 12}
GIFT_CARD = 100
"""Pounds; nobody has a gift card worth more."""
BY_THE_PIECE = ("mug", "plate", "pasta bowl", "hand towel", "bath towel")
"""What people buy two, four or six of."""


class Trade:
    """All orders by date, each played through to `NOW`."""

    def __init__(self, books: Books) -> None:
        self.books, self.r = books, rng("retail", "orders")
        self.comeback = Comeback(books)

    def run(self) -> None:
        """Every order, those of the stories among them."""
        books, r = self.books, self.r
        days = [OPENED.date() + datetime.timedelta(days=n) for n in range((NOW - OPENED).days + 1)]
        busy = list(accumulate(_busy(day) for day in days))
        times = [self._moment(day) for day in r.choices(days, cum_weights=busy, k=ORDERS)]
        homes = {customer: places[0]["city"] for customer, places in books.addresses.items()}
        named = {
            f"{c['first_name']} {c['last_name']}, {homes.get(c['customer_id'])}": c["customer_id"]
            for c in books.rows["customers"]
        }
        stories = {s["at"]: s for s in books.stories["order"]}
        for at in sorted([*times, *stories]):
            if at in stories:
                self._order(at, named[stories[at]["customer"]], self._wanted(stories[at]["lines"]), smooth=True)
            else:
                self._order(at, self._buyer(at), self._basket(at), smooth=False)

    def _moment(self, day: datetime.date) -> Time:
        r, midnight = self.r, Time(day.year, day.month, day.day)
        while True:
            hour = r.choices(range(24), self.books.words["hours"])[0]
            at = midnight + datetime.timedelta(hours=hour, minutes=r.randrange(60), seconds=r.randrange(60))
            if at < NOW:
                return at

    def _buyer(self, at: Time) -> int:
        day, keenness = at.date().isoformat(), self.books.keenness
        able = [
            i for c in self.books.rows["customers"] if (i := c["customer_id"]) in keenness and c["joined_on"] <= day
        ]
        return int(self.r.choices(able, [keenness[i] for i in able])[0])

    def _wanted(self, lines: list[tuple[str, str, str, int]]) -> list[tuple[Row, int]]:
        ids = {p["name"]: p["product_id"] for p, _ in self.books.shelf}
        return [
            (next(v for v in self.books.variants[ids[name]] if (v["colour"], v["size"] or "") == (colour, size)), n)
            for name, colour, size, n in lines
        ]

    def _basket(self, at: Time) -> list[tuple[Row, int]]:
        """One to five different things; what follows the first tends to match it."""
        r, day, season = self.r, at.date().isoformat(), self.books.words["season"]
        able = [
            (p, e["sells"] ** 1.5 * season[e["season"] or "any"][at.month - 1])
            for p, e in self.books.shelf
            if e["since"] <= day and (p["status"] != "discontinued" or day < SOLD_UNTIL)
        ]
        basket: dict[int, tuple[Row, int]] = {}
        category = colour = ""
        for _ in range(r.choices((1, 2, 3, 4, 5), (46, 29, 15, 7, 3))[0]):
            product = r.choices(able, [w * (5 if p["category"] == category else 1) for p, w in able])[0][0]
            options = self.books.variants[product["product_id"]]
            liking = [(6 if v["colour"] == colour else 1) / (1 + i) ** 0.5 for i, v in enumerate(options)]
            variant = r.choices(options, liking)[0]
            category, colour = product["category"], variant["colour"]
            sets = product["name"].endswith(BY_THE_PIECE) and "Travel" not in product["name"]
            units = r.choices((1, 2, 4, 6), (20, 35, 30, 15)) if sets else r.choices((1, 2, 3, 4), (84, 13, 2, 1))
            basket.setdefault(variant["variant_id"], (variant, units[0]))
        return list(basket.values())

    def _order(self, at: Time, customer: int, basket: list[tuple[Row, int]], smooth: bool) -> None:
        """A `smooth` one is paid by card, not cancelled, and nothing of it comes back."""
        books, r = self.books, self.r
        priced = [(v, n, _price(round(v["price_gbp"] * 100), at)) for v, n in basket]
        goods = sum(n * price for _, n, price in priced)
        delivery = "express" if r.random() < 0.16 else "standard"
        fee = 695 if delivery == "express" else 0 if goods >= 5000 else 395
        places = books.addresses[customer]
        order = books.add(
            "orders",
            customer_id=customer,
            address_id=r.choices(places, (6, 2, 1)[: len(places)])[0]["address_id"],
            ordered_at=str(at),
            status="processing",
            delivery=delivery,
            delivery_fee_gbp=fee / 100,
            total_gbp=(goods + fee) / 100,
            cancelled_at=None,
        )
        lines = [
            books.add(
                "order_lines",
                order_id=order["order_id"],
                variant_id=v["variant_id"],
                quantity=n,
                unit_price_gbp=price / 100,
                status="active",
            )
            for v, n, price in priced
        ]
        payment, paid = self._pay(order, at, "card" if smooth else r.choices([*METHODS], [*METHODS.values()])[0])
        if not smooth and r.random() < 0.055 and self._cancel(order, lines, payment, at):
            return
        delivered = self._send(order, paid) if paid <= NOW else paid
        if not smooth and order["status"] == "delivered":
            self.comeback.consider(order, lines, payment, delivered)

    def _pay(self, order: Row, at: Time, method: str) -> tuple[Row, Time]:
        """At once, but for a bank transfer, which takes days."""
        if method == "gift card" and order["total_gbp"] > GIFT_CARD:
            method = "card"
        paid = at if method != "bank transfer" else office(at + hours(self.r, 14, 100))
        if paid > NOW:
            order["status"] = "pending"
        payment = self.books.add(
            "payments",
            order_id=order["order_id"],
            method=method,
            amount_gbp=order["total_gbp"],
            status="paid" if paid <= NOW else "awaited",
            paid_at=happened(paid),
        )
        return payment, paid

    def _cancel(self, order: Row, lines: list[Row], payment: Row, at: Time) -> bool:
        """Called off within hours; or the bank transfer never came and the order lapsed."""
        lapsed = payment["method"] == "bank transfer" and at < NOW - datetime.timedelta(days=15)
        when = at + (hours(self.r, 240, 260) if lapsed else hours(self.r, 0.2, 3))
        if when > NOW:
            return False
        order["status"], order["cancelled_at"] = "cancelled", str(when)
        for line in lines:
            line["status"] = "cancelled"
        if lapsed or payment["status"] != "paid" or payment["paid_at"] > str(when):
            payment["status"], payment["paid_at"] = "void", None
        else:
            self.comeback.refund(payment, order["total_gbp"], when, office(when + hours(self.r, 14, 70)))
        return True

    def _send(self, order: Row, paid: Time) -> Time:
        """From payment to the door; when it arrives, or will."""
        r, express = self.r, order["delivery"] == "express"
        label = office(paid + hours(r, 5, 48))
        packed = office(label + hours(r, 1, 14))
        shipped = office(packed + hours(r, 1, 18))
        delivered = office(shipped + (hours(r, 16, 30) if express else hours(r, 36, 100)))
        if label > NOW:
            return delivered
        carrier = r.choice(CARRIERS[order["delivery"]])
        self.books.add(
            "shipments",
            order_id=order["order_id"],
            carrier=carrier,
            tracking_number=f"{carrier[:2].upper()}{r.randrange(10**8, 10**9)}GB",
            label_printed_at=str(label),
            shipped_at=happened(shipped),
            delivered_at=happened(delivered),
        )
        for status, when in (("packed", packed), ("shipped", shipped), ("delivered", delivered)):
            if when <= NOW:
                order["status"] = status
        return delivered


def _busy(day: datetime.date) -> float:
    """How many orders a day brings, relatively: growth, weekday, season, and the rush of the last days."""
    age = (NOW.date() - day).days
    growth = 0.1 + math.exp(-age / 60)
    peak = {11: 1.5, 12: 1.7, 1: 1.1, 7: 0.8, 8: 0.8}.get(day.month, 1.0)
    sale = 2.2 if day.month == 11 and day.day >= 22 else 2.5 if age < 6 else 1.0
    return growth * peak * sale * (1.25 if day.weekday() in (6, 0) else 1.0)


def _price(pence: int, at: Time) -> int:
    """What it was sold for: cheaper before prices rose, and in the sales; the ending stays."""
    factor = 0.94 if at < DEARER else 1.0
    if (at.month == 11 and at.day >= 22) or (at.month == 1 and 2 <= at.day <= 14):
        factor *= 0.85
    if factor == 1.0:
        return pence
    pounds, ending = int(pence * factor) // 100, pence % 100
    return max(pounds - (ending > 50), 1) * 100 + ending
