"""Tools without implementation: a model answers, and code holds it to what it has answered."""

import asyncio
from typing import Any

import pytest

from duologue.errors import StageError
from duologue.protocols import Outcome, Utterance, View
from duologue.simulate.simulator import Overheard, SimulatedSession
from duologue.testing import ScriptedModel
from duologue.types import ClockSpec, Json, Message, ToolCall, Turn
from simulate import ferry
from simulate.ferry import booking, playing, sailing

Calls = list[tuple[str, dict[str, Json]]]
GET: tuple[str, dict[str, Json]] = ("get_booking", {"booking_id": "B-17"})
MOVE: tuple[str, dict[str, Json]] = ("move_booking", {"booking_id": "B-17", "sailing_id": "S-9"})
LIST: tuple[str, dict[str, Json]] = ("list_bookings", {"passenger_name": "Ove Lind"})
SEARCH: tuple[str, dict[str, Json]] = ("search_sailings", {"day": "2025-06-04"})


def session(*answers: Any, turns: tuple[Turn, ...] = ()) -> tuple[SimulatedSession, ScriptedModel]:
    voice, model = ferry.voice(playing(*answers), "simulator")
    return SimulatedSession(ferry.environment(), ferry.CLOCK, voice, "0.0", turns), model


def made(calls: Calls, *answers: Any) -> tuple[list[Outcome], ScriptedModel]:
    live, model = session(*answers)

    async def run() -> list[Outcome]:
        return [await live.call(name, arguments) for name, arguments in calls]

    return asyncio.run(run()), model


def test_a_call_is_answered() -> None:
    (outcome,), model = made([GET], booking())
    assert outcome.text == '{"booking_id":"B-17","passenger_name":"Ove Lind","sailing_id":"S-4","status":"open"}'
    assert (outcome.result, outcome.failed, outcome.changes) == (booking(), False, ())
    request = model.requests[0]
    assert (request.role, request.scope, len(request.messages)) == ("simulator", "0.0", 2)
    assert request.messages[1].content.startswith("Call at 2025-06-03T09:0")
    assert request.messages[1].content.endswith('get_booking({"booking_id":"B-17"})')


@pytest.mark.parametrize(
    ("name", "arguments", "type"),
    [
        ("get_booking", {}, "invalid_arguments"),
        ("get_booking", {"booking_id": 17}, "invalid_arguments"),
        ("get_booking", {"booking_id": "B-17", "fast": True}, "invalid_arguments"),
        ("sink_ferry", {}, "unknown_tool"),
        ("sink_ferry", {"speed": 2**70}, "unknown_tool"),
        ("get_booking", {"booking_id": 2**70}, "invalid_arguments"),
    ],
)
def test_code_judges_the_arguments(name: str, arguments: dict[str, Json], type: str) -> None:
    (outcome,), model = made([(name, arguments)])
    assert outcome.failed
    assert outcome.result["error"]["type"] == type
    assert model.requests == []


@pytest.mark.parametrize(
    ("calls", "answers", "said"),
    [
        ([GET], [{**booking(), "deck": 2}, booking()], "deck"),
        ([GET], [{"booking_id": "B-17"}, booking()], "required"),
        ([GET], [booking(status="sunk"), booking()], "`status`"),
        ([GET], [booking("B-18"), booking()], "asked for booking B-17, and tells of booking B-18"),
        ([GET], ['{"result": {}, "error": {"type": "not_found", "message": "There is none."}}', booking()], "either"),
        ([GET], ["{}", booking()], "either"),
        ([GET], ["certainly!", booking()], "no JSON object"),
        ([GET, LIST], [booking(), {"bookings": [booking(status="paid")]}, {"bookings": [booking()]}], "status was 'open', now it is 'paid'"),
        ([LIST, GET], [{"bookings": [booking()]}, booking(name="Ove Linde"), booking()], "'Ove Linde'; nothing changed it"),
        ([LIST], [{"bookings": [booking(), booking(status="paid")]}, {"bookings": [booking()]}], "now it is 'paid'"),
        ([LIST, GET], [{"bookings": [booking()]}, ("not_found", "There is none."), booking()], "seen before"),
        ([SEARCH], ['{"result": {"sailings": ' + "[" * 20_000, {"sailings": []}], "not valid JSON"),
        ([SEARCH], ['{"result": {"sailings": ' + "[" * 400 + "]" * 400 + "}}", {"sailings": []}], "nested more than 64 deep"),
        ([SEARCH], [{"sailings": [{**sailing(), "leaves_at": "x" * 13_000}]}, {"sailings": []}], "longer than"),
    ],
)  # fmt: skip
def test_an_answer_that_cannot_be_is_shown_back(calls: Calls, answers: list[Any], said: str) -> None:
    outcomes, model = made(calls, *answers)
    assert said in model.requests[-1].messages[-1].content
    assert not outcomes[-1].failed
    assert len(model.requests) == len(calls) + 1


def test_it_is_given_up_after_the_repairs() -> None:
    with pytest.raises(StageError) as caught:
        made([GET], "no", "no", "no")
    assert (caught.value.stage, caught.value.reason) == ("simulator", "invalid answer")


