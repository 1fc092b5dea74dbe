"""Findings that are read again: every form is written by the check it belongs to, and read by whoever decides on it."""

from typing import get_args

import pytest
from msgspec.structs import replace

from checks.test_gate_rules import ASKED, MAY, OK, OLD, SCENARIO, TOOLS, found
from duologue.checks import findings
from duologue.checks.blame import ruling
from duologue.checks.case import Case
from duologue.checks.findings import (
    GATE_REASONS,
    INVALID_CLASS,
    Form,
    given_up,
    is_aside,
    note,
    own_words,
    reason_given,
)
from duologue.checks.gate import gate
from duologue.checks.protocol import protocol
from duologue.checks.state import state
from duologue.plans.trace import trace
from duologue.simulate.gated import reason_of
from duologue.types import Act, Dialogue, Fact, Finding, Message, RowChange, Scenario, ToolCall, Turn, Verdict
from duologue.verify.judge import Class

FILLED = [
    (Form("it ends"), (), "it ends"),
    (Form("makes {n} requests"), (3,), "makes 3 requests"),
    (Form("task {n} ({word}): {}"), (1, "Critical", "a {b} (c)\nd"), "task 1 (Critical): a {b} (c)\nd"),
    (Form("gives away {}, which"), ("x = 1, which",), "gives away x = 1, which, which"),
]


@pytest.mark.parametrize(("form", "values", "said"), FILLED, ids=[f.text for f, *_ in FILLED])
def test_what_is_filled_in_is_heard_again(form: Form, values: tuple[object, ...], said: str) -> None:
    assert form(*values) == said
    assert form.heard(said) == tuple(map(str, values))
    assert not form.fits("so " + said)
    assert not form.fits("")


def test_no_two_forms_are_taken_for_each_other() -> None:
    forms = [f for f in vars(findings).values() if isinstance(f, Form)]
    said = {f: f(*(["7"] * f.text.count("{"))) for f in forms}
    twice = {(a.text, b.text) for a in forms for b in forms if a is not b and b.fits(said[a])}
    assert twice == {(findings.NOTHING_CRITICAL.text, findings.COULD_NOT_TELL.text)}


def test_notes_and_voices_and_reasons_come_back() -> None:
    assert is_aside(note(1, "x").what)
    assert is_aside(findings.VOICE(2, note(1, "x").what))
    assert not is_aside(findings.JUDGED(1, 1, "Critical", "failed", "noted: all of it"))
    assert own_words(findings.VOICE(1, "x")) == "x" == own_words("x")
    assert [reason_given(given_up(3, "timed out", said).what) for said in ("", "no answer. At all")] == [
        "timed out"
    ] * 2
    assert INVALID_CLASS in get_args(Class)


# ── The real checks say them, and blame hears them ───────────────────────────────────────────────────────────────────────

KEEPING = replace(SCENARIO, tasks=(replace(SCENARIO.tasks[0], hidden=(Fact("orders.code", "KX-4711", "code"),)),))
SYSTEM = Turn(Message("system", "You work at a desk."))


def user(text: str, done: bool = False) -> Turn:
    return Turn(Message("user", text), done=done)


def agent(text: str = "", *calls: str) -> Turn:
    return Turn(Message("assistant", text, tool_calls=tuple(ToolCall(f"c{n}", c, {}) for n, c in enumerate(calls))))


def result(text: str = "{}", *changes: RowChange) -> Turn:
    return Turn(Message("tool", text, tool_call_id="c0"), changes=changes)


def case(*turns: Turn, scenario: Scenario = KEEPING) -> Case:
    path = tuple(replace(t, parent=n - 1 if n else None) for n, t in enumerate((SYSTEM, *turns)))
    return Case(trace(Dialogue("d", "e", scenario, path), TOOLS), scenario.tasks)


