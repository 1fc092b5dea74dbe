"""Faults on purpose: drawn by seed, declared, recovered from by the scripted pair, and told from mistakes by the checks."""

import asyncio
from collections.abc import Callable
from functools import cache
from itertools import pairwise

import pytest
from msgspec import Struct, json
from msgspec.structs import replace

from duologue.checks.blame import ruling
from duologue.checks.combine import combine
from duologue.environment import open_session
from duologue.errors import UserError
from duologue.ids import rng
from duologue.language.lacking import says_lacking
from duologue.pipeline import Workshop
from duologue.plans.faults import KINDS, MOST_TRIES, WAITS, met, shows_change, wanted_of
from duologue.plans.hidden import left_out
from duologue.plans.renamed import new_names
from duologue.simulate.agent import ScriptedAgent
from duologue.simulate.faulty import Faults, FaultySession, carried_out, faults
from duologue.simulate.play import due, play
from duologue.simulate.scripted import Pair, gated
from duologue.simulate.user import ScriptedUser
from duologue.testing import tiny_environment
from duologue.types import ClockSpec, Dialogue, Fault, Json, Message, Slot, ToolCall, Turn, Verdict

ITEMS, SOUGHT = 12, 120
RATES = {"lost_answer": 1.0, "stale_read": 0.3, "schema_drift": 0.3}
"""Above the usual: of the kinds that meet few calls there must be enough."""


@cache
def workshop() -> Workshop:
    t = tiny_environment(seed=9)
    return Workshop(t.environment, t.image, t.catalog, 9)


def rates(kind: str) -> Faults:
    return Faults(rates={kind: RATES.get(kind, 0.15)})


@cache
def played(kind: str, item: int) -> Dialogue:
    shop = workshop().meeting(rates(kind))
    return asyncio.run(shop.play(workshop().tasks.scenario(str(item), ())))


def meeting(kind: str) -> list[int]:
    """The items whose conversations meet it."""
    return [i for i in range(ITEMS) if any(t.fault for t in played(kind, i).turns)]


@cache
def verdicts(kind: str, item: int) -> tuple[Verdict, ...]:
    return workshop().check(played(kind, item))


def failing(dialogue: Dialogue) -> list[str]:
    return [v.check for v in workshop().check(dialogue) if v.passed is False]


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_recovered_from_and_else_blamed_on_the_tool(kind: str) -> None:
    found = meeting(kind)
    lost = [i for i in found if not combine(verdicts(kind, i)).accepted]
    who = [ruling(verdicts(kind, i), [t.message.role for t in played(kind, i).path()]) for i in lost]
    assert len(found) >= 3
    assert len(lost) <= len(found) // 3  # at such rates a call fails three times running now and then
    assert {r.who for r in who if r is not None} <= {"tool"}


def test_the_user_hears_of_what_takes_long() -> None:
    """A wait of ten seconds or more is announced beside the call that follows it, and a short one is not."""
    heard = {
        (int(waits["retry_after"]) >= 10, bool(after.message.content))
        for item in meeting("rate_limit")
        for before, result, after in zip(*(played("rate_limit", item).turns[n:] for n in range(3)), strict=False)
        if len(before.message.tool_calls) == 1 and before.message.content == "" and result.fault is not None
        for waits in [json.decode(result.message.content)["error"]]
    }
    assert (True, True) in heard
    assert (True, False) not in heard


def test_a_conversation_without_faults_is_the_same_as_ever() -> None:
    scenario = workshop().tasks.scenario("0", ())
    plain = asyncio.run(workshop().play(scenario))
    assert asyncio.run(workshop().meeting(Faults()).play(scenario)) == plain
    assert "recovery" not in [v.check for v in workshop().check(plain)]


def test_each_look_after_several_changes_in_doubt_is_read() -> None:
    """Two changes asked for at once go unanswered: of each look it is read whether its own was made."""
    several = [
        item
        for item in meeting("lost_answer")
        if any(a.fault and b.fault for a, b in pairwise(played("lost_answer", item).turns))
    ]
    assert several
    assert all(v.passed is True for item in several for v in verdicts("lost_answer", item) if v.check == "unread")


