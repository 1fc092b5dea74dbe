"""Who failed, where an item is rejected: one name for each, and the one finding that decides it.

A pure function of what is known of the item: the stage and the reason it was given up with, or the verdicts on its conversation and
who speaks in which turn. The first line of this table that fits decides; so a bad user is never blamed on the agent.

| what is known                                                                                      | blame           |
|----------------------------------------------------------------------------------------------------|-----------------|
| an answer of a model that never came: a server that failed, an answer cut off, a request too long   | limits          |
| a conversation that stops at a message without a word: whoever sent it                              | user, agent     |
| a conversation that does not end, or that stops before its end; a call that was never answered       | limits          |
| the role `user` was given up: no turn after the redraws that a user would say                      | user            |
| `recovery` objects to what was done after a fault on purpose: what the user makes of it is no fault of theirs | agent |
| `user_gate` objects to a turn; the judge says that the user did not stay one                        | user            |
| a check or the judge objects to what a user's turn says                                             | user            |
| the user gate finds that an assistant makes no call, however often it is asked                       | agent           |
| the roles `simulator`, `questions`, `tools`, … were given up                                        | tool            |
| a result breaks its schema, contradicts an earlier one, or is another when the call is made again   | tool            |
| a call that only reads, or that failed, changed something                                           | tool            |
| the goal was missed (the five checks below) after faults on purpose that it was right to give up at  | tool            |
| no task could be drawn, written or proven; the role `tasks` was given up                            | task            |
| the role `agent` was given up; any other check objects                                              | agent           |
| a check could not tell: the task wants what nothing can measure                                     | task            |
| the judge holds no line for critical, or calls critical ones invalid, and nothing else failed       | task            |
| the judge could not tell, was not readable, or its voices disagree without a majority               | judge undecided |
| the judge finds a critical line failed                                                             | agent           |

`calls`, `order`, `state`, `disclosure` and `unread` speak of a whole task: the turn that they point at is where it ends, and who speaks
there is no fault of theirs.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Literal, get_args

from msgspec import Struct

from duologue.checks.findings import (
    CLASS,
    COULD_NOT_TELL,
    DISAGREE,
    EMPTY,
    FAULTED,
    GATE_REASONS,
    IDLE,
    INVALID_CLASS,
    JUDGED,
    MIDWORK,
    NOT_A_USER,
    NOTED,
    NOTHING_CRITICAL,
    OUTCOME,
    OUTCOMES,
    STRAY_FAILED,
    STRAY_READ,
    UNANSWERED,
    UNFINISHED,
    VOTES,
    WAITING,
    is_aside,
    own_words,
    reason_given,
)
from duologue.types import Finding, Verdict

__all__ = ["BLAMES", "Blame", "Ruling", "blame", "ruling"]

Blame = Literal["user", "agent", "tool", "task", "judge undecided", "limits"]
BLAMES: tuple[Blame, ...] = get_args(Blame)

NO_ANSWER = frozenset(
    {
        "server busy",
        "server error",
        "timed out",
        "connection cut",
        "invalid response",
        "cut off",
        "request too long",
        "request refused",
    }
)
"""Reasons of a role given up that are no words of its model's (`models/transport.py`, `refusals.py` and `http.py` name them)."""
ROLES: dict[str, Blame] = {
    "user": "user",
    "agent": "agent",
    "judge": "judge undecided",
    "tasks": "task",
    "plan": "task",
    "wording": "agent",
    "simulator": "tool",
    "questions": "tool",
    "tools": "tool",
    "expansion": "tool",
    "returns": "tool",
    "domain": "tool",
}
"""A stage or a role that was given up → whose failure that is."""
_RESULTS = frozenset({"replay", "consistency"})
_WHOLE = frozenset({"calls", "order", "state", "disclosure", "unread"})
_STOPS = (WAITING, MIDWORK, UNFINISHED, UNANSWERED)
RECOVERY = "recovery"
_SPEAKERS: dict[str, Blame] = {"user": "user", "assistant": "agent"}


