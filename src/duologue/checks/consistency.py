"""Does a simulated world hold together? Where tools have no implementation nothing can be run again; what can be asked is
whether the results could all be true of one world.

The same thing keeps its facts until a write may have changed them, a record that was asked for is the one that comes back, what
was seen is not denied, and the same call gives the same answer while nothing was written. That results obey their schemas is the
check `schema`.
"""

from duologue.checks.case import Case, verdict
from duologue.checks.entities import Memory, call_name
from duologue.checks.findings import note
from duologue.types import Finding, Verdict

__all__ = ["consistency", "nothing_to_compare"]


def consistency(case: Case) -> Verdict:
    """The results of the conversation's calls agree with one another."""
    memory = Memory(case.trace.tools.values())
    answers: dict[tuple[str, bytes], tuple[int, str]] = {}
    findings = []
    for call in case.trace.calls:
        tool = case.trace.tools.get(call.call.name)
        if tool is None:
            continue
        asked = (tool.name, call_name(call.call.arguments))
        before = answers.get(asked)
        if before is not None and before[1] != call.text:
            findings.append(
                Finding(
                    call.turn, f"{tool.name} was answered otherwise at turn {before[0]}, and nothing was written since"
                )
            )
        findings += [
            Finding(call.turn, f"{tool.name}: {what}")
            for what in memory.objections(tool, call.call.arguments, call.result)
        ]
        memory.learn(tool, call.call.arguments, call.result)
        if tool.effect == "write" and not call.failed:
            answers.clear()
        else:
            answers[asked] = (call.turn, call.text)
    return verdict("consistency", findings)


def nothing_to_compare(case: Case) -> Verdict:
    """The state check of a world that has no rows. There is nothing to compare, and the evidence says so; a task that names
    rows to be changed all the same can't be told to be done."""
    wanted = next((n for n, task in enumerate(case.tasks) if task.target), None)
    if wanted is not None:
        what = f"task {wanted + 1} names rows to be changed, but a simulated environment has none"
        return Verdict("state", None, (Finding(case.last_turn(wanted), what),))
    odd = [
        Finding(c.turn, f"{c.call.name} {'failed' if c.failed else 'only reads'}, yet something changed")
        for c in case.trace.calls
        if c.changes and (c.failed or c.effect == "read")
    ]
    said = note(len(case.trace.turns) - 1, "nothing to compare, a simulated environment has no rows")
    return Verdict("state", not odd, tuple(odd) or (said,))
