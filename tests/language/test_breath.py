"""What is asked for in one breath belongs together: ways of contact, parts of an address, a state and its date, money and what it is for."""

import random

import pytest

from duologue.catalog.model import Column
from duologue.language.breath import in_one_breath, readily
from duologue.types import Slot

COLUMNS = {
    c.name: c
    for c in (
        Column("t", "phone", "contact", label="phone", format="phone"),
        Column("t", "email", "contact", label="e-mail", format="email"),
        Column("t", "street", "category", label="street"),
        Column("t", "city", "category", label="city"),
        Column("t", "postcode", "contact", label="postcode", format="postcode"),
        Column("t", "region", "category", label="region"),
        Column("t", "status", "status", label="status"),
        Column("t", "due_on", "date", label="due date", format="date"),
        Column("t", "price", "measure", label="price", format="money"),
        Column("t", "stock", "measure", label="units in stock"),
        Column("t", "active", "flag", label="active"),
        Column("t", "sort_order", "measure", label="sort order"),
        Column("u", "payment_status", "status", label="payment status"),
        Column("v", "payment_method", "category", label="payment method"),
        Column("v", "born", "date", label="birth date"),
    )
}
SLOTS = {f"{c.table}.{c.name}": c for c in COLUMNS.values()}
DRAWS = 600


def asked(*names: str) -> set[tuple[str, ...]]:
    """What is asked for together, over many draws."""
    slots = [f"{COLUMNS[n].table}.{n}" for n in names]
    read = {s: (Slot(c.table, c.name), c) for s, c in SLOTS.items()}
    dice = random.Random(7)
    return {tuple(s.partition(".")[2] for s in in_one_breath(slots, read.__getitem__, dice)) for _ in range(DRAWS)}


@pytest.mark.parametrize(
    ("offered", "together"),
    [
        (("phone", "email"), {("phone",), ("email",), ("phone", "email")}),
        (("status", "due_on"), {("status",), ("due_on",), ("status", "due_on")}),
        (("price", "stock"), {("price",), ("stock",), ("price", "stock")}),
        (("payment_status", "payment_method"), {("payment_status",), ("payment_method",), ("payment_status", "payment_method")}),
        (("phone", "due_on"), {("phone",), ("due_on",)}),
        (("price", "phone"), {("price",), ("phone",)}),
        (("status", "born"), {("status",), ("born",)}),
        (("active", "status"), {("active",), ("status",)}),
        (("sort_order", "stock"), {("sort_order",), ("stock",)}),
        (("region",), {("region",)}),
        (("street", "city", "postcode", "region"), {("street", "city"), ("street", "city", "postcode")}),
    ],
)  # fmt: skip
def test_only_what_belongs_together_is_asked_together(offered: tuple[str, ...], together: set[tuple[str, ...]]) -> None:
    assert asked(*offered) == together


def test_three_are_asked_only_of_an_address() -> None:
    found = asked(*COLUMNS)
    assert {f for f in found if len(f) > 2} == {("street", "city", "postcode")}


@pytest.mark.parametrize(
    ("told", "likelier", "than"),
    [("status", "due_on", "price"), ("phone", "email", "price"), ("price", "stock", "status"), ("price", "status", "sort_order")],
)  # fmt: skip
def test_people_ask_on_about_what_goes_with_what_they_were_told(told: str, likelier: str, than: str) -> None:
    assert readily(COLUMNS[likelier], [COLUMNS[told]]) > readily(COLUMNS[than], [COLUMNS[told]])
