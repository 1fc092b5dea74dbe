"""What people said in conversations that were right, and checks had objected to."""

import pytest

from duologue.checks.consent import refuses, says_yes

YES = [
    "Yes please, go ahead. The sending can wait, one thing after the other.",
    "I do not know the track, only the number, and that I am sure of. Yes, please go ahead, and then tell me its price.",
    "Yes, go ahead, the old one was wrong anyhow.",
    "Yes please, now it is spelt right!",
    "Sure thing, no changes to the rest please",
    "Yes, do it. I don't have the old number any more.",
    "go ahead please, the customer is not here anymore",
]
NO = [
    "Yes but wait, make it 5 instead",
    "yes, no wait, don't do it",
    "Yes. Don't change the address though.",
    "don't go ahead",
    "Please don't go ahead yet",
    "Sure, but not yet",
    "yes that's wrong",
    "Okay, no.",
    "ok wait",
    "Not yet, go ahead tomorrow",
    "Yes, that's not right",
    "Yes, but not to Friday, to Saturday",
    "Fine, but first tell me the price",
    "Okay, not now",
    "yes, hold on",
]


@pytest.mark.parametrize("text", YES)
def test_a_yes(text: str) -> None:
    assert says_yes(text)
    assert not refuses(text)


@pytest.mark.parametrize("text", NO)
def test_no_yes(text: str) -> None:
    assert not says_yes(text)