@pytest.mark.parametrize("kind", ["lost_answer", "server_error"])
def test_a_conversation_taken_up_at_any_turn_meets_the_same_faults(kind: str) -> None:
    whole = min((played(kind, i) for i in meeting(kind)), key=lambda d: len(d.turns))
    for at in range(len(whole.turns)):
        beside = whole.turns[at].message.role == "tool" and whole.turns[at + 1].message.role == "tool"
        if not beside and due(whole.turns[: at + 1]) != "nobody":
            assert taken_up(whole, at, rates(kind)) == whole, f"taken up after turn {at}"


def taken_up(dialogue: Dialogue, at: int, rates: Faults) -> Dialogue:
    """The dialogue cut after turn `at` and played on by speakers and a session that saw nothing but those turns."""
    shop, scenario, turns = workshop(), dialogue.scenario, dialogue.turns[: at + 1]
    assert shop.image is not None
    session = open_session(shop.image, shop.environment, scenario.clock, carried_out(turns))
    answered = sum(1 for turn in turns if turn.message.role == "tool")
    user = ScriptedUser(shop.catalog, shop.index, scenario)
    pair = Pair(
        user=gated(user, scenario, shop.environment, shop.catalog),
        agent=ScriptedAgent(shop.catalog, shop.index, shop.environment, scenario),
        session=FaultySession(session, rates, shop.index, scenario, answered),
    )
    return asyncio.run(play(pair, replace(dialogue, turns=turns)))


# ── spoiled by hand ──────────────────────────────────────────────────────────────────────────────────────────────────────


def call_of(dialogue: Dialogue, at: int) -> ToolCall:
    """The call that turn `at` answers."""
    wanted = dialogue.turns[at].message.tool_call_id
    return next(c for t in dialogue.turns for c in t.message.tool_calls if c.id == wanted)


def writes(dialogue: Dialogue, at: int) -> bool:
    return workshop().index.by_name[call_of(dialogue, at).name].effect == "write"


def recovered(kind: str, write: bool) -> tuple[Dialogue, int]:
    """A conversation that passes, and the turn of a fault in it: one call, made again or looked up in the next turn."""
    for item in (i for i in range(SOUGHT) if combine(verdicts(kind, i)).accepted):
        dialogue = played(kind, item)
        for at, turn in enumerate(dialogue.turns[:-3]):
            alone = (
                len(dialogue.turns[at - 1].message.tool_calls) == len(dialogue.turns[at + 1].message.tool_calls) == 1
            )
            then = [t.fault for t in dialogue.turns[at + 1 : at + 5]]
            if turn.fault and turn.fault.kind == kind and writes(dialogue, at) is write and alone and not any(then):
                return dialogue, at
    raise AssertionError(f"no {kind} of a {'change' if write else 'read'}")


def put(dialogue: Dialogue, at: int, drop: int, more: list[Turn]) -> Dialogue:
    """With other turns in the place of `drop` of them from turn `at` on."""
    turns = [*dialogue.turns[:at], *more, *dialogue.turns[at + drop :]]
    return replace(dialogue, turns=tuple(replace(t, parent=n - 1 if n else None) for n, t in enumerate(turns)))


def again(dialogue: Dialogue, at: int, times: int) -> list[Turn]:
    """The call behind turn `at` and its result, that many times more."""
    call, result = call_of(dialogue, at), dialogue.turns[at]
    out = []
    for n in range(times):
        made = replace(
            dialogue.turns[at - 1], message=Message("assistant", tool_calls=(replace(call, id=f"more_{n}"),))
        )
        out += [made, replace(result, message=replace(result.message, tool_call_id=f"more_{n}"))]
    return out


def silent(dialogue: Dialogue, at: int) -> Dialogue:
    """Nothing is done about the fault."""
    return put(dialogue, at + 1, 2, [])


def forever(dialogue: Dialogue, at: int) -> Dialogue:
    return put(dialogue, at + 1, 0, again(dialogue, at, 3))


