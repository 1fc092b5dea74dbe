"""What all parts of the shop's story share: the rows made so far, the word lists, and the working hours."""

import datetime
import random
import tomllib
from pathlib import Path
from typing import Any

Row = dict[str, Any]
Time = datetime.datetime

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
KEYS = {t: t.removesuffix("s") + "_id" for t in FIRST_ID} | {
    "addresses": "address_id",
    "stock": "variant_id",
    "order_lines": "line_id",
}
_HOLIDAYS = ((12, 25), (12, 26), (1, 1))
_DATED = {
    "shipments": "label_printed_at",
    "returns": "requested_at",
    "exchanges": "requested_at",
    "refunds": "requested_at",
}


class Books:
    """The rows made so far, and what is looked up while making more."""

    def __init__(self) -> None:
        self.rows: dict[str, list[Row]] = {table: [] for table in FIRST_ID}
        self.words, self.catalogue, self.stories = (_read(f) for f in ("words.toml", "catalogue.toml", "stories.toml"))
        self.keenness: dict[int, float] = {}
        """Customer → how often they order, relatively. Those who never do are not in it."""
        self.addresses: dict[int, list[Row]] = {}
        """Customer → addresses, the default one first."""
        self.variants: dict[int, list[Row]] = {}
        """Product → variants."""
        self.shelf: list[tuple[Row, Row]] = []
        """Each product's row with its entry in the catalogue."""

    def add(self, table: str, **values: Any) -> Row:
        """A new row, under the next number of its table."""
        key, made = KEYS[table], self.rows[table]
        row = {key: FIRST_ID[table] + len(made), **values}
        made.append(row)
        return row

    def variant(self, variant_id: int) -> Row:
        """The variant of that number."""
        return self.rows["variants"][variant_id - FIRST_ID["variants"]]

    def product(self, variant: Row) -> Row:
        """The product a variant belongs to."""
        product_id: int = variant["product_id"]
        return self.rows["products"][product_id - FIRST_ID["products"]]

    def number(self) -> None:
        """Shipments, returns, exchanges and refunds are numbered as they came about, not by their orders."""
        for table, when in _DATED.items():
            key = KEYS[table]
            made = sorted(self.rows[table], key=lambda row: (row[when], row[key]))
            new = {row[key]: FIRST_ID[table] + i for i, row in enumerate(made)}
            for row in [*made, *(self.rows["refunds"] if table in ("returns", "exchanges") else ())]:
                row[key] = new.get(row[key])
            self.rows[table] = made


def hours(r: random.Random, least: float, most: float) -> datetime.timedelta:
    """A stretch of time, to the second."""
    return datetime.timedelta(seconds=int(3600 * r.uniform(least, most)))


def office(at: Time) -> Time:
    """The moment itself, or soon after seven on the next working day (Monday to Saturday, 7 to 18, no holiday)."""
    if at.hour >= 18:
        at = (at + datetime.timedelta(days=1)).replace(hour=7 + at.minute % 4)
    elif at.hour < 7:
        at = at.replace(hour=7 + at.minute % 4)
    while at.weekday() == 6 or (at.month, at.day) in _HOLIDAYS:
        at += datetime.timedelta(days=1)
    return at


def happened(at: Time) -> str | None:
    """The moment as it is stored; None where it is still to come."""
    return str(at) if at <= NOW else None


def _read(name: str) -> Row:
    return tomllib.loads(Path(__file__).with_name(name).read_text(encoding="utf-8"))
