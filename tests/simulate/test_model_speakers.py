"""Whole conversations with a model on either side: they end, can be taken up anywhere, reuse their prefix and leak nothing."""

import itertools

import pytest

from duologue.checks import CHECKS, case_of
from duologue.ids import to_json
from duologue.language.reading import fold, has_phrase
from duologue.protocols import Request
from duologue.simulate.play import due
from duologue.types import Json
from played import NEXT_GOAL, Cast, played, scenario, scripted, taken_up, tiny

ITEMS = range(6)
MODES = ("user", "task")


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("item", ITEMS)
def test_a_conversation_of_models_says_what_its_lines_say(item: int, mode: str) -> None:
    dialogue, lines = played(item, mode).dialogue, scripted(item, mode)
    assert [t.message.content.split() for t in dialogue.turns] == [t.message.content.split() for t in lines.turns]
    assert [(t.task, t.done, t.train) for t in dialogue.turns] == [(t.task, t.done, t.train) for t in lines.turns]
    assert {t.maker for t in dialogue.turns if t.message.role in ("user", "assistant")} == {"scripted-model"}
    assert all(t.call for t in dialogue.turns if t.message.role in ("user", "assistant"))
    case = case_of(dialogue, tiny().environment, tiny().catalog)
    verdicts = {v.check: v.passed for v in (check(case) for check in CHECKS)}
    assert [verdicts[c] for c in ("protocol", "user_gate", "schema")] == [True, True, True]


@pytest.mark.parametrize("item", ITEMS)
def test_call_ids_follow_from_their_place(item: int) -> None:
    dialogue = played(item).dialogue
    for at, turn in enumerate(dialogue.turns):
        assert [c.id for c in turn.message.tool_calls] == [
            f"call_{at}_{k}" for k in range(1, len(turn.message.tool_calls) + 1)
        ]


@pytest.mark.parametrize("item", ITEMS)
def test_a_conversation_taken_up_at_any_turn_asks_the_same(item: int) -> None:
    whole = played(item)
    asked = {to_json(r) for r in (*whole.user.requests, *whole.agent.requests)}
    for at in range(len(whole.dialogue.turns)):
        turns = whole.dialogue.turns[: at + 1]
        if (turns[-1].message.role == "tool" and whole.dialogue.turns[at + 1].message.role == "tool") or due(
            turns
        ) == "nobody":
            continue
        again = taken_up(item, turns)
        assert again.dialogue == whole.dialogue, f"taken up after turn {at}"
        assert {to_json(r) for r in (*again.user.requests, *again.agent.requests)} <= asked


def test_a_goal_is_given_once_the_one_before_is_reached() -> None:
    cast = played(0)
    goals = [t.goal for t in scenario(0).tasks]
    assert len(goals) > 1
    for request in cast.user.requests:
        spoken = [m.content for m in request.messages if m.role != "system"]
        assert goals[0] in request.messages[0].content
        assert any(goals[1] in m for m in spoken) == any(NEXT_GOAL in m for m in spoken)
    assert sum(NEXT_GOAL in m.content for m in cast.user.requests[-1].messages) == len(goals) - 1
    assert [t.task for t in cast.dialogue.turns] == sorted(t.task for t in cast.dialogue.turns)


# ── Prefix reuse ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def encoded(request: Request) -> str:
    """What goes over the wire, as far as order is concerned: the tools first, as chat templates have them."""
    return to_json([[t.name for t in request.tools], request.messages])


def reused(requests: list[Request]) -> float:
    """Of the characters a role sent in the call before, the share that is an unchanged prefix of the next."""
    texts = [encoded(r) for r in requests]
    same = total = 0
    for before, after in itertools.pairwise(texts):
        same += next((i for i, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), len(before))
        total += len(before)
    return same / total


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("item", ITEMS)
def test_what_a_role_sends_begins_with_what_it_sent_before(item: int, mode: str) -> None:
    cast = played(item, mode)
    assert reused(cast.user.requests) >= 0.95
    assert reused(cast.agent.requests) >= 0.95


# ── Leaks ────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def words_of(requests: list[Request], own: frozenset[str]) -> str:
    """Everything in requests that is not of the roles named (what the partner said is no leak of ours)."""
    return fold("\n".join(m.content for r in requests for m in r.messages if m.role not in own))


def is_telling(value: Json) -> bool:
    return isinstance(value, str) and len(value) > 3 and not value.islower()


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("item", ITEMS)
def test_the_agent_is_never_told_what_the_task_is(item: int, mode: str) -> None:
    cast: Cast = played(item, mode)
    for request in cast.agent.requests:
        page, turns = request.messages[0].content, request.messages[1:]
        said = fold(page)
        for task in scenario(item, mode).tasks:
            assert task.goal not in to_json(request)
            assert all(s.goal not in page for s in task.subtasks)
            values = [f.value for f in (*task.known, *task.hidden) if is_telling(f.value)]
            assert not [v for v in values if has_phrase(said, fold(str(v)))]
        # Beside the page there is the conversation, word for word, and nothing else.
        assert [m.content for m in turns] == [t.message.content for t in cast.dialogue.turns[1 : len(turns) + 1]]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("item", ITEMS)
def test_the_user_is_never_told_what_is_hidden_or_planned(item: int, mode: str) -> None:
    cast = played(item, mode)
    tasks = scenario(item, mode).tasks
    given = fold(" ".join(f"{t.goal} {' '.join(str(f.value) for f in t.known)}" for t in tasks))
    spoken = [t.message.content for t in cast.dialogue.turns if t.message.role in ("user", "assistant")]
    for request in cast.user.requests:
        told = to_json(request.messages)
        assert not request.tools
        assert not [p.tool for t in tasks for p in t.plan if p.tool in told]
        ours = "\n".join(m.content for m in request.messages)
        for said in sorted(spoken, key=len, reverse=True):
            ours = ours.replace(said, "") if said else ours
        hidden = [f.value for t in tasks for f in t.hidden if is_telling(f.value)]
        assert not [v for v in hidden if has_phrase(fold(ours), fold(str(v))) and not has_phrase(given, fold(str(v)))]
        assert not [c for c in cast.dialogue.turns if c.message.role == "tool" and c.message.content in ours]
