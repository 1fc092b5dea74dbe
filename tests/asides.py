"""Scripted conversations over the tiny library in which one behaviour is taken up wherever there is occasion."""

import asyncio
from functools import cache

from duologue.checks import CHECKS, case_of
from duologue.plans.index import ToolIndex
from duologue.simulate.profile import profile
from duologue.simulate.scripted import converse
from duologue.tasks.maker import ScriptedTasks
from duologue.testing import Tiny, tiny_environment
from duologue.types import Act, Dialogue, Turn

ASIDES = ("check", "compare", "out_of_scope", "provoked")
REMARKS = ("impatience", "small_talk")
ITEMS, MOST = 8, 40
QUIET = dict.fromkeys(("lower_case", "no_full_stop", "run_on", "typos", *ASIDES, *REMARKS), 0.0)


@cache
def tiny() -> Tiny:
    return tiny_environment(seed=3)


@cache
def played(item: int, behaviour: str) -> Dialogue:
    """The conversation of an item, with one of these behaviours wherever there is occasion."""
    t = tiny()
    scenario = ScriptedTasks(t.catalog, t.image, t.environment, 3).scenario(str(item), (), "user")
    index = ToolIndex(t.environment.toolset, t.catalog)
    rates = QUIET | ({behaviour: 1.0} if behaviour else {})
    return asyncio.run(converse(scenario, t.environment, t.image, t.catalog, index, profile(rates)))


def having(behaviour: str) -> list[tuple[Dialogue, int]]:
    """Conversations with that behaviour, each with the turn that holds it: of the first few items, else of the first that has one."""
    found: list[tuple[Dialogue, int]] = []
    for n in range(MOST):
        if found and n >= ITEMS:
            break
        d = played(n, behaviour)
        found += [(d, at) for at, t in enumerate(d.turns) if behaviour in t.behaviours]
    return found


def failing(dialogue: Dialogue) -> dict[str, str]:
    case = case_of(dialogue, tiny().environment, tiny().catalog)
    verdicts = [check(case) for check in CHECKS]
    return {v.check: v.evidence[0].what for v in verdicts if v.passed is False}


def reply(dialogue: Dialogue, at: int) -> Turn:
    """What the assistant says to a turn in words."""
    return next(t for t in dialogue.turns[at + 1 :] if t.message.role == "assistant" and t.message.content)


def act_of(turn: Turn, kind: str) -> Act:
    return next(a for a in turn.acts if a.kind == kind)
