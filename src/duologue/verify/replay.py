"""Is it true? Every call of a conversation is executed again on a fresh copy of the database, and must give the same.

The same means: the result's text byte for byte, the rows changed, and the state token after it. A difference in the changes or
the state ends the comparison, since all that follows would differ for that reason alone; differing texts are all reported. Where a conversation goes on
from one whose moment nobody knows, dates, times and numbers of the results that it names (`moments`) may be others. A call that met a declared fault is held to what
it declares: not carried out, so passed over here too, or carried out with its answer held back.
"""

from collections.abc import Sequence

from duologue.environment import Image, SqliteSession, open_session
from duologue.errors import DuologueError
from duologue.plans.timeless import same_but_for_time
from duologue.plans.trace import Executed, Trace, read_result, trace
from duologue.protocols import Outcome
from duologue.types import Continued, Dialogue, Environment, Finding, RowChange, Tool, Verdict
from duologue.verify.faulted import misdeclared, passed_over

SHOWN = 80
"""Characters of a differing text that the evidence shows."""


def replay(dialogue: Dialogue, environment: Environment, image: Image, found: Trace | None = None) -> Verdict:
    """Run the conversation's calls again and compare. `found`: the conversation sorted, where somebody has done that.

    Raises `UserError` where the image is not the one the environment was made from.
    """
    found = found if found is not None else trace(dialogue, environment.toolset)
    findings: list[Finding] = []
    session = open_session(image, environment, dialogue.scenario.clock)
    try:
        for call in found.made:
            held, problem_before = _declared(call, session, found.tools.get(call.call.name))
            if problem_before:
                findings.append(Finding(call.turn, f"{call.call.name}: {problem_before}"))
                break
            if held is None:
                continue
            try:
                outcome = session.execute(call.call.name, call.call.arguments, call.own)
            except DuologueError as problem:
                findings.append(Finding(call.turn, f"{call.call.name} can't be executed: {problem}"))
                break
            if not _gives(held, outcome.text, call.turn, dialogue.continued):
                findings.append(Finding(call.turn, f"{call.call.name}: {difference(held, outcome.text)}"))
            if (problem_after := _effects(call, outcome, dialogue)) is not None:
                findings.append(Finding(call.turn, f"{call.call.name}: {problem_after}"))
                break
    finally:
        session.close()
    return Verdict("replay", not findings, tuple(findings))


def _gives(held: str, found: str, turn: int, since: Continued | None) -> bool:
    """Whether a call gives what is recorded. Of a conversation taken up from a stranger nobody knows the moment: what hangs on it may be another."""
    if held == found or (since is not None and turn in since.differing):
        return True
    return since is not None and turn in since.moments and same_but_for_time(read_result(held), read_result(found))


def _declared(call: Executed, session: SqliteSession, tool: Tool | None) -> tuple[str | None, str]:
    """The result that running a call again must give, None where it was not carried out; and what is wrong with a declared fault."""
    if call.fault is None:
        return call.text, ""
    problem = misdeclared(call, call.fault, session, tool)
    if problem or call.fault.done:
        return call.fault.held, problem
    return None, passed_over(call, session)


def _effects(call: Executed, outcome: Outcome, dialogue: Dialogue) -> str | None:
    if call.changes != outcome.changes:
        shown, found = _rows(call.changes, outcome.changes), _rows(outcome.changes, call.changes)
        return f"the record shows {_count(len(call.changes))}{shown}, running it again makes {_count(len(outcome.changes))}{found}"
    if call.state and call.state != outcome.state:
        return f"the record names the state after it {call.state!r}, running it again leads to {outcome.state!r}"
    return None


def _rows(changes: Sequence[RowChange], others: Sequence[RowChange]) -> str:
    """The first change that the other side lacks."""
    own = next((c for c in changes if c not in others), None)
    return "" if own is None else f" ({own.op} of {own.table} {own.key}: {own.before} → {own.after})"[: SHOWN * 2]


def _count(changes: int) -> str:
    return f"{changes} row change{'' if changes == 1 else 's'}"


def difference(recorded: str, found: str) -> str:
    """Where two texts part, with a little of both from there."""
    at = next(
        (i for i, (a, b) in enumerate(zip(recorded, found, strict=False)) if a != b), min(len(recorded), len(found))
    )
    start = max(0, at - 20)
    shown = [t[start : start + SHOWN] or "nothing" for t in (recorded, found)]
    return f"at character {at} the record has {shown[0]!r}, running it again gives {shown[1]!r}"
