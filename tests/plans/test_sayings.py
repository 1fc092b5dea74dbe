"""Phrases of hand-written tools: what was asked, and what came back."""

import random

import pytest

from duologue.ground import catalog_of
from duologue.language.vocabulary import phrases_of
from duologue.plans.index import ToolIndex
from duologue.plans.sayings import Sayings
from duologue.sources import from_domain
from duologue.types import Json, Meaning, Mention, Need, Toolset

CANCEL = Need(Meaning("act", "bookings", verb="cancel the booking"), (Mention("bookings", by={"booking_id": 48001}),))


@pytest.fixture(scope="module")
def sayings() -> Sayings:
    source = from_domain("travel")
    catalog = catalog_of(source)
    return Sayings(ToolIndex(Toolset("travel", source.tools), catalog), phrases_of(catalog))


@pytest.mark.parametrize(
    ("part", "row", "told"),
    [
        ("done", {"payments.amount_gbp": 96.0}, True),
        ("done", {"payments.amount_gbp": 0.0}, False),
        ("done", {"payments.amount_gbp": None}, False),
        ("done", {}, False),
        ("done", None, False),
        ("confirm", {"payments.amount_gbp": 96.0}, False),
    ],
)
def test_what_came_back_is_said_where_it_is_something(sayings: Sayings, part: str, row: Json, told: bool) -> None:
    lines = {sayings.line(part, CANCEL, ["booking 48001"], random.Random(seed), row) for seed in range(20)}
    assert len(lines) > 1
    assert all(("£96.00" in line) == told for line in lines), lines
    assert all("{" not in line and "booking 48001" in line for line in lines)