class Ruling(Struct, frozen=True):
    """Who is to blame, and what decides it: the check (or the stage), and its finding; no finding where there is none."""

    who: Blame
    check: str
    finding: Finding | None = None


def blame(stage: str, reason: str, verdicts: Sequence[Verdict] = (), roles: Sequence[str] = ()) -> Ruling:
    """Who is to blame for an item that was lost in `stage` for `reason`.

    `verdicts` on its conversation, where there is one, and `roles`: who speaks in each of its turns.
    """
    return ruling(verdicts, roles) or _of_stage(stage, reason)


def ruling(verdicts: Sequence[Verdict], roles: Sequence[str]) -> Ruling | None:
    """The blame that the verdicts of a rejected conversation give; None where all of them passed."""
    failed = [v for v in verdicts if v.passed is not True]
    for rule in _RULES:
        found = next((r for v in failed for r in rule(v, roles)), None)
        if found is not None:
            return (_faulted(failed, verdicts) or found) if rule is _of_agent else found
    return None


def _of_stage(stage: str, reason: str) -> Ruling:
    """The blame for an item that has no conversation, or whose conversation was given up."""
    role, _, said = reason.partition(": ")
    named = role if said and role in ROLES else stage
    why = said if said and role in ROLES else reason
    if why in NO_ANSWER or why.startswith("HTTP") or named == "play":
        return Ruling("limits", named)
    if named == "user" and why == GATE_REASONS[IDLE]:
        return Ruling("agent", named)
    return Ruling(ROLES.get(named, "agent"), named)


# ── The rules, one for each line of the table, in its order ──────────────────────────────────────────────────────────────

_Rule = Callable[[Verdict, Sequence[str]], Iterator[Ruling]]


def _given_up(verdict: Verdict, _: Sequence[str]) -> Iterator[Ruling]:
    """A verdict that bears the name of a stage or role: the conversation was given up there."""
    if verdict.check == "play" or (verdict.check in ROLES and verdict.check != "judge"):
        first = verdict.evidence[0] if verdict.evidence else None
        reason = reason_given(first.what) if first is not None else ""
        yield Ruling(_of_stage(verdict.check, reason).who, verdict.check, first)


def _fell_silent(verdict: Verdict, roles: Sequence[str]) -> Iterator[Ruling]:
    """The last message has no word in it: whoever sent it had nothing to say."""
    if verdict.check == "protocol":
        for finding in verdict.evidence:
            empty = EMPTY.heard(finding.what)
            if empty is not None and finding.turn == len(roles) - 1 and empty[0] in _SPEAKERS:
                yield Ruling(_SPEAKERS[empty[0]], verdict.check, finding)


def _cut_short(verdict: Verdict, _: Sequence[str]) -> Iterator[Ruling]:
    if verdict.check == "protocol":
        for finding in verdict.evidence:
            if any(form.fits(finding.what) for form in _STOPS):
                yield Ruling("limits", verdict.check, finding)


def _unrecovered(verdict: Verdict, _: Sequence[str]) -> Iterator[Ruling]:
    """What the agent did after a fault on purpose."""
    if verdict.check == RECOVERY and verdict.passed is False:
        yield Ruling("agent", verdict.check, next(_objections(verdict), None))


def _of_user(verdict: Verdict, roles: Sequence[str]) -> Iterator[Ruling]:
    """What the user did: a user fault wins over all that others did after it."""
    if verdict.passed is not False or verdict.check in _WHOLE or _split(verdict):
        return
    for finding in _objections(verdict):
        if verdict.check == "user_gate":
            own = not IDLE.fits(finding.what)
        else:
            own = _speaks(finding, roles, "user") or (
                verdict.check == "judge" and NOT_A_USER.fits(own_words(finding.what))
            )
        if own:
            yield Ruling("user", verdict.check, finding)


