"""Every rule with a guard, in every built-in domain: steered to it, the task maker makes a proven task in which keeping the rule is right, and the plan that
breaks it is caught.

Keeping it is the gold run: what the rule refuses is not done, and the user learns why. Breaking it is the call that was refused, made in a world without
rules, where it goes through; a check must object. Where the schema holds the rule as well, the call fails even there: those rules are named.
"""

import tomllib
from functools import cache
from importlib.resources import files

import pytest

from duologue.checks import CHECKS
from duologue.errors import StageError
from duologue.ground import catalog_of, make_tools
from duologue.sources import domains, from_domain
from duologue.tasks.maker import ScriptedTasks
from duologue.tasks.proving.kinds import REFUSED_TOO
from duologue.types import Subtask, Task

SCENARIOS = 12
"""Drawn over each of four toolsets before a rule is given up."""
QUICK = "operations"
"""The domain that is tried with every run of the tests; the others with the long ones."""
HELD = {
    ("clinic", "late_fee"): "the fee of a late cancellation is accepted or waived, and nothing else can be entered",
    ("clinic", "place_left"): "no slot is booked beyond its capacity",
    ("helpdesk", "budget"): "no budget is below nought",
    ("operations", "one_incident"): "the open incidents of a service are unique",
    ("retail", "in_stock"): "no stock is below nought",
    ("telecom", "a_day_of_outage"): "a credit is of more than nought, and less than a day comes to nothing",
    ("travel", "seats_left"): "no fare has fewer seats than none",
    ("travel", "three_bags"): "bags are numbered one to three",
    ("tutoring", "credit"): "no lesson is without the package that pays for it",
    ("tutoring", "place_left"): "no class has more enrolled than its capacity",
}
"""Rules that a constraint of the schema holds as well, and which: nobody could break them."""


@cache
def makers(domain: str) -> tuple[ScriptedTasks, ...]:
    source = from_domain(domain)
    catalog = catalog_of(source)
    environments = make_tools(source, catalog, 7, range(4))
    return tuple(ScriptedTasks(catalog, source.image, e, 7, {"policy": 1.0}) for e in environments)


def guarded(domain: str) -> list[str]:
    """The rules with a guard, read from the file alone: the tests are collected without building any data."""
    policy = files("duologue.domains").joinpath(domain, "policy.toml").read_text(encoding="utf-8")
    return [rule["id"] for rule in tomllib.loads(policy)["rule"] if rule.get("sql")]


def refused(tasks: tuple[Task, ...], rule: str) -> list[tuple[Task, Subtask]]:
    parts = [(t, s) for t in tasks for s in t.subtasks]
    return [(t, s) for t, s in parts if s.refused and s.ruling is not None and rule in s.ruling.rules]


def broken(task: Task, rule: str) -> dict[str, str]:
    """The ways in which the rule was broken → the check that objected."""
    assert task.proof is not None
    tried = task.proof.mutations.items()
    return {n: check for n, check in tried if n.startswith("rule broken") and rule in n.split()[-1].split("+")}


def sought(domain: str, rule: str) -> tuple[Task, Subtask] | None:
    """A proven task that keeps the rule, and its part: one in which it was broken as well, unless the data holds the rule too."""
    for maker in makers(domain):
        maker.aim = rule
        for item in range(SCENARIOS):
            try:
                tasks = maker.scenario(f"{rule} {item}", ()).tasks
            except StageError:
                continue
            untried = maker.tried(f"{rule} {item}").untried
            for task, part in refused(tasks, rule):
                if ("rule broken", REFUSED_TOO) in untried if (domain, rule) in HELD else broken(task, rule):
                    return task, part
    return None


CASES = [
    pytest.param(domain, rule, marks=() if domain == QUICK else pytest.mark.long, id=f"{domain}-{rule}")
    for domain in domains()
    for rule in guarded(domain)
]


@pytest.mark.parametrize(("domain", "rule"), CASES)
def test_keeping_it_is_proven_and_breaking_it_is_caught(domain: str, rule: str) -> None:
    found = sought(domain, rule)
    assert found is not None, "no task could be made for it"
    task, part = found
    assert task.proof is not None
    assert task.proof.gold
    assert task.proof.noop
    assert part.ruling is not None
    until = max(
        (n for s in task.subtasks[: task.subtasks.index(part) + 1] for n in s.steps), default=0
    )  # later it may be allowed
    assert not any(s.tool == part.ruling.tool and s.bound == part.ruling.arguments for s in task.plan[:until])
    assert bool(broken(task, rule)) != ((domain, rule) in HELD)
    assert all(check in {c.__name__ for c in CHECKS} for check in broken(task, rule).values())


def test_what_the_schema_holds_are_rules_there_are() -> None:
    assert set(HELD) <= {(domain, rule) for domain in domains() for rule in guarded(domain)}
