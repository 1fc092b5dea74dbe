"""What the user does between requests: it occurs where there is occasion, a rate of 0 turns it off, and the assistant's reply is true."""

import random
import re

import pytest
from msgspec.structs import replace

from asides import ASIDES, ITEMS, REMARKS, act_of, failing, having, played, reply, tiny
from duologue.checks.words import finds
from duologue.language.apart import apart
from duologue.language.grammar import grammar
from duologue.language.phrases import Phrases
from duologue.language.values import tells
from duologue.plans.index import ToolIndex
from duologue.simulate.behaviours.out_of_scope import beyond
from duologue.simulate.past import Past
from duologue.simulate.reacting import fitting
from duologue.simulate.told import spoken
from duologue.types import Act, Message, Tool, Turn


@pytest.mark.parametrize("behaviour", [*ASIDES, *REMARKS])
def test_it_occurs_and_the_checks_have_nothing_against_it(behaviour: str) -> None:
    found = having(behaviour)
    assert found
    assert [failing(d) for d, _ in found if failing(d)] == []


def test_rate_nought_turns_each_off() -> None:
    for item in range(ITEMS):
        done = {b for t in played(item, "").turns for b in t.behaviours}
        assert done.isdisjoint((*ASIDES, *REMARKS))


@pytest.mark.parametrize("behaviour", ["check", "compare", "out_of_scope"])
def test_what_was_told_needs_no_second_look(behaviour: str) -> None:
    for dialogue, at in having(behaviour):
        assert dialogue.turns[at + 1].message.content
        assert not dialogue.turns[at + 1].message.tool_calls


def test_a_difference_comes_with_both_figures() -> None:
    phrases = Phrases(tiny().catalog)
    gaps = [(d, at, act_of(d.turns[at], "compare")) for d, at in having("compare")]
    gaps = [g for g in gaps if len(g[2].values["rows"]) == 2]
    assert gaps
    for dialogue, at, act in gaps:
        said = reply(dialogue, at).message.content
        assert act.need is not None
        assert all(spoken(phrases, row) in said for row in act.values["rows"])
        assert any(c.isdigit() for c in said)


def test_a_value_said_back_is_confirmed_or_put_right() -> None:
    kinds = set()
    for dialogue, at in having("check"):
        ((slot, said),) = act_of(dialogue.turns[at], "check").values["is"].items()
        words = reply(dialogue, at).message.content
        wrong = words.startswith(("Not quite", "Nearly", "One small", "Almost", "A small", "Those two"))
        told = [v["is"].get(slot) for t in dialogue.turns[:at] for a in t.acts for v in a.values.get("told", ())]
        assert said in told or wrong
        kinds.add(wrong)
        assert tells(dialogue.turns[at].message.content, said) or isinstance(said, str)
    assert False in kinds


OFFERS = re.compile(r"\bI (?:can|could) (?!only|look up\.)|What I can do")
NO = re.compile(r"can't|no way|nothing|not|isn't|doesn't|don't|only")


def test_a_wish_is_declined_with_what_comes_near_it_and_without_a_tool_s_name() -> None:
    names = {t.name for t in tiny().environment.toolset.tools}
    for dialogue, at in having("out_of_scope"):
        answer = reply(dialogue, at)
        assert [a.kind for a in answer.acts] == ["decline"]
        assert NO.search(answer.message.content)
        near = act_of(dialogue.turns[at], "out of scope").values["wish"] in ("email", "print", "export", "call")
        assert near or not OFFERS.search(answer.message.content)
        assert not any(name in answer.message.content for name in names)


def test_no_wish_that_a_tool_can_grant() -> None:
    t = tiny()
    read = t.environment.toolset.tools[0]
    mailer = Tool("send_summary", "Sends a summary to an address.", read.parameters, read.returns, "write")
    index = ToolIndex(t.environment.toolset, t.catalog)
    more = ToolIndex(replace(t.environment.toolset, tools=(*t.environment.toolset.tools, mailer)), t.catalog)
    assert beyond(index, "email")
    assert not beyond(more, "email")
    assert beyond(more, "print")


def test_small_talk_takes_no_turn_and_gets_half_a_sentence() -> None:
    for dialogue, at in having("small_talk"):
        assert len(dialogue.turns[at].acts) > 1
        assert [a.kind for a in reply(dialogue, at).acts].count("small talk") == 1
        assert len(reply(dialogue, at).acts) > 1


