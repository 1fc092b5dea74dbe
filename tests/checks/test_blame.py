"""Who failed: one line for each case of the table, and no rejection without a name."""

from pathlib import Path

import apsw
import pytest

from duologue.checks.blame import BLAMES, NO_ANSWER, ROLES, blame
from duologue.checks.findings import EMPTY, GATE_REASONS, IDLE, TOO_LONG, UNFINISHED, WAITING
from duologue.models.refusals import REASONS, REFUSED
from duologue.roles import ROLES as EVERY_ROLE
from duologue.store import FILE_NAME
from duologue.testing import FakeServer, Faults, in_thread
from duologue.testing.faults import FAULTS
from duologue.types import Criterion, Finding, Verdict
from duologue.verify.judge import Judgement, LineVerdict, _together, weigh
from pipeline.modelled import brain, config, run, settings

TALK = ("system", "user", "assistant", "tool", "assistant", "user", "assistant")
"""Turns 1 and 5 are the user's, 3 is a result."""


def no(check: str, turn: int, what: str = "is wrong") -> Verdict:
    return Verdict(check, False, (Finding(turn, what),))


def unsure(check: str, *what: str) -> Verdict:
    return Verdict(check, None, tuple(Finding(6, w) for w in what))


FINE = Verdict("replay", True)

RULES: list[tuple[tuple[Verdict, ...], str, str]] = [
    # ── the user, whatever else there is
    ((no("user_gate", 5, "invents '12'"),), "user", "user_gate"),
    ((no("calls", 6), no("state", 6), no("user_gate", 5, "ends while something is open"),), "user", "user_gate"),
    ((no("schema", 3), no("user_gate", 1),), "user", "user_gate"),
    ((no("protocol", 5, "an empty message by the user"),), "user", "protocol"),
    ((no("protocol", 5, "it goes on after the user says it is done"),), "user", "protocol"),
    ((no("judge", 6, "the user did not stay a user: offers to look it up"),), "user", "judge"),
    ((no("judge", 5, "task 1, line 1 (Critical) failed: asks for another order"),), "user", "judge"),
    ((no("grounding", 2), no("protocol", 1, "a call made by the user")), "user", "protocol"),
    ((no("user", 6, "knows what it can't know. gives away order id = 4"),), "user", "user"),
    # ── a task's last turn may be the user's: that says nothing
    ((no("calls", 5, "task 1, step 2: never called"),), "agent", "calls"),
    ((no("state", 5, "order 4 was never changed as wanted"),), "agent", "state"),
    ((no("disclosure", 5, "never told: total"),), "agent", "disclosure"),
    ((no("order", 5), no("unread", 3)), "agent", "order"),
    # ── limits
    ((no("protocol", 5, "it ends with the user waiting for an answer"),), "limits", "protocol"),
    ((no("protocol", 6, "it ends in the middle of the assistant's work"), no("calls", 6)), "limits", "protocol"),
    ((no("protocol", 6, "the call 'c1' was never answered"),), "limits", "protocol"),
    ((no("play", 6, "the conversation does not end. 240 turns"),), "limits", "play"),
    ((no("agent", 6, "timed out. no answer (4 attempts)"),), "limits", "agent"),
    ((no("user", 6, "request too long. 400: context length"),), "limits", "user"),
    # ── the tool
    ((no("schema", 3, "result of get: 'id' is missing"),), "tool", "schema"),
    ((no("schema", 3), no("grounding", 4)), "tool", "schema"),
    ((no("replay", 3, "get: 3 is 4"),), "tool", "replay"),
    ((no("consistency", 3, "get: another name than before"),), "tool", "consistency"),
    ((no("state", 3, "get only reads, yet orders 4 changed"),), "tool", "state"),
    ((no("simulator", 3, "invalid answer. no JSON"),), "tool", "simulator"),
    # ── the task
    ((unsure("state", "task 1 names rows to be changed, but a simulated environment has none"),), "task", "state"),
    ((FINE, unsure("judge", "could not tell: no line of the rubric is critical", "noted: task 1, line 1 (InvalidRubric) failed: no")), "task", "judge"),
    ((unsure("judge", "could not tell: no line of the rubric is critical"),), "task", "judge"),
    # ── the judge
    ((unsure("judge", "could not tell: invalid answer (no JSON)"),), "judge undecided", "judge"),
    ((unsure("judge", "judges disagree: valid, invalid", "judge 2: task 1, line 1 (Critical) failed: no"),), "judge undecided", "judge"),
    ((no("judge", 6, "judges disagree: valid, invalid"),), "judge undecided", "judge"),
    ((Verdict("judge", None),), "judge undecided", "judge"),
    # ── the agent
    ((no("agent", 6, "repeats itself. calls get again"),), "agent", "agent"),
    ((no("schema", 2, "arguments of get: 'id' is missing"),), "agent", "schema"),
    ((no("grounding", 4), unsure("judge", "could not tell: invalid answer (x)")), "agent", "grounding"),
    ((no("user_gate", 5, IDLE()), no("calls", 6)), "agent", "user_gate"),
    ((no("user", 6, f"{GATE_REASONS[IDLE]}. draft 1: {IDLE()} | and now?"),), "agent", "user"),
    ((no("user", 6, f"goes on for nothing. draft 1: {TOO_LONG()} | {IDLE()}"),), "user", "user"),
    # ── a message without a word
    ((Verdict("protocol", False, (Finding(6, EMPTY("assistant")), Finding(6, UNFINISHED()))),), "agent", "protocol"),
    ((Verdict("protocol", False, (Finding(4, EMPTY("assistant")), Finding(6, UNFINISHED()))),), "limits", "protocol"),
    ((no("agent", 5, "empty answer. It holds neither words nor a tool call."), no("protocol", 5, WAITING())), "agent", "agent"),
    # ── words of strangers decide nothing
    ((no("judge", 4, "task 1, line 1 (Critical) failed: it says 'the user did not stay a user: (InvalidRubric)'"),), "agent", "judge"),
    ((unsure("judge", "could not tell: no line of the rubric is critical (InvalidRubric)"),), "judge undecided", "judge"),
    ((no("judge", 4, "task 1, line 1 (Critical) failed: never told"),), "agent", "judge"),
    ((no("judge", 6, "judges disagree: invalid, valid, invalid"),), "agent", "judge"),
    ((no("policy", 2),), "agent", "policy"),
]  # fmt: skip


