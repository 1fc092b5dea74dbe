"""What a user may say: what they know and what they were told, in a user's voice, and the end only at the end."""

import pytest
from msgspec.structs import replace

import talk
from duologue.checks import case_of, columns_of, user_gate
from duologue.checks.gate import UserGate, gate
from duologue.types import Act, Dialogue, Fact, Meaning, Mention, Need, Scenario, Verdict


def at(turn: int, text: str = "", dialogue: Dialogue | None = None, scenario: Scenario = talk.SCENARIO) -> Verdict:
    dialogue = dialogue or talk.sound()
    if text:
        dialogue = talk.reworded(dialogue, turn, text)
    return user_gate(dialogue.turns, turn, scenario, talk.TOOLSET, columns_of(talk.catalog()))


@pytest.mark.parametrize("turn", [1, 5, 9, 11, 15, 17, 21, 23])
@pytest.mark.parametrize("annotated", [True, False])
def test_the_sound_user_passes(turn: int, annotated: bool) -> None:
    assert at(turn, dialogue=talk.sound(annotated)) == Verdict("user_gate", True)


FINE = [
    (5, "the Leeds one"),
    (9, "cancel 40874, the one for 112.35"),
    (9, "cancel the one of 9 June"),
    (9, "cancel the 2nd, two is enough"),
    (15, "is there an API for that?"),
    (15, "the limit is mine to set"),
]
BAD = [
    (5, "How may I assist you?", "speaks as the assistant"),
    (5, "I've cancelled it for you, shall I go ahead with the next?", "speaks as the assistant"),
    (5, "call find_customers again", "find_customers"),
    (5, "put it in customer_id", "customer_id"),
    (5, "that is number 118", "gives away customer id"),
    (1, "cancel order 40874 of Dana Whitfield", "gives away order id"),
    (9, "the one for 999.50", "invents '999.50'"),
    (9, "the one of 1 January 2024", "invents '1 January 2024'"),
    (9, "the one with code ZX-81", "invents 'ZX-81'"),
]


@pytest.mark.parametrize(("turn", "text"), FINE)
def test_what_a_user_may_say(turn: int, text: str) -> None:
    assert at(turn, text).passed is True, at(turn, text).evidence


@pytest.mark.parametrize(("turn", "text", "why"), BAD)
def test_what_a_user_may_not_say(turn: int, text: str, why: str) -> None:
    verdict = at(turn, text)
    assert verdict.passed is False
    assert any(why in f.what and f.turn == turn for f in verdict.evidence), verdict.evidence


def test_a_value_of_the_users_own_need_is_theirs_to_say() -> None:
    need = Need(
        Meaning("act", "orders", verb="cancel"), (Mention("orders", {"id": 40874}),), {"orders.total:equals": 112.35}
    )
    task = replace(talk.TASKS[1], subtasks=(replace(talk.TASKS[1].subtasks[0], need=need),))
    scenario = replace(talk.SCENARIO, tasks=(talk.TASKS[0], task))
    assert at(1, "cancel order 40874 of Dana Whitfield, the one for 112.35", scenario=scenario).passed is True


def test_everyday_words_give_nothing_away() -> None:
    task = replace(
        talk.TASKS[0], hidden=(Fact("orders.status", "processing"), Fact("x", "?"), Fact("x", True), Fact("x", 3))
    )
    scenario = replace(talk.SCENARIO, tasks=(task, talk.TASKS[1]))
    assert at(5, "Leeds. is it processing?", scenario=scenario).passed is True


def test_the_end_may_not_come_before_everything_is_done() -> None:
    turns = list(talk.sound().turns)
    turns[9] = replace(turns[9], done=True, task=1)
    early = talk.with_turns(talk.sound(), turns)
    assert "ends while something is open" in at(9, dialogue=early).evidence[0].what


def test_a_task_may_be_called_done_before_the_next_but_not_as_the_last_word() -> None:
    turns = list(talk.sound().turns)
    turns[9] = replace(turns[9], done=True, task=0)
    dialogue = talk.with_turns(talk.sound(), turns)
    assert gate(case_of(dialogue, talk.environment(), talk.catalog())).passed is True
    assert at(9, dialogue=dialogue).passed is False


def test_a_user_who_goes_on_and_on_is_stopped() -> None:
    turns = list(talk.sound().turns[:23])
    for n in range(8):
        turns += [replace(turns[21], acts=(Act("thanks"),)), replace(turns[22])]
        assert n or len(turns) == 25
    long = talk.with_turns(talk.sound(), turns)
    assert at(21, dialogue=long).passed is True
    assert "goes on long after" in at(len(turns) - 2, dialogue=long).evidence[0].what


@pytest.mark.parametrize("annotated", [True, False])
def test_a_gate_that_is_kept_judges_as_one_that_hears_all_anew(annotated: bool) -> None:
    sound = talk.sound(annotated)
    kept = UserGate(talk.TOOLSET, columns_of(talk.catalog()))
    texts = ["", *(text for _, text in FINE), *(text for _, text, _ in BAD)]
    users = [n for n, t in enumerate(sound.turns) if t.message.role == "user"]
    for turn in [*users, *reversed(users)]:  # backwards: each time another branch
        for text in texts:
            dialogue = talk.reworded(sound, turn, text) if text else sound
            for scenario in (talk.SCENARIO, replace(talk.SCENARIO, mode="task")):
                assert kept.judge(dialogue.turns, turn, scenario) == at(turn, text, sound, scenario)
            after = next((n for n in users if n > turn), turn)
            assert kept.judge(dialogue.turns, after, talk.SCENARIO) == at(after, "", dialogue)