def test_why_is_answered_with_what_the_record_shows_and_that_it_gives_no_reason() -> None:
    wondering = [(d, at) for d, at in having("provoked") if any(a.kind == "wonder" for a in d.turns[at].acts)]
    for dialogue, at in wondering:
        kinds = [a.kind for a in reply(dialogue, at).acts]
        assert kinds[-1] == "no reason"
        assert "report" in kinds


@pytest.mark.parametrize(
    ("path", "slots", "text"),
    [
        ("compared.gap", {"a": "Ann", "b": "Ben", "a_value": "£9.00", "b_value": "£4.00", "gap": "£5.00"}, "£5.00"),
        ("compared.more", {"a": "Ann", "b": "Ben", "a_value": "£9.00", "b_value": "£4.00"}, "£9.00"),
        ("checked.wrong", {"label": "fee", "are": "is", "value": "2.00", "slip": "3.50 is for loan 9"}, "2.00"),
        ("declined.line", {"deed": "send emails", "offer": "tell you the fee"}, "send emails"),
    ],
)
def test_every_line_says_what_it_must(path: str, slots: dict[str, str], text: str) -> None:
    for line in grammar("agent").templates(path):
        if line.needs <= set(slots):
            assert text in line.fill(slots, random.Random(1))


@pytest.mark.parametrize(
    ("one", "other", "gap"),
    [(3, 1, "2.00"), (2.5, 2.25, "0.25"), (1.0, 1.0, ""), (True, False, ""), ("2024-05-03", "x", "")],
)
def test_how_far_two_values_are_apart(one: object, other: object, gap: str) -> None:
    assert apart(Phrases(tiny().catalog), "loan.fee", one, other).lstrip("£$€") in (gap, gap.removesuffix(".00"))


def test_days_are_counted_between_dates() -> None:
    phrases = Phrases(tiny().catalog)
    assert apart(phrases, "loan.due_on", "2024-05-03", "2024-05-15") == "12 days"
    assert apart(phrases, "loan.due_on", "2024-05-03", "2024-05-04") == "1 day"
    assert apart(phrases, "loan.due_on", "2020-05-03", "2024-05-04") == ""


@pytest.mark.parametrize(
    ("acts", "last", "kind"),
    [
        ([Act("report", values={"single": True})], "request", "report"),
        ([Act("report many", values={"total": 9})], "request", "report"),
        ([Act("report many", values={"total": 60})], "request", "long"),
        ([Act("report empty")], "request", "empty"),
        ([Act("report change")], "confirm", "change"),
        ([Act("error")], "confirm", "problem"),
        ([Act("decline")], "out of scope", "problem"),
        ([Act("report", values={"single": True})], "doubt", "stands"),
        ([Act("confirm?")], "request", ""),
        ([], "request", ""),
    ],
)
def test_a_reaction_fits_what_was_answered(acts: list[Act], last: str, kind: str) -> None:
    assistant = Turn(Message("assistant", content="…"), acts=tuple(acts))
    user = Turn(Message("user", content="…"), acts=(Act(last),))
    assert fitting(Past((user, assistant))) == kind


def test_nobody_thanks_twice_in_a_message() -> None:
    for item in range(ITEMS):
        for turn in played(item, "reaction").turns:
            said = turn.message.content.lower()
            assert turn.message.role != "user" or said.count("thank") < 2 or "done" in {a.kind for a in turn.acts}


def test_a_doubt_says_why() -> None:
    causes = re.compile(
        r"thought|expect|notes|another|else|told|in mind|others|pass (?:it|that) on|money|filled|sworn|missing|stood"
    )
    for form in ("figure", "money", "zero", "few", "many", "peak"):
        for line in grammar("user").templates(f"doubt.{form}"):
            said = line.fill({"value": "12", "who": "Ann"}, random.Random(1))
            assert causes.search(said) or line.registers, said
            assert finds("doubt", "asks", said), said


def test_no_one_asks_on_about_what_was_told_or_asked_for() -> None:
    for item in range(ITEMS):
        dialogue = played(item, "follow_up")
        asked: set[str] = set()
        for turn in dialogue.turns:
            for act in turn.acts if turn.message.role == "user" else ():
                wanted = set(act.need.wanted) if act.need else set()
                assert act.kind != "follow up" or not wanted & asked
                asked |= wanted


def test_what_is_not_found_is_not_looked_for_twice_in_a_message() -> None:
    for item in range(ITEMS):
        assert not [
            t for t in played(item, "two_at_once").turns if {"two_at_once", "empty_result"} <= set(t.behaviours)
        ]
