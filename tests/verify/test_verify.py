"""A conversation is run again and must give the same; all verdicts come in order."""

from collections.abc import Callable

import pytest
from msgspec.structs import replace

import talk
from duologue.checks import combine
from duologue.errors import UserError
from duologue.types import Dialogue, Message
from duologue.verify import CHECKS, replay, verify_dialogue


def test_the_sound_conversation_replays_and_passes_everything() -> None:
    verdicts = verify_dialogue(talk.sound(), talk.environment(), talk.image())
    assert [v.check for v in verdicts] == [
        "replay", "protocol", "schema", "calls", "order", "state", "disclosure", "unread", "grounding", "attribution",
        "provenance", "policy", "honesty", "repetition", "user_gate",
    ]  # fmt: skip
    assert len(verdicts) == len(CHECKS) + 1
    assert combine(verdicts) == (True, ())


def digit(d: Dialogue) -> Dialogue:
    return talk.reworded(d, 7, d.turns[7].message.content.replace("112.35", "112.36"))


def spacing(d: Dialogue) -> Dialogue:
    return talk.reworded(d, 7, d.turns[7].message.content.replace(",", ", ", 1))


def no_changes(d: Dialogue) -> Dialogue:
    turns = list(d.turns)
    turns[13] = replace(turns[13], changes=())
    return talk.with_turns(d, turns)


def other_change(d: Dialogue) -> Dialogue:
    turns = list(d.turns)
    change = replace(turns[13].changes[0], key={"id": 1})
    turns[13] = replace(turns[13], changes=(change,))
    return talk.with_turns(d, turns)


def other_state(d: Dialogue) -> Dialogue:
    turns = list(d.turns)
    turns[7] = replace(turns[7], state="elsewhere")
    return talk.with_turns(d, turns)


def broken_rule(d: Dialogue) -> Dialogue:
    """A delivered order that could be cancelled all the same."""
    turns = list(d.turns)
    turns[19] = replace(turns[19], message=Message("tool", '{"ok":true}', tool_call_id=turns[19].message.tool_call_id))
    return talk.with_turns(d, turns)


def other_call(d: Dialogue) -> Dialogue:
    turns = list(d.turns)
    call = replace(turns[12].message.tool_calls[0], arguments={"order_id": 40990})
    turns[12] = replace(turns[12], message=replace(turns[12].message, tool_calls=(call,)))
    return talk.with_turns(d, turns)


def unknown_tool(d: Dialogue) -> Dialogue:
    turns = list(d.turns)
    call = replace(turns[6].message.tool_calls[0], name="drop_everything")
    turns[6] = replace(turns[6], message=replace(turns[6].message, tool_calls=(call,)))
    return talk.with_turns(d, turns)


@pytest.mark.parametrize(
    ("spoil", "turn", "why"),
    [
        (digit, 7, "112.36"),
        (spacing, 7, "at character"),
        (no_changes, 13, "0 row changes, running it again makes 1 row change (update of orders"),
        (other_change, 13, "orders"),
        (other_state, 7, "state"),
        (broken_rule, 19, "already_delivered"),
        (other_call, 13, "orders"),
        (unknown_tool, 7, "drop_everything"),
    ],
)
def test_a_tampered_record_is_found_at_its_turn(spoil: Callable[[Dialogue], Dialogue], turn: int, why: str) -> None:
    verdict = replay(spoil(talk.sound()), talk.environment(), talk.image())
    assert verdict.passed is False
    assert verdict.evidence[0].turn == turn
    assert any(why in f.what for f in verdict.evidence), verdict.evidence


def test_another_database_is_the_persons_mistake() -> None:
    other = replace(talk.environment(), image="0" * 16, id="other")
    with pytest.raises(UserError):
        replay(talk.sound(), other, talk.image())


def test_checks_can_be_chosen() -> None:
    verdicts = verify_dialogue(talk.sound(), talk.environment(), talk.image(), talk.catalog(), CHECKS[:1])
    assert [v.check for v in verdicts] == ["replay", "protocol"]
