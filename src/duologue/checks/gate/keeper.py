"""The gate itself: it hears a conversation turn by turn and asks every rule of each user turn."""

from collections.abc import Mapping, Sequence

from duologue.catalog.model import Column
from duologue.checks.asked import Who, asked_of
from duologue.checks.case import Case
from duologue.checks.findings import SILENT
from duologue.checks.gate.contradictions import contradictions
from duologue.checks.gate.crowd import crowd
from duologue.checks.gate.ending import See, ending
from duologue.checks.gate.known import Known
from duologue.checks.gate.repeats import repeats
from duologue.checks.gate.speech import speech, technical_names
from duologue.checks.gate.values import values
from duologue.kept import Kept
from duologue.language.reading import read
from duologue.plans.match import Match
from duologue.plans.trace import trace
from duologue.types import Finding, Scenario, Task, Tool, Toolset, Turn, Verdict

__all__ = ["UserGate", "gate", "toolset_names", "user_gate"]


def user_gate(
    turns: Sequence[Turn], at: int, scenario: Scenario, toolset: Toolset, columns: Mapping[str, Column] | None = None
) -> Verdict:
    """Judge the user's turn at index `at` of a path of turns; later turns are not looked at."""
    return UserGate(toolset, columns).judge(turns, at, scenario)


class UserGate:
    """`user_gate` for a conversation that grows: what was heard is kept, so that a turn costs only what came since the last.

    The verdict is the same as if all were heard anew: it follows from the turns alone. So what is found is kept with the conversation
    (`asked`), for who judges it when it is over.
    """

    def __init__(self, toolset: Toolset, columns: Mapping[str, Column] | None = None) -> None:
        self.toolset, self.columns = toolset, columns or {}
        self._kept: _Gate | None = None
        self._heard: list[Turn] = []

    def judge(self, turns: Sequence[Turn], at: int, scenario: Scenario) -> Verdict:
        """Judge the user's turn at index `at`; later turns are not looked at."""
        path = tuple(turns[: at + 1])
        said = self._gate(path[:at], scenario).said(path, at)
        who = Who(scenario.tasks, self.toolset.tools, self.columns, scenario.mode, self.toolset.own)
        matches = asked_of(path[0]).keep(path, said, who) if at else {}
        found = _with_ending(said, scenario.tasks, path, at, lambda: self._case(path, scenario, matches))
        return _as_verdict([Finding(at, what) for what in found])

    def _case(self, path: Sequence[Turn], scenario: Scenario, matches: dict[int, Match]) -> Case:
        """What was said so far as a case. How it compares with the plans comes to stand in `matches`."""
        case = Case(trace(path, self.toolset), scenario.tasks, mode=scenario.mode, columns=self.columns)
        case.matches = matches
        return case

    def _gate(self, before: Sequence[Turn], scenario: Scenario) -> "_Gate":
        """The gate after those turns: the one that is kept where they carry on from what it heard."""
        kept, heard = self._kept, self._heard
        if (
            kept is None
            or kept.known.mode != scenario.mode
            or len(kept.known.tasks) != len(scenario.tasks)
            or any(a is not b for a, b in zip(kept.known.tasks, scenario.tasks, strict=True))
            or heard != list(before[: len(heard)])
        ):
            kept = self._kept = _Gate(scenario.tasks, self.toolset.tools, self.columns, scenario.mode)
            heard = self._heard = []
        for turn in before[len(heard) :]:
            kept.known.hear(turn)
            heard.append(turn)
        return kept


def gate(case: Case) -> Verdict:
    """Judge all user turns of a finished conversation."""
    turns = case.trace.turns
    earlier = _found_before(case)
    gatekeeper, heard = None, 0
    findings = []
    for number, turn in enumerate(turns):
        if turn.message.role != "user":
            continue
        said: Sequence[str] | None = earlier.get(number)
        if said is None:
            gatekeeper = gatekeeper or _Gate(case.tasks, case.who.tools, case.columns, case.mode)
            for before in turns[heard:number]:
                gatekeeper.known.hear(before)
            said, heard = gatekeeper.said(turns, number), number
        found = _with_ending(said, case.tasks, turns, number, lambda: case)
        findings += [Finding(number, what) for what in found]
    return _as_verdict(findings)


def _found_before(case: Case) -> Mapping[int, tuple[str, ...]]:
    """What was found of the conversation's turns while it was played, by their index. Of a last turn that doesn't end it, more can be
    said now that something follows."""
    turns = case.trace.turns
    last = case.trace.user[-1].turn if case.trace.user else 0
    if last < len(turns) - 1 and not turns[last].done:
        return {at: found for at, found in case.found.items() if at != last}
    return case.found


def _with_ending(said: Sequence[str], tasks: Sequence[Task], turns: Sequence[Turn], at: int, see: See) -> Sequence[str]:
    """What is wrong with a turn's words, and with how it ends the conversation or doesn't."""
    return (*said, *ending(tasks, turns, at, see)) if turns[at].message.content.strip() else said


def _as_verdict(findings: Sequence[Finding]) -> Verdict:
    return Verdict("user_gate", not findings, tuple(findings))


def toolset_names(toolset: Toolset) -> frozenset[str]:
    """The names in a toolset that no person says: those with underscores or inner capitals."""
    return _names_in(toolset)


_names_in: Kept[Toolset, frozenset[str]] = Kept(
    lambda toolset: technical_names((*toolset.tools, *toolset.own), {}), 256
)


class _Gate:
    """All rules, over what the user knows by now."""

    def __init__(self, tasks: Sequence[Task], tools: Sequence[Tool], columns: Mapping[str, Column], mode: str) -> None:
        self.known = Known(tasks, tools, columns, mode)
        self.names = technical_names(tools, columns)

    def said(self, turns: Sequence[Turn], at: int) -> list[str]:
        """What is wrong with the words of the user's turn at `at`, after what was heard so far; asked without a trace."""
        text = turns[at].message.content
        if not text.strip():
            return [SILENT()]
        reading = read(text)
        known = self.known.asked() if reading.dates else self.known  # only a date is looked up in a way that leaves one
        return [
            *speech(known, self.names, text),
            *values(known, reading, turns[at]),
            *crowd(known, turns, at),
            *repeats(known, turns, at),
            *contradictions(known, turns, at),
        ]
