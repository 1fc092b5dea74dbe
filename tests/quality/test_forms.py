"""What a turn does, recorded or guessed, and which turns move nothing."""

import pytest

from duologue.quality.forms import acts_of, is_thin
from duologue.quality.known import Known, Labels
from duologue.quality.masking import masked

KNOWN = Known(["Lisbon"], Labels(["weather"]))


@pytest.mark.parametrize(
    ("text", "acts", "thin"),
    [
        ("Thanks a lot!", ("thanks",), True),
        ("Yes, go ahead.", ("yes",), True),
        ("OK.", ("yes",), True),
        ("No, leave it.", ("no",), True),
        ("Thank you, bye. That's all.", ("thanks", "bye"), True),
        ("Are you sure?", ("doubt",), True),
        ("Can you sum that up?", ("recap",), True),
        ("Hi there!", ("greet",), True),
        ("Yes, in Lisbon.", ("inform",), False),
        ("Are you sure it's Lisbon?", ("question",), False),
        ("What's the weather?", ("question",), False),
        ("Could you check the weather?", ("request",), False),
        ("Hello! Find Lisbon.", ("greet", "request"), False),
        ("I was born there.", ("inform",), False),
        ("Mumble.", ("other",), False),
    ],
)
def test_the_form_of_a_turn(text: str, acts: tuple[str, ...], thin: bool) -> None:
    found = acts_of(masked(text, KNOWN), ())
    assert (found, is_thin(found)) == (acts, thin)


def test_what_was_recorded_goes_before_the_form() -> None:
    turn = masked("Thanks a lot!", KNOWN)
    assert acts_of(turn, ("request", "inform")) == ("request", "inform")
    assert is_thin(("confirm",))
    assert not is_thin(("confirm", "request"))
