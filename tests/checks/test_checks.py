"""Every check passes the sound conversation and objects to the spoiled ones for the right reason."""

from collections.abc import Callable

import pytest
from msgspec.structs import replace

import talk
from duologue.checks import CHECKS, case_of, combine
from duologue.types import Act, Dialogue, Disclosure, Message, Origin, PlanStep, ToolCall, Turn, Verdict


def judge(dialogue: Dialogue) -> dict[str, Verdict]:
    case = case_of(dialogue, talk.environment(), talk.catalog())
    return {v.check: v for v in (check(case) for check in CHECKS)}


def failing(dialogue: Dialogue) -> dict[str, tuple[int, str]]:
    found = {}
    for name, verdict in judge(dialogue).items():
        if verdict.passed is not True:
            found[name] = (verdict.evidence[0].turn, verdict.evidence[0].what)
    return found


# ── Sound ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def annotated() -> Dialogue:
    return talk.sound()


def plain() -> Dialogue:
    return talk.sound(annotated=False)


def spelled_out_default() -> Dialogue:
    dialogue = talk.sound()
    turn = dialogue.turns[2]
    call = replace(turn.message.tool_calls[0], arguments={"name": "dana whitfield", "limit": 10})
    turns = list(dialogue.turns)
    turns[2] = replace(turn, message=replace(turn.message, tool_calls=(call,)))
    return talk.with_turns(dialogue, turns)


def doubted() -> Dialogue:
    """The user doubts, the assistant looks again, and says the same."""
    base = talk.Talk()
    base.user("Which orders has Dana Whitfield in Leeds? Dates, totals, states please.", "request")
    base.calls(("find_customers", {"name": "Dana Whitfield"}, {"name": Origin("user", 1)}))
    base.calls(("list_orders", {"customer_id": 118}, {"customer_id": Origin("result", 3, "rows[0].customer_id")}))
    base.says("Two: 3 May 2024 for 54.90 (delivered) and 9 June for 112.35 (processing).", "report many")
    base.user("112.35? that sounds off. are you sure", "doubt")
    base.calls(("list_orders", {"customer_id": 118}, {"customer_id": Origin("result", 3, "rows[0].customer_id")}))
    base.says("I checked again: 112.35 is what the records hold.", "report many")
    base.user("fine, thanks. that's it", "done", done=True)
    return base.dialogue(replace(talk.SCENARIO, tasks=talk.TASKS[:1]))


def several_items() -> Dialogue:
    return talk.reworded(
        talk.sound(),
        8,
        "Here is what I found:\n1. Order 40211, placed on May 3rd, 2024: €54.90, **delivered**\n"
        "2. Order 40874, placed on 2024-06-09: €112.35, **processing**\nThe second came 37 days after the first.",
    )


SOUND = [annotated, plain, spelled_out_default, doubted, several_items]


@pytest.mark.parametrize("make", SOUND, ids=lambda f: f.__name__)
def test_a_sound_conversation_is_never_flagged(make: Callable[[], Dialogue]) -> None:
    dialogue = make()
    assert failing(dialogue) == {}
    assert combine(judge(dialogue).values()).accepted


# ── Spoiled ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def turn_like(dialogue: Dialogue, at: int, text: str) -> Turn:
    role = dialogue.turns[at].message.role
    return replace(dialogue.turns[at], message=Message(role, text))


def put(dialogue: Dialogue, at: int, *turns: Turn) -> Dialogue:
    return talk.with_turns(dialogue, (*dialogue.turns[:at], *turns, *dialogue.turns[at:]))


def called(dialogue: Dialogue, at: int, **arguments: int | str) -> Dialogue:
    """Other arguments in the call of a turn."""
    turn = dialogue.turns[at]
    call = turn.message.tool_calls[0]
    turns = list(dialogue.turns)
    turns[at] = replace(turn, message=replace(turn.message, tool_calls=(replace(call, arguments=arguments),)))
    return talk.with_turns(dialogue, turns)


