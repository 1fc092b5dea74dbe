"""Sessions: tasks broken off and taken up again, wishes that are refused, searches that bring nothing, the row just talked about."""

import asyncio
import re
from functools import cache

import pytest
from msgspec.structs import replace

from duologue.pipeline import Workshop
from duologue.plans.ways import instead, loosest, wider
from duologue.simulate.profile import DEFAULT, Profile
from duologue.tasks.maker import ScriptedTasks
from duologue.tasks.sessions import RATES
from duologue.testing import Tiny, tiny_environment
from duologue.types import Dialogue, Meaning, Mention, Need, Turn

ITEMS = range(36)
TURNS = ("impossible", "empty_result", "switch", "linked")


@cache
def tiny() -> Tiny:
    return tiny_environment(seed=2)


@cache
def workshop(off: str = "") -> Workshop:
    t = tiny()
    return Workshop(
        t.environment, t.image, t.catalog, 2, profile=Profile({"switch": 1.0} | ({off: 0.0} if off else {}))
    )


@cache
def played(item: int, off: str = "") -> Dialogue:
    shop = workshop(off)
    return asyncio.run(shop.play(shop.tasks.scenario(str(item), ())))


def with_turn(name: str, off: str = "") -> list[tuple[Dialogue, int]]:
    """Conversations that hold a behaviour, and where it begins."""
    found = []
    for item in ITEMS:
        dialogue = played(item, off)
        at = next((n for n, t in enumerate(dialogue.turns) if name in t.behaviours), -1)
        found += [(dialogue, at)] if at >= 0 else []
    return found


def after(dialogue: Dialogue, at: int, role: str, kind: str = "") -> Turn | None:
    """The next words of a speaker, of some kind."""
    for turn in dialogue.turns[at + 1 :]:
        if turn.message.role == role and turn.message.content and (not kind or any(a.kind == kind for a in turn.acts)):
            return turn
    return None


@pytest.mark.parametrize("name", TURNS)
def test_it_occurs_and_all_checks_hold(name: str) -> None:
    found = with_turn(name)
    assert len(found) >= 2
    for dialogue, _ in found:
        assert [v for v in workshop().check(dialogue) if not v.passed] == []


@pytest.mark.parametrize("name", TURNS)
def test_rate_0_turns_it_off(name: str) -> None:
    if name == "empty_result":  # a list that turns out empty by chance is no search for what isn't there
        maker = ScriptedTasks(tiny().catalog, tiny().image, tiny().environment, 2, {name: 0.0})
        needs = [s.need for i in ITEMS for t in maker.scenario(str(i), ()).tasks for s in t.subtasks if not s.tell]
        assert not [n for n in needs if n is not None and n.meaning.family == "search"]
    elif name == "impossible":
        maker = ScriptedTasks(tiny().catalog, tiny().image, tiny().environment, 2, {name: 0.0})
        goals = [s.goal for i in ITEMS for t in maker.scenario(str(i), ()).tasks for s in t.subtasks]
        assert sum("can't be done" in g for g in goals) < len(with_turn(name))
    else:
        assert with_turn(name, off=name) == []


def test_the_rates_are_those_of_the_profile() -> None:
    assert {name: DEFAULT.rate(name) for name in RATES} == RATES


def test_a_wish_that_is_refused_is_told_as_it_is_and_changes_nothing() -> None:
    for dialogue, at in with_turn("impossible"):
        told = after(dialogue, at, "assistant", "error")
        assert told is not None
        assert not re.search(r"constraint|[a-z]_[a-z]", told.message.content, re.IGNORECASE)
        changes = [c for t in dialogue.turns[at : dialogue.turns.index(told)] for c in t.changes]
        assert changes == []


def test_who_comes_back_says_so_and_asks_on_in_the_task_broken_off() -> None:
    for dialogue, at in with_turn("switch"):
        order = dialogue.scenario.order
        asked = [t for t in dialogue.turns if any(a.kind == "request" for a in t.acts)]
        assert [t.task for t in asked if t.task == 0] == [0] * sum(1 for t in asked if t.task == 0)
        assert sorted(order) == [(n, p) for n, t in enumerate(dialogue.scenario.tasks) for p in range(len(t.subtasks))]
        back = [t for t in dialogue.turns[at + 1 :] if "switch" in t.behaviours]
        assert back
        assert any(t.task < dialogue.turns[at].task for t in back)


def test_without_the_order_the_same_scenario_is_played_task_by_task() -> None:
    dialogue, _ = with_turn("switch")[0]
    plain = asyncio.run(workshop().play(replace(dialogue.scenario, order=())))
    tasks = [t.task for t in plain.turns if t.message.role == "user"]
    assert tasks == sorted(tasks)
    assert [v for v in workshop().check(plain) if not v.passed] == []


SEARCH = Meaning("search", "books")
TABLE: list[tuple[dict[str, object], str, dict[str, object] | None]] = [
    ({"books.genre:equals": "poetry"}, "", None),
    (
        {"books.genre:equals": "poetry", "books.title:match": "sea"},
        "books.title:match",
        {"books.genre:equals": "poetry"},
    ),
    (
        {"books.price:from": 5, "books.price:to": 9, "books.genre:equals": "poetry"},
        "books.price:from",
        {"books.genre:equals": "poetry"},
    ),
]


@pytest.mark.parametrize(("values", "key", "left"), TABLE)
def test_the_loosest_condition_goes_first(values: dict[str, object], key: str, left: dict[str, object] | None) -> None:
    need = Need(SEARCH, values=values)
    found = wider(need)
    assert loosest(need) == key
    assert (found.values if found is not None else None) == left


def test_what_hangs_on_a_row_is_offered_where_a_tool_shows_it() -> None:
    t, index = tiny(), workshop().index
    related = next(x.meaning for x in t.environment.toolset.tools if x.meaning and x.meaning.family == "related")
    remove = Need(Meaning("remove", related.parent), (Mention(related.parent, by={"@name": "Ida Irwin"}),))
    assert instead(index, t.catalog, remove, "hasdependents") == Need(related, (Mention(related.parent),))
    assert instead(index, t.catalog, remove, "alreadyfinal") is None
