"""However badly a conversation is mangled, the checks answer, and an exchange that never happened passes none of them all."""

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

import talk
from duologue.checks import CHECKS, case_of, combine
from duologue.types import Act, Message, Origin, ToolCall, Turn

SOUND = talk.sound()
LAST = len(SOUND.turns) - 1
TEXT = st.text(max_size=60) | st.sampled_from(
    [
        "",
        "{}",
        "[]",
        "null",
        '{"rows":[1,{"a":null}]}',
        '{"error":{"type":"x","message":"y"}}',
        "{oops",
        '"40211"',
        "yes",
        "?!",
    ]
)
VALUES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=8)
    | st.lists(st.integers())
)
ORIGINS = st.builds(
    Origin,
    st.sampled_from(["user", "result", "policy", "default", "inference", "", "?"]),
    st.integers(-3, LAST + 3),
    st.text(max_size=6) | st.sampled_from(["rows[0].order_id", "rows[9]", '["', "rows"]),
)


@st.composite
def mangled(draw: st.DrawFn) -> tuple[Turn, ...]:
    turns = list(SOUND.turns)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(turns) - 1))
        turn, message = turns[at], turns[at].message
        how = draw(st.integers(0, 6))
        if how == 0:
            turns[at] = replace(turn, message=replace(message, content=draw(TEXT)))
        elif how == 1:
            turns[at] = replace(
                turn, message=replace(message, role=draw(st.sampled_from(["system", "user", "assistant", "tool"])))
            )
        elif how == 2 and len(turns) > 1:
            del turns[at]
        elif how == 3:
            turns.insert(at, draw(st.sampled_from(turns)))
        elif how == 4:
            name = draw(st.sampled_from(["find_customers", "list_orders", "cancel_order", "nothing"]))
            arguments = draw(
                st.dictionaries(st.sampled_from(["name", "customer_id", "order_id", "x"]), VALUES, max_size=3)
            )
            turns[at] = replace(turn, message=Message("assistant", tool_calls=(ToolCall("c", name, arguments),)))
        elif how == 5:
            turns[at] = replace(
                turn, origins={c.id: {k: draw(ORIGINS) for k in c.arguments} for c in message.tool_calls}
            )
        else:
            turns[at] = replace(turn, task=draw(st.integers(0, 3)), done=draw(st.booleans()), acts=(Act("confirm"),))
    return tuple(turns)


@given(mangled(), st.booleans())
@settings(max_examples=300, deadline=None)
def test_checks_answer_whatever_they_are_shown(turns: tuple[Turn, ...], with_catalog: bool) -> None:
    case = case_of(talk.with_turns(SOUND, turns), talk.environment(), talk.catalog() if with_catalog else None)
    for check in CHECKS:
        verdict = check(case)
        assert verdict.passed in (True, False)
        assert verdict.passed or verdict.evidence
        assert all(0 <= f.turn < max(1, len(turns)) and f.what for f in verdict.evidence)


def test_an_empty_conversation_is_not_accepted() -> None:
    for turns in ((), SOUND.turns[:1], SOUND.turns[:2]):
        case = case_of(replace(SOUND, turns=turns), talk.environment(), talk.catalog())
        assert not combine(check(case) for check in CHECKS).accepted
