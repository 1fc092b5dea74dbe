"""Every row and field that is changed had come up in words before the yes."""

import pytest
from msgspec import json

from duologue.catalog.model import Column
from duologue.checks.case import Case
from duologue.checks.policy import policy
from duologue.plans.trace import trace
from duologue.types import Json, Message, Policy, RowChange, Slot, Tool, ToolCall, Toolset, Turn

COLUMNS = {
    f"lesson.{name}": Column("lesson", name, role, label=label)  # type: ignore[arg-type]
    for name, role, label in (("id", "key", "lesson number"), ("fee", "measure", "fee"), ("places", "measure", "places"), ("state", "status", "state"))
}  # fmt: skip
SHOWN = {"rows": [{"id": 4, "title": "Violin Studio", "fee": 50}, {"id": 7, "title": "Cello Ensemble", "fee": 60}]}
READ = Tool("list_lessons", "", {"type": "object"}, {}, "read", outputs={"rows[].id": Slot("lesson", "id")})
WRITE = Tool(
    "set_lesson", "", {"type": "object"}, {}, "write",
    inputs={"id": Slot("lesson", "id", "key"), "fee": Slot("lesson", "fee", "value"), "state": Slot("lesson", "state", "value")},
)  # fmt: skip


NESTED = {"id": 7, "title": "Strings", "rows": SHOWN["rows"][:1]}


def _problems(told: str, asked: str, proposed: str, written: dict[str, Json], shown: Json = SHOWN) -> list[str]:
    """What the check says of a change agreed to, after a list was read and told."""
    look, change = ToolCall("a", "list_lessons", {}), ToolCall("b", "set_lesson", {"id": 4, **written})
    column = next(iter(written))
    row = RowChange("lesson", "update", {"id": 4}, {column: 50 if column == "fee" else "open"}, written)
    turns = (
        Turn(Message("system")),
        Turn(Message("user", "What do we have?")),
        Turn(Message("assistant", tool_calls=(look,))),
        Turn(Message("tool", json.encode(shown).decode(), tool_call_id="a")),
        Turn(Message("assistant", told)),
        Turn(Message("user", asked)),
        Turn(Message("assistant", proposed)),
        Turn(Message("user", "Yes, go ahead.")),
        Turn(Message("assistant", tool_calls=(change,))),
        Turn(Message("tool", '{"ok": true}', tool_call_id="b"), changes=(row,)),
    )
    case = Case(trace(turns, Toolset("t", (READ, WRITE))), (), Policy(), "user", COLUMNS)
    return [f.what for f in policy(case).evidence]


@pytest.mark.parametrize(
    ("told", "asked", "proposed", "written"),
    [
        ("Two lessons.", "Violin Studio's fee should be 55.", "I'd set the fee to 55. Right?", {"fee": 55}),
        ("Two lessons.", "Make it 55, please.", "I'd change the fee of Violin Studio to 55. Right?", {"fee": 55}),
        ("Two lessons.", "Lesson 4 should cost 55.", "I'd change the fee to 55. Right?", {"fee": 55}),
        ("Violin and Cello.", "Violin: 55 now.", "I'd put the fee at 55. Right?", {"fee": 55}),
        ("One costs 50, one 60.", "Make the cheap one 55.", "I'd go from 50 to 55. Right?", {"fee": 55}),
        ("Two lessons.", "Close Violin Studio.", "I'd mark it as closed. Right?", {"state": "closed"}),
    ],
)  # fmt: skip
def test_what_was_spoken_of_may_be_changed(told: str, asked: str, proposed: str, written: dict[str, Json]) -> None:
    assert _problems(told, asked, proposed, written) == []


def test_what_a_list_inside_a_record_shows_is_of_its_own_rows() -> None:
    said = ("Strings has one.", "Violin Studio's fee should be 55.", "I'd set the fee to 55. Right?", {"fee": 55})
    assert _problems(*said, shown=NESTED) == []


@pytest.mark.parametrize(
    ("told", "asked", "proposed", "written", "problem"),
    [
        ("Two lessons.", "Look at the lessons.", "I'd set the state to closed. Right?", {"state": "closed"}, "a row that nobody had named"),
        ("Cello Ensemble is one.", "Close that one.", "I'd mark Cello Ensemble as closed. Right?", {"state": "closed"}, "a row that nobody had named"),
        ("Two lessons.", "Violin Studio: 55.", "I'd put 55 for Violin Studio. Right?", {"fee": 55}, "a field that nobody had named"),
    ],
)  # fmt: skip
def test_what_nobody_spoke_of_may_not(
    told: str, asked: str, proposed: str, written: dict[str, Json], problem: str
) -> None:
    found = _problems(told, asked, proposed, written)
    assert len(found) == 1
    assert problem in found[0]