STRAY = RowChange("orders", "delete", {"id": 1})
ENDINGS = [
    (findings.WAITING, (user("hi"),), "limits"),
    (findings.MIDWORK, (user("hi"), agent("", "find_orders"), result()), "limits"),
    (findings.UNFINISHED, (user("hi"), agent("Hello.")), "limits"),
    (findings.UNANSWERED, (user("hi"), agent("", "find_orders")), "limits"),
    (findings.EMPTY, (user("hi"), agent(" ")), "agent"),
    (findings.EMPTY, (user("hi"), agent("Hello."), user(" ")), "user"),
]


@pytest.mark.parametrize(("form", "turns", "who"), ENDINGS, ids=[f"{f.text} {w}" for f, _, w in ENDINGS])
def test_how_a_conversation_stops_is_heard(form: Form, turns: tuple[Turn, ...], who: str) -> None:
    verdict = protocol(case(*turns))
    assert any(form.fits(f.what) for f in verdict.evidence), verdict
    decided = ruling([verdict], [t.message.role for t in (SYSTEM, *turns)])
    assert decided is not None
    assert decided.who == who


@pytest.mark.parametrize(
    ("form", "text"), [(findings.STRAY_READ, "{}"), (findings.STRAY_FAILED, '{"error":{"type":"x","message":"y"}}')]
)
def test_a_call_that_changes_what_it_may_not_is_the_tools_fault(form: Form, text: str) -> None:
    verdict = state(case(user("hi"), agent("", "find_orders"), result(text, STRAY), agent("Done."), user("bye", True)))
    assert any(form.fits(f.what) for f in verdict.evidence), verdict
    decided = ruling([verdict], ["system", "user", "assistant", "tool", "assistant", "user"])
    assert decided is not None
    assert decided.who == "tool"


def requests(n: int, done: bool = False, kind: str = "request") -> Turn:
    return Turn(Message("user", "and then?"), acts=(Act(kind),) * n, done=done)


CHAT = (user("so?"), agent("Well."))
IDLY = replace(SCENARIO, tasks=(replace(SCENARIO.tasks[0], plan=()),))
TALKED: dict[Form, tuple[tuple[Turn, ...], Scenario]] = {
    findings.CROWD: ((requests(3),), KEEPING),
    findings.AGAINST: (
        (user(ASKED), agent(OLD), user("Please change the phone number to 555-0199. Bye.", True)),
        KEEPING,
    ),
    findings.OPEN: ((user("bye", True),), KEEPING),
    findings.UNASKED: ((requests(1, True, "trust"),), KEEPING),
    findings.TOO_LONG: (CHAT * 7, IDLY),
    findings.IDLE: (CHAT * 13, KEEPING),
}
SAID: dict[Form, tuple[str, ...]] = {
    findings.SILENT: (" ",),
    findings.AS_ASSISTANT: ("How can I help you today?",),
    findings.TECHNICAL: ("what is the customer_id?",),
    findings.LEAKS: ("It's the one under KX-4711.",),
    findings.INVENTS: ("It should be under 918273.",),
    findings.AGAIN: (*MAY, "What is the sales total of May?"),
    findings.AGAIN_IN_THE_SAME_WORDS: (*MAY, MAY[0]),
    findings.LETS_STAND: (ASKED, OLD, "Please change the phone number to 555-0199.", OK, "yes please"),
}


@pytest.mark.parametrize("form", [*SAID, *TALKED], ids=[f.text for f in (*SAID, *TALKED)])
def test_the_gate_says_what_blame_and_the_record_hear(form: Form) -> None:
    if form in SAID:
        what = found(*SAID[form], scenario=KEEPING)
    else:
        turns, scenario = TALKED[form]
        what = [f.what for f in gate(case(*turns, scenario=scenario)).evidence]
    mine = [w for w in what if form.fits(w)]
    assert [reason_of(w) for w in mine[:1]] == [GATE_REASONS[form]], what
    verdict = Verdict("user_gate", False, (Finding(1, mine[0]),))
    decided = ruling([verdict], ["system", "user"])
    assert decided is not None
    assert decided.who == ("agent" if form is findings.IDLE else "user")


def test_every_objection_of_the_gate_has_its_code_and_its_line_here() -> None:
    assert set(GATE_REASONS) == set(SAID) | set(TALKED)
