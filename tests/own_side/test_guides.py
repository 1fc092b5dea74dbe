"""Following a guide: what comes next after what was seen and done."""

import pytest
from msgspec.structs import replace

from duologue.language.cases import filled
from duologue.plans.guides import Did, Move, guide_text, next_move
from duologue.types import Fix, Guide, GuideStep, Json, Look, Working

GUIDE = Guide(
    name="no_picture",
    title="There is no picture",
    works=Working("look", "picture", "shown"),
    steps=(
        GuideStep("cable", Look("user", "cable", "seat"), "loose", Fix("user", "push")),
        GuideStep("input", Look("user", "menu", "input"), ["two", "three"], Fix("user", "switch", {"input": "one"})),
        GuideStep("power", Look("user", "menu", "eco"), True, Fix("user", "eco_off")),
        GuideStep("paid", Look("agent", "account", "status"), "paused", Fix("agent", "resume")),
    ),
    complaint=("No picture.",),
    otherwise=Fix("agent", "hand_over", {"reason": "no picture"}),
)


def user(tool: str, **result: Json) -> Did:
    return Did("user", tool, result)


def agent(tool: str, failed: bool = False, **result: Json) -> Did:
    return Did("agent", tool, result, failed)


FINE = (user("cable", seat="tight"), user("menu", input="one", eco=False))
MOVES: dict[str, tuple[tuple[Did, ...], str]] = {
    "first the first step": ((), "look user cable"),
    "fine: the next": ((user("cable", seat="tight"),), "look user menu"),
    "wrong: mended": ((user("cable", seat="loose"),), "fix user push"),
    "mended: tried": ((user("cable", seat="loose"), user("push")), "test user look"),
    "it works": ((user("cable", seat="loose"), user("push"), user("look", picture="shown")), "solved  "),
    "it does not: on": ((user("cable", seat="loose"), user("push"), user("look", picture="none")), "look user menu"),
    "one look for two steps": ((user("cable", seat="tight"), user("menu", input="one", eco=True)), "fix user eco_off"),
    "one of several wrong values": ((user("cable", seat="tight"), user("menu", input="three", eco=True)), "fix user switch"),
    "what was wrong beside it is looked at again after a change": (
        (user("cable", seat="tight"), user("menu", input="two", eco=True), user("switch"), user("look", picture="none")),
        "look user menu",
    ),
    "what was fine beside it is not": (
        (user("cable", seat="tight"), user("menu", input="two", eco=False), user("switch"), user("look", picture="none")),
        "look agent account",
    ),
    "the desk's own step": (FINE, "look agent account"),
    "the desk's own fix": ((*FINE, agent("account", status="paused")), "fix agent resume"),
    "refused: what is left": ((*FINE, agent("account", status="paused"), agent("resume", True)), "otherwise agent hand_over"),
    "nothing wrong: what is left": ((*FINE, agent("account", status="active")), "otherwise agent hand_over"),
    "passed on: the end": ((*FINE, agent("account", status="active"), agent("hand_over")), "stuck  "),
    "a flag is no number": ((user("cable", seat="tight"), user("menu", input="one", eco=1)), "look agent account"),
}  # fmt: skip


@pytest.mark.parametrize("case", MOVES)
def test_what_comes_next(case: str) -> None:
    done, expected = MOVES[case]
    move = next_move(GUIDE, done)
    assert f"{move.kind} {move.by} {move.tool}" == expected


HALTS = replace(
    GUIDE, steps=(GUIDE.steps[0], GuideStep("burnt", Look("user", "menu", "input"), "three"), *GUIDE.steps[1:])
)


def test_a_step_without_a_fix_leads_to_what_is_left_at_once() -> None:
    seen = (user("cable", seat="tight"), user("menu", input="three", eco=False))
    assert next_move(HALTS, seen) == Move("otherwise", "agent", "hand_over", {"reason": "no picture"}, 1)
    assert next_move(HALTS, (*seen, agent("hand_over"))) == Move("stuck", step=1)
    fine = (user("cable", seat="tight"), user("menu", input="one", eco=False))
    assert next_move(HALTS, fine).tool == "account"
    told = guide_text(HALTS).splitlines()
    assert told[2] == '2. burnt (`hand_over` with reason = "no picture")'


SAID: list[tuple[str, dict[str, Json], str | None]] = [
    ("It's {seat}.", {"seat": "loose"}, "It's loose."),
    ("{light:on=It's on|off=It's off}.", {"light": "off"}, "It's off."),
    ("{light:on=It's on|off=It's off}.", {"light": "red"}, None),
    ("{eco:true=Saving is on|false=No saving}.", {"eco": True}, "Saving is on."),
    ("Eco: {eco}.", {"eco": False}, "Eco: no."),
    ("It says {message}.", {"message": None}, None),
    ("{mbps} megabits, {state:ok=fine|slow=slow}", {"mbps": 2.5, "state": "slow"}, "2.5 megabits, slow"),
    ("No fields.", {}, "No fields."),
]


@pytest.mark.parametrize(("line", "values", "text"), SAID)
def test_lines_tell_values_or_are_not_said(line: str, values: dict[str, Json], text: str | None) -> None:
    assert filled(line, values) == text
