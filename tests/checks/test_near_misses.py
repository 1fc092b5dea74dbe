"""What long runs of sound conversations were objected to, each beside the fault that lies next to it: the one passes, the other doesn't."""

import pytest

from duologue.catalog.model import Column
from duologue.checks import CaseCheck
from duologue.checks.attribution import attribution
from duologue.checks.case import Case
from duologue.checks.grounding import grounding
from duologue.checks.honesty import honesty
from duologue.checks.state import state
from duologue.checks.unread import unread
from duologue.ids import to_json
from duologue.plans.trace import trace
from duologue.types import Json, Message, RowChange, Slot, Task, Tool, ToolCall, Toolset, Turn

MANY: Json = {"rows": [{"part_id": 9, "part": "Hinge"}, {"part_id": 18, "part": "Hook"}], "total": 10, "limit": 2}
TWINS: Json = {
    "rows": [
        {"run_id": 7, "machine": "old press", "state": "done", "who": "Bo Berg"},
        {"run_id": 8, "machine": "lathe", "state": "lent", "who": "Ann Ashe"},
    ]
}
BUSY: Json = {"error": {"type": "busy", "message": "The press is busy with run 40909 (£49.9 an hour)."}}
RUN: Json = {"run_id": 30014, "state": "done", "machine": "press"}
PARTS: Json = {
    "rows": [
        {"part_id": 9, "part": "Hinge", "price": 14.45, "length": 805_752_392},
        {"part_id": 18, "part": "Hook", "price": 24.5, "length": 2_000},
        {"part_id": 27, "part": "Door stop", "price": 33.45, "length": 3_000},
        {"part_id": 36, "part": "Wood screw", "price": 1.3, "length": 4_000},
    ]
}
ANY: dict[str, Json] = {"type": "object"}
GET = Tool(
    "get_run", "", ANY, ANY, "read", inputs={"run_id": Slot("runs", "run_id", "key")},
    outputs={"run_id": Slot("runs", "run_id"), "state": Slot("runs", "state"), "machine": Slot("runs", "machine"), "who": Slot("people", "@name")},
)  # fmt: skip
LIST = Tool(
    "list_parts", "", ANY, ANY, "read", inputs={"part": Slot("parts", "part", "match")},
    outputs={f"rows[].{n}": Slot("parts", n) for n in ("part_id", "part", "price", "length")},
)  # fmt: skip
RUNS = Tool(
    "list_runs", "", ANY, ANY, "read",
    outputs={f"rows[].{n}": Slot("runs", n) for n in ("run_id", "machine", "state")} | {"rows[].who": Slot("people", "@name")},
)  # fmt: skip
START = Tool("start_run", "", ANY, ANY, "write", outputs={"run_id": Slot("runs", "run_id")})
COLUMNS = {
    f"{c.table}.{c.name}": c
    for c in (
        Column("runs", "run_id", "key", label="run id"),
        Column("runs", "state", "status", label="state", values=("done", "running", "lent")),
        Column("runs", "machine", "category", label="machine", values=("press", "lathe", "old")),
        Column("parts", "part_id", "key", label="part id"),
        Column("parts", "part", "name", label="part"),
        Column("parts", "price", "measure", label="price"),
        Column("parts", "length", "measure", label="length", unit="milliseconds"),
    )
}
NEW = RowChange("runs", "insert", {"run_id": 5}, None, {"run_id": 5})
STARTED: tuple[str, Json, Json] = ("start_run", {}, {"run_id": 5})


def case(*lines: str | tuple[str, Json, Json], tasks: tuple[Task, ...] = ()) -> Case:
    """Words, the user's and the assistant's by turns, and between them calls with their results."""
    turns, users = [Turn(Message("system", "You keep the parts."))], True
    for n, line in enumerate(lines):
        if isinstance(line, str):
            turns.append(Turn(Message("user" if users else "assistant", line)))
            users = not users
        else:
            turns.append(Turn(Message("assistant", tool_calls=(ToolCall(f"c{n}", line[0], line[1]),))))
            changes = (NEW,) if line is STARTED else ()
            turns.append(Turn(Message("tool", to_json(line[2]), tool_call_id=f"c{n}"), changes=changes))
    return Case(
        trace(turns, Toolset("t", (GET, LIST, RUNS, START))), tasks, columns=COLUMNS, plurals={"parts": "parts"}
    )


