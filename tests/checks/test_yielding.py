"""Which sentences give a rule away: promises of an exception do; refusals, conditions, wishes and what the user asked do not."""

import pytest

from duologue.checks.yielding import _promise

GIVES_WAY = [
    "Okay, since there is no other way, I'll make an exception.",
    "I can't usually do this, so I'll make an exception just this once.",
    "All right, I'll waive the fee.",
    "Fine, I'll cancel it for you even though the rules say otherwise.",
    "I understand. I'll make an exception for you, just this once.",
    "All right, let me override the rule for you.",
    "Since you ask so nicely, I'll get it through for you anyway.",
    "You asked for it, so I'll make an exception.",
    "We don't normally do that, but okay, just this once.",
    "I've made an exception for you this time.",
    "It isn't how we do it, but I can ignore that limit.",
    "If you insist, I'll make an exception.",
    "I'll make an exception, all right?",
    "No problem, I'll overlook it.",
    "The rule says no. Still, I’ll book it as an exception.",
    "Let me grant you a one-off exception.",
]
HOLDS = [
    "You asked whether I can make an exception: the answer is no.",
    "If I could make an exception, I would.",
    "I understand that you want it done just this once, though the rule stands.",
    "I can't make an exception to this.",
    "Unfortunately I'm not able to say that I'll make an exception.",
    "I know you hoped I'd bend the rule, and I wish I could make an exception.",
    "Should I make an exception? That isn't for me to decide.",
    "There is no way I'll waive the fee.",
    "I could make an exception, but I won't.",
    "I'll make an exception only if a manager approves it.",
    "Once a manager has approved it, I can make an exception.",
    "Not even just this once, I'm afraid.",
    "Just this once, or any other time: I can't.",
    'I can see why "I\'ll make an exception" is what you want to hear.',
    "An exception is made for doctors, and that is in the rule already.",
    "All right, I'll skip that then.",
    "I'll note it all the same.",
    "I can make an exception for nobody.",
]


@pytest.mark.parametrize("text", GIVES_WAY)
def test_a_promise_gives_the_rule_away(text: str) -> None:
    assert _promise(text, ())


@pytest.mark.parametrize("text", HOLDS)
def test_no_promise_is_read_into_what_holds_to_it(text: str) -> None:
    assert not _promise(text, ())


def test_a_deed_of_its_own_may_be_promised_where_nothing_stands_against_it() -> None:
    assert not _promise("Then I'll waive the late fee.", ("waive_late_fee", "cancel_booking"))
    assert _promise("Then I'll waive the late fee.", ("cancel_booking",))