def blindly(dialogue: Dialogue, at: int) -> Dialogue:
    """Made again at once, without a look."""
    made, answer = again(dialogue, at, 1)
    went = replace(answer, message=replace(answer.message, content='{"ok":true}'), fault=None)
    return put(dialogue, at + 1, 2, [made, went])


def once_more(dialogue: Dialogue, at: int) -> Dialogue:
    """Made again after the look has shown it."""
    made, answer = again(dialogue, at, 1)
    went = replace(answer, message=replace(answer.message, content='{"ok":true}'), fault=None)
    return put(dialogue, at + 3, 0, [made, went])


def called_done(dialogue: Dialogue, at: int) -> Dialogue:
    """Not made again although the look has shown that it was not made."""
    return put(dialogue, at + 3, 2, [])


SPOILED: list[tuple[str, bool, Callable[[Dialogue, int], Dialogue], str]] = [
    # the kind, whether it meets a change, what the assistant does wrongly, what finds it
    ("lost_answer", True, once_more, "recovery"),
    ("lost_answer", True, blindly, "recovery"),
    ("lost_answer", True, silent, "recovery"),
    ("lost_answer", True, silent, "honesty"),
    ("timeout", True, blindly, "recovery"),
    ("timeout", True, called_done, "recovery"),
    ("timeout", True, called_done, "state"),
    ("timeout", False, silent, "recovery"),
    ("timeout", False, forever, "recovery"),
    ("rate_limit", False, silent, "recovery"),
    ("rate_limit", False, forever, "recovery"),
    ("server_error", False, silent, "recovery"),
    ("server_error", False, forever, "recovery"),
    ("partial_view", False, silent, "recovery"),
    ("partial_view", False, forever, "recovery"),
    ("stale_read", False, silent, "recovery"),
    ("hidden_columns", False, forever, "recovery"),
]


@pytest.mark.parametrize(("kind", "write", "wrongly", "check"), SPOILED)
def test_a_wrong_recovery_is_found(
    kind: str, write: bool, wrongly: Callable[[Dialogue, int], Dialogue], check: str
) -> None:
    spoiled = wrongly(*recovered(kind, write))
    assert check in failing(spoiled)
    who = ruling(workshop().check(spoiled), [t.message.role for t in spoiled.path()])
    assert who is not None
    assert who.who == "agent"


# ── fields that were left out, or came under another name ────────────────────────────────────────────────────────────────


class Sight(Struct):
    """A field that somebody asked for, and could not be seen under its name at first."""

    dialogue: Dialogue
    at: int
    label: str
    others: list[Json]
    """What other fields of the same record hold."""

    def said(self, text: str, since: int = 0) -> Dialogue:
        """With other words in the place of the assistant's first after that turn; what it did in between, left out."""
        turns = self.dialogue.turns
        then = next(
            n
            for n in range(self.at + 1, len(turns))
            if turns[n].message.role == "assistant" and not turns[n].message.tool_calls
        )
        other = replace(turns[then], message=replace(turns[then].message, content=text))
        since = since or then
        return put(self.dialogue, since, then - since + 1, [other])


@cache
def sight(kind: str) -> Sight:
    """A conversation that passes, in which a field that was asked for, of one record, was told after all."""
    shop = workshop()
    for item in (i for i in range(SOUGHT) if combine(verdicts(kind, i)).accepted):
        dialogue = played(kind, item)
        wanted = wanted_of(dialogue.scenario.tasks)
        due = {(d.slot, d.value) for t in dialogue.scenario.tasks for s in t.subtasks for d in s.tell}
        for at, turn in enumerate(dialogue.turns):
            if turn.fault is None or turn.fault.kind != kind:
                continue
            tool, held = shop.index.by_name[call_of(dialogue, at).name], json.decode(turn.fault.held)
            out = left_out if kind == "hidden_columns" else new_names
            texts = [t.message.content for t in dialogue.turns[1:] if t.message.role in ("user", "assistant")]
            for path in out(tool, json.decode(turn.message.content), held):
                slot = tool.outputs.get(path, Slot())
                if (
                    "." in path
                    or slot.column[:1] in "@"
                    or f"{slot.table}.{slot.column}" not in wanted
                    or not isinstance(held[path], str)
                ):
                    continue
                next_text = dialogue.turns[
                    min(at + (3 if kind == "hidden_columns" else 1), len(dialogue.turns) - 1)
                ].message
                if (
                    (f"{slot.table}.{slot.column}", held[path]) in due
                    and sum(held[path] in text for text in texts) == 1
                    and held[path] in next_text.content
                    and next_text.role == "assistant"
                ):
                    label = shop.catalog.table(slot.table).column(slot.column).label
                    return Sight(dialogue, at, label, [v for k, v in held.items() if k != path and isinstance(v, str)])
    raise AssertionError(f"no {kind} of a field that was asked for")


