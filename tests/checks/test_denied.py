"""What came back for a field is not denied of it; what was brought up, or is put right, may be."""

import pytest

import talk
from duologue.checks import case_of
from duologue.checks.denied import denied
from duologue.types import Origin

ORDERS = Origin("result", 3, "rows[0].customer_id")
ASKED = "which orders are there for Dana Whitfield"


def objection(text: str, asked: str) -> str:
    talking = talk.Talk()
    talking.user(asked, "request")
    talking.calls(("find_customers", {"name": "Dana Whitfield"}, {"name": Origin("user", 1)}))
    talking.calls(("list_orders", {"customer_id": 118}, {"customer_id": ORDERS}))
    talking.says(text, "report many")
    case = case_of(talking.dialogue(), talk.environment(), talk.catalog())
    return denied(case, case.trace.assistant[-1].turn)


@pytest.mark.parametrize(
    ("text", "denial"),
    [
        ("Order 40211 has the total not 54.90.", "'not 54.90'"),
        ("Order 40211: total anything but 54.90, order 40874: total 112.35.", "'anything but 54.90'"),
        ("Order 40211, total less than 54.90.", "'less than 54.90'"),
        ("Order 40874: status certainly not processing.", "'not processing'"),
        ("The order from 3 May: status isn't delivered.", "isn't delivered"),
    ],
)
def test_a_field_that_is_denied_what_came_back_is_found(text: str, denial: str) -> None:
    assert denial in objection(text, ASKED)


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("Order 40211 has a total of 54.90.", ASKED),
        ("Order 40211: total 54.90, not 112.35.", ASKED),
        ("The total is not 112.35 but 54.90.", ASKED),
        ("The status isn't processing, it's delivered.", ASKED),
        ("No, the status isn't processing.", "is Dana Whitfield's order from May processing?"),
        ("The total is not 99.00.", ASKED),
        ("I couldn't find any other orders.", ASKED),
        ("I haven't changed the total of 54.90.", ASKED),
    ],
)
def test_a_denial_with_a_reason_is_left_alone(text: str, asked: str) -> None:
    assert objection(text, asked) == ""


def test_after_a_change_the_old_value_may_be_denied() -> None:
    talking = talk.Talk()
    talking.user("cancel order 40874", "request")
    talking.calls(("list_orders", {"customer_id": 118}, {}), ("cancel_order", {"order_id": 40874}, {}))
    talking.says("Done. The status is not processing any more.", "report change")
    case = case_of(talking.dialogue(), talk.environment(), talk.catalog())
    assert denied(case, case.trace.assistant[-1].turn) == ""
