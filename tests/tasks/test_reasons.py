"""Why a matter is handed over, and that nobody tells another reason because the first one did not do."""

import pytest

from duologue.plans.deeds import stems
from duologue.tasks.reasons import REFUSED, after_refusal, is_reason, reason_of, that_fit
from duologue.types import Meaning, Rule, Slot, Tool

CLINIC = ("urgent symptom", "medical question", "complaint", "billing question", "exception to a rule")
SHOP = ("complaint", "damaged parcel", "invoice dispute")
NEITHER = ("press enquiry", "lost equipment")


def deed(name: str, argument: str, choices: tuple[str, ...] = CLINIC, column: str = "reason") -> Tool:
    properties = {argument: {"type": "string", **({"enum": list(choices)} if choices else {})}}
    schema = {"type": "object", "properties": properties}
    inputs = {argument: Slot("handovers", column, "value")}
    return Tool(name, "…", schema, {}, "write", meaning=Meaning("act", "handovers", verb="do"), inputs=inputs)


@pytest.mark.parametrize(
    ("tool", "why", "of_handing_over"),
    [
        (deed("transfer_to_human", "reason"), True, "reason"),
        (deed("transfer_to_human", "note", column="handoverReason"), True, "note"),
        (deed("transfer_to_human", "reason", ()), False, ""),  # in words of one's own
        (deed("cancel_order", "reason"), True, ""),
        (deed("transfer_to_human", "team", column="team"), False, ""),
    ],
)
def test_which_argument_says_why(tool: Tool, why: bool, of_handing_over: str) -> None:
    assert is_reason(tool, next(iter(tool.inputs))) is why
    assert reason_of(tool) == of_handing_over


@pytest.mark.parametrize(
    ("choices", "heard", "fit"),
    [
        (CLINIC, "the unpaid bills of a patient", ["billing question"]),
        (CLINIC, "appointments", []),  # nothing was said that anybody would be handed over for
        (CLINIC, "a question", []),  # says nothing of what it is about
        (SHOP, "parcels sent", ["damaged parcel"]),
        (NEITHER, "devices", []),
    ],
)
def test_a_reason_fits_what_was_heard_of(choices: tuple[str, ...], heard: str, fit: list[str]) -> None:
    assert that_fit(choices, stems(heard)) == fit


def test_after_something_was_refused_an_exception_fits() -> None:
    assert that_fit(CLINIC, REFUSED) == ["exception to a rule"]
    assert that_fit(SHOP, REFUSED) == ["invoice dispute"]


@pytest.mark.parametrize(
    ("choices", "rule", "fit"),
    [
        (CLINIC, "cancel_in_time", ["exception to a rule"]),
        (("complaint", "billing question"), "billing_address", ["billing question"]),
        (("complaint", "billing question"), "cancel_in_time", ["complaint"]),
        (NEITHER, "cancel_in_time", []),
    ],
)
def test_what_a_rule_refused_is_handed_over_for_that(choices: tuple[str, ...], rule: str, fit: list[str]) -> None:
    assert after_refusal(choices, [Rule(rule, "…")]) == fit