def no_yes(d: Dialogue) -> Dialogue:
    turns = list(d.turns)
    turns[11] = replace(turns[11], message=Message("user", "hm, which one is that"), acts=(Act("doubt"),))
    return talk.with_turns(d, turns)


def swapped(d: Dialogue) -> Dialogue:
    """The orders are listed before the customer is looked up."""
    t = d.turns
    return talk.with_turns(d, (*t[:2], t[6], t[7], t[4], t[5], t[2], t[3], *t[8:]))


def repeated(d: Dialogue) -> Dialogue:
    call = d.turns[6].message.tool_calls[0]
    again = replace(d.turns[6], message=Message("assistant", tool_calls=(replace(call, id="again"),)))
    again = replace(again, origins={"again": d.turns[6].origins.get(call.id, {})})
    result = replace(d.turns[7], message=replace(d.turns[7].message, tool_call_id="again"))
    return put(d, 8, again, result)


def extra_write(d: Dialogue) -> Dialogue:
    call = ToolCall("extra", "cancel_order", {"order_id": 41002})
    change = replace(talk.TASKS[1].target[0], key={"id": 41002})
    made = replace(d.turns[12], message=Message("assistant", tool_calls=(call,)), origins={})
    result = replace(d.turns[13], message=Message("tool", '{"ok":true}', tool_call_id="extra"), changes=(change,))
    return put(d, 14, made, result)


def neighbours_row(d: Dialogue) -> Dialogue:
    change = replace(talk.TASKS[1].target[0], key={"id": 40990})
    spoiled = called(d, 12, order_id=40990)
    turns = list(spoiled.turns)
    turns[13] = replace(turns[13], changes=(change,))
    return talk.with_turns(spoiled, turns)


def broken_result(d: Dialogue) -> Dialogue:
    return talk.reworded(d, 7, '{"rows":[{"order_id":"40211"}]}')


def done_early(d: Dialogue) -> Dialogue:
    turns = [*d.turns[:9], replace(d.turns[23], task=0), replace(d.turns[24], task=0)]
    return talk.with_turns(d, turns)


def done_in_the_middle(d: Dialogue) -> Dialogue:
    turns = list(d.turns)
    turns[15] = replace(turns[15], done=True)
    return talk.with_turns(d, turns)


def requests(d: Dialogue) -> Dialogue:
    turns = list(d.turns)
    turns[1] = replace(turns[1], acts=(Act("request"), Act("request"), Act("request")))
    return talk.with_turns(d, turns)


def origin(d: Dialogue, at: int, **origins: Origin) -> Dialogue:
    turns = list(d.turns)
    call = turns[at].message.tool_calls[0]
    turns[at] = replace(turns[at], origins={call.id: origins})
    return talk.with_turns(d, turns)


def untold(d: Dialogue) -> Dialogue:
    return talk.reworded(talk.reworded(d, 8, "Right, got them. What would you like to do?"), 22, "Let me see.")


def never_read(d: Dialogue) -> Dialogue:
    turns = [*d.turns[:8], turn_like(d, 8, "Right, got them. Anything else?"), *d.turns[23:]]
    return talk.with_turns(d, turns)