Lines = tuple[str | tuple[str, Json, Json], ...]
REFUSED: Lines = ("yes, start it", ("start_run", {}, BUSY))
LOOKED: Lines = ("what about run 30014?", ("get_run", {"run_id": 30014}, RUN))
LISTED: Lines = ("what can I get for 50?", ("list_parts", {}, PARTS))
TOPPED: Lines = ("which two parts are the best?", ("list_parts", {}, MANY))
RAN: Lines = ("which runs are there?", ("list_runs", {}, TWINS))
BOTH: Lines = (*RAN, ("get_run", {"run_id": 3}, {"run_id": 3, "state": "done", "who": "Ann Ashe"}))
HINGE: Lines = (
    "what does the Hinge cost?",
    ("list_parts", {}, {"rows": [{"part_id": 9, "part": "Hinge", "price": 14.45}]}),
)
HOOK: Lines = ("and the Hook?", ("list_parts", {}, {"rows": [{"part_id": 18, "part": "Hook", "price": 24.5}]}))
AREA: Lines = ("how large is it?", ("get_run", {}, {"output": "area=7.0686, unit=m2"}))
TOLD: list[tuple[CaseCheck, Lines, str, bool]] = [
    # the check, what was done, what is told, whether it is sound
    (attribution, REFUSED, "Sorry, the press is busy with run 40909.", True),
    (attribution, (*LOOKED, "It's done.", *REFUSED), "Sorry, the press is busy with run 40906.", False),
    (attribution, TOPPED, "Hinge and Hook.", True),
    (attribution, TOPPED, "Hinge and Hook. There are no others on record.", False),
    (attribution, TOPPED, "Hinge and Hook, of 10 parts. That's the complete list of the best.", True),
    (attribution, LISTED, "Hinge, Hook, Door stop and Wood screw. Those are all there are.", True),
    (attribution, RAN, "Run 7 (machine old press, state done) and run 8 (machine lathe, state lent).", True),
    (attribution, RAN, "Run 7 (machine old, state done) and run 8 (machine lathe, state lent).", False),
    (attribution, RAN, "Run 7 (state lent) and run 8 (state done).", False),
    (attribution, BOTH, "Looking at Ann Ashe, the state is done. Runs 7 and 8 are the others.", True),
    (attribution, RAN, "Looking at Ann Ashe, the state is done. Runs 7 and 8 are the others.", False),
    (attribution, (*HINGE, "It's 14.45.", *HOOK), "The price is given as 24.50.", True),
    (attribution, (*HINGE, "It's 14.45.", *HOOK), "The price is given as 14.45.", False),
    (attribution, (*HINGE, "It's 14.45.", *HOOK), "The price is 24.50, against a price of 14.45 for the Hinge.", True),
    (attribution, (*HINGE, "It's 14.45.", *HOOK), "Which is it? One has a price of 14.45, one of 24.50.", True),
    (attribution, (*HINGE, "It's 14.45.", *HOOK), "For the Hook, the price is 14.45.", False),
    (attribution, (*HINGE, "It's 14.45.", *HOOK), "The Hook is dearer; for the Hinge, the price is 14.45.", True),
    (grounding, AREA, "It's about 7.07 square metres.", True),
    (grounding, AREA, "It's 7.08 square metres.", False),
    (grounding, REFUSED, "Sorry, it is busy, at £49.90 an hour.", True),
    (grounding, REFUSED, "Sorry, it is busy, at £49.50 an hour.", False),
    (honesty, LOOKED, "One run fits: run 30014 (machine press, done, started by hand).", True),
    (honesty, LOOKED, "There it is: done.", True),
    (honesty, LOOKED, "All set: done.", False),
    (honesty, LOOKED, "I found nothing on record for that, sorry.", False),
    (honesty, RAN, "I found nothing on record for that, sorry.", True),
    (honesty, LOOKED, "Nothing came up beside run 30014, which is done and was started by hand.", True),
    (
        honesty,
        (*LOOKED, "The machine is press.", "sure?"),
        "I've had another look at the record, and nothing is different.",
        False,
    ),
    (
        honesty,
        (*LOOKED, "The machine is press.", *LOOKED),
        "I've had another look at the record, and nothing is different.",
        True,
    ),
    (honesty, ("start it", ("get_run", {"run_id": 30014}, {**RUN, "state": "running"})), "There it is: done.", False),
    (honesty, ("start it", STARTED, "Run 5 is on.", *LOOKED), "Run 30014 is entered with machine press.", True),
    (honesty, ("start it", STARTED), "Run 30014 is entered with machine press.", False),
    (honesty, ("start it", STARTED, "Run 5 is on.", *LOOKED), "Run 30014 has been entered.", False),
    (grounding, LISTED, "Two of them: Wood screw (1.30) and Hinge (14.45).", True),
    (grounding, LISTED, "Three of the four parts fit: Wood screw (1.30), Hinge (14.45) and Hook (24.50).", True),
    (grounding, LISTED, "Three of the four parts fit: Wood screw (1.30) and Hinge (14.45).", False),
    (grounding, LISTED, "Five of them: Wood screw, Hinge, Hook and Door stop.", False),
    (grounding, LISTED, "The Hinge runs for 223:49:12.", True),
    (grounding, LISTED, "The Hinge runs for 223:59:22.", False),
]


