"""A conversation that holds a behaviour is sound, and one in which the assistant takes it wrongly is found by a check that can be named."""

import asyncio
from collections.abc import Callable
from functools import cache

import pytest
from msgspec.structs import replace

from duologue.plans.index import ToolIndex
from duologue.simulate.profile import behaviours, profile
from duologue.simulate.scripted import converse
from duologue.types import Dialogue, Json, Turn
from duologue.verify import verify_dialogue
from played import scenario, tiny

ITEMS = 240


@cache
def holding(name: str, rate: float = 1.0) -> Dialogue | None:
    """The first conversation that holds a behaviour, where the user has no other."""
    t = tiny()
    index = ToolIndex(t.environment.toolset, t.catalog)
    only = profile({n: rate if n == name else 0.0 for n in behaviours()})
    for item in range(ITEMS):
        found = asyncio.run(converse(scenario(item), t.environment, t.image, t.catalog, index, only))
        if any(name in turn.behaviours for turn in found.turns):
            return found
    return None


def failed(dialogue: Dialogue) -> set[str]:
    """The checks that find something in it."""
    t = tiny()
    return {v.check for v in verify_dialogue(dialogue, t.environment, t.image, t.catalog) if v.passed is False}


def at(dialogue: Dialogue, name: str) -> list[int]:
    return [n for n, turn in enumerate(dialogue.turns) if name in turn.behaviours]


def said_otherwise(dialogue: Dialogue, n: int, old: str, new: str) -> Dialogue:
    turn = dialogue.turns[n]
    assert old in turn.message.content
    return with_turn(
        dialogue, n, replace(turn, message=replace(turn.message, content=turn.message.content.replace(old, new)))
    )


def called_otherwise(dialogue: Dialogue, n: int, **arguments: Json) -> Dialogue:
    """With other arguments in the first call from turn `n` on that takes them."""
    for k in range(n, len(dialogue.turns)):
        turn = dialogue.turns[k]
        for i, call in enumerate(turn.message.tool_calls):
            if arguments.keys() <= call.arguments.keys():
                other = replace(call, arguments={**call.arguments, **arguments})
                calls = (*turn.message.tool_calls[:i], other, *turn.message.tool_calls[i + 1 :])
                return with_turn(dialogue, k, replace(turn, message=replace(turn.message, tool_calls=calls)))
    raise AssertionError("nobody calls that")


def with_turn(dialogue: Dialogue, n: int, turn: Turn) -> Dialogue:
    return replace(dialogue, turns=(*dialogue.turns[:n], turn, *dialogue.turns[n + 1 :]))


# ── how the assistant may take it wrongly ────────────────────────────────────────────────────────────────────────────────


def writes_what_was_taken_back(dialogue: Dialogue) -> Dialogue:
    first = at(dialogue, "second_thought")[0]
    wish, right = (
        next(a for a in dialogue.turns[n].acts if a.kind == kind)
        for n, kind in zip(at(dialogue, "second_thought"), ("request", "correct"), strict=True)
    )
    assert wish.need is not None
    key = next(iter(right.values))
    return called_otherwise(dialogue, first, **{key.partition(".")[2].partition(":")[0]: wish.need.values[key]})


def never_puts_it_right(dialogue: Dialogue) -> Dialogue:
    """The user's fault this time: the first wish stands, and they agree to it."""
    _, second = at(dialogue, "second_thought")
    kept = (*dialogue.turns[:second], *dialogue.turns[second + 2 :])
    return replace(dialogue, turns=tuple(replace(t, parent=n - 1 if n else None) for n, t in enumerate(kept)))


def says_it_is_done(name: str) -> Callable[[Dialogue], Dialogue]:
    """Where the user has only let a change wait, the assistant says that it is made."""

    def spoil(dialogue: Dialogue) -> Dialogue:
        n = at(dialogue, name)[0] + 1
        while not dialogue.turns[n].message.content or dialogue.turns[n].message.role != "assistant":
            n += 1
        return said_otherwise(
            dialogue, n, dialogue.turns[n].message.content, "Done: I've changed the due date for loan 8."
        )

    return spoil


def takes_it_for_another(name: str) -> Callable[[Dialogue], Dialogue]:
    """The one looked up is another row than the one that the user came to mean."""

    def spoil(dialogue: Dialogue) -> Dialogue:
        n = at(dialogue, name)[-1]
        calls = (c for t in dialogue.turns[n:] for c in t.message.tool_calls)
        key, value = next((k, v) for c in calls for k, v in c.arguments.items() if k.endswith("_id"))
        return called_otherwise(dialogue, n, **{key: value + 1})

    return spoil


SPOILED: list[tuple[str, Callable[[Dialogue], Dialogue], str]] = [
    ("second_thought", writes_what_was_taken_back, "policy"),
    ("second_thought", never_puts_it_right, "user_gate"),
    ("hold_on", says_it_is_done("hold_on"), "honesty"),
    ("put_off", says_it_is_done("put_off"), "honesty"),
    ("ask_first", says_it_is_done("ask_first"), "honesty"),
    ("slip", takes_it_for_another("slip"), "provenance"),
    ("short_name", takes_it_for_another("short_name"), "provenance"),
]
NAMES = sorted({name for name, _, _ in SPOILED})


@pytest.mark.parametrize("name", NAMES)
def test_a_conversation_that_holds_it_is_sound(name: str) -> None:
    dialogue = holding(name)
    assert dialogue is not None
    assert failed(dialogue) == set()


@pytest.mark.parametrize("name", NAMES)
def test_a_rate_of_zero_turns_it_off(name: str) -> None:
    assert holding(name, 0.0) is None


@pytest.mark.parametrize(("name", "spoil", "check"), SPOILED)
def test_who_takes_it_wrongly_is_found(name: str, spoil: Callable[[Dialogue], Dialogue], check: str) -> None:
    dialogue = holding(name)
    assert dialogue is not None
    assert check in failed(spoil(dialogue))


@pytest.mark.parametrize("name", ["second_thought", "slip"])
def test_what_is_put_right_comes_from_the_goal(name: str) -> None:
    dialogue = holding(name)
    assert dialogue is not None
    wrong, right = at(dialogue, name)
    assert [a.kind for a in dialogue.turns[right].acts] == ["correct"]
    correct = dialogue.turns[right].acts[0]
    given = list(correct.values.values()) + [
        v for m in (correct.need.mentions if correct.need else ()) for v in m.by.values()
    ]
    wishes = [s.need for task in dialogue.scenario.tasks for s in task.subtasks if s.need]
    wanted = [v for n in wishes for v in (*n.values.values(), *(v for m in n.mentions for v in m.by.values()))]
    assert given
    assert all(v in wanted for v in given)
    assert all(str(v) not in dialogue.turns[wrong].message.content for v in given if isinstance(v, str))
