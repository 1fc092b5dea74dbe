"""What comes back: returns, exchanges and refunds."""

from duologue.domains.making import Row, Time, hours
from duologue.domains.retail.books import NOW, Books, happened, office
from duologue.ids import rng

OURS = ("faulty", "damaged", "wrong item")
"""Reasons for which the shop is to blame; the customer has longer to say so."""


class Comeback:
    """Decides what happens after delivery, within the shop's own rules."""

    def __init__(self, books: Books) -> None:
        self.books, self.r = books, rng("retail", "comeback")

    def consider(self, order: Row, lines: list[Row], payment: Row, delivered: Time) -> None:
        """Of some delivered orders a line or all lines are returned, of some a line is exchanged."""
        draw = self.r.random()
        if draw < 0.16:
            for line in self.r.sample(lines, self.r.choices((1, len(lines)), (4, 1))[0]):
                self._return(line, payment, delivered)
            states = {line["status"] for line in lines}
            if states != {"active"}:
                order["status"] = "returned" if states == {"returned"} else "partly returned"
        elif draw < 0.26:
            self._exchange(self.r.choice(lines), payment, delivered)

    def refund(self, payment: Row, amount: float, at: Time, paid: Time, **cause: int) -> None:
        """Money on its way back to where it came from."""
        self.books.add(
            "refunds",
            order_id=payment["order_id"],
            return_id=cause.get("return_id"),
            exchange_id=cause.get("exchange_id"),
            method=payment["method"],
            amount_gbp=amount,
            status="paid" if paid <= NOW else "pending",
            requested_at=str(at),
            paid_at=happened(paid),
        )

    def _reason(self, line: Row, delivered: Time) -> tuple[str, Time]:
        """Why it comes back, and when the customer says so: within 30 days, or 60 when the shop is to blame."""
        product = self.books.product(self.books.variant(line["variant_id"]))
        sized = len({v["size"] for v in self.books.variants[product["product_id"]]}) > 1
        final = product["status"] == "clearance"
        weights = (26, 14, 10, 0 if final or not sized else 22, 0 if final else 34)
        reason = self.r.choices((*OURS, "wrong size", "changed mind"), weights)[0]
        most = 1300 if reason == "faulty" else 150 if reason in OURS else 640
        at = delivered + hours(self.r, 3, 12 + most * self.r.random())  # mostly soon
        return reason, at if 7 <= at.hour < 23 else at.replace(hour=self.r.randrange(8, 22))

    def _return(self, line: Row, payment: Row, delivered: Time) -> None:
        reason, at = self._reason(line, delivered)
        if not delivered < at <= NOW:
            return
        units = line["quantity"]
        if units > 1 and self.r.random() < 0.7:
            units = self.r.randrange(1, units)
        received = office(at + hours(self.r, 100, 420))
        row = self.books.add(
            "returns",
            line_id=line["line_id"],
            quantity=units,
            reason=reason,
            status="received" if received <= NOW else "booked",
            requested_at=str(at),
            received_at=happened(received),
        )
        line["status"] = "returned" if units == line["quantity"] else "partly returned"
        paid = office(received + hours(self.r, 12, 110))
        self.refund(payment, round(units * line["unit_price_gbp"], 2), at, paid, return_id=row["return_id"])

    def _exchange(self, line: Row, payment: Row, delivered: Time) -> None:
        reason, at = self._reason(line, delivered)
        old = self.books.variant(line["variant_id"])
        others = [
            v for v in self.books.variants[old["product_id"]] if v["price_gbp"] <= old["price_gbp"] and v is not old
        ]
        if reason == "wrong size":
            others = [v for v in others if v["size"] != old["size"] and v["colour"] == old["colour"]]
        elif reason in OURS and (reason == "wrong item" or not others or self.r.random() < 0.75):
            others = [old]
        if not others or not delivered < at <= NOW:
            return
        new = self.r.choice(others)
        sent = office(at + hours(self.r, 40, 200))
        row = self.books.add(
            "exchanges",
            line_id=line["line_id"],
            variant_id=new["variant_id"],
            quantity=line["quantity"],
            reason=reason,
            status="sent" if sent <= NOW else "booked",
            requested_at=str(at),
            sent_at=happened(sent),
        )
        line["status"] = "exchanged"
        less = round((old["price_gbp"] - new["price_gbp"]) * line["quantity"], 2)
        if less > 0:
            self.refund(payment, less, at, office(sent + hours(self.r, 3, 70)), exchange_id=row["exchange_id"])
