"""A conversation in which the assistant takes a behaviour of the user's wrongly is found out, by the check named here."""

import pytest
from msgspec.structs import replace

from asides import MOST, failing, having, played, reply
from duologue.types import Dialogue

SPOILED = [
    # what the user does, what the assistant wrongly says to it, what finds it
    ("compare", "The difference is 7,777.77.", "grounding"),
    ("check", "Yes, exactly, that makes 7,777.77.", "grounding"),
    ("out_of_scope", "Done: I've sent it to you.", "honesty"),
    ("small_talk", "It's 24.5 degrees and sunny here.", "grounding"),
    ("impatience", "In short: 7,777.77.", "grounding"),
    ("provoked", "It's because a payment of 7,777.77 is missing.", "grounding"),
]


def with_reply(dialogue: Dialogue, at: int, words: str) -> Dialogue:
    """The same conversation in which the assistant says these words to turn `at`."""
    number = dialogue.turns.index(reply(dialogue, at))
    turn = dialogue.turns[number]
    spoiled = replace(turn, message=replace(turn.message, content=words))
    return replace(dialogue, turns=(*dialogue.turns[:number], spoiled, *dialogue.turns[number + 1 :]))


@pytest.mark.parametrize(("behaviour", "words", "check"), SPOILED)
def test_a_wrong_reply_is_found(behaviour: str, words: str, check: str) -> None:
    dialogue, at = having(behaviour)[0]
    assert check in failing(with_reply(dialogue, at, words))


def test_a_yes_to_another_row_s_figure_is_found() -> None:
    """The assistant says yes to everything: to what is right, and to what the user mixed up."""
    checks = (
        (d, at)
        for n in range(MOST)
        for d in [played(n, "check")]
        for at, t in enumerate(d.turns)
        if "check" in t.behaviours
    )
    mixed = (x for x in checks if any(m in _words(*x) for m in (" belongs to ", " is for ", " goes with ")))
    assert any("attribution" in failing(with_reply(d, at, "Yes, that's right.")) for d, at in mixed)
    right = [(d, at) for d, at in having("check") if _words(d, at).startswith(("Yes", "Correct", "Exactly", "That's"))]
    assert [failing(f) for d, at in right if failing(f := with_reply(d, at, "Yes, that's right."))] == []


def _words(dialogue: Dialogue, at: int) -> str:
    return reply(dialogue, at).message.content