REWORDED = [
    # turn, new text, check that must object, part of its reason
    (8, "Dana has two orders, for 54.90 (3 May 2024, delivered) and 113.35, processing.", "disclosure", "112.35"),
    (8, "Dana has two orders, for 54.90 (3 May 2024, delivered) and 113.35, processing.", "grounding", "113.35"),
    (8, "Two: 3 May 2024, 54.90 and 112.35, processing. That makes 168.25.", "grounding", "168.25"),
    (8, "Two: 3 May 2024, 54.90 and 112.35, processing since 10 June.", "grounding", "10 June"),
    (8, "Two: 3 May 2024, 54.90 and 112.35, processing, see ORD-77812.", "grounding", "ORD-77812"),
    (8, "Two: 3 May 2024, 54.90 and 112.35, processing. Mail dana@example.com.", "grounding", "dana@example.com"),
    (8, "Two: 3 May 2024, 54.90 and 112.35, processing, bought at “Kettle World”.", "grounding", "Kettle World"),
    (8, "Three orders: 3 May 2024, 54.90 and 112.35, processing. That's three.", "grounding", "hree"),
    (8, "Two: 3 May 2024 at 17:45, 54.90 and 112.35, processing.", "grounding", "17:45"),
    (8, "Two: 3 May 2024, 54.90 and 112.35, processing. The first is 45% of the second.", "grounding", "45%"),
    (8, "", "protocol", "empty"),
    (10, "Could you please cancel my order 40874 for me?", "protocol", "speaks as the user"),
    (14, "I couldn't cancel it, sorry.", "honesty", "the change was made"),
    (20, "Done: order 40211 has been cancelled.", "honesty", "failed"),
    (20, "Great, order 40211 it is. What next?", "honesty", "nothing of it is said"),
    (4, "Done, I've cancelled it. Leeds or Austin?", "honesty", "no call changed"),
    (5, "How can I help you with Leeds?", "user_gate", "speaks as the assistant"),
    (5, "Leeds, I found it: I've updated the record.", "user_gate", "speaks as the assistant"),
    (5, "Leeds, use list_orders", "user_gate", "list_orders"),
    (5, "Leeds, that's customer 118", "user_gate", "gives away customer id"),
    (5, "Leeds, the one that spent 999.99", "user_gate", "invents"),
    (5, "Leeds, since 4 April 2020", "user_gate", "invents"),
    (5, "Leeds, card X9-22", "user_gate", "invents"),
    (5, "  ", "user_gate", "says nothing"),
]


@pytest.mark.parametrize(("at", "text", "check", "why"), REWORDED)
@pytest.mark.parametrize("with_acts", [True, False])
def test_a_spoiled_text_is_objected_to(at: int, text: str, check: str, why: str, with_acts: bool) -> None:
    found = failing(talk.reworded(talk.sound(annotated=with_acts), at, text))
    assert check in found
    verdict = judge(talk.reworded(talk.sound(annotated=with_acts), at, text))[check]
    assert any(why in f.what for f in verdict.evidence), verdict.evidence


SPOILED = [
    # how, check, turn of its first finding, part of the reason
    (lambda d: talk.without(d, 12, 13), "calls", 17, "cancel_order was called with order_id=40211 instead of 40874"),
    (lambda d: talk.without(d, 12, 13), "state", 22, "never changed"),
    (lambda d: talk.without(d, 12, 13), "honesty", 12, "no call changed anything"),
    (lambda d: talk.without(d, 6, 7), "calls", 3, "list_orders was never called"),
    (extra_write, "state", 15, "nothing asked for"),
    (extra_write, "provenance", 14, "41002"),
    (neighbours_row, "calls", 13, "order_id=40990 instead of 40874"),
    (neighbours_row, "state", 24, "never changed as wanted"),
    (lambda d: called(d, 6, customer_id=119), "provenance", 6, "119"),
    (lambda d: called(d, 6, customer_id=131), "calls", 7, "customer_id=131 instead of 118"),
    (lambda d: called(d, 6, customer_id="118"), "schema", 6, "customer_id"),
    (lambda d: called(d, 6, customer_id=118, colour="red"), "schema", 6, "colour"),
    (broken_result, "schema", 7, "list_orders"),
    (swapped, "order", 2, "uses what only turn"),
    (swapped, "provenance", 2, "118"),
    (repeated, "repetition", 8, "just so in turn 6"),
    (no_yes, "policy", 12, "without the user's yes"),
    (lambda d: talk.without(d, 10, 11), "policy", 10, "changed without"),
    (untold, "disclosure", 8, "never told"),
    (never_read, "unread", 7, "nothing of what list_orders returned"),
    (done_early, "user_gate", 9, "ends while something is open"),
    (done_in_the_middle, "protocol", 15, "goes on"),
    (lambda d: talk.without(d, 23, 24), "protocol", 22, "before the user says"),
    (lambda d: talk.without(d, 24, 23, 22), "protocol", 21, "waiting for an answer"),
    (lambda d: talk.without(d, 7), "protocol", 7, "should"),
    (lambda d: talk.without(d, 0), "protocol", 0, "should"),
    (lambda d: put(d, 9, turn_like(d, 8, "And 54.90.")), "protocol", 9, "assistant speaks where user should"),
]


