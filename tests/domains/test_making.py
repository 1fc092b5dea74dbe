"""What all data scripts are made with."""

import pytest

from duologue.domains import making
from duologue.domains.making import Hours, Ledger, Time
from duologue.ids import rng


def test_the_ledger_numbers_and_renumbers() -> None:
    books = Ledger({"orders": 10, "stock": 5, "refunds": 90}, {"stock": "shelf_id"})
    late, early = books.add("orders", at="2025-02-01"), books.add("orders", at="2025-01-01")
    books.add("stock", units=3)
    books.add("refunds", order_id=late["order_id"])
    books.add("refunds", order_id=None)
    assert books.get("orders", 11) is early
    books.renumber("orders", "at", "refunds")
    assert list(books) == [
        ("orders", {"order_id": 10, "at": "2025-01-01"}),
        ("orders", {"order_id": 11, "at": "2025-02-01"}),
        ("stock", {"shelf_id": 5, "units": 3}),
        ("refunds", {"refund_id": 90, "order_id": 11}),
        ("refunds", {"refund_id": 91, "order_id": None}),
    ]


def test_people_differ_and_come_again() -> None:
    one, two = making.names(rng("a"), 400), making.names(rng("a"), 400)
    assert one == two
    assert len(set(one)) == 400
    mails: set[str] = set()
    first = [making.email(rng(i), "Siobhán", "van Dijk", mails) for i in range(9)]
    assert len(set(first)) == 9
    assert all(m.isascii() and m.split("@")[1] in making.people()["mail"] for m in first)
    assert len(set(making.mobiles(rng("m"), 1000))) == 1000
    assert set(making.address(rng("b"), making.city(rng("c")))) == {"line1", "line2", "city", "postcode"}


def test_every_name_can_be_spelt() -> None:
    for _, firsts, lasts in making.people()["names"]:
        for name in (*firsts, *lasts):
            assert making.plain(name).isascii(), name
            assert making.plain(name).isalpha() or "-" in name, name


@pytest.mark.parametrize(
    ("at", "then"),
    [
        (Time(2025, 6, 13, 9, 30), Time(2025, 6, 13, 9, 30)),
        (Time(2025, 6, 13, 5, 30), Time(2025, 6, 13, 9, 30)),
        (Time(2025, 6, 13, 19, 30), Time(2025, 6, 14, 9, 30)),
        (Time(2025, 12, 24, 19, 0), Time(2025, 12, 27, 7, 0)),
    ],
)
def test_hours(at: Time, then: Time) -> None:
    """Monday to Saturday, 7 to 18, a few hours apart; no holiday."""
    assert Hours().next(at) == then


def test_what_has_not_happened_is_not_stored() -> None:
    now = Time(2025, 6, 14)
    assert making.happened(Time(2025, 6, 13, 8), now) == "2025-06-13 08:00:00"
    assert making.happened(Time(2025, 6, 15), now) is None