@pytest.mark.parametrize(("verdicts", "who", "check"), RULES, ids=[f"{n}-{r[1]}" for n, r in enumerate(RULES)])
def test_the_first_line_that_fits_decides(verdicts: tuple[Verdict, ...], who: str, check: str) -> None:
    found = blame("check", verdicts[0].check, verdicts, TALK)
    assert (found.who, found.check) == (who, check)
    assert found.finding is None or any(found.finding in v.evidence for v in verdicts)


STAGES = [
    ("tasks", "no new task could be drawn", "task"),
    ("tasks", "invalid answer", "task"),
    ("tasks", "timed out", "limits"),
    ("tasks", "request refused", "limits"),
    ("plan", "placeholder", "task"),
    ("tools", "invalid answer", "tool"),
    ("play", "the conversation does not end", "limits"),
    ("play", "user: knows what it can't know", "user"),
    ("play", "agent: repeats itself", "agent"),
    ("play", "agent: server error", "limits"),
    ("play", "simulator: invalid answer", "tool"),
    ("check", "calls", "agent"),
    ("never heard of", "", "agent"),
]


@pytest.mark.parametrize(("stage", "reason", "who"), STAGES)
def test_without_a_conversation_the_stage_and_the_reason_decide(stage: str, reason: str, who: str) -> None:
    assert blame(stage, reason).who == who


def test_reasons_of_servers_and_all_roles_are_known_here() -> None:
    assert {r for k, r in REASONS.items() if k != "unreachable"} | {REFUSED} <= NO_ANSWER
    assert set(EVERY_ROLE) <= set(ROLES)
    assert set(ROLES.values()) <= set(BLAMES)


LINES = {"1.1": Criterion("the order is cancelled", "critical"), "1.2": Criterion("polite", "noncritical")}
JUDGED = [
    (("Critical", False, True), "agent"),
    (("Critical", True, False), "user"),
    (("InvalidRubric", False, True), "task"),
    (("NonCritical", False, True), "task"),
]


@pytest.mark.parametrize("voices", [1, 3])
@pytest.mark.parametrize(("said", "who"), JUDGED)
def test_what_the_judge_really_says_is_understood(said: tuple[str, bool, bool], who: str, voices: int) -> None:
    kind, passed, stayed = said
    lines = (
        LineVerdict("1.1", kind, passed, 4, "as turn 4 shows"),  # type: ignore[arg-type]
        LineVerdict("1.2", "NonCritical", True, 5, "as turn 5 shows"),
    )
    opinion = weigh(Judgement(lines, stayed, "offers help"), LINES, len(TALK))
    verdict = _together([opinion] * voices, False, len(TALK) - 1)
    assert verdict.passed is not True
    assert blame("check", "judge", (FINE, verdict), TALK).who == who


@pytest.mark.long
@pytest.mark.parametrize("seed", [4, 5])
def test_every_rejection_of_a_run_with_faulty_models_has_exactly_one_name(seed: int, tmp_path: Path) -> None:
    names = [n for n in FAULTS if n not in ("silence", "429", "429 with Retry-After", "500")]
    faults = Faults(0.12, seed=seed, names=names)
    with in_thread(FakeServer(brain(), faults=faults)) as server:
        got = run(config(tmp_path / "run", settings(server.url, ("but tools",), attempts=2), 10))
    db = apsw.Connection(str(tmp_path / "run" / FILE_NAME), flags=apsw.SQLITE_OPEN_READONLY)
    rows = list(db.execute("SELECT outcome, stage, reason, blame FROM items"))
    assert "rejected" in {outcome for outcome, *_ in rows}
    assert all((who in BLAMES) is (outcome == "rejected") for outcome, _, _, who in rows), rows
    assert sum(got.summary.blames.values()) == got.summary.rejected