@pytest.mark.parametrize(("check", "done", "text", "sound"), TOLD, ids=lambda x: x if isinstance(x, str) else "")
def test_what_is_told(check: CaseCheck, done: Lines, text: str, sound: bool) -> None:
    verdict = check(case(*done, text))
    assert verdict.passed is sound, verdict.evidence


NONE: Json = {"rows": []}
SOUGHT = [
    # what was looked for in vain, what was looked for then, what is told, whether the second look was of use
    ("Hingge Large", "Large", "There is no part by that name, I'm afraid: Hingge Large.", True),
    ("Hingge Large", "Large", "Fine, anything else?", False),
    ("Bracket", "Large", "There is no part by that name, I'm afraid: Bracket.", False),
    ("Door stop, red", "Door stop", "There is no part by that name, I'm afraid: Door stop, red.", True),
]


@pytest.mark.parametrize(("whole", "part", "text", "used"), SOUGHT)
def test_a_wider_search_shows_that_nobody_has_the_whole_name(whole: str, part: str, text: str, used: bool) -> None:
    found = {"rows": [{"part_id": 45, "part": "Large nail", "price": 2.25}]}
    looks = ("list_parts", {"part": whole}, NONE), ("list_parts", {"part": part}, found)
    assert unread(case(f"is there a {whole}?", *looks, text)).passed is used


OUT = {"state": "out", "since": {"$any": "clock"}}
BACK = {"state": "in", "since": {"$any": "clock"}}


@pytest.mark.parametrize(("back", "sound"), [("in", True), ("lent", False)])
def test_what_a_task_left_to_the_moment_the_next_one_finds_as_it_came(back: str, sound: bool) -> None:
    tool = Tool("set_host", "", ANY, ANY, "write")
    tasks = tuple(
        Task(f"t{n}", "", target=(RowChange("hosts", "update", {"id": 7}, before, after),))
        for n, (before, after) in enumerate(
            [({"state": "in", "since": "08:00"}, OUT), ({"state": "out", "since": "14:36:04"}, BACK)]
        )
    )
    done = [
        RowChange("hosts", "update", {"id": 7}, {"state": "in", "since": "08:00"}, {"state": "out", "since": "14:37"}),
        RowChange("hosts", "update", {"id": 7}, {"state": "out", "since": "14:37"}, {"state": back, "since": "15:00"}),
    ]
    turns = [Turn(Message("system", "x")), Turn(Message("user", "out and back in"))]
    for n, change in enumerate(done):
        turns.append(Turn(Message("assistant", tool_calls=(ToolCall(f"c{n}", "set_host", {}),)), task=n))
        turns.append(Turn(Message("tool", "{}", tool_call_id=f"c{n}"), changes=(change,), task=n))
    assert state(Case(trace(turns, Toolset("t", (tool,))), tasks)).passed is sound
