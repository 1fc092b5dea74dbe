"""What all parts of the shop's story share: the rows made so far, the word lists, and the working hours."""

from duologue.domains.making import Hours, Ledger, Row, Time, read_toml
from duologue.domains.making import happened as by_then

NOW = Time(2025, 6, 14, 17, 45)
"""Nothing has happened after this moment."""
FIRST_ID = {
    "customers": 1001,
    "addresses": 3001,
    "products": 101,
    "variants": 5001,
    "stock": 5001,
    "orders": 40112,
    "order_lines": 90001,
    "payments": 70001,
    "shipments": 60001,
    "returns": 8001,
    "exchanges": 2001,
    "refunds": 9001,
}
"""Every table, parents first, with its first key: keys of different tables can be told apart."""
_KEYS = {"addresses": "address_id", "stock": "variant_id", "order_lines": "line_id"}
_DESK = Hours()
_DATED = {
    "shipments": "label_printed_at",
    "returns": "requested_at",
    "exchanges": "requested_at",
    "refunds": "requested_at",
}


class Books(Ledger):
    """The rows made so far, and what is looked up while making more."""

    def __init__(self) -> None:
        super().__init__(FIRST_ID, _KEYS)
        self.words, self.catalogue, self.stories = (
            read_toml(__file__, f) for f in ("words.toml", "catalogue.toml", "stories.toml")
        )
        self.keenness: dict[int, float] = {}
        """Customer → how often they order, relatively. Those who never do are not in it."""
        self.addresses: dict[int, list[Row]] = {}
        """Customer → addresses, the default one first."""
        self.variants: dict[int, list[Row]] = {}
        """Product → variants."""
        self.shelf: list[tuple[Row, Row]] = []
        """Each product's row with its entry in the catalogue."""

    def variant(self, variant_id: int) -> Row:
        """The variant of that number."""
        return self.get("variants", variant_id)

    def product(self, variant: Row) -> Row:
        """The product a variant belongs to."""
        return self.get("products", variant["product_id"])

    def number(self) -> None:
        """Shipments, returns, exchanges and refunds are numbered as they came about, not by their orders."""
        for table, when in _DATED.items():
            self.renumber(table, when, *(("refunds",) if table in ("returns", "exchanges") else ()))


def office(at: Time) -> Time:
    """The moment itself, or soon after seven on the next working day (Monday to Saturday, 7 to 18, no holiday)."""
    return _DESK.next(at)


def happened(at: Time) -> str | None:
    """The moment as it is stored; None where it is still to come."""
    return by_then(at, NOW)