def test_the_same_call_is_answered_once_until_something_is_written() -> None:
    moved = booking(sailing="S-9")
    outcomes, model = made([GET, GET, MOVE, GET, GET], booking(), moved, moved)
    assert [o.result for o in outcomes] == [booking(), booking(), moved, moved, moved]
    assert len(model.requests) == 3
    assert outcomes[2].changes[0].before == {"sailing_id": "S-4"}
    assert outcomes[2].changes[0].after == {"sailing_id": "S-9"}
    assert len({o.state for o in outcomes}) == 5


def test_a_refused_write_changes_nothing() -> None:
    outcomes, model = made([GET, MOVE, MOVE, GET], booking(), ("conflict", "The sailing S-9 is full."))
    assert [o.failed for o in outcomes] == [False, True, True, False]
    assert len(model.requests) == 2
    assert all(o.changes == () for o in outcomes)


def test_what_depends_on_the_question_is_no_fact() -> None:
    other: tuple[str, dict[str, Json]] = ("search_sailings", {"day": "2025-06-04", "harbour": "Rønne"})
    _, model = made([SEARCH, other], {"sailings": [{**sailing(), "rank": 1}]}, {"sailings": [{**sailing(), "rank": 2}]})
    assert len(model.requests) == 2


def test_a_write_opens_what_it_refers_to() -> None:
    """Moving a booking frees a seat on the sailing it had, which the booking's facts name."""
    before, after = {"sailings": [sailing()]}, {"sailings": [sailing(free=13)]}
    outcomes, model = made([SEARCH, GET, MOVE, SEARCH, GET], before, booking(), booking(sailing="S-9"), after, booking(sailing="S-9"))  # fmt: skip
    assert outcomes[3].result == after
    shown = [r.messages[-1].content for r in model.requests]
    assert 'Known of sailing S-4: {"leaves_at":"2025-06-04T08:15","seats_free":12}' in shown[2]
    assert 'Known of booking B-17: {"passenger_name":"Ove Lind","sailing_id":"S-9","status":"open"}' in shown[4]
    assert len(shown) == 5


def conversation(outcomes: list[Outcome], calls: Calls) -> tuple[Turn, ...]:
    """A dialogue's path in which these calls were made."""
    turns = [
        Turn(Message("system", "You help.")),
        Turn(Message("user", "Today is the 9th of June. My booking?"), parent=0),
    ]
    for number, ((name, arguments), outcome) in enumerate(zip(calls, outcomes, strict=True)):
        call = ToolCall(f"c{number}", name, arguments)
        turns.append(Turn(Message("assistant", tool_calls=(call,))))
        turns.append(Turn(Message("tool", outcome.text, tool_call_id=call.id), state=outcome.state))
        turns.append(Turn(Message("assistant", f"That was {number}.")))
        turns.append(Turn(Message("user", f"And then {number}?")))
    return tuple(turns)


def test_it_is_taken_up_where_it_was_left() -> None:
    """Live and taken up from the turns: the same state, the same question to the model, word by word."""
    calls: Calls = [GET, ("get_booking", {}), MOVE, MOVE, GET, LIST]
    answers = [booking(), booking(sailing="S-9"), ("conflict", "It is there already."), booking(sailing="S-9")]
    told = {"bookings": [booking(sailing="S-9")]}
    live, model = session(*answers, told)
    outcomes: list[Outcome] = []
    for number, (name, arguments) in enumerate(calls):
        live.hear(conversation(outcomes, calls[:number]))
        outcomes.append(asyncio.run(live.call(name, arguments)))
    again, fresh = session(told, turns=conversation(outcomes[:-1], calls[:-1]))
    assert again.state == outcomes[-2].state
    assert asyncio.run(again.call(*calls[-1])) == outcomes[-1]
    assert fresh.requests[-1] == model.requests[-1]


def test_the_chat_only_grows() -> None:
    _, model = made([GET, LIST, SEARCH], booking(), {"bookings": []}, "nonsense", {"sailings": []})
    kept = [r.messages for r in model.requests if "Answer again" not in r.messages[-1].content]
    assert [len(m) for m in kept] == [2, 4, 6]
    assert kept[2][:5] == (*kept[1], Message("assistant", content='{"result":{"bookings":[]}}'))
    assert kept[1][:2] == kept[0]


def test_it_hears_what_is_said() -> None:
    live, model = session(booking())

    class Agent:
        async def reply(self, view: View) -> Utterance:
            await live.call(*GET)
            return Utterance(Message("assistant", "One moment."))

    turns = (Turn(Message("system", "secret job")), Turn(Message("user", "It is Monday the 9th, by the way.")))
    said = asyncio.run(Overheard(Agent(), live).reply(View(turns, 0)))
    assert said.message.content == "One moment."
    question = model.requests[0].messages[-1].content
    assert question.startswith("Said since the last call:\nuser: It is Monday the 9th, by the way.\n\nCall at ")
    assert "secret job" not in question


def test_the_reference_time_is_the_scenarios() -> None:
    voice, model = ferry.voice(playing(booking()), "simulator")
    live = SimulatedSession(ferry.environment(), ClockSpec("2031-01-02T03:04:05", 1, 0, 0), voice, "")
    asyncio.run(live.call(*GET))
    assert model.requests[0].messages[1].content.startswith("Call at 2031-01-02T03:04:05 (UTC)")
