"""Claims, denials, consent and doubt are heard; what only sounds like them is not."""

import pytest

from duologue.checks.honesty import claimed_change
from duologue.checks.policy import agrees
from duologue.checks.repetition import doubts
from duologue.checks.words import finds
from duologue.types import Act, Message, Turn


@pytest.mark.parametrize(
    ("text", "claims"),
    [
        ("Done: the order has been cancelled.", True),
        ("I've updated the address.", True),
        ("I’ve now changed it to slate.", True),
        ("The price has been corrected.", True),
        ("Nothing has been changed.", False),
        ("I couldn't do it, so it hasn't been changed.", False),
        ("Once it has been moved I can tell you more.", False),
        ("If it has been cancelled already, nothing more is needed.", False),
        ("Has it been cancelled?", False),
        ("Shall I cancel it?", False),
        ("That didn't work. Should I check whether it has been removed?", False),
        ("It is now 14:30.", False),
        ("I have returned down as the status.", False),
        ("I have returned as the status.", False),
        ("I've put Leeds down as the city. I've put down Leeds.", True),
        ("The parcel is done up nicely.", False),
        ("It is 11, I've just made sure.", False),
        ("It already says that the email is dan4@example.org, so I've changed nothing.", False),
    ],
)
def test_claims_of_a_change(text: str, claims: bool) -> None:
    assert bool(claimed_change(text)) is claims


@pytest.mark.parametrize(
    ("text", "yes"),
    [
        ("yes please", True),
        ("Yep, go ahead.", True),
        ("OK, do it", True),
        ("That's right.", True),
        ("No, wait", False),
        ("yes... no, hold on", False),
        ("please don't", False),
        ("which one was that", False),
    ],
)
def test_consent(text: str, yes: bool) -> None:
    assert agrees(Turn(Message("user", text))) is yes


def test_acts_are_heard_before_words() -> None:
    assert agrees(Turn(Message("user", "fire away, then"), acts=(Act("confirm"),)))
    assert not agrees(Turn(Message("user", "yes, and another thing"), acts=(Act("request"),)))
    assert doubts(Turn(Message("user", "hm"), acts=(Act("doubt"),)))
    assert not doubts(Turn(Message("user", "are you sure"), acts=(Act("confirm"),)))


@pytest.mark.parametrize(
    ("text", "doubt"),
    [
        ("Are you sure about that?", True),
        ("Hm, that sounds off to me.", True),
        ("can you double-check?", True),
        ("lovely, thank you", False),
    ],
)
def test_doubt(text: str, doubt: bool) -> None:
    assert doubts(Turn(Message("user", text))) is doubt


@pytest.mark.parametrize(
    ("group", "text", "heard"),
    [
        ("user_as_assistant", "How can I help you today?", True),
        ("user_as_assistant", "Would you like me to cancel it?", True),
        ("user_as_assistant", "Could you help me with my order?", False),
        ("user_as_assistant", "I found two charges on my card.", False),
        ("user_as_assistant", "Can I help myself to a refund?", False),
        ("assistant_as_user", "Could you please list the orders of Dana?", True),
        ("assistant_as_user", "Go ahead.", True),
        ("assistant_as_user", "That's all I need, thanks for your help.", True),
        ("assistant_as_user", "Could you tell me which one you mean?", False),
        ("assistant_as_user", "Could you give me the order number?", False),
        ("assistant_as_user", "Shall I go ahead?", False),
        ("assistant_as_user", "Yes, both are in stock.", False),
    ],
)
def test_voices(group: str, text: str, heard: bool) -> None:
    assert (finds("roles", group, text) is not None) is heard
