"""Of a list that was cut at its limit nothing is the highest, unless the list comes in that order."""

import pytest
from msgspec.structs import replace

import talk
from duologue.checks import case_of
from duologue.checks.attribution import attribution
from duologue.types import Dialogue, Disclosure, Json, Meaning, Need, Origin, Pick, PlanStep, Subtask, Task

CASES = [
    # (the pick, the calls' arguments, objected to); customers come by their number: 2021, 2023, 2022
    ("latest", ({"limit": 2},), True),
    ("earliest", ({"limit": 2},), False),  # the list comes in that order
    ("latest", ({"limit": 3},), True),  # there are three, though nobody can know that
    ("latest", ({"limit": 4},), False),
    ("latest", ({},), False),
    ("latest", ({"limit": 2}, {"limit": 4}), False),
]


def told(kind: str, *arguments: dict[str, Json]) -> Dialogue:
    """Somebody asks who joined first, or last; the last of the calls answers."""
    asked: dict[str, Json] = {"name": "a", **arguments[-1]}
    slot = "customers.since"
    need = Need(Meaning("search", "customers"), pick=Pick(kind, "customers", "since"), wanted=(slot,))
    part = Subtask("who joined then", (1,), need, (Disclosure("2023-05-02", slot, 1),))
    task = Task("since", "It is known who joined then.", subtasks=(part,), plan=(PlanStep("find_customers", asked),))
    talking = talk.Talk()
    talking.user("who joined then?", "request")
    for one in arguments:
        talking.calls(("find_customers", {"name": "a", **one}, {"name": Origin("user", 1)}))
    talking.says("That's Dana Whitfield, since 2 May 2023.", "report")
    return talking.dialogue(replace(talk.SCENARIO, tasks=(task,)))


@pytest.mark.parametrize(("kind", "arguments", "wrong"), CASES)
def test_the_highest_of_a_part_is_not_the_highest(
    kind: str, arguments: tuple[dict[str, Json], ...], wrong: bool
) -> None:
    found = attribution(case_of(told(kind, *arguments), talk.environment(), talk.catalog())).evidence
    assert any("of a list that was cut" in f.what for f in found) is wrong