UNSEEN: list[tuple[str, str, bool, str]] = [
    # the kind, what the assistant says instead, whether it asks again before, what finds it
    ("hidden_columns", "The record holds no {label}.", False, "recovery"),
    ("hidden_columns", "The {label} is empty.", True, "recovery"),
    ("hidden_columns", "I can't see the {label} at the moment.", False, "recovery"),
    ("hidden_columns", "The {label} is 4711.25.", False, "grounding"),
    ("hidden_columns", "The {label} is {other}.", False, "disclosure"),
    ("schema_drift", "There is no {label} on record.", True, "recovery"),
    ("schema_drift", "The {label} hasn't been recorded.", True, "disclosure"),
    ("schema_drift", "The {label} is 4711.25.", True, "grounding"),
    ("schema_drift", "The {label} is {other}.", True, "disclosure"),
]


@pytest.mark.parametrize(("kind", "text", "again", "check"), UNSEEN)
def test_a_field_that_was_not_seen_is_neither_denied_nor_made_up(kind: str, text: str, again: bool, check: str) -> None:
    seen = sight(kind)
    spoiled = seen.said(text.format(label=seen.label, other=seen.others[-1]), 0 if again else seen.at + 1)
    assert check in failing(spoiled)
    who = ruling(workshop().check(spoiled), [t.message.role for t in spoiled.path()])
    assert who is not None
    assert who.who == "agent"


@pytest.mark.parametrize("kind", ["hidden_columns", "schema_drift"])
def test_another_answer_than_the_one_held_back_fails_the_replay(kind: str) -> None:
    seen = sight(kind)
    turn = seen.dialogue.turns[seen.at]
    shown = json.decode(turn.message.content)
    other = (
        {**shown, "more": 1}
        if kind == "hidden_columns"
        else {k: 7 if n == 0 else v for n, (k, v) in enumerate(shown.items())}
    )
    message = replace(turn.message, content=json.encode(other).decode())
    assert "replay" in failing(put(seen.dialogue, seen.at, 1, [replace(turn, message=message)]))


LABELS: list[tuple[str, str, bool]] = [
    # a text, the label of a field, whether it says that there is nothing in it
    ("There is no e-mail on file.", "e-mail", True),
    ("I don't see any e-mail, and it doesn't have a due date.", "due date", True),
    ("The due date for this loan is blank.", "due date", True),
    ("The e-mail hasn't been recorded.", "e-mail", True),
    ("I can't see the due date at the moment, so I can't say whether it is set.", "due date", False),
    ("The due date is 4 May, and there is no fine.", "due date", False),
    ("No due date could be loaded this time.", "due date", False),
    ("There were no due date changes.", "due date", False),
]


@pytest.mark.parametrize(("text", "label", "lacking"), LABELS)
def test_a_text_says_that_a_field_holds_nothing(text: str, label: str, lacking: bool) -> None:
    assert bool(says_lacking(text, label)) is lacking


DECLARED: list[tuple[str, bool, Fault]] = [
    # a turn that met a fault or did not, and what is declared of it wrongly
    ("a result passed off as a fault", False, Fault("timeout")),
    ("an unknown kind", True, Fault("gremlins")),
    ("another kind", True, Fault("rate_limit")),
    ("a change that was made, declared as not made", True, Fault("timeout")),
    ("another answer held back", True, Fault("lost_answer", True, '{"ok":false}')),
]


