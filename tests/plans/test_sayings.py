"""Phrases of hand-written tools: what was asked, and what came back."""

import random

import pytest
from msgspec.structs import replace

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


PRICED = "top up {line_id} by {top_up_gb} for {top_up_gb:1=£4|5=£8|10=£12}"


@pytest.mark.parametrize(
    ("value", "said"),
    [(1, "by 1 for £4"), (5, "by 5 for £8"), (5.0, "by 5 for £8"), (10, "by 10 for £12"), (2, "by 2"), ("x", "by x")],
)
def test_words_beside_a_value_go_by_it(value: Json, said: str) -> None:
    """A line without words for the value is not said."""
    catalog = catalog_of(from_domain("telecom"))
    (tool,) = [t for t in from_domain("telecom").tools if t.name == "top_up_data"]
    tool = replace(
        tool,
        wording={
            "confirm": (PRICED, "add {top_up_gb:1=a little|5=some} to {line_id}", "top up {line_id} by {top_up_gb}")
        },
    )
    made = Sayings(ToolIndex(Toolset("telecom", (tool,)), catalog), phrases_of(catalog))
    need = Need(
        tool.meaning or Meaning("act", "lines"),
        (Mention("lines", by={"line_id": 1}),),
        {"monthly_usage.topped_up_gb:value": value},
    )
    lines = {made.line("confirm", need, ["it"], random.Random(seed)) for seed in range(30)}
    assert len(lines) == (2 if "£" in said else 1)
    assert any(line.replace(" GB", "").endswith(said) for line in lines), lines
