"""A simulated world holds together, or the check says where it does not; a whole conversation over it is verified."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from duologue.checks import CHECKS, combine
from duologue.checks.case import Case
from duologue.checks.consistency import consistency, nothing_to_compare
from duologue.ids import canonical
from duologue.plans.trace import trace
from duologue.simulate.simulator import SimulatedSession
from duologue.types import Dialogue, Json, Message, PlanStep, RowChange, Scenario, Task, ToolCall, Turn
from duologue.verify import verify_dialogue
from simulate import ferry
from simulate.ferry import booking, playing, sailing

Call = tuple[str, dict[str, Json], Json]


def get(result: Json, id: str = "B-17") -> Call:
    return ("get_booking", {"booking_id": id}, result)


def move(result: Json, id: str = "B-17") -> Call:
    return ("move_booking", {"booking_id": id, "sailing_id": "S-9"}, result)


def listed(*bookings: Json, name: str = "Ove Lind") -> Call:
    return ("list_bookings", {"passenger_name": name}, {"bookings": list(bookings)})


def search(*sailings: Json, day: str = "2025-06-04") -> Call:
    return ("search_sailings", {"day": day}, {"sailings": list(sailings)})


def error(type: str) -> Json:
    return {"error": {"type": type, "message": "It can't be done."}}


def case(*calls: Call) -> Case:
    turns = [Turn(Message("system", "You help.")), Turn(Message("user", "Please."))]
    for number, (name, arguments, result) in enumerate(calls):
        turns.append(Turn(Message("assistant", tool_calls=(ToolCall(f"c{number}", name, arguments),))))
        turns.append(Turn(Message("tool", canonical(result).decode(), tool_call_id=f"c{number}")))
    return Case(trace(turns, ferry.environment().toolset), ())


@pytest.mark.parametrize(
    "calls",
    [
        [get(booking()), get(booking()), listed(booking(), booking("B-18", status="paid"))],
        [get(booking()), move(booking(sailing="S-9")), get(booking(sailing="S-9"))],
        [search(sailing()), get(booking()), move(booking(sailing="S-9")), search(sailing(free=13))],
        [search(sailing()), move(booking(sailing="S-9")), search(sailing("S-9"), day="2025-06-05")],
        [move(error("conflict")), move(error("conflict"))],
        [get(booking()), move(error("conflict")), get(booking())],
        [get(error("not_found"), "B-99"), listed(booking())],
        [get(booking()), move(booking(sailing="S-9")), get(error("not_found"))],
        [search({**sailing(), "rank": 1}), search({**sailing(), "rank": 2}, day="2025-06-05")],
    ],
)
def test_one_world(calls: list[Call]) -> None:
    verdict = consistency(case(*calls))
    assert verdict.passed, verdict.evidence


@pytest.mark.parametrize(
    ("calls", "turn", "said"),
    [
        ([get(booking()), listed(booking(status="paid"))], 5, "status was 'open', now it is 'paid'"),
        ([get(booking()), get(booking(status="paid"))], 5, "answered otherwise at turn 3"),
        ([listed(booking(), booking(name="Eva"))], 3, "passenger_name was 'Ove Lind'"),
        ([get(booking("B-18"))], 3, "asked for booking B-17, and tells of booking B-18"),
        ([get(booking()), get(booking("B-18"), "B-18"), move(booking(sailing="S-9")), get(booking("B-18", status="paid"), "B-18")], 9, "'paid'"),
        ([get(booking()), move(error("conflict")), listed(booking(sailing="S-9"))], 7, "sailing_id was 'S-4'"),
        ([get(booking()), move(booking(sailing="S-9")), get(booking(sailing="S-9")), listed(booking())], 9, "sailing_id was 'S-9'"),
        ([listed(booking()), get(error("not_found"))], 5, "seen before and nothing removed it"),
        ([get(error("not_found")), get(booking())], 5, "answered otherwise at turn 3"),
        ([search(sailing()), search(sailing(free=3), day="2025-06-05")], 5, "seats_free was 12, now it is 3"),
    ],
)  # fmt: skip
def test_two_worlds(calls: list[Call], turn: int, said: str) -> None:
    verdict = consistency(case(*calls))
    assert verdict.passed is False
    first = verdict.evidence[0]
    assert (first.turn, said in first.what) == (turn, True), verdict.evidence


def test_the_state_has_nothing_to_compare() -> None:
    verdict = nothing_to_compare(case(get(booking())))
    assert (verdict.check, verdict.passed) == ("state", True)
    assert "nothing to compare" in verdict.evidence[0].what


def test_a_target_cannot_be_told() -> None:
    found = case(get(booking()))
    found.tasks = (Task("t", "g", target=(RowChange("booking", "delete", {"booking_id": "B-17"}, {}, None),)),)
    assert nothing_to_compare(found).passed is None


def test_a_read_that_changes_something() -> None:
    found = case(get(booking()))
    spoilt = replace(found.trace.calls[0], changes=(RowChange("booking", "delete", {"booking_id": "B-17"}, {}, None),))
    verdict = nothing_to_compare(Case(replace(found.trace, calls=(spoilt,)), ()))
    assert verdict.passed is False


# ── a whole conversation ─────────────────────────────────────────────────────────────────────────────────────────────────

TASK = Task(
    "t1",
    "Ove Lind's booking is moved to the sailing of 17:00 on 4 June 2025.",
    plan=(
        PlanStep("list_bookings", {"passenger_name": "Ove Lind"}, weight="structural"),
        PlanStep("search_sailings", {"day": "2025-06-04"}),
        PlanStep("move_booking", {"booking_id": "$1.bookings[0].booking_id", "sailing_id": "$2.sailings[0].sailing_id"}, after=(1, 2)),
    ),
)  # fmt: skip

SCRIPT: list[tuple[Any, Any]] = [
    ("user", "Hello, I'm Ove Lind. Could my ferry booking go to the 17:00 sailing on 4 June 2025 instead?"),
    ("call", ("list_bookings", {"passenger_name": "Ove Lind"})),
    ("call", ("search_sailings", {"day": "2025-06-04"})),
    ("assistant", "Your booking B-17 is on sailing S-4. Shall I move it to sailing S-9, which leaves at 17:00 on 4 June 2025?"),
    ("user", "Yes, please."),
    ("call", ("move_booking", {"booking_id": "B-17", "sailing_id": "S-9"})),
    ("assistant", "Done: your booking B-17 is now on sailing S-9."),
    ("user", "That was all, thank you."),
]  # fmt: skip
ANSWERS = (
    {"bookings": [booking()]},
    {"sailings": [sailing(), sailing("S-9", "2025-06-04T17:00", 3)]},
    booking(sailing="S-9"),
)


def dialogue() -> Dialogue:
    environment = ferry.environment()
    session = SimulatedSession(environment, ferry.CLOCK, ferry.voice(playing(*ANSWERS), "simulator")[0], "0.0")
    turns = [Turn(Message("system", environment.policy.preamble), state=session.state)]

    def add(message: Message, **more: Any) -> None:
        turns.append(Turn(message, parent=len(turns) - 1, **{"state": turns[-1].state, **more}))

    for number, (kind, what) in enumerate(SCRIPT):
        if kind != "call":
            add(Message(kind, what), done=number == len(SCRIPT) - 1)
            continue
        session.hear(turns)
        call = ToolCall(f"c{number}", *what)
        add(Message("assistant", tool_calls=(call,)))
        outcome = asyncio.run(session.call(call.name, call.arguments))
        add(Message("tool", outcome.text, tool_call_id=call.id), state=outcome.state, changes=outcome.changes)
    add(Message("assistant", "You're welcome."))
    return Dialogue("d", environment.id, Scenario("s", (TASK,), ferry.CLOCK, 1), tuple(turns))


def failing(spoiled: Dialogue) -> dict[str, str]:
    verdicts = verify_dialogue(spoiled, ferry.environment(), None)
    return {v.check: v.evidence[0].what for v in verdicts if not v.passed}


def test_a_conversation_is_verified_without_an_image() -> None:
    verdicts = verify_dialogue(dialogue(), ferry.environment(), None)
    assert [v.check for v in verdicts][:3] == ["consistency", "protocol", "schema"]
    assert len(verdicts) == len(CHECKS) + 1
    assert combine(verdicts) == (True, ()), [v for v in verdicts if not v.passed]


def retold(d: Dialogue, turn: int, change: Callable[[str], str]) -> Dialogue:
    turns = list(d.turns)
    turns[turn] = replace(
        turns[turn], message=replace(turns[turn].message, content=change(turns[turn].message.content))
    )
    return replace(d, turns=tuple(turns))


def called(d: Dialogue, turn: int, **arguments: Json) -> Dialogue:
    turns = list(d.turns)
    call = turns[turn].message.tool_calls[0]
    message = replace(turns[turn].message, tool_calls=(replace(call, arguments=call.arguments | arguments),))
    turns[turn] = replace(turns[turn], message=message)
    return replace(d, turns=tuple(turns))


@pytest.mark.parametrize(
    ("spoil", "check"),
    [
        (lambda d: retold(d, 9, lambda t: t.replace("open", "paid")), ""),  # a write may change what it likes
        (lambda d: retold(d, 5, lambda t: t.replace('"seats_free":12', '"seats_free":"many"')), "schema"),
        (lambda d: retold(d, 3, lambda t: t.replace('{"bookings":[', '{"bookings":[{"booking_id":"B-17","passenger_name":"Ove Lind","sailing_id":"S-1","status":"open"},')), "consistency"),
        (lambda d: called(d, 4, day="2025-06-05"), "calls"),
        (lambda d: called(d, 8, sailing_id="S-77"), "calls"),
        (lambda d: retold(d, 10, lambda t: t.replace("S-9", "S-12")), "grounding"),
        (lambda d: retold(d, 7, lambda t: "Yes but wait, no."), "policy"),
    ],
)  # fmt: skip
def test_a_spoiled_conversation_is_found(spoil: Callable[[Dialogue], Dialogue], check: str) -> None:
    found = failing(spoil(dialogue()))
    assert check in found if check else not found, found
