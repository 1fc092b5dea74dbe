"""What the gate found while a conversation was played is what it finds in the finished one, whatever became of that."""

from collections.abc import Callable
from weakref import ref

import pytest
from msgspec import json
from msgspec.structs import replace

import played
from duologue.checks import case_of, columns_of
from duologue.checks.asked import Who, known_of
from duologue.checks.gate import UserGate, gate
from duologue.types import Dialogue, Turn, Verdict

Spoil = Callable[[Dialogue, int], Dialogue]


def judged(dialogue: Dialogue) -> Verdict:
    return gate(case_of(dialogue, played.tiny().environment, played.tiny().catalog))


def from_a_file(dialogue: Dialogue) -> Dialogue:
    """The same, of which nothing has been asked."""
    return json.decode(json.encode(dialogue), type=Dialogue)


def as_played(item: int, by_models: bool) -> Dialogue:
    return played.played(item).dialogue if by_models else played.scripted(item)


def just_played(item: int, by_models: bool) -> Dialogue:
    """The same, made now: what was asked of one that was made long ago holds for columns that are read anew by now."""
    return played.played.__wrapped__(item).dialogue if by_models else played.scripted.__wrapped__(item)


def users(dialogue: Dialogue) -> list[int]:
    return [n for n, turn in enumerate(dialogue.turns) if turn.message.role == "user"]


def put(dialogue: Dialogue, at: int, turn: Turn) -> Dialogue:
    return replace(dialogue, turns=(*dialogue.turns[:at], turn, *dialogue.turns[at + 1 :]))


def reworded(dialogue: Dialogue, at: int) -> Dialogue:
    turn = dialogue.turns[at]
    said = replace(
        turn.message, content=turn.message.content + " My number is 88213, since 3 May 1987. Change it to 77."
    )
    return put(dialogue, at, replace(turn, message=said))


def without_acts(dialogue: Dialogue, at: int) -> Dialogue:
    return put(dialogue, at, replace(dialogue.turns[at], acts=()))


def done(dialogue: Dialogue, at: int) -> Dialogue:
    return put(dialogue, at, replace(dialogue.turns[at], done=True))


def answered_otherwise(dialogue: Dialogue, at: int) -> Dialogue:
    turn = dialogue.turns[at - 1]
    return put(dialogue, at - 1, replace(turn, message=replace(turn.message, content="There is nothing.")))


def cut_before_the_answer(dialogue: Dialogue, at: int) -> Dialogue:
    return replace(dialogue, turns=dialogue.turns[: at + 1])


def cut_behind_the_answer(dialogue: Dialogue, at: int) -> Dialogue:
    return replace(dialogue, turns=dialogue.turns[: at + 2])


def of_one_task(dialogue: Dialogue, at: int) -> Dialogue:
    return replace(dialogue, scenario=replace(dialogue.scenario, tasks=dialogue.scenario.tasks[:1]))


def all_at_once(dialogue: Dialogue, at: int) -> Dialogue:
    return replace(dialogue, scenario=replace(dialogue.scenario, mode="task"))


SPOILT: tuple[Spoil, ...] = (
    reworded,
    without_acts,
    done,
    answered_otherwise,
    cut_before_the_answer,
    cut_behind_the_answer,
    of_one_task,
    all_at_once,
)


@pytest.mark.parametrize("by_models", [False, True])
@pytest.mark.parametrize("item", range(8))
def test_what_was_found_in_play_is_what_is_found_afterwards(item: int, by_models: bool) -> None:
    dialogue = as_played(item, by_models)
    assert judged(dialogue) == judged(from_a_file(dialogue))


@pytest.mark.parametrize("by_models", [False, True])
@pytest.mark.parametrize("spoil", SPOILT)
@pytest.mark.parametrize("item", range(4))
def test_so_it_is_where_the_conversation_became_another(item: int, spoil: Spoil, by_models: bool) -> None:
    dialogue = as_played(item, by_models)
    for at in users(dialogue):
        other = spoil(dialogue, at)
        assert judged(other) == judged(from_a_file(other)), at


def test_a_turn_asked_about_after_others_were_is_found_as_if_it_came_first() -> None:
    dialogue, tiny = played.scripted(1), played.tiny()
    heard = UserGate(tiny.environment.toolset, columns_of(tiny.catalog))
    for at in users(dialogue):
        for path in (dialogue, reworded(dialogue, at)):
            alone = UserGate(tiny.environment.toolset, columns_of(tiny.catalog))
            asked = heard.judge(path.turns, at, dialogue.scenario)
            assert asked == alone.judge(path.turns, at, dialogue.scenario)


def test_every_turn_of_a_played_conversation_has_been_asked_about() -> None:
    tiny, dialogue = played.tiny(), just_played(2, by_models=False)
    tasks, tools = dialogue.scenario.tasks, tiny.environment.toolset.tools
    who = Who(tasks, tools, columns_of(tiny.catalog), "user")
    asked = known_of(dialogue.turns[0])
    assert asked is not None
    assert sorted(asked.found(dialogue.turns, who)) == users(dialogue)
    assert not asked.found(dialogue.turns, replace(who, tasks=tasks[:1], mode="task"))


def called_again(dialogue: Dialogue, at: int) -> Dialogue:
    """The first call and its answer once more, before the turn at `at`, or behind all where that is the last."""
    made = next(n for n, turn in enumerate(dialogue.turns) if turn.message.tool_calls)
    twice = (*dialogue.turns[:at], *dialogue.turns[made : made + 2], *dialogue.turns[at:])
    return replace(dialogue, turns=tuple(replace(t, parent=n - 1 if n else None) for n, t in enumerate(twice)))


def never_called(dialogue: Dialogue, at: int) -> Dialogue:
    """Without the calls before the turn at `at`."""
    turns = tuple(
        replace(t, message=replace(t.message, tool_calls=())) if n < at else t for n, t in enumerate(dialogue.turns)
    )
    return replace(dialogue, turns=(dialogue.turns[0], *turns[1:]))


@pytest.mark.parametrize("by_models", [False, True])
@pytest.mark.parametrize("item", range(4))
def test_a_plan_that_was_matched_in_play_is_matched_so_afterwards(item: int, by_models: bool) -> None:
    tiny, dialogue = played.tiny(), as_played(item, by_models)
    for at in [*users(dialogue), len(dialogue.turns)]:
        others = [spoil(dialogue, at) for spoil in (*SPOILT, called_again, never_called) if at < len(dialogue.turns)]
        for other in (dialogue, called_again(dialogue, at), never_called(dialogue, at), *others):
            known, anew = (case_of(d, tiny.environment, tiny.catalog) for d in (other, from_a_file(other)))
            assert not anew.matches
            numbers = range(len(other.scenario.tasks))
            assert [known.match(n) for n in numbers] == [anew.match(n) for n in numbers], at


def test_a_conversation_that_did_all_is_known_to_have_done_it() -> None:
    tiny = played.tiny()
    done = [case_of(just_played(n, by_models=True), tiny.environment, tiny.catalog).matches for n in range(4)]
    assert sum(map(bool, done)) > 1


def test_nothing_is_kept_of_a_conversation_that_nobody_holds() -> None:
    dialogue, tiny = from_a_file(played.scripted(3)), played.tiny()
    user = UserGate(tiny.environment.toolset, columns_of(tiny.catalog))
    user.judge(dialogue.turns, 1, dialogue.scenario)
    asked = ref(known_of(dialogue.turns[0]))
    assert asked() is not None
    del dialogue, user
    assert asked() is None