def _of_tool(verdict: Verdict, roles: Sequence[str]) -> Iterator[Ruling]:
    """What a call gave: who builds on a broken result is not to blame for it."""
    if verdict.passed is not False:
        return
    for finding in _objections(verdict):
        broken = verdict.check == "schema" and _speaks(finding, roles, "tool")
        stray = verdict.check == "state" and (STRAY_READ.fits(finding.what) or STRAY_FAILED.fits(finding.what))
        if broken or stray or verdict.check in _RESULTS:
            yield Ruling("tool", verdict.check, finding)


def _faulted(failed: Sequence[Verdict], verdicts: Sequence[Verdict]) -> Ruling | None:
    """Where nothing but the goal was missed, and calls met one fault too many: what could not be had is no failure of the agent's."""
    noted = next((f for v in verdicts if v.check == RECOVERY and v.passed for f in v.evidence if _is_fault(f)), None)
    missed = noted is not None and all(v.check in _WHOLE for v in failed if v.passed is False)
    return Ruling("tool", RECOVERY, noted) if missed else None


def _is_fault(finding: Finding) -> bool:
    noted = NOTED.heard(finding.what)
    return noted is not None and FAULTED.fits(noted[0])


def _of_agent(verdict: Verdict, _: Sequence[str]) -> Iterator[Ruling]:
    if verdict.check != "judge" and verdict.passed is False:
        yield Ruling("agent", verdict.check, next(_objections(verdict), None))


def _unmeasured(verdict: Verdict, _: Sequence[str]) -> Iterator[Ruling]:
    if verdict.check != "judge":
        yield Ruling("task", verdict.check, next(_objections(verdict), None))


def _judged(verdict: Verdict, _: Sequence[str]) -> Iterator[Ruling]:
    """Only the judge is left."""
    found = list(_objections(verdict))
    if verdict.passed is False and not _split(verdict):
        yield Ruling("agent", verdict.check, next(filter(_failed, found), next(iter(found), None)))
        return
    unread = next((f for f in verdict.evidence if _is_unread(f)), None)
    invalid = next((f for f in verdict.evidence if _calls_invalid(f)), None)
    empty = next((f for f in verdict.evidence if NOTHING_CRITICAL.fits(own_words(f.what))), None)
    if unread is None and not _split(verdict) and (invalid or empty) is not None:
        yield Ruling("task", verdict.check, invalid or empty)
        return
    yield Ruling("judge undecided", verdict.check, unread or next(iter(verdict.evidence), None))


_RULES: tuple[_Rule, ...] = (
    _given_up,
    _fell_silent,
    _cut_short,
    _unrecovered,
    _of_user,
    _of_tool,
    _of_agent,
    _unmeasured,
    _judged,
)


def _objections(verdict: Verdict) -> Iterator[Finding]:
    """The findings that decide: no notes, and nothing that a judge found in order or that counts its voices."""
    yield from (f for f in verdict.evidence if not is_aside(f.what))


def _failed(finding: Finding) -> bool:
    """A line of the rubric that a judge finds failed."""
    line = JUDGED.heard(own_words(finding.what))
    return line is not None and line[OUTCOME] == OUTCOMES[False]


def _calls_invalid(finding: Finding) -> bool:
    """A judge's note of a line that it holds for invalid."""
    noted = NOTED.heard(own_words(finding.what))
    line = JUDGED.heard(noted[0]) if noted is not None else None
    return line is not None and line[CLASS] == INVALID_CLASS


def _is_unread(finding: Finding) -> bool:
    said = own_words(finding.what)
    return COULD_NOT_TELL.fits(said) and not NOTHING_CRITICAL.fits(said)


def _split(verdict: Verdict) -> bool:
    """Whether the voices disagree and neither side has more than half of them."""
    heard = DISAGREE.heard(verdict.evidence[0].what) if verdict.evidence else None
    if heard is None:
        return False
    votes = heard[0].split(", ")
    return all(2 * votes.count(VOTES[side]) <= len(votes) for side in (True, False))


def _speaks(finding: Finding, roles: Sequence[str], role: str) -> bool:
    return 0 <= finding.turn < len(roles) and roles[finding.turn] == role