@pytest.mark.parametrize(("what", "on_fault", "fault"), DECLARED)
def test_a_fault_declared_wrongly_fails_the_replay(what: str, on_fault: bool, fault: Fault) -> None:
    dialogue, at = recovered("lost_answer", True)
    at = at if on_fault else at + 2
    assert "replay" in failing(put(dialogue, at, 1, [replace(dialogue.turns[at], fault=fault)])), what


# ── rates ────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_old_state_that_never_was_fails_the_replay() -> None:
    dialogue, at = recovered("stale_read", False)
    turn = dialogue.turns[at]
    other = replace(turn.message, content=turn.message.content.replace('"as_of":"2', '"as_of":"1'))
    assert "replay" in failing(put(dialogue, at, 1, [replace(turn, message=other)]))


def test_a_part_that_is_none_fails_the_replay() -> None:
    dialogue, at = recovered("partial_view", False)
    turn = dialogue.turns[at]
    rows = replace(turn.message, content=turn.message.content.replace('"partial":true', '"more":1,"partial":true'))
    assert "replay" in failing(put(dialogue, at, 1, [replace(turn, message=rows)]))


@pytest.mark.parametrize(
    ("share", "each", "wrong"),
    [(1.2, {}, "1.2"), (-0.1, {}, "-0.1"), (None, {"gremlins": 0.1}, "gremlins"), (0.6, {"timeout": 0.6}, "1.2")],
)
def test_rates_that_are_none_are_refused(share: float | None, each: dict[str, float], wrong: str) -> None:
    with pytest.raises(UserError, match=wrong):
        faults(share, each)


def test_each_call_meets_a_fault_as_often_as_asked() -> None:
    kinds = list(KINDS.values())
    drawn = [Faults(share=0.3, rates={"timeout": 0.1}).drawn(kinds, (n + 0.5) / 1000) for n in range(1000)]
    named = [k.name for k in drawn if k is not None]
    others = {named.count(k) for k in KINDS if k != "timeout"}
    assert named.count("timeout") == 100
    assert max(others) - min(others) <= 1
    assert len(named) == 400


def test_the_clock_moves_on_by_more_than_anybody_is_asked_to_wait() -> None:
    assert (MOST_TRIES - 1) * max(WAITS) <= ClockSpec("2024-06-01T00:00:00", 1).least


def test_names_that_changed_for_good_stay_changed() -> None:
    """After the first answer in the names that are for good, none comes whole in the old ones, and none is cut, old or without a field."""
    shop = workshop().meeting(Faults(rates={"schema_drift": 0.3, "partial_view": 0.3, "hidden_columns": 0.3}))
    after: list[str] = []
    for item in range(6):
        found = asyncio.run(shop.play(workshop().tasks.scenario(str(item), ())))
        kinds = [(t.fault.kind if t.fault else "") for t in found.turns if t.message.role == "tool"]
        since = next((n for n in range(len(kinds)) if rng(found.scenario.seed, "drift", n).random() < 0.3 / 4), None)
        after += kinds[since:] if since is not None else []
    assert "schema_drift" in after
    assert not {"partial_view", "hidden_columns", "stale_read"} & set(after)


def test_a_change_is_left_in_doubt_only_where_a_read_shows_it() -> None:
    index = workshop().index
    lost = KINDS["lost_answer"]
    for tool in index.toolset.tools:
        assert lost.may_meet(tool, index) is shows_change(tool, index)
        assert tool.effect == "write" or KINDS["timeout"].may_meet(tool, index)


@pytest.mark.parametrize("written", ["timeout", "TIMEOUT", "TimeoutError"])
def test_a_fault_is_known_by_its_error_in_every_dialect(written: str) -> None:
    assert met({"error": {"type": written, "message": "…"}}) == "timeout"
    assert not met({"error": {"type": "not_found", "message": "…"}})
    assert not met({"ok": True})
    assert not met({"items": [], "partial": True})


@pytest.mark.parametrize("own", ["partial", "hidden", "stale", "StaleError"])
def test_a_refusal_of_the_tools_own_is_no_fault(own: str) -> None:
    """What these kinds show is no error, so an error of that name is the tool's last word."""
    assert not met({"error": {"type": own, "message": "…"}})