@pytest.mark.parametrize(("how", "check", "at", "why"), SPOILED)
@pytest.mark.parametrize("with_acts", [True, False])
def test_a_spoiled_conversation_is_objected_to(
    how: Callable[[Dialogue], Dialogue], check: str, at: int, why: str, with_acts: bool
) -> None:
    verdict = judge(how(talk.sound(annotated=with_acts)))[check]
    assert verdict.passed is False
    first = verdict.evidence[0]
    assert (first.turn, why in first.what) == (at, True), verdict.evidence


ANNOTATED = [
    (lambda d: origin(d, 6), "no record"),
    (lambda d: origin(d, 6, customer_id=Origin("user", 5)), "the user does not say it"),
    (lambda d: origin(d, 6, customer_id=Origin("user", 4)), "not the user's"),
    (lambda d: origin(d, 6, customer_id=Origin("result", 3, "rows[1].customer_id")), "holds 131"),
    (lambda d: origin(d, 6, customer_id=Origin("result", 3, "rows[7].customer_id")), "holds nothing"),
    (lambda d: origin(d, 6, customer_id=Origin("result", 7, "rows[0].order_id")), "does not come before"),
    (lambda d: origin(d, 6, customer_id=Origin("result", 5, "x")), "is no result"),
    (lambda d: origin(d, 6, customer_id=Origin("policy", 0)), "no policy says it"),
    (lambda d: origin(d, 6, customer_id=Origin("default")), "not the default"),
    (lambda d: origin(d, 6, customer_id=Origin("inference")), "invention"),
    (lambda d: origin(d, 6, customer_id=Origin("dream", 1)), "unknown kind"),
]


@pytest.mark.parametrize(("how", "why"), ANNOTATED)
def test_a_false_origin_is_objected_to(how: Callable[[Dialogue], Dialogue], why: str) -> None:
    verdict = judge(how(talk.sound()))["provenance"]
    assert verdict.passed is False
    assert why in verdict.evidence[0].what


def test_three_requests_at_once_are_too_many_for_a_user() -> None:
    assert "3 requests" in failing(requests(talk.sound()))["user_gate"][1]


def test_a_structural_step_that_is_missing_is_noted_and_passes() -> None:
    step = PlanStep("find_customers", {"name": "Rita"}, weight="structural")
    task = replace(talk.TASKS[1], plan=(*talk.TASKS[1].plan, step))
    dialogue = replace(talk.sound(), scenario=replace(talk.SCENARIO, tasks=(talk.TASKS[0], task)))
    verdict = judge(dialogue)["calls"]
    assert verdict.passed is True
    assert verdict.evidence[0].what.startswith("noted: task 2, step 2: find_customers")


def test_a_flag_nobody_spoke_of_is_untold() -> None:
    tell = (Disclosure(1, "orders.gift", 2), Disclosure(0, "orders.gift", 2))
    task = replace(talk.TASKS[0], subtasks=(replace(talk.TASKS[0].subtasks[0], tell=tell),))
    dialogue = replace(talk.sound(), scenario=replace(talk.SCENARIO, tasks=(task, talk.TASKS[1])))
    assert "disclosure" in failing(dialogue)


def test_without_a_verdict_nothing_is_accepted() -> None:
    assert combine([]).accepted is False


def test_could_not_tell_is_no_pass_unless_only_advisory() -> None:
    verdicts = (Verdict("a", True), Verdict("b", None))
    assert combine(verdicts) == (False, ("b: could not tell",))
    assert combine(verdicts, advisory={"b"}) == (True, ())
